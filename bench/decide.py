"""`POST /v1/decide`: from the question to the line's decision, while other questions are under way."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from http.client import HTTPConnection
from typing import Final
from urllib.error import URLError
from urllib.request import urlopen

from msgspec.structs import replace

from bench.line import Line
from bench.report import Report, quantile
from deploy.local.broker import free_port
from rapport.settings import environment_of

KEY: Final = "a key of the benchmarks"
READY_S: Final = 90.0
WANTED_P99_MS: Final = 80.0
CUSTOMERS: Final = 500


def run(askers: int, seconds: int, partitions: int, say: Callable[[str], None]) -> Report:
    """So many callers, each asking again as soon as it is answered and a breath has passed."""
    with Line(partitions, "leader", say) as line:
        settings = replace(line.settings, collector_port=free_port(), write_key=KEY)
        line.worker()
        process = line.start("collector", ("rapport.cli", "collect"), environment_of(settings))
        port = settings.collector_port
        line.wait(process, "collector", lambda: _answers(port), READY_S)
        say(f"{askers} askers for {seconds} s")
        took, statuses = _ask(port, askers, seconds)
    took.sort()
    p50, p99 = (quantile(took, share) for share in (0.5, 0.99))
    facts = {"askers": askers, "answers": len(took), "a_second": len(took) / seconds, "p50_ms": p50, "p99_ms": p99,
             "most_ms": took[-1], "statuses": dict(statuses), "wanted_p99_ms": WANTED_P99_MS}  # fmt: skip
    row = (askers, len(took), len(took) / seconds, p50, p99, took[-1], sum(n for s, n in statuses.items() if s != 200))
    columns = ("askers", "answers", "a second", "p50 ms", "p99 ms", "most ms", "not answered")
    return Report("decide: from the question to the line's decision", columns, [row], facts,
                  (f"wanted: p99 at most {WANTED_P99_MS:.0f} ms",))  # fmt: skip


def _ask(port: int, askers: int, seconds: int) -> tuple[list[float], Counter[int]]:
    took: list[float] = []
    statuses: Counter[int] = Counter()
    until = time.monotonic() + seconds

    def one(number: int) -> None:
        door, asked = HTTPConnection("127.0.0.1", port, timeout=30), 0
        while time.monotonic() < until:
            asked += 1
            began = time.perf_counter()
            status = _status(door, f"{number}-{asked}", (number * 7919 + asked) % CUSTOMERS)
            took.append((time.perf_counter() - began) * 1000)
            statuses[status] += 1
            time.sleep(0.02)
        door.close()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(askers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took, statuses


def _status(door: HTTPConnection, contact: str, customer: int) -> int:
    plan = {"contact_id": contact, "purpose": "promo", "channel": "email"}
    body = json.dumps({**plan, "identifiers": {"customer_id": f"c-{customer}"}})
    door.request("POST", "/v1/decide", body, {"authorization": f"Bearer {KEY}"})
    answer = door.getresponse()
    answer.read()
    return answer.status


def _answers(port: int) -> bool:
    """The whole way is open: worker and collector."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/health", timeout=5):
            door = HTTPConnection("127.0.0.1", port, timeout=30)
            return _status(door, f"ready-{time.monotonic_ns()}", 0) == 200
    except (URLError, OSError):
        return False
