"""Bytewax: a count a key in its state, with snapshots for recovery (SQLite) every second."""

from __future__ import annotations

import os
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import bytewax.operators as op
from bytewax._bytewax import run_main
from bytewax.connectors.kafka import KafkaSource
from bytewax.dataflow import Dataflow
from bytewax.outputs import DynamicSink, StatelessSinkPartition
from bytewax.recovery import RecoveryConfig, init_db_dir

from bench.peers.result import COUNT, KAFKA, NAME, TOPIC, Watch


class _Counted:
    """Tells the watch what has come through."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    def build(self, step_id: str, worker_index: int, worker_count: int) -> _Counted:
        return self

    def write_batch(self, items: list[Any]) -> None:
        self._watch.done(len(items))


Counted: Final = type("Counted", (_Counted, DynamicSink, StatelessSinkPartition), {})
"""Both at once, for it needs no state; made by a call, for Bytewax says nothing of its types."""


def main() -> None:
    watch = Watch(int(os.environ[COUNT]))

    def key(message: Any) -> str:
        watch.begin()
        return str(message.key, "utf-8")

    flow = Dataflow(os.environ[NAME].replace("-", "_"))
    messages = op.input("in", flow, KafkaSource([os.environ[KAFKA]], [os.environ[TOPIC]], tail=False))
    counts = op.stateful_map("count", op.key_on("key", messages, key), lambda n, _: ((n or 0) + 1, (n or 0) + 1))
    op.output("out", counts, Counted(watch))
    folder = Path(tempfile.mkdtemp())
    init_db_dir(folder, 1)
    run_main(flow, epoch_interval=timedelta(seconds=1), recovery_config=RecoveryConfig(folder))


if __name__ == "__main__":
    main()
