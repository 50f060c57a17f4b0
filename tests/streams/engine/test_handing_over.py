"""A past is handed over once, without a word, and makes of the customer what they would have been."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import hints
from schemas.records import Alert, CustomerCard, Record, Shift, Signal, Source, Touchpoint
from streams.customers import customer as customers
from streams.customers.customer import Customer
from streams.engine import past as pasts
from streams.relationships import habits
from streams.relationships.counts import ONE
from streams.relationships.reading import close_types, sore_voices
from tests.streams.lab import DAY, MINUTE, SECOND, Lab, knowledge, tick, touchpoint

COOKIE = "cookie:k1:" + "0" * 32
TEXTS = ("I love your tea, best ever", "never again, worst shop", "认准了", "太失望了，再也不来了", "hello")


def link(to: str, at: int, kind: str = hints.LINKED) -> Touchpoint:
    facts = {"from": COOKIE, "to": to, "by": "identity"}
    return touchpoint(kind, at, event_id=f"{kind}@{at}", channel="system", initiator="company", properties=facts)


def consent(at: int) -> Touchpoint:
    return touchpoint("consent.changed", at, channel="app", properties={"scope": "profiling", "granted": True})


class Line(Lab):
    """One partition in which what is handed over comes back at once."""

    shifted = False

    def fold_for(self, who: str, *touchpoints: Touchpoint) -> None:
        for each in touchpoints:
            outcome = self.process(self.records([each], who))
            self.shifted |= any(isinstance(output, Shift) for output in outcome.outputs)
            for handed in outcome.handed:
                self.hand(handed.key, handed.source, handed.body)

    def hand(self, key: str, source: Source, body: Touchpoint) -> None:
        self.offset += 1
        self.process([Record(self.offset - 1, key, source, body)])


def told(before: Sequence[Touchpoint], login_first: bool) -> tuple[Line, Customer]:
    line = Line()
    at = max(each.occurred_at for each in before) - touchpoint("x").occurred_at + SECOND if before else SECOND
    if login_first:
        line.fold_for("anna", *before)
    else:
        line.fold_for(COOKIE, *before)
        line.fold_for(COOKIE, link("anna", at))
    line.fold_for("anna", touchpoint("app.event", at + SECOND, channel="app"))
    return line, line.live("anna").customer


PASTS = st.lists(st.tuples(st.sampled_from(TEXTS), st.integers(1, 5 * DAY)), min_size=1, max_size=40)


@settings(max_examples=60)
@given(PASTS)
def test_up_to_64_touchpoints_make_the_same_evidence_and_declared_type(past: list[tuple[str, int]]) -> None:
    at, before = 0, [consent(0)]
    for text, pause in past:
        at += pause
        before.append(touchpoint("chat.message", at, text=text, session_id=f"s{at}"))
    _, late = told(before, login_first=False)
    _, first = told(before, login_first=True)
    assert late.touchpoints == first.touchpoints
    assert late.declared == first.declared
    assert late.consents == first.consents
    assert [glimpse.at for glimpse in late.recent] == [glimpse.at for glimpse in first.recent]
    assert late.habits == first.habits


def test_beyond_64_what_is_counted_is_off_by_no_more_than_the_part_that_is_older() -> None:
    """The table in docs/identity.md: what is older than 64 touchpoints is merged, not told again."""
    before = [consent(0), *(touchpoint("chat.message", n * MINUTE, text=TEXTS[n % 5], session_id=f"s{n}")
                            for n in range(1, 130))]  # fmt: skip
    _, late = told(before, login_first=False)
    _, first = told(before, login_first=True)
    _, old = told(before[: -pasts.KEPT], login_first=True)
    assert late.touchpoints == first.touchpoints
    assert (late.habits.first, late.habits.last) == (first.habits.first, first.habits.last)
    for mine, exact, older in (
        (late.habits.slow, first.habits.slow, old.habits.slow),
        (late.habits.fast, first.habits.fast, old.habits.fast),
    ):
        for slot in mine.sums.keys() | exact.sums.keys():
            gap = abs(exact.sums.get(slot, 0) - mine.sums.get(slot, 0))
            assert gap <= older.sums.get(slot, 0) + ONE, slot


NUMBERED = (habits.GAP_SHORT, habits.GAP_WEEK, habits.GAP_MONTH, habits.GAP_LONG)
GAPS = (*NUMBERED, habits.GAP_LOG, habits.GAP_SQUARE)
FALLING = frozenset({*(habits.VOICES + n for n in close_types(knowledge())), *sore_voices(knowledge())})
"""What is said in hurt weighs, and takes back, by the relationship in which it is said."""
STORIES = st.lists(st.tuples(st.sampled_from(TEXTS), st.integers(1, 5 * DAY), st.booleans()), min_size=2, max_size=30)
"""Words, the pause before them, and whether they came by the cookie or by the customer's own name."""


def lived(story: list[tuple[str, int, bool]], *, late: bool, alone: bool = False) -> tuple[Line, int]:
    """The story by one name, or by two of which the login at its end makes one; `alone`: without what came by the
    cookie. Its age."""
    line, at = Line(), 0
    line.fold_for("anna", consent(0))
    for text, pause, by_cookie in story:
        at += pause
        who = COOKIE if late and by_cookie else "anna"
        if not (by_cookie and alone):
            line.fold_for(who, touchpoint("chat.message", at, text=text, session_id=f"s{at}"))
    if late:
        line.fold_for(COOKIE, link("anna", at + SECOND))
    line.fold_for("anna", touchpoint("app.event", at + 2 * SECOND, channel="app"))
    return line, at + 2 * SECOND


@settings(max_examples=25)
@given(STORIES)
def test_of_what_is_counted_only_gaps_are_off_and_by_no_more_than_the_past_would_have_added(
    story: list[tuple[str, int, bool]],
) -> None:
    """Where the customer's own touchpoints came in between: a touchpoint that comes late makes no gap. Since when
    somebody is close may differ, and with it what hurt does."""
    lines = [lived(story, late=True)[0], lived(story, late=False)[0], lived(story, late=False, alone=True)[0]]
    mine, right, own = (line.live("anna").customer for line in lines)
    off = {*GAPS, *(FALLING if any(line.shifted for line in lines) else ())}
    assert mine.touchpoints == right.touchpoints
    assert (mine.habits.first, mine.habits.last) == (right.habits.first, right.habits.last)
    for bank in ("slow", "fast"):
        of_mine, of_right, of_own = (getattr(each.habits, bank).sums for each in (mine, right, own))
        for slot in (of_mine.keys() | of_right.keys()) - off:
            assert abs(of_mine.get(slot, 0) - of_right.get(slot, 0)) <= ONE, (bank, slot)
        kept, all_of_them, without = (
            sum(each.get(slot, 0) for slot in NUMBERED) for each in (of_mine, of_right, of_own)
        )
        assert without - ONE <= kept <= all_of_them + ONE, "at most those are missing that the past would have added"


@settings(max_examples=25)
@given(STORIES)
def test_since_when_a_type_is_declared_is_off_by_no_more_than_the_age_of_the_past(
    story: list[tuple[str, int, bool]],
) -> None:
    (late, age), (exact, _) = lived(story, late=True), lived(story, late=False)
    mine, right = late.live("anna").customer, exact.live("anna").customer
    if mine.declared == right.declared >= 0:
        assert abs(mine.since - right.since) <= age


@settings(max_examples=25)
@given(PASTS)
def test_a_shift_on_the_way_is_said_once_and_no_alert_comes_again(past: list[tuple[str, int]]) -> None:
    at, before = 0, [consent(0)]
    for text, pause in past:
        at += pause
        before.append(touchpoint("chat.message", at, text=text, session_id=f"s{at}"))
    line, customer = told(before, login_first=False)
    said = [output for output in line.outputs if isinstance(output, Shift | Alert)]
    by_the_key = [output for output in said if output.customer_id == COOKIE]
    assert [output for output in said if isinstance(output, Shift)] == [
        output for output in by_the_key if isinstance(output, Shift)
    ], "for the key, and not again for the customer"
    assert len({(type(each), getattr(each, "dedup_key", each.id)) for each in said}) == len(said)
    cards = [output for output in line.outputs if isinstance(output, CustomerCard) and output.customer_id == "anna"]
    assert (cards[-1].since or 0) == customer.since, "the card says the type"


def test_nothing_is_said_twice() -> None:
    line = Line()
    line.fold_for(COOKIE, consent(0), touchpoint("chat.message", MINUTE, text="hello", session_id="s"))
    line.fold_for(COOKIE, tick(10 * MINUTE))
    assert [type(o) for o in line.outputs if isinstance(o, Signal | Alert)].count(Signal) == 1
    line.fold_for(COOKIE, link("anna", 11 * MINUTE))
    line.fold_for("anna", tick(20 * MINUTE))
    assert len([o for o in line.outputs if isinstance(o, Signal)]) == 1
    (case,) = line.live("anna").customer.cases
    alert = next(o for o in line.outputs if isinstance(o, Alert))
    assert case.alerts[0].id == alert.id, "what staff have open is open for the customer now"
    line.fold_for("anna", touchpoint("agent.answered", 21 * MINUTE, initiator="company", session_id="s"))
    assert not line.live("anna").customer.cases


def test_a_hand_over_that_is_sent_again_counts_once() -> None:
    line = Line()
    line.fold_for(COOKIE, consent(0), touchpoint("chat.message", MINUTE, text=TEXTS[0], session_id="s"))
    (outcome,) = [line.process(line.records([link("anna", 2 * MINUTE)], COOKIE))]
    for _ in range(3):
        for each in outcome.handed:
            line.hand(each.key, each.source, each.body)
    assert line.live("anna").customer.touchpoints == 2


def test_who_has_moved_on_sends_it_after_them() -> None:
    line = Line()
    email = "email:k1:" + "1" * 32
    line.fold_for(email, link("anna", 0))
    line.fold_for(COOKIE, consent(MINUTE), link(email, 2 * MINUTE))
    outcome = line.engine.process([], line.states)
    assert not outcome.handed
    assert line.live(email).customer.touchpoints == 0
    assert line.live("anna").customer.touchpoints in (0, 1)


def test_a_past_is_bounded() -> None:
    line = Line()
    for n in range(200):
        text = TEXTS[n % 5] * (n % 7)
        line.fold_for(COOKIE, touchpoint("chat.message", n * MINUTE, text=text or None, session_id=f"s{n}"))
    past = pasts.seen(line.live(COOKIE))
    assert past is not None
    assert len(past.items) <= pasts.KEPT
    assert sum(map(len, past.items)) <= pasts.KEPT_BYTES
    assert customers.unpack(past.older).touchpoints == 200 - len(past.items)
    line.fold_for(COOKIE, link("anna", 300 * MINUTE))
    assert line.live("anna").customer.touchpoints == 200
    assert line.live(COOKIE).customer.touchpoints == 0


# Alerts that staff have open stay where they are until they are done: docs/identity.md.
SAME = (
    "touchpoints", "first", "latest", "language", "habits", "declared", "consents", "slots", "recent",
    "memory",
)  # fmt: skip


@settings(max_examples=40)
@given(PASTS, st.data())
def test_unlinked_and_rebuilt_equals_never_linked(past: list[tuple[str, int]], draw: st.DataObject) -> None:
    """All touchpoints of both come again as history, each for whom it is."""
    at, told_by = 0, list[tuple[str, Touchpoint]]()
    for text, pause in past:
        at += pause
        who = draw.draw(st.sampled_from([COOKIE, "anna"]))
        told_by.append((who, touchpoint("chat.message", at, text=text, session_id=f"s{at}")))
    mixed = Line()
    for who, each in told_by:
        mixed.fold_for(who, each)
    mixed.fold_for(COOKIE, link("anna", at + SECOND), link("anna", at + 2 * SECOND, hints.UNLINKED))
    never = Line()
    for line in (mixed, never):
        reset = touchpoint("customer.reset", at + 3 * SECOND, channel="system", properties={"run": "rebuild"})
        line.fold_for("anna", reset)
        line.fold_for(COOKIE, msgspec.structs.replace(reset, event_id="reset-2"))
        run = {"run": "rebuild", "partition": 0}
        line.fold_for("anna", touchpoint("history.begun", at + 4 * SECOND, channel="system", properties=run))
        for who, each in told_by:
            line.fold_for(who, msgspec.structs.replace(each, history="rebuild"))
        line.fold_for("anna", touchpoint("history.ended", at + 5 * SECOND, channel="system", properties=run))
    for who in ("anna", COOKIE):
        if who in {told for told, _ in told_by}:
            assert _facts(mixed, who) == _facts(never, who)


def _facts(line: Line, who: str) -> dict[str, Any]:
    customer = customers.unpack(line.states.snapshot(who))
    return {name: getattr(customer, name) for name in SAME}


@pytest.mark.parametrize("chunk", [1, 3, 50])
def test_chunks_cannot_be_seen(chunk: int) -> None:
    quiet, cut = Line(), Line()
    log = [*quiet.records([touchpoint("chat.message", n * MINUTE, text=TEXTS[n % 5]) for n in range(90)], COOKIE),
           *quiet.records([link("anna", 100 * MINUTE)], COOKIE)]  # fmt: skip
    whole = quiet.process(log)
    handed = []
    for start in range(0, len(log), chunk):
        handed += cut.process(log[start : start + chunk]).handed
    assert handed == whole.handed
    assert cut.states.fingerprint() == quiet.states.fingerprint()
