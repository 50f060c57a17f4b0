"""The command line as a program sees it: exit statuses, sentences on standard error, no tracebacks, quick help."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rapport.cli import COMMANDS, build
from tests.conftest import ROOT

UNREACHABLE = {"RAPPORT_KAFKA": "127.0.0.1:1"}


def rapport(*words: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RAPPORT_")}
    env = {**kept, "PYTHONPATH": str(ROOT), "RAPPORT_DATA": str(folder / "data"), **environment}
    command = [sys.executable, "-m", "rapport.cli", *words]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=folder, env=env, stdin=subprocess.DEVNULL, timeout=60
    )


def test_the_help_names_every_command(tmp_path: Path) -> None:
    told = rapport("--help", folder=tmp_path)
    assert told.returncode == 0
    assert [entry.name for entry in COMMANDS if not entry.hidden and f"  {entry.name} " not in told.stdout] == []


@pytest.mark.parametrize("name", [entry.name for entry in COMMANDS])
def test_every_command_explains_itself(name: str) -> None:
    told = CliRunner().invoke(build(name), [name, "--help"])
    assert told.exit_code == 0, told.output
    assert f" {name}" in told.output.splitlines()[0] + told.output.splitlines()[1]


def test_the_help_loads_nothing_large(tmp_path: Path) -> None:
    script = "import sys; from rapport.cli import build; build(''); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert not {"polars", "faust", "kafka", "chdb", "aiokafka", "msgspec"} & set(done.stdout.split())


@pytest.mark.parametrize(
    ("words", "environment", "status", "told"),
    [
        pytest.param(("sned",), {}, 2, "No such command 'sned'", id="an unknown command"),
        pytest.param(("send",), {}, 2, "Missing argument", id="an argument lacks"),
        pytest.param(("tail", "--team", "stroe"), {}, 2, "did you mean store?", id="an unknown team"),
        pytest.param(("tail", "alerts"), {}, 2, "alerts is no topic of outputs", id="an unknown topic"),
        pytest.param(("import", "online-retial", "f"), {}, 2, "Did you mean online-retail?", id="no such importer"),
        pytest.param(("up", "--feed", "no.jsonl"), UNREACHABLE, 2, "no.jsonl is no file", id="nothing to feed"),
        pytest.param(("init",), {"RAPPORT_KAFAK": "x"}, 2, "did you mean RAPPORT_KAFKA?", id="an unknown setting"),
        pytest.param(("send", "-"), {}, 1, "start `rapport up`", id="no Kafka anywhere"),
        pytest.param(("knowledge", "check", "nowhere"), {}, 1, "nowhere", id="no knowledge there"),
        pytest.param(("replay", "no.jsonl"), {}, 1, "no.jsonl", id="no such source"),
    ],
)
def test_an_error_is_a_sentence_and_a_status(
    words: tuple[str, ...], environment: dict[str, str], status: int, told: str, tmp_path: Path
) -> None:
    done = rapport(*words, folder=tmp_path, **environment)
    assert (done.returncode, "Traceback" in done.stderr) == (status, False), done.stderr
    assert told in done.stderr


def test_the_knowledge_that_comes_along_is_well(tmp_path: Path) -> None:
    done = rapport("knowledge", "check", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "all is well" in done.stdout


def test_a_simulation_can_be_written_without_anything_running(tmp_path: Path) -> None:
    done = rapport("simulate", "--customers", "3", "--days", "2", "--out", "shop.jsonl", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "shop.jsonl").read_bytes().startswith(b'{"event_id"')


def test_what_nobody_foresaw_is_kept_in_a_file(tmp_path: Path) -> None:
    script = "import sys, rapport.cli as cli; cli.build = lambda chosen: 1 / 0; cli.main()"
    env = {**os.environ, "TMPDIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=ROOT, env=env
    )
    (report,) = tmp_path.glob("rapport-*.txt")
    assert done.returncode == 1
    assert done.stderr == f"rapport: unforeseen ZeroDivisionError: division by zero; where it happened: {report}\n"
    assert "Traceback" in report.read_text()
