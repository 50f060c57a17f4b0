"""What the booster reads of a customer at a moment: counts of marks in the last weeks, the last months, and ever."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from bench.quality.cues import CUES, cues_of, matcher
from bench.quality.year import Year
from rapport.quality.judging import DAY_MS
from schemas.catalogue import standard
from schemas.records import EVERYONE, Touchpoint

WINDOWS_DAYS: Final = (30, 100)
URLS: Final = ("sort=price", "new-arrivals", "compare", "guides", "contract", "classics", "terms")
VALUES: Final = (
    "coupon", "gift_wrap", "recipient", "employer", "bundle", "partner", "referral.sent", "beta.joined", "like",
    "account.close.requested", "rejected", "promo", "service", "care", "household", "cancel", "port number",
    "end of contract", "policy_id", "refused",
)  # fmt: skip
OTHERS: Final = ("night", "company", "text", "bought new", "bought", "phone", "store", "social", "dear", "low score")
MARKS: Final = (*sorted(standard().types), *URLS, *VALUES, *(f"cue {each}" for each in CUES), *OTHERS)
_PLACE: Final = {name: place for place, name in enumerate(MARKS)}
Vector = NDArray[np.float32]


@dataclass(slots=True)
class History:
    """A customer's touchpoints as times, and marks with their times."""

    times: list[int] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)
    marked: list[int] = field(default_factory=list)
    items: list[str] = field(default_factory=list)
    spent: list[float] = field(default_factory=list)


def histories(year: Year) -> dict[str, History]:
    """Of all whose truth is known."""
    cues, found = matcher(), {key: History() for key in year.lives}
    for key, touchpoint in year.log:
        if key == EVERYONE or key not in found:
            continue
        own, at = found[key], touchpoint.occurred_at
        own.times.append(at)
        own.items.append(touchpoint.item_id or "")
        own.spent.append(touchpoint.amount or 0.0)
        for mark in _marks(touchpoint):
            own.marks.append(_PLACE[mark])
            own.marked.append(at)
        if touchpoint.text and touchpoint.initiator == "customer":
            for kind in cues_of(touchpoint.text, cues):
                own.marks.append(_PLACE[f"cue {kind}"])
                own.marked.append(at)
    return found


def vector(history: History, at: int) -> Vector:
    """Everything known before `at`."""
    times = np.asarray(history.times, dtype=np.int64)
    seen = int(np.searchsorted(times, at))
    marks = np.asarray(history.marks, dtype=np.int64)
    marked = np.asarray(history.marked, dtype=np.int64)
    until = int(np.searchsorted(marked, at))
    parts = [np.bincount(marks[int(np.searchsorted(marked, at - days * DAY_MS)) : until], minlength=len(MARKS))
             for days in WINDOWS_DAYS]  # fmt: skip
    parts.append(np.bincount(marks[:until], minlength=len(MARKS)))
    return np.concatenate([*parts, _rhythm(history, times[:seen], at, seen)]).astype(np.float32)


def _rhythm(history: History, times: NDArray[np.int64], at: int, seen: int) -> Vector:
    if not seen:
        return np.zeros(12, dtype=np.float32)
    starts = times[np.concatenate([[True], np.diff(times) > DAY_MS // 24])]
    gaps = np.diff(starts) / DAY_MS if len(starts) > 1 else np.asarray([400.0])
    spent = np.asarray(history.spent[:seen])
    return np.asarray([
        (at - times[0]) / DAY_MS, (at - times[-1]) / DAY_MS, len(starts), gaps.mean(), gaps.std(), gaps.min(),
        gaps.max(),
        gaps.std() / max(gaps.mean(), 1e-6), gaps[-3:].mean() / max(gaps.mean(), 1e-6), len(set(history.items[:seen])),
        spent.sum(), spent.max(),
    ], dtype=np.float32)  # fmt: skip


def _marks(touchpoint: Touchpoint) -> Iterator[str]:
    yield touchpoint.type
    hour = (touchpoint.occurred_at // 60_000 + touchpoint.occurred_offset) // 60 % 24
    bought = touchpoint.type == "purchase.made"
    others = (
        hour >= 23 or hour < 4, touchpoint.initiator == "company", touchpoint.text is not None,
        bought and (touchpoint.category or "") in {"fashion", "gifts", "home", "beauty", "electronics"}, bought,
        touchpoint.channel == "phone", touchpoint.channel == "store", touchpoint.channel == "social",
        (touchpoint.amount or 0.0) > 150.0, touchpoint.type == "feedback.rated" and _score(touchpoint) <= 2,
    )  # fmt: skip
    yield from (name for name, holds in zip(OTHERS, others, strict=True) if holds)
    facts: Sequence[str] = (*URLS, *VALUES)
    if touchpoint.properties:
        yield from (fact for fact in facts if fact in touchpoint.properties)


def _score(touchpoint: Touchpoint) -> float:
    return float(msgspec.json.decode(touchpoint.properties or "{}").get("score", 5))
