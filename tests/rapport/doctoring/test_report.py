"""What a person and a program are told; where the doctor looks; what the machine says of processes and logs."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from rich.console import Console

from deploy.local.processes import command_of
from rapport import running
from rapport.doctoring.asking import machine, processes
from rapport.doctoring.finding import Finding, action, ok, unchecked, warning
from rapport.doctoring.place import place
from rapport.doctoring.report import report, show
from rapport.failure import Failure
from rapport.running import Child
from rapport.settings import Settings
from tests.rapport.test_cli import rapport

FOUND = [
    ok("broker", "k:1", "answers"),
    warning("topics", "t", "is longer", "alter it"),
    unchecked("records", "r", "Kafka is away", "ask again"),
    action("disk", "d", "is full", "make room"),
]


@pytest.mark.parametrize(
    ("findings", "worst"),
    [
        pytest.param(FOUND, "action", id="the worst decides"),
        pytest.param(FOUND[:3], "warning", id="what was not checked is no action"),
        pytest.param(FOUND[:1], "ok", id="well"),
        pytest.param([], "ok", id="nothing"),
    ],
)
def test_the_worst_decides(findings: list[Finding], worst: str) -> None:
    assert report(findings).worst == worst


def test_a_person_reads_the_worst_first_with_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    show(report(FOUND), Console(file=io.StringIO()))
    assert capsys.readouterr().out.splitlines() == [
        "✗ disk  d  is full",
        "    → make room",
        "! topics  t  is longer",
        "    → alter it",
        "! records  r  not checked: Kafka is away",
        "    → ask again",
        "✓ broker  k:1  answers",
        "1 to act on, 2 to watch (1 could not be checked), 1 well",
    ]


def test_what_was_not_checked_for_one_reason_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    away = [unchecked(name, about, "Kafka is away", "ask again") for name, about in (("group", "a"), ("group", "b"))]
    show(report([*FOUND, *away, unchecked("store", "s", "elsewhere", "look there")]), Console(file=io.StringIO()))
    assert capsys.readouterr().out.splitlines()[4:] == [
        "! records, group  not checked: Kafka is away",
        "    → ask again",
        "! store  s  not checked: elsewhere",
        "    → look there",
        "✓ broker  k:1  answers",
        "1 to act on, 5 to watch (4 could not be checked), 1 well",
    ]


def test_without_kafka_it_says_so_and_leaves_no_trace(tmp_path: Path) -> None:
    told = rapport("doctor", "--json", folder=tmp_path)
    found = msgspec.json.decode(told.stdout)
    assert (told.returncode, found["worst"]) == (1, "action")
    assert [each["about"] for each in found["findings"] if each["severity"] == "action"] == ["Kafka"]
    assert list(tmp_path.iterdir()) == [], "no secrets are made where nothing runs"


@pytest.mark.parametrize("address", ["w1", "w1:", ":9464", "w1:metrics"])
def test_what_is_no_address_is_refused(address: str, tmp_path: Path) -> None:
    with pytest.raises(Failure, match="HOST:PORT") as refused:
        place(Settings(data=tmp_path), [address], 1.0)
    assert refused.value.status == 2


@pytest.fixture
def up(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that looks like an `up`, with its note."""
    script = "import time; time.sleep(60)  # rapport"
    process = subprocess.Popen([sys.executable, "-c", script])
    children = (Child("store", process.pid, "rapport", 8181), Child("worker-1", process.pid, "rapport", 9555),
                Child("worker-2", process.pid, "rapport", 0))  # fmt: skip
    running.write(tmp_path, running.Running(process.pid, "k:1", 3, 8181, children))
    until(lambda: "rapport" in command_of(process.pid))
    yield process
    process.kill()
    process.wait()


def until(condition: Callable[[], bool]) -> None:
    limit = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.01)


def test_it_looks_at_the_up_that_runs(up: subprocess.Popen[bytes], tmp_path: Path) -> None:
    found = place(Settings(data=tmp_path, store_port=1), [], 1.0)
    assert (found.settings.kafka, found.settings.partitions, found.settings.store_port) == ("k:1", 3, 8181)
    workers = processes.workers(found.settings, found.workers, found.note)
    assert [(each.name, each.address, each.named) for each in workers] == [
        ("worker-1", "127.0.0.1:9555", True), ("worker-2", "", True),
    ]  # fmt: skip
    store = processes.store(found.settings, found.note)
    assert (store.address, store.named, store.log) == ("127.0.0.1:8181", True, tmp_path / "logs" / "store.log")


def test_workers_that_are_named_stand_for_those_of_the_settings(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, workers=2, metrics_port=9000)
    assert [each.address for each in processes.workers(settings, ["w:1"], None)] == ["w:1"]
    guessed = processes.workers(settings, (), None)
    assert [(each.address, each.named) for each in guessed] == [("127.0.0.1:9000", False), ("127.0.0.1:9001", False)]


def test_the_state_of_a_process_in_words(up: subprocess.Popen[bytes]) -> None:
    assert machine.process(up.pid, "rapport") == f"process {up.pid} is there"
    up.send_signal(signal.SIGSTOP)
    until(lambda: "stopped" in machine.process(up.pid, "rapport"))
    assert machine.process(up.pid, "another program") == f"process {up.pid} is gone"
    up.kill()
    up.wait()
    assert machine.process(up.pid, "rapport") == f"process {up.pid} is gone"


def test_the_last_words_of_a_log(tmp_path: Path) -> None:
    log = tmp_path / "worker-1.log"
    log.write_text(
        "[info] up\n[critical] the worker stops: NotReady: Kafka lacks topics: run `rapport init`\n[info] up\n"
    )
    assert machine.last_words(log) == "the worker stops: NotReady: Kafka lacks topics: run `rapport init`"
    log.write_text("[info] up\n")
    assert (machine.last_words(log), machine.last_words(tmp_path / "none")) == ("", "")


def test_the_disk_is_that_of_the_folder_or_of_where_it_will_be(tmp_path: Path) -> None:
    there, later = machine.disk(tmp_path), machine.disk(tmp_path / "not" / "yet")
    size = os.statvfs(tmp_path)
    assert there.total == later.total == size.f_blocks * size.f_frsize
    assert (there.writable, later.where) == (True, str(tmp_path / "not" / "yet"))
