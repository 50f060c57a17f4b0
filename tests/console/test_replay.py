"""Runs of replay on a screen: what is kept, what differs, down to the record; and a new one under other rules."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from rapport.voice import Voice
from replay import keeping
from replay.keeping import Keeper
from replay.run import run
from schemas import times
from schemas.codec import encode_touchpoint
from schemas.contract import read_line
from schemas.records import Touchpoint
from sinks.clickhouse.client import Answer, Parameter
from sinks.clickhouse.runs import Kept
from streams.knowledge.load import from_documents
from streams.knowledge.overriding import overridden
from tests.console.world import NOW, Away, World, csrf, knowledge

START = 1_767_225_600_000
WORDS = "where is my parcel? call +49 170 1234567"


def said(number: int) -> dict[str, Any]:
    return {
        "event_id": f"e{number}", "type": "chat.message", "channel": "chat", "text": WORDS,
        "occurred_at": times.write(START + number * 3_600_000), "identifiers": {"customer_id": "c-anna"},
    }  # fmt: skip


class Archive(Away):
    """One record, at whatever place of the log somebody asks for."""

    def query(self, sql: str, params: Mapping[str, Parameter] | None = None, *, binary: Collection[str] = ()) -> Answer:
        if "FROM log" not in sql:
            return super().query(sql, params, binary=binary)
        found = read_line(msgspec.json.encode(said(0)))
        assert isinstance(found, Touchpoint)
        return Answer(("value",), ([encode_touchpoint(found)],))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    found = World(tmp_path, store=Archive())
    found.everyone()
    yield found
    found.close()


@pytest.fixture
def runs(world: World, tmp_path: Path) -> list[Kept]:
    """One by the rules as they stand, and one by which an answer to a chat may take longer."""
    file = tmp_path / "shop.jsonl"
    file.write_bytes(b"\n".join(msgspec.json.encode(said(number)) for number in range(3)))
    later = from_documents(overridden(knowledge().documents, ["signals.unanswered.norms_minutes.chat.message=45"]))
    found = []
    for number, rules in enumerate((knowledge(), later)):
        keeper = Keeper(world.site.settings.data, NOW + number)
        summary = run([str(file)], world.site.settings, rules, own_rules=bool(number), keeper=keeper)
        found.append(keeper.finish("replay", ["archive"], rules.version, summary))
    return found


def test_what_differs_between_two_runs_is_told_down_to_the_record(world: World, runs: list[Kept]) -> None:
    client = world.inside("admin")
    page = client.get("/replay").text
    assert all(f'value="{each.id}"' in page for each in runs)
    compared = client.get(f"/replay/compare?before={runs[0].id}&after={runs[1].id}").text
    assert Voice("en", knowledge()).signal("unanswered") in compared
    assert "differ" in compared
    found = re.search(rf'/replay/{runs[1].id}/(\w+)"', compared)
    assert found is not None
    told = keeping.output(world.site.settings.data, runs[1].id, found[1])
    assert told is not None
    shown = client.get(found[0].rstrip('"')).text
    assert told.id in shown
    assert '<th scope="row">event_id</th><td>e0</td>' in shown
    assert re.search(r"<strong>[a-z ]+ · \w", shown), "what it is stands above, in words"
    assert "{&#34;" not in shown, "facts, line by line"
    assert "/customers/c-anna" in shown
    assert "1234567" not in shown, "contact data are masked here as elsewhere"


def test_one_run_alone_is_not_compared(world: World, runs: list[Kept]) -> None:
    client = world.inside("admin", **{"accept-language": "zh"})
    assert {"归档", "比较"} <= set(re.findall(r">([^<>]+)</(?:td|button)>", client.get("/replay").text))
    keeping.remove(world.site.settings.data, runs[0].id)
    page = client.get("/replay").text
    assert "再有一次运行" in page
    assert "/replay/compare" in page
    assert ">比较</button>" not in page


def test_who_may_see_no_customers_sees_what_happened_and_not_to_whom(world: World, runs: list[Kept]) -> None:
    client = world.inside("analyst")
    for output in keeping.outputs(world.site.settings.data, runs[0].id):
        shown = client.get(f"/replay/{runs[0].id}/{output.id}")
        assert shown.status_code == 200
        assert "c-anna" not in shown.text
        assert "parcel" not in shown.text


@pytest.mark.parametrize(
    "path", ["/replay/compare?before=last&after=none", "/replay/none/x", "/replay/last/none", "/replay/compare"]
)
def test_a_run_that_is_not_kept_is_no_page(path: str, world: World, runs: list[Kept]) -> None:
    assert runs
    assert world.inside("admin").get(path).status_code == 404


def test_a_run_is_started_once_and_watched(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Sequence[str]] = []
    waits = [sys.executable, "-c", "input()"]

    def start(command: Sequence[str], log: Path, env: Mapping[str, str]) -> subprocess.Popen[bytes]:
        started.append(command)
        assert env["RAPPORT_DATA"] == str(world.site.settings.data)
        log.write_text("kept as X <b>")
        return subprocess.Popen(waits, stdin=subprocess.PIPE)

    monkeypatch.setattr("console.desk.laboratory.processes.start", start)
    client = world.inside("analyst")
    form = {"csrf": csrf(client), "source": "archive", "changes": "signals.repeat_contact.window=3d\n\n"}
    assert client.post("/replay", data=form).status_code == 303
    assert list(started[0][3:]) == ["replay", "run", "archive", "--keep", "--set", "signals.repeat_contact.window=3d"]
    assert "is running" in client.get("/replay", headers={"x-part": "charts"}).text
    assert client.post("/replay", data=form).status_code == 409
    process = world.site.laboratory._process
    assert process is not None
    process.communicate(b"\n")
    shown = client.get("/replay", headers={"x-part": "charts"}).text
    assert "is running" not in shown
    assert "kept as X &lt;b&gt;" in shown
    assert client.post("/replay", data=form).status_code == 303
    process = world.site.laboratory._process
    assert process is not None
    process.communicate(b"\n")


@pytest.mark.parametrize(
    ("change", "named"),
    [("signals.repeat_contact.window=soon", "window"), ("signal.x=1", "no knowledge is called"), ("nothing", "write")],
)
def test_what_is_no_knowledge_comes_back_with_what_is_wrong(change: str, named: str, world: World) -> None:
    client = world.inside("analyst")
    answer = client.post("/replay", data={"csrf": csrf(client), "source": "kafka", "changes": change})
    assert answer.status_code == 400
    assert named in answer.text
    assert f">{change}</textarea>" in answer.text, "nothing has to be written twice"
    assert world.site.laboratory.runs() == []
