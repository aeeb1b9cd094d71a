"""The books over REST."""

from __future__ import annotations

from datetime import date

import pytest

from tests.rest import Program, elsewhere, refused_alike
from tokui.access.permissions import CUSTOMERS_VIEW, LEDGER_EXPORT, LEDGER_VIEW
from tokui.core.actors import SYSTEM
from tokui.core.ids import parse_public_id, public_id, uuid7
from tokui.ledger.actions import Entry, Posting, post_entries, reverse_entries
from tokui.ledger.exporting import make_export
from tokui.ledger.journals import Books, Layout

DAY = date(2026, 10, 20)


@pytest.fixture
def program(owner) -> Program:
    return Program(owner)


def post(amount: int = 11_000, *, on: date = DAY, customer=None, debit: str = "bank:main") -> str:
    source = uuid7()
    entry = Entry(on, "deposit", "banking.deposit", source, (Posting(debit, "unapplied", amount),), customer)
    return public_id("ent", post_entries([entry], by=SYSTEM)[0])


def test_balances_are_told_by_account_as_of_a_day(program):
    post(11_000)
    post(500, on=date(2026, 11, 1), debit="cash")
    told = {row["account"]: row["balance_minor"] for row in program.get("/ledger/balances").json()["data"]}
    assert told == {"bank:main": 11_000, "cash": 500, "unapplied": -11_500}
    then = program.get("/ledger/balances", as_of="2026-10-31", prefix="una").json()["data"]
    assert then == [{"account": "unapplied", "currency": "JPY", "balance_minor": -11_000}]


def test_balances_page_by_account(program):
    for name in ("a", "b", "c"):
        post(debit=f"bank:{name}")
    first = program.get("/ledger/balances", prefix="bank:", limit=2).json()
    rest = program.get("/ledger/balances", prefix="bank:", limit=2, cursor=first["next_cursor"]).json()
    assert [row["account"] for row in first["data"] + rest["data"]] == ["bank:a", "bank:b", "bank:c"]
    assert rest["next_cursor"] is None
    assert program.get("/ledger/balances", cursor="made-up").json()["errors"][0]["field"] == "cursor"


def test_the_trial_balance_brings_forward_and_carries_forward(program):
    post(11_000)
    post(500, on=date(2026, 11, 1))
    answer = program.get("/ledger/trial-balance", from_on="2026-11-01", to_on="2026-11-30").json()
    [bank] = [row for row in answer["data"] if row["account"] == "bank:main"]
    assert (bank["opening_minor"], bank["debit_minor"], bank["closing_minor"]) == (11_000, 500, 11_500)


def test_entries_are_listed_with_their_postings_and_what_they_reverse(program):
    customer = uuid7()
    first = post(customer=customer)
    post(700, on=date(2026, 11, 1), debit="cash")
    assert [row["on"] for row in program.get("/ledger/entries").json()["data"]] == ["2026-11-01", "2026-10-20"]
    [one] = program.get("/ledger/entries", account="bank:main").json()["data"]
    assert one["postings"] == [{"debit": "bank:main", "credit": "unapplied", "amount_minor": 11_000, "currency": "JPY"}]
    assert program.get("/ledger/entries", customer=public_id("cus", customer)).json()["data"] == [one]
    assert program.get("/ledger/entries", to_on="2026-10-31").json()["data"] == [one]
    assert program.get(f"/ledger/entries/{first}").json() == one
    reversing = public_id("ent", reverse_entries([parse_public_id(first, "ent")], on=DAY, reason="x", by=SYSTEM)[0])
    assert program.get(f"/ledger/entries/{reversing}").json()["reverses"] == first


def test_a_list_of_entries_takes_the_same_statements_however_long(program, django_assert_max_num_queries):
    for _ in range(20):
        post()
    with django_assert_max_num_queries(14):
        assert len(program.get("/ledger/entries").json()["data"]) == 20


def test_a_month_is_closed_once_and_opened_again_with_a_reason(program):
    closed = program.post("/ledger/closed-months", {"month": "2026-10"}, key="close-10")
    assert (closed.status_code, closed.json()["is_closed"]) == (201, True)
    assert program.post("/ledger/closed-months", {"month": "2026-10"}, key="close-10").json() == closed.json()
    assert program.post("/ledger/closed-months", {"month": "2026-10"}).json()["code"] == "month_already_closed"
    without = program.post("/ledger/closed-months/2026-10/reopen", {"reason": " "})
    assert (without.status_code, without.json()["errors"][0]["field"]) == (422, "reason")
    opened = program.post("/ledger/closed-months/2026-10/reopen", {"reason": "値引の記帳漏れ"}).json()
    assert (opened["is_closed"], opened["reason"]) == (False, "値引の記帳漏れ")
    assert program.post("/ledger/closed-months/2026-10/reopen", {"reason": "x"}).json()["code"] == "month_not_closed"
    assert [row["month"] for row in program.get("/ledger/closed-months").json()["data"]] == ["2026-10"]


OCTOBER = {"layout": "yayoi", "from_on": "2026-10-01", "to_on": "2026-10-31"}


def test_a_journal_file_is_written_once_listed_and_downloaded(program):
    post()
    made = program.post("/ledger/exports", OCTOBER, key="october")
    assert (made.status_code, made.json()["entry_count"]) == (201, 1)
    assert program.post("/ledger/exports", OCTOBER, key="october").json() == made.json()
    path = f"/ledger/exports/{made.json()['id']}"
    assert program.get(path).json() == made.json() == program.get("/ledger/exports").json()["data"][0]
    file = program.get(f"{path}/file")
    assert file.headers["Content-Type"].startswith("text/csv")
    assert "仮受金" in b"".join(file.streaming_content).decode("cp932")
    nothing = program.post("/ledger/exports", OCTOBER)
    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing_to_export")
    assert program.post("/ledger/exports", OCTOBER | {"everything": True}).json()["entry_count"] == 1


@pytest.mark.parametrize("change", [{"layout": "abacus"}, {"to_on": "2026-09-30"}, {"from_on": "2026-10-32"}])
def test_a_journal_file_that_cannot_be_is_refused_by_field(program, change):
    post()
    answer = program.post("/ledger/exports", OCTOBER | change)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].endswith(next(iter(change)))


@pytest.mark.parametrize("month", ["2026-13", "0000-01", "2026-1", "9999-12", "2026-10\n"])
def test_a_month_that_does_not_exist_is_refused(program, month):
    assert program.post("/ledger/closed-months", {"month": month}).status_code == 422


def test_without_its_scope_a_key_sees_and_closes_nothing(owner):
    narrow = Program(owner, [CUSTOMERS_VIEW])
    for path in ("/ledger/balances", "/ledger/entries", "/ledger/closed-months", f"/ledger/entries/{post()}"):
        assert narrow.get(path).status_code == 403
    period = {"from_on": "2026-10-01", "to_on": "2026-10-31"}
    assert narrow.get("/ledger/trial-balance", **period).status_code == 403
    export = Program(owner, [LEDGER_EXPORT]).post("/ledger/exports", OCTOBER).json()["id"]
    reader = Program(owner, [LEDGER_VIEW])
    for path in ("/ledger/exports", f"/ledger/exports/{export}", f"/ledger/exports/{export}/file"):
        assert reader.get(path).status_code == 403
    assert reader.post("/ledger/exports", OCTOBER | {"everything": True}).status_code == 403
    assert reader.post("/ledger/closed-months", {"month": "2026-10"}).status_code == 403
    assert reader.post("/ledger/closed-months/2026-10/reopen", {"reason": "x"}).status_code == 403


def test_the_books_of_another_organization_do_not_exist(program):
    with elsewhere():
        foreign = post()
        period = {"from_on": DAY, "to_on": DAY, "books": Books.TAX_INCLUDED}
        export = make_export(Layout.FREEE, by=SYSTEM, **period).public_id
    for path in ("/ledger/exports/{}", "/ledger/exports/{}/file"):
        assert refused_alike(lambda key, path=path: program.get(path.format(key)), export).status_code == 404
    assert program.get("/ledger/exports").json()["data"] == []
    assert refused_alike(lambda key: program.get(f"/ledger/entries/{key}"), foreign).status_code == 404
    assert program.get("/ledger/entries").json()["data"] == []
    assert program.get("/ledger/balances").json()["data"] == []
