"""What a customer probably is to us while nothing is declared yet. Pure."""

from __future__ import annotations

from rapport.customers.known import Likely, Standing
from streams.knowledge.model import Knowledge


def leaning(standing: Standing, knowledge: Knowledge) -> Likely | None:
    """The type that is as likely as one that is declared, while the customer counts as not known yet.

    None where a type is declared, or none leads by the margin that a declaration asks for.
    """
    shifts = knowledge.shifts
    if standing.type != shifts.start:
        return None
    first, second, *_ = *sorted(standing.likely, key=lambda each: -each.probability), *[Likely("", 0.0)] * 2
    leads = first.probability >= shifts.declare and first.probability - second.probability >= shifts.margin
    return first if leads and first.type != standing.type else None
