"""Two of us have answered the same question differently (S1-11, S1-13)."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from streams.alerts.cases import close_matter
from streams.customers.ids import fingerprint
from streams.customers.moment import DAY_MS, Moment, because
from streams.knowledge.model import Knowledge
from streams.signals.detector import News, Timeless
from streams.signals.same_answer import spelt_alike

TOPICS = 8
"""Topics of which the last answer is remembered."""
LETTERS = 24


class Answer(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A mark of what was answered on a topic, and its first letters."""

    topic: str
    mark: int
    said: str
    at: int


class Answers(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """`changed` is when a policy of ours last changed."""

    last: tuple[Answer, ...] = ()
    changed: int = 0


class ContradictoryAnswers(Timeless[Answers]):
    """Fires when an `agent.answered` on a topic says something else than the last one within `days`, unless a policy
    was changed between them. Spelling makes no difference, and numbers are compared as numbers. The case ends when
    the topic is answered as the last time, by whomever: we have one voice then."""

    name: ClassVar[str] = "contradictory_answers"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = frozenset({"agent.answered"})
    meets: ClassVar[frozenset[str]] = frozenset({"policy.changed"})
    state = Answers

    def start(self) -> Answers:
        return Answers()

    def observe(self, state: Answers, moment: Moment) -> Answers:
        topic, said = moment.properties.get("topic"), moment.properties.get("answer")
        if not isinstance(topic, str) or not isinstance(said, str) or not topic or not said:
            return state
        rule = moment.knowledge.signals[self.name]
        same = spelt_alike(said, rule.words("money"))
        answer = Answer(topic[:LETTERS], fingerprint(same) & 0xFFFFFFFF, said[:LETTERS], moment.at)
        known = next((each for each in state.last if each.topic == answer.topic), None)
        if known is not None:
            first, second = sorted((known, answer), key=lambda each: each.at)
            recent = second.at - first.at <= rule.number("days") * DAY_MS
            if recent and first.mark != second.mark and not first.at < state.changed <= second.at:
                values = {"topic": answer.topic, "before": first.said, "now": second.said}
                moment.signal(self.name, f"topic:{answer.topic}", values, [because(moment, "agent.answered")])
            elif first.mark == second.mark and answer is second:
                close_matter(moment, f"topic:{answer.topic}", "answered with one voice")
            if answer is first:
                return state  # It came late: the later one is what holds.
        return Answers((*(each for each in state.last if each is not known), answer)[-TOPICS:], state.changed)

    def concerns(self, news: News, knowledge: Knowledge) -> bool:
        return True

    def meet(self, state: Answers, news: News, moment: Moment) -> Answers:
        return Answers(state.last, max(state.changed, news.at)) if state.last else state

    def merge(self, state: Answers, older: Answers) -> Answers:
        by_topic = {each.topic: each for each in (*older.last, *state.last)}
        last = sorted(by_topic.values(), key=lambda each: (each.at, each.topic))[-TOPICS:]
        return Answers(tuple(last), max(state.changed, older.changed))
