"""You said, we did (S3-07)."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from schemas.records import Touchpoint, Value
from streams.alerts.cases import close_matter
from streams.customers.kept import joined, newest
from streams.customers.moment import Moment, because
from streams.signals.detector import Timeless
from streams.signals.matter import by_staff
from streams.signals.outgoing import heard_from
from streams.signals.suggestion import suggestion_of
from streams.texts.linting import confided

IDEAS = 12
"""Suggestions of one customer that are remembered."""
IN_WORDS = 4
"""The last ones, whose words are remembered as well."""
WORDS = 120
"""Bytes of the words of one."""
CUT = "…"


class Suggested(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """When each was made, and in which words, by id."""

    ideas: dict[str, int] = {}
    said: dict[str, str] = {}


class SuggestionAdopted(Timeless[Suggested]):
    """Fires when we carry out a suggestion that this customer has made. The case ends when a person of ours has been in
    touch: about that suggestion, or about none by name.

    `values.idea` are the words of the suggestion, shortened; empty where it had none, or confided something."""

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
            ideas = newest({**state.ideas, idea: moment.at}, IDEAS)
            return Suggested(ideas, _in_words({**state.said, idea: _words(moment, touchpoint)}, ideas))
        if idea in state.ideas:
            values: dict[str, Value] = {"suggestion_id": idea, "idea": state.said.get(idea, "")}
            moment.signal(self.name, f"suggestion:{idea}", values, [because(moment, touchpoint.type)])
        return state

    def merge(self, state: Suggested, older: Suggested) -> Suggested:
        ideas = joined(state.ideas, older.ideas, IDEAS)
        return Suggested(ideas, _in_words({**older.said, **state.said}, ideas))


def _words(moment: Moment, touchpoint: Touchpoint) -> str:
    """What they suggested, unless it is not to be brought up: it confides something, or is about such a thing."""
    heard, knowledge = heard_from(moment), moment.knowledge
    if heard is None or touchpoint.category in knowledge.alerts.sensitive or confided(heard, knowledge.texts):
        return ""
    words = " ".join(heard.text.split())
    whole = words.encode()
    return words if len(whole) <= WORDS else whole[: WORDS - len(CUT.encode())].decode(errors="ignore") + CUT


def _in_words(said: dict[str, str], ideas: dict[str, int]) -> dict[str, str]:
    """The words of the last of these ideas."""
    last = newest({idea: at for idea, at in ideas.items() if said.get(idea)}, IN_WORDS)
    return {idea: said[idea] for idea in last}


def _told(moment: Moment) -> None:
    named = moment.properties.get("suggestion_id")
    for case in moment.customer.cases:
        if case.names == (SuggestionAdopted.name,) and named in (None, case.matter.removeprefix("suggestion:")):
            close_matter(moment, case.matter, "told")
