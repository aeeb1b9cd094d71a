"""The customers' list and form by hand: what only a browser shows, fragments that come when they are asked for."""

from __future__ import annotations

from tests.browser.world import NAMES

NAME, _KANA, SHOP, *_REST = NAMES["desk-ja"]


def test_conditions_are_ticked_in_their_dialog_and_taken_away_by_chips(open_page):
    page = open_page("/customers")
    page.keyboard.press("f")
    page.wait_for_selector("#conditions-form")
    page.fill('[name="name"]', "商店")
    page.check('[name="kind"][value="person"]')
    page.check('[name="kind"][value="company"]')
    page.click('[form="conditions-form"]')
    page.wait_for_url("**/customers?*kind=person&kind=company*")
    assert SHOP in page.inner_text("#customers")
    assert NAME not in page.inner_text("#customers tbody")
    page.click(".chip.on >> nth=0")
    page.wait_for_url(lambda url: "kind=person" not in url)
    assert page.complaints == []


def test_a_postal_code_fills_the_address_and_a_payer_is_searched(open_page):
    page = open_page("/customers/new")
    page.fill('[name="name"]', "新しい商店")
    page.fill('[name="postal_code"]', "100-0001")
    page.keyboard.press("Tab")
    page.wait_for_selector('[name="address"][value="東京都千代田区千代田"]')
    page.fill('[name="bill_to.q"]', SHOP)
    page.check(f'label:has-text("{SHOP}") >> [name="bill_to"]')
    page.click("button.primary")
    page.wait_for_url("**/customers/cus_*")
    billing = page.inner_text(".rail")
    assert SHOP in billing
    assert "東京都千代田区千代田" in billing
    assert page.complaints == []


def test_another_customer_is_chosen_from_what_was_typed(open_page):
    page = open_page(f"/customers?q={NAME}")
    page.click(f'tbody >> text="{NAME}"')
    page.click('summary:has-text("つながりを追加")')
    page.fill('[name="other.q"]', SHOP)
    page.check(f'label:has-text("{SHOP}") >> [name="other"]')
    page.fill('.rail [name="note"]', "勤め先")
    page.click('form:has([name="bond"]) button')
    page.wait_for_selector(f'.rail li:has-text("{SHOP}"):has-text("勤め先")')
    assert page.complaints == []
