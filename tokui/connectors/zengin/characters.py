"""The characters of Zengin files: JIS X 0201, one byte each, and the classes of 付録1.

ﾞ and ﾟ are bytes of their own (ガ is ｶ + ﾞ). 0x5C is the yen sign. The long vowel ｰ is forbidden by several banks and
listed by others, so it is written as "-" and read without complaint.
"""

import unicodedata

from tokui.connectors.zengin.layouts import FieldClass

_KANA = frozenset(chr(code) for code in range(0xFF71, 0xFF9E)) | {"ﾞ", "ﾟ"}
_UPPER = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_DIGITS = frozenset("0123456789")
_COMMON = _KANA | _UPPER | _DIGITS | {" "}

ALLOWED: dict[FieldClass, frozenset[str]] = {
    FieldClass.DIGITS: _DIGITS,
    FieldClass.BANK: _COMMON | {"-"},
    FieldClass.NAME: _COMMON | frozenset("()-."),
    FieldClass.EDI: _COMMON | frozenset("ｦ\\｢｣()-/."),
    FieldClass.FILLER: frozenset(" "),
}
# What a reader takes without remark: banks disagree on ｰ and ｦ.
READABLE = {kind: chars | frozenset("ｰｦ") for kind, chars in ALLOWED.items()}

_SMALL = str.maketrans("ｧｨｩｪｫｬｭｮｯ", "ｱｲｳｴｵﾔﾕﾖﾂ")
_DASHES = str.maketrans(dict.fromkeys("ｰー－−—–‐‑―", "-"))
_FULL_TO_HALF = {unicodedata.normalize("NFKC", chr(code)): chr(code) for code in range(0xFF61, 0xFFA0)}
_FULL_TO_HALF |= {"゛": "ﾞ", "゜": "ﾟ", "\u3099": "ﾞ", "\u309a": "ﾟ", "¥": "\\", "￥": "\\"}


def to_zengin(text: str) -> str:
    """Spell a name or note as banks do: half-width, upper case, large kana, "-" for the long vowel.

    Kanji and other characters that have no such spelling stay, so that the writer can refuse them by place.
    """
    out: list[str] = []
    for char in text.translate(_DASHES).upper():
        katakana = chr(ord(char) + 0x60) if "ぁ" <= char <= "ゖ" else char
        for part in unicodedata.normalize("NFD", katakana):
            half = _FULL_TO_HALF.get(part) or unicodedata.normalize("NFKC", part)
            out.append(_FULL_TO_HALF.get(half, half))
    return "".join(out).translate(_SMALL).replace("､", " ").replace("･", ".")


def encode_char(char: str) -> int | None:
    """The byte of a character in JIS X 0201, or None."""
    if char == "¥":
        return 0x5C
    code = ord(char)
    if 0x20 <= code <= 0x7E:
        return code
    if 0xFF61 <= code <= 0xFF9F:
        return code - 0xFF61 + 0xA1
    return None
