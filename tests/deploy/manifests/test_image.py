"""The image's definition: no engine builds it here, but what it copies is copied and run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.deploy.manifests.reading import DEPLOY, PINNED, SETTINGS

TEXT = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
STAGES = TEXT.split("\nFROM ")
COPIED = re.findall(r"^COPY (?!--from)(.+) \./\S*$", TEXT, re.MULTILINE)
DEVELOPERS = "# only for developers"


def test_the_base_is_pinned_and_stages_share_it() -> None:
    (base,) = re.findall(r"^ARG BASE=python:(\S+)$", TEXT, re.MULTILINE)
    assert PINNED.fullmatch(base)
    assert re.findall(r"^FROM (\S+)", TEXT, re.MULTILINE) == ["${BASE}", "${BASE}"]


def test_packages_come_with_their_hashes() -> None:
    assert "--require-hashes --requirement requirements.lock" in TEXT
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    packages = re.findall(r"^([A-Za-z0-9_.-]+)==[^\n]*\\\n    --hash=sha256:", lock, re.MULTILINE)
    assert len(packages) == len(re.findall(r"^[A-Za-z0-9_.-]+==", lock, re.MULTILINE)) > 20


def test_packages_of_developers_are_taken_out_and_no_others() -> None:
    (script,) = re.findall(r"sed -n ('[^']+') requirements.in", TEXT)
    done = subprocess.run(
        ["sed", "-n", script.strip("'"), "requirements.in"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    removed = done.stdout.split()
    _, _, behind = (ROOT / "requirements.in").read_text(encoding="utf-8").partition(DEVELOPERS)
    assert removed == [re.split(r"[\s=<>]", line)[0] for line in behind.splitlines()[1:] if line]
    assert "pytest" in removed
    assert "typer" not in removed


def test_it_runs_as_nobody_with_settings_that_exist() -> None:
    last = STAGES[-1]
    assert re.findall(r"^USER (\S+)$", last, re.MULTILINE) == ["10001:10001"]
    assert set(re.findall(r"\bRAPPORT_\w+", last)) <= SETTINGS
    assert 'ENTRYPOINT ["rapport"]' in last
    assert last.index("USER ") < last.index("ENTRYPOINT")


def test_the_engine_is_sent_what_is_copied_and_nothing_else() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    sent = {line[1:] for line in lines if line.startswith("!")}
    assert {name for names in COPIED for name in names.split()} == sent
    assert "*" in lines


@pytest.mark.parametrize(
    "words", [("--help",), ("knowledge", "check"), ("worker", "--help"), ("store", "--help")], ids=" ".join
)
def test_what_is_copied_is_enough(words: tuple[str, ...], image: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("RAPPORT_", "PYTHON"))}
    done = subprocess.run(
        [sys.executable, "-m", "rapport.cli", *words], cwd=image, capture_output=True, text=True, check=False,
        env={**environment, "PYTHONPATH": str(image), "RAPPORT_DATA": str(image / "data")}, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_every_module_of_the_image_can_be_imported(image: Path) -> None:
    """Nothing in it stands on tests, bench or a package of developers."""
    program = (
        "import importlib, pkgutil, sys\n"
        "for name in sys.argv[1:]:\n"
        "    package = importlib.import_module(name)\n"
        "    for each in pkgutil.walk_packages(package.__path__, name + '.'):\n"
        "        importlib.import_module(each.name)\n"
        "developers = {'tests', 'bench', 'pytest', 'hypothesis', 'mypy', 'pyinstrument'} & set(sys.modules)\n"
        "assert not developers, developers\n"
        "assert sys.modules['rapport'].__path__[0].startswith(sys.path[0]), sys.modules['rapport']\n"
    )
    packages = sorted(each.parent.name for each in image.glob("*/__init__.py"))
    done = subprocess.run(
        [sys.executable, "-c", program, *packages], cwd=image, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(image)}, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the last stage copies of the project."""
    folder = tmp_path_factory.mktemp("image")
    for names in re.findall(r"^COPY (?!--from)(.+) \./\S*$", STAGES[-1], re.MULTILINE):
        for name in names.split():
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, folder / name)
    return folder
