"""A person finds dead letters, mends them and sends them again, through a real Kafka, worker and store: folded once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from kafka import KafkaProducer

from schemas import topics
from tests.integration.line import Line
from tests.integration.reading import read
from tests.integration.test_bad_input import UNKNOWN, applied, at, json_line

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

SENT = (
    json_line("sound"),
    json_line("misspelt", type="chat.massage"),
    json_line("text-for-number", type="purchase.made", channel="pos", amout="12.50"),
    b"{ no json",
)
MENDED = json_line("said-by-hand")
MAPPING = """
type: {values: {chat.massage: chat.message}}
amount: {from: amout, as: number}
"""


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """A line with four dead letters: three lines of a file, and a record of a producer with ids of its own."""
    with Line(tmp_path_factory.mktemp("dead"), 2, clock="driven") as running:
        running.broker.start()
        running.init()
        running.start("worker", "store")
        file = running.folder / "shop.jsonl"
        file.write_bytes(b"\n".join(SENT))
        running.run("send", str(file))
        producer = KafkaProducer(bootstrap_servers=running.broker.bootstrap)
        producer.send(topics.RAW, UNKNOWN, b"anna", partition=at("anna"))
        producer.close()
        running.wait("four letters lie there", lambda: len(listed(running)["letters"]) == 4)
        yield running


def said(line: Line, *words: str, status: int = 0) -> Any:
    done = line.run("dlq", *words)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


def listed(line: Line, *words: str) -> Any:
    return msgspec.json.decode(said(line, "ls", "--json", *words))


def counts(line: Line, *words: str, status: int = 0) -> tuple[int, int, int]:
    found = msgspec.json.decode(said(line, "replay", "--json", *words, status=status))["counts"]
    return found["sent"], found["already_replayed"], found["still_wrong"]


def raw(line: Line) -> int:
    """Touchpoints on the raw topic; `init` has written one activation a partition."""
    return len(read(line.broker.bootstrap, [topics.RAW])[topics.RAW])


def stored(line: Line) -> list[tuple[object, ...]]:
    asked = "reason, type, customer_id, channel, stage, cause_topic, file != '', replayed"
    return line.sql(f"SELECT {asked} FROM dead_letters_now ORDER BY reason")


def test_from_a_bad_event_to_one_that_is_folded_once(line: Line, tmp_path: Path) -> None:
    assert listed(line)["counts"] == dict.fromkeys(("unknown_type", "unknown_field", "not_json", "unknown_schema"), 1)
    assert [each["customer"] for each in listed(line, "--customer", "anna")["letters"]] == ["anna"]
    line.wait("the store answers", line.answers)
    line.wait("all four of them", lambda: len(stored(line)) == 4)
    of_file = ("", 1, 0)
    assert stored(line) == [
        ("not_json", "", "", "", "producer", *of_file),
        ("unknown_field", "purchase.made", "carl", "pos", "producer", *of_file),
        ("unknown_schema", "purchase.made", "anna", "store", "engine", topics.RESOLVED, 0, 0),
        ("unknown_type", "chat.massage", "carl", "chat", "producer", *of_file),
    ]

    (no_json,) = listed(line, "--reason", "not_json")["letters"]
    assert line.run("dlq", "show", "abcdef").returncode == 1, "there is no such letter"
    shown = said(line, "show", no_json["id"][:8])
    for words in (no_json["id"], "shop.jsonl line 4", "remedy", "Export it", "{ no json"):
        assert words in shown

    before = raw(line)
    mend, fix = tmp_path / "mend.jsonl", tmp_path / "fix.yaml"
    fix.write_text(MAPPING)
    said(line, "export", "--reason", "not_json", "--out", str(mend))
    said(line, "export", "--out", str(mend), status=1)
    exported = msgspec.json.decode(mend.read_bytes())
    mend.write_bytes(msgspec.json.encode(exported | {"touchpoint": msgspec.Raw(MENDED)}) + b"\n")

    assert counts(line, "--from", str(mend), "--dry-run") == (1, 0, 0)
    assert raw(line) == before, "a dry run sends nothing"
    assert counts(line, "--reason", "unknown_type", status=1) == (0, 0, 1), "as it is it is still wrong"

    assert counts(line, "--from", str(mend)) == (1, 0, 0)
    assert counts(line, "--all", "--map", str(fix)) == (3, 1, 0)
    assert counts(line, "--all", "--map", str(fix)) == (0, 4, 0)
    assert raw(line) == before + 4
    assert [(each["open"], each["replayed"]) for each in [listed(line)]] == [(0, 4)]

    line.wait("everything is through", line.drained)
    line.wait("the marks are in the store", lambda: [row[-1] for row in stored(line)] == [1] * 4)
    found = applied(line)
    assert (found["carl"], found["anna"]) == (len(SENT), 1)
    line.wait("the touchpoints are in the store", lambda: len(line.sql("SELECT event_id FROM touchpoints_now")) >= 5)
    once = line.sql("SELECT event_id, count() FROM touchpoints_now WHERE customer_id != '*' GROUP BY event_id")
    assert sorted(once) == [("misspelt", 1), ("said-by-hand", 1), ("sound", 2), ("text-for-number", 1)]
    assert line.sql("SELECT amount FROM touchpoints_now WHERE event_id = 'text-for-number'") == [(12.5,)]


def test_what_is_set_aside_is_asked_for_no_more_here_and_in_the_archive(line: Line, tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_bytes(b"no touchpoint\nnor this\n")
    line.run("send", str(file))
    assert said(line, "aside", "--source", f"{file}:1", "--dry-run").startswith("1 would be set aside")
    assert said(line, "aside", "--source", f"{file}:1").startswith("1 set aside")
    assert [each["line"] for each in listed(line, "--source", str(file))["letters"]] == [2]
    asked = f"SELECT line, replayed FROM dead_letters_now WHERE file = '{file}' ORDER BY line"
    line.wait("the store has it, too", lambda: line.sql(asked) == [(1, 1), (2, 0)])
