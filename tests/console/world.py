"""A console without a line: the real application over a hub that tests feed, and a log that keeps what is written."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec
from argon2 import PasswordHasher
from starlette.testclient import TestClient

from console.accounts.people import People, Person
from console.accounts.roles import ROLES, Role
from console.app import build
from console.desk.acting import Desk
from console.live.following import Hub
from console.web.asking import Answers
from console.web.site import Site
from producers.preparing import Ready
from rapport.settings import Settings
from schemas.codec import decode_touchpoints
from schemas.records import Alert, AlertChange, AlertState, Because, Card, Severity, Signal, Touchpoint
from sinks.clickhouse.client import Answer, Parameter, Reader, StoreAway
from streams.knowledge.load import load
from streams.knowledge.model import Knowledge

PASSWORD: Final = "correct horse battery"
HERE: Final = "http://console.test"
NOW: Final = time.time_ns() // 1_000_000
STATES: Final[dict[str, AlertState]] = {
    "alert.acknowledged": "acknowledged", "alert.snoozed": "snoozed", "alert.resolved": "resolved",
    "alert.reassigned": "reassigned", "alert.followed_up": "followed_up",
}  # fmt: skip


@cache
def knowledge() -> Knowledge:
    return load(Settings().knowledge)


def alert(
    name: str = "a1", team: str = "agent-desk", severity: Severity = "warning", *, at: int = NOW, due: int = 600_000,
    customer: str | None = "c-anna", title: str = "Nobody has answered", happened: str = "“Hello?”", offset: int = 0,
) -> Alert:  # fmt: skip
    card = Card(
        f"{customer} · new", happened, "waited 2 minutes", ("a minute ago: chat",), ("Answer now.",), ("No ads.",)
    )
    return Alert(
        id=name, at=at, partition=0, offset=offset, knowledge="v", customer_id=customer, dedup_key=f"{name}|{team}",
        signals=(f"s-{name}",), team=team, severity=severity, title=title, card=card, due_at=at + due, language="en",
    )  # fmt: skip


def signal(of: str = "a1", name: str = "unanswered", scope: dict[str, str] | None = None, **values: str) -> Signal:
    return Signal(
        id=f"s-{of}", at=NOW, partition=0, offset=0, knowledge="v", name=name, version=1, severity="info",
        matter="m", values=dict(values), scope=scope,
    )  # fmt: skip


def change(of: Alert, state: AlertState, by: str | None = None, cause: str = "e", **more: Any) -> AlertChange:
    return AlertChange(
        id=f"{of.id}-{state}-{cause}", at=NOW, partition=0, offset=more.pop("offset", 0), knowledge="v",
        alert_id=of.id, team=of.team,
        state=state, by=by, because=(Because(cause, state),), **more,
    )  # fmt: skip


class Away:
    """An archive that is not there."""

    where = "nowhere"

    def query(self, sql: str, params: Mapping[str, Parameter] | None = None, *, binary: Collection[str] = ()) -> Answer:
        del sql, params, binary
        raise StoreAway("it is away")

    def close(self) -> None: ...


class Kept:
    """A log in memory. With an `engine` each touchpoint is answered as the line would answer it."""

    state = "running"

    def __init__(self) -> None:
        self.written: list[Touchpoint] = []
        self.engine: Callable[[Touchpoint], None] | None = None

    def partitions(self, topic: str) -> int:
        del topic
        return 2

    def put(self, records: Sequence[Ready]) -> Awaitable[None]:
        found = [
            each for each in decode_touchpoints([record.value for record in records]) if isinstance(each, Touchpoint)
        ]
        self.written += found
        for each in found if self.engine else ():
            assert self.engine is not None
            self.engine(each)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done


class World:
    """One console and what it has written."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time, store: Reader | None = None) -> None:
        settings = Settings(data=folder, kafka="127.0.0.1:1", identity_key="a secret of this test")
        self.people = People(folder, clock, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        self.log = Kept()
        self.log.engine = self.answer
        self.hub = Hub()
        self.store = store or Away()
        desk = Desk(self.log, settings.identity, knowledge())
        self.site = Site(settings, knowledge(), self.people, self.hub, desk, self.store, Answers(self.store))
        self.app = build(self.site)
        self.alerts: dict[str, Alert] = {}

    def close(self) -> None:
        self.people.close()

    def hear(self, *outputs: Any) -> None:
        """What the topics would bring."""
        self.alerts |= {each.id: each for each in outputs if isinstance(each, Alert)}
        self.hub.take(outputs)

    def answer(self, touchpoint: Touchpoint) -> None:
        """The engine's word: of two who take an alert the first has it."""
        facts = msgspec.json.decode(touchpoint.properties or "{}")
        found = self.alerts.get(facts.get("alert_id", ""))
        if found is not None and touchpoint.type in STATES:
            self.hear(change(found, STATES[touchpoint.type], touchpoint.staff_id, touchpoint.event_id))

    def join(self, name: str, role: Role, teams: tuple[str, ...] = (), places: tuple[str, ...] = ()) -> Person:
        person = Person(name, role, teams, places)
        self.people.add(person, PASSWORD)
        return person

    def everyone(self) -> None:
        """One of each role, by the name of it."""
        for role in ROLES:
            self.join(role, role)

    def stranger(self, at: str = "192.0.2.1", **headers: str) -> TestClient:
        return TestClient(
            self.app, HERE, follow_redirects=False, raise_server_exceptions=True, client=(at, 50_000),
            headers={"accept-language": "en", "origin": HERE, **headers},
        )  # fmt: skip

    def inside(self, name: str, **headers: str) -> TestClient:
        """A browser of somebody who has logged in."""
        client = self.stranger(**headers)
        answer = client.post("/login", data={"name": name, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return client


def csrf(client: TestClient, path: str = "/login") -> str:
    """The token of this session's forms."""
    del path
    found = re.search(r'name="csrf" value="(\w+)"', client.get("/", follow_redirects=True).text)
    assert found is not None
    return found[1]


def to_team(told: AlertChange, team: str) -> AlertChange:
    return msgspec.structs.replace(told, team=team)
