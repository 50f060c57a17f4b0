"""A browser in the demo shop, with the real SDK: what the collector makes of a visit."""

from __future__ import annotations

import asyncio
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.local.broker import free_port
from producers.collector.app import Collector
from producers.collector.server import serving
from schemas import topics
from schemas.records import Touchpoint
from tests.examples.browsing import CUSTOMER, EMAIL, browser, log_in, look_round, scan, sdk, shop
from tests.producers.collector.collecting import KEY, MemoryLog, adapters
from tests.producers.world import IDENTITY, decoded

pytestmark = [pytest.mark.browser, pytest.mark.node]


SOURCES = """
segment: {{keys: [{{name: shop, key: "{key}"}}], analytics_js: "{scripts}"}}
qr: {{home: "{pages}", codes: {{tea: {{target: "{pages}/item.html?item=tea", item_id: tea}}}}}}
"""
EXAMPLE = Path(__file__).parents[2] / "examples" / "shop" / "sources.yaml"


@contextmanager
def collector(scripts: Path, log: MemoryLog, pages: str) -> Iterator[str]:
    """The collector as it serves, over a log in memory; its address."""
    made = adapters(SOURCES.format(key=KEY, scripts=scripts, pages=pages))
    with socket.create_server(("127.0.0.1", 0)) as door:
        server = serving(Collector(made, log, IDENTITY))
        thread = threading.Thread(target=lambda: asyncio.run(server.serve([door])))
        thread.start()
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
        server.should_exit = True
        thread.join()


def test_a_visit_is_one_cookies_and_the_login_names_it() -> None:
    log, port = MemoryLog(), free_port()
    pages = f"http://127.0.0.1:{port}"
    with collector(sdk(), log, pages) as address, shop(address, KEY, port), browser() as page:
        scan(page, pages)
        look_round(page, pages)
        log_in(page)
    found: list[Touchpoint] = decoded([record.value for record in log.log.records(topics.RAW)])
    found.sort(key=lambda each: each.occurred_at)
    assert {"web.viewed", "cart.added"} <= {each.type for each in found if each.customer_id is None}
    assert "tea" in {each.item_id for each in found if each.type == "web.viewed"}
    (scanned,) = [each for each in found if each.type == "qr.scanned"]
    assert (scanned.item_id, scanned.cookie) == ("tea", None), "without consent a scan is nobody's"
    (cookie,) = {each.cookie for each in found if each is not scanned}
    assert cookie
    last = found[-1]
    assert (last.type, last.customer_id, last.email) == ("profile.updated", CUSTOMER, EMAIL)


def test_its_sources_file_can_be_served() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    assert [each.name for each in adapters(re.sub(r"(?<=analytics_js: ).*", str(sdk()), text))] == ["segment", "qr"]
