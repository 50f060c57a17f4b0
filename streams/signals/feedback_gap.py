"""It was not as it ought to have been (S3-00, S1-21)."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from schemas.records import Because, Value
from streams.customers.moment import Moment, because
from streams.signals.detector import Timeless

ABOUT = 6
"""Things whose ratings are remembered; the rarest make room."""
FIVE = 5.0


class Rated(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """Ratings of one thing on a scale of five: how many, and their sum."""

    about: str
    times: int
    sum: float


class Ratings(msgspec.Struct, array_like=True, frozen=True, gc=False):
    things: tuple[Rated, ...] = ()


class FeedbackGap(Timeless[Ratings]):
    """Fires where ought minus got is `gap` or more on a scale of five, or the rating is `low` or less.

    *Ought* is what they say they expected, else their own mean of `own_ratings` or more earlier ratings of the
    same thing, else `usual`. Where what they wanted is not what they got, that is named.
    """

    name: ClassVar[str] = "feedback_gap"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = frozenset({"feedback.rated"})
    state = Ratings

    def start(self) -> Ratings:
        return Ratings()

    def observe(self, state: Ratings, moment: Moment) -> Ratings:
        facts, rule = moment.properties, moment.knowledge.signals[self.name]
        score, scale = facts.get("score"), facts.get("scale")
        if not isinstance(score, int | float):
            return state
        whole = float(scale) if isinstance(scale, int | float) and scale > 0 else (FIVE if score <= FIVE else 10.0)
        got = score / whole * FIVE
        about = str(facts.get("about") or "")[:32]
        known = next((thing for thing in state.things if thing.about == about), Rated(about, 0, 0.0))
        expected = facts.get("expected")
        if isinstance(expected, int | float):
            ought = expected / whole * FIVE
        elif known.times >= rule.number("own_ratings"):
            ought = known.sum / known.times
        else:
            ought = rule.number("usual")
        if ought - got >= rule.number("gap") or got <= rule.number("low"):
            values: dict[str, Value] = {"ought": round(ought, 1), "got": round(got, 1), "about": about}
            moment.signal(self.name, f"rating:{about}", values, _reasons(moment))
        rated = Rated(about, known.times + 1, round(known.sum + got, 3))
        return Ratings(_most((*(t for t in state.things if t.about != about), rated)))

    def merge(self, state: Ratings, older: Ratings) -> Ratings:
        both = {thing.about: thing for thing in state.things}
        for thing in older.things:
            mine = both.get(thing.about, Rated(thing.about, 0, 0.0))
            both[thing.about] = Rated(thing.about, mine.times + thing.times, round(mine.sum + thing.sum, 3))
        return Ratings(_most(tuple(both.values())))


def _reasons(moment: Moment) -> list[Because]:
    wanted, got = moment.properties.get("wanted"), moment.properties.get("got")
    found = [because(moment, "feedback.rated")]
    if isinstance(wanted, str) and wanted and wanted != got:
        found.append(because(moment, f"wanted {wanted}, got {got}"))
    return found


def _most(things: tuple[Rated, ...]) -> tuple[Rated, ...]:
    return tuple(sorted(things, key=lambda t: (-t.times, t.about))[:ABOUT])
