"""How what customers say or do sounds: from -1, as bad as can be, to 1."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from streams.customers.moment import Moment
from streams.knowledge.marks import POLITE, Texts
from streams.signals.outgoing import heard_from
from streams.texts.closing import closes
from streams.texts.listening import Heard

SIDES: Final = {("positive",): 1.0, ("negative",): -1.0, ("positive", "negative"): 0.0}
"""By the lists of feelings in a text (texts.yaml; what it denies is not felt). The model of feelings is surer, and
costs tens of microseconds a text."""
MEANT: Final = {"praise": "positive", "complaint": "negative"}
"""How they feel who praise or complain in words that name no feeling."""
OTHERWISE: Final = frozenset({"feedback.rated", "complaint.resolved"})
"""Touchpoints that say how they feel by more than words."""
COMPLAINS: Final = frozenset({"complaint.opened", "complaint.reopened"})
WORDLESS: Final = OTHERWISE | COMPLAINS
"""Touchpoints that need no words to say how they feel."""
GLAD: Final = 0.7
"""Share of 1 from which a text is surely glad."""
ASKS: Final = re.compile("[?？]")
FAILURES: Final = frozenset({"defect", "late", "cancelled"})
"""Causes whose words say that something failed. Those of the others are of things, which praise names as well."""


def sincere(heard: Heard) -> bool:
    """Whether praise in these words is meant: nothing turns it round, and what they say failed has been mended."""
    if heard.turned:
        return False
    fails = "negative" in heard.said("sentiment") or not FAILURES.isdisjoint(heard.said("cause"))
    return not fails or "mended" in heard.said("reply")


def praises(heard: Heard) -> bool:
    """Praise that is meant, and neither a complaint nor a worry beside it."""
    said = heard.said("intent")
    return "praise" in said and {"complaint", "worry"}.isdisjoint(said) and sincere(heard)


def merely_thanks(texts: Texts, heard: Heard) -> bool:
    """Whether all of its words of praise are but polite (texts.yaml: replies, polite)."""
    return {heard.low[start:end] for start, end in heard.spans("intent", "praise")} <= _polite(texts)


@lru_cache(maxsize=4)
def _polite(texts: Texts) -> frozenset[str]:
    """Of all languages together: people mix them."""
    mark = texts.mark("reply", POLITE)
    return frozenset(word for _, words in (mark.words if mark else ()) for word in words)


def glad_only(moment: Moment) -> bool:
    """Whether they praise or are glad, surely and meaning it, and neither ask nor want nor miss anything: the words
    want no answer but thanks."""
    heard = heard_from(moment)
    if heard is None or not {"praise"}.issuperset(heard.intents):
        return False
    if heard.said("wish") or heard.said("pressure") or ASKS.search(heard.low):
        return False
    if not heard.said("intent") and heard.said("sentiment").keys() != {"positive"}:
        return False
    if not sincere(heard) or heard.displeased:
        return False
    if "praise" in heard.said("intent") and closes(moment.knowledge.texts, heard.text):
        return True
    feeling = heard.sentiment()
    return feeling.name == "positive" and feeling.share >= GLAD


def tone_of(moment: Moment) -> float | None:
    """Of a rating its place on the scale, of a complaint -1, of one that was settled well 1, of other words
    which feelings are in them, praise that mocks being the contrary; None where nothing says.

    A rating without a scale is one of five, or of ten where it is above five.
    """
    touchpoint = moment.touchpoint
    assert touchpoint is not None
    if not touchpoint.text and touchpoint.type not in WORDLESS:
        return None
    if touchpoint.type == "feedback.rated":
        return _rated(moment.properties.get("score"), moment.properties.get("scale"))
    if touchpoint.type in COMPLAINS:
        return -1.0
    if touchpoint.type == "complaint.resolved":
        satisfied = moment.properties.get("satisfied")
        return None if not isinstance(satisfied, bool) else 1.0 if satisfied else -1.0
    heard = heard_from(moment)
    if heard is None:
        return None
    said = set(heard.said("sentiment")) or {MEANT[each] for each in heard.said("intent") if each in MEANT}
    if said == {"positive"} and heard.turned:
        return -1.0
    return SIDES.get(tuple(side for side in ("positive", "negative") if side in said))


def _rated(score: object, scale: object) -> float | None:
    if not isinstance(score, int | float):
        return None
    whole = float(scale) if isinstance(scale, int | float) and scale > 0 else (5.0 if score <= 5 else 10.0)
    return max(-1.0, min(1.0, 2 * score / whole - 1))
