"""The store takes up kept runs of replay, removes them, and tells how the last verification ended."""

from __future__ import annotations

from pathlib import Path

import msgspec

from replay import keeping
from replay.keeping import Keeper
from replay.summary import Summary
from schemas.records import Signal
from sinks import metrics
from sinks.clickhouse.embedded import EmbeddedStore
from sinks.clickhouse.runs import VERIFY
from sinks.store import shelf

NOW = 1_767_225_600_000
SIGNAL = Signal(
    id="1", at=NOW, partition=0, offset=7, knowledge="v1", customer_id="ann", name="unanswered", version=1,
    severity="warning", matter="m", values={},
)  # fmt: skip


def test_the_archive_has_a_run_once_and_loses_it_with_its_removal(tmp_path: Path, store: EmbeddedStore) -> None:
    keeper = Keeper(tmp_path, NOW)
    keeper.add(SIGNAL)
    one = keeper.finish("replay", ["shop.jsonl"], "v1", Summary())
    folder = keeping.shelf(tmp_path)
    for _ in range(2):
        shelf.look(store, folder)
        (folder / one.id / "stored").unlink(missing_ok=True)  # as if it had been killed just before
    shelf.look(store, folder)
    assert list(store.query("SELECT id, outputs FROM replay_runs_now").rows()) == [(one.id, 0)]
    assert list(store.query("SELECT count() FROM replay_outputs_now").rows()) == [(1,)]
    keeping.remove(tmp_path, one.id)
    assert keeping.runs(tmp_path) == []
    shelf.look(store, folder)
    assert not (folder / one.id).exists()
    store.execute("OPTIMIZE TABLE replay_outputs FINAL")
    assert list(store.query("SELECT count() FROM replay_runs_now").rows()) == [(0,)]


def test_the_last_verification_is_a_metric(tmp_path: Path, store: EmbeddedStore) -> None:
    summary = Summary(compared_with="live")
    keeper = Keeper(tmp_path, NOW)
    one = keeper.finish(VERIFY, ["archive"], "v", summary)
    (keeper.folder / "run.json").write_bytes(msgspec.json.encode(msgspec.structs.replace(one, differences=3)))
    shelf.look(store, keeping.shelf(tmp_path))
    assert metrics.DIFFERENCES._value.get() == 3
    assert metrics.VERIFIED._value.get() == NOW / 1000
