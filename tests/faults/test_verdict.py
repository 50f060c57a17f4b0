"""The judge of the kill test sees what is wrong, and names it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest

from schemas import topics
from schemas.codec import decode_outputs, encode_output, encode_touchpoint
from schemas.records import EVERYONE, Signal, Touchpoint
from streams.engine import Engine, Partition
from streams.identity.resolve import resolve
from tests.faults import verdict
from tests.faults.load import Accepted
from tests.faults.verdict import Replayed, Sent
from tests.integration.reading import Stored
from tests.streams.lab import MINUTE, knowledge, tick, touchpoint


def resolved(touchpoints: Sequence[Touchpoint]) -> list[Stored]:
    """As identity puts them on the one partition of a resolved topic."""
    raw = [
        Stored(topics.RAW, 0, offset, each.occurred_at, _key(each), encode_touchpoint(each), ())
        for offset, each in enumerate(touchpoints)
    ]
    derived = resolve(raw, topics.RAW, 1).forwarded[0]
    return [
        Stored(topics.RESOLVED, 0, offset, at, key, value, tuple(headers))
        for offset, (key, value, headers, at) in enumerate(derived)
    ]


def _key(each: Touchpoint) -> bytes:
    return (EVERYONE if each.type == "clock.tick" else str(each.customer_id)).encode()


@pytest.fixture
def log() -> list[Stored]:
    """Two questions that nobody answers."""
    asked = [touchpoint("chat.message", 0, customer_id=who, event_id=f"{who}-1") for who in ("anna", "bert")]
    return resolved([*asked, tick(MINUTE), tick(3 * MINUTE)])


@pytest.fixture
def pure(log: list[Stored]) -> Replayed:
    return verdict.replay(log, Engine(knowledge()))


def on_topics(outputs: Sequence[Sent]) -> dict[str, list[Stored]]:
    found: dict[str, list[Stored]] = {topic: [] for topic in verdict.ALL}
    for topic, key, value, headers in outputs:
        found[topic].append(Stored(topic, 0, len(found[topic]), 0, key, value, headers))
    return found


def test_a_sound_run_has_no_complaints(log: list[Stored], pure: Replayed) -> None:
    accepted = Accepted(customer={"anna-1", "bert-1"})
    again = verdict.replay(log, Engine(knowledge()))
    assert verdict.arrived(accepted, log) == []
    assert verdict.counted(accepted, pure.states) == []
    assert verdict.same_states(again.states, pure.states) == []
    assert verdict.same_outputs(pure.outputs, on_topics([*pure.outputs.values(), *again.outputs.values()])) == []


def test_a_touchpoint_that_is_lost_or_counted_twice_is_seen(log: list[Stored], pure: Replayed) -> None:
    (lost,) = verdict.arrived(Accepted(customer={"anna-1", "carl-1"}), log)
    assert "carl-1" in lost
    (twice,) = verdict.counted(Accepted(customer={"anna-1"}), pure.states)
    assert "1 touchpoints of customers were accepted, 2 are counted" in twice


def test_a_customer_whose_state_differs_is_named_with_the_fields(log: list[Stored], pure: Replayed) -> None:
    (complaint,) = verdict.same_states({0: behind(log)}, pure.states)[1:]
    assert "customers differ; the first is anna" in complaint
    assert "timers" in complaint


def behind(log: list[Stored]) -> Partition:
    """The states before the last tick."""
    return verdict.replay(log[:-1], Engine(knowledge())).states[0]


def test_an_output_that_lacks_or_differs_is_shown(pure: Replayed) -> None:
    signals = [id_ for id_, sent in pure.outputs.items() if sent[0] == topics.SIGNALS]
    assert len(signals) == 2
    missing = {id_: sent for id_, sent in pure.outputs.items() if id_ != signals[0]}
    (complaint,) = verdict.same_outputs(pure.outputs, on_topics(list(missing.values())))
    assert "1 outputs of the replay that are not on the topics" in complaint
    assert signals[0] in complaint
    (complaint,) = verdict.same_outputs(missing, on_topics(list(pure.outputs.values())))
    assert "that the replay does not have" in complaint

    (signal,) = decode_outputs([pure.outputs[signals[0]][2]])
    assert isinstance(signal, Signal)
    other = encode_output(msgspec.structs.replace(signal, at=1))
    changed = missing | {signals[0]: (topics.SIGNALS, pure.outputs[signals[0]][1], other, ())}
    (complaint,) = verdict.same_outputs(pure.outputs, on_topics(list(changed.values())))
    assert "at: live 1, replay" in complaint


@pytest.mark.parametrize(
    ("found", "complaint"),
    [
        pytest.param(["a", "b"], None, id="each once"),
        pytest.param(["a", "a", "b"], "stand twice: a", id="a row too many"),
        pytest.param(["a"], "missing in ClickHouse: b", id="one is missing"),
        pytest.param(["a", "b", "c"], "only in ClickHouse: c", id="one that nobody sent"),
    ],
)
def test_a_table_is_held_to_each_id_once(found: list[str], complaint: str | None) -> None:
    told = verdict.once("signals", found, {"a", "b"})
    assert [complaint in each for each in told] == [True] if complaint else told == []
