"""REST of banking and payments: the same verbs, plain shapes, refusals as problems."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tokui.banking.tests.world import make_account, notice, paid
from tokui.core import clock
from tokui.core.actors import SYSTEM
from tokui.payments.actions import match_all
from tokui.payments.policy import change_policy
from tokui.payments.tests.world import DAY, assert_books_balance, make_customer, make_deposit, make_invoice


@pytest.fixture(autouse=True)
def _on_the_day():
    with clock.at(clock.at_day(DAY, 10)):
        yield


@pytest.fixture
def api(page):
    """GET and POST of a signed-in person; CSRF is not checked by the test client."""

    def call(path, body=None, **query):
        if body is None:
            return page.get(f"/api/v1{path}", query)
        return page.post(f"/api/v1{path}", json.dumps(body), content_type="application/json")

    return call


def test_an_account_a_file_and_its_deposits(api, page):
    made = api("/bank-accounts", {"code": "main", "name": "みどり", "number": "1234567"})
    assert made.status_code == 201, made.content
    account = made.json()["id"]
    file = SimpleUploadedFile("a.txt", notice(paid("オオタ ユキ", 24200)))
    sent = page.post("/api/v1/statements", {"account": account, "file": file})
    assert sent.status_code == 201, sent.content
    assert (sent.json()["state"], sent.json()["deposits"]) == ("read", 1)
    listed = api("/deposits", state="open").json()
    assert [one["amount_minor"] for one in listed["data"]] == [24200]
    assert api(f"/deposits/{listed['data'][0]['id']}").json()["payer"] == "ｵｵﾀ ﾕｷ"
    assert api("/statements").json()["data"][0]["file"] == "a.txt"


def test_deposits_page_by_cursor(api):
    make_account()
    for number in range(5):
        make_deposit(100 + number, "ﾀﾞﾚｶ")
    first = api("/deposits", limit=3).json()
    rest = api("/deposits", limit=3, cursor=first["next_cursor"]).json()
    assert len({one["id"] for one in first["data"] + rest["data"]}) == 5
    assert rest["next_cursor"] is None
    assert api("/deposits", cursor="nonsense").status_code == 422


def test_the_same_external_id_is_one_deposit(api):
    body = {"amount_minor": 500, "received_on": DAY.isoformat(), "source": "till", "external_id": "1"}
    assert api("/deposits", body).json()["id"] == api("/deposits", body).json()["id"]


def test_allocate_release_and_refusals_with_stable_codes(api):
    customer = make_customer()
    invoice, deposit = make_invoice(customer, 1000), make_deposit(900, "ﾀﾞﾚｶ")
    body = {"deposit": deposit.public_id, "uses": [{"invoice": invoice.public_id, "amount_minor": 1000}]}
    refused = api("/allocations", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "more_than_received")
    body["uses"][0]["amount_minor"] = 900
    made = api("/allocations", body)
    assert made.status_code == 201, made.content
    allocation = made.json()[0]
    assert (allocation["amount_minor"], allocation["customer"]) == (900, customer.public_id)
    back = api(f"/allocations/{allocation['id']}/release", {})
    assert back.json()[0]["released_on"] == DAY.isoformat()
    assert api(f"/allocations/{allocation['id']}/release", {}).json()["code"] == "already_released"
    assert api("/allocations", {"deposit": "dep_x", "uses": []}).status_code == 422
    assert_books_balance()


def test_suggestions_carry_reasons_as_facts_and_sentences(api):
    change_policy({"posts_certain": False}, by=SYSTEM)
    make_invoice(make_customer())
    deposit = make_deposit(24200)
    match_all()
    (first, *_rest) = api("/suggestions", deposit=deposit.public_id).json()["data"]
    assert [one["code"] for one in first["reasons"]] == ["name_equal", "amount_exact"]
    assert all(one["sentence"] for one in first["reasons"])
    assert api(f"/suggestions/{first['id']}/confirm", {}).status_code == 201
    assert api(f"/suggestions/{first['id']}/confirm", {}).status_code == 404


def test_standing_today_as_of_a_day_and_with_its_evidence(api):
    with clock.at(clock.at_day(DAY - timedelta(20))):
        customer = make_customer()
        make_invoice(customer, 700, issued_on=DAY - timedelta(20), due_on=DAY - timedelta(5))
    make_deposit(700)
    with clock.at(clock.at_day(DAY, 12)):
        match_all()
    with clock.at(clock.at_day(DAY, 13)):
        assert api("/standing").json()["data"][0]["state"] == "paid"
        before = (DAY - timedelta(1)).isoformat()
        assert api("/standing", as_of=before).json()["data"][0]["state"] == "overdue"
        known = clock.at_day(DAY, 11).isoformat()
        assert api("/standing", known_at=known).json()["data"][0]["state"] == "overdue"
        one = api(f"/standing/{customer.public_id}").json()
    facts = one["invoices"][0]["evidence"]
    assert [(fact["kind"], fact["left_minor"]) for fact in facts] == [("invoice", 700), ("payment", 0)]
    assert facts[1]["deposit"].startswith("dep_")


def test_a_viewers_key_reads_standing_and_may_not_record(client, organization):
    from tokui.access.tests.world import make_member

    client.force_login(make_member("viewer").user)
    assert client.get("/api/v1/standing").status_code == 200
    assert client.get("/api/v1/statements").status_code == 403
    body = json.dumps({"amount_minor": 5, "received_on": DAY.isoformat()})
    assert client.post("/api/v1/deposits", body, content_type="application/json").status_code == 403
