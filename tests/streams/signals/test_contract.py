"""What every detector promises, run over every detector of the registry."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.records import Signal, Touchpoint
from streams.signals import DETECTORS
from streams.signals.detector import Detector
from tests.streams.lab import DAY, HOUR, Lab, knowledge, of, tick, touchpoint

LARGEST_STATE = 1_024
"""Bytes that one detector may take of a customer's state, whatever happens to the customer."""
every_detector = pytest.mark.parametrize("detector", DETECTORS, ids=lambda d: d.name)


@st.composite
def touchpoints(draw: st.DrawFn, kinds: tuple[str, ...]) -> Touchpoint:
    kind = draw(st.sampled_from(kinds))
    return touchpoint(
        kind, draw(st.integers(0, 60 * DAY)), event_id=draw(st.uuids().map(str)),
        channel=draw(st.sampled_from(["chat", "store", "social"])),
        initiator=draw(st.sampled_from(["customer", "company"])),
        session_id=draw(st.sampled_from([None, "s1", "s2"])),
        item_id=draw(st.sampled_from([None, "tea", "milk", "ink"])),
        complaint_id=draw(st.sampled_from([None, "k1"])), location_id=draw(st.sampled_from([None, "lon-01"])),
        properties=draw(st.sampled_from([None, {"confidence": 0.9}, {"purpose": "care"}, {"cause": "late"}])),
    )  # fmt: skip


def life(detector: Detector[Any]) -> st.SearchStrategy[list[Touchpoint]]:
    return st.lists(touchpoints(tuple(sorted(detector.types))), max_size=40)


def told(lab: Lab, life: list[Touchpoint]) -> list[Signal]:
    lab.fold(touchpoint("consent.changed", properties={"scope": "camera", "granted": True}))
    return of(lab.fold(*life, tick(90 * DAY)), Signal)


@every_detector
def test_has_a_rule_of_its_version_and_observes_known_types(detector: Detector[Any]) -> None:
    assert knowledge().signals[detector.name].version == detector.version
    assert detector.types <= set(knowledge().touchpoints.types)


@every_detector
def test_starts_with_the_default_of_its_state(detector: Detector[Any]) -> None:
    assert detector.start() == detector.state()


@every_detector
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_same_log_gives_same_signals_and_states(detector: Detector[Any], data: st.DataObject) -> None:
    events, first, second = data.draw(life(detector)), Lab(), Lab()
    assert told(first, events) == told(second, events)
    assert first.states.fingerprint() == second.states.fingerprint()


@every_detector
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_what_a_producer_repeats_changes_nothing(detector: Detector[Any], data: st.DataObject) -> None:
    events = data.draw(st.lists(touchpoints(tuple(sorted(detector.types))), max_size=30))
    once, twice = Lab(), Lab()
    alone = {s.id for s in told(once, events)}
    assert {s.id for s in told(twice, [e for event in events for e in (event, event)])} == alone
    assert twice.live().states == once.live().states


@every_detector
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_state_stays_bounded_and_goes_through_its_codec(detector: Detector[Any], data: st.DataObject) -> None:
    lab, key = Lab(), f"{detector.name}.{detector.version}"
    told(lab, data.draw(life(detector)))
    state = lab.live().states.get(key, detector.start())
    packed = msgspec.msgpack.encode(state)
    assert len(packed) <= LARGEST_STATE
    assert msgspec.msgpack.decode(packed, type=detector.state) == state


@every_detector
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_merging_with_nothing_changes_nothing_and_stays_bounded(detector: Detector[Any], data: st.DataObject) -> None:
    states = []
    for _ in range(2):
        lab = Lab()
        told(lab, data.draw(life(detector)))
        states.append(lab.live().states.get(f"{detector.name}.{detector.version}", detector.start()))
    mine, older = states
    assert detector.merge(mine, detector.start()) == mine
    assert len(msgspec.msgpack.encode(detector.merge(mine, older))) <= LARGEST_STATE


@every_detector
def test_touchpoints_of_other_types_are_none_of_its_business(detector: Detector[Any]) -> None:
    lab = Lab()
    others = sorted(set(knowledge().touchpoints.types) - detector.types)
    quiet = [k for k in others if k.split(".")[0] in ("web", "screen", "club", "event", "app")]
    lab.fold(*(touchpoint(kind, HOUR * n) for n, kind in enumerate(quiet)))
    assert f"{detector.name}.{detector.version}" not in lab.live().states
