"""Accounts, columns, deposits and result lists on their pages: good and bad input, lists, and how often they ask."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tokui.banking.actions import NewDeposit, record_deposit
from tokui.banking.models import BankAccount, Deposit, Statement, StatementLine
from tokui.banking.tests.browsing import CSV, make_customer, signed_in, text_of, upload
from tokui.banking.tests.world import DAY, make_account, notice, paid, take
from tokui.core import clock
from tokui.core.actors import SYSTEM
from tokui.core.invariants import find_offences
from tokui.core.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_the_day():
    with clock.at(clock.at_day(DAY, 10)):
        yield


def test_accounts_show_the_books_and_the_days_since_the_last_file(page):
    account = make_account()
    take(notice(paid("ヤマダ", 13200, DAY - timedelta(14))), account)
    found = page.get("/bank").context["rows"][0][0]
    assert (found.balance_minor, found.is_late) == (13200, True)
    assert found.quiet_days == 10  # 6 to 20 November: two weeks without a bank holiday
    assert "13,200" in text_of(page.get(f"/bank/{account.public_id}"))


def test_an_account_is_added_and_its_bank_is_named(page):
    values = {"code": "main", "name": "本店", "bank_code": "0001", "branch_code": "001", "account_type": "1"}
    values |= {"number": "1234567", "currency": "JPY", "date_basis": "value", "authoritative_format": "zengin-03"}
    assert page.post("/bank/new", values).status_code == 302
    made = BankAccount.objects.get()
    assert (made.bank_name, made.date_basis, made.authoritative_format) == ("みずほ", "value", "zengin-03")
    assert "みずほ" in text_of(page.get("/bank/names", {"bank_code": "0001", "branch_code": "001"}))
    assert 'value="0001"' in text_of(page.get("/bank/names", {"bank_code": "みずほ"}))
    again = page.post("/bank/new", values)
    assert (again.status_code, list(again.context["form"].errors)) == (422, ["code"])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", "本店"),
        ("name", ""),
        ("bank_code", "12"),
        ("branch_code", "1"),
        ("number", "12-3"),
        ("currency", "XXX"),
    ],
)
def test_bad_input_of_an_account_is_told_beside_its_field(page, field, value):
    values = {
        "code": "main",
        "name": "本店",
        "account_type": "1",
        "currency": "JPY",
        "date_basis": "booked",
        field: value,
    }
    response = page.post("/bank/new", values)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert not BankAccount.objects.exists()


def test_an_account_is_changed_but_its_code_stays(page):
    account = make_account()
    values = {"name": "新しい名", "code": "other", "account_type": "2", "date_basis": "booked", "is_active": "on"}
    assert page.post(f"/bank/{account.public_id}/change", values).status_code == 302
    account.refresh_from_db()
    assert (account.name, account.code, account.account_type) == ("新しい名", "main", "2")
    wrong = page.post(f"/bank/{account.public_id}/change", values | {"branch_code": "x"})
    assert list(wrong.context["form"].errors) == ["branch_code"]


def test_the_columns_of_an_unknown_csv_are_chosen_tried_kept_and_used(page):
    account = make_account()
    refused = page.get(upload(page, CSV.encode("cp932"), name="shinkin.csv")["Location"]).context["statement"]
    assert refused.state == "refused"
    address = f"/bank/{account.public_id}/columns?statement={refused.public_id}"
    assert "入金した額" in text_of(page.get(address))
    chosen = {"date": "0", "money_in": "1", "money_out": "2", "balance": "3", "payer": "4"}
    tried = page.post(address, chosen)
    assert [line.payer_name for line in tried.context["understood"]] == ["ヤマダ タロウ", "テスウリョウ"]
    account.refresh_from_db()
    assert account.mapping is None
    assert page.post(address, chosen | {"_save": "1"})["Location"] == f"/bank/statements/{refused.public_id}"
    assert Deposit.objects.get().payer_raw == "ヤマダ タロウ"
    account.refresh_from_db()
    assert account.mapping["date"] == ["受付日"]
    following = CSV.replace("11/18", "11/20").replace("11/19", "11/20").encode("cp932")
    assert Statement.objects.get(pk=refused.pk).state == "read"
    upload(page, following, name="shinkin2.csv")
    assert Deposit.objects.count() == 2


def test_columns_that_do_not_read_the_file_are_not_kept(page):
    account = make_account()
    address = upload(page, CSV.encode(), name="b.csv")["Location"]
    columns = f"/bank/{account.public_id}/columns?statement={address.rsplit('/', 1)[1]}"
    wrong = page.post(columns, {"date": "4", "money_in": "1", "_save": "1"})
    assert (wrong.status_code, bool(wrong.context["refusal"])) == (422, True)
    assert page.post(columns, {"date": "0"}).context["form"].errors["money_in"]
    assert page.post(columns, {"date": "99", "amount": "1"}).context["form"].errors["date"]
    account.refresh_from_db()
    assert account.mapping is None


def test_a_sample_of_a_csv_is_looked_at_without_counting(page):
    account = make_account()
    sample = SimpleUploadedFile("sample.csv", CSV.encode())
    response = page.post(f"/bank/{account.public_id}/columns", {"sample": sample})
    assert "file=file_" in response["Location"]
    assert len(page.get(response["Location"]).context["sample"].rows) == 2
    workbook = page.post(f"/bank/{account.public_id}/columns", {"sample": SimpleUploadedFile("x.csv", b"%PDF-1.7 x")})
    assert page.get(workbook["Location"]).status_code == 422
    assert Statement.objects.count() == 0


def test_money_at_the_counter_is_recorded_for_its_customer(page):
    customer = make_customer("山田商店")
    values = {"method": "cash", "amount": "１，２００", "received_on": "2026-11-20", "customer": customer.code}
    response = page.post("/deposits/new", values)
    made = Deposit.objects.get()
    assert response["Location"] == f"/deposits/{made.public_id}"
    assert (made.amount_minor, made.customer, made.debit_account) == (1200, customer, "cash")
    assert "山田商店" in text_of(page.get("/deposits"))
    assert page.post("/deposits/new", values | {"_again": "1"})["Location"] == "/deposits/new"
    assert f'value="{customer.code}"' in text_of(page.get("/deposits/payers", {"customer": "山田"}))
    assert find_offences() == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", "たくさん"),
        ("amount", "0"),
        ("amount", "-5"),
        ("received_on", "2027-02-30"),
        ("received_on", "2026-12-01"),
        ("method", "shells"),
        ("customer", "C-404"),
        ("account", "nowhere"),
    ],
)
def test_bad_input_of_a_deposit_is_told_beside_its_field(page, field, value):
    values = {"method": "cash", "amount": "100", "received_on": "2026-11-20", field: value}
    response = page.post("/deposits/new", values)
    assert (response.status_code, list(response.context["form"].errors)) == (422, [field])
    assert not Deposit.objects.exists()


def test_a_transfer_by_hand_needs_its_account(page):
    response = page.post("/deposits/new", {"method": "transfer", "amount": "100", "received_on": "2026-11-20"})
    assert list(response.context["form"].errors) == ["account"]


def test_deposits_are_found_by_state_way_period_amount_and_payer(page):
    take(notice(paid("ヤマダ タロウ", 100), paid("スズキ", 200)), make_account())
    record_deposit(NewDeposit(amount_minor=300, received_on=DAY - timedelta(3), text="レジ"), by=SYSTEM)

    def found(**conditions: str) -> list[int]:
        return sorted(row.amount_minor for row in page.get("/deposits", conditions).context["page"].rows)

    assert found() == [100, 200, 300]
    assert found(method="cash") == [300]
    assert found(from_on="2026-11-19") == [100, 200]
    assert found(to_on="2026-11-19") == [300]
    assert found(least="200", most="250") == [200]
    assert found(q="やまだ") == found(q="ヤマダタロウ") == found(q="ﾔﾏﾀﾞ") == [100]
    assert found(q="レジ") == [300]
    assert found(state="settled") == found(use="partial") == []


@pytest.mark.parametrize("conditions", ["state=x", "method=x", "from_on=soon", "least=much", "after=forged", "use=x"])
def test_a_condition_that_cannot_be_read_is_refused(page, conditions):
    assert page.get(f"/deposits?{conditions}").status_code == 422


def test_a_deposit_by_hand_is_taken_back_with_its_reason(page):
    made = record_deposit(NewDeposit(amount_minor=300, received_on=DAY), by=SYSTEM)
    address = f"/deposits/{made.public_id}"
    assert page.post(f"{address}/cancellation").status_code == 422
    assert page.post(f"{address}/cancellation", {"reason": "typed_twice"}).status_code == 302
    made.refresh_from_db()
    assert made.state == "cancelled"
    assert Event.objects.get(type="banking.DepositTakenBack").payload["reason"] == "typed_twice"
    assert page.get(address).context["why"]
    page.post(f"{address}/cancellation", {"reason": "other"})
    assert Event.objects.filter(type="banking.DepositTakenBack").count() == 1
    assert find_offences() == []


def test_the_bank_s_own_deposit_is_not_taken_back_by_hand(page):
    take(notice(paid("ヤマダ", 100)), make_account())
    made = Deposit.objects.get()
    response = page.post(f"/deposits/{made.public_id}/cancellation", {"reason": "other"})
    assert response.status_code == 422
    assert response.context["error"]
    assert Deposit.objects.get().state == "open"


def test_a_viewer_sees_a_deposit_but_cannot_take_it_back(organization):
    made = record_deposit(NewDeposit(amount_minor=300, received_on=DAY), by=SYSTEM)
    client = signed_in("viewer")
    assert "cancellation" not in text_of(client.get(f"/deposits/{made.public_id}"))
    assert client.post(f"/deposits/{made.public_id}/cancellation", {"reason": "other"}).status_code == 403


def test_a_result_list_is_looked_at_before_it_counts(page):
    customer = make_customer("会員一号")
    table = f"顧客コード,金額,決済日,結果\n{customer.code},500,2026/11/18,OK\n{customer.code},700,2026/11/18,NG\n"
    looked = page.post("/deposits/results", {"source": "konbini", "file": SimpleUploadedFile("r.csv", table.encode())})
    found = looked.context["found"]
    assert (found.recorded, found.unpaid, Deposit.objects.count()) == (1, 1, 0)
    stored = {"source": "konbini", "stored": looked.context["file"].public_id, "_record": "1"}
    assert page.post("/deposits/results", stored).status_code == 302
    assert page.post("/deposits/results", stored).status_code == 302
    made = Deposit.objects.get()
    assert (made.amount_minor, made.method, made.customer) == (500, "imported", customer)


def test_refused_rows_of_a_result_list_are_shown_with_their_place(page):
    table = "顧客コード,金額,決済日\nC-404,500,2026/11/18\n"
    response = page.post(
        "/deposits/results", {"source": "konbini", "file": SimpleUploadedFile("r.csv", table.encode())}
    )
    assert response.status_code == 200  # so that the file is kept, and can be looked at again
    _word, column, row = response.context["refused"][0]
    assert (row.row, column, row.value) == (2, "顧客コード", "C-404")
    assert not Deposit.objects.exists()
    assert list(page.post("/deposits/results", {"source": "konbini"}).context["form"].errors) == ["file"]
    empty = {"source": "Kon Bini", "file": SimpleUploadedFile("r.csv", b"")}
    assert list(page.post("/deposits/results", empty).context["form"].errors) == ["source"]


def test_the_start_page_tells_of_bank_files_that_need_a_person(page):
    account = make_account()
    assert "bank" not in {one.icon for one in page.get("/").context["cards"]}
    take(b"broken", account, name="kowareta.txt")
    shown = text_of(page.get("/"))
    assert "kowareta.txt" in shown
    with clock.at(clock.at_day(DAY, 11)):
        take(notice(paid("ヤマダ", 100)), account)
    assert "kowareta.txt" not in text_of(page.get("/"))
    with clock.at(clock.at_day(DAY + timedelta(14), 9)):
        assert account.name in text_of(signed_in("accountant").get("/"))


@pytest.mark.parametrize("address", ["/bank", "/statements", "/deposits"])
def test_lists_ask_as_often_for_many_rows_as_for_one(page, address):
    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert page.get(address).status_code == 200
        return len(queries)

    take(notice(paid("ヤマダ", 100)), make_account())
    page.get(address)
    few = asked()
    for n in range(6):
        take(
            notice(*(paid("スズキ", 10 + at, n=at) for at in range(5)), number=f"765432{n}"),
            make_account(f"a{n}", number=f"765432{n}"),
        )
    assert asked() == few
    assert few <= 20


def test_the_result_page_asks_as_often_for_many_lines_as_for_one(page):
    account = make_account()
    one = take(notice(paid("ヤマダ", 100)), account)
    many = take(notice(*(paid("スズキ", 10 + at) for at in range(40))), account)
    counts = []
    for read in (one, one, many):
        with CaptureQueriesContext(connection) as queries:
            page.get(f"/bank/statements/{read.public_id}")
        counts.append(len(queries))
    assert counts[1] == counts[2]
    assert StatementLine.objects.filter(statement=many).count() == 40


def test_a_result_list_with_other_headings_is_explained_on_the_spot(page):
    customer = make_customer("会員一号")
    table = f"だれ,いつ,いくら,どう\n{customer.code},2026/11/18,500,承認\n"
    looked = page.post("/deposits/results", {"source": "card", "file": SimpleUploadedFile("r.csv", table.encode())})
    assert looked.context["headings"] == ("だれ", "いつ", "いくら", "どう")
    told = {"source": "card", "stored": looked.context["file"].public_id, "column_customer": "だれ"}
    told |= {"column_day": "いつ", "column_amount": "いくら", "column_result": "どう"}
    asked = page.post("/deposits/results", told)
    assert [row.code for _word, _column, row in asked.context["refused"]] == ["unknown_result"]
    told["paid_words"] = "承認"
    assert page.post("/deposits/results", told).context["found"].recorded == 1
    assert page.post("/deposits/results", told | {"_record": "1"}).status_code == 302
    assert Deposit.objects.get().amount_minor == 500
