"""Receivables by age and by day, what a deposit paid, what became of a file, and the page of today."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tokui.access.models import Business
from tokui.banking.tests.world import make_account, notice, paid, take
from tokui.core import clock
from tokui.core.actors import SYSTEM
from tokui.payments.actions import match_all
from tokui.payments.policy import change_policy
from tokui.payments.reports import aged_receivables
from tokui.payments.tests.world import DAY, make_customer, make_deposit, make_invoice
from tokui.payments.views.standing import aged_page


@pytest.fixture(autouse=True)
def _on_the_day(organization):
    with clock.at(clock.at_day(DAY, 10)):
        yield


def owing(name: str, late: int, total: int = 1000):
    invoice = make_invoice(
        make_customer(name, "キャク"), total, issued_on=DAY - timedelta(120), due_on=DAY - timedelta(late)
    )
    return invoice.customer


def listed(page, path: str) -> list[str]:
    return re.findall(r'/ledger">([^<]+)</a>', page.get(path).content.decode())


def test_the_oldest_debts_come_first_and_those_not_due_can_be_left_out(page):
    for name, late in (("期日前", -5), ("古い", 100), ("新しい", 10)):
        owing(name, late)
    assert listed(page, "/receivables/aged") == ["古い", "新しい", "期日前"]
    assert listed(page, "/receivables/aged?view=late") == ["古い", "新しい"]


def test_aged_receivables_go_on_by_cursor_and_a_foreign_cursor_is_refused(page):
    for n in range(5):
        owing(f"客{n}", 10 + n, 1000 + n)
    rows, _total = aged_receivables()
    seen, after = [], ""
    while not seen or after:
        part = aged_page(rows, after, size=2)
        seen, after = seen + [row.name for row in part.rows], part.next_cursor
    assert seen == ["客4", "客3", "客2", "客1", "客0"]
    assert page.get("/receivables/aged?after=nonsense").status_code == 422


def test_aged_receivables_of_one_business_leave_the_others_out(page):
    owing("客", 10)
    other = Business.objects.create(code="other", name="別の事業")
    assert listed(page, f"/receivables/aged?business={other.public_id}") == []
    own = Business.objects.exclude(pk=other.pk).first()
    assert listed(page, f"/receivables/aged?business={own.public_id}") == ["客"]
    assert page.get("/receivables/aged?business=biz_nonsense").status_code == 404


def test_the_aged_table_is_a_file_with_the_same_sums(page):
    owing("=1+1", 10, 700)
    answer = page.get("/receivables/aged?format=csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert "700" in text
    assert "\n=1+1" not in text
    assert answer.headers["Content-Disposition"].endswith('.csv"')


def test_a_day_of_expected_receipts_unfolds_to_its_invoices(page):
    invoice = make_invoice(make_customer(), 1000, due_on=DAY + timedelta(7))
    assert f"/receivables/expected/{DAY + timedelta(7)}" in page.get("/receivables/expected").content.decode()
    assert invoice.number in page.get(f"/receivables/expected/{DAY + timedelta(7)}").content.decode()
    assert page.get("/receivables/expected/2027-02-30").status_code == 404


def test_states_have_counts_and_the_state_that_is_shown_its_total(page):
    for n in range(3):
        owing(f"客{n}", 10, 1000 + n)
    text = page.get("/standing?state=overdue").content.decode()
    assert '<span class="count">3</span>' in text
    assert 'value="3003"' in text.split("<tfoot>")[1]
    past = page.get(f"/standing?state=overdue&as_of={DAY - timedelta(1)}").content.decode()
    assert 'value="3003"' in past.split("<tfoot>")[1]


@pytest.mark.parametrize("path", ["/receivables/aged", "/receivables/expected", "/standing"])
def test_paper_says_what_it_is_whose_and_as_of_when(page, organization, path):
    head = page.get(path).content.decode().split('<header class="print-head">')[1].split("</header>")[0]
    assert organization.name in head
    assert "2026年11月20日(金)" in head


def test_the_printed_ledger_names_its_addressee_and_period(page):
    customer = owing("株式会社 北斗", 10)
    text = page.get(f"/customers/{customer.public_id}/ledger?from=2026-11-01&to=2026-11-20").content.decode()
    head = text.split('<header class="print-head">')[1].split("</header>")[0]
    assert f"株式会社 北斗 {customer.honorific}" in head
    assert "2026年11月1日(日)" in head


def test_a_deposit_shows_what_it_paid_why_and_by_whom(page):
    invoice = make_invoice(make_customer(), 24200)
    deposit = make_deposit(24200)
    assert "消込の内訳" not in page.get(f"/deposits/{deposit.public_id}").content.decode()
    match_all()
    text = page.get(f"/deposits/{deposit.public_id}").content.decode()
    assert invoice.number in text
    assert 'class="why"' in text
    assert f"/reconciliation/{deposit.public_id}?show=done" in text


def test_a_file_says_how_many_were_reconciled_by_themselves_once_they_are_matched(page):
    make_invoice(make_customer(), 24200)
    read = take(notice(paid("オオタ ユキ", 24200), paid("ダレカ", 500)), make_account())
    waiting = page.get(f"/statements/{read.public_id}/matching").content.decode()
    assert 'hx-trigger="every 2s"' in waiting
    match_all()
    told = page.get(f"/bank/statements/{read.public_id}").content.decode()
    assert "1 件を自動で消し込みました" in told
    assert 'hx-trigger="every 2s"' not in told


def test_a_file_that_nobody_matched_stops_asking_after_a_while(page):
    change_policy({"posts_certain": False}, by=SYSTEM)
    read = take(notice(paid("ダレカ", 500)), make_account())
    with clock.at(clock.at_day(DAY, 11)):
        assert "every 2s" not in page.get(f"/statements/{read.public_id}/matching").content.decode()


def test_one_payment_is_one_entry_of_the_customers_history(page):
    customer = make_customer()
    invoice = make_invoice(customer, 24200)
    make_deposit(24200)
    match_all()
    history = page.get(f"/customers/{customer.public_id}?show=money").content.decode().split('class="timeline"')[1]
    assert history.count('<span class="entry">') == 1
    assert invoice.number in history.split('<span class="entry">')[1].split("</span></span>")[0]
    assert "オオタ ユキ" in history
    assert "請求書は入金済みです" not in history


def test_today_names_the_largest_debts_and_the_deposits_that_wait(page):
    change_policy({"posts_certain": False}, by=SYSTEM)
    owing("滞り 太郎", 30, 9000)
    make_invoice(make_customer(), 24200, due_on=DAY + timedelta(3))
    deposit = make_deposit(24200)
    match_all()
    text = page.get("/").content.decode()
    for wanted in ("滞り 太郎", "9,000", f"/reconciliation/{deposit.public_id}", "確実 1", "7日以内の入金予定"):
        assert wanted in text, wanted


def test_the_pages_of_receivables_cost_the_same_however_many_owe(page, django_assert_max_num_queries):
    for n in range(12):
        owing(f"客{n}", n)
    for path in ("/standing", "/receivables/aged", "/receivables/expected"):
        page.get(path)
        with django_assert_max_num_queries(20):
            page.get(path)
