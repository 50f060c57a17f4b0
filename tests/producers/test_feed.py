from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.checkpoint import Checkpoint, CheckpointRefused
from producers.counts import Counts
from producers.delivery import DeliveryFailed, Headers, MemoryProducer
from producers.feed import Run, feed
from producers.lines import Lines
from producers.pipeline import Incoming
from producers.send import send
from schemas import topics
from tests.producers.world import IDENTITY, PARTITIONS, line, memory, touchpoints, write


class Killed(Exception):
    """Stands for the end of the process."""


class Mortal(MemoryProducer):
    """A log whose producer dies when it has taken a number of records; what it took stays."""

    def __init__(self, lives: int) -> None:
        super().__init__(lambda topic: PARTITIONS)
        self.lives = lives

    def send(self, topic: str, partition: int, key: bytes | None, value: bytes, headers: Headers = ()) -> None:
        if self.lives == 0:
            raise Killed
        self.lives -= 1
        super().send(topic, partition, key, value, headers)


INPUT = [line(f"e-{number}", f"c-{number % 7}") if number % 5 else b"not json %d" % number for number in range(60)]


def pieces(memo: dict[str, str]) -> Iterable[Incoming]:
    return [Incoming("in.jsonl", number, content) for number, content in enumerate(INPUT, 1)]


@given(deaths=st.lists(st.integers(0, 40), max_size=5), checkpoint_s=st.sampled_from([0.0, 1000.0]))
def test_killed_anywhere_it_sends_everything_and_nothing_twice(deaths: list[int], checkpoint_s: float) -> None:
    log = Mortal(0)
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr("producers.feed.CHECKPOINT_S", checkpoint_s)
        patch.setattr("producers.feed._LOOK_EVERY", 8)
        path = write(Path(folder) / "in.jsonl", INPUT)
        run = Run(pieces, Checkpoint(Path(folder), "test", [str(path)]))
        for lives in deaths:
            log.lives = lives
            try:
                feed(run, log, IDENTITY)
                log.lives = -1
                break
            except Killed:
                continue
        else:
            log.lives = -1
            feed(run, log, IDENTITY)
        assert not list(Path(folder).glob("*.json"))
    assert Counter(one.event_id for one in touchpoints(log)) == Counter(f"e-{n}" for n in range(60) if n % 5)
    assert Counter(record.value for record in log.records(topics.DLQ)) == Counter(INPUT[::5])


def test_the_counts_of_a_resumed_run_are_those_of_the_whole_input(tmp_path: Path) -> None:
    log = Mortal(20)
    path = write(tmp_path / "in.jsonl", INPUT)
    run = Run(pieces, Checkpoint(tmp_path, "test", [str(path)]))
    with pytest.raises(Killed):
        feed(run, log, IDENTITY)
    log.lives = -1
    counts = feed(run, log, IDENTITY)
    assert (counts.accepted + counts.present, counts.refused, counts.dead_lettered) == (48, 12, 12)
    assert counts.present == 16
    assert "48 accepted" in counts.summary(log.acknowledged)


def test_restart_forgets_the_checkpoint(tmp_path: Path) -> None:
    log = Mortal(20)
    path = write(tmp_path / "in.jsonl", INPUT)
    run = Run(pieces, Checkpoint(tmp_path, "test", [str(path)]))
    with pytest.raises(Killed):
        feed(run, log, IDENTITY)
    log.lives = -1
    assert feed(run, log, IDENTITY, restart=True).present == 0


def test_a_changed_input_is_not_resumed(tmp_path: Path) -> None:
    log = Mortal(20)
    path = write(tmp_path / "in.jsonl", INPUT)
    run = Run(pieces, Checkpoint(tmp_path, "test", [str(path)]))
    with pytest.raises(Killed):
        feed(run, log, IDENTITY)
    write(path, INPUT[1:])
    with pytest.raises(CheckpointRefused, match=r"changed.*--restart"):
        feed(run, log, IDENTITY)


def test_in_a_log_made_anew_it_begins_from_the_beginning(tmp_path: Path) -> None:
    path = write(tmp_path / "in.jsonl", INPUT)
    run = Run(pieces, Checkpoint(tmp_path, "test", [str(path)]))
    with pytest.raises(Killed):
        feed(run, Mortal(20), IDENTITY)
    log = memory()
    assert feed(run, log, IDENTITY).accepted == len(touchpoints(log)) == 48


def test_two_processes_do_not_send_the_same_input_at_once(tmp_path: Path) -> None:
    path = write(tmp_path / "in.jsonl", INPUT)
    first, second = (Checkpoint(tmp_path / "c", "test", [str(path)]) for _ in range(2))
    with first, pytest.raises(CheckpointRefused, match="another process"), second:
        pass


def test_nor_when_the_first_began_anew(tmp_path: Path) -> None:
    path = write(tmp_path / "in.jsonl", INPUT)
    other = Checkpoint(tmp_path, "test", [str(path)])

    def meanwhile(memo: dict[str, str]) -> Iterable[Incoming]:
        with pytest.raises(CheckpointRefused, match="another process"), other:
            pass
        return pieces(memo)

    run = Run(meanwhile, Checkpoint(tmp_path, "test", [str(path)]))
    assert feed(run, memory(), IDENTITY, restart=True).accepted == 48


def test_a_failed_acknowledgement_stops_and_names_the_topic(tmp_path: Path) -> None:
    class Refusing(MemoryProducer):
        def flush(self) -> None:
            raise DeliveryFailed(topics.RAW, "not acknowledged", "Start Kafka.")

    path = write(tmp_path / "in.jsonl", INPUT)
    with pytest.raises(DeliveryFailed, match=topics.RAW):
        send([Lines(str(path))], Refusing(lambda topic: PARTITIONS), IDENTITY, tmp_path)


def test_send_takes_several_files_in_order_and_tells_its_watcher(tmp_path: Path) -> None:
    first = write(tmp_path / "a.jsonl.gz", [line("a-1"), line("a-2")])
    second = write(tmp_path / "b.jsonl", [line("b-1"), b"oops"])
    log, told = memory(), []

    def watch(counts: Counts) -> None:
        told.append(counts.accepted)

    counts = send([Lines(str(first)), Lines(str(second))], log, IDENTITY, tmp_path / "checkpoints", watch)
    assert (counts.accepted, counts.rejected) == (3, Counter(not_json=1))
    assert [one.event_id for one in touchpoints(log)] == ["a-1", "a-2", "b-1"]
    assert told[-1] == 3
