"""Where recorded touchpoints come from: `kafka`, `archive`, or files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rapport.settings import Settings
from replay.source import ReplayError
from replay.sources.archive import Archive
from replay.sources.files import Files
from replay.sources.kafka_log import KafkaLog

KAFKA: Final = "kafka"
ARCHIVE: Final = "archive"


def opened(
    names: Sequence[str], settings: Settings, only: int | None = None, *, in_step: bool = False
) -> KafkaLog | Archive | Files:
    """The source that the names mean; of a log that stands somewhere `only` one partition, if asked.

    `in_step`: the partitions of a log go side by side in time instead of one after the other.

    `ReplayError` if there is none, or a log is to be mixed with something else.
    """
    if not names:
        raise ReplayError(f"nothing to replay; name {KAFKA}, {ARCHIVE}, or files ('-' is standard input)")
    if len(names) > 1 and {KAFKA, ARCHIVE} & set(names):
        raise ReplayError(f"{', '.join(names)}: {KAFKA} and {ARCHIVE} hold whole logs; replay them by themselves")
    match names[0]:
        case "kafka":
            return KafkaLog(settings.cluster, only, in_step=in_step)
        case "archive":
            return Archive(settings, only, in_step=in_step)
        case _:
            return Files(names, settings.partitions, settings.identity, in_step=in_step)
