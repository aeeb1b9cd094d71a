"""Pages of banking: who may open them, and what becomes of the files that are dropped there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import translation

from tokui.access.models import Role, User
from tokui.banking.actions import import_statement
from tokui.banking.models import Deposit, Statement
from tokui.banking.places import oddities, place_word, refusal_facts
from tokui.banking.tests.browsing import CSV, signed_in, text_of, upload
from tokui.banking.tests.world import DAY, make_account, notice, paid, statement, take
from tokui.banking.words import refusal_word
from tokui.core import clock
from tokui.core.actors import SYSTEM
from tokui.core.invariants import find_offences
from tokui.core.jobs import run_pending

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_the_day():
    with clock.at(clock.at_day(DAY, 10)):
        yield


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
    for language, labels in (
        ("ja", ["項目", "明細から計算した値", "ファイルに書かれた値"]),
        ("en", ["Field", "Its rows make", "The file states"]),
    ):
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
