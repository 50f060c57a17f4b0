"""`rapport customer` as somebody at a terminal uses it: touchpoints through worker and store, then the question."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from rapport.commands.outcome import LETTERS
from rapport.identifying import customer_key
from schemas import times
from tests.integration.line import Line

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

NOW = time.time_ns() // 1_000_000
SECOND = 1000
MAIL = "anna@example.com"
ARCHIVED = "SELECT count(DISTINCT event_id) FROM touchpoints_now WHERE event_id LIKE 'customer-%'"
"""What is handed over stands under both keys."""


def touchpoint(number: int, text: str | None = None, **fields: Any) -> dict[str, Any]:
    usual = {"type": "chat.message", "channel": "chat", "identifiers": {"customer_id": "c-anna"}}
    at = times.write(NOW + (number - 60) * SECOND)
    words = {} if text is None else {"text": text, "language": "en"}
    return usual | {"event_id": f"customer-{number}", "occurred_at": at} | words | fields


LINES = (
    touchpoint(1, "Broken again, and nobody wants to know. You are scammers."),
    touchpoint(2, "Worst service. You are scammers, I will boycott you."),
    touchpoint(3, "Worst shop ever, never again, boycott them."),
    touchpoint(4, "Hello?", identifiers={"email": MAIL}),
    touchpoint(5, type="identity.linked", channel="system", identifiers={"email": MAIL},
               properties={"from": f"email:{MAIL}", "to": "c-anna"}),
    touchpoint(6, type="chat.mesage"),
)  # fmt: skip


def test_a_customer_from_touchpoints_to_the_answer(tmp_path: Path) -> None:
    file = tmp_path / "touchpoints.jsonl"
    file.write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in LINES))
    with Line(tmp_path, partitions=2) as line:
        line.broker.start()
        line.init()
        line.start("worker", "store")
        line.wait("the store answers", line.answers)
        sent = line.run("send", str(file))
        assert ("5 accepted; 1 rejected" in sent.stdout, LETTERS in sent.stderr) == (True, True), "and how to see why"
        line.wait("the worker is done", line.drained)
        line.wait("all is archived", lambda: line.sql(ARCHIVED) == [(5,)])
        line.wait("the shift is archived", lambda: line.sql("SELECT count() FROM shifts_now") == [(1,)])
        line.wait("store and stream answer at once", lambda: asked(line, "c-anna")["notes"] == [])
        _both(line)
        line.stop("worker")
        line.broker.stop()
        _archive_alone(line)


def _both(line: Line) -> None:
    found = asked(line, "c-anna")
    assert (found["relationship"]["type"], found["relationship"]["by"], found["notes"]) == ("enemy", "state", [])
    assert {reason["channel"] for reason in found["relationship"]["because"]} == {"chat"}
    assert [each["text"] for each in found["timeline"][:3]] == [each["text"] for each in LINES[:3]]
    assert "conflict" in [matter["team"] for matter in found["matters"]]
    assert [shift["to"] for shift in found["shifts"]] == ["enemy"]
    hashed = customer_key(f"email:{MAIL}", line.settings.identity)
    assert asked(line, f"email:{MAIL}") == found, "by a clear address, through its link"
    assert (found["customer_id"], found["linked"], found["touchpoints"]) == ("c-anna", [hashed], 5)
    assert len(asked(line, "c-anna", "--limit", "2")["timeline"]) == 2
    page = line.run("customer", "c-anna", "--language", "zh")
    assert page.returncode == 0, page.stderr
    assert [word for word in ("c-anna · 强烈不满", "未了结", "“Hello?”", hashed) if word not in page.stdout] == []
    assert MAIL not in page.stdout
    nobody = line.run("customer", "c-ana")
    assert (nobody.returncode, nobody.stdout) == (1, "")
    assert nobody.stderr == "rapport customer: nobody is known as c-ana; did you mean c-anna?\n"
    assert followed(line, "c-ana") == "nobody is known as c-ana yet; did you mean c-anna?\n"
    assert followed(line, f"email:{MAIL}") == f"{hashed} is c-anna: --customer c-anna shows what comes of them\n"
    assert followed(line, "c-anna") == ""


def followed(line: Line, customer: str) -> str:
    """What `tail` says beside the outputs."""
    done = line.run("tail", "--customer", customer, "--no-follow", "--json")
    assert done.returncode == 0, done.stderr
    return done.stderr


def _archive_alone(line: Line) -> None:
    found = asked(line, "c-anna")
    assert [note["lack"] for note in found["notes"]] == ["stream_away"]
    assert (found["relationship"]["type"], found["relationship"]["by"]) == ("enemy", "shift")
    assert len(found["timeline"]) == 5


def asked(line: Line, *words: str) -> dict[str, Any]:
    done = line.run("customer", *words, "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = msgspec.json.decode(done.stdout)
    return found
