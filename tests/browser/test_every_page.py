"""Every page of the menu, on a desk and on a phone, by day and by night, in both languages: nothing breaks."""

from __future__ import annotations

import pytest

WORST = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def menu(page) -> list[str]:
    return page.eval_on_selector_all(".nav a[href]", "links => links.map(a => new URL(a.href).pathname)")


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")])
def test_every_page_of_the_menu_opens_without_complaint_or_overflow(open_page, site, width, theme, language):
    page = open_page("/", width=width, theme=theme, language=language)
    assert page.locator("html").get_attribute("lang") == language
    for path in sorted(set(menu(page))):
        answer = page.goto(site + path)
        assert answer.status == 200, path
        assert page.evaluate(WORST) <= 0, f"{path} is wider than the screen by {page.evaluate(WORST)} px"
        assert page.locator("h1").count() == 1, f"{path} has no single heading"
    assert page.complaints == []


def test_a_person_signs_in_by_hand(open_page):
    page = open_page("/sign-in", role="")
    page.fill("[name=email]", "owner-ja@example.jp")
    page.fill("[name=password]", "wrong")
    page.click("button.primary")
    assert "メールアドレスかパスワードが違います" in page.content()
    page.fill("[name=password]", "correct horse battery")
    page.click("button.primary")
    page.wait_for_url("**/")
    assert page.locator("h1").inner_text().startswith("今日")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_list_of_customers_says_on_a_phone_who_has_paid(open_page, language):
    page = open_page("/customers?standing=owing", width=390, language=language)
    row = page.locator("#customers tbody tr").first
    assert row.locator(".status").is_visible()
    assert row.locator(".f4 time").is_visible()
    assert row.locator(".f2 .money").is_visible()
    page.wait_for_selector("#customers tfoot .money")
    assert page.evaluate(WORST) <= 0
    assert page.complaints == []


def test_the_palette_opens_with_the_keyboard_and_closes_with_escape(open_page):
    page = open_page("/")
    page.keyboard.press("Control+k")
    page.wait_for_selector("dialog#palette[open]")
    page.keyboard.press("Escape")
    assert page.locator("dialog#palette[open]").count() == 0
    assert page.complaints == []
