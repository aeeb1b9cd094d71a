"""A real browser against the real product: one committed world per run, in a database that is thrown away."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                if os.environ.get("TOKUI_REQUIRE_BROWSER"):
                    pytest.exit("TOKUI_REQUIRE_BROWSER is set, and no Chromium was found.", returncode=1)
                item.add_marker(pytest.mark.skip(reason="not run: no Chromium on this machine"))


@pytest.fixture(scope="session")
def site(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[str]:
    """The product's address, with the small world in it."""
    from django.conf import settings
    from django.test.testcases import LiveServerThread, _StaticFilesHandler

    home = tmp_path_factory.mktemp("site")
    settings.MEDIA_ROOT, settings.EMAIL_FILE_PATH = home / "files", home / "mail"
    with django_db_blocker.unblock():
        from tests.browser.world import build

        build()
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        thread = LiveServerThread("localhost", _StaticFilesHandler)
        thread.daemon = True
        thread.start()
        thread.is_ready.wait()
        if thread.error:
            raise thread.error
        yield f"http://localhost:{thread.port}"
        thread.terminate()


@pytest.fixture(scope="session")
def chromium(site: str) -> Iterator[Any]:
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Any, site: str) -> Iterator[Any]:
    """`open_page(path, role=, width=, theme=, language=)` signs in and returns a page that remembers its complaints."""
    from tests.browser.world import cookie_of

    contexts = []

    def open_(path: str, *, role: str = "owner", width: int = 1440, theme: str = "light", language: str = "ja") -> Any:
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=theme, locale=language, has_touch=width < 500
        )
        contexts.append(context)
        context.set_default_timeout(8000)
        if role:
            context.add_cookies([{"name": "sessionid", "value": cookie_of(role, language), "url": site}])
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda m: page.complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: page.complaints.append(str(e)))
        page.goto(site + path)
        return page

    yield open_
    for context in contexts:
        context.close()
