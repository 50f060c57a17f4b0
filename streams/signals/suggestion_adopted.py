"""You said, we did (S3-07)."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from streams.alerts.cases import close_matter
from streams.customers.kept import joined, newest
from streams.customers.moment import Moment, because
from streams.signals.detector import Timeless
from streams.signals.matter import by_staff
from streams.signals.suggestion import suggestion_of

IDEAS = 12
"""Suggestions of one customer that are remembered."""


class Suggested(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """When each was made, by id."""

    ideas: dict[str, int] = {}


class SuggestionAdopted(Timeless[Suggested]):
    """Fires when we carry out a suggestion that this customer has made. The case ends when a person of ours has been in
    touch: about that suggestion, or about none by name."""

    name: ClassVar[str] = "suggestion_adopted"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = frozenset({
        "feedback.suggested", "suggestion.adopted", "agent.answered", "message.sent", "call.started", "chat.message",
    })  # fmt: skip
    state = Suggested

    def start(self) -> Suggested:
        return Suggested()

    def observe(self, state: Suggested, moment: Moment) -> Suggested:
        touchpoint = moment.touchpoint
        assert touchpoint is not None
        if by_staff(moment):
            _told(moment)
            return state
        if touchpoint.type not in ("feedback.suggested", "suggestion.adopted"):
            return state
        idea = suggestion_of(moment)
        if touchpoint.type == "feedback.suggested":
            return Suggested(newest({**state.ideas, idea: moment.at}, IDEAS))
        if idea in state.ideas:
            moment.signal(self.name, f"suggestion:{idea}", {"suggestion_id": idea}, [because(moment, touchpoint.type)])
        return state

    def merge(self, state: Suggested, older: Suggested) -> Suggested:
        return Suggested(joined(state.ideas, older.ideas, IDEAS))


def _told(moment: Moment) -> None:
    named = moment.properties.get("suggestion_id")
    for case in moment.customer.cases:
        if case.names == (SuggestionAdopted.name,) and named in (None, case.matter.removeprefix("suggestion:")):
            close_matter(moment, case.matter, "told")
