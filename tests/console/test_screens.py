"""Screens of a running Rapport in a browser: Kafka, worker and console as processes, and an archive that comes late."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator, Sequence
from http.client import HTTPConnection
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

from console.accounts.people import People, Person
from console.web.guard import SESSION
from schemas import times
from sinks.clickhouse.client import StoreError
from tests.console.furnished import SAID, kept_run
from tests.console.world import NOW, PASSWORD
from tests.integration.line import Line

pytestmark = [pytest.mark.kafka, pytest.mark.browser, pytest.mark.slow]

AXE: Final = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
PATIENCE_MS: Final = 90_000
STAFF: Final = (
    Person("wei", "associate", ("store",), ("north",)), Person("lin", "associate", ("store",), ("south",)),
    Person("tom", "agent", ("agent-desk",), ("service",)), Person("ann", "agent", ("agent-desk",), ("service",)),
    Person("ben", "agent", ("agent-desk",)),
    Person("max", "manager", ("managers",)), Person("ada", "admin"), Person("ian", "analyst"),
)  # fmt: skip
PAGES: Final = (
    "/inbox?tab=done", "/inbox?tab=snoozed", "/customers", "/customers/c-dora", "/live?window=15m", "/portfolio",
    "/portfolio/treatment", "/portfolio/effects", "/portfolio/policy?kind=price&size=25", "/replay", "/operations",
)  # fmt: skip
ARCHIVED: Final = "SELECT count() FROM touchpoints_now WHERE customer_id = 'c-dora'"
UNREACHED: Final = "net::ERR_"
"""What Chromium says of requests to a console that is not there; all else that it says is a fault."""
REFUSED: Final = "the server responded with a status of 4"
"""What it says of a page that is asked for so that it is refused."""


class Screens:
    """Browsers of people who have logged in, and what went wrong in any of them."""

    def __init__(self, line: Line, chromium: Browser) -> None:
        self._line = line
        self._chromium = chromium
        self.faults: list[str] = []
        expect.set_options(timeout=PATIENCE_MS)

    def of(
        self, name: str, language: str = "en-GB", theme: Any = "light", *, wide: int = 1280, home: str = "inbox"
    ) -> Page:
        page = self.at_the_door(language, theme, wide=wide)
        self.enter(page, name)
        page.wait_for_url(f"**/{home}")
        return page

    def at_the_door(self, language: str, theme: Any, *, wide: int) -> Page:
        page = self._chromium.new_context(
            locale=language, color_scheme=theme, timezone_id="Asia/Shanghai", viewport={"width": wide, "height": 800}
        ).new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda said: self.faults.append(said.text) if said.type == "error" else None)
        page.goto(f"{_address(self._line)}/login")
        return page

    def enter(self, page: Page, name: str) -> None:
        page.locator("#name").fill(name)
        page.locator("#password").fill(PASSWORD)
        page.locator("button.main").click()


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    with Line(tmp_path_factory.mktemp("console"), partitions=4) as found:
        found.broker.start()
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


@pytest.fixture
def screens(line: Line, chromium: Browser) -> Iterator[Screens]:
    """No page of a test may fail in its browser."""
    found = Screens(line, chromium)
    yield found
    assert found.faults == []


def test_a_camera_and_a_call_open_the_card_on_the_right_screen(line: Line, screens: Screens, tmp_path: Path) -> None:
    wei, lin = screens.of("wei"), screens.of("lin")
    tom, ann, ben = screens.of("tom"), screens.of("ann", "zh-CN", "dark"), screens.of("ben")
    _send(line, tmp_path, "consent.changed", "app", {"scope": "camera", "granted": True})
    _send(line, tmp_path, "store.entered", "camera", {"confidence": 0.97}, location_id="north")
    expect(wei.locator("[data-card] h2")).to_contain_text("Just arrived")
    _send(line, tmp_path, "call.ringing", "phone", {"queue": "service"})
    expect(tom.locator("[data-card] article")).to_have_attribute("data-call", "1")
    expect(ann.locator("[data-card] article")).to_have_attribute("data-call", "1")
    assert lin.locator("[data-rows] li").count() == 0, "nothing of another store, and no call"
    expect(ben.locator("[data-pop]")).to_be_visible()
    assert ben.locator("[data-card] article").count() == 0, "a bar for who has no place; nothing opens by itself"

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


def test_what_is_put_off_and_what_is_escalated_is_seen_on_every_screen(
    line: Line, screens: Screens, tmp_path: Path
) -> None:
    tom, ann, max_ = screens.of("tom"), screens.of("ann", "zh-CN", "dark"), screens.of("max")
    _send(line, tmp_path, "call.ringing", "phone", {"queue": "service"}, customer="c-cleo")
    hers = [page.locator("[data-rows] li", has_text="c-cleo") for page in (tom, ann, max_)]
    expect(tom.locator("[data-card] article")).to_contain_text("c-cleo")
    expect(ann.locator("[data-card] article")).to_contain_text("c-cleo")
    assert hers[2].count() == 0, "a call is the agents' matter"

    tom.keyboard.press("s")
    tom.get_by_role("button", name="15 min").click()
    for page, said in ((tom, "by tom"), (ann, "由 tom 推迟到")):
        expect(page.locator("[data-card] header")).to_contain_text(said)
        page.locator("[data-tab-link=snoozed]").click()
        expect(page.locator("[data-rows] li", has_text="c-cleo")).to_contain_text(said)
        expect(page.locator("[data-count=snoozed]")).to_have_text("1")
        page.locator("[data-tab-link=open]").click()
        expect(page.locator("[data-rows] li", has_text="c-cleo")).to_have_count(0)

    ann.keyboard.press("e")
    expect(hers[2]).to_have_count(1)
    for gone in hers[:2]:
        expect(gone).to_have_count(0)
    expect(ann.locator("[data-card]")).to_contain_text("已上报")
    expect(tom.locator("[data-card]")).to_contain_text("Another team has it now.")
    expect(ann.locator("[data-count=snoozed]")).to_have_text("0")
    hers[2].locator("a").click()
    expect(max_.locator("[data-card] header")).to_contain_text("managers")
    max_.keyboard.press("a")
    expect(max_.locator("[data-card] header")).to_contain_text("handled by max")


def test_what_somebody_has_begun_to_write_stays_and_the_last_tap_counts(
    line: Line, screens: Screens, tmp_path: Path
) -> None:
    tom = screens.of("tom")
    _send(line, tmp_path, "call.ringing", "phone", {"queue": "service"}, customer="c-fay")
    expect(tom.locator("[data-card] article")).to_contain_text("c-fay")
    tom.keyboard.press("r")
    tom.get_by_label("Note on the call").fill("half a sentence")
    tom.locator("[data-card] h2").click()
    _send(line, tmp_path, "call.ringing", "phone", {"queue": "service"}, customer="c-gil")
    expect(tom.locator("[data-pop]")).to_be_visible()
    expect(tom.get_by_label("Note on the call")).to_have_value("half a sentence")

    fay, gil = (tom.locator("[data-rows] li", has_text=name).locator("a") for name in ("c-fay", "c-gil"))
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    tom.route(f"**{gil.get_attribute('href')}", hold)
    gil.click()
    expect(tom.locator("[data-card]")).to_have_attribute("aria-busy", "true")
    fay.click()
    expect(tom.get_by_label("Note on the call")).to_have_value("")
    with tom.expect_response(f"**{gil.get_attribute('href')}"):
        held[0].continue_()
    expect(tom.locator("[data-card]")).not_to_have_attribute("aria-busy", "true")
    expect(tom.locator("[data-card] article")).to_contain_text("c-fay")
    assert tom.url.endswith(str(fay.get_attribute("href")))

    tom.route("**/acknowledge", lambda route: route.abort())
    tom.keyboard.press("a")
    expect(tom.locator("[data-card] [role=alert]")).to_contain_text("nobody knows whether this arrived")
    tom.unroute("**/acknowledge")
    tom.keyboard.press("a")
    expect(tom.locator("[data-card] header")).to_contain_text("handled by tom")
    screens.faults = [each for each in screens.faults if UNREACHED not in each]


def test_nothing_is_seen_after_the_log_out(line: Line, screens: Screens, tmp_path: Path) -> None:
    """Neither by going back, nor on another page of the same browser that was left open."""
    tom = screens.of("tom")
    _send(line, tmp_path, "call.ringing", "phone", {"queue": "service"}, customer="c-hal")
    expect(tom.locator("[data-card] article")).to_contain_text("c-hal")
    other = tom.context.new_page()
    other.goto(f"{_address(line)}/inbox")
    tom.locator("details.menu > summary").first.click()
    tom.get_by_role("button", name="Log out").click()
    tom.wait_for_url("**/login")
    other.wait_for_url("**/login?next=%2Finbox")
    tom.go_back()
    expect(tom.locator("#password")).to_be_visible()
    assert "c-hal" not in tom.content()
    screens.faults = [each for each in screens.faults if REFUSED not in each]  # what the other page may have asked


def test_a_screen_that_was_away_misses_nothing(line: Line, screens: Screens, tmp_path: Path) -> None:
    tom = screens.of("tom")
    line.stop("console")
    expect(tom.locator("[data-line]")).to_be_visible()
    _send(line, tmp_path, "call.ringing", "phone", {"queue": "service"}, customer="c-bert")
    line.start("console")
    row = tom.locator("[data-rows] li", has_text="c-bert")
    expect(row).to_have_count(1)
    expect(tom.locator("[data-line]")).to_be_hidden()
    screens.faults = [each for each in screens.faults if UNREACHED not in each]


@pytest.fixture(scope="module")
def archive(line: Line, tmp_path_factory: pytest.TempPathFactory) -> Line:
    """The line, now that it has an archive which knows of a call."""
    _send(line, tmp_path_factory.mktemp("call"), "call.ringing", "phone", {"queue": "service"}, customer="c-dora")
    line.start("store")
    line.wait("the archive knows of the call", lambda: _archived(line))
    return line


@pytest.fixture(scope="module")
def runs(archive: Line) -> tuple[str, ...]:
    """Pages of two runs that are kept and say different things."""
    words = (SAID, "never again, I will call a lawyer")
    before, after = (kept_run(archive.settings.data, each, NOW + n) for n, each in enumerate(words))
    compared = f"/replay/compare?before={before.run}&after="
    outputs = (f"/replay/{after.run}/{each}" for each in after.outputs[:3])
    return f"{compared}{after.run}", f"{compared}{before.run}", *outputs


@pytest.mark.parametrize(("language", "theme", "wide"), [("en-GB", "dark", 390), ("zh-CN", "light", 1440)])
def test_every_page_is_fit_for_everybody(
    archive: Line, runs: Sequence[str], screens: Screens, language: str, theme: str, wide: int
) -> None:
    """Axe finds nothing serious, nothing runs over the edge, no script fails; charts come from the archive."""
    ada = screens.of("ada", language, theme, wide=wide)
    ian = screens.of("ian", language, theme, wide=wide, home="live")
    for page, paths in ((ada, (*PAGES, *runs)), (ian, ("/replay", *runs))):
        for path in paths:
            _fit(page, f"{_address(archive)}{path}")
    ada.goto(f"{_address(archive)}/live?window=15m")
    expect(ada.locator("[data-renew] svg").first).to_be_visible()
    expect(ada.locator("[data-renew] .notice.wrong")).to_have_count(0)


@pytest.mark.parametrize(("language", "theme", "wide"), [("zh-CN", "dark", 390), ("en-GB", "light", 1440)])
def test_door_and_errors_are_fit_for_everybody(
    line: Line, screens: Screens, language: str, theme: str, wide: int
) -> None:
    stranger = screens.at_the_door(language, theme, wide=wide)
    _fit(stranger, f"{_address(line)}/nothing", 404)
    _fit(stranger, f"{_address(line)}/login")
    screens.enter(stranger, "nobody")
    expect(stranger.locator("[role=alert]")).to_be_visible()
    _audit(stranger)
    agent = screens.of("tom", language, theme, wide=wide)
    for path, status in (("/live", 403), ("/customers/*", 404)):
        _fit(agent, f"{_address(line)}{path}", status)
    agent.goto(f"{_address(line)}/customers")
    agent.locator("#q").fill("email:")
    agent.locator("button.main").click()
    expect(agent.locator("[role=alert]")).to_be_visible()
    _audit(agent)
    agent.context.clear_cookies(name=SESSION)
    agent.locator("button.main").click()
    expect(agent.locator("#password")).to_be_visible()
    _audit(agent)
    screens.faults = [each for each in screens.faults if REFUSED not in each]


def _fit(page: Page, address: str, status: int = 200) -> None:
    """Axe finds nothing serious, and nothing runs over the edge."""
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == status, address
    _audit(page)
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over <= 0, address


def _audit(*pages: Page) -> None:
    for page in pages:
        page.evaluate(AXE)
        found = page.evaluate("axe.run({ resultTypes: ['violations'] }).then(found => found.violations)")
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


def _archived(line: Line) -> bool:
    try:
        return line.sql(ARCHIVED) == [(1,)]
    except StoreError:  # away, or its tables are not made yet
        return False


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
