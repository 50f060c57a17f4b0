"""Every story, told to the engine in this process, then replayed from files. Through Kafka: `test_line.py`."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
import pytest

from rapport.settings import Settings
from replay.run import Summary, run
from schemas.records import Emitted, Measure, Touchpoint
from schemas.wire import export_line, output_from_json, touchpoint_to_json
from streams.engine import Engine
from streams.knowledge.load import load
from streams.knowledge.model import Knowledge
from tests.scenarios.expected import missing, shown, unwanted
from tests.scenarios.sameness import contents
from tests.scenarios.story import Story, read, stories
from tests.scenarios.telling import IDENTITY, SWEEP, InProcess, tell

SETTINGS = Settings(identity_key=IDENTITY.secret.decode())


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load(SETTINGS.knowledge)


STORIES = [read(path) for path in stories()]
PUNCTUAL = [story for story in STORIES if story.punctual]
"""What comes late in the log comes in time in a file without offsets: those would not say the same."""


@pytest.fixture(params=STORIES, ids=lambda story: story.name)
def story(request: pytest.FixtureRequest) -> Story:
    story: Story = request.param
    return story


@pytest.fixture
def told(story: Story, knowledge: Knowledge) -> InProcess:
    line = InProcess(Engine(knowledge))
    tell(story.touchpoints, line)
    return line


def test_a_story_ends_as_the_expert_says(story: Story, told: InProcess) -> None:
    faults = missing(story.expect, told.outputs) + unwanted(story.expect_nothing, told.outputs)
    everything = [shown(output) for output in told.outputs if not isinstance(output, Measure)]
    assert not faults, "\n".join([*faults, "what came:", *everything])


def test_the_exported_log_says_the_same(told: InProcess, knowledge: Knowledge, tmp_path: Path) -> None:
    export = tmp_path / "log.jsonl"
    export.write_bytes(b"\n".join(_exported(told)))
    summary, outputs = _replayed(export, knowledge)
    assert contents(outputs) == contents(told.outputs)
    assert summary.records == sum(map(len, told.log))
    assert summary.log_order


@pytest.mark.parametrize("story", PUNCTUAL, ids=lambda story: story.name, indirect=True)
def test_a_file_in_any_order_says_the_same(story: Story, told: InProcess, knowledge: Knowledge, tmp_path: Path) -> None:
    file = tmp_path / "touchpoints.jsonl"
    file.write_bytes(b"\n".join(sorted(_lines(story.touchpoints))))
    summary, outputs = _replayed(file, knowledge)
    unmeasured = [output for output in told.outputs if not isinstance(output, Measure)]
    assert contents(outputs) == contents(unmeasured)
    assert not summary.log_order


def _exported(line: InProcess) -> Iterator[bytes]:
    for partition, records in enumerate(line.log):
        for record in records:
            assert isinstance(record.body, Touchpoint)
            yield export_line(record.body, partition, record.offset, record.key, record.source)


def _lines(touchpoints: Iterable[Touchpoint]) -> Iterator[bytes]:
    """Not in the order of time, and the last ticks of `tell` as one."""
    last = 0
    for touchpoint in touchpoints:
        live = touchpoint.history is None
        last = max(last, touchpoint.occurred_at) if live else last
        yield msgspec.json.encode(touchpoint_to_json(touchpoint))
    yield msgspec.json.encode(touchpoint_to_json(Touchpoint("end", "clock.tick", last + SWEEP, 0, "system", "company")))


def _replayed(file: Path, knowledge: Knowledge) -> tuple[Summary, list[Emitted]]:
    out = io.BytesIO()
    summary = run([str(file)], SETTINGS, knowledge, out=out)
    return summary, [output_from_json(msgspec.json.decode(line)) for line in out.getvalue().splitlines()]
