"""What docs/sources.md and docs/add-a-source.md say can be done as it stands there."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType

import msgspec
import pytest

from producers.collector.config import parse
from producers.collector.keys import WriteKey
from producers.collector.routing import Router
from producers.collector.sources import SOURCES
from tests.producers.collector import payloads
from tests.producers.collector.guides import DOCS, blocks
from tests.producers.collector.signing import KEY, request


class Any32(dict[str, str]):
    """An environment in which every secret is set."""

    def get(self, name: str, default: object = None) -> str:
        keys = {"WECHAT_AES_KEY": "a" * 42 + "A", "SENDGRID_KEY": P256, "WEBHOOK_SECRET": "whsec_c2VjcmV0"}
        return keys.get(name, "a secret of the tests, long enough")


P256 = (
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li/hp/"
    "m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q=="
)
"""The base point of the curve: a key that everybody knows."""


def test_the_sources_file_of_the_guide_is_taken_and_no_two_sources_want_a_path() -> None:
    adapters = parse(blocks("sources.md", "yaml")[0], "sources.md", SOURCES, Any32())
    assert {adapter.name for adapter in adapters} == {
        "qr", "mailing", "ses", "sendgrid", "feedback", "pos", "messages", "wechat"
    }  # fmt: skip
    Router(adapters)


def test_the_guide_names_every_path_of_its_sources() -> None:
    text = (DOCS / "sources.md").read_text(encoding="utf-8")
    for adapter in parse(blocks("sources.md", "yaml")[0], "sources.md", SOURCES, Any32()):
        for route in adapter.routes:
            assert route.path.partition("/{")[0] in text, route


@pytest.fixture
def lockers() -> ModuleType:
    """The module of the guide, as if it stood where the guide puts it."""
    module = ModuleType("producers.collector.adapters.lockers")
    sys.modules[module.__name__] = module
    exec(compile(blocks("add-a-source.md", "python")[0], "lockers.py", "exec"), module.__dict__)
    return module


def test_the_source_of_the_guide_does_what_the_guide_says(lockers: ModuleType) -> None:
    payload, wanted = blocks("add-a-source.md", "json")
    adapter = lockers.Lockers(lockers.Config(keys=(WriteKey("lockers", KEY),)))
    made = request("/v1/lockers", payload.encode())
    assert payloads.told(adapter, made) == json.loads(wanted)
    answer = msgspec.json.decode(adapter.take(made).answer.body)
    assert (answer["accepted"], answer["rejected"][0]["index"], answer["rejected"][0]["reason"]) == (2, 2, "bad_value")


def test_the_test_of_the_guide_passes(lockers: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    payload, wanted = blocks("add-a-source.md", "json")
    (tmp_path / "lockers").mkdir()
    (tmp_path / "lockers" / "states.json").write_text(payload, encoding="utf-8")
    (tmp_path / "lockers" / "states.expected.json").write_text(wanted, encoding="utf-8")
    monkeypatch.setattr(payloads, "FOLDER", tmp_path)
    test = ModuleType("test_lockers")
    exec(compile(blocks("add-a-source.md", "python")[-1], "test_lockers.py", "exec"), test.__dict__)
    for case in payloads.cases("lockers"):
        test.test_an_example_becomes_what_stands_beside_it(case.values[0])
    test.test_any_bytes_are_refused_or_rejected_never_a_fault_of_ours()
    test.test_who_shows_no_key_is_refused()
