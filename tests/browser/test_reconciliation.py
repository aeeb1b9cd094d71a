"""Reconciling by keyboard on a desk and by thumb on a phone, in both languages, against the real product."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.world import NAMES

WIDTHS = {"desk": 1440, "phone": 390}
READING = 650  # milliseconds; the bench takes no posting press before somebody can have read it
WORST = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
#: The second press of a hurried double press: at once when the next deposit is there.
AGAIN = """document.addEventListener('htmx:afterSettle',
    () => document.querySelector('.workbench [data-key="Enter"]').click(), {once: true})"""
SCREENS = [(place, language) for place in WIDTHS for language in ("ja", "en")]
WORDS = {
    "ja": {
        "certain": "確実",
        "unknown": "要確認",
        "done": "消し込みました",
        "advance": "前受金",
        "undone": "元に戻しました",
    },
    "en": {
        "certain": "Certain",
        "unknown": "Check this",
        "done": "reconciled",
        "advance": "advance",
        "undone": "Undone",
    },
}


class Bench:
    """The workbench in a browser: keys on a desk, taps on a phone."""

    def __init__(self, page: Any, place: str) -> None:
        self.page, self.place = page, place

    def take(self, payer: str) -> None:
        """Open a deposit from the list."""
        if self.place == "phone" and self.page.locator(".back").is_visible():
            self.page.locator(".back").click()
        with self.page.expect_response(lambda answer: "/reconciliation/dep_" in answer.url):
            self.page.locator("#main .list a", has_text=payer).first.click()
        self.shows(payer)

    def press(self, key: str) -> None:
        self.page.wait_for_timeout(READING)
        self.page.wait_for_selector("#bench:not([data-reading]):not([aria-busy])", state="attached")
        if self.place == "desk":
            self.page.keyboard.press(key)
        else:
            self.tap(key)

    def tap(self, key: str) -> None:
        """The button of a key on a phone; all but the first one wait behind the three dots."""
        shown = self.page.locator(f'[data-key="{key}"]:visible')
        if not shown.count():
            self.page.locator(".menu-button").tap()
            shown = self.page.locator(f'[data-also="{key}"]:visible')
        shown.first.tap()

    def undo(self) -> None:
        if self.place == "desk":
            self.page.keyboard.press("z")
        else:
            self.page.locator("[data-undo]").last.tap()

    def shows(self, payer: str) -> None:
        self.page.wait_for_selector(f'.workbench h2:has-text("{payer}")')

    def told(self, words: str) -> None:
        self.page.wait_for_selector(f'#toasts .toast:has-text("{words}")')

    def waiting(self) -> int:
        return int(self.page.locator(".list-head .seg a").first.inner_text().split()[-1])

    def is_sound(self) -> None:
        assert self.page.evaluate(WORST) <= 0
        assert self.page.complaints == []


@pytest.fixture(params=SCREENS, ids=["-".join(each) for each in SCREENS])
def screen(request, open_page):
    place, language = request.param
    page = open_page("/reconciliation", role="accountant", width=WIDTHS[place], language=language)
    return Bench(page, place), NAMES[f"{place}-{language}"], WORDS[language]


def test_one_press_confirms_and_shows_the_next_deposit_and_undo_brings_it_back(screen):
    bench, (_name, payer, *_others), words = screen
    following = _others[1]
    bench.take(payer)
    assert bench.page.locator(".workbench .sure b").inner_text().strip() == words["certain"]
    before = bench.waiting()
    bench.press("Enter")
    bench.told(words["done"])
    bench.shows(following)
    assert bench.waiting() == before - 1
    bench.undo()
    bench.told(words["undone"])
    bench.shows(payer)
    assert bench.waiting() == before
    bench.is_sound()


def test_a_second_press_right_after_the_first_does_not_confirm_the_next_deposit(screen):
    bench, (_name, payer, *_others), words = screen
    bench.take(payer)
    before = bench.waiting()
    bench.page.evaluate(AGAIN)
    bench.press("Enter")
    bench.told(words["done"])
    bench.page.wait_for_timeout(READING)
    assert bench.waiting() == before - 1
    assert bench.page.locator("#toasts .toast").count() == 1
    bench.undo()
    bench.shows(payer)
    bench.is_sound()


def test_a_deposit_short_by_a_fee_is_split_over_two_invoices_and_the_tally_closes(screen):
    bench, (_name, _payer, _shop, payer, *_others), words = screen
    bench.take(payer)
    bench.press("s")
    bench.page.wait_for_selector("tokui-split footer.balanced")
    totals = bench.page.locator("tokui-split footer data").all_inner_texts()
    assert totals[0] == totals[1]
    box = bench.page.locator("tokui-split [data-open]").first
    amount = box.input_value()
    box.fill("1")
    assert bench.page.locator("tokui-split footer.balanced").count() == 0
    box.fill(amount)
    assert bench.page.locator("tokui-split footer.balanced").count() == 1
    bench.is_sound()
    bench.press("Enter")
    bench.told(words["done"])
    bench.undo()
    bench.shows(payer)
    bench.is_sound()


def test_money_of_nobody_becomes_the_advance_of_the_customer_that_is_found(screen):
    bench, (name, *_others, nobody), words = screen
    bench.take(nobody)
    bench.press("a")
    bench.page.locator("#find").fill(name.split()[0])
    bench.page.wait_for_timeout(READING)
    bench.page.locator("#hits a", has_text=name).first.click()
    bench.told(words["advance"])
    bench.undo()
    bench.shows(nobody)
    bench.is_sound()


def test_two_customers_of_one_name_are_both_offered_and_nothing_is_called_certain(screen):
    bench, (*_others, _surname, payer, _nobody), words = screen
    bench.take(payer)
    before = bench.waiting()
    assert bench.page.locator('.workbench [name="shown"]').count() >= 2
    assert bench.page.locator('.workbench [name="shown"]:checked').count() == 0
    assert bench.page.locator('.workbench [data-key="Enter"]').count() == 0
    if bench.place == "desk":
        bench.press("Enter")
        bench.page.wait_for_timeout(READING)
        assert bench.waiting() == before
    bench.press("2")
    bench.page.wait_for_selector('.workbench [name="shown"]:checked')
    assert bench.page.locator(".workbench .sure b").inner_text().strip() != words["certain"]
    assert bench.page.locator(".workbench .why .weak").count() >= 1
    assert bench.page.locator('.workbench [data-key="Enter"]').count() == 1
    bench.is_sound()


def test_z_takes_back_the_decline_that_was_last_and_never_the_confirmation_before_it(open_page):
    bench, words = Bench(open_page("/reconciliation", role="accountant"), "desk"), WORDS["ja"]
    _name, payer, _shop, following, *_others = NAMES["desk-ja"]
    bench.take(payer)
    before = bench.waiting()
    bench.press("Enter")
    bench.told(words["done"])
    bench.shows(following)
    bench.press("x")
    bench.told("候補から外しました")
    assert bench.page.locator("#toasts .toast").count() == 1
    assert bench.page.locator(".workbench", has_text="外した候補を戻す").count() == 1
    bench.undo()
    bench.told("外した候補を戻しました")
    bench.undo()  # the newest action cannot be undone, so nothing happens
    bench.page.wait_for_timeout(READING)
    assert bench.waiting() == before - 1
    assert bench.page.locator('.workbench [data-key="Enter"]').count() == 1
    with bench.page.expect_response(lambda answer: "show=done" in answer.url):
        bench.page.locator(".list-head .seg a").last.click()
    bench.shows(payer)  # the newest answer stands first
    bench.page.locator(".note-box [hx-post*='release']").first.click()
    bench.told(words["undone"])
    assert bench.waiting() == before
    bench.is_sound()


def test_j_and_k_move_slash_searches_and_escape_leaves_the_field(open_page):
    page = open_page("/reconciliation", role="accountant")
    title = page.locator(".workbench h2").first
    first = title.inner_text()
    page.keyboard.press("j")
    page.wait_for_function("was => document.querySelector('.workbench h2').innerText !== was", arg=first)
    page.keyboard.press("k")
    page.wait_for_function("was => document.querySelector('.workbench h2').innerText === was", arg=first)
    page.keyboard.press("/")
    page.wait_for_selector("#find:focus")
    page.keyboard.press("Escape")
    page.wait_for_selector(".act-bar [data-key='/']")
    assert page.complaints == []


def test_a_viewer_sees_the_bench_but_nothing_is_posted(open_page):
    page = open_page("/reconciliation", role="viewer")
    waiting = page.locator(".list-head .seg a").first.inner_text()
    page.keyboard.press("Enter")
    page.wait_for_selector("#toasts .toast.bad")
    assert page.locator(".list-head .seg a").first.inner_text() == waiting
