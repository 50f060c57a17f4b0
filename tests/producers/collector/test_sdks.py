"""Real SDKs, unmodified, told only where the collector is: what they send is archived as the right touchpoint."""

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

from rapport.identifying import customer_key
from schemas import topics
from sinks.clickhouse.remote import RemoteStore
from sinks.clickhouse.sink import GROUP as SINK
from streams.app.line import GROUP
from tests.integration.line import Line
from tests.npm import modules
from tests.producers.collector.collecting import KEY
from tests.producers.collector.running import Collector, collecting, well

pytestmark = [pytest.mark.kafka]

SDKS: Final = Path(__file__).parent / "sdks"
PACKAGES: Final = ("@segment/analytics-node@3.1.0", "@segment/analytics-next@1.84.3")
PARTITIONS: Final = 2
COLUMNS: Final = (
    "event_id, type, channel, customer_id, identifier_customer_id, item_id, order_id, amount, currency, properties,"
    " toString(occurred_at) AS at, isNotNull(sent_at) AS sent, isNotNull(received_at) AS received"
)
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


class Archive:
    """What a whole line has archived since `mark`, as anybody may read it."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.url = f"http://127.0.0.1:{line.settings.collector_port}"
        self._before: set[object] = set()

    def mark(self) -> None:
        self._before = {row["event_id"] for row in self._rows()}

    def wait_for(self, count: int) -> list[Json]:
        """The rows of so many touchpoints; what identity notes beside them is none."""
        self.line.wait(f"{count} touchpoints are archived", lambda: len(self._came()) >= count)
        self.line.wait("all that was sent is archived", lambda: self._all(topics.RAW) and self._all(topics.RESOLVED))
        return self._came()

    def key(self, identifier: str) -> str:
        return customer_key(identifier, self.line.settings.identity)

    def _all(self, topic: str) -> bool:
        group = GROUP if topic == topics.RAW else SINK
        return self.line.lag(group, [topic]) == 0

    def _came(self) -> list[Json]:
        return [row for row in self._rows() if row["event_id"] not in self._before]

    def _rows(self) -> list[Json]:
        store = RemoteStore(self.line.settings.store_port, self.line.settings.store_token)
        found = store.query(
            f"SELECT {COLUMNS} FROM touchpoints_now WHERE customer_id != '*' AND event_id NOT LIKE 'link:%'"
            " AND event_id NOT LIKE 'merged:%' ORDER BY at, event_id"
        )
        return [{**row, "properties": json.loads(str(row["properties"]) or "{}")} for row in found.dicts()]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    with Line(tmp_path_factory.mktemp("sdks"), PARTITIONS) as line:
        line.broker.start()
        line.init()
        line.start("worker", "store", "collector")
        found = Archive(line)
        line.wait("the store stores", lambda: line.health().get("well") is True)
        line.wait("the collector is well", lambda: well(found.url))
        yield found


@pytest.fixture(params=[
    pytest.param("segment", id="segment-analytics-python"),
    pytest.param("rudder", id="rudder-sdk-python"),
    pytest.param("node", id="analytics-node", marks=pytest.mark.node),
])  # fmt: skip
def send(request: pytest.FixtureRequest, archive: Archive) -> partial[None]:
    """Sends calls by one of the SDKs, and returns when it has sent them."""
    if request.param == "node":
        found: Path = request.getfixturevalue("npm")
        words = ["node", str(SDKS / "node_sdk.cjs"), archive.url, archive.line.settings.write_key]
        return partial(_run, words, {"NODE_PATH": str(found)})
    words = [sys.executable, str(SDKS / "python_sdk.py"), request.param]
    return partial(_run, [*words, archive.url, archive.line.settings.write_key], {})


def _run(words: Sequence[str], environment: dict[str, str], calls: Sequence[Json]) -> None:
    done = subprocess.run(
        words, input=json.dumps(calls), env=os.environ | environment, text=True, capture_output=True, timeout=120,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_documented_calls_are_archived_as_the_right_touchpoints(archive: Archive, send: partial[None]) -> None:
    archive.mark()
    send([call for call, _ in DOCUMENTED])
    rows = archive.wait_for(len(DOCUMENTED) + len(BESIDE))
    assert Counter(row["type"] for row in rows) == Counter([*(kind for _, kind in DOCUMENTED), *BESIDE])
    by_type = {row["type"]: row for row in rows}
    order, bought, link = (by_type[kind] for kind in ("order.placed", "purchase.made", "identity.linked"))
    assert (order["customer_id"], order["amount"], order["currency"]) == ("019mr8", 27.5, "USD")
    assert (bought["item_id"], bought["order_id"], bought["amount"]) == ("507f1f77", "50314b8e", 19.0)
    assert link["properties"] | {"from": archive.key("cookie:anon-1"), "to": "019mr8"} == link["properties"]
    # The screen was somebody's whom the alias makes known: by now it is the customer's, and stands once.
    assert {row["customer_id"] for row in rows if row is not link} == {"019mr8"}
    assert link["customer_id"] in ("019mr8", link["properties"]["from"])
    assert {"friends": 42} in [row["properties"]["fields"] for row in rows if row["type"] == "profile.updated"]
    assert "jo@example.com" not in json.dumps(rows)
    assert all(row["sent"] and row["received"] for row in rows)


@pytest.mark.data
def test_everything_of_the_specification_is_archived(
    archive: Archive, send: partial[None], shared_data: Path
) -> None:  # fmt: skip
    expected = _specified(shared_data)
    archive.mark()
    send([call for call, _ in expected])
    rows = archive.wait_for(len(expected))
    assert Counter((row["type"], row["identifier_customer_id"], _long_ago(row["at"])) for row in rows) == Counter(
        (kind, "" if kind == "identity.linked" else call.get("userId", ""), call.get("timestamp", "")[:16])
        for call, kind in expected
    )
    named = [row for row in rows if row["identifier_customer_id"]]
    assert {row["customer_id"] for row in named} == {row["identifier_customer_id"] for row in named}


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


def _long_ago(moment: str) -> str:
    """To the minute when it happened, if that was long ago."""
    return moment[:16].replace(" ", "T") if moment < "2020" else ""


@pytest.mark.node
@pytest.mark.browser
def test_the_browsers_sdk_comes_from_the_collector_and_what_it_sends_is_archived(
    archive: Archive, npm: Path, tmp_path: Path
) -> None:  # fmt: skip
    sources = tmp_path / "sources.yaml"
    scripts = npm / "@segment" / "analytics-next" / "dist" / "umd"
    sources.write_text(f"segment:\n  keys: [{{name: shop, key: '{KEY}'}}]\n  analytics_js: {scripts}\n")
    archive.mark()
    kafka = archive.line.broker.bootstrap
    with collecting(kafka, tmp_path, PARTITIONS, sources=str(sources)) as collector, _shop(tmp_path, collector) as shop:
        _visit(shop, collector)
        came = collector.wait_for(7)
    rows = archive.wait_for(7)
    assert Counter(row["type"] for row in rows) == Counter([
        "web.viewed", "cart.added", "profile.updated", "profile.updated", "app.event", "identity.linked", "web.viewed",
    ])  # fmt: skip
    assert {row["channel"] for row in rows} == {"web"}
    by_type = {row["type"]: row for row in rows}
    viewed = [row for row in rows if row["type"] == "web.viewed"]
    assert viewed[0]["properties"]["title"] == "Tea shop"
    added = by_type["cart.added"]
    assert (added["customer_id"], added["item_id"], added["amount"]) == ("anna", "tea-1", 9.0)
    assert {row["customer_id"] for row in viewed} == {"anna"}, "what was seen before the login is hers, too"
    assert by_type["identity.linked"]["properties"]["from"] == archive.key("cookie:an-older-id")
    assert by_type["app.event"]["customer_id"] == archive.key("cookie:of a page that left")
    named = [each for each in came if each.type == "profile.updated"]
    assert {(each.customer_id, each.cookie is None) for each in named} == {("anna", False)}, "both, to be linked"


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
