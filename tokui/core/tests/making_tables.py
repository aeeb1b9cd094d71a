"""Tables for the tests of reading and writing."""

import io
import zipfile
from collections.abc import Sequence
from decimal import Decimal

import pytest

from tokui.core.tables import (
    Cell,
    Limits,
    NewSheet,
    TableCode,
    TableFile,
    TableRefused,
    open_table,
    write_xlsx,
)


def opened(data: bytes, **more: str) -> TableFile:
    return open_table(io.BytesIO(data), name=more.pop("name", "customers.csv"), **more)


def read(data: bytes, **more: str) -> list[list[Cell]]:
    return [list(row.cells) for sheet in opened(data, **more).sheets for row in sheet.rows()]


def refusal(data: bytes, code: TableCode, limits: Limits | None = None, **more: str) -> TableRefused:
    with pytest.raises(TableRefused) as refused:
        for sheet in open_table(io.BytesIO(data), name="t", limits=limits or Limits(), **more).sheets:
            for _ in sheet.rows():
                pass
    assert refused.value.code is code, str(refused.value)
    return refused.value


def workbook(rows: Sequence[Sequence[Cell]], name: str = "顧客") -> bytes:
    target = io.BytesIO()
    write_xlsx(target, [NewSheet(name, rows)])
    return target.getvalue()


def repacked(data: bytes, changes: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, changes.get(name, old.read(name)))
    return target.getvalue()


def sheet_xml(cells: str, *, prolog: str = "") -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{prolog}'
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{cells}</sheetData></worksheet>"
    ).encode()


SHEET = "xl/worksheets/sheet1.xml"


SAMPLE = workbook([["氏名", "金額"], ["山田", 1320], ["佐藤", Decimal("0.5")]])
