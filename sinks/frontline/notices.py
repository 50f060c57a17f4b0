"""What somebody is to be told, and whether still: a pure fold of alerts, their changes and the ledger.

A notice is an alert, or a change of one that concerns somebody new or is grave. Its id is that of its record, so it is
the same after any restart. Whether it is still to be told is looked at before each attempt.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal, NamedTuple, TypeAlias

import msgspec

from console.live.item import POP_MS, Item
from console.live.standing import Standing
from schemas.records import SEVERITIES, Alert, AlertChange, Emitted, Severity
from sinks.frontline.config import Delivery, Receiver
from sinks.frontline.ledger import OVER, Entry, Ledger
from sinks.frontline.pacing import ENDED, IN_HAND, NOW_ONLY, PASSED, SAME_CASE, has_room
from streams.customers.moment import RANK

Kind: TypeAlias = Literal["opened", "escalated", "reassigned", "raised", "reopened"]

TAKEN, SNOOZED, HANDED_ON, OWN, UNKNOWN = "taken", "snoozed", "handed_on", "own_alert", "alert_unknown"
"""Further reasons why a notice is not sent: somebody has the alert in hand; put it off, and it will be open again;
handed it to another team meanwhile; it would escalate to the team whose alert it is; the alert itself is no longer on
its topic."""
FIRST_PAUSE_MS: Final = 2_000
LONGEST_PAUSE_MS: Final = 600_000
LONGEST_REST_MS: Final = 60_000
"""How long a receiver that has failed several times in a row is left alone, whatever waits for it."""
SIGNAL_MS: Final = 2_000
"""An alert and the signal that asked for it come on two topics: so long the one waits for the other."""
ALERT_MS: Final = 60_000
"""The same for a change and its alert, which may be of two teams."""
LOOK_MS: Final = 1_000

_KINDS: Final[dict[str, Kind]] = {
    "escalated": "escalated", "reassigned": "reassigned", "raised": "raised", "reopened": "reopened",
}  # fmt: skip


class Notice(msgspec.Struct, frozen=True, gc=False):
    """`at`: when it happened; `logged_at`: when Kafka took it in; `seen_at`: when we read it; milliseconds."""

    id: str
    kind: Kind
    alert: str
    team: str
    at: int
    logged_at: int
    seen_at: int
    reason: str = ""
    by: str = ""


class Pick(NamedTuple):
    """What is to be told now. `doubtful`: an attempt at it was begun by a process that died."""

    notice: Notice
    item: Item
    receiver: Receiver
    severity: Severity
    attempts: int
    doubtful: bool


class Dropped(NamedTuple):
    notice: Notice
    receiver: str
    severity: Severity
    why: str


class _Waits(msgspec.Struct):
    notice: Notice
    not_before: int
    attempts: int
    doubtful: bool


class Notices:
    """Everything that waits, by receiver; at most one is under way to each. Not for several threads."""

    def __init__(self, delivery: Delivery, ledger: Ledger) -> None:
        self._delivery = delivery
        self._ledger = ledger
        self._standing = Standing()
        self._cases: dict[str, set[str]] = {}
        self._unrouted: dict[str, Notice] = {}  # of whose alert nothing is known yet
        self._waiting: dict[str, dict[str, _Waits]] = {name: {} for name in delivery.receivers}
        self._dead: dict[tuple[str, str], Notice] = {}
        self._look_at = dict.fromkeys(delivery.receivers, 0)
        self._failures = dict.fromkeys(delivery.receivers, 0)
        self._rests_until = dict.fromkeys(delivery.receivers, 0)
        self._under_way: set[str] = set()
        self.dropped: list[Dropped] = []
        """What was decided not to be sent, to be written into the ledger and then forgotten here."""
        self.left: list[Pick] = []
        """What may have arrived and is not sent again, to be written as not delivered and then forgotten here."""

    def take(self, output: Emitted, logged_at: int, now: int) -> None:
        """One more record of the alert topics or of what stands behind them."""
        self._standing.take(output)
        notice = _notice(output, logged_at, now)
        if notice is None:
            return
        if isinstance(output, Alert):
            item = self._standing.get(output.id)
            if item is not None:
                self._cases.setdefault(item.matter, set()).add(item.id)
            self._route(notice, output.severity)
            for each in [each for each in self._unrouted.values() if each.alert == output.id]:
                del self._unrouted[each.id]
                self._route(each, _severity(each, output))
        elif (item := self._standing.get(notice.alert)) is not None:
            self._route(notice, _severity(notice, item.alert))
        else:
            self._unrouted[notice.id] = notice

    def again(self, notice: str, receiver: str) -> None:
        """Somebody wants a dead notice to be told after all."""
        found = self._dead.pop((notice, receiver), None)
        if found is not None:
            self._waiting[receiver][notice] = _Waits(found, 0, 0, False)
            self._look_at[receiver] = 0

    def next(self, receiver: Receiver, now: int) -> Pick | None:
        """What this receiver is to be told now: the gravest first, then the soonest due."""
        name = receiver.name
        if name in self._under_way or now < self._rests_until[name] or now < self._look_at[name]:
            return None
        waiting = self._waiting[name]
        for waits, item, severity in self._candidates(name, now):
            if (why := self._why_not(waits.notice, item, receiver, now)) is not None:
                del waiting[waits.notice.id]
                self.dropped.append(Dropped(waits.notice, name, severity, why))
            elif waits.doubtful and receiver.in_doubt == "leave":
                del waiting[waits.notice.id]
                self._dead[waits.notice.id, name] = waits.notice
                self.left.append(Pick(waits.notice, item, receiver, severity, waits.attempts, True))
            elif waits.not_before <= now and not self._unclear(waits.notice, item, now):
                if self._fits(item, severity, receiver, now):
                    self._under_way.add(name)
                    return Pick(waits.notice, item, receiver, severity, waits.attempts + 1, waits.doubtful)
                if _signal(item) in NOW_ONLY:
                    del waiting[waits.notice.id]
                    self.dropped.append(Dropped(waits.notice, name, severity, PASSED))
        self._look_at[name] = now + LOOK_MS
        return None

    def done(self, pick: Pick, state: Literal["sent", "dead"]) -> None:
        """It has arrived, or it never will."""
        self._end(pick)
        del self._waiting[pick.receiver.name][pick.notice.id]
        self._failures[pick.receiver.name] = 0
        if state == "dead":
            self._dead[pick.notice.id, pick.receiver.name] = pick.notice

    def failed(self, pick: Pick, now: int, wait_ms: int = 0) -> None:
        """Not this time: after a pause that doubles; meanwhile others may try, one in a while."""
        self._end(pick)
        name = pick.receiver.name
        self._failures[name] += 1
        rest = max(min(pause(self._failures[name]), LONGEST_REST_MS), wait_ms) if self._failures[name] > 1 else wait_ms
        self._rests_until[name] = now + rest
        waits = self._waiting[name][pick.notice.id]
        waits.attempts, waits.doubtful = pick.attempts, False
        waits.not_before = now + max(pause(pick.attempts), wait_ms)

    def waiting(self, receiver: str) -> int:
        return len(self._waiting[receiver])

    def oldest_trouble(self, receiver: str, now: int) -> int:
        """For how long (ms) what has been tried in vain has been waiting."""
        tried = [each.notice.logged_at for each in self._waiting[receiver].values() if each.attempts]
        return max(0, now - min(tried)) if tried else 0

    def lost(self, now: int) -> None:
        """Lets go of changes whose alert does not come: it is older than its topic."""
        for each in [each for each in self._unrouted.values() if now - each.seen_at > ALERT_MS]:
            del self._unrouted[each.id]
            for receiver in self._delivery.told(each.team, "critical"):
                if each.logged_at >= self._ledger.since.get(receiver.name, 0):
                    self.dropped.append(Dropped(each, receiver.name, "critical", UNKNOWN))

    def _route(self, notice: Notice, severity: Severity) -> None:
        for receiver in self._delivery.told(notice.team, severity):
            if notice.logged_at < self._ledger.since.get(receiver.name, 0):
                continue
            entry = self._ledger.get(notice.id, receiver.name)
            if entry is not None and entry.state in OVER:
                if entry.state == "dead":
                    self._dead[notice.id, receiver.name] = notice
                continue
            self._waiting[receiver.name].setdefault(notice.id, _waits(notice, entry))
            self._look_at[receiver.name] = 0

    def _candidates(self, name: str, now: int) -> Iterator[tuple[_Waits, Item, Severity]]:
        found = []
        for waits in list(self._waiting[name].values()):
            item = self._standing.get(waits.notice.alert)
            if item is None:  # it was over for so long that it is forgotten
                del self._waiting[name][waits.notice.id]
                self.dropped.append(Dropped(waits.notice, name, "info", ENDED))
                continue
            found.append((waits, item, _severity(waits.notice, item.alert)))
        found.sort(key=lambda each: (-RANK[each[2]], each[0].attempts, each[1].alert.due_at, each[0].notice.id))
        return iter(found)

    def _why_not(self, notice: Notice, item: Item, receiver: Receiver, now: int) -> str | None:
        if item.done:
            return ENDED
        if item.state == "acknowledged" and item.changed_at >= notice.at:
            return TAKEN
        if notice.kind == "opened" and item.state == "snoozed":
            return SNOOZED
        if notice.kind in ("opened", "reassigned") and item.team != notice.team:
            return HANDED_ON
        if notice.kind == "escalated" and item.team == notice.team:
            return OWN
        if _signal(item) in (*IN_HAND, *NOW_ONLY) and now - notice.logged_at > POP_MS:
            return PASSED
        if notice.kind == "opened" and self._has_case(item, receiver.name):
            return SAME_CASE
        return None

    def _has_case(self, item: Item, receiver: str) -> bool:
        """Whether the receiver was told of the same case already, for another team that has it still."""
        for other in self._cases.get(item.matter, set()) - {item.id}:
            entry = self._ledger.get(other, receiver)
            found = self._standing.get(other)
            if entry is not None and entry.state in ("sent", "trying") and found is not None and not found.done:
                return True
        return False

    def _unclear(self, notice: Notice, item: Item, now: int) -> bool:
        """Whether the signal that says what it is about may still be on its way."""
        return item.behind is None and now - notice.seen_at < SIGNAL_MS

    def _fits(self, item: Item, severity: Severity, receiver: Receiver, now: int) -> bool:
        if not receiver.a_day or _signal(item) in IN_HAND:
            return True
        sent, infos = self._ledger.sent(receiver.name, now)
        graver = any(
            found is not None and _severity(each.notice, found.alert) != "info"
            for each in self._waiting[receiver.name].values()
            if (found := self._standing.get(each.notice.alert))
        )
        return has_room(
            severity, least=sent // receiver.members, infos=infos, members=receiver.members, a_day=receiver.a_day,
            others_wait=graver,
        )  # fmt: skip

    def _end(self, pick: Pick) -> None:
        self._under_way.discard(pick.receiver.name)
        self._look_at[pick.receiver.name] = 0


def pause(attempts: int) -> int:
    """Milliseconds until the next attempt after so many."""
    return min(FIRST_PAUSE_MS << min(attempts - 1, 20), LONGEST_PAUSE_MS)


def _waits(notice: Notice, entry: Entry | None) -> _Waits:
    if entry is None or entry.state == "again":
        return _Waits(notice, 0, 0, False)
    doubtful = entry.state == "trying"
    return _Waits(notice, 0 if doubtful else entry.at + pause(entry.attempts), entry.attempts, doubtful)


def _notice(output: Emitted, logged_at: int, now: int) -> Notice | None:
    match output:
        case Alert(history=None):
            return Notice(output.id, "opened", output.id, output.team, output.at, logged_at, now)
        case AlertChange(history=None) if output.state in _KINDS:
            return Notice(
                output.id, _KINDS[output.state], output.alert_id, output.team, output.at, logged_at, now,
                output.reason or "", output.by or "",
            )  # fmt: skip
        case _:
            return None


def _severity(notice: Notice, alert: Alert) -> Severity:
    """What is raised is graver than it was when it was opened, by one word at least."""
    rank = SEVERITIES.index(alert.severity) + (notice.kind == "raised")
    return SEVERITIES[min(rank, len(SEVERITIES) - 1)]


def _signal(item: Item) -> str:
    return "" if item.behind is None else item.behind.name
