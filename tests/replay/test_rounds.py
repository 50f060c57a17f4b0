"""Under other rules what trends say is found anew, from logs too: nothing else changes than what the rules change."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import pytest

from rapport.settings import Settings
from replay.run import run
from replay.source import Chunk, Round
from replay.sources.rounds import in_step
from replay.whatif.run import what_if
from schemas.records import EVERYONE, Record, Source, Touchpoint
from schemas.wire import export_line, output_from_json
from streams.app.clock import tick
from streams.engine import Engine
from streams.knowledge.load import from_documents, load
from streams.knowledge.model import Knowledge
from streams.knowledge.overriding import overridden
from tests.scenarios.sameness import contents
from tests.scenarios.story import read, stories
from tests.scenarios.telling import IDENTITY, InProcess, tell

SETTINGS = Settings(identity_key=IDENTITY.secret.decode(), identity_key_id=IDENTITY.id)
MINUTE = 60_000
START = 1_767_225_600_000
(STORY,) = (path for path in stories() if path.stem == "trends_step")


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load(SETTINGS.knowledge)


@pytest.fixture(scope="module")
def line(knowledge: Knowledge) -> InProcess:
    """A step fails, and whom it may reach is helped: told to all by the trends of the line."""
    found = InProcess(Engine(knowledge))
    tell(read(STORY).touchpoints, found)
    return found


@pytest.fixture
def export(line: InProcess, tmp_path: Path) -> Path:
    file = tmp_path / "log.jsonl"
    with file.open("wb") as out:
        for partition, records in enumerate(line.log):
            for each in records:
                assert isinstance(each.body, Touchpoint)
                out.write(export_line(each.body, partition, each.offset, each.key, each.source) + b"\n")
    return file


def test_the_same_rules_named_as_others_say_the_same(line: InProcess, export: Path, knowledge: Knowledge) -> None:
    out = io.BytesIO()
    run([str(export)], SETTINGS, knowledge, own_rules=True, out=out)
    said = contents([output_from_json(msgspec.json.decode(each)) for each in out.getvalue().splitlines()])
    assert {"step_failing", "fix_before_felt"} <= {msgspec.json.decode(each).get("name") for each in said.values()}
    assert said.keys() == contents(line.outputs).keys()


def test_only_what_the_rules_change_is_told_of_a_log(export: Path, knowledge: Knowledge) -> None:
    same = what_if([str(export)], SETTINGS, knowledge, knowledge)
    assert (same.customers, same.states_only, any(same.differences)) == (0, 0, False)
    other = from_documents(overridden(knowledge.documents, ["signals.fix_before_felt.deadline_minutes=7"]))
    found = what_if([str(export)], SETTINGS, knowledge, other)
    assert {(group.kind, field) for group, field, _ in found.fields} == {("alert", "due_at")}


def test_partitions_go_in_step_and_keep_their_order() -> None:
    steps = (MINUTE // 2, MINUTE * 5, MINUTE // 7)
    lanes = {number: list(_lane(number, step, len(steps))) for number, step in enumerate(steps)}
    seen: dict[int, list[Record]] = {number: [] for number in lanes}
    for piece in in_step({number: iter([Chunk(number, records)]) for number, records in lanes.items()}):
        if isinstance(piece, Chunk):
            seen[piece.partition] += piece.records
        elif isinstance(piece, Round) and all(len(seen[each]) < len(lanes[each]) for each in lanes):
            passed = {number: _time(records) for number, records in seen.items()}
            ahead = max(passed.values()) - min(passed.values())
            assert ahead <= MINUTE * 6, "as far as the slowest has a tick, not further"
    assert seen == lanes


def test_without_ticks_nobody_is_waited_for() -> None:
    quiet = Record(0, "ann", Source(0, 0, 0), Touchpoint("a", "chat.message", 5, 0, "chat", "customer"))
    pieces = list(in_step({0: iter([Chunk(0, [quiet])]), 1: iter([Chunk(1, list(_lane(1, MINUTE, 2)))])}))
    assert next(piece.records for piece in pieces if isinstance(piece, Chunk)) == [quiet]
    assert sum(len(piece.records) for piece in pieces if isinstance(piece, Chunk)) > 1


def _lane(number: int, step: int, raw: int) -> Iterator[Record]:
    """Twenty minutes of ticks, `step` apart, of every raw partition."""
    offset = 0
    for at in range(START, START + 20 * MINUTE, step):
        for each in range(raw):
            yield Record(offset, EVERYONE, Source(each, offset, 0), tick(at, each, raw))
            offset += 1


def _time(records: Sequence[Record]) -> int:
    return max((each.body.occurred_at for each in records if isinstance(each.body, Touchpoint)), default=START)
