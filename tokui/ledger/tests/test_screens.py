"""The pages of the books: journal, accounts, trial balance, closing, export, mapping."""

from __future__ import annotations

import csv
import io
import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tokui.access.models import User
from tokui.access.tests.world import make_member
from tokui.core.actors import SYSTEM
from tokui.core.ids import uuid7
from tokui.ledger.accounts import WORDS, account_of
from tokui.ledger.actions import Entry, Posting, post_entries, reverse_entries
from tokui.ledger.exporting import NameDoesNotFit, NothingToExport, make_export
from tokui.ledger.folding import Moved, fold, share_out
from tokui.ledger.journals import Books, Layout
from tokui.ledger.mapping import USUAL, Mapped, map_account, resolve
from tokui.ledger.models import AccountMapping, ClosedMonth, ExportMark, JournalExport
from tokui.ledger.periods import close_month
from tokui.ledger.reading import trials
from tokui.ledger.registry import Party, _banks, _find, _load, name_banks, name_customers

DAY = date(2026, 10, 31)
OHTA = uuid7()
PERIOD = "from=2026-10-01&to=2026-10-31"


@pytest.fixture
def page(client, owner):
    client.force_login(User.objects.get(pk=owner.id))
    return client


@pytest.fixture(autouse=True)
def _customers():
    before = list(_load), list(_find)
    people = {OHTA: Party("C-1", "太田 由紀", "/customers/cus_x")}
    name_customers(
        lambda ids: {key: people[key] for key in ids if key in people},
        lambda typed: [OHTA] if typed in "太田 由紀 C-1" else [],
    )
    yield
    _load[:], _find[:] = before


def sale(amount: int = 11_000, *, on: date = DAY, kind: str = "invoice", customer=OHTA) -> Entry:
    owed, tax = f"customers:{customer}:receivable", amount // 11
    postings = (Posting(owed, "revenue:sales:10", amount - tax), Posting(owed, "tax:10", tax))
    if kind == "credit_note":
        postings = tuple(Posting(one.credit, one.debit, one.amount_minor) for one in postings)
    return Entry(on, kind, "invoices.invoice", uuid7(), postings, customer, "10月分")


def deposit(amount: int = 11_000, *, on: date = DAY) -> Entry:
    return Entry(on, "deposit", "banking.deposit", uuid7(), (Posting("bank:main", "unapplied", amount),))


def queries(page, url: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert page.get(url).status_code == 200
    return len(found)


def amounts(text: str) -> list[int]:
    return [int(value) for value in re.findall(r"value=\"(-?\d+)\"", text)]


def test_the_journal_shows_the_entries_of_a_period(page):
    post_entries([sale(), deposit(5_500), sale(2_200, on=date(2026, 9, 1))], by=SYSTEM)
    text = page.get(f"/ledger?{PERIOD}").content.decode()
    for shown in ("売掛金", "太田 由紀", "売上高", "仮受消費税", "10月分", "預金"):
        assert shown in text, shown
    assert amounts(text) == [10000, 1000, 5500]


def test_the_journal_is_narrowed_by_account_and_customer(page):
    post_entries([sale(), deposit(5_500)], by=SYSTEM)
    assert amounts(page.get(f"/ledger?{PERIOD}&account=bank:main").content.decode()) == [5500]
    assert amounts(page.get(f"/ledger?{PERIOD}&customer=太田").content.decode()) == [10000, 1000]
    assert amounts(page.get(f"/ledger?{PERIOD}&customer=nobody").content.decode()) == []


def test_the_journal_goes_on_by_cursor_and_costs_the_same(page):
    post_entries([sale(1_100)], by=SYSTEM)
    few = queries(page, f"/ledger?{PERIOD}")
    post_entries([sale(1_100) for _ in range(59)], by=SYSTEM)
    assert queries(page, f"/ledger?{PERIOD}") == few
    assert few <= 24
    text = page.get(f"/ledger?{PERIOD}").content.decode()
    url = re.search(r"hx-get=\"(\?[^\"]*after=[^\"]+)\"", text)[1].replace("&amp;", "&")
    rest = page.get("/ledger" + url).content.decode()
    assert (len(amounts(text)), len(amounts(rest))) == (100, 20)


@pytest.mark.parametrize(
    "url",
    [
        "/ledger?from=x",
        "/ledger?from=2026-11-01&to=2026-10-01",
        "/ledger?after=xyz",
        "/ledger/accounts/bank:main?currency=ZZZ",
        "/ledger/trial-balance?on=2026-13-01",
        "/ledger/accounts/bank:main?after=xyz",
    ],
)
def test_what_cannot_be_read_is_refused_not_a_crash(page, url):
    assert page.get(url).status_code == 422


def test_an_account_runs_from_what_was_brought_forward(page):
    post_entries([deposit(1_000, on=date(2026, 9, 30)), deposit(200), deposit(30, on=date(2026, 11, 1))], by=SYSTEM)
    assert amounts(page.get(f"/ledger/accounts/bank:main?{PERIOD}").content.decode()) == [1000, 200, 1200, 1200]
    text = page.get(f"/ledger/accounts/unapplied?{PERIOD}").content.decode()
    assert amounts(text) == [1000, 200, 1200, 1200]
    assert "貸方残高" in text or "残高(貸方)" in text


def test_the_running_balance_goes_on_behind_the_cursor(page):
    post_entries([deposit(10) for _ in range(60)], by=SYSTEM)
    text = page.get(f"/ledger/accounts/bank:main?{PERIOD}").content.decode()
    url = re.search(r"hx-get=\"(\?[^\"]*after=[^\"]+)\"", text)[1].replace("&amp;", "&")
    rest = amounts(page.get("/ledger/accounts/bank:main" + url).content.decode())
    assert rest[0] == 500
    assert rest[-1] == 600


def test_the_trial_balance_closes(page):
    post_entries([sale(), deposit(5_500)], by=SYSTEM)
    (trial,) = trials(date(2026, 10, 1), DAY)
    assert trial.left_minor == trial.right_minor == 16_500
    assert trial.debit_minor == trial.credit_minor == 16_500
    assert [line.account.code for line in trial.lines] == [
        "bank:main",
        "customers:*:receivable",
        "unapplied",
        "tax:10",
        "revenue:sales:10",
    ]
    text = page.get("/ledger/trial-balance?on=2026-10-31").content.decode()
    assert "預金" in text
    people = page.get("/ledger/accounts/customers:*:receivable?on=2026-10-31").content.decode()
    assert "太田 由紀" in people
    assert amounts(people) == [11000]


def test_a_month_is_closed_and_opened_again_with_a_reason(page):
    post_entries([sale()], by=SYSTEM)
    assert page.get("/ledger/months").status_code == 200
    assert page.post("/ledger/months/closing", {"month": "2026-10"}).status_code == 302
    assert ClosedMonth.objects.get().month == date(2026, 10, 1)
    assert page.post("/ledger/months/closing", {"month": "2026-10"}).status_code == 409
    assert page.post("/ledger/months/reopening", {"month": "2026-10", "reason": " "}).status_code == 422
    assert page.post("/ledger/months/reopening", {"month": "2026-10", "reason": "計上もれ"}).status_code == 302
    assert "計上もれ" in page.get("/ledger/months").content.decode()


@pytest.mark.parametrize("month", ["", "x", "2026-13", "9999-01", "2026-10-01"])
def test_a_month_that_is_none_is_refused(page, month):
    assert page.post("/ledger/months/closing", {"month": month}).status_code == 422


def test_an_open_month_waits_on_the_start_page(page, owner, monkeypatch):
    monkeypatch.setattr("tokui.core.clock.today", lambda: date(2026, 11, 20))
    assert "2026年10月" not in page.get("/").content.decode()
    post_entries([sale()], by=SYSTEM)
    assert "2026年10月" in page.get("/").content.decode()
    close_month(DAY, by=owner)
    assert "2026年10月" not in page.get("/").content.decode()


def test_only_the_next_month_is_offered_and_the_start_page_names_the_same(page, owner, monkeypatch):
    monkeypatch.setattr("tokui.core.clock.today", lambda: date(2026, 12, 20))
    post_entries([sale()], by=SYSTEM)
    shown = page.get("/ledger/months").content.decode()
    assert shown.count('action="/ledger/months/closing"') == 1
    assert '<input type="hidden" name="month" value="2026-10">' in shown
    assert "2026年10月 はまだ締めていません" in page.get("/").content.decode()
    close_month(DAY, by=owner)
    assert '<input type="hidden" name="month" value="2026-11">' in page.get("/ledger/months").content.decode()
    assert "2026年11月 はまだ締めていません" in page.get("/").content.decode()


def export(owner, **values) -> JournalExport:
    given = {"from_on": date(2026, 10, 1), "to_on": DAY, "books": Books.TAX_INCLUDED, "by": owner} | values
    return make_export(given.pop("layout", Layout.FREEE), **given)


def content(export: JournalExport) -> list[list[str]]:
    from tokui.core.files import read

    encoding = "cp932" if export.layout == "yayoi" else "utf-8"
    return list(csv.reader(io.StringIO(read(export.file).decode(encoding))))


def test_an_export_holds_only_what_the_program_does_not_have(organization, owner):
    post_entries([sale(), deposit()], by=SYSTEM)
    assert export(owner).entry_count == 2
    with pytest.raises(NothingToExport):
        export(owner)
    post_entries([deposit(500)], by=SYSTEM)
    second = export(owner)
    assert (second.entry_count, len(content(second))) == (1, 2)
    assert export(owner, layout=Layout.MONEYFORWARD).entry_count == 3
    again = export(owner, everything=True)
    assert again.entry_count == 3
    assert ExportMark.objects.filter(layout="freee").count() == 3
    assert sorted(ExportMark.objects.filter(layout="freee").values_list("number", flat=True)) == [1, 2, 3]


def test_a_sale_is_one_line_with_its_tax_within(organization, owner):
    post_entries([sale(11_000)], by=SYSTEM)
    (row,) = content(export(owner, layout=Layout.YAYOI))
    assert row[4:10] == ["売掛金", "太田 由紀", "", "対象外", "11000", ""]
    assert row[10:16] == ["売上高", "", "", "課税売上込10%", "11000", ""]
    assert "太田 由紀" in row[16]


def test_books_without_tax_state_the_tax(organization, owner):
    post_entries([sale(11_000)], by=SYSTEM)
    (row,) = content(export(owner, layout=Layout.YAYOI, books=Books.TAX_EXCLUDED))
    assert (row[14], row[15], row[13]) == ("11000", "1000", "課税売上内10%")


def test_a_credit_note_is_a_return_and_a_reversal_keeps_its_class(organization, owner):
    (entry,) = post_entries([sale(11_000)], by=SYSTEM)
    reverse_entries([entry], on=DAY, reason="誤り", by=SYSTEM)
    post_entries([sale(1_100, kind="credit_note")], by=SYSTEM)
    classes = {(row[4], row[7], row[8]) for row in content(export(owner, layout=Layout.YAYOI))}
    assert ("売上高", "課税売上込10%", "11000") in classes
    assert ("売上高", "課税売返込10%", "1100") in classes


def test_entries_of_other_currencies_stay_out(organization, owner):
    foreign = Entry(DAY, "deposit", "banking.deposit", uuid7(), (Posting("bank:usd", "unapplied", 5),), currency="USD")
    post_entries([foreign], by=SYSTEM)
    with pytest.raises(NothingToExport):
        export(owner)


def test_a_name_that_yayoi_cannot_take_is_refused_by_name(organization, owner):
    map_account("bank", account="とても長い名前の普通預金口座その一", by=owner)
    post_entries([deposit()], by=SYSTEM)
    with pytest.raises(NameDoesNotFit) as refused:
        export(owner, layout=Layout.YAYOI)
    assert "とても長い名前" in refused.value.message
    assert not ExportMark.objects.exists()


def test_a_name_that_is_filled_in_is_cut_to_what_the_program_takes(organization, owner):
    long = uuid7()
    name_customers(
        lambda ids: {key: Party("C-2", "株式会社 北斗企画コーポレーション", "/customers/cus_y") for key in ids},
        lambda typed: [],
    )
    post_entries([sale(customer=long)], by=SYSTEM)
    (row,) = content(export(owner, layout=Layout.YAYOI))
    assert row[5] == "株式会社 北斗企画コーポ"
    (row,) = content(export(owner, layout=Layout.FREEE, everything=True))[1:]
    assert "株式会社 北斗企画コーポレーション" in row


def test_a_bank_account_is_called_by_its_name(organization, owner):
    before = list(_banks)
    name_banks(lambda: {"bank:main": "みずほ 本店"})
    post_entries([deposit()], by=SYSTEM)
    (row,) = content(export(owner, layout=Layout.YAYOI))
    _banks[:] = before
    assert row[4:6] == ["普通預金", "みずほ 本店"]


def test_what_is_given_up_is_divided_over_the_rates_of_the_document_and_nothing_is_lost():
    given_up = Moved("writeoff:discount", "customers:x:receivable", 1_001)
    made = share_out([given_up], [("10", 11_000), ("8", 5_400), ("exempt", 600)])
    assert [(one.debit, one.amount_minor) for one in made] == [
        ("writeoff:discount:10", 648),
        ("writeoff:discount:8", 318),
        ("writeoff:discount:exempt", 35),
    ]
    assert share_out([given_up], []) == [given_up]
    paid = Moved("unapplied", "customers:x:receivable", 5)
    assert share_out([paid], [("10", 1)]) == [paid]


def test_entries_left_out_are_counted_on_the_page(page):
    foreign = Entry(DAY, "deposit", "banking.deposit", uuid7(), (Posting("bank:usd", "unapplied", 5),), currency="USD")
    post_entries([foreign, deposit()], by=SYSTEM)
    form = {"layout": "freee", "from_on": "2026-10-01", "to_on": "2026-10-31", "books": "tax_included"}
    told = page.post("/ledger/exports", form, follow=True).content.decode()
    assert "外貨の仕訳 1 件は含まれません" in told


@pytest.mark.parametrize(
    ("code", "account"),
    [
        ("bank:main", "B"),
        ("bank:sub", "A"),
        ("revenue:sales:10", "C"),
        ("revenue:other:10", "D"),
        ("revenue:other:8", "E"),
    ],
)
def test_the_longest_then_the_plainest_pattern_wins(code, account):
    rules = [
        Mapped("bank", "A"),
        Mapped("bank:main", "B"),
        Mapped("revenue:sales:10", "C"),
        Mapped("revenue:*:10", "D"),
        Mapped("revenue", "E"),
    ]
    assert resolve(code, rules).account == account


def test_every_account_that_we_name_has_a_usual_name():
    assert [code for code in WORDS if resolve(code.replace("*", "x"), USUAL) is None] == []


def test_tax_is_shared_between_revenues_of_its_rate_and_nothing_is_lost():
    given = [
        Moved("r", "revenue:a:10", 333),
        Moved("r", "revenue:b:10", 667),
        Moved("r", "revenue:a:8", 100),
        Moved("r", "tax:10", 101),
        Moved("r", "tax:8", 8),
        Moved("r", "tax:5", 7),
    ]
    found = fold(given)
    assert sum(one.amount_minor for one in found) == sum(one.amount_minor for one in given)
    assert [(one.credit, one.amount_minor, one.tax_minor) for one in found] == [
        ("revenue:a:10", 367, 34),
        ("revenue:b:10", 734, 67),
        ("revenue:a:8", 108, 8),
        ("tax:5", 7, 0),
    ]


def test_the_export_page_writes_lists_and_hands_out_files(page):
    post_entries([sale()], by=SYSTEM)
    given = {"layout": "yayoi", "books": "tax_included", "from_on": "2026-10-01", "to_on": "2026-10-31"}
    assert page.post("/ledger/exports", given).status_code == 302
    row = JournalExport.objects.get()
    assert row.public_id in page.get("/ledger/exports").content.decode()
    answer = page.get(f"/ledger/exports/{row.public_id}")
    assert answer["Content-Disposition"].startswith("attachment")
    assert "売掛金".encode("cp932") in b"".join(answer.streaming_content)
    again = page.post("/ledger/exports", given)
    assert again.status_code == 422
    assert page.get("/ledger/exports/jex_nonsense").status_code == 404


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"layout": "excel"}, "layout"), ({"from_on": "x"}, "from_on"), ({"to_on": "2026-09-01"}, "to_on")],
)
def test_a_bad_export_is_refused_at_its_field(page, changed, field):
    given = {"layout": "yayoi", "books": "tax_included", "from_on": "2026-10-01", "to_on": "2026-10-31"} | changed
    answer = page.post("/ledger/exports", given)
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()


def test_a_mapping_is_set_replaced_and_forgotten(page):
    post_entries([deposit()], by=SYSTEM)
    given = {"pattern": "bank:main", "account": "当座預金", "tax_class": "out_of_scope"}
    assert page.post("/ledger/mapping", given).status_code == 302
    assert page.post("/ledger/mapping", given | {"sub_account": "本店"}).status_code == 302
    row = AccountMapping.objects.get()
    assert (row.account, row.sub_account) == ("当座預金", "本店")
    assert "当座預金" in page.get("/ledger/mapping").content.decode()
    assert page.post(f"/ledger/mapping/{row.pk}/removal").status_code == 302
    assert not AccountMapping.objects.exists()
    assert page.post(f"/ledger/mapping/{row.pk}/removal").status_code == 404


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"pattern": "bank::x"}, "pattern"),
        ({"pattern": "b*"}, "pattern"),
        ({"account": ""}, "account"),
        ({"tax_class": "own"}, "own_words"),
        ({"tax_class": "gold"}, "tax_class"),
    ],
)
def test_a_bad_mapping_is_refused_at_its_field(page, changed, field):
    answer = page.post(
        "/ledger/mapping", {"pattern": "bank", "account": "普通預金", "tax_class": "out_of_scope"} | changed
    )
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()


PAGES = [
    "/ledger",
    "/ledger/accounts/bank:main",
    "/ledger/trial-balance",
    "/ledger/months",
    "/ledger/exports",
    "/ledger/mapping",
]


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("sales", 403), ("support", 403), ("accountant", 200)])
def test_only_those_who_keep_the_books_see_them(client, organization, role, status):
    client.force_login(make_member(role).user)
    for url in PAGES:
        assert client.get(url).status_code == status, url
    expected = 403 if status == 403 else 302
    assert client.post("/ledger/months/closing", {"month": "2026-10"}).status_code == expected


@pytest.mark.parametrize("url", PAGES)
def test_strangers_are_led_to_sign_in(client, organization, url):
    assert client.get(url)["Location"].startswith("/sign-in")


@pytest.mark.parametrize(
    ("code", "label", "note"),
    [
        ("revenue:sales:10", "売上高", "10%"),
        ("revenue:lesson:8", "売上高", "lesson 8% 軽減"),
        ("tax:625bp", "仮受消費税", "6.25%"),
        ("customers:*:advance", "前受金", ""),
        ("bank:main", "預金", "main"),
        ("unknown:x", "unknown:x", ""),
    ],
)
def test_an_account_is_told_in_words(code, label, note):
    from django.utils.translation import override

    with override("ja"):
        found = account_of(code)
    assert (found.label, found.note) == (label, note)
