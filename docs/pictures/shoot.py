"""Take the README's pictures from a running demo.

    make demo
    .venv/bin/tokui --data-dir data/demo clock set 2026-11-20T09:00:00
    .venv/bin/python docs/pictures/shoot.py [ADDRESS]

Needs Chromium. The demo is the same each time and its clock stands at nine, so a picture changes only when its screen did.
"""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

FOLDER = Path(__file__).parent
MOST_BYTES = 250_000
SETTLED_MS = 1_500
ACCOUNTANT, PASSWORD = "keiri@aoba.example.jp", "aoba-demo-2026"  # as in docs/tour.md


@dataclass(frozen=True)
class Picture:
    """A screen: where it begins, and the text of each link that leads on."""

    name: str
    path: str
    follow: tuple[str, ...] = ()
    theme: str = "light"
    width: int = 1440
    height: int = 900


PICTURES = (
    Picture("reconciliation", "/reconciliation", ("オオタ ユキ",)),
    Picture("customer", "/customers?q=太田 由紀", ("太田 由紀",)),
    Picture("invoice", "/invoices?q=さくら台", ("INV-",)),
    Picture("reconciliation-dark", "/reconciliation", ("ヤマシタ アカネ",), theme="dark"),
    Picture("today-phone", "/", width=390, height=844),
)


def main(address: str = "http://localhost:8000") -> None:
    with sync_playwright() as playwright:
        found = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        for picture in PICTURES:
            target = FOLDER / f"{picture.name}.png"
            take(picture, browser, address, target)
            size = target.stat().st_size
            sys.stdout.write(f"{target}  {size:,}\n")
            if size > MOST_BYTES:
                sys.exit(f"{target.name} is larger than {MOST_BYTES:,} bytes.")
        browser.close()


def take(picture: Picture, browser: Browser, address: str, target: Path) -> None:
    """Sign in, go there, and wait until nothing is loading any more."""
    context = browser.new_context(
        viewport={"width": picture.width, "height": picture.height},
        device_scale_factor=2 if picture.width < 500 else 1,
        color_scheme="dark" if picture.theme == "dark" else "light",
        reduced_motion="reduce",
        locale="ja",
    )
    page = context.new_page()
    sign_in(page, address)
    page.goto(address + picture.path, wait_until="networkidle")
    for text in picture.follow:
        page.locator("main a", has_text=text).first.click()
        page.wait_for_timeout(SETTLED_MS)
    page.mouse.move(0, 0)
    page.screenshot(path=target, animations="disabled")
    context.close()


def sign_in(page: Page, address: str) -> None:
    page.goto(f"{address}/sign-in")
    page.fill("input[name=email]", ACCOUNTANT)
    page.fill("input[type=password]", PASSWORD)
    page.press("input[type=password]", "Enter")
    page.wait_for_url(f"{address}/")


if __name__ == "__main__":
    main(*sys.argv[1:])
