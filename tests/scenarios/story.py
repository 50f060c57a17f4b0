"""Stories: what customers and the company do, and what must come of it, as a domain expert writes it.

    title: {en: …, zh: …}
    rows: [S2-07]                       # of domain.md
    start: 2026-03-02T10:00:00+08:00    # the offset holds for the whole story
    touchpoints:
      - {at: "10:00", who: mei, type: chat.message, text: 有人吗？}
      - {at: +90s, who: mei, type: agent.answered, topic: size}
      - tick: +1h
    expect:
      - {signal: unanswered, who: mei, at: "10:02", severity: warning, values: {norm_minutes: 2}}
      - {alert: agent-desk, who: mei, do: [亲自回复], do_not: [自动回复]}
      - {shift: {from: complete_stranger, to: best_friend}, who: mei}
    expect_nothing:
      - {signal: arrival}

`at` is a time of the first day, or `+3d2h5m1s` after `start`, or a whole RFC 3339 time. `who` is a
customer id; each story has its own customers. Things arrive when they happen, in whatever order
they are written here, unless `arrives` says that they come late; what belongs to an import
(`history`) arrives right behind the entry before it. What a touchpoint does not know as a field goes to
its `properties`. Channel and initiator default to the catalogue's. Time moves with the touchpoints;
`tick` lets it pass where nothing happens. An entry with `times` and `every` happens so often, `{n}` in its
texts being 1, 2, 3 … `alert: agent-desk unanswered` is the customer's alert for that team by that
signal (without `who` a trend's), whose id is found by telling the story without what staff do with alerts. Every
expectation needs an output of its own; an output may say more than the expectation, and phrases need only be part of
a line.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import yaml

from schemas import times
from schemas.catalogue import standard
from schemas.contract import read_line
from schemas.faults import Fault
from schemas.records import Alert, Signal, Touchpoint
from streams.engine import Engine
from streams.knowledge.load import load
from tests.scenarios.telling import InProcess, tell

FOLDER = Path(__file__).parent
KNOWLEDGE = FOLDER.parents[1] / "knowledge"
TICK = "clock.tick"
_FIELDS = (*Touchpoint.__struct_fields__, "identifiers")
_SPAN = re.compile(r"\+(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?")
_CLOCK = re.compile(r"\d\d:\d\d(:\d\d(\.\d+)?)?")
_UNITS = (86_400_000, 3_600_000, 60_000, 1000)


class _Loader(yaml.SafeLoader):
    """YAML in which 10:30 is a text and a date stays one."""


_Loader.yaml_implicit_resolvers = {
    letter: [(tag, form) for tag, form in found if tag.rpartition(":")[2] not in ("timestamp", "int", "float")]
    for letter, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"-?\d+$"), list("-0123456789"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(r"-?\d+\.\d+$"), list("-0123456789"))


@dataclass(frozen=True, slots=True)
class Story:
    """One file. `touchpoints` are in the order in which they arrive, ticks of time among them.

    `punctual`: nothing comes late, so that the order of time tells the same story.
    """

    name: str
    start: times.Instant
    title: Mapping[str, str]
    rows: tuple[str, ...]
    touchpoints: tuple[Touchpoint, ...]
    punctual: bool
    expect: tuple[dict[str, Any], ...]
    expect_nothing: tuple[dict[str, Any], ...]

    def moment(self, text: str) -> int:
        """When that is, as its entries write it."""
        return _Teller(self.name, self.start).moment(text)


def stories() -> list[Path]:
    """All story files."""
    return sorted(FOLDER.glob("*.yaml"))


def read(path: Path) -> Story:
    """The story of a file; `ValueError` names the entry that breaks the contract of touchpoints, or is not over yet."""
    content = yaml.load(path.read_text(encoding="utf-8"), _Loader)
    teller = _Teller(path.stem, times.read(content["start"]))
    if any("alert" in entry for entry in content["touchpoints"]):
        teller.learn_alerts(content["touchpoints"])
    touchpoints = tuple(teller.touchpoints(content["touchpoints"]))
    if (last := max(each.occurred_at for each in touchpoints)) > time.time() * 1000:
        raise ValueError(
            f"{path.name} ends at {times.write(last)}: begin it earlier, a line takes no ticks that are to come"
        )
    return Story(
        name=path.stem, start=times.read(content["start"]), title=content["title"], rows=tuple(content["rows"]),
        touchpoints=touchpoints,
        punctual=not any("arrives" in entry for entry in content["touchpoints"]),
        expect=tuple(teller.expected(entry) for entry in content.get("expect", ())),
        expect_nothing=tuple(teller.expected(entry) for entry in content.get("expect_nothing", ())),
    )  # fmt: skip


class _Teller:
    """Turns the short notation of one story into touchpoints and expectations."""

    def __init__(self, name: str, start: times.Instant) -> None:
        self._name = name
        self._start = start
        self._alerts: dict[str, str] = {}

    def learn_alerts(self, entries: list[dict[str, Any]]) -> None:
        """Tells the story without what staff do with alerts; their ids do not depend on it."""
        line = InProcess(Engine(load(KNOWLEDGE)))
        told = self._numbered(self._repeated(entries))
        tell(self.touchpoints([entry for entry in told if "alert" not in entry]), line)
        names = {each.id: each.name for each in line.outputs if isinstance(each, Signal)}
        for each in line.outputs:
            if isinstance(each, Alert):
                key = f"{each.customer_id} {each.team} {names.get(each.signals[0], 'shift')}"
                self._alerts.setdefault(key, each.id)

    @staticmethod
    def _numbered(entries: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        return [entry if "tick" in entry else {"id": f"{number:04}", **entry} for number, entry in enumerate(entries)]

    def touchpoints(self, entries: list[dict[str, Any]]) -> list[Touchpoint]:
        """In the order of arrival; what arrives at once stays in the order of the file."""
        told: list[tuple[int, Touchpoint]] = []
        for number, entry in enumerate(self._repeated(entries)):
            touchpoint = self._tick(entry["tick"]) if "tick" in entry else self._touchpoint(number, entry)
            told.append((self._arrival(entry, told[-1][0] if told else 0), touchpoint))
        return [touchpoint for _, touchpoint in sorted(told, key=lambda each: each[0])]

    def _repeated(self, entries: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        for entry in entries:
            if "times" not in entry:
                yield entry
                continue
            begin, every = self.moment(entry["at"]), self.moment(f"+{entry['every']}") - self._start.at
            rest = {name: value for name, value in entry.items() if name not in ("times", "every")}
            for n in range(entry["times"]):
                filled = {k: v.replace("{n}", str(n + 1)) if isinstance(v, str) else v for k, v in rest.items()}
                yield filled | {"at": times.write(begin + n * every, self._start.offset)}

    def expected(self, entry: dict[str, Any]) -> dict[str, Any]:
        found = dict(entry)
        if "at" in found:
            found["at"] = self.moment(found["at"])
        if "who" in found:
            found["who"] = self._customer(found["who"])
        return found

    def _arrival(self, entry: dict[str, Any], before: int) -> int:
        if "history" in entry:
            return before
        return self.moment(entry.get("arrives") or entry.get("tick") or entry["at"])

    def _tick(self, at: str) -> Touchpoint:
        moment = self.moment(at)
        return Touchpoint(f"tick:{moment}", TICK, moment, 0, "system", "company")

    def _touchpoint(self, number: int, entry: dict[str, Any]) -> Touchpoint:
        kind = standard().types[entry["type"]]
        fields: dict[str, Any] = {"channel": kind.channels[0], "event_id": f"{self._name}-{number:04}"}
        facts = dict(entry.get("properties", {}))
        for name, value in entry.items():
            if name == "at":
                fields["occurred_at"] = times.write(self.moment(value), self._start.offset)
            elif name == "who":
                fields["identifiers"] = {"customer_id": self._customer(value)}
            elif name == "arrives":
                continue
            elif name == "alert":
                facts["alert_id"] = self._alerts[f"{self._customer(entry['who']) if 'who' in entry else None} {value}"]
            elif name == "id":
                fields["event_id"] = f"{self._name}-{value}"
            elif name in _FIELDS:
                fields[name] = value
            else:
                facts[name] = value
        if facts:
            fields["properties"] = facts
        read = read_line(msgspec.json.encode(fields), outside=False)
        if isinstance(read, Fault):
            raise ValueError(f"{self._name}: touchpoint {number} ({entry['type']}): {read.detail}")
        return read

    def _customer(self, who: str) -> str:
        return f"{self._name}-{who}"

    def moment(self, text: str) -> int:
        span = _SPAN.fullmatch(text)
        if span is not None and len(text) > 1:
            parts = zip(span.groups(), _UNITS, strict=True)
            return self._start.at + round(sum(float(number) * unit for number, unit in parts if number))
        if _CLOCK.fullmatch(text):
            day = times.write(self._start.at, self._start.offset)
            return times.read(f"{day[:11]}{text if len(text) > 5 else text + ':00'}{day[23:]}").at
        return times.read(text).at
