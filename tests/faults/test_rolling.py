"""Workers are replaced one by one under load, by new code, a new codec of states and new knowledge: nobody notices.

The equality checks are those of the kill test: nothing lost, nothing twice, states and
outputs those of a pure replay of the log.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random

import pytest

from replay.kafka_reading import Topics
from replay.run import run as replay
from schemas import topics
from schemas.codec import decode_outputs, decode_touchpoints
from schemas.records import Output, Touchpoint
from schemas.wire import export_line, properties
from streams.app.line import GROUP, STATIONS
from streams.engine import codec
from streams.identity.resolve import source_of
from streams.knowledge.load import load as load_knowledge
from tests.faults import verdict
from tests.faults.judging import come_to_rest, judge
from tests.faults.load import Load
from tests.integration.line import Line
from tests.integration.reading import Stored, by_partition

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

RATE = 150
BEFORE = ("tests.faults.before",)
PLACES = {(topic, partition) for topic in STATIONS.values() for partition in range(4)}


def test_workers_are_replaced_one_by_one_under_load(tmp_path: Path) -> None:
    seed = int(os.environ.get("RAPPORT_TEST_SEED", "0")) or Random().randrange(1, 1 << 31)
    print(f"seed {seed} (RAPPORT_TEST_SEED={seed} draws the same touchpoints)")
    with Line(tmp_path) as line:
        line.broker.start()
        line.init()
        line.start("worker", "worker-2", entry=BEFORE)
        line.start("store")
        load = Load(line.broker.bootstrap, line.settings.identity, seed, line.settings.partitions, RATE)
        load.start()
        _shared(line, load, "worker", "worker-2")

        # In order: the first goes, and its successor writes states that the second must be able to take up.
        assert line.stop("worker") == 0
        _shared(line, load, "worker-2")
        line.start("worker")
        _shared(line, load, "worker", "worker-2")
        version = _activate(line, tmp_path / "changed")
        _goes_on(line, load)

        # By force: the second is killed, while another one joins.
        line.kill("worker-2")
        line.start("worker-3")
        _shared(line, load, "worker", "worker-3")

        # A worker that is held up longer than its session; it comes back in a generation that is over.
        line.pause("worker")
        _shared(line, load, "worker-3")
        line.go_on("worker")
        _shared(line, load, "worker", "worker-3")

        load.stop(within_s=240)
        print(f"ended by themselves {line.ends}; producers replaced {load.replaced}")
        come_to_rest(line, ("worker", "worker-3"))
        found = judge(line, load, [load_knowledge(tmp_path / "changed")])
        assert {record.value[0] for record in found[topics.STATES] if record.value} == {
            codec.WRITTEN - 1, codec.WRITTEN,
        }, "both releases have written states"  # fmt: skip
        _changed_at_one_place(version, found[topics.RESOLVED], (r for t in verdict.OUTPUTS for r in found[t]))
        _replayed_three_ways(line, found, tmp_path / "log.jsonl")
        assert line.stop("worker") == 0
        assert line.stop("store") == 0


def _shared(line: Line, load: Load, *workers: str) -> None:
    """The workers hold all partitions, each its part, and the load flows through them."""

    def held() -> bool:
        parts = [line.holds(name) for name in workers]
        return all(parts) and set().union(*parts) == PLACES and sum(map(len, parts)) == len(PLACES)

    line.wait(f"{' and '.join(workers)} share the partitions", held)
    _goes_on(line, load)


def _goes_on(line: Line, load: Load) -> None:
    """Some seconds of load are accepted, and their touchpoints come out of the line."""
    accepted = len(load.accepted.customer) + RATE * 2
    line.wait("the load goes on", lambda: len(load.accepted.customer) > accepted)
    line.wait("the workers follow it", lambda: (line.lag(GROUP) or RATE * 10) < RATE * 4)


def _activate(line: Line, folder: Path) -> str:
    """Other knowledge, under which unanswered questions are noticed earlier; its version."""
    shutil.copytree(line.settings.knowledge, folder)
    signals = folder / "signals.yaml"
    text = signals.read_text(encoding="utf-8")
    assert "chat.message: 2" in text
    signals.write_text(text.replace("chat.message: 2", "chat.message: 1"), encoding="utf-8")
    done = line.run("knowledge", "activate", str(folder))
    assert done.returncode == 0, done.stderr
    return load_knowledge(folder).version


def _replayed_three_ways(line: Line, found: Mapping[str, Sequence[Stored]], export: Path) -> None:
    """From Kafka, the archive and an export of the log replay says what was said live, and sends nothing.

    An export has no line for what is no touchpoint, so what was said about that is gone, and nothing else.
    """
    lines = list(_exported(found[topics.RESOLVED]))
    export.write_bytes(b"".join(lines))
    before = _ends(line)
    knowledge = load_knowledge(line.settings.knowledge)
    digests = set()
    for source in ("archive", "kafka"):
        replayed = replay([source], line.settings, knowledge, compare="live")
        assert replayed.differences is not None
        assert replayed.differences.same > 0
        assert not replayed.different, f"{source}: {replayed.to_json()}"
        digests.add(replayed.fingerprint)
    assert len(digests) == 1
    said = replay([str(export)], line.settings, knowledge, compare="live").differences
    assert said is not None
    assert not said.new, said
    assert not said.changed, said
    assert {group.kind for group in said.gone} <= {"rejected"}, said
    assert said.gone.total() <= len(found[topics.RESOLVED]) - len(lines)
    assert _ends(line) == before


def _exported(resolved: Sequence[Stored]) -> Iterator[bytes]:
    bodies = decode_touchpoints([record.value for record in resolved])
    for record, body in zip(resolved, bodies, strict=True):
        if not isinstance(body, Touchpoint):
            continue
        key = (record.key or b"").decode()
        yield export_line(body, record.partition, record.offset, key, source_of(record.headers[0][1])) + b"\n"


def _ends(line: Line) -> dict[str, Mapping[int, tuple[int, int]]]:
    with Topics(line.settings.cluster) as reader:
        return {topic.name: reader.spans(topic.name) for topic in topics.load(line.settings.partitions)}


def _changed_at_one_place(version: str, resolved: list[Stored], outputs: Iterable[Stored]) -> None:
    """Each partition has gone over to `version` at one place of its log; nothing behind it goes by the old one."""
    place: dict[int, int] = {}
    for partition, records in by_partition(resolved).items():
        bodies = decode_touchpoints([record.value for record in records])
        named = [
            (body.event_id, record.offset)
            for record, body in zip(records, bodies, strict=True)
            if isinstance(body, Touchpoint) and body.type == "knowledge.activated"
            and properties(body)["version"] == version
        ]  # fmt: skip
        assert len({event_id for event_id, _ in named}) == 1, named
        place[partition] = named[0][1]
    seen: dict[int, set[str]] = {partition: set() for partition in place}
    for output in decode_outputs([record.value for record in outputs]):
        assert isinstance(output, Output)
        seen[output.partition].add(output.knowledge)
        assert output.offset < place[output.partition] or output.knowledge == version, output
    assert all(len(versions) == 2 and version in versions for versions in seen.values()), seen
