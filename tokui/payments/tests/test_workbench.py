"""What the workbench shows and answers: declining and its undoing, ties, the list, the search."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from tokui.core import clock
from tokui.core.actors import SYSTEM
from tokui.core.errors import Refusal
from tokui.core.models import Event
from tokui.payments.actions import decline, match_all, undecline
from tokui.payments.models import Allocation, Decision, Declined, Suggestion
from tokui.payments.policy import change_policy
from tokui.payments.scorecard import scorecard
from tokui.payments.tests.world import DAY, make_customer, make_deposit, make_invoice


@pytest.fixture(autouse=True)
def _on_the_day(organization):
    change_policy({"posts_certain": False}, by=SYSTEM)
    with clock.at(clock.at_day(DAY, 10)):
        yield


def post(page, path, **values):
    return page.post(path, values, headers={"HX-Request": "true"})


def toast(answer):
    return json.loads(answer.headers["HX-Trigger"])["tokui:toast"][0]


def one_waiting():
    invoice, deposit = make_invoice(make_customer()), make_deposit(24200)
    match_all()
    return invoice, deposit


def two_of_a_name():
    for given in ("修", "治"):
        make_invoice(make_customer(f"中村 {given}", "ナカムラ オサム"), 48400)
    deposit = make_deposit(48400, "ナカムラ オサム")
    match_all()
    return deposit


def test_what_was_declined_is_said_to_be_set_aside_and_not_that_nothing_is_owed(page):
    _invoice, deposit = one_waiting()
    answer = post(page, f"/reconciliation/{deposit.public_id}/decline", pick="0")
    (left,) = Suggestion.objects.filter(deposit=deposit)
    codes = {reason["code"] for reason in left.reasons}
    assert "set_aside" in codes
    assert "nothing_open" not in codes
    assert f"/reconciliation/{deposit.public_id}/declines/undoing" in answer.content.decode()


def test_declining_is_undone_by_the_address_in_its_toast(page):
    invoice, deposit = one_waiting()
    told = toast(post(page, f"/reconciliation/{deposit.public_id}/decline", pick="0"))
    assert told["undo"].startswith(f"/reconciliation/{deposit.public_id}/declines/")
    assert post(page, told["undo"]).status_code == 200
    assert not Declined.objects.exists()
    assert Suggestion.objects.get(deposit=deposit).allocations == [[str(invoice.pk), 24200]]
    assert Event.objects.filter(type="payments.DeclineTakenBack").count() == 1
    assert scorecard().declined == 0


def test_declining_twice_and_undoing_once_brings_back_only_the_last(accountant):
    customer = make_customer()
    first, second = make_invoice(customer, 1000), make_invoice(customer, 2000)
    deposit = make_deposit(3000)
    match_all()
    decline(deposit, [first.pk], by=accountant)
    with clock.at(clock.at_day(DAY, 11)):
        later = decline(deposit, [second.pk], by=accountant)
    assert undecline(deposit, decision=later.pk, by=accountant) == [second.pk]
    assert list(Declined.objects.values_list("invoice_id", flat=True)) == [first.pk]
    assert undecline(deposit, by=accountant) == [first.pk]


def test_what_was_set_aside_and_taken_back_is_still_not_posted_by_itself(accountant):
    _invoice, deposit = one_waiting()
    decline(deposit, [_invoice.pk], by=accountant)
    change_policy({"posts_certain": True}, by=SYSTEM)
    undecline(deposit, by=accountant)
    assert not Allocation.objects.exists()


def test_a_viewer_cannot_take_a_decline_back(viewer, accountant):
    invoice, deposit = one_waiting()
    decline(deposit, [invoice.pk], by=accountant)
    with pytest.raises(Refusal):
        undecline(deposit, by=viewer)
    assert Declined.objects.count() == 1


def test_on_a_tie_nothing_is_chosen_and_nothing_is_posted_until_somebody_chooses(page):
    deposit = two_of_a_name()
    shown = page.get(f"/reconciliation/{deposit.public_id}").content.decode()
    assert 'data-key="Enter"' not in shown
    assert 'name="shown" value="0" checked' not in shown
    assert 'data-key="2"' in shown
    assert toast(post(page, f"/reconciliation/{deposit.public_id}/allocation"))["tone"] == "bad"
    assert not Allocation.objects.exists()
    chosen = page.get(f"/reconciliation/{deposit.public_id}?pick=1").content.decode()
    assert 'data-key="Enter"' in chosen
    assert post(page, f"/reconciliation/{deposit.public_id}/allocation", pick="1").status_code == 200
    assert Allocation.objects.count() == 1


def test_each_reason_shows_the_points_it_adds(page):
    _invoice, deposit = one_waiting()
    why = page.get(f"/reconciliation/{deposit.public_id}").content.decode().split('class="why"')[1].split("</ul>")[0]
    weights = [reason["weight"] for reason in Suggestion.objects.get(deposit=deposit).reasons]
    assert all(f"<span>+{weight}</span>" in why for weight in weights if weight > 0)


def test_a_part_payment_says_what_is_left(page):
    make_invoice(make_customer(), 24200)
    deposit = make_deposit(13200)
    match_all()
    said = toast(post(page, f"/reconciliation/{deposit.public_id}/allocation", pick="0", difference="open"))
    assert "11,000" in said["message"]


def test_an_advance_of_somebody_who_owes_says_so(page):
    _invoice, deposit = one_waiting()
    assert "24,200" in toast(post(page, f"/reconciliation/{deposit.public_id}/advance"))["message"]


def test_the_search_begins_with_the_payer_and_invoices_of_the_same_amount(page):
    other = make_invoice(make_customer("北山 商店", "キタヤマ ショウテン"), 5500)
    deposit = make_deposit(5500, "ｶ)ﾀﾞﾚｶ")
    shown = page.get(f"/reconciliation/{deposit.public_id}/search").content.decode()
    assert 'value="ダレカ"' in shown
    assert other.number in shown
    assert other.number in page.get(f"/reconciliation/{deposit.public_id}/search", {"q": "5,500"}).content.decode()


def test_what_is_done_says_who_and_is_found_by_its_payer_on_any_day(page):
    _invoice, deposit = one_waiting()
    post(page, f"/reconciliation/{deposit.public_id}/allocation", pick="0")
    by = Decision.objects.get().by
    assert by in page.get("/reconciliation?show=done").content.decode().split('id="bench-rows"')[1].split("</ul>")[0]
    with clock.at(clock.at_day(DAY + timedelta(3), 10)):
        assert deposit.public_id not in page.get("/reconciliation?show=done").content.decode()
        assert deposit.public_id in page.get("/reconciliation?show=done&q=おおた").content.decode()


def test_before_the_first_deposit_the_bench_leads_to_the_banks_file(page):
    assert 'href="/statements"' in page.get("/reconciliation").content.decode().split('class="empty')[1]
    make_deposit(500, "ﾀﾞﾚｶ")
    assert 'class="empty' not in page.get("/reconciliation").content.decode().split("workbench")[0]
