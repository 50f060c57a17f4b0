"""`rapport customer` as somebody at a terminal uses it: touchpoints through worker and store, then the question."""

from __future__ import annotations

import io
import logging
import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any
from unittest.mock import patch

import msgspec
import pytest
import structlog

from rapport import cli
from rapport.commands.outcome import LETTERS
from rapport.identifying import customer_key
from rapport.settings import environment_of
from schemas import times, topics
from schemas.hints import FACE
from schemas.keys import key_for
from tests.integration.line import Line
from tests.integration.reading import read

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

NOW = time.time_ns() // 1_000_000
SECOND = 1000
MAIL = "anna@example.com"
ARCHIVED = "SELECT count(DISTINCT event_id) FROM touchpoints_now WHERE event_id LIKE 'customer-%'"
"""What is handed over stands under both keys."""

SAME = ("customer_id", "linked", "relationship", "timeline", "shifts", "touchpoints")
OF_BERTA = "SELECT count() FROM touchpoints_now WHERE customer_id = 'c-berta' AND type = 'chat.message'"

OF_A_FACE = "SELECT count() FROM touchpoints_now WHERE startsWith(customer_id, 'face_token:')"


def touchpoint(number: int, text: str | None = None, **fields: Any) -> dict[str, Any]:
    usual = {"type": "chat.message", "channel": "chat", "identifiers": {"customer_id": "c-anna"}}
    at = times.write(NOW + (number - 60) * SECOND)
    words = {} if text is None else {"text": text, "language": "en"}
    return usual | {"event_id": f"customer-{number}", "occurred_at": at} | words | fields


LINES = (
    touchpoint(1, "Broken again, and nobody wants to know. You are scammers.", session_id="s1"),
    touchpoint(2, "Worst service. You are scammers, I will boycott you.", session_id="s2"),
    touchpoint(3, "Worst shop ever, never again, boycott them.", session_id="s3"),
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
        _erased(line, tmp_path / "berta.jsonl")
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
    # What waits for time to pass may have passed meanwhile.
    by_address = asked(line, f"email:{MAIL}")
    assert [name for name in SAME if by_address[name] != found[name]] == [], "by a clear address, through its link"
    assert (found["customer_id"], found["linked"], found["touchpoints"]) == ("c-anna", [hashed], 5)
    assert len(asked(line, "c-anna", "--limit", "2")["timeline"]) == 2
    page = line.run("customer", "c-anna", "--language", "zh")
    assert page.returncode == 0, page.stderr
    assert [word for word in ("c-anna · 强烈不满", "未了结", "“Hello?”", hashed) if word not in page.stdout] == []
    assert MAIL not in page.stdout
    nobody = here(line, "customer", "c-ana")
    assert (nobody.returncode, nobody.stdout) == (1, "")
    assert nobody.stderr == "rapport customer: nobody is known as c-ana; did you mean c-anna?\n"
    assert followed(line, "c-ana") == "nobody is known as c-ana yet; did you mean c-anna?\nnothing\n"
    linked = f"{hashed} is c-anna: --customer c-anna shows what comes of them\n"
    assert followed(line, f"email:{MAIL}") == linked
    assert followed(line, "c-anna") == ""


def _erased(line: Line, file: Path) -> None:
    """Of Berta, known by an address and a face, too, nothing is left in state, archive and cards; Anna stays."""
    mail, face = "berta@example.com", {"customer_id": "c-berta", "face_token": "berta's"}
    yes = {"scope": "camera", "granted": True}
    both = {"identifiers": {"customer_id": "c-berta", "email": mail}}
    lines = [touchpoint(50, "Worst shop ever, never again. You are scammers.", **both),
             touchpoint(51, "Hello?", identifiers={"email": mail}),
             touchpoint(52, type="consent.changed", channel="store", properties=yes, identifiers=face)]  # fmt: skip
    file.write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))
    assert here(line, "send", str(file)).returncode == 0
    line.wait("she is archived", lambda: line.sql(OF_BERTA) == [(2,)] and line.drained())
    line.wait("she is known", lambda: asked(line, f"email:{mail}")["customer_id"] == "c-berta")
    line.wait("so is her face", lambda: line.sql(OF_A_FACE) == [(1,)])
    assert line.sql(f"SELECT count() FROM log WHERE position(value, '{mail}') > 0") == [(0,)], "sealed"
    contact = here(line, "identity", "contact", "c-berta", "--json")
    assert msgspec.json.decode(contact.stdout or b"{}") == {"customer_id": "c-berta", "email": mail}, contact.stderr
    anna = line.sql("SELECT count() FROM log_now WHERE key = 'c-anna'")
    asks = line.run("erase", "c-berta")
    assert (asks.returncode, "nothing was erased" in asks.stderr or "Abort" in asks.stderr) == (1, True), asks.stderr
    done = here(line, "erase", "c-berta", "--yes", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    told = msgspec.json.decode(done.stdout)
    identity = line.settings.identity
    known = ["c-berta", key_for("email", mail, identity), key_for(FACE, "berta's", identity)]
    assert (told["erased"], told["rows"]["state"]) == (known, 3)
    for key in told["erased"]:
        assert line.sql(f"SELECT count() FROM log WHERE key = '{key}'") == [(0,)]
        again = here(line, "erase", key, "--yes")
        assert (again.returncode, "nothing is kept" in again.stderr) == (1, True)
    assert here(line, "customer", "c-berta").returncode == 1
    cards = read(line.broker.bootstrap, [topics.CUSTOMERS])[topics.CUSTOMERS]
    assert [card.value for card in cards if card.key == b"c-berta"][-1] is None
    assert line.sql("SELECT count() FROM log_now WHERE key = 'c-anna'") == anna


def here(line: Line, *words: str) -> subprocess.CompletedProcess[str]:
    """As `line.run`, without a process that loads everything anew: this one has it, as after the first question."""
    err, root = io.StringIO(), logging.getLogger()
    handlers, level, told, status = root.handlers[:], root.level, structlog.get_config(), 0
    own: dict[str, Any] = {"argv": ["rapport", *words], "stdin": io.StringIO(), "stderr": err, "excepthook": None}
    with (
        TemporaryFile("w+", encoding="utf-8") as out,  # `tail` asks the system whether anybody reads
        patch.dict(os.environ, environment_of(line.settings)),
        patch.multiple(sys, stdout=out, **own),
    ):
        try:
            cli.main()
        except SystemExit as end:
            status = int(end.code or 0)
        finally:
            root.handlers[:] = handlers
            root.setLevel(level)
            structlog.configure(**told)
        out.seek(0)
        return subprocess.CompletedProcess(words, status, out.read(), err.getvalue())


def followed(line: Line, customer: str) -> str:
    """What `tail` says beside the outputs."""
    done = here(line, "tail", "--customer", customer, "--no-follow", "--json")
    assert done.returncode == 0, done.stderr
    return done.stderr


def _archive_alone(line: Line) -> None:
    found = asked(line, "c-anna")
    assert [note["lack"] for note in found["notes"]] == ["stream_away"]
    assert (found["relationship"]["type"], found["relationship"]["by"]) == ("enemy", "shift")
    assert len(found["timeline"]) == 5


def asked(line: Line, *words: str) -> dict[str, Any]:
    done = here(line, "customer", *words, "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = msgspec.json.decode(done.stdout)
    return found
