"""Files of sales: nothing is doubled, nothing is lost, every refused row says why."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tokui.core import clock, importing
from tokui.core.actors import SYSTEM
from tokui.core.errors import Invalid, NotPermitted
from tokui.core.importing import roads
from tokui.core.invariants import find_offences
from tokui.core.jobs import run_pending
from tokui.core.models import Event
from tokui.core.tenancy import require_organization
from tokui.invoices.actions import close_sales, draft_from_sales
from tokui.invoices.importing import (
    SALES,
    apply_sales,
    check_sales,
    choose_sale_columns,
    import_sales_file,
    receive_sales,
    undo_sales,
)
from tokui.invoices.models import SaleImport, SaleLine
from tokui.invoices.refused import SalesFileRefused
from tokui.invoices.tests.world import DAY, make_customer, make_product
from tokui.invoices.words import reason_words, table_words


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


def told(batch: SaleImport) -> list[tuple[int, str, str, str]]:
    return [(row.row, row.column, row.value, row.reason["code"]) for row in batch.rows.order_by("pk")]


def test_every_problem_of_a_refused_row_is_told_with_its_place_value_and_reason(bring):
    batch = bring("顧客コード,売上日,品名,数量,単価,通貨\nX-9,2026/13/1,,ABC,1.5,JPY\n")
    assert (batch.row_count, batch.refused_count) == (1, 1)
    assert set(told(batch)) == {
        (2, "A 顧客コード", "X-9", "unknown_customer"),
        (2, "B 売上日", "2026/13/1", "no_such_day"),
        (2, "D 数量", "ABC", "not_a_number"),
        (2, "E 単価", "1.5", "too_precise"),
    }
    assert all(reason_words(row.reason) != row.reason["code"] for row in batch.rows.all())


def test_what_the_verb_would_refuse_is_told_at_its_column_and_all_of_it(bring):
    code = make_customer().code
    batch = bring(f"顧客コード,売上日,品名,数量,単価\n{code},2026-10-01,,1,\n{code},2026-10-01,皿,9999999999999,100\n")
    assert told(batch) == [
        (2, "C 品名", "", "description_missing"),
        (2, "E 単価", "", "no_price"),
        (3, "D 数量", "9999999999999", "quantity_too_large"),
    ]


@pytest.mark.parametrize(
    ("rate", "day", "kind", "basis_points"),
    [
        ("10%", "2026-10-01", "standard", 1_000),
        ("8", "2026-10-01", "reduced", 800),
        ("8%", "2018-10-01", "standard", 800),
        ("0.1", "2026-10-01", "standard", 1_000),
        ("8%（軽減）", "2026-10-01", "reduced", 800),
        ("非課税", "2026-10-01", "exempt", 0),
        ("輸出免税", "2026-10-01", "export", 0),
    ],
)
def test_the_rate_of_a_row_says_the_kind_of_tax_that_it_was_on_its_day(bring, rate, day, kind, basis_points):
    bring(f"顧客コード,売上日,品名,金額,税率\n{make_customer().code},{day},皿,100,{rate}\n")
    assert [(line.tax_kind, line.rate_bp) for line in SaleLine.objects.all()] == [(kind, basis_points)]


@pytest.mark.parametrize(("rate", "day"), [("10%", "2018-10-01"), ("5", "2026-10-01"), ("0%", "2026-10-01")])
def test_a_rate_that_did_not_hold_on_the_day_or_means_several_kinds_is_refused(bring, rate, day):
    batch = bring(f"顧客コード,売上日,品名,金額,税率\n{make_customer().code},{day},皿,100,{rate}\n")
    assert told(batch) == [(2, "E 税率", rate, "unknown_rate")]


def test_customers_are_found_by_name_and_a_name_of_two_is_refused(bring):
    make_customer("山田 花子")
    make_customer("佐藤 次郎", email="")
    make_customer("佐藤次郎", email="")
    batch = bring(
        "氏名,売上日,品名,金額\n山田花子,2026-10-01,皿,100\n佐藤 次郎,2026-10-01,皿,100\n誰,2026-10-01,皿,1\n"
    )
    assert SaleLine.objects.get().customer.name == "山田 花子"
    assert [row[3] for row in told(batch)] == ["name_of_several", "unknown_customer"]


def test_a_line_recorded_with_other_values_is_not_changed_silently_by_a_file(bring):
    code = make_customer().code
    bring(SLIP.format(code=code, day="2026-10-01"))
    again = bring(SLIP.format(code=code, day="2026-10-05"))
    assert (again.new_count, again.known_count, again.refused_count) == (0, 0, 2)
    assert [row[3] for row in told(again)] == ["recorded_otherwise", "slip_held"]
    assert {line.sold_on for line in SaleLine.objects.all()} == {date(2026, 10, 1), date(2026, 10, 2)}


def test_a_slip_whose_bad_line_stands_last_in_the_file_waits_whole_across_batches(bring, monkeypatch):
    monkeypatch.setattr(roads, "BATCH", 2)
    code = make_customer().code
    rows = [
        f"{code},2026-10-01,S1,急須,1",
        *(f"{code},2026-10-01,S{n},皿,{n}" for n in range(2, 6)),
        f"{code},x,S1,盆,9",
    ]
    batch = bring("顧客コード,売上日,伝票番号,品名,金額\n" + "\n".join(rows))
    assert (batch.new_count, batch.refused_count) == (4, 2)
    assert not SaleLine.objects.filter(external_id__startswith="S1#").exists()


def prepared(text: str, by=SYSTEM) -> SaleImport:
    batch = check_sales(receive_sales(text.encode(), name="a.csv", by=by), by=by)
    run_pending()
    batch.refresh_from_db()
    return batch


def finished(batch: SaleImport) -> SaleImport:
    run_pending()
    batch.refresh_from_db()
    return batch


def test_a_preview_writes_no_sale_and_shows_what_is_recorded_already(bring):
    code = make_customer().code
    bring(plain(code, *FOUR))
    batch = prepared(plain(code, *FOUR[2:], "2026-10-09,盆,1"))
    assert (batch.state, batch.new_count, batch.known_count) == ("ready", 1, 2)
    assert [(row.outcome, row.value) for row in batch.rows.order_by("pk")] == [("known", "湯呑"), ("known", "皿")]
    assert SaleLine.objects.count() == 4
    apply_sales(batch, by=SYSTEM)
    apply_sales(batch, by=SYSTEM)
    assert (finished(batch).state, SaleLine.objects.count()) == ("applied", 5)


def test_the_same_file_dropped_twice_before_it_is_taken_over_is_one_import(organization, owner):
    text = plain(make_customer().code, *FOUR).encode()
    first = receive_sales(text, name="a.csv", by=owner)
    assert receive_sales(text, name="b.csv", by=owner).pk == first.pk


def test_only_who_records_sales_brings_or_takes_back_a_file(organization, viewer):
    batch = prepared(plain(make_customer().code, *FOUR))
    for verb in (check_sales, apply_sales, undo_sales):
        with pytest.raises(NotPermitted):
            verb(batch, by=viewer)
    with pytest.raises(NotPermitted):
        receive_sales(b"x", name="a.csv", by=viewer)


def test_a_file_that_cannot_be_read_says_where_and_what_the_limit_is(bring):
    wide = ",".join(f"列{n}" for n in range(2_001))
    with pytest.raises(SalesFileRefused) as refused:
        bring(wide + "\n", name="wide.csv")
    assert "2000" in refused.value.message
    batch = SaleImport.objects.get()
    assert (batch.state, batch.refusal["expected"]) == ("refused", "2000")
    assert "wide.csv" in table_words(batch.refusal)


@pytest.mark.parametrize(("text", "code"), [("", "empty"), ("顧客コード,売上日,品名,金額\n", "no_rows")])
def test_a_file_without_a_row_is_refused(bring, text, code):
    with pytest.raises(SalesFileRefused):
        bring(text)
    assert SaleImport.objects.get().refusal["code"] == code


def test_a_file_without_the_needed_columns_asks_for_them_and_a_confirmed_choice_is_remembered(organization, owner):
    code = make_customer().code
    text = f"顧客コード,日付,いくら,何を\n{code},2026-10-01,5000,急須\n"
    batch = receive_sales(text.encode(), name="a.csv", by=owner)
    with pytest.raises(Invalid) as refused:
        check_sales(batch, by=owner)
    assert refused.value.field == "amount"
    chosen = {"customer_code": "顧客コード", "sold_on": "日付", "amount": "いくら", "description": "何を"}
    for wrong in ({**chosen, "region": "無い"}, {**chosen, "region": "何を"}, {**chosen, "nothing": "何を"}):
        with pytest.raises(Invalid):
            choose_sale_columns(batch, wrong, by=owner)
    choose_sale_columns(batch, chosen, by=owner)
    finished(batch)
    second = receive_sales(text.replace("5000", "6000").encode(), name="b.csv", by=owner)
    assert second.mapping == chosen


def test_an_import_that_died_goes_on_where_it_stood_and_two_workers_are_one(bring, monkeypatch):
    monkeypatch.setattr(roads, "BATCH", 2)
    batch = prepared(plain(make_customer().code, *FOUR, "2026-10-05,急須,5000"))
    apply_sales(batch, by=SYSTEM)
    organization, died = require_organization(), iter([False, True])
    write = SALES.planner.write

    def dying(self, *arguments, **named):
        if next(died, False):
            raise ConnectionError
        return write(self, *arguments, **named)

    monkeypatch.setattr(SALES.planner, "write", dying)
    with pytest.raises(ConnectionError):
        importing.run_apply(SALES, organization, batch.pk, SYSTEM)
    batch.refresh_from_db()
    assert (batch.cursor, SaleLine.objects.count()) == (2, 2)
    importing.run_apply(SALES, organization, batch.pk, SYSTEM)
    importing.run_apply(SALES, organization, batch.pk, SYSTEM)
    batch.refresh_from_db()
    assert (batch.state, batch.cursor, batch.new_count, SaleLine.objects.count()) == ("applied", 5, 5, 5)


def test_a_whole_file_is_taken_back_but_for_what_is_on_an_issued_document(bring):
    billed, waiting = make_customer("請求済", email=""), make_customer("未請求", closing_day=None, email="")
    text = plain(billed.code, *FOUR[2:]) + "".join(f"{waiting.code},{row}\n" for row in FOUR[:2])
    batch = bring(text)
    assert close_sales(DAY, by=SYSTEM).line_count == 2
    draft = draft_from_sales([SaleLine.objects.filter(customer=waiting).first().pk], by=SYSTEM)
    undo_sales(batch, by=SYSTEM)
    undo_sales(batch, by=SYSTEM)
    finished(batch)
    assert (batch.state, batch.reverted_count, batch.kept_count) == ("undone", 2, 2)
    assert {line.customer_id for line in SaleLine.objects.all()} == {billed.pk}
    draft.refresh_from_db()
    assert draft.total_minor == 0
    assert [row.outcome for row in batch.rows.all()] == ["kept", "kept"]
    assert all("INV-" in reason_words(row.reason) for row in batch.rows.all())
    kinds = ("invoices.SalesImported", "invoices.SaleDeleted", "invoices.SaleImportUndone")
    assert [Event.objects.filter(type=kind).count() for kind in kinds] == [1, 2, 1]
    again = bring(text)
    assert (again.new_count, again.known_count) == (2, 2)
    assert find_offences() == []


def test_a_batch_takes_as_many_statements_whatever_its_size(bring):
    make_product()
    code = make_customer().code

    def statements(count: int, first: int) -> int:
        batch = prepared(plain(code, *(f"2026-10-01,品{n},{n + 1}" for n in range(first, first + count))))
        apply_sales(batch, by=SYSTEM)
        with CaptureQueriesContext(connection) as captured:
            importing.run_apply(SALES, require_organization(), batch.pk, SYSTEM)
        assert SaleImport.objects.get(pk=batch.pk).new_count == count
        return len(captured)

    statements(3, 0)
    assert statements(5, 10) == statements(500, 100)
