"""Matching, allocations, advances, write-offs, returns and standing over REST."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.rest import Program, elsewhere, refused_alike
from tokui.access.permissions import CUSTOMERS_VIEW, PAYMENTS_ALLOCATE, PAYMENTS_VIEW, PAYMENTS_WRITE_OFF
from tokui.access.tests.world import make_member
from tokui.banking.models import Deposit
from tokui.core import clock
from tokui.core.ids import public_id
from tokui.payments.actions import ask_approval, ask_return, keep_as_advance, match_all
from tokui.payments.models import Allocation, Suggestion
from tokui.payments.tests.world import DAY, assert_books_balance, make_customer, make_deposit, make_invoice


@pytest.fixture
def program(owner) -> Program:
    return Program(owner)


@pytest.fixture
def ota(organization):
    return make_customer()


def paying(deposit, *uses, **more):
    """The body that settles invoices: (invoice, amount) or (invoice, amount, kind)."""
    names = ("invoice", "amount_minor", "kind")
    listed = [dict(zip(names, (use[0].public_id, *use[1:]), strict=False)) for use in uses]
    return {"deposit": deposit.public_id, "uses": listed} | more


def test_a_deposit_settles_an_invoice_with_its_fee_in_one_decision(program, ota):
    invoice, deposit = make_invoice(ota, 24_200), make_deposit(23_760)
    body = paying(deposit, (invoice, 23_760), (invoice, 440, "fee"))
    made = program.post("/allocations", body, key="settle-1")
    assert made.status_code == 201
    assert made.json() == program.post("/allocations", body, key="settle-1").json()
    assert [row["kind"] for row in made.json()["allocations"]] == ["payment", "fee"]
    assert (made.json()["left_minor"], made.json()["approval"]) == (0, None)
    assert program.get(f"/deposits/{deposit.public_id}").json()["state"] == "settled"
    listed = program.get("/allocations", invoice=invoice.public_id, released=False).json()["data"]
    assert {row["id"] for row in listed} == {row["id"] for row in made.json()["allocations"]}
    assert program.get(f"/allocations/{listed[0]['id']}").json() == listed[0]
    assert_books_balance()


def test_a_release_takes_the_whole_decision_back_once(program, ota):
    invoice, deposit = make_invoice(ota, 24_200), make_deposit(23_760)
    made = program.post("/allocations", paying(deposit, (invoice, 23_760), (invoice, 440, "fee"))).json()
    path = f"/allocations/{made['allocations'][0]['id']}/release"
    released = program.post(path)
    assert released.status_code == 200
    assert all(row["released_by"] for row in released.json())
    assert len(released.json()) == 2
    assert program.get(f"/deposits/{deposit.public_id}").json()["left_minor"] == 23_760
    assert (program.post(path).status_code, program.post(path).json()["code"]) == (409, "already_released")
    assert program.get("/allocations", deposit=deposit.public_id, released=True).json()["data"]
    assert_books_balance()


def test_more_than_was_received_or_owed_is_refused_and_changes_nothing(program, ota):
    invoice, deposit = make_invoice(ota, 24_200), make_deposit(30_000)
    for uses, code in (
        ([(invoice, 30_001)], "more_than_received"),
        ([(invoice, 24_201)], "more_than_owed"),
        ([(invoice, 12_101), (invoice, 12_100)], "more_than_owed"),
        ([], "nothing_to_allocate"),
    ):
        assert program.post("/allocations", paying(deposit, *uses)).json()["code"] == code
    assert program.post("/allocations", paying(deposit, (invoice, -1))).status_code == 422
    assert not Allocation.objects.exists()


def test_a_run_posts_what_is_certain_and_suggests_the_rest(program, ota):
    make_invoice(ota, 24_200)
    likely = make_deposit(10_000)
    told = program.post("/matching-runs", {"deposits": [likely.public_id]}).json()
    assert told == {"looked_at": 1, "posted": 0, "suggested": 1, "unknown": 0}
    [best, *_rest] = program.get(f"/deposits/{likely.public_id}/suggestions").json()
    assert best["customer"] == ota.public_id
    assert best["short_minor"] == 14_200
    assert all(reason["text"] and reason["text"] != reason["code"] for reason in best["reasons"])
    confirmed = program.post(f"/suggestions/{best['id']}/confirm")
    assert (confirmed.status_code, confirmed.json()["left_minor"]) == (201, 0)
    assert program.post("/matching-runs").json()["looked_at"] == 0
    assert program.post("/suggestions/confirm-certain").json()["posted"] == 0


def test_a_declined_pair_is_not_proposed_again(program, ota):
    invoice, deposit = make_invoice(ota, 24_200), make_deposit(10_000)
    match_all()
    answer = program.post(f"/deposits/{deposit.public_id}/decline", {"invoices": [invoice.public_id]})
    assert answer.status_code == 200
    assert all(invoice.public_id not in [one["invoice"] for one in row["allocations"]] for row in answer.json())


def test_an_advance_is_kept_listed_and_applied(program, ota):
    invoice, deposit = make_invoice(ota, 24_200), make_deposit(30_000)
    kept = program.post("/advances", {"deposit": deposit.public_id, "customer": ota.public_id})
    assert (kept.status_code, kept.json()["allocations"][0]["kind"]) == (201, "advance")
    [held] = program.get("/advances", customer=ota.public_id).json()["data"]
    assert held["amount_minor"] - held["used_minor"] == 30_000
    twice = {"invoice": invoice.public_id, "amount_minor": 12_100}
    applied = program.post("/advances/apply", {"customer": ota.public_id, "uses": [twice, twice]})
    assert applied.status_code == 201
    assert sum(row["amount_minor"] for row in applied.json()["allocations"]) == 24_200
    assert program.get("/advances").json()["data"][0]["used_minor"] == 24_200
    more = {"customer": ota.public_id, "uses": [{"invoice": invoice.public_id, "amount_minor": 5_801}]}
    assert program.post("/advances/apply", more).json()["code"] == "advance_too_small"
    assert_books_balance()


def test_a_write_off_above_the_limit_waits_for_someone_else(owner, program, ota):
    invoice = make_invoice(ota, 24_200)
    small = {"invoice": invoice.public_id, "amount_minor": 200, "kind": "discount", "reason": "端数値引"}
    done = program.post("/write-offs", small)
    assert (done.status_code, done.json()) == (201, {"open_minor": 24_000, "approval": None})
    clerk = Program(owner, [PAYMENTS_WRITE_OFF, PAYMENTS_VIEW])
    asked = clerk.post("/write-offs", {"invoice": invoice.public_id, "amount_minor": 24_000, "reason": "倒産"}).json()
    assert asked["open_minor"] == 24_000
    path = f"/approvals/{asked['approval']['id']}"
    assert clerk.post(f"{path}/decide", {"approve": True}).status_code == 403
    program = Program(make_member("owner", email="second@example.jp").actor)
    assert program.post(f"{path}/decide", {"approve": True}).json()["state"] == "approved"
    assert program.get(path).json()["decided_by"]
    assert program.get("/approvals", state="waiting").json()["data"] == []
    assert program.post(f"{path}/decide", {"approve": False}).json()["code"] == "state_changed"
    assert_books_balance()


def test_money_that_came_twice_is_sent_back_or_kept(program, ota):
    first, second = make_deposit(1_000), make_deposit(2_000)
    asked = program.post("/returns", {"deposit": first.public_id, "why": "paid_twice"})
    assert (asked.status_code, asked.json()["amount_minor"]) == (201, 1_000)
    refund = {"account": first.account.public_id, "customer": ota.public_id, "on": DAY.isoformat()}
    assert program.post(f"/returns/{asked.json()['id']}/refund", refund).json()["state"] == "refunded"
    other = program.post("/returns", {"deposit": second.public_id, "why": "mistake", "note": "口座間違い"}).json()
    assert program.post(f"/returns/{other['id']}/keep", {"customer": ota.public_id}).json()["state"] == "kept"
    assert program.get(f"/returns/{other['id']}").json()["note"] == "口座間違い"
    assert [row["id"] for row in program.get("/returns", state="kept").json()["data"]] == [other["id"]]
    assert_books_balance()


def test_standing_is_told_as_of_a_day_and_as_known_at_a_moment(program, ota):
    make_invoice(ota, 24_200, due_on=DAY + timedelta(7))
    before = clock.now().isoformat()
    deposit = make_deposit(24_200)
    program.post("/matching-runs")
    assert program.get(f"/deposits/{deposit.public_id}").json()["state"] == "settled"
    later = (DAY + timedelta(8)).isoformat()
    [now] = program.get("/standing", as_of=later).json()["data"]
    assert (now["customer"], now["state"], now["open_minor"]) == (ota.public_id, "paid", 0)
    [then] = program.get("/standing", as_of=later, known_at=before).json()["data"]
    assert (then["state"], then["overdue_minor"], then["days_overdue"]) == ("overdue", 24_200, 1)
    assert program.get("/standing", as_of=later, known_at=before, state="paid").json()["data"] == []


def test_standing_pages_by_code_and_narrows_by_state(program):
    late = [make_customer(f"顧客{n}") for n in range(3)]
    for customer in late:
        make_invoice(customer, issued_on=DAY - timedelta(60), due_on=DAY - timedelta(30))
    make_invoice(make_customer("期日前"), due_on=clock.today() + timedelta(30))
    make_customer("取引なし")
    first = program.get("/standing", state="overdue", limit=2).json()
    rest = program.get("/standing", state="overdue", limit=2, cursor=first["next_cursor"]).json()
    assert [row["customer"] for row in first["data"] + rest["data"]] == [one.public_id for one in late]
    assert rest["next_cursor"] is None
    assert len(program.get("/standing").json()["data"]) == 4
    only = program.get("/standing", customer=late[1].public_id).json()["data"]
    assert [row["code"] for row in only] == [late[1].code]
    assert program.get("/standing", known_at="2026-11-20T09:00:00").status_code == 422
    assert program.get("/standing", cursor="made-up").json()["errors"][0]["field"] == "cursor"


def test_standing_reckons_in_chunks_without_losing_anyone(program, monkeypatch):
    from tokui.payments import api_standing

    monkeypatch.setattr(api_standing, "CHUNK", 2)
    owing = [make_customer(f"顧客{n}") for n in range(7)]
    for customer in owing[::3]:
        make_invoice(customer)
    told = program.get("/standing").json()["data"]
    assert [row["customer"] for row in told] == [one.public_id for one in owing[::3]]


def test_the_evidence_adds_up_to_the_standing(program, ota):
    open_one = make_invoice(ota, 24_200, issued_on=DAY - timedelta(40), due_on=DAY - timedelta(10))
    settled = make_invoice(ota, 5_000)
    program.post("/allocations", paying(make_deposit(10_000), (open_one, 10_000), (open_one, 200, "discount")))
    program.post("/allocations", paying(make_deposit(5_000), (settled, 5_000)))
    told = program.get(f"/standing/{ota.public_id}", as_of=DAY.isoformat()).json()
    assert (told["state"], told["open_minor"]) == ("overdue", 14_000)
    [shown] = told["invoices"]
    assert (shown["invoice"], shown["facts"][0]["kind"]) == (open_one.public_id, "invoice")
    assert shown["facts"][-1]["left_minor"] == shown["open_minor"] == told["open_minor"]
    every = program.get(f"/standing/{ota.public_id}", as_of=DAY.isoformat(), settled="true").json()["invoices"]
    assert {one["invoice"] for one in every} == {open_one.public_id, settled.public_id}
    assert all(one["facts"][-1]["left_minor"] == one["open_minor"] for one in every)


def test_a_customer_without_invoices_owes_nothing(program, ota):
    told = program.get(f"/standing/{ota.public_id}").json()
    assert (told["state"], told["open_minor"], told["invoices"]) == ("paid", 0, [])


def test_the_policy_can_be_read_by_those_who_see_settings(owner, program):
    assert program.get("/payment-policy").json()["write_off_limit_minor"] == 1_000
    assert Program(owner, [PAYMENTS_VIEW]).get("/payment-policy").status_code == 403


def test_a_list_of_allocations_takes_the_same_statements_however_long(program, ota, django_assert_max_num_queries):
    invoice = make_invoice(ota, 24_200)
    for _ in range(12):
        program.post("/allocations", paying(make_deposit(100), (invoice, 100)))
    with django_assert_max_num_queries(12):
        assert len(program.get("/allocations").json()["data"]) == 12


def world(owner):
    """One row of every kind that has a public id here."""
    customer = make_customer("太田 由紀")
    invoice, deposit = make_invoice(customer, 24_200), make_deposit(10_000)
    match_all()
    todo = ask_return(make_deposit(700, "シラナイ"), why="mistake", by=owner)
    approval = ask_approval(invoice, "write_off", 5_000, "倒産", by=owner)
    advance = keep_as_advance(make_deposit(900, "マエキン"), customer, by=owner).allocations[0]
    return {
        "cus": customer.public_id,
        "inv": invoice.public_id,
        "dep": deposit.public_id,
        "sug": Suggestion.objects.filter(deposit=deposit).first().public_id,
        "ret": todo.public_id,
        "apr": approval.public_id,
        "alc": public_id("alc", advance),
        "acc": deposit.account.public_id,
    }


def test_without_its_scope_a_key_sees_and_moves_nothing(owner):
    ids = world(owner)
    reader, stranger = Program(owner, [PAYMENTS_VIEW]), Program(owner, [CUSTOMERS_VIEW])
    for path in (
        *("/allocations", "/advances", "/approvals", "/returns", "/standing", f"/standing/{ids['cus']}"),
        *(f"/deposits/{ids['dep']}/suggestions", f"/allocations/{ids['alc']}", f"/approvals/{ids['apr']}"),
        f"/returns/{ids['ret']}",
    ):
        assert (reader.get(path).status_code, stranger.get(path).status_code) == (200, 403), path
    use = {"invoice": ids["inv"], "amount_minor": 100}
    for path, body in (
        ("/matching-runs", {}),
        ("/suggestions/confirm-certain", {}),
        (f"/suggestions/{ids['sug']}/confirm", {}),
        (f"/deposits/{ids['dep']}/decline", {"invoices": [ids["inv"]]}),
        ("/allocations", {"deposit": ids["dep"], "uses": [use]}),
        (f"/allocations/{ids['alc']}/release", {}),
        ("/advances", {"deposit": ids["dep"], "customer": ids["cus"]}),
        ("/advances/apply", {"customer": ids["cus"], "uses": [use]}),
        ("/write-offs", use | {"reason": "x"}),
        (f"/approvals/{ids['apr']}/decide", {"approve": True}),
        ("/returns", {"deposit": ids["dep"], "why": "mistake"}),
        (f"/returns/{ids['ret']}/refund", {"account": ids["acc"], "customer": ids["cus"], "on": DAY.isoformat()}),
        (f"/returns/{ids['ret']}/keep", {"customer": ids["cus"]}),
    ):
        assert reader.post(path, body).status_code == 403, path
    allocator = Program(owner, [PAYMENTS_ALLOCATE])
    discount = {"deposit": ids["dep"], "uses": [use | {"kind": "discount"}]}
    assert allocator.post("/allocations", discount).status_code == 403


def test_what_belongs_to_another_organization_does_not_exist(owner, program):
    mine = world(owner)
    with elsewhere():
        theirs = world(make_member("owner", email="minato@example.jp").actor)
    use = {"amount_minor": 100}
    for kind, ask in (
        ("dep", lambda key: program.get(f"/deposits/{key}/suggestions")),
        ("dep", lambda key: program.post(f"/deposits/{key}/decline", {"invoices": [mine["inv"]]})),
        ("inv", lambda key: program.post(f"/deposits/{mine['dep']}/decline", {"invoices": [mine["inv"], key]})),
        ("sug", lambda key: program.post(f"/suggestions/{key}/confirm")),
        ("dep", lambda key: program.post("/matching-runs", {"deposits": [mine["dep"], key]})),
        ("dep", lambda key: program.post("/allocations", {"deposit": key, "uses": []})),
        ("inv", lambda key: program.post("/allocations", {"deposit": mine["dep"], "uses": [use | {"invoice": key}]})),
        ("cus", lambda key: program.post("/advances", {"deposit": mine["dep"], "customer": key})),
        (
            "cus",
            lambda key: program.post("/advances/apply", {"customer": key, "uses": [use | {"invoice": mine["inv"]}]}),
        ),
        ("alc", lambda key: program.get(f"/allocations/{key}")),
        ("alc", lambda key: program.post(f"/allocations/{key}/release")),
        ("inv", lambda key: program.post("/write-offs", use | {"invoice": key, "reason": "x"})),
        ("apr", lambda key: program.get(f"/approvals/{key}")),
        ("apr", lambda key: program.post(f"/approvals/{key}/decide", {"approve": True})),
        ("ret", lambda key: program.get(f"/returns/{key}")),
        ("ret", lambda key: program.post(f"/returns/{key}/keep", {"customer": mine["cus"]})),
        ("cus", lambda key: program.post(f"/returns/{mine['ret']}/keep", {"customer": key})),
        ("cus", lambda key: program.get(f"/standing/{key}")),
    ):
        assert refused_alike(ask, theirs[kind]).status_code == 404, theirs[kind]
    for path in ("/allocations", "/advances", "/approvals", "/returns", "/standing"):
        assert len(program.get(path).json()["data"]) == 1, path
    assert Deposit.objects.count() == 3
