"""The example at work: history first, the last day live, the simulated feed all along."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from random import Random
from threading import Event

import msgspec

from producers.checkpoint import Checkpoint
from producers.counts import Counts
from producers.delivery import Producer, wall_clock
from producers.example.story import Scene, story
from producers.feed import Run, feed
from producers.importers.naming import source_name
from producers.importers.online_retail import ONLINE_RETAIL, SHOP_ZONE
from producers.importers.run import LINE_DIGITS, marks, shift_to_today
from producers.kafka_log import KafkaLog
from producers.lines import Lines
from producers.pipeline import Incoming, Pipeline
from rapport.settings import PROJECT, Settings
from schemas import topics
from schemas.keys import IdentityKey
from schemas.records import Touchpoint

SLICE = PROJECT / "examples" / "online_retail_slice.csv.gz"
SHARED = PROJECT.parent / "shared" / "data"
WHOLE = Path("online_retail") / "online_retail_2010-12_2011-08.csv.gz"

LIVE_PAUSE_S = 0.7
"""Between two lines of the last day: slow enough to read along."""

HISTORY_AFTER_S = 15.0
"""The simulated feed has the line for itself so long: the first alerts need not wait for nine months of history."""

LONGEST_WAIT_S = 0.5
SHIFT = "shift_days"


class Progress(msgspec.Struct):
    """How far the example came on this log, kept in the data folder: history goes in once."""

    topic_id: str
    file: str
    shift_days: int
    live_lines: int = 0


class _Stopped(Exception):
    """The example was asked to end in the midst of history; its checkpoint stays."""


def run(settings: Settings, stop: Event, say: Callable[[str], None] = print) -> None:
    """Feeds the example to the Kafka of the settings until `stop` is set. `DeliveryFailed` if Kafka stays away."""
    with (
        closing(KafkaLog(settings.cluster, trace_share=settings.trace_share)) as history,
        closing(KafkaLog(settings.cluster, trace_share=settings.trace_share)) as live,
    ):
        Example(history, live, settings.identity, settings.data, example_file(), stop, say).go_on()


def example_file(shared: Path = SHARED) -> Path:
    """The whole data set where it is at hand, else the slice that comes with Rapport."""
    whole = shared / WHOLE
    return whole if whole.exists() else SLICE


class Example:
    """One run of the example, over any producers; see `run`. History has a producer of its own, as `feed` wants."""

    def __init__(
        self,
        history: Producer,
        live: Producer,
        identity: IdentityKey,
        data: Path,
        file: Path,
        stop: Event,
        say: Callable[[str], None],
    ) -> None:
        self._producer, self._identity, self._data, self._stop, self._say = history, identity, data, stop, say
        self._retail = ONLINE_RETAIL
        self._file = Lines(str(file))
        self._name = source_name(str(file))
        self._pipeline = Pipeline(live, identity)
        self._begun = time.monotonic()
        self._run = str(wall_clock())
        self._scenes = story(Random(self._run))
        self._next: Scene = next(self._scenes)
        self._number = 0

    def go_on(self) -> None:
        self._say("Simulated customers (sim-…) chat and come into the shop; nobody of them exists.")
        try:
            progress = self._progress() or self._history()
        except _Stopped:
            return
        lines = islice(self._last_day(), progress.live_lines, None)
        self._say("The last day of Online Retail follows live, a line now and then, as if it happened now.")
        due = time.monotonic()
        for line_number, touchpoint in lines:
            due += LIVE_PAUSE_S
            if not self._live_until(due):
                break
            now = wall_clock()
            offset = datetime.fromtimestamp(now / 1000, SHOP_ZONE).utcoffset()
            minutes = int(offset.total_seconds()) // 60 if offset else 0
            moved = msgspec.structs.replace(touchpoint, occurred_at=now, occurred_offset=minutes)
            self._pipeline.take(Incoming(self._name, line_number, moved))
            progress.live_lines += 1
            self._keep(progress)
        while self._live_until(time.monotonic() + LONGEST_WAIT_S):
            pass

    def _live_until(self, due: float) -> bool:
        """Plays the simulated feed up to that moment; False when it is time to end."""
        while not self._stop.is_set():
            self._play()
            now = time.monotonic()
            if now >= due:
                return True
            self._stop.wait(min(due, self._begun + self._next.after_s) - now)
        return False

    def _play(self) -> None:
        """Sends every scene that is due."""
        while self._begun + self._next.after_s <= time.monotonic():
            self._number += 1
            touchpoint = self._next.touchpoint(self._number, self._run, wall_clock())
            self._pipeline.take(Incoming("simulated", self._number, touchpoint))
            self._next = next(self._scenes)

    def _history(self) -> Progress:
        """All but the last day, as history of its run; interrupted, it goes on where it stood."""
        if not self._live_until(self._begun + HISTORY_AFTER_S):
            raise _Stopped
        checkpoint = Checkpoint(self._data / "checkpoints", "example", [self._file.path])
        shift = 0

        def begin(memo: dict[str, str]) -> Iterable[Incoming]:
            nonlocal shift
            shift = int(memo.setdefault(SHIFT, str(shift_to_today([(self._retail, self._file)], wall_clock()))))
            self._say(
                f"{self._retail.attribution}: all but the last day of {self._name} goes in as history. "
                f"All times are moved {shift} days later, so that the last day is today."
            )
            return self._history_pieces(shift)

        def watch(counts: Counts) -> None:
            if self._stop.is_set():
                raise _Stopped
            self._play()

        counts = feed(Run(begin, checkpoint), self._producer, self._identity, watch)
        self._say(f"History: {counts.summary(self._producer.acknowledged)}")
        progress = Progress(self._producer.topic_id(topics.RAW), self._name, shift)
        self._keep(progress)
        return progress

    def _history_pieces(self, shift: int) -> Iterator[Incoming]:
        run = f"{self._retail.name}:{self._name}"
        partitions = self._producer.partitions(topics.RAW)
        last = self._last_day_number()
        lines = (
            Incoming(self._name, number, self._retail.touchpoint(line, self._event_id(number), shift, run))
            for number, line in self._records()
            if self._day(line) != last
        )
        return chain(
            marks("begun", run, partitions, wall_clock()), lines, marks("ended", run, partitions, wall_clock())
        )

    def _last_day(self) -> Iterator[tuple[int, Touchpoint]]:
        last = self._last_day_number()
        for number, line in self._records():
            if self._day(line) == last:
                touchpoint = self._retail.touchpoint(line, self._event_id(number))
                if isinstance(touchpoint, Touchpoint):
                    yield number, touchpoint

    def _records(self) -> Iterator[tuple[int, bytes]]:
        for line in self._file:
            if line.number > 1 and isinstance(line.content, bytes):
                yield line.number, line.content

    def _day(self, line: bytes) -> int | None:
        at = self._retail.at(line, 0)
        return None if at is None else self._retail.day(at)

    def _last_day_number(self) -> int | None:
        return max((day for _, line in self._records() if (day := self._day(line)) is not None), default=None)

    def _event_id(self, number: int) -> str:
        return f"{self._name}:{number:0{LINE_DIGITS}d}"

    def _progress(self) -> Progress | None:
        """What an earlier run left on this very log, if there is one."""
        try:
            found = msgspec.json.decode((self._data / "example.json").read_bytes(), type=Progress)
        except (FileNotFoundError, msgspec.MsgspecError):
            return None
        same = (found.topic_id, found.file) == (self._producer.topic_id(topics.RAW), self._name)
        if same:
            self._say("The history of Online Retail is in the log already, from an earlier run.")
        return found if same else None

    def _keep(self, progress: Progress) -> None:
        self._data.mkdir(parents=True, exist_ok=True)
        part = self._data / "example.json.part"
        part.write_bytes(msgspec.json.encode(progress))
        part.replace(self._data / "example.json")
