"""Bytes to rows: the encoding is guessed on the head, the whole is then decoded strictly and split into cells."""

import csv
import io
from collections.abc import Iterator
from typing import BinaryIO

from tokui.banking.refusals import FileRefused, Refused
from tokui.banking.statements import ReadOptions

HEAD_BYTES = 64 * 1024
MAX_CELL = 10_000
MAX_COLUMNS = 200
MAX_LINE = MAX_CELL * MAX_COLUMNS

Row = tuple[int, list[str]]


def encoding_of(head: bytes) -> str:
    """utf-8-sig, utf-16, cp932 or utf-8, from the first 64 KB; never a code that only resembles Japanese.

    UTF-8 is so redundant that Japanese text in CP932 practically never passes for it.
    """
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if head.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if len(head) >= 4 and head[1::2][:64].count(0) > len(head[1::2][:64]) * 0.4 and head[0] != 0:
        return "utf-16-le"
    # The head may end inside a character.
    for cut in range(4):
        try:
            head[: len(head) - cut].decode("utf-8")
        except UnicodeDecodeError as error:
            if error.start < len(head) - 4:
                break
        else:
            return "utf-8"
    return "cp932"


def rows_of(stream: BinaryIO, options: ReadOptions, *, encoding: str | None, delimiter: str) -> Iterator[Row]:
    """Rows with the text line at which each ends. Raises TOO_LARGE, EMPTY, UNDECODABLE, NUL_BYTE, MALFORMED, …"""
    content = stream.read(options.max_bytes + 1)
    if len(content) > options.max_bytes:
        raise FileRefused(Refused.TOO_LARGE, expected=str(options.max_bytes))
    text = decoded(content, options.encoding or encoding or encoding_of(content[:HEAD_BYTES]))
    if not text.strip():
        raise FileRefused(Refused.EMPTY)
    reader = csv.reader(_short_lines(text), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            _check_size(cells, reader.line_num)
            yield reader.line_num, cells
    except csv.Error as error:
        raise FileRefused(Refused.MALFORMED, line=reader.line_num, found=str(error)) from error


def _short_lines(text: str) -> Iterator[str]:
    # Before the row is split: a line of 64 million commas must not become as many cells.
    for number, line in enumerate(io.StringIO(text, newline=""), start=1):
        if len(line) > MAX_LINE:
            raise FileRefused(Refused.CELL_TOO_LONG, line=number, expected=str(MAX_CELL))
        yield line


def decoded(content: bytes, encoding: str) -> str:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        found = content[error.start : error.start + 8].hex()
        raise FileRefused(Refused.UNDECODABLE, line=line, found=found, expected=encoding) from error
    except LookupError as error:
        raise FileRefused(Refused.UNDECODABLE, found=encoding) from error
    if (at := text.find("\0")) >= 0:
        raise FileRefused(Refused.NUL_BYTE, line=text.count("\n", 0, at) + 1, found=str(at))
    return text


def _check_size(cells: list[str], line: int) -> None:
    if len(cells) > MAX_COLUMNS:
        raise FileRefused(Refused.TOO_MANY_COLUMNS, line=line, found=str(len(cells)), expected=str(MAX_COLUMNS))
    if any(len(cell) > MAX_CELL for cell in cells):
        raise FileRefused(Refused.CELL_TOO_LONG, line=line, expected=str(MAX_CELL))
