"""What a state takes over from an older, separate part of the same person's history: once, and without a word.

Evidence is added, detectors merge as they declare, of consents the last word holds, and what the customer says of
themselves is only completed. The declared type stays the customer's own where there is one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from streams.alerts.changing import ENDED, TIMER
from streams.customers.customer import COMPLAINTS, RECENT, WAYS, Case, Customer
from streams.customers.moment import QUIET_KEPT
from streams.engine.partition import Live
from streams.relationships import habits
from streams.signals.detector import Detector

_decode = msgspec.msgpack.decode
_encode = msgspec.msgpack.encode


def join(live: Live, older: Customer, detectors: Iterable[Detector[Any]]) -> None:
    """Adds `older` to the customer's state; `detectors` are those of the rules, the gate among them.

    Cases and their timers are another matter: see `linking`.
    """
    mine = live.customer
    habits.merge(mine.habits, older.habits)
    if mine.declared < 0:
        mine.declared, mine.since = older.declared, older.since
    mine.reasons = mine.reasons or older.reasons
    mine.touchpoints += older.touchpoints
    if older.touchpoints:
        mine.first = min(mine.first, older.first) if mine.first else older.first
        mine.latest = max(mine.latest, older.latest)
    mine.language = mine.language or older.language
    mine.place = mine.place or older.place
    mine.adjusting_until = max(mine.adjusting_until, older.adjusting_until)
    consents = dict(mine.consents)
    for scope, consent in older.consents.items():
        if scope not in consents or consents[scope].at < consent.at:
            consents[scope] = consent
    mine.consents = consents
    ways = {way for slots in (older.slots, mine.slots) for way in slots.get(WAYS, "").split()}
    mine.slots = {**older.slots, **mine.slots, **({WAYS: " ".join(sorted(ways))} if ways else {})}
    mine.recent = tuple(sorted((*older.recent, *mine.recent), key=lambda glimpse: glimpse.at))[-RECENT:]
    complaints = {each.matter: each for each in (*mine.complaints, *older.complaints)}
    mine.complaints = tuple(sorted(complaints.values(), key=lambda each: (each.said.at, each.matter)))[-COMPLAINTS:]
    mine.ended = tuple(sorted({*older.ended, *mine.ended}, key=lambda each: (each.at, each.mark)))[-ENDED:]
    quiet = sorted({**older.quiet, **mine.quiet}.items(), key=lambda each: (each[1][0], each[0]))
    mine.quiet = dict(quiet[-QUIET_KEPT:])
    known_timers = {(timer.name, timer.key) for timer in mine.timers}
    waiting = (t for t in older.timers if t.name != TIMER and (t.name, t.key) not in known_timers)
    mine.timers = tuple(sorted((*mine.timers, *waiting)))
    _detectors(live, older, detectors)


def _detectors(live: Live, older: Customer, detectors: Iterable[Detector[Any]]) -> None:
    for detector in detectors:
        key = f"{detector.name}.{detector.version}"
        packed = older.memory.get(key)
        if packed is None:
            continue
        state = live.states.get(key)
        if state is None:
            mine = live.customer.memory.get(key)
            state = detector.start() if mine is None else _decode(mine, type=detector.state)
        live.states[key] = detector.merge(state, _decode(packed, type=detector.state))
        live.changed.add(key)


def left_over(older: Customer, cases: tuple[Case, ...]) -> bytes:
    """The state that goes along with a hand-over: the older part, and what staff have open."""
    return _encode(msgspec.structs.replace(older, cases=cases))
