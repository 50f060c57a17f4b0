"""Logs: one stream on standard error, for people or for machines, whoever wrote the line."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.conftest import ROOT

SCRIPT = """
import logging, structlog
from rapport import logs
logs.set_up({form!r}, "worker")
logging.getLogger("streams.app").info("chunk of %d", 7)
structlog.get_logger("rapport").info("by structlog", partition=3)
logging.getLogger("kafka.client").info("chatter")
logging.getLogger("kafka.client").warning("trouble")
try:
    1 / 0
except ZeroDivisionError:
    logging.getLogger("sinks").exception("went wrong")
"""


REPEATED = """
import logging
from rapport import logs
logs.set_up("json", "worker")
for name in ("aiokafka", "streams.app"):
    for _ in range(4):
        logging.getLogger(name).warning("no broker at %s", "b:9")
logging.getLogger("aiokafka.conn").warning("no broker at b:9")
later = logging.getLogger("aiokafka").makeRecord("aiokafka", logging.WARNING, "", 0, "no broker at b:9", (), None)
later.created += logs.AGAIN_S
logging.getLogger("aiokafka").handle(later)
"""


def lines(form: str) -> list[str]:
    return written(SCRIPT.format(form=form))


def written(script: str) -> list[str]:
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == ""
    return done.stderr.splitlines()


def test_machines_get_an_object_a_line() -> None:
    said = [json.loads(line) for line in lines("json")]
    assert [line["event"] for line in said] == ["chunk of 7", "by structlog", "trouble", "went wrong"]
    assert {line["process"] for line in said} == {"worker"}
    assert [line["logger"] for line in said] == ["streams.app", "rapport", "kafka.client", "sinks"]
    assert said[1]["partition"] == 3
    assert "ZeroDivisionError" in said[3]["exception"]


@pytest.mark.parametrize("words", ["chunk of 7", "partition=3", "trouble", "ZeroDivisionError: division by zero"])
def test_people_get_lines(words: str) -> None:
    assert any(words in line for line in lines("console"))


def test_a_library_that_repeats_itself_is_heard_now_and_then_and_we_are_always() -> None:
    said = [(line["logger"], line["event"]) for line in map(json.loads, written(REPEATED))]
    no_broker = "no broker at b:9"
    ours = [("streams.app", no_broker)] * 4
    assert said == [
        ("aiokafka", no_broker), *ours, ("aiokafka.conn", no_broker),
        ("aiokafka", f"{no_broker} (and 3 times more since)"),
    ]  # fmt: skip
