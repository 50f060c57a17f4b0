"""A process that sends a file and may be killed: `python -m tests.producers.sender BOOTSTRAP FOLDER FILE`.

It says a line when it begins, one at each checkpoint, and the summary at its end.
"""

from __future__ import annotations

import sys
from pathlib import Path

from producers.counts import Counts
from producers.kafka_log import KafkaLog
from producers.lines import Lines
from producers.send import send
from rapport.connection import Kafka
from tests.producers.world import IDENTITY


def main(bootstrap: str, folder: str, file: str) -> None:
    log = KafkaLog(Kafka(bootstrap))
    print("begins", flush=True)
    counts = send([Lines(file)], log, IDENTITY, Path(folder), watch)
    log.close()
    print(counts.summary(log.acknowledged), flush=True)


def watch(counts: Counts) -> None:
    print(f"{counts.accepted} so far", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
