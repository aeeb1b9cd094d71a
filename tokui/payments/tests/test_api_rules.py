"""The policy, remitter codes, figures, and what goes back to the payer, over REST."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.rest import Program, elsewhere, refused_alike
from tokui.access.permissions import PAYMENTS_VIEW, SETTINGS_VIEW
from tokui.access.tests.world import make_member
from tokui.core import clock
from tokui.core.models import Event
from tokui.payments.actions import Use, allocate, keep_as_advance, learn_remitter_code, match_all, release
from tokui.payments.models import Allocation, PayerSign
from tokui.payments.tests.world import DAY, assert_books_balance, make_customer, make_deposit, make_invoice


@pytest.fixture
def program(owner) -> Program:
    return Program(owner)


@pytest.fixture
def ota(organization):
    return make_customer()


def test_the_policy_is_changed_by_what_is_given_and_checked(owner, program):
    changed = program.patch("/payment-policy", {"fee_bearer": "payer", "likely_threshold": 60})
    assert (changed.status_code, changed.json()["fee_bearer"], changed.json()["likely_threshold"]) == (200, "payer", 60)
    assert changed.json()["certain_threshold"] == 75
    assert program.get("/payment-policy").json() == changed.json()
    for bad in (
        {"likely_threshold": 75},
        {"certain_threshold": 60},
        {"fee_tolerances": [0]},
        {"grace_days": 61},
        {"write_off_limit_minor": -1},
        {"fee_bearer": "nobody"},
    ):
        assert program.patch("/payment-policy", bad).status_code == 422, bad
    assert Program(owner, [SETTINGS_VIEW]).patch("/payment-policy", {"grace_days": 3}).status_code == 403


def test_remitter_codes_are_listed_added_and_revoked_with_who_and_when(owner, program, ota):
    body = {"customer": ota.public_id, "value": "１２３４５"}
    added = program.post("/remitter-codes", body)
    assert (added.status_code, added.json()["value"], added.json()["confirmed_by"]) == (201, "12345", "tests")
    assert program.post("/remitter-codes", body).json()["id"] == added.json()["id"]
    for bad in ("", "0000", "12345678901", "ABC"):
        assert program.post("/remitter-codes", {**body, "value": bad}).status_code == 422, bad
    path = f"/remitter-codes/{added.json()['id']}/revoke"
    assert Program(owner, [PAYMENTS_VIEW]).post(path).status_code == 403
    assert program.post(path).json()["revoked_by"] == "tests"
    assert program.post(path).json()["revoked_at"]
    assert program.get("/remitter-codes", customer=ota.public_id, revoked=False).json()["data"] == []
    assert len(program.get("/remitter-codes", revoked=True).json()["data"]) == 1
    told = Event.objects.filter(customer_id=ota.pk).values_list("type", flat=True)
    assert {"payments.RemitterCodeLearned", "payments.RemitterCodeRevoked"} <= set(told)


def test_a_codes_customer_of_another_organization_does_not_exist(program):
    with elsewhere():
        foreign = make_customer("よその 客", "ヨソノ キャク")
        sign = learn_remitter_code(foreign, "777", by=make_member("owner", email="minato@example.jp").actor)
    assert (
        refused_alike(
            lambda key: program.post("/remitter-codes", {"customer": key, "value": "1"}), foreign.public_id
        ).status_code
        == 404
    )
    assert refused_alike(lambda key: program.post(f"/remitter-codes/{key}/revoke"), sign.public_id).status_code == 404
    assert refused_alike(lambda key: program.get(f"/customers/{key}/ledger"), foreign.public_id).status_code == 404


def test_a_code_that_is_remembered_brings_the_waiting_deposit_to_its_customer(program, ota):
    from tokui.core.jobs import run_pending

    make_invoice(ota, 24_200, due_on=DAY + timedelta(7))
    deposit = make_deposit(24_200, "ﾄｸﾒｲ")
    type(deposit).objects.filter(pk=deposit.pk).update(remitter_code="12345")
    program.post("/remitter-codes", {"customer": ota.public_id, "value": "12345"})
    run_pending()
    deposit.refresh_from_db()
    assert deposit.state == "settled"


def test_receivables_by_age_expected_receipts_and_the_ledger(program, ota):
    with clock.at(clock.at_day(DAY, 10)):
        make_invoice(ota, 1_000, issued_on=DAY - timedelta(60), due_on=DAY - timedelta(40))
        coming = make_invoice(ota, 2_000, due_on=DAY + timedelta(7))
        allocate(make_deposit(500), [Use(coming.pk, 500)], by=make_member("accountant").actor)
        aged = program.get("/receivables/aged", as_of=DAY.isoformat()).json()
        [row] = aged["customers"]
        assert (row["customer"], row["not_due"], row["days_60"], row["total"]) == (ota.public_id, 1_500, 1_000, 2_500)
        assert aged["total"]["total"] == 2_500
        assert program.get("/receivables/aged", currency="USD").json()["customers"] == []
        late, expected = program.get("/receivables/expected").json()
        assert (late["is_late"], late["open_minor"], expected["open_minor"]) == (True, 1_000, 1_500)
        ledger = program.get(f"/customers/{ota.public_id}/ledger").json()
        assert [one["balance_minor"] for one in ledger["movements"]] == [1_000, 3_000, 2_500]
        assert (ledger["opening_minor"], ledger["closing_minor"]) == (0, 2_500)
        short = program.get(f"/customers/{ota.public_id}/ledger", from_on=DAY.isoformat()).json()
        assert (short["opening_minor"], len(short["movements"])) == (1_000, 2)


def test_the_score_is_told_by_month_grade_and_reason(owner, program, ota):
    make_invoice(ota, 24_200)
    make_deposit(24_200)
    match_all()
    release(Allocation.objects.get().decision, by=owner)
    for by, key in (("month", f"{clock.today():%Y-%m}"), ("grade", "certain"), ("reason", "name_equal")):
        told = program.get("/matching-score", by=by).json()
        [group] = told["groups"]
        assert (group["key"], group["automatic"], group["automatic_undone"], group["precision"]) == (key, 1, 1, None)
    [undone] = told["undone"]
    assert undone["deposit"].startswith("dep_")
    assert program.get("/matching-score", by="weather").status_code == 422


def test_a_refund_over_rest_takes_a_part_a_stranger_and_no_day_to_come(program):
    deposit = make_deposit(1_000, "ｼﾗﾅｲ ﾋﾄ")
    asked = program.post("/returns", {"deposit": deposit.public_id, "why": "mistake"}).json()
    path = f"/returns/{asked['id']}"
    refund = {"account": deposit.account.public_id, "on": DAY.isoformat(), "amount_minor": 400, "note": "誤振込"}
    assert program.post(f"{path}/refund", {**refund, "on": "2099-01-01"}).json()["errors"][0]["field"] == "on"
    assert program.post(f"{path}/refund", {**refund, "amount_minor": 1_001}).json()["code"] == "more_than_to_return"
    told = program.post(f"{path}/refund", refund).json()
    assert (told["state"], told["amount_minor"]) == ("open", 600)
    [row] = program.get("/allocations", deposit=deposit.public_id).json()["data"]
    assert (row["kind"], row["customer"], row["memo"]) == ("refund", None, "誤振込")
    assert program.post(f"{path}/drop").json()["state"] == "dropped"
    assert program.post(f"{path}/drop").status_code == 409
    assert_books_balance()


def test_an_advance_is_sent_back_over_rest(owner, program, ota):
    deposit = make_deposit(1_000)
    keep_as_advance(deposit, ota, by=owner)
    advance = Allocation.objects.get()
    body = {"account": deposit.account.public_id, "on": DAY.isoformat(), "amount_minor": 300}
    made = program.post(f"/advances/{advance.public_id}/refund", body)
    assert (made.status_code, made.json()["kind"], made.json()["from_advance"]) == (201, "refund", advance.public_id)
    more = program.post(f"/advances/{advance.public_id}/refund", {**body, "amount_minor": 701})
    assert more.json()["code"] == "advance_too_small"
    assert_books_balance()


def test_more_deposits_than_a_run_takes_are_refused_by_name(program):
    answer = program.post("/matching-runs", {"deposits": ["dep_00000000000000000000000000"] * 501})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].endswith("deposits")


def test_a_list_of_codes_takes_the_same_statements_however_long(owner, program, ota, django_assert_max_num_queries):
    for number in range(1, 13):
        learn_remitter_code(ota, str(number), by=owner)
    assert PayerSign.objects.count() == 12
    with django_assert_max_num_queries(12):
        assert len(program.get("/remitter-codes").json()["data"]) == 12
