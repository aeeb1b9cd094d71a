"""XLSX, XLSB, XLS and ODS through calamine, every sheet, formulas as the values that the office program saved."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import BinaryIO, TypeVar

import python_calamine

from tokui.core.tables.archives import check_archive
from tokui.core.tables.shapes import UNCALCULATED, Cell, Limits, Row, Sheet, TableCode, TableRefused, column_letters

_Found = TypeVar("_Found")
_Read = int | float | str | bool | time | date | datetime | timedelta
_EXACT = 2**53  # beyond it a spreadsheet's floating numbers skip whole numbers
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
logger = logging.getLogger(__name__)


def is_workbook(head: bytes) -> bool:
    """Whether the first bytes are those of a zip archive or an OLE container."""
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06", _OLE))


def open_workbook(source: BinaryIO, limits: Limits) -> tuple[str, tuple[Sheet, ...]]:
    """The workbook's kind and its worksheets, hidden ones too, in their order. Raises TableRefused."""
    source.seek(0)
    kind, uncalculated = ("xls", {}) if source.read(8) == _OLE else check_archive(source, limits)
    source.seek(0)
    workbook = _guarded(lambda: python_calamine.load_workbook(source))
    names = [sheet.name for sheet in workbook.sheets_metadata if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet]
    if not names:
        raise TableRefused(TableCode.EMPTY)
    return kind, tuple(
        Sheet(name, partial(_rows, workbook, name, limits, uncalculated.get(name, {}))) for name in names
    )


def _rows(
    workbook: python_calamine.CalamineWorkbook, name: str, limits: Limits, uncalculated: Mapping[int, set[int]]
) -> Iterator[Row]:
    sheet = _guarded(lambda: workbook.get_sheet_by_name(name), sheet=name)
    if sheet.start is None:
        return
    indent = ("",) * sheet.start[1]
    if (indent and len(indent) + sheet.width > limits.columns) or sheet.width > limits.columns:
        raise TableRefused(TableCode.TOO_MANY_COLUMNS, sheet=name, found=sheet.width, expected=limits.columns)
    rows = iter(_guarded(sheet.iter_rows, sheet=name))
    number = 0
    while (row := _guarded(partial(next, rows, None), sheet=name)) is not None:
        number += 1
        cells = indent + tuple([_exact(cell) for cell in row])
        if number in uncalculated:
            cells = _told_apart(cells, uncalculated[number])
        _refuse_bad_text(name, number, cells, limits)
        yield Row(name, number, cells)


def _exact(cell: _Read) -> Cell:
    """Numbers without floating point: 9012345678.0 is 9012345678, 0.30000000000000004 is the 0.3 that Excel shows."""
    if isinstance(cell, float):
        if cell.is_integer() and abs(cell) < _EXACT:
            return int(cell)
        return Decimal(f"{cell:.15g}")
    return cell


def _told_apart(cells: tuple[Cell, ...], formulas: set[int]) -> tuple[Cell, ...]:
    """A formula without a result is not an empty cell."""
    return tuple(UNCALCULATED if cell == "" and place in formulas else cell for place, cell in enumerate(cells))


def _refuse_bad_text(name: str, row: int, cells: tuple[Cell, ...], limits: Limits) -> None:
    for place, cell in enumerate(cells):
        if not isinstance(cell, str):
            continue
        if len(cell) > limits.cell_characters:
            code, expected = TableCode.CELL_TOO_LONG, str(limits.cell_characters)
        elif "\0" in cell:
            code, expected = TableCode.NUL, ""
        else:
            continue
        column = column_letters(place)
        raise TableRefused(code, sheet=name, row=row, column=column, found=cell[:100], expected=expected)


def _guarded(read: Callable[[], _Found], *, sheet: str = "") -> _Found:
    """Whatever the reader makes of a damaged workbook, the answer is a refusal.

    A panic in its Rust code arrives as a BaseException, which would otherwise end a worker.
    """
    try:
        return read()
    except python_calamine.PasswordError:
        raise TableRefused(TableCode.PASSWORD, sheet=sheet) from None
    except (KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError):
        raise
    except BaseException as error:
        logger.info("workbook refused: %s", type(error).__name__)
        raise TableRefused(TableCode.DAMAGED, sheet=sheet, found=error) from None
