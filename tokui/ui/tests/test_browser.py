"""The gallery in a real browser, under the product's content policy. Needs Chromium."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium") or ""
pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine")]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen([sys.executable, "-m", "tokui.ui.tests.serve", str(port)], stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    for _attempt in range(100):
        try:
            urllib.request.urlopen(url, timeout=5).close()
            break
        except OSError:
            time.sleep(0.1)
    yield url
    server.terminate()
    server.wait(10)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    complaints: list[str] = []
    page = context.new_page()
    # A refusal (409) is logged by the browser and by htmx; everything else is a defect.
    page.on(
        "console",
        lambda said: complaints.append(said.text) if said.type == "error" and "409" not in said.text else None,
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


@pytest.mark.parametrize("width", [1440, 900, 390, 360])
@pytest.mark.parametrize("lang", ["ja", "en"])
def test_no_page_is_wider_than_the_window(page: Page, address: str, width: int, lang: str) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    for path in ("/?bound=1&told=1", "/page/ui/sign_in_base?", "/page/404?"):
        page.goto(f"{address}{path}&lang={lang}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_palette_opens_by_key_finds_and_goes(page: Page, address: str) -> None:
    page.goto(address)
    page.keyboard.press("Control+k")
    page.locator("#palette input").fill("太田")
    page.locator("#palette [role=option]", has_text="太田 由紀").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url("**/customers")


def test_rows_are_walked_and_selected_by_key(page: Page, address: str) -> None:
    page.goto(address)
    for key in ("j", "x", "j", "j", "Shift+X"):
        page.keyboard.press(key)
    assert page.locator(".ledger tbody .pick :checked").count() == 3
    assert page.locator(".bulk [data-count]").inner_text() == "3"
    assert page.locator(".ledger thead .pick :checked").count() == 1
    page.locator("[data-unpick]").click()
    assert page.locator(".ledger :checked").count() == 0


def test_keys_are_letters_while_typing_and_silent_when_switched_off(page: Page, address: str) -> None:
    page.goto(address)
    page.keyboard.press("/")
    page.keyboard.type("jx?")
    assert page.locator(".toolbar input").input_value() == "jx?"
    assert page.locator("dialog[open], tr.cursor").count() == 0
    page.evaluate("document.activeElement.blur(); document.documentElement.dataset.keys = 'off'")
    page.keyboard.press("j")
    assert page.locator("tr.cursor").count() == 0


def test_g_then_a_letter_goes_there(page: Page, address: str) -> None:
    page.goto(address)
    page.keyboard.press("g")
    page.keyboard.press("m")
    page.wait_for_url("**/matching")


def test_the_theme_is_remembered_and_drawn_by_the_server(page: Page, address: str) -> None:
    page.goto(address)
    page.locator(".nav [data-theme-toggle]").click()
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert "data-theme" in page.request.get(address).text().split("<head>")[0]


def test_z_undoes_what_the_toast_tells(page: Page, address: str) -> None:
    page.goto(f"{address}/?told=1")
    page.evaluate("document.body.addEventListener('tokui:undone', () => { document.title = 'undone' })")
    with page.expect_request("**/undo") as asked:
        page.keyboard.press("z")
    page.wait_for_function("document.title === 'undone'")
    assert asked.value.method == "POST" and asked.value.headers.get("x-csrftoken")
    assert page.locator(".toast", has_text="3 件を消し込みました").count() == 0


def test_a_refusal_is_told_in_its_own_words(page: Page, address: str) -> None:
    page.goto(address)
    page.evaluate("htmx.ajax('GET', '/refuse', {target: '#main'})")
    page.locator(".toast.bad", has_text="請求書は入金済みです").wait_for()
    assert page.locator(".toast.bad").count() == 1
    assert page.locator("#main .ledger").count() >= 1


def test_a_dropped_file_is_named(page: Page, address: str) -> None:
    page.goto(address)
    content = {"name": "名簿.csv", "mimeType": "text/csv", "buffer": b"a,b"}
    page.locator("tokui-drop input").set_input_files(content)
    assert "名簿.csv" in page.locator("tokui-drop output").inner_text()


def test_show_more_adds_the_next_rows_in_place(page: Page, address: str) -> None:
    page.goto(address)
    assert page.locator("#list tbody tr:not(.load-more)").count() == 3
    page.locator(".load-more a").click()
    page.locator("#list tbody tr:nth-child(6)").wait_for()
    assert page.locator("#list tbody tr:not(.load-more)").count() == 6
    assert page.locator("#list .load-more").count() == 1
