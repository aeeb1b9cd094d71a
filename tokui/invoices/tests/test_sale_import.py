"""Files of sales: nothing is doubled, nothing is lost, every refused row says why."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tokui.core import clock
from tokui.core.actors import SYSTEM
from tokui.invoices.importing import import_sales_file
from tokui.invoices.models import SaleImport, SaleLine
from tokui.invoices.tests.world import make_customer, make_product


@pytest.fixture(autouse=True)
def _november():
    with clock.at(clock.at_day(date(2026, 11, 2))):
        yield


@pytest.fixture
def bring(organization, tmp_path: Path):
    """A text as a file, looked at and taken over; each call is a file of its own."""

    def brought(text: str, name: str = "uriage.csv") -> SaleImport:
        path = tmp_path / name
        path.write_text(text)
        return import_sales_file(path, by=SYSTEM)

    return brought


def recorded() -> list[tuple[str, int]]:
    return [(line.description, line.amount_minor) for line in SaleLine.objects.order_by("sold_on", "description", "id")]


def plain(code: str, *rows: str) -> str:
    return "顧客コード,売上日,品名,金額\n" + "".join(f"{code},{row}\n" for row in rows)


FOUR = ("2026-10-01,急須,5000", "2026-10-01,急須,5000", "2026-10-02,湯呑,800", "2026-10-03,皿,1200")


def test_the_same_file_without_slip_numbers_adds_nothing_the_second_time(bring):
    text = plain(make_customer().code, *FOUR)
    bring(text)
    again = bring(text)
    assert (again.new_count, again.known_count) == (0, 4)
    assert SaleLine.objects.count() == 4


def test_an_overlapping_file_adds_only_what_is_new_and_true_twins_stay_two(bring):
    code = make_customer().code
    bring(plain(code, *FOUR))
    longer = bring(plain(code, *FOUR[1:], FOUR[0], "2026-10-04,箸,300"))
    assert (longer.new_count, longer.known_count) == (1, 4)
    assert [amount for _what, amount in recorded()] == [5_000, 5_000, 800, 1_200, 300]


SLIP = "顧客コード,売上日,伝票番号,品名,金額\n{code},{day},S1,急須,5000\n{code},2026-10-02,S1,湯呑,800\n"


def test_a_slip_with_a_bad_line_waits_whole_and_comes_whole_once_it_is_corrected(bring):
    code = make_customer().code
    first = bring(SLIP.format(code=code, day="2026-13-01"))
    assert (first.new_count, first.refused_count) == (0, 2)
    second = bring(SLIP.format(code=code, day="2026-10-01"))
    assert (second.new_count, second.refused_count) == (2, 0)
    assert recorded() == [("急須", 5_000), ("湯呑", 800)]


AMOUNTS = {"JPY": ("1,234", 1_234), "USD": ("12.34", 1_234), "KWD": ("1.234", 1_234)}


@pytest.mark.parametrize("currency", AMOUNTS)
@pytest.mark.parametrize("columns", ["通貨,単価", "単価,通貨"])
def test_an_amount_is_read_in_the_rows_currency_wherever_its_column_stands(bring, currency, columns):
    written, minor = AMOUNTS[currency]
    cells = {"通貨": currency, "単価": f'"{written}"'}
    row = ",".join(cells[name] for name in columns.split(","))
    bring(f"顧客コード,売上日,品名,{columns}\n{make_customer().code},2026-10-01,急須,{row}\n")
    assert [(line.currency, line.unit_minor) for line in SaleLine.objects.all()] == [(currency, minor)]


def test_a_currency_that_nobody_knows_is_refused_not_taken_for_yen(bring):
    batch = bring(f"顧客コード,売上日,品名,金額,通貨\n{make_customer().code},2026-10-01,急須,12.34,ZZZ\n")
    assert (batch.new_count, batch.refused_count) == (0, 1)
    assert [row.reason["code"] for row in batch.rows.all()] == ["unknown_currency"]
    assert make_product()
