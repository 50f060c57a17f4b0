"""What stands in deploy/, parsed once; and what the program knows, to hold it against."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
import yaml

from rapport.cli import COMMANDS
from rapport.settings import _ELSEWHERE, _FILE, PREFIX, SECRETS, Settings
from tests.conftest import ROOT

DEPLOY: Final = ROOT / "deploy"
COMPOSE: Final = DEPLOY / "compose" / "compose.yaml"
BASE: Final = DEPLOY / "k8s" / "base"
EXAMPLE: Final = DEPLOY / "k8s" / "example"
SETTINGS: Final = frozenset(
    PREFIX + name.upper()
    for name in [*(field.name for field in msgspec.structs.fields(Settings)), *(name + _FILE for name in SECRETS)]
) | {PREFIX + name for name in _ELSEWHERE}
"""Every name that the environment of a process of ours may have."""
VERBS: Final = frozenset(entry.name for entry in COMMANDS)
PINNED: Final = re.compile(r"(v?\d+\.\d+\.\d+[\w.-]*)(@sha256:[0-9a-f]{64})?")
"""A version to its last figure."""


def compose() -> dict[str, Any]:
    """As Docker reads it: merged, `${NAME:-default}` by its default."""
    text = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", COMPOSE.read_text(encoding="utf-8"))
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def ours() -> dict[str, dict[str, Any]]:
    """Services of the Compose file that run our image."""
    return {name: each for name, each in compose()["services"].items() if each["image"].startswith("rapport:")}


def objects(folder: Path) -> Iterator[dict[str, Any]]:
    """Every object of the files that a kustomization names, without those of other folders."""
    for name in kustomization(folder)["resources"]:
        if (file := folder / name).is_file():
            yield from yaml.safe_load_all(file.read_text(encoding="utf-8"))


def kustomization(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((folder / "kustomization.yaml").read_text(encoding="utf-8"))
    return found


def literals(folder: Path) -> dict[str, str]:
    """The settings that a kustomization generates."""
    (made,) = kustomization(folder)["configMapGenerator"]
    assert made["name"] == "rapport-settings"
    return dict(each.split("=", 1) for each in made["literals"])


def pods() -> dict[str, Mapping[str, Any]]:
    """The pod of each workload, by the workload's name."""
    return {
        each["metadata"]["name"]: spec["template"]["spec"]
        for each in objects(BASE)
        if "template" in (spec := each["spec"].get("jobTemplate", each)["spec"])
    }
