"""The command line as a program sees it: exit statuses, sentences on standard error, no tracebacks, quick help."""

from __future__ import annotations

import importlib
import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from producers.importers import importer
from rapport.cli import COMMANDS, EXAMPLES, build
from rapport.teaching import Example
from tests.conftest import ROOT

LARGE = {"polars", "faust", "kafka", "chdb", "aiokafka", "msgspec", "rich", "structlog", "yaml"}
HEAVY = {"faust", "chdb", "aiokafka", "clickhouse_driver", "numba", "scipy", "structlog", "replay.past"}
UNREACHABLE = {"RAPPORT_KAFKA": "127.0.0.1:1"}


def rapport(*words: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RAPPORT_")}
    env = {**kept, "PYTHONPATH": str(ROOT), "RAPPORT_DATA": str(folder / "data"), **environment}
    command = [sys.executable, "-m", "rapport.cli", *words]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=folder, env=env, stdin=subprocess.DEVNULL, timeout=120
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


@pytest.mark.parametrize("name", ["", *(entry.name for entry in COMMANDS)])
def test_no_command_loads_anything_large_before_it_runs(name: str) -> None:
    script = f"import sys; from rapport.cli import build; build({name!r}); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert not LARGE & set(done.stdout.split())


@pytest.mark.parametrize(
    ("module", "spared"),
    [
        pytest.param("rapport.tailing", {*HEAVY, "polars", "streams.engine"}, id="tail"),
        pytest.param("rapport.mending", {*HEAVY, "polars", "streams.engine"}, id="dlq"),
        pytest.param("rapport.customers.showing", HEAVY - {"scipy"}, id="customer"),
        pytest.param("rapport.knowing", {*HEAVY, "polars", "kafka"}, id="what only reads knowledge"),
    ],
)
def test_what_people_wait_for_loads_only_what_it_needs(module: str, spared: set[str]) -> None:
    script = f"import sys; import {module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert not spared & set(done.stdout.split())


def test_a_wrong_option_is_told_before_anything_large_is_loaded(tmp_path: Path) -> None:
    script = (
        "import sys; from rapport import cli; sys.argv = ['rapport', 'replay', 'archive', '--from', 'tea']\n"
        "try: cli.main()\n"
        "except SystemExit as end: print(end.code, *sys.modules)"
    )
    env = os.environ | {"RAPPORT_DATA": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT, env=env)
    status, *modules = done.stdout.split()
    assert (status, "write how long ago (30s, 10m" in done.stderr) == ("2", True)
    assert not {*HEAVY, "polars", "kafka", "yaml"} & set(modules)


def documented() -> Iterator[tuple[str, str, Sequence[Example]]]:
    """Every command, and every command of a command, with its help and the examples that its module names."""
    for entry in COMMANDS:
        module = importlib.import_module(f"rapport.commands.{entry.module}")
        group: Any = get_command(build(entry.name))
        command = group.commands[entry.name]
        yield entry.name, command.get_help(command.context_class(command)), module.EXAMPLES
        for name, below in getattr(command, "commands", {}).items():
            own = importlib.import_module(below.callback.__module__)
            yield f"{entry.name} {name}", below.get_help(below.context_class(below)), getattr(own, name.upper())


@pytest.mark.parametrize(("name", "told", "examples"), [pytest.param(*each, id=each[0]) for each in documented()])
def test_every_help_ends_with_examples_that_can_be_typed(name: str, told: str, examples: Sequence[Example]) -> None:
    assert 1 <= len(examples) <= 4
    assert told.rstrip().endswith(examples[-1].line)
    for example in examples:
        assert max(len(example.line), len(example.says)) <= 76, "a line of the help must not be folded"
        assert f"# {example.says}\n" in told
        assert words_of(example.line)[: len(name.split())] == name.split()


def words_of(line: str) -> list[str]:
    """What stands behind `rapport` in a line for a shell."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|<>();&")
    lexer.whitespace_split = True
    words = list(lexer)
    words = words[words.index("rapport") + 1 :]
    return words[: next((at for at, word in enumerate(words) if set(word) <= set("|<>();&")), len(words))]


EVERY_EXAMPLE = [example.line for _, _, examples in documented() for example in examples]


@pytest.mark.parametrize("line", [*EVERY_EXAMPLE, *(example.line for example in EXAMPLES)])
def test_an_example_is_accepted(line: str) -> None:
    """Names, options and the number of arguments are those that there are; nothing is run."""
    command, words = get_command(build(words_of(line)[0])), words_of(line)
    context = None
    while (below := getattr(command, "commands", None)) is not None:
        if words[0] not in below and "run" in below:
            words = ["run", *words]  # what may be left out
        assert words[0] in below, line
        context = command.make_context(command.name, list(words), parent=context)
        command, words = below[words[0]], words[1:]
    command.make_context(command.name, list(words), parent=context)


@pytest.mark.parametrize(
    ("words", "environment", "status", "told"),
    [
        pytest.param(("sned",), {}, 2, "No such command 'sned'", id="an unknown command"),
        pytest.param(("send",), {}, 2, "Missing argument", id="an argument lacks"),
        pytest.param(("tail", "--team", "stroe"), {}, 2, "did you mean store?", id="an unknown team"),
        pytest.param(("tail", "--since", "tea"), {}, 2, "write how long ago (30s, 10m", id="no time"),
        pytest.param(("tail", "--language", "fr"), {}, 2, "--language is zh or en", id="no language of ours"),
        pytest.param(("tail", "--name", "arival"), {}, 2, "did you mean arrival?", id="no such signal"),
        pytest.param(("tail", "--customer", "email:null"), {}, 2, "identifies nobody", id="an e-mail of nobody"),
        pytest.param(("tail",), {}, 1, "start `rapport up`", id="nothing to follow"),
        pytest.param(("customer", "anna"), {}, 1, "start it with `rapport up`", id="nobody to ask"),
        pytest.param(("customer", "x"), {"RAPPORT_CLICKHOUSE": "ch:9"}, 2, "is clickhouse://user", id="no address"),
        pytest.param(("customer", " "), {}, 2, "' ' is nobody; name a customer's id", id="no name"),
        pytest.param(("tail", "--customer", "*"), {}, 2, "'*' is nobody", id="what concerns everyone"),
        pytest.param(("customer", "phone:0"), {}, 2, "identifies nobody", id="a phone of nobody"),
        pytest.param(("customer", "anna", "--since", "tea"), {}, 2, "write how long ago", id="no time of a timeline"),
        pytest.param(("dlq", "ls", "--by", "raeson"), {}, 2, "did you mean reason?", id="nothing to count by"),
        pytest.param(
            ("dlq", "ls", "--reason", "unknown_tipe"), UNREACHABLE, 2, "did you mean unknown_type?", id="no such reason"
        ),
        pytest.param(("dlq", "ls", "--stage", "egnine"), UNREACHABLE, 2, "did you mean engine?", id="no such stage"),
        pytest.param(("dlq", "replay"), {}, 2, "say which letters", id="a replay of nobody knows what"),
        pytest.param(("dlq", "aside"), {}, 2, "say which letters", id="aside of nobody knows what"),
        pytest.param(("dlq", "replay", "--all", "--reason", "not_json"), {}, 2, "no filter", id="all, and a filter"),
        pytest.param(("dlq", "replay", "--all", "--from", "x"), {}, 2, "--from names its letters", id="two sources"),
        pytest.param(("dlq", "replay", "--from", "no.jsonl"), {}, 1, "no.jsonl: No such file", id="no edited file"),
        pytest.param(("dlq", "replay", "--all", "--map", "no.yaml"), {}, 1, "no.yaml: No such file", id="no mapping"),
        pytest.param(("completion", "bush"), {}, 2, "did you mean bash?", id="no such shell"),
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


def test_a_look_at_a_file_of_which_nothing_would_be_accepted_fails(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(f"{importer('ecom-clickstream').header}\n1,2,3\n")
    done = rapport("import", "ecom-clickstream", "in.csv", "--dry-run", folder=tmp_path)
    assert done.returncode == 1, done.stdout
    assert "nothing would be accepted" in done.stderr


def test_the_knowledge_that_comes_along_is_well(tmp_path: Path) -> None:
    done = rapport("knowledge", "check", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "all is well" in done.stdout


def test_what_is_wrong_with_knowledge_is_told_a_program_by_file_and_line(tmp_path: Path) -> None:
    done = rapport("knowledge", "check", "--json", folder=tmp_path)
    well = json.loads(done.stdout)
    assert (done.returncode, well["faults"], bool(well["version"])) == (0, [], True)
    folder = shutil.copytree(ROOT / "knowledge", tmp_path / "drafts")
    with (folder / "teams.yaml").open("a") as file:
        file.write("nonsense: [1\n")
    done = rapport("knowledge", "check", "drafts", "--json", folder=tmp_path)
    ill = json.loads(done.stdout)
    assert (done.returncode, done.stderr, ill["version"], ill["folder"]) == (1, "", None, "drafts")
    (fault,) = ill["faults"]
    assert (Path(fault["file"]).name, type(fault["line"]), bool(fault["what"])) == ("teams.yaml", int, True)


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
