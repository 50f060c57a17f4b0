"""Every adapter is registered, and has example payloads that are tests."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest

from producers.collector import adapters
from producers.collector.adapter import Source
from producers.collector.sources import SOURCES
from tests.producers.collector import payloads

TESTS = Path(__file__).parent / "adapters"


def test_no_adapter_is_left_out_of_the_registry() -> None:
    modules = (import_module(each.name) for each in walk_packages(adapters.__path__, f"{adapters.__name__}."))
    assert {each.SOURCE.name for each in modules if hasattr(each, "SOURCE")} == {each.name for each in SOURCES}


def lacking(name: str) -> str:
    """What a source has no examples for, if anything."""
    folder = payloads.FOLDER / name
    if not folder.is_dir():
        return f"schemas/examples/{name} is missing"
    given = [file for file in folder.iterdir() if not file.name.endswith(payloads.EXPECTED)]
    told = [file for file in given if file.with_name(file.name.split(".")[0] + payloads.EXPECTED).is_file()]
    if not given or told != given:
        return f"schemas/examples/{name}: a payload without what it becomes, or none"
    tested = any(f'cases("{name}")' in file.read_text(encoding="utf-8") for file in TESTS.glob("test_*.py"))
    return "" if tested else f'no test takes cases("{name}")'


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_every_source_has_example_payloads_that_a_test_takes(source: Source) -> None:
    assert lacking(source.name) == ""


def test_a_source_without_examples_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(payloads, "FOLDER", tmp_path)
    assert "is missing" in lacking("pos")
    (tmp_path / "pos").mkdir()
    (tmp_path / "pos" / "sale.json").write_text("{}", encoding="utf-8")
    assert "without what it becomes" in lacking("pos")
    (tmp_path / "pos" / "sale.expected.json").write_text("[]", encoding="utf-8")
    assert lacking("pos") == ""
    (tmp_path / "pos").rename(tmp_path / "gates")
    assert lacking("gates") == 'no test takes cases("gates")'
