"""A notice in words: in the team's language, contact data out of sight, without markup."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from console.accounts.masking import masked
from rapport.voice import Voice
from schemas import times
from schemas.records import Alert, Because, Card
from schemas.wire import output_line
from sinks.frontline.notices import Pick
from sinks.frontline.ways import Message
from streams.knowledge.model import Knowledge

LONGEST_SUBJECT: Final = 150


class Writer:
    """Writes what receivers read; `console` is where staff reach the console, empty where nobody has said."""

    def __init__(self, knowledge: Knowledge, console: str) -> None:
        self._knowledge = knowledge
        self._zone = ZoneInfo(knowledge.company.time_zone)
        self._console = console.rstrip("/")

    def write(self, pick: Pick, language: str) -> Message:
        voice = Voice(language, self._knowledge, asked=True)
        notice, alert = pick.notice, _hidden(pick.item.alert)
        return Message(
            id=notice.id, thread=alert.id, at=notice.at, severity=pick.severity, language=language,
            subject=self._subject(pick, alert, voice), text="\n".join(self._lines(pick, alert, voice)),
            payload=self._payload(pick, alert),
        )  # fmt: skip

    def _subject(self, pick: Pick, alert: Alert, voice: Voice) -> str:
        said = "" if pick.notice.kind == "opened" else f"{voice.say(f'notice.{pick.notice.kind}')} · "
        line = f"[{voice.severity(pick.severity)}] {said}{self._title(pick, alert, voice)}"
        line = " ".join(line.split())
        return line if len(line) <= LONGEST_SUBJECT else f"{line[: LONGEST_SUBJECT - 1]}…"

    def _title(self, pick: Pick, alert: Alert, voice: Voice) -> str:
        """The card's own title; where that speaks another language than the team, what its signal tells."""
        behind = pick.item.behind
        if alert.language == voice.language or behind is None or behind.name not in self._knowledge.signals:
            return alert.title
        return voice.signal(behind.name)

    def _lines(self, pick: Pick, alert: Alert, voice: Voice) -> list[str]:
        card = alert.card
        lines = [card.who, card.what_happened, card.why_now]
        if self._title(pick, alert, voice) != alert.title:
            lines.insert(0, alert.title)
        if pick.notice.kind != "opened":
            by = f" ({pick.notice.by})" if pick.notice.by else ""
            lines.insert(0, f"{voice.say(f'notice.{pick.notice.kind}')}{by}")
        if pick.doubtful:
            lines.insert(0, voice.say("notice.doubtful"))
        for head, each in (("do", card.do), ("do_not", card.do_not), ("last", card.recent)):
            if each:
                lines += ["", f"{voice.say(head)}:", *(f"- {line}" for line in each)]
        due = datetime.fromtimestamp(alert.due_at / 1000, UTC).astimezone(self._zone)
        lines += ["", f"{voice.say('due')}: {due:%Y-%m-%d %H:%M %Z} · {voice.team(pick.notice.team)}"]
        if link := self._link(alert):
            lines.append(link)
        return lines

    def _link(self, alert: Alert) -> str:
        return f"{self._console}/inbox/{alert.id}" if self._console else ""

    def _payload(self, pick: Pick, alert: Alert) -> dict[str, Any]:
        """For programs: the alert as the contract has it, and what has happened to it if this is about that."""
        notice = pick.notice
        data = {**msgspec.json.decode(output_line(alert)), "severity": pick.severity, "url": self._link(alert)}
        if notice.kind != "opened":
            data["change"] = {
                "id": notice.id, "state": notice.kind, "team": notice.team, "by": notice.by,
                "reason": masked(notice.reason),
            }  # fmt: skip
        return {"type": f"alert.{notice.kind}", "timestamp": times.write(notice.at, 0), "data": data}


def trial(language: str, now: int) -> Message:
    """What `rapport deliver --test` sends: it says that it is no alert."""
    voice = Voice(language)
    said = voice.say("notice.test")
    name = f"test-{now}"
    payload = {"type": "test", "timestamp": times.write(now, 0), "data": {"text": said}}
    return Message(name, name, now, "info", language, said, said, payload)


def _hidden(alert: Alert) -> Alert:
    """The alert with e-mail addresses and long numbers masked in all its words: who reads a channel is not known."""
    card = Card(
        masked(alert.card.who), masked(alert.card.what_happened), masked(alert.card.why_now),
        _all(alert.card.recent), _all(alert.card.do), _all(alert.card.do_not),
    )  # fmt: skip
    because = tuple(Because(each.event_id, masked(each.what), each.weight) for each in alert.because)
    return msgspec.structs.replace(alert, title=masked(alert.title), card=card, because=because)


def _all(lines: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(masked(line) for line in lines)
