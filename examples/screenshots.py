"""`make screenshots`: pictures of the console for the README, from the Rapport that runs here (`make run`)."""

from __future__ import annotations

import secrets
import shutil
import sys
from pathlib import Path
from typing import Final, Literal, NamedTuple

from playwright.sync_api import Browser, ViewportSize, sync_playwright

from console.accounts.people import People, Person
from rapport.settings import PROJECT, read

FOLDER: Final = PROJECT / "docs" / "pictures"
PATIENCE_MS: Final = 30_000


class Shot(NamedTuple):
    """One picture: what is open, how wide, in which language and theme. `card`: the most urgent alert in it is open."""

    name: str
    path: str
    width: int
    height: int
    language: str
    theme: str
    card: bool = False


SHOTS: Final = (
    Shot("inbox", "/inbox", 1280, 720, "en-GB", "light", card=True),
    Shot("inbox-phone", "/inbox", 390, 720, "zh-CN", "dark", card=True),
    Shot("live", "/live?window=15m", 1280, 820, "en-GB", "dark"),
)


def main(address: str) -> int:
    """An account of its own is made for the pictures, and removed again."""
    people, name, password = People(read().data), "pictures", secrets.token_hex(16)
    people.add(Person(name, "admin"), password)
    FOLDER.mkdir(parents=True, exist_ok=True)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            for shot in SHOTS:
                print(_take(browser, address, shot, (name, password)))
    finally:
        people.remove(name)
        people.close()
    return 0


def _take(browser: Browser, address: str, shot: Shot, who: tuple[str, str]) -> Path:
    theme: Literal["dark", "light"] = "dark" if shot.theme == "dark" else "light"
    size: ViewportSize = {"width": shot.width, "height": shot.height}
    page = browser.new_context(viewport=size, locale=shot.language, color_scheme=theme).new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{address}/login")
    page.locator("#name").fill(who[0])
    page.locator("#password").fill(who[1])
    page.locator("button.main").click()
    page.wait_for_url("**/inbox")
    page.goto(f"{address}{shot.path}")
    if shot.card:
        page.locator(f"[data-rows] a:has(.title[lang={shot.language[:2]}])").first.click()
        page.locator("[data-card] article").wait_for()
    file = FOLDER / f"{shot.name}.png"
    page.screenshot(path=file)
    return file


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else f"http://127.0.0.1:{read().console_port}"))
