"""Numbers of all customers together, against which one of them is held."""

from __future__ import annotations

from streams.customers.moment import Moment


def of_the_crowd(moment: Moment, signal: str, name: str) -> float:
    """What was last broadcast as `signal.name`; the number of that name in the rule, before anything was."""
    known = moment.crowd.get(f"{signal}.{name}")
    return moment.knowledge.signals[signal].number(name) if known is None else known
