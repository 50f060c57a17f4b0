"""The line in one process: the same engine, whatever the chunk, over a log in memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from producers.delivery import MemoryProducer
from producers.lines import Lines
from producers.send import send
from rapport.init import activation
from rapport.inprocess import Line
from rapport.knowing import read_knowledge
from rapport.settings import Settings
from schemas import topics
from schemas.codec import decode_outputs, encode_touchpoint
from schemas.keys import IdentityKey
from schemas.records import EVERYONE, Alert, AlertChange, Emitted, Rejected
from streams.app.clock import tick

PARTITIONS = 2
NOON = 1_795_000_000_000


def outputs(chunk: int, folder: Path) -> tuple[list[Emitted], MemoryProducer]:
    """What a chat without an answer comes to, the clock going on for five minutes."""
    settings = Settings(partitions=PARTITIONS)
    knowledge = read_knowledge(settings)
    now = NOON
    log = MemoryProducer(lambda topic: PARTITIONS, clock=lambda: now)
    for partition in range(PARTITIONS):
        first = activation(knowledge.version, f"first:{partition}", NOON)
        log.send(topics.RAW, partition, EVERYONE.encode(), encode_touchpoint(first))
    file = folder / "lines.jsonl"
    file.write_text(
        '{"event_id":"a","type":"chat.message","occurred_at":"2026-11-18T11:06:40Z","channel":"chat",'
        '"identifiers":{"customer_id":"c-1"},"text":"Is anybody there? When will my order come?"}\n'
        '{"event_id":"b","type":"no.such.type"}\n'
    )
    send([Lines(str(file))], log, IdentityKey("k1", b"secret"), folder / f"checkpoints-{chunk}")
    line = Line(log, knowledge, PARTITIONS, chunk)
    found = line.step()
    for _ in range(5):
        now += 60_000
        for partition in range(PARTITIONS):
            log.send(topics.RAW, partition, EVERYONE.encode(), encode_touchpoint(tick(now, partition, PARTITIONS)))
        found += line.step()
    return found, log


@pytest.mark.parametrize("chunk", [1, 2, 1000])
def test_chunks_make_no_difference(chunk: int, tmp_path: Path) -> None:
    expected, _ = outputs(7, tmp_path)
    found, _ = outputs(chunk, tmp_path)
    assert sorted(output.id for output in found) == sorted(output.id for output in expected) != []


def test_outputs_and_dead_letters_stand_on_their_topics(tmp_path: Path) -> None:
    found, log = outputs(1000, tmp_path)
    alerts = [record for team in topics.TEAMS for record in log.records(topics.alert_topic(team))]
    assert len(alerts) >= 1
    assert not any(isinstance(output, Rejected) for output in found)
    assert [dict(record.headers)["reason"] for record in log.records(topics.DLQ)] == [b"unknown_type"]


def test_who_follows_the_old_teams_topic_learns_that_an_alert_has_left(tmp_path: Path) -> None:
    """One record, on both teams' topics: by its id whoever reads both counts it once."""
    found, log = outputs(1000, tmp_path)
    alert = next(each for each in found if isinstance(each, Alert) and each.team == "agent-desk")
    file = tmp_path / "handed.jsonl"
    file.write_text(
        '{"event_id":"c","type":"alert.reassigned","occurred_at":"2026-11-18T11:13:20Z","channel":"system",'
        f'"identifiers":{{"customer_id":"c-1"}},"properties":{{"alert_id":"{alert.id}","to":"concierge"}}}}\n'
        '{"event_id":"d","type":"alert.reassigned","occurred_at":"2026-11-18T11:13:20Z","channel":"system",'
        f'"identifiers":{{"customer_id":"c-1"}},"properties":{{"alert_id":"{alert.id}","to":"conceirge"}}}}\n'
    )
    send([Lines(str(file))], log, IdentityKey("k1", b"secret"), tmp_path / "handed")
    (change,) = [each for each in Line(log, read_knowledge(Settings()), PARTITIONS, 9).step() if _handed(each)]
    told = {
        team: [output for output in _of_team(log, team) if _handed(output)]
        for team in ("agent-desk", "concierge", "managers")
    }  # fmt: skip
    assert told == {"agent-desk": [change], "concierge": [change], "managers": []}
    letters = [dict(record.headers) for record in log.records(topics.DLQ)]
    (refused,) = [each for each in letters if each["reason"] == b"team_unknown"]
    slip = f"alert '{alert.id}' stays where it is: to: 'conceirge' is no team (did you mean concierge? the teams are"
    assert refused["detail"].startswith(slip.encode())


def _handed(output: object) -> bool:
    return isinstance(output, AlertChange) and output.state == "reassigned"


def _of_team(log: MemoryProducer, team: str) -> list[object]:
    return list(decode_outputs([record.value for record in log.records(topics.alert_topic(team))]))
