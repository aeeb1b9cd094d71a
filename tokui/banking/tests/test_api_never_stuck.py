"""Over REST: columns, wrong files, cancellations, virtual accounts, result lists, names of banks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.rest import Program, elsewhere, refused_alike
from tokui.access.permissions import BANK_VIEW
from tokui.banking.models import BankAccount, Deposit, StatementLine
from tokui.banking.tests.browsing import CSV, make_customer
from tokui.banking.tests.world import DAY, make_account, notice, paid, statement, take
from tokui.core import clock


@pytest.fixture(autouse=True)
def _on_the_day(db):
    with clock.at(clock.at_day(DAY, 10)):
        yield


@pytest.fixture
def program(owner) -> Program:
    return Program(owner)


def sent(content: bytes, name: str = "list.csv") -> BytesIO:
    file = BytesIO(content)
    file.name = name
    return file


def make_unpaired() -> StatementLine:
    account = make_account()
    take(statement(0, paid("ヤマダ", 100, DAY - timedelta(1))), account)
    take(statement(100, replace(paid("x", 100, cancels=True), payer_name="")), account)
    return StatementLine.objects.get(cancels=True)


def test_a_field_that_nothing_is_called_by_is_refused(program):
    account = make_account()
    answer = program.patch(f"/bank-accounts/{account.public_id}", {"nmae": "x"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].endswith("nmae")
    assert program.post("/bank-accounts", {"code": "b", "name": "b", "colour": "red"}).status_code == 422
    assert BankAccount.objects.count() == 1


def test_the_columns_of_an_account_are_set_used_and_taken_away(program):
    account = make_account()
    path = f"/bank-accounts/{account.public_id}"
    mapping = {"date": ["受付日"], "money_in": "入金した額", "money_out": "支払った額", "payer": "なまえ"}
    assert program.patch(path, {"mapping": mapping}).json()["mapping"]["payer"] == "なまえ"
    account.refresh_from_db()
    assert take(CSV.encode(), account).state == "read"
    assert program.patch(path, {"mapping": {"date": []}}).status_code == 422
    assert program.patch(path, {"mapping": None}).json()["mapping"] is None


def test_a_file_is_taken_back_with_its_reason(program):
    read = take(notice(paid("ヤマダ", 100)), make_account())
    path = f"/statements/{read.public_id}"
    assert program.post(f"{path}/take-back", {"reason": "dunno"}).status_code == 422
    assert program.post(f"{path}/take-back", {"reason": "wrong_account"}).json()["state"] == "taken_back"
    assert Deposit.objects.get().state == "cancelled"
    again = program.post(f"{path}/take-back", {"reason": "wrong_account"})
    assert (again.status_code, again.json()["code"]) == (409, "statement_not_counting")


def test_a_file_known_for_another_account_is_named(program):
    content = b"date,amount\n2026-11-18,5\n"
    mapping = {"date": ["date"], "amount": "amount"}
    first, second = make_account(number=""), make_account("sub", number="")
    BankAccount.objects.update(mapping=mapping)
    for one in (first, second):
        one.refresh_from_db()
    one, two = take(content, first), take(content, second)
    assert program.get(f"/statements/{two.public_id}").json()["same_file"] == [one.public_id]
    listed = {row["id"]: row["same_file"] for row in program.get("/statements").json()["data"]}
    assert listed == {one.public_id: [two.public_id], two.public_id: [one.public_id]}


def test_the_file_comes_back_byte_for_byte(program):
    content = notice(paid("ヤマダ", 100))
    read = take(content, make_account())
    assert program.get(f"/statements/{read.public_id}/file").content == content


def test_a_cancellation_is_answered_and_the_answer_taken_back(program):
    line, deposit = make_unpaired(), Deposit.objects.get()
    path = f"/statement-lines/{line.public_id}/cancellation"
    assert [row["id"] for row in program.get("/statement-lines", unpaired=True).json()["data"]] == [line.public_id]
    assert program.post(path, {"deposit": "dep_nonsense"}).status_code == 404
    assert program.post(path, {"deposit": deposit.public_id}).status_code == 201
    deposit.refresh_from_db()
    assert deposit.state == "cancelled"
    assert program.get("/statement-lines", unpaired=True).json()["data"] == []
    assert program.client.delete(f"/api/v1{path}").status_code == 204
    assert program.post(path, {"deposit": None}).status_code == 201
    deposit.refresh_from_db()
    assert deposit.state == "open"


def test_a_pool_of_virtual_accounts_is_registered_given_out_and_taken_back(program):
    account, customer = make_account(), make_customer("会員一号")
    made = program.post(
        f"/bank-accounts/{account.public_id}/virtual-accounts",
        {"numbers": [{"number": "5000001", "branch_code": "101"}, {"number": "5000002", "branch_code": "101"}]},
    )
    assert [row["code"] for row in made.json()] == ["0001-101-5000001", "0001-101-5000002"]
    path = f"/virtual-accounts/{made.json()[0]['id']}"
    given = program.post(f"{path}/assignment", {"customer": customer.public_id})
    assert (given.status_code, given.json()["state"]) == (201, "assigned")
    mine = program.get("/virtual-accounts", customer=customer.public_id).json()["data"]
    assert [row["id"] for row in mine] == [given.json()["id"]]
    rested = program.client.delete(f"/api/v1{path}/assignment").json()
    assert (rested["state"], rested["former_customer"]) == ("resting", customer.public_id)
    assert program.post(f"{path}/free").json()["state"] == "free"
    assert program.post(f"{path}/close").json()["state"] == "closed"
    refused = program.post(f"{path}/assignment", {"customer": customer.public_id})
    assert (refused.status_code, refused.json()["code"]) == (409, "virtual_account_in_use")


def test_a_result_list_is_recorded_or_kept_with_its_refused_rows(program):
    customer = make_customer("会員一号")
    table = f"顧客コード,金額,決済日,結果\n{customer.code},500,2026/11/18,承認\n".encode()
    refused = program.send("/result-lists", sent(table), source="card")
    assert (refused.status_code, refused.json()["state"]) == (201, "refused")
    assert refused.json()["refused"][0]["code"] == "unknown_result"
    done = program.send("/result-lists", sent(table), source="card", paid_words="承認").json()
    assert (done["id"], done["state"], done["recorded"]) == (refused.json()["id"], "recorded", 1)
    assert program.send("/result-lists", sent(table), source="card", columns="[]").status_code == 422


def test_a_deposit_of_another_system_is_recorded_once_by_its_own_id(program):
    body = {"amount_minor": 500, "received_on": DAY.isoformat(), "source": "shop", "external_id": "A-1"}
    first, again = (program.post("/deposits", body).json()["id"] for _ in range(2))
    assert first == again
    assert len(program.get("/deposits", external_id="A-1").json()["data"]) == 1


def test_lines_and_deposits_are_found_by_the_remitter_code(program):
    take(notice(paid("ヤマダ", 100, code="0000000123"), paid("スズキ", 200)), make_account())
    assert len(program.get("/statement-lines", remitter_code="0000000123").json()["data"]) == 1
    [deposit] = program.get("/deposits", remitter_code="0000000123").json()["data"]
    assert deposit["amount_minor"] == 100


def test_formats_banks_and_branches_are_told(program):
    assert {"code": "camt052", "name": "ISO 20022 camt.052"} in program.get("/statement-formats").json()
    assert {"code": "0001", "name": "みずほ"} in program.get("/banks", prefix="みずほ").json()
    assert program.get("/banks/0001/branches", prefix="001").json()[0]["code"] == "001"
    assert program.get("/banks/nowhere/branches", prefix="1").json() == []


def test_who_may_only_look_changes_nothing(owner):
    line, narrow = make_unpaired(), Program(owner, [BANK_VIEW])
    account, read = BankAccount.objects.get(), line.statement
    for refused in (
        narrow.post(f"/statements/{read.public_id}/take-back", {"reason": "other"}),
        narrow.post(f"/statement-lines/{line.public_id}/cancellation", {"deposit": None}),
        narrow.post(f"/bank-accounts/{account.public_id}/virtual-accounts", {"numbers": [{"number": "5000001"}]}),
        narrow.send("/result-lists", sent(b"x"), source="card"),
    ):
        assert (refused.status_code, refused.json()["code"]) == (403, "not_permitted")


def test_another_organization_s_files_and_lines_do_not_exist(program):
    with elsewhere():
        line = make_unpaired()
        read = line.statement
    for ask, row in (
        (lambda key: program.get(f"/statements/{key}/file"), read),
        (lambda key: program.post(f"/statements/{key}/take-back", {"reason": "other"}), read),
        (lambda key: program.post(f"/statement-lines/{key}/cancellation", {"deposit": None}), line),
    ):
        assert refused_alike(ask, row.public_id).status_code == 404


def test_the_list_of_files_asks_as_often_for_many_as_for_one(program):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert program.get("/statements").status_code == 200
        return len(queries)

    account = make_account()
    take(notice(paid("ヤマダ", 100)), account)
    asked()
    few = asked()
    for amount in (200, 300, 400):
        take(notice(paid("ヤマダ", amount)), account)
    assert asked() == few
