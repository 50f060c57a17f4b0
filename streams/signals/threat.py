"""They threaten (S1-32, S0-26)."""

from __future__ import annotations

from typing import ClassVar, Final, cast

from schemas.records import Because, Severity
from streams.alerts.cases import close_matter
from streams.customers.moment import RANK, Moment
from streams.signals.detector import Nothing, Stateless
from streams.signals.matter import matter_of
from streams.signals.outgoing import THEIRS, heard_from
from streams.texts.listening import SHOWN

COMPLAINS: Final = frozenset({"complaint.opened", "complaint.updated", "complaint.reopened"})
"""Who says it there is displeased."""


class Threat(Stateless):
    """Fires when the customer's own words threaten with law, a regulator, the press, a chargeback, a
    boycott, or ask for the manager (texts.yaml: threats, English and Chinese). Each has its severity;
    the gravest of a text counts: to go public or to law is critical. A doubtful word ("your manager",
    发朋友圈) threatens in a complaint, or where the text complains, presses or feels bad; in praise or a
    mere question it does not. What the same words deny ("I am not going to sue you") is no threat, nor is an
    innocent phrase with such a word in it; what is denied twice (别以为我不会) is one. A clause that names another
    opponent (跟前房东打官司), or says that it is over, threatens nobody unless it says "you" (texts.yaml: elsewhere);
    what is over counts where the text complains or presses. What others do or say ("my friend sued you",
    网上有人说), or a question without the customer in it, threatens nobody where they do not complain or press
    besides; what will be shown to the world (`announced`) threatens unless the text is glad. Quiet a matter,
    unless it gets graver; a repeated touchpoint says nothing anew. Its case closes when the complaint is resolved
    to the customer's satisfaction.
    No state."""

    name: ClassVar[str] = "threat"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = THEIRS | {"complaint.resolved"}

    def observe(self, state: Nothing, moment: Moment) -> Nothing:
        matter = f"threat:{matter_of(moment) or ''}"
        touchpoint = moment.touchpoint
        assert touchpoint is not None
        if touchpoint.type == "complaint.resolved":
            if moment.properties.get("satisfied") is True:
                close_matter(moment, matter, "resolved")
            return state
        heard = heard_from(moment)
        said = heard.threats(angry=touchpoint.type in COMPLAINS) if heard is not None else {}
        texts = moment.knowledge.texts
        marks = [mark for name in said if (mark := texts.mark("threat", name)) is not None]
        if marks:
            worst = max(marks, key=lambda mark: RANK[mark.kind])
            words = said[worst.name][:SHOWN]
            reason = Because(event_id=moment.event_id, what=f"threat.{worst.name}: {words}")
            values = {"threat": worst.name, "found": words}
            moment.signal(self.name, matter, values, [reason], cast(Severity, worst.kind))
        return state
