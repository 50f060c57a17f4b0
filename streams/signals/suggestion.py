"""What a suggestion is called (signals.md, Rulings: Suggestions)."""

from __future__ import annotations

from streams.customers.moment import Moment


def suggestion_of(moment: Moment) -> str:
    """The id that the touchpoint names, else that of the suggestion itself: its `event_id`."""
    named = moment.properties.get("suggestion_id")
    return named if isinstance(named, str) and named else moment.event_id
