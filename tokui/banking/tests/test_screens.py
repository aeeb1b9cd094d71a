"""Pages of banking: who may open them, what they take in, what they say of bad input, and how often they ask."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from tokui.access.models import Role, User
from tokui.access.tests.world import make_member
from tokui.banking.actions import NewDeposit, import_statement, record_deposit
from tokui.banking.models import BankAccount, Deposit, Statement, StatementLine
from tokui.banking.places import oddities, place_word, refusal_facts
from tokui.banking.tests.world import DAY, make_account, notice, paid, statement, take
from tokui.banking.words import refusal_word
from tokui.core import clock
from tokui.core.actors import SYSTEM
from tokui.core.invariants import find_offences
from tokui.core.jobs import run_pending
from tokui.core.models import Event
from tokui.customers.actions import create_customer
from tokui.customers.drafts import CustomerDraft
from tokui.customers.models import Customer

pytestmark = pytest.mark.django_db
CSV = "受付日,入金した額,支払った額,のこり,なまえ\n2026/11/18,1000,,11000,ヤマダ タロウ\n2026/11/19,,300,10700,テスウリョウ\n"


@pytest.fixture(autouse=True)
def _on_the_day():
    with clock.at(clock.at_day(DAY, 10)):
        yield


def signed_in(role: str) -> Client:
    client = Client()
    client.force_login(make_member(role, email=f"{role}-screens@example.jp").user)
    return client


def upload(client: Client, *contents: bytes, name: str = "nyukin.txt", **fields: str):
    each = [SimpleUploadedFile(name if len(contents) == 1 else f"{at}-{name}", one) for at, one in enumerate(contents)]
    return client.post("/statements", {"file": each, "format": "auto", **fields})


def make_customer(name: str, kana: str = "") -> Customer:
    return create_customer(CustomerDraft(code="C-00001", name=name, kana=kana), by=SYSTEM)


def text_of(response) -> str:
    return response.content.decode()


BANK = ["/bank", "/bank/new", "/bank/names?bank_code=0001", "/statements", "/deposits/results"]
MONEY = ["/deposits", "/deposits/new", "/deposits/payers?customer=x"]


@pytest.mark.parametrize("address", BANK)
@pytest.mark.parametrize(("role", "status"), [("owner", 200), ("accountant", 200), ("sales", 403), ("viewer", 403)])
def test_only_those_who_keep_the_bank_open_its_pages(organization, address, role, status):
    assert signed_in(role).get(address).status_code == status


@pytest.mark.parametrize(
    ("role", "seen"),
    [("accountant", [200, 200, 200]), ("support", [200, 200, 200]), ("viewer", [200, 403, 403])],
)
def test_deposits_are_seen_by_all_and_recorded_by_those_at_the_counter(organization, role, seen):
    client = signed_in(role)
    assert [client.get(address).status_code for address in MONEY] == seen


@pytest.mark.parametrize("address", [*BANK, *MONEY])
def test_strangers_are_led_to_the_sign_in(organization, address):
    response = Client().get(address)
    assert response.status_code == 302
    assert "next=" in response["Location"]


def test_every_role_of_the_matrix_is_tried(organization):
    assert {"owner", "accountant", "sales", "viewer", "support"} <= set(Role.values)


def test_a_row_s_pages_are_closed_to_those_without_the_permission(organization):
    account = make_account()
    read = take(notice(paid("ヤマダ", 100)), account)
    client = signed_in("sales")
    for address in (
        f"/bank/{account.public_id}",
        f"/bank/statements/{read.public_id}",
        f"/bank/statements/{read.public_id}/original",
    ):
        assert client.get(address).status_code == 403
    assert client.post(f"/bank/statements/{read.public_id}/again").status_code == 403
    assert upload(client, notice(paid("ヤマダ", 200))).status_code == 403
    assert Statement.objects.count() == 1


def test_what_does_not_exist_is_not_found(page):
    for address in ("/bank/acc_x", "/bank/statements/stm_x", "/deposits/dep_x", "/bank/statements/cus_01jd"):
        assert page.get(address).status_code == 404


def test_a_good_file_leads_to_its_result(page):
    make_account()
    response = upload(page, notice(paid("ヤマダ タロウ", 13200), paid("スズキ", 500)))
    read = Statement.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/bank/statements/{read.public_id}")
    shown = text_of(page.get(response["Location"]))
    assert "ﾔﾏﾀﾞ ﾀﾛｳ" in shown
    assert f"/deposits/{Deposit.objects.get(amount_minor=13200).public_id}" in shown
    assert find_offences() == []


def test_the_same_file_twice_leads_to_the_same_result(page):
    make_account()
    content = notice(paid("ヤマダ", 100))
    assert upload(page, content)["Location"] == upload(page, content, name="again.txt")["Location"]
    assert Deposit.objects.count() == 1


def test_a_broken_file_says_line_field_found_and_expected_in_both_languages(page):
    make_account()
    content = statement(1000, paid("ヤマダ", 100)).replace(b"00000000001100", b"00000000001101")
    address = upload(page, content)["Location"]
    assert Statement.objects.get().state == "refused"
    assert Deposit.objects.count() == 0
    found = Statement.objects.get().refusal
    for language, labels in (("ja", ["項目", "明細から計算した値", "ファイルに書かれた値"]), ("en", ["Field", "Its rows make", "The file states"])):
        with translation.override(language):
            facts = refusal_facts(found)
            said = refusal_word(found["code"])
        assert [fact.label for fact in facts][-3:] == labels
        User.objects.update(language=language)
        shown = text_of(page.get(address))
        assert said in shown
        assert all(fact.label in shown and fact.value in shown for fact in facts)


def test_several_files_are_taken_at_once_each_by_its_own_account(page):
    first, second = make_account(), make_account("sub", number="7654321")
    response = upload(page, notice(paid("ヤマダ", 100)), notice(paid("スズキ", 200), number="7654321"))
    assert response["Location"] == "/statements"
    assert list(first.statements.values_list("deposit_count", flat=True)) == [1]
    assert list(second.statements.values_list("deposit_count", flat=True)) == [1]
    assert "2" in text_of(page.get("/statements"))


def test_a_file_of_a_foreign_account_is_asked_about_and_not_kept(page):
    make_account()
    make_account("sub", number="7654321")
    response = upload(page, notice(paid("ヤマダ", 100), number="9999999"))
    assert response.status_code == 422
    assert response.context["form"].errors["account"]
    assert Statement.objects.count() == 0


def test_a_question_about_one_file_does_not_hold_up_the_others(page):
    make_account()
    make_account("sub", number="7654321")
    response = upload(page, notice(paid("ヤマダ", 100)), b"what is this")
    assert (response.status_code, response["Location"]) == (302, "/statements")
    assert Statement.objects.get().deposit_count == 1
    assert "1-nyukin.txt" in text_of(page.get("/statements"))


def test_a_file_that_does_not_add_up_is_refused_at_its_own_account(page):
    make_account()
    second = make_account("sub", number="7654321")
    content = notice(paid("ヤマダ", 4321), number="7654321").replace(b"0004321", b"0004320", 1)
    upload(page, content)
    assert [(one.account_id, one.state) for one in Statement.objects.all()] == [(second.pk, "refused")]


def test_a_csv_that_names_no_account_asks_whose_it_is(page):
    make_account()
    make_account("sub", number="7654321")
    response = upload(page, CSV.encode(), name="bank.csv")
    assert response.context["form"].errors["account"]
    assert upload(page, CSV.encode(), name="bank.csv", account="sub").status_code == 302


def test_an_upload_without_a_file_says_so_beside_the_field(page):
    make_account()
    response = page.post("/statements", {"format": "auto"})
    assert response.status_code == 422
    assert response.context["form"].errors["file"]
    assert upload(page, b"x", format="fax").context["form"].errors["format"]
    assert upload(page, b"x", account="none").context["form"].errors["account"]


def test_an_empty_file_is_refused_in_words(page):
    make_account()
    shown = text_of(page.get(upload(page, b"")["Location"]))
    assert 'role="alert"' in shown


def test_a_file_that_is_being_read_is_asked_for_again_until_it_is_read(page):
    account = make_account()
    waiting = import_statement(notice(paid("ヤマダ", 100)), account=account, name="f.txt", by=SYSTEM)
    address = f"/bank/statements/{waiting.public_id}"
    assert "every 1500ms" in text_of(page.get(address))
    assert "hx-trigger" in text_of(page.get(f"{address}/row"))
    run_pending()
    fragment = text_of(page.get(address, HTTP_HX_REQUEST="true"))
    assert "every 1500ms" not in fragment
    assert fragment.lstrip().startswith("<div")
    assert "hx-trigger" not in text_of(page.get(f"{address}/row"))


def test_the_original_is_downloaded_byte_for_byte(page):
    content = notice(paid("ヤマダ", 100))
    read = take(content, make_account())
    response = page.get(f"/bank/statements/{read.public_id}/original")
    assert b"".join(response.streaming_content) == content
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"


def test_lines_are_shown_page_by_page(page):
    read = take(notice(*(paid("ヤマダ", 100 + n) for n in range(60))), make_account())
    first = page.get(f"/bank/statements/{read.public_id}")
    assert len(first.context["lines"]) == 50
    second = page.get(f"/bank/statements/{read.public_id}", {"after": first.context["page"].next_cursor})
    assert [line.amount_minor for line, _kind, _deposit in second.context["lines"]] == list(range(150, 160))
    assert page.get(f"/bank/statements/{read.public_id}?after=forged").status_code == 422


def test_missing_days_are_flagged_on_the_list_and_on_the_result(page):
    account = make_account()
    take(statement(1000, paid("ヤマダ", 100, DAY - timedelta(9)), from_on=DAY - timedelta(9)), account)
    read = take(statement(5000, paid("スズキ", 100), from_on=DAY), account)
    assert read.gap_minor == 3900
    assert "3,900" in text_of(page.get(f"/bank/statements/{read.public_id}"))
    assert [row.pk for row in page.get("/statements?state=gap").context["page"].rows] == [read.pk]


def test_oddities_are_told_by_kind_with_their_places():
    some = [{"code": "blank_line", "where": f"line {n}", "found": "", "meaning": ""} for n in range(5)]
    some += [{"code": "trimmed", "where": "line 3, remitter_name", "found": "118", "meaning": "120"}]
    with translation.override("ja"):
        told = oddities(some)
        assert [(one.count, len(one.examples)) for one in told] == [(5, 3), (1, 1)]
        assert place_word("line 3, remitter_name") != "line 3, remitter_name"


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
    assert response.status_code == 422
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
