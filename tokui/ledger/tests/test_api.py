"""The books over REST."""

from __future__ import annotations

from datetime import date

import pytest

from tests.rest import Program, elsewhere, refused_alike
from tokui.access.permissions import CUSTOMERS_VIEW, LEDGER_VIEW
from tokui.core.actors import SYSTEM
from tokui.core.ids import parse_public_id, public_id, uuid7
from tokui.ledger.actions import Entry, Posting, post_entries, reverse_entries

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


@pytest.mark.parametrize("month", ["2026-13", "0000-01", "2026-1", "9999-12", "2026-10\n"])
def test_a_month_that_does_not_exist_is_refused(program, month):
    assert program.post("/ledger/closed-months", {"month": month}).status_code == 422


def test_without_its_scope_a_key_sees_and_closes_nothing(owner):
    narrow = Program(owner, [CUSTOMERS_VIEW])
    for path in ("/ledger/balances", "/ledger/entries", "/ledger/closed-months", f"/ledger/entries/{post()}"):
        assert narrow.get(path).status_code == 403
    period = {"from_on": "2026-10-01", "to_on": "2026-10-31"}
    assert narrow.get("/ledger/trial-balance", **period).status_code == 403
    reader = Program(owner, [LEDGER_VIEW])
    assert reader.post("/ledger/closed-months", {"month": "2026-10"}).status_code == 403
    assert reader.post("/ledger/closed-months/2026-10/reopen", {"reason": "x"}).status_code == 403


def test_the_books_of_another_organization_do_not_exist(program):
    with elsewhere():
        foreign = post()
    assert refused_alike(lambda key: program.get(f"/ledger/entries/{key}"), foreign).status_code == 404
    assert program.get("/ledger/entries").json()["data"] == []
    assert program.get("/ledger/balances").json()["data"] == []
