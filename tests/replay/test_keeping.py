"""Runs are kept whole: listed, shown, compared, taken into the archive, and removed from both."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from rapport.settings import Settings
from replay import keeping
from replay.keeping import Keeper
from replay.run import ReplayError, run
from replay.summary import Summary
from schemas import times
from sinks.clickhouse.runs import Kept
from streams.knowledge.load import load

NOW = 1_767_225_600_000


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(identity_key="test", data=tmp_path / "data")


@pytest.fixture
def chats(tmp_path: Path) -> Path:
    """Two customers ask and nobody answers."""
    path = tmp_path / "chats.jsonl"
    lines = [
        {
            "event_id": who, "type": "chat.message", "channel": "chat", "text": "hello",
            "occurred_at": times.write(NOW + n * 3_600_000), "identifiers": {"customer_id": who},
        }
        for n, who in enumerate(("ann", "bo"))
    ]  # fmt: skip
    path.write_bytes(b"\n".join(map(msgspec.json.encode, lines)))
    return path


def kept(settings: Settings, chats: Path, at: int, purpose: str = "replay") -> tuple[Kept, Summary]:
    knowledge = load(settings.knowledge)
    keeper = Keeper(settings.data, at)
    summary = run([str(chats)], settings, knowledge, keeper=keeper, compare=None)
    return keeper.finish(purpose, [str(chats)], knowledge.version, summary), summary


def test_a_run_is_found_by_how_its_id_begins_and_compared_with_the_next(settings: Settings, chats: Path) -> None:
    one, summary = kept(settings, chats, NOW)
    other, _ = kept(settings, chats, NOW + 1000)
    assert keeping.runs(settings.data) == [one, other]
    assert keeping.one(settings.data, "last") == other
    assert keeping.one(settings.data, one.id[:-2]) == one
    assert one.outputs == summary.outputs.total() == len(list(keeping.outputs(settings.data, one.id)))
    assert (one.digest, one.records) == (other.digest, 2)
    with pytest.raises(ReplayError, match="2 runs begin so"):
        keeping.one(settings.data, one.id[:6])
    with pytest.raises(ReplayError, match="replay runs"):
        keeping.one(settings.data, "none")
    again = run([str(chats)], settings, load(settings.knowledge), compare=one.id)
    assert not again.different
    assert again.differences is not None
    assert again.differences.same == one.outputs


def test_half_a_run_is_none(settings: Settings) -> None:
    keeper = Keeper(settings.data, NOW)
    assert keeping.runs(settings.data) == []
    keeper.drop()
    assert not keeper.folder.exists()
