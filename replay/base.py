"""The other side of a comparison: what the line really sent, or the outputs of another run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from rapport.connection import Kafka
from rapport.settings import Settings
from replay import keeping
from replay.kafka_reading import Topics
from replay.source import ReplayError
from replay.sources import KAFKA
from replay.sources.lines import File, read
from schemas import topics
from schemas.codec import decode_outputs
from schemas.letters import is_mark, rejected_of
from schemas.records import Emitted, Undecodable
from schemas.wire import output_from_json
from sinks.archive import KINDS, read_outputs
from sinks.clickhouse.client import StoreError
from sinks.clickhouse.connect import reader

LIVE: Final = "live"
TOPICS: Final[tuple[str, ...]] = (
    topics.SHIFTS, topics.SIGNALS, topics.DECISIONS, topics.HISTORY_ALERTS, topics.MEASURES,
    *(topics.alert_topic(team) for team in topics.TEAMS),
)  # fmt: skip
"""Topics of Avro outputs that keep every record. `customers.v1` is compacted: only last cards are left there."""


class Base(NamedTuple):
    """`outputs` can be read once. `live`: the line's own. `without`: kinds of which it keeps only the last."""

    live: bool
    without: frozenset[str]
    outputs: Callable[[], Iterator[Emitted]]


def named(compare: str, sources: Sequence[str], settings: Settings) -> Base:
    """What `--compare` names: `live` (of the archive, or of Kafka if that is what is replayed), or a file."""
    if compare != LIVE:
        kept = None if Path(compare).is_file() else keeping.named(settings.data, compare)
        if kept is not None:
            return Base(False, frozenset(), partial(keeping.outputs, settings.data, kept.id))
        return Base(False, frozenset(), partial(of_run, compare))
    if KAFKA in sources:
        return Base(True, frozenset({"card"}), partial(of_kafka, settings.cluster))
    return Base(True, frozenset(), partial(of_archive, settings))


def of_run(name: str) -> Iterator[Emitted]:
    """The outputs that another run wrote with `--out`."""
    path = Path(name)
    if not path.is_file():
        raise ReplayError(
            f"--compare {name}: no such file or run; compare with {LIVE!r}, a file that --out wrote, or an id of"
            " `rapport replay runs`"
        )
    for line in read(File(name, path)):
        try:
            yield output_from_json(msgspec.json.decode(line.content))
        except (ValueError, TypeError) as error:
            raise ReplayError(f"{name}:{line.number}: no output of a replay: {error}") from error


def of_kafka(kafka: Kafka) -> Iterator[Emitted]:
    """What stands on the output topics now, dead letters of the engine included; no cards."""
    with Topics(kafka) as reader:
        for topic in TOPICS:
            for records in reader.read(topic, reader.spans(topic)):
                for output in decode_outputs([record.value for record in records if record.value is not None]):
                    if isinstance(output, Undecodable):
                        raise ReplayError(f"Kafka at {kafka}: {topic}: a record is no output: {output.detail}")
                    yield output
        for records in reader.read(topics.DLQ, reader.spans(topics.DLQ)):
            yield from (rejected_of(record) for record in records if not is_mark(record.headers))


def of_archive(settings: Settings) -> Iterator[Emitted]:
    """What the archive holds, every id once."""
    try:
        with closing(reader(settings)) as store:
            for kind in KINDS:
                yield from read_outputs(store, kind)
    except StoreError as error:
        raise ReplayError(f"--compare {LIVE}: {error}") from error
