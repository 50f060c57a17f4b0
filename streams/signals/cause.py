"""What a complaint is about: as it says by name, else as its words tell (S1-23)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from streams.customers.moment import Moment
from streams.knowledge.marks import UNCLEAR
from streams.signals.outgoing import heard_from
from streams.texts.listening import Heard

SURE: Final = 0.5
"""Share of 1 from which the cause that a text tells counts: likelier than all others together."""
COMPLAINS: Final = frozenset({"complaint.opened", "complaint.reopened"})


def named_cause(moment: Moment) -> str | None:
    """The `cause` that the touchpoint names."""
    value = moment.properties.get("cause")
    return value if isinstance(value, str) and value else None


def told_cause(moment: Moment) -> str | None:
    """The cause that the words of a complaint tell (texts.yaml: causes); None for what is no complaint, or not clear.

    It is clear where it is likelier than all others together, or the likeliest and the only one that a list names.
    Costs tens of microseconds: only for complaints, which are few.
    """
    touchpoint = moment.touchpoint
    if touchpoint is None or touchpoint.type not in COMPLAINS:
        return None
    heard = heard_from(moment)
    return _clear_cause(heard) if heard is not None else None


def told_again(moment: Moment, known: Collection[str]) -> str | None:
    """The one of these causes that somebody comes back about in other words than a complaint's: they worry, complain,
    press or say that it has failed, and the words tell that cause clearly. Looks only where there are some."""
    if not known or moment.touchpoint is None or moment.touchpoint.type in COMPLAINS:
        return None
    heard = heard_from(moment)
    if heard is None or not _displeased(heard):
        return None
    told = _clear_cause(heard)
    return told if told in known else None


def _displeased(heard: Heard) -> bool:
    if "praise" in heard.said("intent"):
        return False
    wants = heard.said("intent").keys() & {"worry", "complaint"}
    return bool(wants or heard.said("pressure") or "relapse" in heard.said("reply") or "plight" in heard.said("cry"))


def _clear_cause(heard: Heard) -> str | None:
    told = heard.cause()
    if told.name == UNCLEAR:
        return None
    return told.name if told.share >= SURE or set(heard.said("cause")) - {UNCLEAR} == {told.name} else None
