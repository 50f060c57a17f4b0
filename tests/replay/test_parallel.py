"""Several processes fold an archive as one does, and go on where a killed replay stood."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from rapport.settings import Settings
from replay import parallel
from replay.run import run
from sinks.clickhouse.embedded import EmbeddedStore
from sinks.clickhouse.migrate import migrate
from sinks.store.sql import SqlServer
from streams.knowledge.load import load
from tests.replay.test_past import LINE, archived


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    """An archive of two partitions behind the store's own door."""
    store = EmbeddedStore(tmp_path / "clickhouse")
    migrate(store)
    archived(store, 0, LINE)
    archived(store, 1, LINE[:300])
    door = SqlServer(0, "token", store, lambda: {"well": True})
    threading.Thread(target=door.serve_forever, daemon=True).start()
    yield Settings(identity_key="test", data=tmp_path / "data", store_port=door.port, store_token="token")
    door.shutdown()
    door.server_close()
    store.close()


def test_two_processes_say_what_one_says(settings: Settings, tmp_path: Path) -> None:
    knowledge = load(settings.knowledge)
    said = {}
    for jobs in (1, 2):
        with (tmp_path / f"{jobs}.jsonl").open("wb") as out:
            said[jobs] = run(["archive"], settings, knowledge, jobs=jobs, out=out).to_json()
    assert (tmp_path / "1.jsonl").read_bytes() == (tmp_path / "2.jsonl").read_bytes() != b""
    one, two = ({**each, "seconds": 0, "rate": 0} for each in said.values())
    assert one == two


def test_what_was_done_before_the_kill_is_not_done_again(settings: Settings, tmp_path: Path) -> None:
    documents = load(settings.knowledge).documents
    first = parallel.fold(["archive"], settings, documents, 0, tmp_path)
    assert first.counts["records"] == len(LINE)
    (tmp_path / "0.json").write_bytes(msgspec.json.encode(msgspec.structs.replace(first, fingerprint="as it was")))
    assert parallel.fold(["archive"], settings, documents, 0, tmp_path).fingerprint == "as it was"
    (tmp_path / "1.outputs").write_bytes(b"half of")  # killed in its midst: there is no end of it
    assert parallel.fold(["archive"], settings, documents, 1, tmp_path).counts["records"] == 300
    assert list(parallel.read(tmp_path, 1))
