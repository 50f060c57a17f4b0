"""What a probe is told of a worker, over HTTP as a cluster asks."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from streams.app import health
from streams.app.health import Door, Health


def ask(door: Door, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", door.server_address[1], timeout=30)
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, body


@contextmanager
def door_of(state: str) -> Iterator[Door]:
    """The door of a worker in this state."""
    worker = Health()
    worker.is_now(state)
    door = Door("127.0.0.1", 0, worker)
    try:
        yield door
    finally:
        door.shutdown()
        door.server_close()


@pytest.mark.parametrize(("state", "status"), [("starting", 503), ("running", 200), ("stopping", 503)])
def test_it_is_well_only_while_it_runs(state: str, status: int) -> None:
    with door_of(state) as door:
        assert ask(door, "/health") == (status, json.dumps({"well": status == 200, "worker": state}))


def test_a_loop_that_does_not_come_round_is_stuck(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "STUCK_S", -1.0)
    with door_of("running") as door:
        assert ask(door, "/health") == (503, json.dumps({"well": False, "worker": "stuck"}))


def test_metrics_are_beside_it_and_nothing_else() -> None:
    with door_of("running") as door:
        status, body = ask(door, "/metrics")
        assert (status, "# HELP " in body) == (200, True)
        assert ask(door, "/elsewhere")[0] == 404
