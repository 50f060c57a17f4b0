"""Quix Streams: a count a key in its state (RocksDB, with a changelog topic), committed once a second."""

from __future__ import annotations

import os
import tempfile
from typing import Any

from quixstreams import Application

from bench.peers.result import COUNT, KAFKA, NAME, TOPIC, Watch


def main() -> None:
    watch = Watch(int(os.environ[COUNT]))
    app = Application(
        broker_address=os.environ[KAFKA], consumer_group=os.environ[NAME], auto_offset_reset="earliest",
        state_dir=tempfile.mkdtemp(), commit_interval=1.0, loglevel="ERROR",
    )  # fmt: skip
    topic = app.topic(os.environ[TOPIC], key_deserializer="bytes", value_deserializer="bytes")

    def count(value: Any, state: Any) -> Any:
        watch.begin()
        state.set("count", state.get("count", 0) + 1)
        watch.done()
        return value

    app.dataframe(topic).apply(count, stateful=True)
    app.run()


if __name__ == "__main__":
    main()
