"""How many alerts a person gets in a day (signals.md, Rulings: throttling per recipient is delivery's work).

A case is one card for one person, however many teams it is open for. What is grave, and the card of a call that is
ringing, goes out at once whatever the day has brought, and some room is kept for it. Warnings go as long as there is
room; what can wait only where no warning waits and in the room that is left to it, so that the small matters of a
morning do not take the place of the afternoon's broken promises. Who waits is asked again each day, the most severe and
soonest due first, and not at all once the case is over: nobody is sent what has passed.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from schemas.records import Alert, AlertChange, Severity
from streams.customers.locally import local
from streams.customers.moment import RANK

GRAVE: Final = RANK["error"]
KEPT_SHARE: Final = 1 / 3
"""Of a day's room, for what is grave."""
INFO_SHARE: Final = 0.5
"""Of a day's room, for severity info."""
IN_HAND: Final = ("incoming_call", "asked_twice")
"""Signals about what somebody of ours is doing just now: no interruption, and useless a minute later."""
NOW_ONLY: Final = ("arrival", "right_offer")
"""Signals whose moment passes: what cannot be delivered at once is not delivered."""
OVER: Final = ("resolved", "closed", "expired")
SAME_CASE, PASSED, ENDED, NO_ROOM = "same_case", "moment_passed", "case_over", "no_room"
"""Why an alert was never sent: another team's person has the case; its moment passed; it ended while it waited; the
days ended first."""


def has_room(severity: Severity, *, least: int, infos: int, members: int, a_day: int, others_wait: bool) -> bool:
    """Whether one more of this severity fits in the day of `members` people, of whom nobody got fewer than `least`.

    `infos` of severity info have gone out today; `others_wait`: something graver than that has found no room.
    """
    if RANK[severity] >= GRAVE:
        return True
    if severity == "info" and (others_wait or infos >= INFO_SHARE * a_day * members):
        return False
    return least < (1 - KEPT_SHARE) * a_day


class Sent(NamedTuple):
    """An alert that reached a person, and on which day."""

    alert: Alert
    member: int
    day: date


class _Waits(NamedTuple):
    rank: int
    due_at: int
    id: str
    alert: Alert


class Pacing:
    """The inboxes of `members` people with room for `a_day` alerts each. Fed in order of time."""

    def __init__(self, members: int, a_day: int, time_zone: str) -> None:
        self._a_day = a_day
        self._zone = ZoneInfo(time_zone)
        self._day: date | None = None
        self._today = [0] * members
        self._infos = 0
        self._waiting: dict[str, _Waits] = {}
        self._held: dict[str, str] = {}  # case: the id of the alert that stands for it
        self.sent: list[Sent] = []
        self.not_sent: dict[str, str] = {}
        """Why, by the id of the alert."""
        self.days: list[tuple[int, ...]] = []
        """Of each day that is over: how many alerts every member got."""

    def alert(self, alert: Alert, name: str) -> None:
        """A new alert, of the signal `name`."""
        self._pass(alert.at)
        case = _case(alert)
        if case in self._held:
            self.not_sent[alert.id] = SAME_CASE
            return
        self._held[case] = alert.id
        waits = _Waits(-RANK[alert.severity], alert.due_at, alert.id, alert)
        if name in IN_HAND or self._room(alert):
            self._send(alert)
        elif name in NOW_ONLY:
            self.not_sent[alert.id] = PASSED
        else:
            self._waiting[alert.id] = waits

    def change(self, change: AlertChange) -> None:
        """What became of an alert: one that is over is sent to nobody any more."""
        self._pass(change.at)
        if change.state in OVER:
            if self._waiting.pop(change.alert_id, None) is not None:
                self.not_sent[change.alert_id] = ENDED
            for case in [case for case, held in self._held.items() if held == change.alert_id]:
                del self._held[case]

    def close(self) -> None:
        """The last day ends."""
        self.days.append(tuple(self._today))
        for alert_id in self._waiting:
            self.not_sent[alert_id] = NO_ROOM

    def _pass(self, at: int) -> None:
        day = local(at, self._zone).date()
        if day == self._day:
            return
        if self._day is not None:
            self.days.append(tuple(self._today))
        self._day, self._today, self._infos = day, [0] * len(self._today), 0
        for waits in sorted(self._waiting.values()):
            if not self._room(waits.alert):
                continue
            del self._waiting[waits.id]
            self._send(waits.alert)

    def _room(self, alert: Alert) -> bool:
        others = any(waits.alert.severity != "info" for waits in self._waiting.values())
        return has_room(
            alert.severity, least=min(self._today), infos=self._infos, members=len(self._today), a_day=self._a_day,
            others_wait=others,
        )  # fmt: skip

    def _send(self, alert: Alert) -> None:
        assert self._day is not None
        member = self._today.index(min(self._today))
        self._today[member] += 1
        self._infos += alert.severity == "info"
        self.sent.append(Sent(alert, member, self._day))

    def reasons(self) -> Counter[str]:
        """How many were not sent, by why."""
        return Counter(self.not_sent.values())


def _case(alert: Alert) -> str:
    return alert.dedup_key.removesuffix(f"|{alert.team}")
