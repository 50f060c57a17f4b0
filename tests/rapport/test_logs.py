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


def lines(form: str) -> list[str]:
    command = [sys.executable, "-c", SCRIPT.format(form=form)]
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
