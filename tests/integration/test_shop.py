"""A browser visits the demo shop, scans a QR link and logs in: what she looked at before is on her card.

Through everything that runs: the real SDK, collector, Kafka, identity and engine, archive.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.request import urlopen

import msgspec
import pytest

from deploy.local.broker import free_port
from tests.examples.browsing import CUSTOMER, EMAIL, browser, log_in, look_round, scan, sdk, shop
from tests.integration.line import Line

pytestmark = [pytest.mark.browser, pytest.mark.node, pytest.mark.kafka, pytest.mark.slow]

KEY = "a-key-of-the-tests"
SOURCES = """
segment: {{keys: [{{name: shop, key: {key}}}], analytics_js: "{sdk}"}}
qr: {{home: "{shop}", codes: {{tea: {{target: "{shop}/item.html?item=tea", item_id: tea, location_id: store-1}}}}}}
"""


def customer(line: Line, who: str) -> dict[str, Any]:
    done = line.run("customer", who, "--json")
    found: dict[str, Any] = msgspec.json.decode(done.stdout) if done.returncode == 0 else {}
    return found


def kinds(found: dict[str, Any]) -> set[str]:
    return {each["type"] for each in found.get("timeline", ())}


def well(address: str) -> bool:
    try:
        with urlopen(f"{address}/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def test_who_logs_in_brings_what_she_looked_at_before(tmp_path: Path) -> None:
    port, sources = free_port(), tmp_path / "sources.yaml"
    pages = f"http://127.0.0.1:{port}"
    sources.write_text(SOURCES.format(key=KEY, sdk=sdk(), shop=pages))
    line = Line(tmp_path, 2, sources=sources)
    address = f"http://127.0.0.1:{line.settings.collector_port}"
    with line, shop(address, KEY, port):
        line.broker.start()
        line.init()
        line.start("worker", "store", "collector")
        line.wait("the collector is well", lambda: well(address))
        line.wait("the store answers", line.answers)
        with browser() as page:
            scan(page, pages)
            look_round(page, pages)
            line.wait("the views of a visitor are folded", line.drained)
            assert customer(line, CUSTOMER) == {}
            log_in(page)
        wanted = {"web.viewed", "cart.added", "profile.updated"}
        line.wait("the login is folded", line.drained)
        line.wait("they are on the customer's card", lambda: wanted <= kinds(customer(line, CUSTOMER)))
        card = customer(line, CUSTOMER)
        assert "tea" in str(card["timeline"])
        line.wait("the scan is archived", lambda: line.sql(
            "SELECT count() FROM touchpoints_now WHERE type = 'qr.scanned' AND item_id = 'tea'"
        ) == [(1,)])  # fmt: skip
        assert kinds(customer(line, f"email:{EMAIL}")) >= wanted, "by her address, too"
