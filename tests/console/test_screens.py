"""Screens of a running Rapport in a browser: Kafka, worker and console as processes, no archive at all."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from console.accounts.people import People, Person
from schemas import times
from tests.console.world import PASSWORD
from tests.integration.line import Line

pytestmark = [pytest.mark.kafka, pytest.mark.browser, pytest.mark.slow]

AXE: Final = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
PATIENCE_MS: Final = 90_000
STAFF: Final = (
    Person("wei", "associate", ("store",), ("north",)), Person("lin", "associate", ("store",), ("south",)),
    Person("tom", "agent", ("agent-desk",)), Person("ann", "agent", ("agent-desk",)),
)  # fmt: skip


@pytest.fixture(scope="module")
def line(kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    with Line(tmp_path_factory.mktemp("console"), kafka=kafka, partitions=4) as found:
        found.init()
        people = People(found.settings.data)
        for person in STAFF:
            people.add(person, PASSWORD)
        people.close()
        found.start("worker", "console")
        found.wait("the console is well", lambda: _well(found))
        yield found


@pytest.fixture
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield browser
        browser.close()


def test_a_camera_and_a_call_open_the_card_on_the_right_screen(line: Line, chromium: Browser, tmp_path: Path) -> None:
    faults: list[str] = []
    wei, lin = _screen(line, chromium, "wei", faults), _screen(line, chromium, "lin", faults)
    tom, ann = _screen(line, chromium, "tom", faults), _screen(line, chromium, "ann", faults, "zh-CN", "dark")
    _send(line, tmp_path, "consent.changed", "app", {"scope": "camera", "granted": True})
    _send(line, tmp_path, "store.entered", "camera", {"confidence": 0.97}, location_id="north")
    expect(wei.locator("[data-card] h2")).to_contain_text("Just arrived")
    _send(line, tmp_path, "call.ringing", "phone", {"queue": "service"})
    expect(tom.locator("[data-card] article")).to_have_attribute("data-call", "1")
    expect(ann.locator("[data-card] article")).to_have_attribute("data-call", "1")
    assert lin.locator("[data-rows] li").count() == 0, "nothing of another store, and no call"

    tom.keyboard.press("a")
    expect(tom.locator("[data-card] header")).to_contain_text("handled by tom")
    expect(ann.locator("[data-rows]")).to_contain_text("由 tom 处理")
    expect(ann.locator("[data-card] header")).to_contain_text("由 tom 处理")
    _audit(tom, ann, wei)

    tom.keyboard.press("r")
    tom.get_by_label("Note on the call").fill("wants <b>the blue one</b>")
    tom.get_by_label("What was the cause?").fill("a question")
    tom.get_by_label("What did you do?").fill("answered it")
    tom.locator("details[open] button.main").click()
    expect(tom.locator("[data-card] header")).to_contain_text("resolved by tom")
    expect(ann.locator("[data-card] header")).to_contain_text("由 tom 解决")

    tom.goto(f"{_address(line)}/customers/c-anna")
    expect(tom.get_by_text("wants <b>the blue one</b>").first).to_be_visible()
    expect(tom.get_by_text("the archive is away").first).to_be_visible()
    _audit(tom)
    assert faults == []


def test_a_screen_that_was_away_misses_nothing(line: Line, chromium: Browser, tmp_path: Path) -> None:
    faults: list[str] = []
    tom = _screen(line, chromium, "tom", faults)
    line.stop("console")
    expect(tom.locator("[data-line]")).to_be_visible()
    _send(line, tmp_path, "call.ringing", "phone", {"queue": "service"}, customer="c-bert")
    line.start("console")
    row = tom.locator("[data-rows] li", has_text="c-bert")
    expect(row).to_have_count(1)
    expect(tom.locator("[data-line]")).to_be_hidden()


def _screen(
    line: Line, chromium: Browser, name: str, faults: list[str], language: str = "en-GB", theme: Any = "light"
) -> Page:
    page = chromium.new_context(locale=language, color_scheme=theme, timezone_id="Asia/Shanghai").new_page()
    page.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.goto(f"{_address(line)}/login")
    page.locator("#name").fill(name)
    page.locator("#password").fill(PASSWORD)
    page.locator("button.main").click()
    page.wait_for_url("**/inbox")
    return page


def _audit(*pages: Page) -> None:
    for page in pages:
        page.evaluate(AXE)
        found = page.evaluate("axe.run().then(found => found.violations)")
        serious = [(each["id"], [node["html"][:120] for node in each["nodes"]]) for each in found
                   if each["impact"] in ("serious", "critical")]  # fmt: skip
        assert serious == []


def _send(line: Line, folder: Path, kind: str, channel: str, facts: dict[str, Any], **more: str) -> None:
    now = time.time_ns()
    touchpoint = {
        "event_id": f"screen-{now}", "type": kind, "channel": channel, "occurred_at": times.write(now // 1_000_000),
        "identifiers": {"customer_id": more.pop("customer", "c-anna")}, "properties": facts, "language": "en", **more,
    }  # fmt: skip
    file = folder / f"{now}.jsonl"
    file.write_text(json.dumps(touchpoint) + "\n", encoding="utf-8")
    done = line.run("send", str(file))
    assert done.returncode == 0, done.stdout + done.stderr


def _address(line: Line) -> str:
    return f"http://127.0.0.1:{line.settings.console_port}"


def _well(line: Line) -> bool:
    door = HTTPConnection("127.0.0.1", line.settings.console_port, timeout=10)
    try:
        door.request("GET", "/health")
        return door.getresponse().status == 200
    except OSError:
        return False
    finally:
        door.close()
