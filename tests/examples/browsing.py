"""A browser in the demo shop: the SDK as npm has it, the pages, and what a visitor does there."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from playwright.sync_api import Page, sync_playwright

from examples.shop.__main__ import serve
from tests.npm import modules

SDK: Final = "@segment/analytics-next@1.84.3"
PATIENCE_MS: Final = 60_000
CUSTOMER: Final = "anna-1"
EMAIL: Final = "anna@example.org"


def sdk() -> Path:
    """The browser's SDK, unmodified, from npm, fetched once into the cache; what the section `segment` names."""
    return modules("shop-sdk", SDK) / "@segment" / "analytics-next" / "dist" / "umd"


@contextmanager
def shop(collector: str, key: str, port: int = 0) -> Iterator[str]:
    """The address of a shop that tells this collector."""
    with serve(collector, key, port) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def browser() -> Iterator[Page]:
    """A page of a fresh Chromium."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = chromium.new_page()
        page.set_default_timeout(PATIENCE_MS)
        yield page
        chromium.close()


@contextmanager
def accepted(page: Page, said: str) -> Iterator[None]:
    """Until the collector has accepted the call of the SDK that says this."""
    with page.expect_response(
        lambda answer: "/v1/" in answer.url and said in (answer.request.post_data or "")
    ) as caught:
        yield
    assert caught.value.status == 200, caught.value.text()


def scan(page: Page, address: str) -> None:
    """A visitor follows what the QR code on the shelf says, and is sent to the tea."""
    page.goto(address)
    with accepted(page, "Product Viewed"):
        page.get_by_text("What the QR code on our shelf says").click()
    page.wait_for_url("**/item.html?item=tea*")


def look_round(page: Page, address: str) -> None:
    """A visitor whom nobody knows looks at the tea and puts it into the basket."""
    with accepted(page, "The tea house"):
        page.goto(address)
    with accepted(page, "Product Viewed"):
        page.get_by_text("Oolong tea").click()
    with accepted(page, "Product Added"):
        page.get_by_text("Into the basket").click()


def log_in(page: Page) -> None:
    """… and says who she is."""
    page.get_by_role("link", name="Log in").click()
    page.get_by_label("Customer number").fill(CUSTOMER)
    page.get_by_label("E-mail").fill(EMAIL)
    with accepted(page, EMAIL):
        page.get_by_role("button", name="Log in").click()
