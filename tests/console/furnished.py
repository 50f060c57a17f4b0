"""A console in which everything has something to show: alerts of three desks, a customer, runs, letters, figures."""

from __future__ import annotations

import shutil
from collections.abc import Awaitable, Callable, Collection, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import pytest

from console.accounts.people import Person
from console.accounts.roles import ROLES
from console.desk.acting import TYPES
from console.pages import customer, empathy, events, operations, policy, replay
from console.pages.reading import Seen, Step
from console.web.site import Site
from producers.letters.shelf import Shelf
from rapport.customers.known import Contact, Known, Likely, Matter, Reason, Standing
from rapport.settings import Settings
from replay import keeping
from replay.keeping import Keeper
from replay.run import run
from schemas import times
from schemas.codec import encode_touchpoint
from schemas.contract import read_line
from schemas.records import Touchpoint
from sinks.clickhouse.client import Answer, Parameter
from tests.console.world import NOW, Away, World, alert, change, knowledge, signal
from tests.producers.letters.made import letter

MAIL, NUMBER, ADDRESS, FACE, STAFF = "anna.miller@example.com", "1701234567", "12 Mill Lane", "face-7f", "zoe"
SAID: Final = f"where is my parcel? write to {MAIL} or call +49 {NUMBER}, or I will call a lawyer"
TEAM, PLACE = "agent-desk", "north"
ELSEWHERE: Final = ("of-store", "of-south", "c-bert", "c-carl")
"""Alerts of another team and of another place, and their customers."""


class Planted(Away):
    """An archive that knows what a page asks of it, and nothing else."""

    def __init__(self, words: str) -> None:
        ours = "" if words == SAID else words  # what is not the customers' own is hostile, too, where they are
        named = [{"customer_id": f"c-anna{ours}", "relationship": "best_friend", "spent": 9.0}]
        staff = {"staff": ours or STAFF, "fixed": 1, "sorry": 1, "kept": 1, "deeds": 4}
        values = {"policy": ours or "prime", "kind": "price", "lost": 1.0, "customers": 2, "consult": "best_friend"}
        self._answers: dict[str, list[dict[str, Any]]] = {
            policy.QUESTIONS["types"]: [{"relationship": "best_friend", "n": 4}],
            policy.QUESTIONS["first"]: named,
            policy.QUESTIONS["announced"]: [{"t": NOW, "severity": "error", "values": msgspec.json.encode(values)}],
            **{sql: [] for sql in empathy.QUESTIONS.values()},
            empathy.QUESTIONS["mistaken"]: [{"mistaken": 1, "written": 4}],
            empathy.QUESTIONS["suggested"]: [{"suggested": 4, "ignored": 1}],
            empathy.QUESTIONS["mended"]: [staff],
            replay.RECORD: [{"value": encode_touchpoint(record(words))}],
        }

    def query(self, sql: str, params: Mapping[str, Parameter] | None = None, *, binary: Collection[str] = ()) -> Answer:
        rows = self._answers.get(sql)
        if rows is None:
            return super().query(sql, params, binary=binary)
        names = tuple(rows[0]) if rows else ()
        return Answer(names, tuple([row[name] for row in rows] for name in names))


class Runs(NamedTuple):
    """A kept run, the folder that it lies in, and all that it said."""

    folder: Path
    run: str
    outputs: tuple[str, ...]


def told(words: str, **more: Any) -> dict[str, Any]:
    """What a customer says, as a producer has it."""
    return {
        "event_id": "e1", "type": "chat.message", "channel": "chat", "occurred_at": times.write(1_767_225_600_000),
        "identifiers": {"customer_id": "c-anna", "face_token": FACE}, "text": words, **more,
    }  # fmt: skip


def record(words: str) -> Touchpoint:
    """The same in the archive, with what they told of themselves."""
    fields = {"address": ADDRESS, "language": "en"}
    found = read_line(msgspec.json.encode(told(words, type="profile.updated", properties={"fields": fields})))
    assert isinstance(found, Touchpoint), found
    return found


def kept_run(folder: Path, words: str, at: int = NOW) -> Runs:
    """A run over three messages with these words; `at` names it."""
    file = folder / "said.jsonl"
    said = [told(words, event_id=f"e{n}", occurred_at=times.write(1_767_225_600_000 + n * 3_600_000)) for n in range(3)]
    file.write_bytes(b"\n".join(msgspec.json.encode(each) for each in said))
    settings = Settings(data=folder, identity_key="a secret of this test")
    keeper = Keeper(folder, at)
    summary = run([str(file)], settings, knowledge(), own_rules=False, keeper=keeper)
    keeper.finish("replay", ["archive"], knowledge().version, summary)
    return Runs(folder, keeper.id, tuple(each.id for each in keeping.outputs(folder, keeper.id)))


class Shop:
    """The world, furnished; `sent` are the dead letters that somebody sent again."""

    def __init__(self, folder: Path, runs: Runs, monkeypatch: pytest.MonkeyPatch, words: str = SAID) -> None:
        shutil.copytree(keeping.shelf(runs.folder), keeping.shelf(folder))
        self.world, self.runs, self.words = World(folder, store=Planted(words)), runs, words
        self.sent: list[str] = []
        self._monkeypatch = monkeypatch
        for role in ROLES:
            self.world.join(role, role, (TEAM,), (PLACE,))
        self._hang_alerts(words)
        self.world.people.reveal(Person("admin", "admin"), MAIL, words if words != SAID else "they asked for it")
        dead = msgspec.json.encode(told(words, type="profile.updatd", properties={"fields": {"address": ADDRESS}}))
        letters = [letter(dead, detail=f"text: {words}", id="l1")]
        for page, name, instead in (
            (customer, "read", lambda site, key, at: seen(key, words)),
            (operations, "_shelf", lambda site: Shelf(letters)),
            (operations, "_replayed", self._send_again),
        ):
            monkeypatch.setattr(page, name, instead)
        monkeypatch.setattr("console.desk.laboratory.processes.start", lambda command, log, env: _Ended())
        monkeypatch.setattr(events, "BEAT_S", 0.01)

    def _hang_alerts(self, words: str) -> None:
        for name in ("mine", *(f"mine-{action}" for action in TYPES)):
            self.world.hear(signal(name, location_id=PLACE), alert(name, title=words, happened=words))
        self.world.hear(change(self.world.alerts["mine-follow_up"], "resolved", "zoe", reason=words))
        for name, team, place, whose in (
            ("of-store", "store", PLACE, "c-bert"), ("of-south", TEAM, "south", "c-carl"),
        ):  # fmt: skip
            self.world.hear(signal(name, location_id=place), alert(name, team, customer=whose))

    def _send_again(self, site: Site, wanted: str) -> bool:
        del site
        self.sent.append(wanted)
        return True

    def address(self, path: str, output: str = "") -> str:
        """A path of the table, with what it names."""
        run, epoch = self.runs.run, self.world.hub.epoch
        return path.format(run=run, output=output or self.runs.outputs[0], epoch=epoch)

    def ends_streams(self, who: str) -> None:
        """A stream that has told all that there was ends with its session, which this ends."""
        self._monkeypatch.setattr(self.world.hub, "changed", _log_out(self.world, who))

    def traces(self) -> tuple[object, ...]:
        """All that anybody could have changed."""
        world = self.world
        accounts = [world.people._do(f"SELECT count(*) FROM {table}") for table in ("people", "sessions", "revealed")]
        return (len(world.log.written), len(self.sent), len(world.site.laboratory.runs()), accounts)


class _Ended:
    """A process that has run."""

    def poll(self) -> int:
        return 0


def seen(key: str, words: str) -> Seen:
    """A customer as archive and stream tell of them."""
    reason = Reason("e1", f"group.never_again: {words}", "enemy", 1.9, NOW, "chat")
    known = Known(
        key, Standing("enemy", NOW, (reason,), (Likely("enemy", 0.9),), NOW, "state"), language="en", touchpoints=3,
        latest=NOW, consents={"camera": False},
        matters=(Matter("mine", TEAM, "open", "warning", "m", words, NOW, NOW + 60_000),),
        timeline=(Contact(NOW, "chat.message", "chat", "customer", words, None, "e1"),),
    )  # fmt: skip
    slots = {"preferred_channel": words, "birth_year": "1961", "address": ADDRESS}
    if words != SAID:
        slots[words] = words
    return Seen(known, slots, (Step(NOW - 1_000, "enemy", 0.9),), ((NOW, STAFF, words),), 1, 2)


def _log_out(world: World, who: str) -> Callable[[int, float], Awaitable[bool]]:
    async def changed(number: int, within_s: float) -> bool:
        del number, within_s
        world.people._do("DELETE FROM sessions WHERE name = ?", who)
        return True

    return changed
