"""Which characters our two typefaces can draw, and what becomes of the others.

PDF/A refuses a document with a missing glyph, and a silent blank would be worse. So before layout

- line breaks stay, other control characters become a space, invisible format characters (direction overrides, joiners,
  variation selectors, soft hyphens) disappear;
- a character that neither typeface holds becomes 〓, the mark Japanese printers set for a missing sort.

Where a run without any place to break is wider than its column, the page template breaks it.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from functools import cache

import pylopdf_fonts_jp

GETA = "〓"
_ACCENTED = re.compile("[^\u0300-\u036f\u3099\u309a][\u0300-\u036f\u3099\u309a]+")
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def printable(text: str) -> str:
    """The text as it will be printed; every character of it can be drawn."""
    if text.isascii() and text.isprintable():
        return text
    held = drawable()
    return "".join(_printed(character, held) for character in _composed(text))


def missing_glyphs(text: str) -> tuple[str, ...]:
    """The characters of a text that would be printed as 〓, each once, in order; for a warning before issuing."""
    held = drawable()
    return tuple(dict.fromkeys(each for each in _composed(text) if each != GETA and _printed(each, held) == GETA))


def _composed(text: str) -> str:
    """Accents joined to their letters, as macOS writes them apart. Not NFC as a whole: that would exchange the
    kanji of a name (福 U+FA1B for 福 U+798F)."""
    plain = _SELECTORS.sub("", text.replace("\r\n", "\n"))
    return _ACCENTED.sub(lambda found: unicodedata.normalize("NFC", found.group()), plain)


def _printed(character: str, held: frozenset[int]) -> str:
    category = unicodedata.category(character)
    if character == "\n":
        return character
    if category == "Cf":
        return ""
    if ord(character) in held and category != "Cc":
        return character
    return " " if category in {"Cc", "Zs", "Zl", "Zp"} else GETA


@cache
def drawable() -> frozenset[int]:
    """Every code point that Noto Sans JP or, as its fallback, Noto Serif JP holds."""
    sans, serif = pylopdf_fonts_jp.sans_path(), pylopdf_fonts_jp.serif_path()
    return _code_points(sans.read_bytes()) | _code_points(serif.read_bytes())


def _code_points(font: bytes) -> frozenset[int]:
    """The code points of a font's character map (OpenType `cmap`, format 12: groups of first, last, glyph)."""
    tables = struct.unpack_from(">H", font, 4)[0]
    directory = (struct.unpack_from(">4sIII", font, 12 + 16 * place) for place in range(tables))
    start = next(offset for tag, _checksum, offset, _length in directory if tag == b"cmap")
    subtables = struct.unpack_from(">H", font, start + 2)[0]
    for place in range(subtables):
        _platform, _encoding, offset = struct.unpack_from(">HHI", font, start + 4 + 8 * place)
        table_format, _reserved, _length, _language, groups = struct.unpack_from(">HHIII", font, start + offset)
        if table_format == 12:
            ranges = struct.iter_unpack(">III", font[start + offset + 16 : start + offset + 16 + 12 * groups])
            return frozenset(point for first, last, _glyph in ranges for point in range(first, last + 1))
    raise ValueError("The typeface has no character map of format 12.")
