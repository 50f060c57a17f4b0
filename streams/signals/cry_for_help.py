"""They ask for help, or worry (S2-06, S2-09)."""

from __future__ import annotations

from typing import ClassVar

from schemas.records import Because
from streams.alerts.cases import close_matter
from streams.customers.moment import Moment
from streams.signals.detector import Nothing, Stateless
from streams.signals.matter import by_staff, matter_of
from streams.signals.outgoing import heard_from
from streams.texts.crying import cry
from streams.texts.listening import SHOWN

PREFIX = "help:"
ASKING = frozenset({"social.mentioned", "social.posted", "chat.message"})


class CryForHelp(Stateless):
    """Fires when a mention, a post or a chat of the customer has a worry in it, or a question (texts.yaml:
    intents, cries). Something wrong that presses ("no staff, gonna miss my train") is a worry without the
    word. Praise is no cry: a question in praise ("how are you so good?") is silent, a worry beside praise is
    not. A worry that the same words deny ("not worried at all") is none. Quiet a matter. A word by staff
    closes it: on that matter, or, where neither names one, whatever is open; so does a complaint that is
    resolved. No state."""

    name: ClassVar[str] = "cry_for_help"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = ASKING | {
        "message.sent", "call.started", "agent.asked", "agent.answered", "agent.refused", "agent.promised",
        "agent.apologised", "agent.fulfilled", "complaint.resolved",
    }  # fmt: skip

    def observe(self, state: Nothing, moment: Moment) -> Nothing:
        touchpoint = moment.touchpoint
        assert touchpoint is not None
        named = matter_of(moment)
        if by_staff(moment) or touchpoint.type == "complaint.resolved":
            _answered(moment, named)
        elif touchpoint.type in ASKING:
            heard = heard_from(moment)
            found = cry(heard) if heard is not None else None
            if found is not None:
                intent, words = found[0], found[1][:SHOWN]
                reason = Because(event_id=moment.event_id, what=f"intent.{intent}: {words}")
                values = {"intent": intent, "found": words}
                moment.signal(self.name, f"{PREFIX}{named or ''}", values, [reason])
        return state


def _answered(moment: Moment, named: str | None) -> None:
    open_ = [case.matter for case in moment.customer.cases if case.matter.startswith(PREFIX)]
    for matter in open_:
        if matter == PREFIX or named is None or matter == f"{PREFIX}{named}":
            close_matter(moment, matter, "answered")
