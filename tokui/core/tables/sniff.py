"""Which encoding and which delimiter a text table has. A guess from a small head, which a person can override."""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from typing import BinaryIO

from tokui.core.tables.shapes import TableCode, TableRefused

HEAD_BYTES = 65_536
ENCODINGS = ("utf-8", "utf-8-sig", "cp932", "utf-16-le", "utf-16-be", "utf-16", "euc_jp", "iso2022_jp")
DELIMITERS = (",", "\t", ";", "|")
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_UTF32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_KANA = re.compile("[ぁ-んァ-ヴー]")
_JAPANESE = re.compile("[\u3000-\u30ff\u4e00-\u9fff]")
_HALF_KANA = re.compile("[｡-ﾟ]")


def sniff_encoding(source: BinaryIO) -> str:
    """The codec of a seekable source. Raises TableRefused: UNKNOWN_ENCODING, NUL."""
    source.seek(0)
    head = source.read(HEAD_BYTES)
    if head.startswith(_UTF32):
        raise TableRefused(TableCode.UNKNOWN_ENCODING, found="utf-32", expected="utf-8")
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding
    if b"\0" in head:
        return _wide_encoding(head)
    if b"\x1b$" in head:
        return "iso2022_jp"
    while head.isascii() and (more := source.read(HEAD_BYTES)):
        head = more
    return _narrow_encoding(head)


def sniff_delimiter(text: str, *, hint: str = ",") -> str:
    """The delimiter that cuts the first lines most evenly into more than one column; `hint` where none does."""
    best, best_score = hint, 0.0
    for delimiter in (hint, *(other for other in DELIMITERS if other != hint)):
        score = _evenness(text, delimiter)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _wide_encoding(head: bytes) -> str:
    """UTF-16 without a mark shows in NUL bytes of one parity only: those of its delimiters and line ends."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    if min(even, odd) == 0 and (even + odd) * 50 >= len(head):
        encoding = "utf-16-le" if odd else "utf-16-be"
        text = _decoded(head, encoding)
        if text is not None and "\0" not in text and any(mark in text for mark in (*DELIMITERS, "\n", "\r")):
            return encoding
    row = head.count(b"\n", 0, head.index(b"\0")) + 1
    raise TableRefused(TableCode.NUL, row=row, found="\\0")


def _narrow_encoding(head: bytes) -> str:
    # A chunk from the middle of a file may begin inside a character: the first line is cut off unless it is the only.
    for piece in (head, head.partition(b"\n")[2]):
        if not piece:
            continue
        if _decoded(piece, "utf-8") is not None or _has_utf8_cell(piece):
            return "utf-8"
        shift_jis, euc = _decoded(piece, "cp932"), _decoded(piece, "euc_jp")
        if shift_jis is not None and euc is not None:
            return "euc_jp" if _looks_like_euc(shift_jis, euc) else "cp932"
        if shift_jis is not None:
            return "cp932"
        if euc is not None:
            return "euc_jp"
    raise TableRefused(TableCode.UNKNOWN_ENCODING, expected=", ".join(("utf-8", "cp932", "utf-16", "euc_jp")))


def _has_utf8_cell(head: bytes) -> bool:
    """A cell of Japanese in UTF-8 among others that are not: pasted together, to be refused where it breaks.

    Shift_JIS would often decode the whole without an error, into nonsense.
    """
    for cell in re.split(rb"[,\t;|\r\n]", head):
        if len(cell) >= 6 and not cell.isascii() and (text := _decoded(cell, "utf-8")):
            foreign = [character for character in text if not character.isascii()]
            if len(foreign) >= 2 and all(_JAPANESE.match(character) for character in foreign):
                return True
    return False


def _looks_like_euc(shift_jis: str, euc: str) -> bool:
    """EUC text misread as Shift_JIS is full of half-width kana; half-width kana misread as EUC has no kana at all."""
    half = len(_HALF_KANA.findall(shift_jis))
    if not half:  # half-width kana in EUC has two bytes, which Shift_JIS reads as kanji
        return any(len(run) > 1 for run in re.findall("[｡-ﾟ]+", euc))
    if len(_KANA.findall(shift_jis)) > half:
        return False
    if _KANA.search(euc):
        return len(_KANA.findall(euc)) * 10 >= sum(not character.isascii() for character in euc)
    # Only kanji: a run of half-width kana is a name as banks write it, single ones among rare kanji are not.
    runs = re.findall("[｡-ﾟ]+", shift_jis)
    rare = len(re.findall("[一-龠]", shift_jis))
    return rare > 0 and half < 3 * len(runs)


def _decoded(head: bytes, encoding: str) -> str | None:
    try:
        return codecs.getincrementaldecoder(encoding)("strict").decode(head, final=False)
    except UnicodeError:
        return None


def _evenness(text: str, delimiter: str) -> float:
    lines = text.splitlines(keepends=True)[:50]
    try:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter) if row)
    except csv.Error:
        return 0.0
    several = Counter({width: count for width, count in widths.items() if width > 1})
    if not several:
        return 0.0
    _, count = several.most_common(1)[0]
    return count / widths.total() + min(max(several), 20) / 1000
