"""What a complaint is about: as it says by name, else as its words tell (S1-23)."""

from __future__ import annotations

from typing import Final

from streams.customers.moment import Moment
from streams.knowledge.marks import UNCLEAR
from streams.signals.outgoing import heard_from

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
    if heard is None:
        return None
    told = heard.cause()
    if told.name == UNCLEAR:
        return None
    return told.name if told.share >= SURE or set(heard.said("cause")) - {UNCLEAR} == {told.name} else None
