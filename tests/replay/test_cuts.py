"""The log decides everything: any chunks, any crashes, any neighbours give the same states and outputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.settings import Settings
from schemas.records import EVERYONE, Emitted, Measure, Record, Touchpoint
from streams.engine import Engine, Partition, codec, partition
from streams.knowledge.load import from_documents, load
from tests.replay.randomlog import logs
from tests.scenarios.sameness import contents

KNOWLEDGE = load(Settings().knowledge)
PATIENT = KNOWLEDGE.documents["signals.yaml"].replace("chat.message: 2", "chat.message: 5")
OTHER = from_documents({**KNOWLEDGE.documents, "signals.yaml": PATIENT})
ENGINE = Engine(KNOWLEDGE, [OTHER])
EXAMPLES = 150


def quiet_run(log: Sequence[Record]) -> tuple[Partition, list[Emitted]]:
    """Everything as one chunk."""
    states = Partition(0)
    return states, ENGINE.process(log, states).outputs


@dataclass(slots=True)
class Worker:
    """A worker that crashes: what it sent and what it appended to the changelog stays, the rest is lost."""

    log: Sequence[Record]
    sent: list[Emitted] = field(default_factory=list)
    changelog: list[tuple[bytes, bytes]] = field(default_factory=list)
    committed: int = 0

    def life(self, draw: st.DataObject) -> bool:
        """From start to a crash, or to the end of the log: then True."""
        states = Partition(0)
        for key, value in self.changelog:
            states.restore(key, value)
        states.ready()
        place = self.committed
        while place < len(self.log):
            size = draw.draw(st.integers(1, 12), "chunk")
            outcome = ENGINE.process(self.log[place : place + size], states)
            kept = draw.draw(st.integers(-2, len(outcome.changes) + 4), "changes kept")
            if kept < 0:
                self.sent += outcome.outputs[: len(outcome.outputs) // 2]
                return False
            self.sent += outcome.outputs
            self.changelog += outcome.changes[:kept]
            if kept <= len(outcome.changes):
                return False
            place += size
            if kept % 2:  # Offsets are committed now and then.
                self.committed = place
        return True


def same(one: Partition, other: Partition) -> None:
    assert set(one.customers()) == set(other.customers())
    for customer_id in one.customers():
        assert one.snapshot(customer_id) == other.snapshot(customer_id), customer_id
    assert one.fingerprint() == other.fingerprint()


@settings(max_examples=EXAMPLES)
@given(logs(OTHER.version), st.data())
def test_chunks_cannot_be_seen(log: list[Record], draw: st.DataObject) -> None:
    states, outputs = quiet_run(log)
    cut, found, place = Partition(0), list[Emitted](), 0
    while place < len(log):
        size = draw.draw(st.integers(1, 20))
        found += ENGINE.process(log[place : place + size], cut).outputs
        place += size
    assert [output.id for output in found] == [output.id for output in outputs]
    assert contents(found) == contents(outputs)
    same(cut, states)


@settings(max_examples=EXAMPLES)
@given(logs(OTHER.version), st.data())
def test_crashes_cannot_be_seen_nor_which_release_went_on(log: list[Record], draw: st.DataObject) -> None:
    states, outputs = quiet_run(log)
    worker = Worker(log)
    with patch.object(codec, "WRITTEN"), patch.object(partition, "RENEWED", 2):
        for _ in range(6):
            codec.WRITTEN = draw.draw(st.sampled_from(sorted(codec.CODECS)), "codec")
            if worker.life(draw):
                break
    worker.committed = min(worker.committed, len(log))
    restored = Partition(0)
    for key, value in worker.changelog:
        restored.restore(key, value)
    restored.ready()
    worker.sent += ENGINE.process(log[worker.committed :], restored).outputs
    assert contents(worker.sent) == contents(outputs)
    same(restored, states)


@settings(max_examples=EXAMPLES)
@given(logs(OTHER.version))
def test_neighbours_cannot_be_seen(log: list[Record]) -> None:
    """A run that falls silent ends by itself, so its records are signs of life for all whom it brings."""
    states, outputs = quiet_run(log)
    for customer_id in states.customers():
        own = [record for record in log if record.key in (customer_id, EVERYONE) or _of_a_run(record)]
        alone, found = quiet_run(own)
        assert alone.snapshot(customer_id) == states.snapshot(customer_id)
        assert _of(customer_id, found) == _of(customer_id, outputs)


def _of_a_run(record: Record) -> bool:
    return isinstance(record.body, Touchpoint) and record.body.history is not None


def _of(customer_id: str, outputs: Sequence[Emitted]) -> dict[str, bytes]:
    return contents(o for o in outputs if o.customer_id == customer_id and not isinstance(o, Measure))
