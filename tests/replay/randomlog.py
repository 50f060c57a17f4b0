"""Random logs of a resolved partition: customers, ticks, repetitions, late touchpoints, imports, policies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
from hypothesis import strategies as st

from schemas.records import EVERYONE, Record, Source, Touchpoint, Undecodable

START: Final = 1_767_225_600_000
SECOND, MINUTE, HOUR, DAY = 1000, 60_000, 3_600_000, 86_400_000
STEPS: Final = (0, 1, SECOND, 30 * SECOND, 2 * MINUTE, 30 * MINUTE, 5 * HOUR, DAY, 12 * DAY)
RAW_PARTITIONS: Final = 2
CUSTOMERS: Final = ("ann", "bo", "cai", "loyalty_card:7")
TEXTS: Final = (
    "一直用你们家的，认准了", "太失望了，再也不来了", "a scam, you are the worst", "never again", "I love your tea",
    "hello", None,
)  # fmt: skip


@dataclass(slots=True)
class Writer:
    """Builds a log step by step; each method is one kind of step, `pick` a number to choose details with."""

    other_knowledge: str
    log: list[Record] = field(default_factory=list)
    now: int = START
    run: int = 0
    open_run: bool = False
    raw: list[int] = field(default_factory=lambda: [0] * RAW_PARTITIONS)
    said: list[tuple[str, Touchpoint]] = field(default_factory=list)

    def chat(self, who: str, pick: int) -> None:
        self._own(who, "chat.message", "chat", text=TEXTS[pick % len(TEXTS)], session_id=f"s{pick % 3}")

    def answer(self, who: str, pick: int) -> None:
        self._own(who, "chat.message", "chat", initiator="company", session_id=f"s{pick % 3}")

    def complaint(self, who: str, pick: int) -> None:
        self._own(who, "complaint.opened", "phone", complaint_id=f"c{pick % 2}")

    def settlement(self, who: str, pick: int) -> None:
        facts = {"outcome": "fixed", "satisfied": True}
        self._own(who, "complaint.resolved", "phone", complaint_id=f"c{pick % 2}", properties=facts)

    def mention(self, who: str, pick: int) -> None:
        self._own(who, "social.mentioned", "social", text=TEXTS[pick % len(TEXTS)])

    def purchase(self, who: str, pick: int) -> None:
        self._own(who, "purchase.made", "pos", item_id=f"i{pick % 2}", quantity=1.0, amount=2.5, currency="GBP")

    def entrance(self, who: str, pick: int) -> None:
        self._own(who, "store.entered", "camera", location_id="s1", properties={"confidence": 0.7 + pick % 4 / 10})

    def consent(self, who: str, pick: int) -> None:
        facts = {"scope": ("camera", "profiling")[pick % 2], "granted": pick % 3 > 0}
        self._own(who, "consent.changed", "app", properties=facts)

    def late(self, who: str, pick: int) -> None:
        at = self.now - STEPS[pick % len(STEPS)]
        self._own(who, "chat.message", "chat", at=at, text="hello", session_id=f"s{pick % 3}")

    def history(self, who: str, pick: int) -> None:
        past: dict[str, Any] = {"at": self.now - 400 * DAY + len(self.log) * DAY, "history": f"run-{self.run}"}
        if pick % 2:
            self._own(who, "chat.message", "chat", text=TEXTS[pick % len(TEXTS)], **past)
        else:
            self._own(who, "purchase.made", "pos", item_id="i0", quantity=1.0, **past)

    def repetition(self, who: str, pick: int) -> None:
        """A producer sends again what it has sent before."""
        if self.said:
            key, touchpoint = self.said[-1 - pick % min(len(self.said), 8)]
            self._append(key, touchpoint, self._home(key))

    def resending(self, who: str, pick: int) -> None:
        """Identity was killed and sends the last records of a raw partition again, under the same sources."""
        partition = pick % RAW_PARTITIONS
        last = [record for record in self.log if record.source.partition == partition][-1 - pick % 9 :]
        for record in last:
            self.log.append(record._replace(offset=len(self.log)))

    def nobody(self, who: str, pick: int) -> None:
        event_id = self._name()
        self._append(f"none:{event_id}", self._touchpoint(event_id, "web.viewed", "web"), pick % RAW_PARTITIONS)

    def rubbish(self, who: str, pick: int) -> None:
        self._append(who, Undecodable("truncated", "the body is short", b"\0\1"), self._home(who))

    def tick(self, who: str, pick: int) -> None:
        """All raw partitions tick, or one of them."""
        only = pick % 4 if pick % 4 < RAW_PARTITIONS else None
        for partition in range(RAW_PARTITIONS):
            if only in (None, partition):
                facts = {"partition": partition, "partitions": RAW_PARTITIONS}
                name = f"tick:{self.now}:{partition}"
                tick = self._touchpoint(name, "clock.tick", "system", initiator="company", properties=facts)
                self._append(EVERYONE, tick, partition)

    def policy(self, who: str, pick: int) -> None:
        kind = ("price", "terms", "privacy", "positioning")[pick % 4]
        facts = {"policy_id": "p", "kind": kind, "size": 0.2}
        self._wide("policy.changed", pick % RAW_PARTITIONS, facts)

    def sold_out(self, who: str, pick: int) -> None:
        self._wide("stock.out", pick % RAW_PARTITIONS, {})

    def knowledge(self, who: str, pick: int) -> None:
        self._wide("knowledge.activated", pick % RAW_PARTITIONS, {"version": self.other_knowledge})

    def importing(self, who: str, pick: int) -> None:
        """Begins a run, or ends the one that is open."""
        self.open_run = not self.open_run
        self.run += self.open_run
        kind = "history.begun" if self.open_run else "history.ended"
        for partition in range(RAW_PARTITIONS):
            self._wide(kind, partition, {"run": f"run-{self.run}"})

    def _own(self, who: str, kind: str, channel: str, **fields: Any) -> None:
        touchpoint = self._touchpoint(self._name(), kind, channel, **fields)
        self.said.append((who, touchpoint))
        self._append(who, touchpoint, self._home(who))

    def _wide(self, kind: str, partition: int, facts: dict[str, Any]) -> None:
        touchpoint = self._touchpoint(self._name(), kind, "system", initiator="company", properties=facts)
        self._append(EVERYONE, touchpoint, partition)

    def _touchpoint(
        self, event_id: str, kind: str, channel: str, *, at: int | None = None, initiator: str = "customer",
        properties: dict[str, Any] | None = None, **fields: Any,
    ) -> Touchpoint:  # fmt: skip
        facts = None if properties is None else msgspec.json.encode(properties).decode()
        moment = self.now if at is None else at
        return Touchpoint(event_id, kind, moment, 60, channel, initiator, properties=facts, **fields)

    def _append(self, key: str, body: Touchpoint | Undecodable, partition: int) -> None:
        source = Source(partition, self.raw[partition], 0)
        self.raw[partition] += 1
        self.log.append(Record(len(self.log), key, source, body))

    def _name(self) -> str:
        return f"e{len(self.log)}"

    @staticmethod
    def _home(who: str) -> int:
        return len(who) % RAW_PARTITIONS


Step = Callable[[Writer, str, int], None]
USUAL: Final[tuple[Step, ...]] = (
    Writer.chat, Writer.answer, Writer.complaint, Writer.settlement, Writer.mention, Writer.purchase, Writer.entrance,
    Writer.consent, Writer.late, Writer.history, Writer.tick, Writer.tick, Writer.tick, Writer.policy, Writer.importing,
)  # fmt: skip
FAULTS: Final[tuple[Step, ...]] = (
    Writer.repetition, Writer.resending, Writer.nobody, Writer.rubbish, Writer.sold_out, Writer.knowledge,
)  # fmt: skip


@st.composite
def logs(draw: st.DrawFn, other_knowledge: str, longest: int = 80) -> list[Record]:
    """A log in which everything happens that can happen to a partition."""
    steps = st.tuples(
        st.sampled_from(USUAL + FAULTS), st.sampled_from(CUSTOMERS), st.integers(0, 20), st.sampled_from(STEPS)
    )
    writer = Writer(other_knowledge)
    for step, who, pick, pause in draw(st.lists(steps, min_size=3, max_size=longest)):
        writer.now += pause
        step(writer, who, pick)
    return writer.log
