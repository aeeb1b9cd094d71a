"""Accounts, bank files, lines and deposits over REST."""

from __future__ import annotations

import json
from io import BytesIO

import pytest

from tests.rest import Program, elsewhere, refused_alike
from tokui.access.permissions import BANK_IMPORT, BANK_VIEW, PAYMENTS_VIEW
from tokui.banking.models import BankAccount, Deposit
from tokui.banking.tests.world import DAY, make_account, notice, paid, take
from tokui.core.jobs import run_pending

CASH = {"amount_minor": 24_200, "received_on": DAY.isoformat(), "payer": "オオタ ユキ"}

WHY = {"reason": "typed_twice"}


@pytest.fixture
def program(owner) -> Program:
    return Program(owner)


def sent(content: bytes, name: str = "furikomi.txt") -> BytesIO:
    file = BytesIO(content)
    file.name = name
    return file


def test_an_account_is_added_read_and_changed(program):
    added = program.post("/bank-accounts", {"code": "main", "name": "みどり銀行 本店", "number": "1234567"})
    assert added.status_code == 201
    path = f"/bank-accounts/{added.json()['id']}"
    assert program.get(path).json()["ledger_account"] == "bank:main"
    assert program.patch(path, {"name": "みどり銀行"}).json()["name"] == "みどり銀行"
    assert program.get(path).json()["number"] == "1234567"
    assert [row["code"] for row in program.get("/bank-accounts").json()["data"]] == ["main"]


def test_an_account_that_breaks_a_rule_is_refused_by_field(program):
    make_account("main")
    taken = program.post("/bank-accounts", {"code": "main", "name": "みどり銀行"})
    assert (taken.status_code, taken.json()["code"]) == (409, "account_code_taken")
    wrong = program.post("/bank-accounts", {"code": "sub", "name": "みどり銀行", "number": "12-34"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "number")


def test_a_bank_file_is_kept_at_once_and_read_by_a_job(program):
    account = make_account()
    answer = program.send(f"/bank-accounts/{account.public_id}/statements", sent(notice(paid("オオタ ユキ", 24_200))))
    assert (answer.status_code, answer.json()["state"]) == (202, "received")
    run_pending()
    statement = program.get(f"/statements/{answer.json()['id']}").json()
    assert (statement["state"], statement["deposit_count"], statement["refusal"]) == ("read", 1, None)
    [line] = program.get("/statement-lines", statement=statement["id"], direction="in").json()["data"]
    assert (line["amount_minor"], line["account"]) == (24_200, account.public_id)
    [deposit] = program.get("/deposits", state="open", account=account.public_id).json()["data"]
    assert (deposit["line"], deposit["left_minor"]) == (line["id"], 24_200)
    assert program.get(f"/statement-lines/{line['id']}").json() == line


def test_the_same_file_sent_twice_is_one_statement(program):
    path = f"/bank-accounts/{make_account().public_id}/statements"
    first, again = (program.send(path, sent(notice(paid("オオタ ユキ", 24_200)))).json()["id"] for _ in range(2))
    assert first == again
    assert len(program.get("/statements").json()["data"]) == 1


def test_a_file_that_cannot_be_read_tells_why_and_can_be_read_again(program):
    account = make_account()
    answer = program.send(f"/bank-accounts/{account.public_id}/statements", sent(b"not a bank file\n"))
    run_pending()
    path = f"/statements/{answer.json()['id']}"
    assert program.get(path).json()["refusal"]["code"]
    assert program.get("/statements", state="refused").json()["data"][0]["id"] == answer.json()["id"]
    assert program.post(f"{path}/read-again").json()["state"] == "refused"


def test_a_file_of_an_unknown_format_or_beyond_the_limit_is_refused(program, settings):
    path = f"/bank-accounts/{make_account().public_id}/statements"
    unknown = program.send(path, sent(b"x"), format="clay-tablet")
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (422, "format")
    settings.TOKUI_UPLOAD_LIMIT_BYTES = 10
    large = program.send(path, sent(b"12345678901"))
    assert (large.status_code, large.json()["errors"][0]["field"]) == (422, "file")


def test_a_deposit_is_recorded_once_for_one_idempotency_key(program):
    first = program.post("/deposits", CASH, key="counter-1")
    again = program.post("/deposits", CASH, key="counter-1")
    assert first.status_code == again.status_code == 201
    assert first.json()["id"] == again.json()["id"]
    assert Deposit.objects.count() == 1
    other = program.post("/deposits", CASH | {"amount_minor": 1}, key="counter-1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


def test_a_deposit_typed_in_by_mistake_is_taken_back_but_not_the_banks(program):
    typed = program.post("/deposits", CASH).json()
    assert program.post(f"/deposits/{typed['id']}/cancel").status_code == 422
    assert program.post(f"/deposits/{typed['id']}/cancel", WHY).json()["state"] == "cancelled"
    take(notice(paid("オオタ ユキ", 24_200)), make_account())
    [banks] = program.get("/deposits", method="transfer").json()["data"]
    refused = program.post(f"/deposits/{banks['id']}/cancel", WHY)
    assert (refused.status_code, refused.json()["code"]) == (409, "deposit_from_bank")


@pytest.mark.parametrize(
    "change",
    [
        {"amount_minor": 0},
        {"amount_minor": 10**18},
        {"amount_minor": True},
        {"received_on": 20_000},
        {"received_on": "20261120"},
        {"received_on": "9999-12-31"},
        {"currency": "XXA"},
        {"method": "shell money"},
        {"payer": "太田\x00"},
    ],
)
def test_a_deposit_that_cannot_be_is_refused_by_field(program, change):
    answer = program.post("/deposits", CASH | change)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].endswith(next(iter(change)))
    assert not Deposit.objects.exists()


def test_half_a_surrogate_pair_is_refused_and_not_an_accident(program):
    body = json.dumps(CASH).replace("\\u30aa", "\\ud800", 1)
    assert "\\ud800" in body
    answer = program.client.post("/api/v1/deposits", body, content_type="application/json")
    assert answer.status_code == 422


def test_a_body_that_is_no_json_is_a_problem_too(program):
    answer = program.client.post("/api/v1/deposits", "{", content_type="application/json")
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/problem+json")


def test_a_body_beyond_the_limit_is_a_problem_too(program, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    answer = program.post("/deposits", CASH)
    assert (answer.status_code, answer.json()["code"]) == (413, "request_too_large")


def test_pages_follow_each_other_without_gap_or_repetition(program):
    made = {program.post("/deposits", CASH | {"amount_minor": n}).json()["id"] for n in range(1, 6)}
    seen, cursor = [], ""
    while True:
        page = program.get("/deposits", limit=2, cursor=cursor).json()
        seen += [row["id"] for row in page["data"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == 5
    assert set(seen) == made
    assert program.get("/deposits", cursor="made-up").json()["errors"][0]["field"] == "cursor"
    assert program.get("/deposits", limit=201).status_code == 422
    assert program.get("/deposits", account="cus_nonsense").json()["errors"][0]["field"] == "account"


def test_lists_narrow_by_their_days(program):
    program.post("/deposits", CASH)
    assert len(program.get("/deposits", from_on=DAY.isoformat(), to_on=DAY.isoformat()).json()["data"]) == 1
    assert program.get("/deposits", from_on="2027-01-01").json()["data"] == []


def test_without_its_scope_a_key_reads_and_writes_nothing(owner):
    account = make_account()
    narrow = Program(owner, [BANK_VIEW])
    assert narrow.get("/bank-accounts").status_code == 200
    for refused in (
        narrow.get("/deposits"),
        narrow.post("/deposits", CASH),
        narrow.post("/bank-accounts", {"code": "x", "name": "x"}),
        narrow.patch(f"/bank-accounts/{account.public_id}", {"name": "x"}),
        narrow.send(f"/bank-accounts/{account.public_id}/statements", sent(b"x")),
        Program(owner, [PAYMENTS_VIEW]).get("/bank-accounts"),
        Program(owner, [PAYMENTS_VIEW]).get("/statements"),
        Program(owner, [BANK_IMPORT]).get("/statement-lines"),
    ):
        assert (refused.status_code, refused.json()["code"]) == (403, "not_permitted")
    assert BankAccount.objects.get().name == account.name


def test_what_belongs_to_another_organization_does_not_exist(program):
    with elsewhere():
        account = make_account()
        statement = take(notice(paid("オオタ ユキ", 24_200)), account)
        line, deposit = statement.lines.get(), Deposit.objects.get()
    for ask, row in (
        (lambda key: program.get(f"/bank-accounts/{key}"), account),
        (lambda key: program.patch(f"/bank-accounts/{key}", {"name": "x"}), account),
        (lambda key: program.send(f"/bank-accounts/{key}/statements", sent(b"x")), account),
        (lambda key: program.post("/deposits", CASH | {"method": "transfer", "account": key}), account),
        (lambda key: program.get(f"/statements/{key}"), statement),
        (lambda key: program.post(f"/statements/{key}/read-again"), statement),
        (lambda key: program.get(f"/statement-lines/{key}"), line),
        (lambda key: program.get(f"/deposits/{key}"), deposit),
        (lambda key: program.post(f"/deposits/{key}/cancel", WHY), deposit),
    ):
        assert refused_alike(ask, row.public_id).status_code == 404
    for path in ("/bank-accounts", "/statements", "/statement-lines", "/deposits"):
        assert program.get(path).json()["data"] == []
