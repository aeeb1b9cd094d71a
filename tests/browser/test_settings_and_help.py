"""What only a browser shows: the sum of chosen rows, the list of keys, the banner without a server, our file button."""

from __future__ import annotations


def test_the_chosen_rows_say_how_many_they_are_and_what_they_come_to(open_page):
    page = open_page("/customers?standing=owing")
    boxes = page.locator("tbody .pick input")
    amounts = page.eval_on_selector_all("tbody tr .acct .money", "all => all.slice(0, 2).map(one => Number(one.value))")
    boxes.nth(0).check()
    boxes.nth(1).check()
    assert page.locator("[data-count]").inner_text() == "2"
    assert page.locator("[data-sum]").inner_text() == f"・¥{sum(amounts):,}"
    assert page.complaints == []


def test_the_list_of_keys_is_grouped_and_tells_each_key_once(open_page):
    page = open_page("/")
    page.keyboard.press("?")
    page.wait_for_selector("dialog#keys[open]")
    told = page.locator("[data-key-go] dt").all_inner_texts()
    assert told and len(told) == len(set(told))
    assert page.locator("[data-key-go] dd", has_text="今日").count() == 1
    assert "ArrowLeft" not in page.locator("dialog#keys").inner_text()
    assert page.complaints == []


def test_a_banner_stays_until_the_server_is_back(open_page):
    page = open_page("/outbox")
    page.context.set_offline(True)
    page.fill("[name=q]", "x")
    page.wait_for_selector("#offline:not([hidden])")
    page.context.set_offline(False)
    page.wait_for_selector("#offline", state="hidden")


def test_the_file_button_speaks_the_language_of_the_page(open_page):
    for language, words in (("ja", "ファイルを選ぶ"), ("en", "Choose a file")):
        page = open_page("/imports", language=language)
        assert page.locator(".drop .btn").inner_text() == words
        page.set_input_files(".drop input[type=file]", {"name": "a.csv", "mimeType": "text/csv", "buffer": b"x"})


def test_a_person_signs_out_from_the_menu_of_their_name(open_page):
    page = open_page("/", role="viewer", language="en")
    page.click(".nav .foot .who")
    page.click("#account button:has-text('Sign out')")
    page.wait_for_url("**/sign-in")
