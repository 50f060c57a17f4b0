"""The whole line at a broker that wants TLS and a login, as processes; and the same processes with a wrong password."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from deploy.local.broker import free_port
from rapport.settings import read
from tests.integration.line import Line
from tests.integration.test_absent import arrival
from tests.security.guarded import PASSWORD, Guarded

LISTEN = "127.0.0.2"
"""Another address of this machine."""

pytestmark = [pytest.mark.kafka, pytest.mark.slow]


@pytest.fixture
def line(guarded: Guarded, tmp_path: Path) -> Iterator[Line]:
    who = read(guarded.settings("GUARDED"), tmp_path)
    named = {name: getattr(who, name) for name in who.__struct_fields__ if name.startswith("kafka")}
    with Line(tmp_path, 2, guarded.broker, **named) as made:
        yield made


def test_a_touchpoint_becomes_an_alert_and_is_kept(line: Line, tmp_path: Path) -> None:
    line.init()
    port = free_port()

    def healthy() -> bool:
        with closing(http.client.HTTPConnection(LISTEN, port, timeout=30)) as connection:
            try:
                connection.request("GET", "/health")
                return connection.getresponse().status == 200
            except OSError:
                return False

    named = {"instance": "worker-1", "listen": LISTEN, "metrics_port": str(port)}
    line.start("store")
    line.start("worker", **named)
    line.wait("the worker is well, where its settings say", healthy)
    arrivals = tmp_path / "arrivals.jsonl"
    arrivals.write_bytes(b"\n".join(map(msgspec.json.encode, arrival())))
    assert line.run("send", str(arrivals)).returncode == 0
    line.wait("the store answers", line.answers)
    line.wait("the alert is kept", lambda: bool(line.sql("SELECT 1 FROM alerts WHERE team = 'store'")))
    shown = line.run("tail", "--team", "store", "--begin", "--limit", "1", "--json")
    assert (shown.returncode, '"customer_id":"anna"' in shown.stdout) == (0, True), shown.stdout + shown.stderr
    assert line.stop("worker") == 0
    line.start("worker", **named)
    line.wait("under its name it takes up its partitions again", lambda: healthy() and line.drained())
    assert [line.stop(name) for name in ("worker", "store")] == [0, 0]


@pytest.mark.parametrize("words", [("worker",), ("store",), ("init",)], ids=" ".join)
def test_each_command_names_the_wrong_password_and_ends(line: Line, words: tuple[str, ...]) -> None:
    done = line.run(*words, within_s=180, kafka_password="wr0ng", store_port=str(free_port()))
    said = done.stdout + done.stderr
    assert done.returncode == 1, said
    assert "it does not know user rapport with this password; correct RAPPORT_KAFKA_USER or _PASSWORD" in said
    assert "Traceback" not in said
    assert PASSWORD not in said
    assert "wr0ng" not in said
