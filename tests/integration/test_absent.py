"""What is not there, or broken, is said in words with the remedy, in bounded time; the rest goes on."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import msgspec
import pytest

from deploy.local.broker import free_port
from rapport.settings import PROJECT, Settings, environment_of
from schemas import topics
from tests.integration.line import Line, command
from tests.integration.reading import read

BOUND_S = 300.0
"""Rapport waits a minute for Kafka; with start and end no command may take longer than this."""


def settings_of(folder: Path, **settings: object) -> dict[str, str]:
    """The environment of a process on a folder of its own."""
    usual = {"data": str(folder), "store_port": free_port(), "metrics_port": 0}
    made = msgspec.convert(usual | settings, Settings, dec_hook=lambda kind, value: kind(value))
    return {**os.environ, **environment_of(made)}


@pytest.mark.slow
def test_without_kafka_every_command_waits_says_so_and_gives_up_with_the_remedy(tmp_path: Path) -> None:
    where = f"127.0.0.1:{free_port()}"
    line = tmp_path / "line.jsonl"
    line.write_text('{"event_id": "e"}\n')
    environment = settings_of(tmp_path, kafka=where)
    commands = (("worker",), ("init",), ("send", str(line)))
    started = time.monotonic()
    running = {
        arguments: subprocess.Popen(command(*arguments), env=environment, stderr=subprocess.PIPE, text=True)
        for arguments in commands
    }
    for arguments, process in running.items():
        _, said = process.communicate(timeout=BOUND_S)
        assert process.returncode == 1, (arguments, said)
        assert where in said, (arguments, said)
        assert "RAPPORT_KAFKA" in said, (arguments, said)
        assert "Traceback" not in said, (arguments, said)
    for arguments in (("worker",), ("init",)):
        assert time.monotonic() - started > 30, f"{arguments} did not wait"


@pytest.mark.kafka
@pytest.mark.slow
def test_a_worker_that_is_there_before_kafka_waits_for_it(tmp_path: Path) -> None:
    with Line(tmp_path) as line:
        line.broker.start()
        line.init()
        line.broker.stop()
        line.start("worker", "store")
        line.wait("the worker says that it waits", lambda: "waiting for Kafka" in line.log("worker").read_text())
        line.wait("the store says that it waits", lambda: "waiting for Kafka" in line.log("store").read_text())
        line.broker.start()
        line.wait("the worker works", line.drained)
        line.wait("the store stores", lambda: stored(line) > 0)


def stored(line: Line) -> int:
    ((count,),) = line.sql("SELECT count() FROM log")
    return int(str(count))


@pytest.mark.kafka
@pytest.mark.slow
def test_without_clickhouse_alerts_go_on_and_the_sink_waits(tmp_path: Path) -> None:
    """That the sink catches up when a server comes back is tested in tests/sinks."""
    with Line(tmp_path, clickhouse=f"clickhouse://127.0.0.1:{free_port()}/default") as line:
        line.broker.start()
        line.init()
        line.start("worker", "store")
        arrivals = tmp_path / "arrivals.jsonl"
        arrivals.write_bytes(b"\n".join(map(msgspec.json.encode, arrival())))
        assert line.run("send", str(arrivals)).returncode == 0
        topic = topics.alert_topic("store")
        line.wait("the alert stands on its topic", lambda: bool(read(line.broker.bootstrap, [topic])[topic]))
        line.wait("the sink says that it waits", lambda: "waiting for ClickHouse" in line.log("store").read_text())
        assert line.stop("store") == 0
        assert line.stop("worker") == 0


def arrival() -> tuple[dict[str, object], ...]:
    """A customer who agreed to be recognised comes in."""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    who = {"occurred_at": now, "identifiers": {"customer_id": "anna"}}
    consent = {"scope": "camera", "granted": True}
    return (
        {"event_id": "a-1", "type": "consent.changed", "channel": "store", "properties": consent, **who},
        {"event_id": "a-2", "type": "store.entered", "channel": "camera", "location_id": "s-1",
         "properties": {"confidence": 0.97}, **who},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("file", "old", "new", "reason"),
    [
        pytest.param("signals.yaml", "severity: warning", "severity: loud", "loud", id="a value that is none"),
        pytest.param("signals.yaml", "\narrival:", "\narival:", "arival", id="a signal that nobody knows"),
        pytest.param("rules.yaml", "shifts:", "shifts: [", "", id="no YAML"),
    ],
)
@pytest.mark.parametrize("arguments", [("worker",), ("init",), ("knowledge", "check")], ids=" ".join)
def test_broken_knowledge_is_named_by_file_line_and_reason_and_nothing_starts(
    arguments: tuple[str, ...], file: str, old: str, new: str, reason: str, tmp_path: Path
) -> None:
    folder = tmp_path / "knowledge"
    shutil.copytree(PROJECT / "knowledge", folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    number = text[: text.index(old)].count("\n") + 1 + old.startswith("\n")
    environment = settings_of(tmp_path, kafka=f"127.0.0.1:{free_port()}", knowledge=str(folder))
    done = subprocess.run(
        command(*arguments), env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    said = done.stdout + done.stderr
    assert done.returncode == 1, said
    assert f"{file}:{number}" in said if reason else f"{file}:" in said, said
    assert reason in said
    assert "Traceback" not in said
