"""CSV and TSV as a stream: memory does not grow with the file."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from tokui.core.tables.guards import unguarded
from tokui.core.tables.shapes import Limits, Row, TableCode, TableRefused, column_letters
from tokui.core.tables.sniff import DELIMITERS, ENCODINGS, HEAD_BYTES, sniff_delimiter, sniff_encoding

_ESCAPED = re.compile("[\udc80-\udcff]")


def text_layout(source: BinaryIO, name: str, encoding: str | None, delimiter: str | None) -> tuple[str, str]:
    """The encoding and the delimiter of a text table; what is not given is sniffed."""
    encoding = _known(encoding, ENCODINGS) or sniff_encoding(source)
    return encoding, _known(delimiter, DELIMITERS) or _delimiter(source, name, encoding)


def read_text(source: BinaryIO, name: str, encoding: str, delimiter: str, limits: Limits) -> Iterator[Row]:
    """Every record of a CSV or TSV. Raises TableRefused with the place of the first thing that is not exact."""
    number, columns, suspect = 0, limits.columns, _Suspect()
    try:
        for cells in csv.reader(_lines(source, encoding, name, limits, suspect), delimiter=delimiter, strict=True):
            number += 1
            if len(cells) > columns:
                _refuse_columns(name, number, len(cells), limits)
            if suspect.lines != 1:
                _refuse_long_cells(name, number, cells, limits)
                cells = [unguarded(cell) for cell in cells]
            suspect.lines = 0
            yield Row(name, number, tuple(cells))
    except UnicodeError as error:  # also "pending buffer overflow", which is no UnicodeDecodeError
        raise _undecodable(source, name, encoding, delimiter, error) from None
    except csv.Error as error:
        raise _broken(name, number + 1, error, limits) from None
    except TableRefused as refused:
        if refused.row is None:
            refused.row = number + 1
        raise


class _Suspect:
    """Whether the record being read may hold a long or guarded cell, so that the others need no second look."""

    lines = 0


def _lines(source: BinaryIO, encoding: str, name: str, limits: Limits, suspect: _Suspect) -> Iterator[str]:
    text = _text(source, encoding, errors="strict")
    longest, long = limits.row_characters, limits.cell_characters
    try:
        while line := text.readline(longest + 1):
            if len(line) > longest:
                raise TableRefused(TableCode.ROW_TOO_LONG, sheet=name, found=line[:100], expected=longest)
            if "\0" in line:
                raise TableRefused(TableCode.NUL, sheet=name, found=line[:100])
            # One line, unless it looks bad by itself: a record of several short lines can hold a long cell too.
            suspect.lines += 2 if "'" in line or len(line) > long else 1
            yield line
    finally:
        text.detach()


def _text(source: BinaryIO, encoding: str, *, errors: str) -> io.TextIOWrapper:
    source.seek(0)
    return io.TextIOWrapper(source, encoding=encoding, errors=errors, newline="")


def _delimiter(source: BinaryIO, name: str, encoding: str) -> str:
    text = _text(source, encoding, errors="replace")
    try:
        head = text.read(HEAD_BYTES // 4)
    except UnicodeError as error:
        raise TableRefused(TableCode.UNDECODABLE, sheet=name, found=error, expected=encoding) from None
    finally:
        text.detach()
    return sniff_delimiter(head, hint="\t" if name.lower().endswith((".tsv", ".tab")) else ",")


def _known(choice: str | None, known: tuple[str, ...]) -> str | None:
    if choice is None or choice in known:
        return choice
    raise TableRefused(TableCode.UNKNOWN_ENCODING, found=choice, expected=", ".join(known))


def _refuse_columns(name: str, row: int, width: int, limits: Limits) -> None:
    column = column_letters(limits.columns)
    raise TableRefused(
        TableCode.TOO_MANY_COLUMNS, sheet=name, row=row, column=column, found=width, expected=limits.columns
    )


def _refuse_long_cells(name: str, row: int, cells: list[str], limits: Limits) -> None:
    for place, cell in enumerate(cells):
        if len(cell) > limits.cell_characters:
            column, most = column_letters(place), limits.cell_characters
            raise TableRefused(
                TableCode.CELL_TOO_LONG, sheet=name, row=row, column=column, found=cell[:100], expected=most
            )


def _broken(name: str, row: int, error: csv.Error, limits: Limits) -> TableRefused:
    # The csv module says it in words only. A cell beyond its field limit is nearly always a quote left open.
    if "field larger" in str(error):
        return TableRefused(TableCode.CELL_TOO_LONG, sheet=name, row=row, expected=limits.cell_characters)
    return TableRefused(TableCode.BROKEN_QUOTES, sheet=name, row=row, found=str(error), expected='""')


def _undecodable(source: BinaryIO, name: str, encoding: str, delimiter: str, error: UnicodeError) -> TableRefused:
    """Read once more with the bad bytes marked, because only the second reading knows their row and column."""
    found = error.object[error.start : error.end].hex(" ") if isinstance(error, UnicodeDecodeError) else str(error)
    text = _text(source, encoding, errors="surrogateescape")
    try:
        for number, cells in enumerate(csv.reader(text, delimiter=delimiter), 1):
            for place, cell in enumerate(cells):
                if _ESCAPED.search(cell):
                    column = column_letters(place)
                    return TableRefused(
                        TableCode.UNDECODABLE, sheet=name, row=number, column=column, found=found, expected=encoding
                    )
    except (csv.Error, UnicodeError):
        pass
    finally:
        text.detach()
    return TableRefused(TableCode.UNDECODABLE, sheet=name, found=found, expected=encoding)
