"""Any touchpoint and any output, for property tests."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st
from msgspec.structs import replace

from schemas import times
from schemas.judging import LARGEST_AMOUNT
from schemas.records import (
    CHANNELS,
    INITIATORS,
    SEVERITIES,
    Alert,
    AlertChange,
    Because,
    Card,
    CustomerCard,
    Decision,
    Emitted,
    Measure,
    Shift,
    Signal,
    Touchpoint,
)

texts = st.text(st.characters(codec="utf-8"), max_size=80)
sound_texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=80)
names = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=80)
moments = st.integers(times.EARLIEST, times.LATEST - 1)
offsets = st.integers(1 - times.WIDEST_OFFSET, times.WIDEST_OFFSET - 1)
numbers = st.floats(allow_nan=False, allow_infinity=False)
amounts = st.floats(-LARGEST_AMOUNT, LARGEST_AMOUNT)
longs = st.integers(-(2**63), 2**63 - 1)
ints = st.integers(0, 2**31 - 1)
scalars = texts | longs | numbers | st.booleans()
objects = st.dictionaries(texts, scalars | st.none() | st.lists(scalars, max_size=3), max_size=4)
sound_scalars = sound_texts | longs | numbers | st.booleans()
sound_objects = st.dictionaries(
    sound_texts, sound_scalars | st.none() | st.lists(sound_scalars, max_size=3), max_size=4
)
words = st.dictionaries(texts, texts, max_size=3)
lists = st.lists(texts, max_size=3).map(tuple)


def maybe(each: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | each


@st.composite
def touchpoints(draw: st.DrawFn) -> Touchpoint:
    """Any touchpoint of the contract, with text of any script and the lengths that varints change at."""
    long_text = st.integers(0, 20_000).map(lambda size: "长" * size)
    fields: dict[str, object] = {
        name: draw(maybe(sound_texts)) for name in Touchpoint.__struct_fields__[6:]
    } | {
        "text": draw(maybe(sound_texts | long_text)),
        "amount": draw(maybe(amounts)),
        "quantity": draw(maybe(amounts)),
        "properties": draw(maybe(sound_objects.map(lambda each: json.dumps(each, ensure_ascii=False)))),
        "sent_at": None, "sent_offset": None, "received_at": None, "received_offset": None,
    }  # fmt: skip
    for at, offset in (("sent_at", "sent_offset"), ("received_at", "received_offset")):
        if draw(st.booleans()):
            fields |= {at: draw(moments), offset: draw(offsets)}
    words = (draw(st.sampled_from(CHANNELS)), draw(st.sampled_from(INITIATORS)))
    head = (draw(names), draw(names), draw(moments), draw(offsets), *words)
    return replace(Touchpoint(*head), **fields)


because = st.builds(Because, event_id=texts, what=texts, weight=st.none() | numbers)
common: dict[str, st.SearchStrategy[Any]] = {
    "id": texts,
    "at": moments,
    "partition": ints,
    "offset": longs,
    "knowledge": texts,
    "because": st.lists(because, max_size=3).map(tuple),
    "customer_id": st.none() | texts,
    "history": st.none() | texts,
}
severities = st.sampled_from(SEVERITIES)
cards = st.builds(Card, who=texts, what_happened=texts, why_now=texts, recent=lists, do=lists, do_not=lists)

outputs: st.SearchStrategy[Emitted] = st.one_of(
    st.builds(
        Shift, **common, from_=texts, to=texts, probability=numbers, runner_up=texts,
        migration=texts, strategy=texts, advice=texts,
    ),
    st.builds(
        Signal, **common, name=texts, version=ints, severity=severities, matter=texts,
        values=st.dictionaries(texts, scalars, max_size=4), scope=st.none() | words,
    ),
    st.builds(
        Decision, **common, contact_id=texts, permitted=st.booleans(), reasons=lists, retry_at=st.none() | moments
    ),
    st.builds(
        Alert, **common, dedup_key=texts, signals=lists, team=texts, severity=severities, title=texts,
        card=cards, due_at=moments, language=texts,
    ),
    st.builds(
        AlertChange, **common, alert_id=texts, team=texts,
        state=st.sampled_from(("acknowledged", "raised", "snoozed", "closed", "expired")),
        by=st.none() | texts, until=st.none() | moments, reason=st.none() | texts,
    ),
    st.builds(
        CustomerCard, **common, relationship=texts, since=st.none() | moments, language=texts,
        open_alerts=lists, consents=st.dictionaries(texts, st.booleans(), max_size=3),
    ),
    st.builds(Measure, **common, scope=words, bucket=moments, total=longs),
)  # fmt: skip
