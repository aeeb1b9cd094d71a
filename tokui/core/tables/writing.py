"""CSV and XLSX as streams: rows come from an iterator and none is kept. What is read back is what was written."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import chain
from typing import Any, BinaryIO

import xlsxwriter

from tokui.core.tables.guards import guarded
from tokui.core.tables.shapes import Cell, TableCode, TableRefused, cell_text, column_letters

MEDIA_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
LONGEST_XLSX_CELL = 32_767
XLSX_ROWS = 1_048_576
# What an encoding writes without an error but gives back as another character: these six in all of Unicode for CP932.
_NUL = re.compile("\0")
_ALTERED = {"utf-8-sig": _NUL, "utf-8": _NUL, "cp932": re.compile("[\0¢£¬‖−〜]")}
_EXACT_DIGITS = 15
_FIRST_EXACT_DAY = date(1900, 3, 1)  # before it Excel counts a February 29, 1900 that never was
_FORMATS = {"day": "yyyy-mm-dd", "instant": "yyyy-mm-dd hh:mm:ss.000", "time": "hh:mm:ss.000", "span": "[h]:mm:ss"}
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

Cells = Sequence[Cell | None]


@dataclass(frozen=True)
class NewSheet:
    """A sheet to write. Beyond Excel's 1,048,576 rows it goes on in further sheets that repeat `heading`."""

    name: str
    rows: Iterable[Cells]
    heading: Cells = field(default=())


def write_csv(target: BinaryIO, rows: Iterable[Cells], *, encoding: str = "utf-8-sig", delimiter: str = ",") -> int:
    """Write rows as CSV with CRLF, in UTF-8 with mark (Excel reads it), UTF-8 or CP932; returns how many.

    Text that looks like a formula is written as text (see guards.py). Raises TableRefused: NUL, UNDECODABLE for a
    character that CP932 lacks (¥, 𠮷) or would give back as another one (− and 〜 as － and ～).
    """
    if encoding not in _ALTERED:
        raise TableRefused(TableCode.UNKNOWN_ENCODING, found=encoding, expected=", ".join(_ALTERED))
    text = io.TextIOWrapper(target, encoding=encoding, newline="", write_through=False)
    number, altered = 0, _ALTERED[encoding]
    try:
        writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
        for number, row in enumerate(rows, 1):
            cells = [guarded(cell) if type(cell) is str else _csv_cell(cell) for cell in row]
            if altered.search("".join(cells)):
                _refuse_unwritable(number, cells, encoding)
            try:
                writer.writerow(cells)
            except UnicodeEncodeError:
                _refuse_unwritable(number, cells, encoding)
    finally:
        text.detach()
    return number


def write_xlsx(target: BinaryIO, sheets: Iterable[NewSheet]) -> int:
    """Write a workbook row by row; returns how many rows without repeated headings.

    Text stays text (`=1+1`, `0312345678`, addresses are not links); whole numbers beyond 15 digits, which Excel cannot
    hold, are written as text, as are days before March 1900. Raises TableRefused: CELL_TOO_LONG, NUL.
    """
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": _FORMATS["day"],
    }
    with xlsxwriter.Workbook(target, options) as workbook:
        formats = {kind: workbook.add_format({"num_format": shown}) for kind, shown in _FORMATS.items()}
        bold = workbook.add_format({"bold": True})
        taken: set[str] = set()
        return sum(_write_sheet(workbook, sheet, formats, bold, taken) for sheet in sheets)


def _write_sheet(workbook: Any, sheet: NewSheet, formats: dict[str, Any], bold: Any, taken: set[str]) -> int:
    rows = iter(sheet.rows)
    written, pages = 0, 0
    while True:
        first = next(rows, None)
        if first is None and pages:
            return written
        pages += 1
        name = _sheet_name(sheet.name, taken)
        worksheet = workbook.add_worksheet(name)
        line = 0
        if sheet.heading:
            _write_row(worksheet, name, line, sheet.heading, formats, bold)
            worksheet.freeze_panes(1, 0)
            line = 1
        if first is None:
            return written
        for row in chain([first], rows):
            _write_row(worksheet, name, line, row, formats, None)
            line, written = line + 1, written + 1
            if line == XLSX_ROWS:
                break


def _write_row(worksheet: Any, name: str, line: int, row: Cells, formats: dict[str, Any], style: Any) -> None:
    for place, cell in enumerate(row):
        if cell is None or cell == "":
            continue
        shown = _xlsx_cell(cell)
        if isinstance(shown, str):
            _refuse_text(name, line + 1, place, shown)
            worksheet.write_string(line, place, shown, style)
        elif isinstance(shown, bool):
            worksheet.write_boolean(line, place, shown, style)
        elif isinstance(shown, int | float):
            worksheet.write_number(line, place, shown, style)
        else:
            worksheet.write_datetime(line, place, shown, formats[_kind_of_time(shown)])


def _xlsx_cell(cell: Cell) -> str | bool | int | float | date | time | timedelta:
    """The cell as Excel holds it exactly, else as text."""
    if isinstance(cell, bool | str):
        return cell
    if isinstance(cell, int):
        return cell if abs(cell) < 10**_EXACT_DIGITS else str(cell)
    if isinstance(cell, Decimal):
        digits = len(cell.normalize().as_tuple().digits)
        exact = cell.is_finite() and digits <= _EXACT_DIGITS and abs(cell.adjusted()) < _EXACT_DIGITS
        return float(cell) if exact else cell_text(cell)
    if isinstance(cell, datetime):
        exact = cell.date() >= _FIRST_EXACT_DAY and cell.tzinfo is None and not cell.microsecond % 1000
        return cell if exact else cell_text(cell)
    if isinstance(cell, date):
        return cell if cell >= _FIRST_EXACT_DAY else cell_text(cell)
    return cell


def _kind_of_time(cell: date | time | timedelta) -> str:
    if isinstance(cell, datetime):
        return "instant"
    if isinstance(cell, date):
        return "day"
    return "time" if isinstance(cell, time) else "span"


def _csv_cell(cell: Cell | None) -> str:
    if cell is None:
        return ""
    return guarded(cell) if isinstance(cell, str) else cell_text(cell)


def _refuse_unwritable(row: int, cells: list[str], encoding: str) -> None:
    for place, cell in enumerate(cells):
        code = TableCode.NUL if "\0" in cell else TableCode.UNDECODABLE
        for character in cell:
            if character == "\0" or not _survives(character, encoding):
                raise TableRefused(
                    code, row=row, column=column_letters(place), found=f"U+{ord(character):04X}", expected=encoding
                )


def _survives(text: str, encoding: str) -> bool:
    try:
        return text.encode(encoding).decode(encoding) == text
    except UnicodeError:
        return False


def _refuse_text(sheet: str, row: int, place: int, text: str) -> None:
    if len(text) > LONGEST_XLSX_CELL:
        code = TableCode.CELL_TOO_LONG
    elif _NOT_IN_XML.search(text):
        code = TableCode.NUL if "\0" in text else TableCode.UNDECODABLE
    else:
        return
    column = column_letters(place)
    raise TableRefused(code, sheet=sheet, row=row, column=column, found=ascii(text[:80]), expected=LONGEST_XLSX_CELL)


def _sheet_name(wanted: str, taken: set[str]) -> str:
    base = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", wanted).strip("' ")[:31] or "Sheet"
    name, number = base, 1
    while name.casefold() in taken:
        number += 1
        name = f"{base[: 31 - len(f' ({number})')]} ({number})"
    taken.add(name.casefold())
    return name
