"""The way from an empty installation to the first reconciled deposit."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from tokui.access.actions import actor_of, change_business, change_organization, leave_first_steps
from tokui.access.models import Business, User
from tokui.access.tests.world import make_member
from tokui.banking.actions import NewAccount, add_account
from tokui.config.first_steps import STEPS
from tokui.core import clock
from tokui.core.errors import Invalid, NotPermitted
from tokui.core.models import Event, Organization
from tokui.invoices.issuers import terms_of
from tokui.payments.actions import match_all
from tokui.payments.tests.world import make_customer, make_deposit, make_invoice


def make_bank_account(by, **values):
    given = {"code": "main", "name": "みどり銀行", "bank_code": "", "branch_code": "", "number": "1234567"}
    return add_account(NewAccount(**(given | values)), by=by)


def owner_of():
    """Who is signed in on `page`, as the actor of verbs."""
    return actor_of(User.objects.get(), "owner")


def start(page) -> str:
    return page.get("/").content.decode()


def test_the_list_stays_until_every_step_is_done_though_a_deposit_was_posted_by_itself(page):
    owner = owner_of()
    assert start(page).count("<span>これから</span>") == len(STEPS) - 1
    make_invoice(make_customer("青木 悟", "アオキ サトル"), 24_200)
    make_deposit(24_200, "アオキ サトル")
    match_all()
    assert "最初の入金消込まで" in start(page)
    assert "最初の入金を消し込みました" not in start(page)
    change_business(Business.objects.get(), by=owner, address="東京都千代田区1-1")
    shown = start(page)
    assert "最初の入金消込まで" not in shown
    assert "最初の入金を消し込みました" in shown
    with clock.at(clock.now() + timedelta(days=1)):
        assert "最初の入金を消し込みました" not in start(page)


def test_the_list_can_be_put_away_for_everybody(page):
    owner = owner_of()
    assert page.post("/first-steps/departure").headers["Location"] == "/"
    assert "最初の入金消込まで" not in start(page)
    assert Event.objects.filter(type="access.FirstStepsLeft").count() == 1
    leave_first_steps(Organization.objects.get(), by=owner)
    assert Event.objects.filter(type="access.FirstStepsLeft").count() == 1


def test_only_owners_put_the_list_away(accountant):
    with pytest.raises(NotPermitted):
        leave_first_steps(Organization.objects.get(), by=accountant)


def test_a_closing_asks_for_the_business_details_first(page):
    owner = owner_of()
    assert "住所と登録番号のない請求書" in page.get("/closings").content.decode()
    change_business(Business.objects.get(), by=owner, address="東京都千代田区1-1")
    assert "住所と登録番号のない請求書" not in page.get("/closings").content.decode()


def test_the_first_bank_account_is_printed_on_invoices_by_one_press(page):
    owner = owner_of()
    account = make_bank_account(owner, bank_code="0001", branch_code="001", holder="カ)アオバ")
    shown = page.get(f"/bank/{account.public_id}").content.decode()
    assert "請求書にお振込先がまだありません" in shown
    answer = page.post(f"/bank/{account.public_id}/on-invoices")
    assert answer.headers["Location"] == "/settings/invoice-terms"
    (printed,) = terms_of(Business.objects.get()).banks
    assert (printed["account_type"], printed["account_number"], printed["holder"]) == ("普通", "1234567", "カ)アオバ")
    assert printed["bank_name"] == account.bank_name
    assert "請求書にお振込先がまだありません" not in page.get(f"/bank/{account.public_id}").content.decode()


def test_an_account_without_its_bank_is_not_printed(page):
    owner = owner_of()
    account = make_bank_account(owner)
    assert "請求書に載せる</button>" not in page.get(f"/bank/{account.public_id}").content.decode()
    page.post(f"/bank/{account.public_id}/on-invoices")
    assert terms_of(Business.objects.get()).banks == []


def test_an_accountant_may_not_print_an_account_on_invoices(owner):
    account = make_bank_account(owner, bank_code="0001", branch_code="001", holder="カ)アオバ")
    client = Client()
    client.force_login(make_member("accountant").user)
    assert client.post(f"/bank/{account.public_id}/on-invoices").status_code == 403


def test_an_organization_is_renamed_and_counts_its_year_from_its_own_month(page):
    given = {"name": "株式会社みどり", "language": "en", "first_month": "10"}
    assert page.post("/settings/organization", given).status_code == 302
    row = Organization.objects.get()
    assert (row.name, row.language, row.first_month, row.currency) == ("株式会社みどり", "en", 10, "JPY")


def test_an_organization_keeps_a_name_and_a_month_of_the_year(owner):
    row = Organization.objects.get()
    for wrong in ({"name": " "}, {"first_month": 13}, {"language": "de"}):
        given = {"name": "株式会社みどり", "language": "ja", "first_month": 4} | wrong
        with pytest.raises(Invalid):
            change_organization(row, by=owner, **given)


def test_only_owners_change_the_organization(accountant):
    with pytest.raises(NotPermitted):
        change_organization(Organization.objects.get(), name="x", language="ja", first_month=4, by=accountant)
