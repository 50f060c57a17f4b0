"""Nobody has answered (S1-11 smooth and timely feedback, S2-09)."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from schemas.records import Because, Touchpoint, Value
from streams.alerts.cases import close_matter
from streams.customers.customer import Timer
from streams.customers.ids import fingerprint
from streams.customers.kept import joined
from streams.customers.moment import DAY_MS, Moment
from streams.signals.matter import by_staff, matter_of
from streams.signals.outgoing import heard_from
from streams.signals.refusal import asks_nothing_more
from streams.signals.tone import glad_only
from streams.texts.closing import closes, settles

OPEN = 8
"""Questions of one customer that are waited for; the oldest makes room for a ninth."""
MINUTE_MS = 60_000
GLAD = "glad"
SESSION = "session:"
MARK = 0xFFFFFFFF
"""Of the mark of a session what is kept."""
SPOKEN = 4
"""Sessions and channels in which we have spoken that are remembered."""
CHAT, REPLY, MENTION = "chat.message", "message.replied", "social.mentioned"
ASKED = frozenset({CHAT, MENTION, REPLY, "complaint.opened"})
JOINED = frozenset({CHAT, MENTION})
"""Kinds whose lines are one question where they name no matter."""
SPEAKS = frozenset({
    CHAT, "message.sent", "call.started", "agent.asked", "agent.answered", "agent.refused", "agent.promised",
    "agent.fulfilled", "agent.apologised",
})  # fmt: skip
"""Kinds in which we speak."""
CLOSES = ASKED - {"complaint.opened"}
"""Kinds in which a line may be the goodbye."""


class Question(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What the customer asked; `named` tells whether the touchpoint itself named the matter.

    `quiet_until`: once its norm is over, from when on words whose own norm ends then are a question anew.
    `session`: a mark of the one in which they asked, where the matter is named by something else; 0 is none.
    `glad`: they have but praised or thanked us so far.
    """

    matter: str
    named: bool
    type: str
    at: int
    quiet_until: int = 0
    session: int = 0
    glad: bool = False


class Waiting(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """`spoken`: when we last spoke, by session, else by channel; a machine's messages, too, for they are thanked."""

    questions: tuple[Question, ...] = ()
    answered_at: int = 0
    spoken: dict[str, int] = {}


class Unanswered:
    """Fires when the norm of a question's kind has passed and no person of ours has spoken.

    The norm runs from the question's own time; an answer at the very end of it is in
    time. An answer that names a matter answers that matter, what was asked in its session whatever it names, and the
    questions that named none; one that names none answers them all. A question that comes in late, older
    than our last word, was answered by it. Fires once a question; more words on an
    open matter do not start it anew. Lines of a chat that name no matter are one, as calls are, and so are mentions in
    public, for 24 hours or until we answer: people write a question in several lines. Who is merely glad is thanked
    (`values.tone` is `glad`, severity info); what they ask later in the same matter is a question of its own time.
    A reply that only takes its channel back asks nothing (one that wants something told or sent besides asks that), and
    nor does a line of thanks, an ok, a goodbye, a polite no or gladness that it is done (texts.yaml: replies) once we
    have spoken in that session, or by that channel where it names none: a message however long ago, else within 24
    hours. The first word of a session is a question, whatever it says.
    """

    name: ClassVar[str] = "unanswered"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = ASKED | SPEAKS | {"complaint.resolved"}
    state = Waiting

    def start(self) -> Waiting:
        return Waiting()

    def observe(self, state: Waiting, moment: Moment) -> Waiting:
        touchpoint = moment.touchpoint
        assert touchpoint is not None
        if touchpoint.type in SPEAKS and touchpoint.initiator == "company":
            state = _spoke(state, moment.at, touchpoint)
        if by_staff(moment) or touchpoint.type == "complaint.resolved":
            return self._answered(state, moment)
        if touchpoint.type not in ASKED or touchpoint.initiator != "customer":
            return state
        if asks_nothing_more(moment) or _closes(state, moment, touchpoint):
            return state
        return self._asked(state, moment, touchpoint.type)

    def _asked(self, state: Waiting, moment: Moment, kind: str) -> Waiting:
        named = matter_of(moment)
        matter = named or f"event:{moment.event_id}"
        norm = moment.knowledge.signals[self.name].numbers("norms_minutes").get(kind)
        if norm is None or moment.at <= state.answered_at:
            return state
        due = moment.at + round(norm * MINUTE_MS)
        session, glad = _asked_in(moment, matter), kind in CLOSES and glad_only(moment)
        known = next((q for q in state.questions if q.matter == matter), None)
        if known is None and named is None and kind in JOINED:
            known = _goes_on(state, kind, moment.at)
        over = {matter}
        if known is not None and known.glad and not glad and moment.at >= known.at:
            if not known.quiet_until and known.matter != matter:  # one answer is due, and that is to the question
                over.add(known.matter)
                moment.disarm(self.name, known.matter)
        elif known is not None and (not known.quiet_until or due < known.quiet_until or known.matter != matter):
            return _asked_again(state, known, moment.at, session)
        kept = tuple(q for q in state.questions if q.matter not in over)
        if len(kept) == OPEN:
            moment.disarm(self.name, kept[0].matter)
            kept = kept[1:]
        moment.arm(self.name, matter, due)
        question = Question(matter, named is not None, kind, moment.at, session=session, glad=glad)
        return msgspec.structs.replace(state, questions=(*kept, question))

    def _answered(self, state: Waiting, moment: Moment) -> Waiting:
        about = _about(moment)
        sessions = {fingerprint(name) & MARK for name in about if name.startswith(SESSION)}
        kept: list[Question] = []
        for question in state.questions:
            other = bool(about) and question.named and question.matter not in about and question.session not in sessions
            if other or question.at > moment.at:
                kept.append(question)
                continue
            moment.disarm(self.name, question.matter)
            close_matter(moment, question.matter, "answered")
        return Waiting(tuple(kept), max(state.answered_at, moment.at), state.spoken)

    def due(self, state: Waiting, timer: Timer, moment: Moment) -> Waiting:
        question = next((q for q in state.questions if q.matter == timer.key), None)
        if question is None:
            return state
        minutes = round((timer.due - question.at) / MINUTE_MS)
        reason = Because(event_id=timer.cause, what=question.type)
        values: dict[str, Value] = {"asked": question.type, "norm_minutes": minutes}
        if question.glad:
            values["tone"] = GLAD
        said = moment.signal(self.name, question.matter, values, [reason], "info" if question.glad else None)
        # What was quiet is so because of an earlier question: the next words are measured by that one's quiet again.
        quiet = round(moment.knowledge.signals[self.name].quiet_days * DAY_MS) if said is not None else 0
        told = msgspec.structs.replace(question, quiet_until=moment.at + quiet)
        questions = tuple(told if q is question else q for q in state.questions)
        return msgspec.structs.replace(state, questions=questions)

    def merge(self, state: Waiting, older: Waiting) -> Waiting:
        known = {q.matter for q in state.questions}
        others = tuple(q for q in older.questions if q.matter not in known)
        questions = (*others, *state.questions)[-OPEN:]
        spoken = joined(state.spoken, older.spoken, SPOKEN)
        return Waiting(questions, max(state.answered_at, older.answered_at), spoken)


def _spoke(state: Waiting, at: int, touchpoint: Touchpoint) -> Waiting:
    where = _session(touchpoint) or touchpoint.channel
    return msgspec.structs.replace(state, spoken=joined({where: at}, state.spoken, SPOKEN))


def _session(touchpoint: Touchpoint) -> str | None:
    return f"{SESSION}{touchpoint.session_id}" if touchpoint.session_id else None


def _asked_again(state: Waiting, known: Question, at: int, session: int) -> Waiting:
    """The same matter in another session: an answer in the one in which they asked last is an answer."""
    if not session or session == known.session or at < known.at:
        return state
    again = msgspec.structs.replace(known, session=session)
    return msgspec.structs.replace(state, questions=tuple(again if q is known else q for q in state.questions))


def _asked_in(moment: Moment, matter: str) -> int:
    """The mark of the session, unless the matter says it anyway."""
    session = _session(moment.touchpoint) if moment.touchpoint is not None else None
    return 0 if session is None or session == matter else fingerprint(session) & MARK


def _closes(state: Waiting, moment: Moment, touchpoint: Touchpoint) -> bool:
    """Whether we have spoken there before, and nothing is left to say."""
    if touchpoint.type not in CLOSES or not touchpoint.text:
        return False
    session = state.spoken.get(_session(touchpoint) or "")
    channel = state.spoken.get(touchpoint.channel)
    if channel is not None and touchpoint.type != REPLY and moment.at - channel >= DAY_MS:
        channel = None
    spoken = [at for at in (session, channel) if at is not None and at <= moment.at]
    return bool(spoken) and (closes(moment.knowledge.texts, touchpoint.text) or _settled(moment, touchpoint.text))


def _settled(moment: Moment, text: str) -> bool:
    """Whether they say gladly that it is done, and neither ask, complain, threaten nor want anything."""
    if not settles(moment.knowledge.texts, text):
        return False
    heard = heard_from(moment)
    if heard is None or heard.intents not in ((), ("praise",)) or heard.said("wish"):
        return False
    plain = heard.said("reply").keys() <= {"matter", "mended", "hollow"} and not heard.turned
    return plain and not heard.displeased


def _goes_on(state: Waiting, kind: str, at: int) -> Question | None:
    """What waits since less than a day and names no matter: the next line of its kind is the same question."""
    latest = reversed(state.questions)
    return next((q for q in latest if q.type == kind and not q.named and 0 <= at - q.at < DAY_MS), None)


def _about(moment: Moment) -> set[str]:
    """The matters that an answer names: its own, and the session in which it is given (a topic is no other matter)."""
    touchpoint = moment.touchpoint
    names = {matter_of(moment), _session(touchpoint) if touchpoint is not None else None}
    return {name for name in names if name is not None}
