"""Bytes to records: every way in which real files cut, pad, end and re-encode 200-byte records (see README)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tokui.banking.refusals import DeviationCode, FileRefused, Refused
from tokui.connectors.remarks import Remarks
from tokui.connectors.zengin.characters import READABLE, encode_char
from tokui.connectors.zengin.layouts import RECORD_BYTES, Field, Record

EBCDIC_ONE = 0xF1
END_OF_FILE = b"\x1a"

_LINE_END = re.compile(rb"\r\n|\r|\n")
_HEISEI, _REIWA, _CENTURY = 1988, 2018, 2000


@dataclass(slots=True)
class RecordReader:
    """One record's fields, read by name. `number` counts records from 1."""

    number: int
    raw: bytes
    layout: Record
    remarks: Remarks

    def text(self, name: str) -> str:
        """A text field without its trailing filler, in the file's own (half-width) spelling."""
        field = self.layout.by_name[name]
        cut = self._cut(field).rstrip(b" ")
        try:
            text = cut.decode("cp932")
        except UnicodeDecodeError as error:
            raise self._refused(Refused.UNDECODABLE, name, cut.hex(), "cp932") from error
        if not READABLE[field.kind].issuperset(text):
            if any(ord(char) < 0x20 or ord(char) == 0x7F for char in text):
                raise self._refused(Refused.UNDECODABLE, name, cut.hex(), "JIS X 0201")
            self.remarks.add(DeviationCode.UNUSUAL_CHARACTER, self._where(name), text, field.kind.value)
        return text

    def digits(self, name: str) -> str:
        """A field of digits as it stands; "" when it is blank."""
        cut = self._cut(self.layout.by_name[name])
        if not cut.strip(b" "):
            return ""
        if not cut.isdigit():
            raise self._refused(Refused.NOT_A_NUMBER, name, cut.decode("cp932", "replace"), f"{len(cut)} digits")
        return cut.decode("ascii")

    def number_of(self, name: str) -> int | None:
        """A number; None when blank, which optional fields may be."""
        digits = self.digits(name)
        return int(digits) if digits else None

    def required(self, name: str) -> int:
        number = self.number_of(name)
        if number is None:
            raise self._refused(Refused.MISSING_FIELD, name, "", None)
        return number

    def choice(self, name: str, allowed: str, *, blank: str) -> str:
        """A one-digit code; blank is read as `blank`, anything undefined is refused."""
        found = self.digits(name) or blank
        if not found or found not in allowed:
            raise self._refused(Refused.UNKNOWN_CODE, name, found, "/".join(allowed))
        return found

    def day(self, name: str, today: date) -> date | None:
        """A YYMMDD day (見 wareki); None when blank or zero."""
        digits = self.digits(name)
        if not digits.strip("0"):
            return None
        day = two_digit_year_day(digits, today)
        if day is None:
            raise self._refused(Refused.INVALID_DATE, name, digits, "YYMMDD")
        if day.year == _CENTURY + int(digits[:2]):
            self.remarks.add(DeviationCode.WESTERN_YEAR, self._where(name), digits, day.isoformat())
        return day

    def refuse(self, code: Refused, name: str, expected: str | None = None) -> FileRefused:
        found = self._cut(self.layout.by_name[name]).decode("cp932", "replace")
        return self._refused(code, name, found, expected)

    def _cut(self, field: Field) -> bytes:
        return self.raw[field.start : field.end]

    def _where(self, name: str) -> str:
        return f"line {self.number}, {name}"

    def _refused(self, code: Refused, name: str, found: str, expected: str | None) -> FileRefused:
        return FileRefused(code, line=self.number, field=name, found=found, expected=expected)


def two_digit_year_day(digits: str, today: date) -> date | None:
    """The day meant by YYMMDD without an era letter, seen from `today`.

    令和 and 平成 share their numbers, and some banks write the western year. A year that lies within the last year or
    the coming month wins, 令和 before 平成 before western; otherwise the latest 和暦 day up to a year ahead.
    """
    year, month, day = int(digits[:2]), int(digits[2:4]), int(digits[4:])
    candidates = [made for base in (_REIWA, _HEISEI, _CENTURY) if (made := _day(base + year, month, day))]
    recent = (today - timedelta(days=400), today + timedelta(days=31))
    for made in candidates:
        if recent[0] <= made <= recent[1]:
            return made
    eras = [made for base in (_REIWA, _HEISEI) if (made := _day(base + year, month, day))]
    return max((made for made in eras if made <= today + timedelta(days=366)), default=None)


def split_records(content: bytes, remarks: Remarks, *, max_records: int) -> list[bytes]:
    """Cut a file into records of exactly 200 bytes, tolerating what can be understood without doubt.

    Raises FileRefused: EMPTY, EBCDIC, NUL_BYTE, UNDECODABLE, WRONG_LENGTH, TOO_MANY_LINES.
    """
    content = _single_byte(content, remarks)
    content = _without_end_mark(content, remarks)
    if not content.strip(b" \r\n"):
        raise FileRefused(Refused.EMPTY)
    records: list[bytes] = []
    for record in _fit(_pieces(content, remarks, max_records), remarks):
        if len(records) == max_records:
            raise FileRefused(Refused.TOO_MANY_LINES, expected=str(max_records))
        records.append(record)
    return records


def _single_byte(content: bytes, remarks: Remarks) -> bytes:
    if content[:1] and content[0] == EBCDIC_ONE:
        raise FileRefused(Refused.EBCDIC, line=1, found=content[:4].hex(), expected="JIS")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in content[:2]:
        raise FileRefused(Refused.REENCODED, line=1, found=content[:4].hex(), expected="JIS X 0201")
    if (at := content.find(b"\0")) >= 0:
        raise FileRefused(Refused.NUL_BYTE, found=str(at))
    if content.startswith(b"\xef\xbb\xbf"):
        remarks.add(DeviationCode.BYTE_ORDER_MARK, "line 1")
        content = content[3:]
    if not any(byte >= 0xE0 for byte in set(content)):
        return content
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return content
    remarks.add(DeviationCode.REENCODED, "line 1", "utf-8")
    return _undo_utf8(text)


def _undo_utf8(text: str) -> bytes:
    # Going back to the code of the bank restores the byte positions, for kanji (two bytes) as for kana (one).
    singles = "".join(chr(code) if (code := encode_char(char)) == 0x5C else char for char in text)
    try:
        return singles.encode("cp932")
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise FileRefused(Refused.UNDECODABLE, line=line, found=text[error.start], expected="cp932") from error


def _without_end_mark(content: bytes, remarks: Remarks) -> bytes:
    trimmed = content.rstrip(b"\r\n \x1a")
    tail = content[len(trimmed) :]
    if END_OF_FILE not in tail:
        return content
    remarks.add(DeviationCode.END_OF_FILE_MARK, "end of file", "0x1a")
    return trimmed + tail[: tail.index(END_OF_FILE)]


def _pieces(content: bytes, remarks: Remarks, max_records: int) -> Iterator[bytes]:
    if b"\r" in content or b"\n" in content:
        yield from _lines(content, remarks, max_records)
        return
    rest = len(content) % RECORD_BYTES
    whole = len(content) - rest
    if rest and whole and content[whole : whole + 1] != b"9" and content[whole:].strip(b" "):
        raise _wrong_length(len(content) // RECORD_BYTES + 1, rest)
    yield from (content[at : at + RECORD_BYTES] for at in range(0, len(content), RECORD_BYTES))


def _lines(content: bytes, remarks: Remarks, max_records: int) -> Iterator[bytes]:
    both = content.count(b"\r\n")
    counts = {"CR": content.count(b"\r") - both, "CRLF": both, "LF": content.count(b"\n") - both}
    ends = [name for name, count in counts.items() if count]
    if ends != ["CRLF"]:
        remarks.add(DeviationCode.LINE_END, "line 1", "+".join(ends))
    start, blank = 0, 0
    for number, end in enumerate(_LINE_END.finditer(content.rstrip(b"\r\n") + b"\n"), start=1):
        line = content[start : end.start()]
        start = end.end()
        if line.strip(b" "):
            yield line
            continue
        blank += 1
        if blank > max_records:
            raise FileRefused(Refused.TOO_MANY_LINES, line=number, expected=str(max_records))
        remarks.add(DeviationCode.BLANK_LINE, f"line {number}")


def _fit(pieces: Iterator[bytes], remarks: Remarks) -> Iterator[bytes]:
    number = 0
    for piece in pieces:
        number += 1
        if len(piece) == RECORD_BYTES:
            yield piece
        elif len(piece) < RECORD_BYTES:
            if not piece.strip(b" "):
                continue
            remarks.add(DeviationCode.TRIMMED, f"line {number}", str(len(piece)), str(RECORD_BYTES))
            yield piece.ljust(RECORD_BYTES)
        elif not piece[RECORD_BYTES:].strip(b" "):
            remarks.add(DeviationCode.PADDED, f"line {number}", str(len(piece)), str(RECORD_BYTES))
            yield piece[:RECORD_BYTES]
        elif len(piece) % RECORD_BYTES == 0:
            # Records run together and only the file ends with a line end.
            yield from (piece[at : at + RECORD_BYTES] for at in range(0, len(piece), RECORD_BYTES))
            number += len(piece) // RECORD_BYTES - 1
        else:
            raise _wrong_length(number, len(piece))


def _wrong_length(number: int, found: int) -> FileRefused:
    return FileRefused(Refused.WRONG_LENGTH, line=number, found=str(found), expected=str(RECORD_BYTES))


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
