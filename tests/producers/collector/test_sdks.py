"""Real SDKs, unmodified, told nothing but where the collector is: what they send arrives as the right touchpoint."""

from __future__ import annotations

import http.server
import json
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest

from schemas import wire
from schemas.records import Touchpoint
from tests.npm import modules
from tests.producers.collector.collecting import KEY
from tests.producers.collector.running import Collector, collecting

pytestmark = [pytest.mark.kafka]

SDKS: Final = Path(__file__).parent / "sdks"
PACKAGES: Final = ("@segment/analytics-node@3.1.0", "@segment/analytics-next@1.84.3")
Json = dict[str, Any]

DOCUMENTED: Final[Sequence[tuple[Json, str]]] = (
    ({"type": "identify", "userId": "019mr8", "traits": {"email": "jo@example.com", "friends": 42}}, "profile.updated"),
    ({"type": "track", "userId": "019mr8", "event": "Signed Up", "properties": {"plan": "Enterprise"}}, "club.joined"),
    ({"type": "track", "userId": "019mr8", "event": "Order Completed", "properties": {
        "order_id": "50314b8e", "total": 27.5, "currency": "USD", "products": [{"product_id": "507f1f77", "price": 19}],
    }}, "order.placed"),
    ({"type": "page", "userId": "019mr8", "name": "Docs", "properties": {"url": "https://shop.example"}}, "web.viewed"),
    ({"type": "screen", "anonymousId": "anon-1", "name": "Basket", "properties": {}}, "screen.viewed"),
    ({"type": "group", "userId": "019mr8", "groupId": "5a2c", "traits": {"name": "Initech"}}, "profile.updated"),
    ({"type": "alias", "previousId": "anon-1", "userId": "019mr8"}, "identity.linked"),
)  # fmt: skip
"""The calls that every SDK's documentation begins with, and the touchpoint of each."""
BESIDE: Final = ("purchase.made",)
"""Touchpoints that come of a list in a call."""

SPECIFIED: Final = {
    "alias": ["identity.linked", "identity.linked"],
    "common": ["app.event"],
    "email": ["message.bounced", "message.sent", "message.clicked", "message.unsubscribed", "message.opened",
              "message.unsubscribed"],
    "group": ["profile.updated", "profile.updated"],
    "identify": ["profile.updated", "profile.updated"],
    "page": ["web.viewed", "web.viewed"],
    "screen": ["screen.viewed", "screen.viewed"],
    "track": ["club.joined", "app.event"],
}  # fmt: skip
"""Of each file of the specification's examples the touchpoints of its lines."""
KEPT: Final = (
    "userId", "anonymousId", "event", "name", "groupId", "previousId", "properties", "traits", "context", "timestamp",
)  # fmt: skip
"""What a caller of an SDK gives; the rest is the SDK's own to say."""


@pytest.fixture(scope="module")
def npm() -> Path:
    """Segment's packages for Node and the browser, fetched once into the cache."""
    return modules("segment-sdks", *PACKAGES)


@pytest.fixture(scope="module")
def collector(kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    with collecting(kafka, tmp_path_factory.mktemp("collector")) as found:
        yield found


@pytest.fixture(params=[
    pytest.param("segment", id="segment-analytics-python"),
    pytest.param("rudder", id="rudder-sdk-python"),
    pytest.param("node", id="analytics-node", marks=pytest.mark.node),
])  # fmt: skip
def send(request: pytest.FixtureRequest, collector: Collector) -> partial[None]:
    """Sends calls by one of the SDKs, and returns when it has sent them."""
    if request.param == "node":
        found: Path = request.getfixturevalue("npm")
        words = ["node", str(SDKS / "node_sdk.cjs"), collector.url, KEY]
        return partial(_run, words, {"NODE_PATH": str(found)})
    return partial(_run, [sys.executable, str(SDKS / "python_sdk.py"), request.param, collector.url, KEY], {})


def _run(words: Sequence[str], environment: dict[str, str], calls: Sequence[Json]) -> None:
    done = subprocess.run(
        words, input=json.dumps(calls), env=os.environ | environment, text=True, capture_output=True, timeout=120,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_documented_calls_arrive_as_the_right_touchpoints(collector: Collector, send: partial[None]) -> None:
    collector.mark()
    send([call for call, _ in DOCUMENTED])
    came = collector.wait_for(len(DOCUMENTED) + len(BESIDE))
    assert Counter(each.type for each in came) == Counter([*(kind for _, kind in DOCUMENTED), *BESIDE])
    by_type = {each.type: each for each in came}
    order, bought, link = (by_type[kind] for kind in ("order.placed", "purchase.made", "identity.linked"))
    assert (order.customer_id, order.amount, order.currency) == ("019mr8", 27.5, "USD")
    assert (bought.item_id, bought.order_id, bought.amount) == ("507f1f77", "50314b8e", 19.0)
    assert (link.cookie, wire.properties(link)["to"]) == ("anon-1", "019mr8")
    assert {each.email for each in came if each.type == "profile.updated"} == {"jo@example.com", None}
    assert len({each.event_id for each in came}) == len(came)
    assert all(each.sent_at is not None and each.received_at is not None for each in came)


@pytest.mark.data
def test_everything_of_the_specification_arrives(
    collector: Collector, send: partial[None], shared_data: Path
) -> None:  # fmt: skip
    expected = _specified(shared_data)
    collector.mark()
    send([call for call, _ in expected])
    came = collector.wait_for(len(expected))
    assert Counter(_seen(each) for each in came) == Counter(
        (kind, None if kind == "identity.linked" else call.get("userId"), call.get("timestamp", "")[:16])
        for call, kind in expected
    )


def _specified(shared: Path) -> list[tuple[Json, str]]:
    """Every line of every file, as an SDK is called with it; one that names nobody gets an anonymous id."""
    found = []
    for name, kinds in SPECIFIED.items():
        lines = (shared / "segment_spec" / f"{name}.jsonl").read_text().splitlines()
        for number, (line, kind) in enumerate(zip(lines, kinds, strict=True)):
            given = json.loads(line)
            call = {"type": given.get("type") or given["action"], "userId": given.get("user_id")}
            call |= {name: given[name] for name in KEPT if name in given}
            if call["userId"] is None:
                del call["userId"]
                call.setdefault("anonymousId", f"nobody-{name}-{number}")
            found.append((call, kind))
    return found


def _seen(touchpoint: Touchpoint) -> tuple[str, str | None, str]:
    """Its type, whose it is, and to the minute when it happened, if that was long ago."""
    at = wire.touchpoint_to_json(touchpoint)["occurred_at"][:16]
    return touchpoint.type, touchpoint.customer_id, at if at < "2020" else ""


@pytest.mark.node
@pytest.mark.browser
def test_the_browsers_sdk_comes_from_the_collector_and_sends_to_it(
    kafka: str, npm: Path, tmp_path: Path
) -> None:  # fmt: skip
    sources = tmp_path / "sources.yaml"
    scripts = npm / "@segment" / "analytics-next" / "dist" / "umd"
    sources.write_text(f"segment:\n  keys: [{{name: shop, key: '{KEY}'}}]\n  analytics_js: {scripts}\n")
    with collecting(kafka, tmp_path, sources=str(sources)) as collector, _shop(tmp_path, collector) as shop:
        _visit(shop, collector)
        came = collector.wait_for(7)
    assert [each.type for each in came if each.type == "web.viewed"] == ["web.viewed"] * 2
    assert Counter(each.type for each in came) == Counter([
        "web.viewed", "cart.added", "profile.updated", "profile.updated", "app.event", "identity.linked", "web.viewed",
    ])  # fmt: skip
    assert {each.channel for each in came} == {"web"}
    by_type = {each.type: each for each in came}
    viewed = next(each for each in came if each.type == "web.viewed")
    assert wire.properties(viewed)["title"] == "Tea shop"
    assert viewed.cookie is not None
    named = [each for each in came if each.type == "profile.updated"]
    assert {(each.customer_id, each.cookie) for each in named} == {("anna", viewed.cookie)}, "both, to be linked"
    assert by_type["identity.linked"].cookie == "an-older-id"
    assert by_type["app.event"].cookie == "of a page that left"


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """A test's requests are no news."""


class _shop:
    """A web site of another origin than the collector's."""

    def __init__(self, folder: Path, collector: Collector) -> None:
        page = (SDKS / "shop.html").read_text().replace("COLLECTOR", collector.url).replace("'KEY'", f"'{KEY}'")
        (folder / "index.html").write_text(page)
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> str:
        self._thread.start()
        return f"http://127.0.0.1:{self._server.server_port}/index.html"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def _visit(shop: str, collector: Collector) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        try:
            page = browser.new_page()
            problems: list[str] = []
            page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
            page.goto(shop)
            page.evaluate("""async () => {
                await new Promise((done, lost) => { analytics.ready(done); setTimeout(lost, 30000, 'no SDK') })
                await analytics.track('Product Added', {product_id: 'tea-1', price: 4.5, quantity: 2, currency: 'EUR'})
                await analytics.identify('anna', {email: 'anna@example.org', plan: 'gold'})
                await analytics.group('club-1', {name: 'Tea club'})
                await analytics.alias('anna', 'an-older-id')
                await analytics.page('Basket')
            }""")
            left = {"writeKey": KEY, "batch": [
                {"type": "track", "event": "Page Left", "anonymousId": "of a page that left", "channel": "browser"}
            ]}  # fmt: skip
            page.evaluate(
                "([url, body]) => navigator.sendBeacon(url, body)", [f"{collector.url}/v1/b", json.dumps(left)]
            )
            page.goto("about:blank")
            collector.wait_for(7)
            # The browser asks every site for an icon, and this one has none.
            assert [each for each in problems if "favicon" not in each and "404" not in each] == []
        finally:
            browser.close()
