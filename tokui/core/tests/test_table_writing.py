import io
from datetime import date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tokui.core.tables import (
    Cell,
    NewSheet,
    TableCode,
    TableRefused,
    write_csv,
    write_xlsx,
)
from tokui.core.tests.making_tables import opened, read, workbook

fewer = settings(max_examples=150, deadline=None)


texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20) | st.sampled_from(
    [
        "=1+1",
        "'=1",
        "''+x",
        "@SUM(A1)",
        "-1+2",
        "-500",
        "+819012345678",
        "＝A1",
        "\tx",
        '"',
        ",",
        "a\r\nb",
        "'",
        "000123",
    ]
)


@fewer
@given(st.lists(st.lists(texts, min_size=1, max_size=5), min_size=1, max_size=8))
def test_csv_reads_back_as_it_was_written(rows: list[list[str]]) -> None:
    target = io.BytesIO()
    assert write_csv(target, rows) == len(rows)
    assert read(target.getvalue(), delimiter=",") == rows


def test_cp932_reads_back_and_refuses_what_it_lacks_by_place() -> None:
    target = io.BytesIO()
    write_csv(target, [["髙橋", "①㈱", "ｱ"]], encoding="cp932")
    assert read(target.getvalue(), encoding="cp932") == [["髙橋", "①㈱", "ｱ"]]
    for character in ("𠮷", "¥", "−", "〜", "\U0001f600"):
        with pytest.raises(TableRefused) as refused:
            write_csv(io.BytesIO(), [["a"], ["b", f"x{character}"]], encoding="cp932")
        assert (refused.value.code, refused.value.row, refused.value.column) == (TableCode.UNDECODABLE, 2, "B")
    with pytest.raises(TableRefused):
        write_csv(io.BytesIO(), [["\0"]])


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("@cmd", "'@cmd"),
        ("＝A1", "'＝A1"),
        ("-1+2", "'-1+2"),
        ("'=1", "''=1"),
        ("-500", "-500"),
        ("'98", "'98"),
    ],
)
def test_text_that_looks_like_a_formula_is_written_as_text(text: str, written: str) -> None:
    target = io.BytesIO()
    write_csv(target, [[text, "x"]], encoding="utf-8")
    assert target.getvalue().decode() == f"{written},x\r\n"
    assert read(target.getvalue()) == [[text, "x"]]


numbers = st.integers(-(10**14), 10**14) | st.decimals(-(10**6), 10**6, places=4)
moments = st.datetimes(datetime(1900, 3, 1), datetime(2200, 1, 1)).map(lambda at: at.replace(microsecond=0))
values = st.one_of(texts.filter(lambda text: "\r" not in text), numbers, st.booleans(), moments)


def exact(cell: Cell) -> tuple[str, Cell]:
    """Numbers compare by value, an instant at midnight is its day, everything else compares by type too."""
    if isinstance(cell, datetime) and cell.time() == time():
        cell = cell.date()
    if isinstance(cell, int | Decimal) and not isinstance(cell, bool):
        return ("number", Decimal(cell))
    return (type(cell).__name__, cell)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(values, min_size=1, max_size=4), min_size=1, max_size=6))
def test_a_workbook_reads_back_as_it_was_written(rows: list[list[Cell]]) -> None:
    back = read(workbook([["見出し"], *rows]))[1:]
    width = max([1, *(len(row) for row in rows)])
    back += [[""] * width] * (len(rows) - len(back))
    for found, row in zip(back, rows, strict=True):
        padded = [*row, *[""] * (len(found) - len(row))]
        assert [exact(cell) for cell in found] == [exact(cell) for cell in padded[: len(found)]]
        assert not any(padded[len(found) :])


def test_what_excel_cannot_hold_is_written_as_text() -> None:
    row = ["=1+1", "http://example.jp/", "0312345678", 4011001098993, 10**20, date(1899, 5, 1), date(2026, 11, 2)]
    assert read(workbook([row])) == [
        ["=1+1", "http://example.jp/", "0312345678", 4011001098993, "1" + "0" * 20, "1899-05-01", date(2026, 11, 2)]
    ]
    assert read(workbook([[time(9, 30), None, "x"]])) == [[time(9, 30), "", "x"]]
    with pytest.raises(TableRefused) as refused:
        workbook([["a"], ["b", "x" * 40_000]])
    assert (refused.value.code, refused.value.row, refused.value.column) == (TableCode.CELL_TOO_LONG, 2, "B")
    with pytest.raises(TableRefused):
        workbook([["\x01"]])


def test_sheet_names_are_made_fit_and_different() -> None:
    target = io.BytesIO()
    write_xlsx(target, [NewSheet("a/b:c", [["x"]]), NewSheet("A b c", []), NewSheet("", [], heading=["氏名"])])
    assert [sheet.name for sheet in opened(target.getvalue()).sheets] == ["a b c", "A b c (2)", "Sheet"]
