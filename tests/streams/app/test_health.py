"""What a probe is told of a worker, over HTTP as a cluster asks."""

from __future__ import annotations

import http.client
import json

import pytest

from streams.app import health
from streams.app.health import Door, Health


def ask(door: Door, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", door.server_address[1], timeout=5)
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, body


def test_it_is_well_only_while_it_runs_and_comes_round(monkeypatch: pytest.MonkeyPatch) -> None:
    worker = Health()
    door = Door("127.0.0.1", 0, worker)
    try:
        for state, expected in (("starting", 503), ("running", 200), ("stopping", 503)):
            worker.is_now(state)
            status, body = ask(door, "/health")
            assert (status, json.loads(body)["worker"]) == (expected, state)
        worker.is_now("running")
        monkeypatch.setattr(health, "STUCK_S", -1.0)
        assert ask(door, "/health")[0] == 503
        status, body = ask(door, "/metrics")
        assert (status, "# HELP rapport_" in body or "python_info" in body) == (200, True)
        assert ask(door, "/elsewhere")[0] == 404
    finally:
        door.shutdown()
        door.server_close()
