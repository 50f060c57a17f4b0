"""A line to measure: a broker and its topics in a folder of their own, and processes at work on it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final

from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import OffsetSpec
from kafka.errors import KafkaError

from bench.rawlog import RawLog
from deploy.local import processes
from deploy.local.broker import Broker
from producers.kafka_log import KafkaLog
from rapport.init import init
from rapport.settings import Settings, environment_of
from schemas import topics
from streams.app.line import GROUP

TICKS_A_SECOND: Final = os.sysconf("SC_CLK_TCK")
SECRET: Final = "a secret of the benchmarks"


class Stopped(Exception):
    """A process ended, or took too long; the message holds its last words."""


class Line:
    """Used as a context: whatever happens, nothing of it is left running or lying about."""

    def __init__(self, partitions: int, clock: str, say: Callable[[str], None]) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="rapport-bench-")
        self.folder = Path(self._folder.name)
        self.broker = Broker(self.folder / "broker", say=say)
        self.settings = Settings(
            kafka=self.broker.bootstrap, data=self.folder / "data", partitions=partitions, metrics_port=0,
            identity_key=SECRET, clock="leader" if clock == "leader" else "driven",
        )  # fmt: skip
        self._say = say
        self._running: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Line:
        try:
            self.broker.start()
            init(self.settings, self._say)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._running:
            self.end(process)
        self.broker.stop()
        self._folder.cleanup()

    def worker(self) -> subprocess.Popen[bytes]:
        """One worker with the settings of this line."""
        return self.start("worker", ("rapport.cli", "worker"), environment_of(self.settings))

    def start(
        self, name: str, words: Sequence[str], environment: Mapping[str, str], python: str = sys.executable
    ) -> subprocess.Popen[bytes]:
        """A Python module as a process; its log is `<name>.log` in the folder."""
        return self.run(name, [python, "-m", *words], environment)

    def run(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        """Any program as a process, with a log like that."""
        process = processes.start(command, self.log(name), environment)
        self._running.append(process)
        return process

    @staticmethod
    def end(process: subprocess.Popen[bytes]) -> None:
        """In order; by force after half a minute."""
        if process.poll() is None:
            processes.end(process.pid, 30.0)
        process.wait()

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def load(self, topic: str, log: RawLog) -> None:
        """The records onto a topic, in batches, acknowledged."""
        kafka = KafkaLog(self.settings.cluster)
        try:
            for partition, records in enumerate(log.partitions):
                for key, value in records:
                    kafka.send(topic, partition, key, value)
            kafka.flush()
        finally:
            kafka.close()

    def make(self, *names: str) -> None:
        """Topics beside those of the line, with as many partitions."""
        admin = KafkaAdminClient(**self.settings.cluster.client())
        try:
            wanted = {name: {"num_partitions": self.settings.partitions, "replication_factor": 1} for name in names}
            admin.create_topics(wanted, wait_for_metadata=True)
        finally:
            admin.close()

    def wait(self, process: subprocess.Popen[bytes], name: str, done: Callable[[], bool], within_s: float) -> None:
        """Until `done`, asked twenty times a second; Stopped if the process ends before or it takes too long."""
        limit = time.monotonic() + within_s
        while not done():
            if process.poll() is not None or time.monotonic() > limit:
                why = f"not in {within_s:.0f} s" if process.poll() is None else f"it ended ({process.returncode})"
                tail = "\n".join(self.log(name).read_text(errors="replace").splitlines()[-20:])
                raise Stopped(f"{name}: {why}\n{tail}")
            time.sleep(0.05)


class Gauge:
    """Asks the broker how far things are. One connection; close it."""

    def __init__(self, settings: Settings) -> None:
        self._admin = KafkaAdminClient(**settings.cluster.client())
        self._partitions = settings.partitions

    def records(self, topic: str) -> int:
        """How many records a topic of the line has ever had."""
        places = [TopicPartition(topic, number) for number in range(self._partitions)]
        ends = self._admin.list_partition_offsets(dict.fromkeys(places, OffsetSpec.LATEST))
        return sum(ends[place].offset for place in places)

    def committed(self, topic: str) -> int:
        """How many of its records the workers have done with."""
        places = [TopicPartition(topic, number) for number in range(self._partitions)]
        try:
            found = self._admin.list_group_offsets({GROUP: places})[GROUP]
        except KafkaError as error:
            if not error.retriable:
                raise
            return 0  # no group has formed yet
        return sum(max(found[place].offset, 0) for place in places if place in found)

    def drained(self) -> bool:
        """Whether both stations have committed everything."""
        return all(self.committed(topic) == self.records(topic) for topic in (topics.RAW, topics.RESOLVED))

    def lag(self, group: str, read: Iterable[str]) -> int:
        """Records of these topics that the group has not committed; all of them while no group has formed."""
        places = [TopicPartition(topic, number) for topic in read for number in range(self._partitions)]
        ends = self._admin.list_partition_offsets(dict.fromkeys(places, OffsetSpec.LATEST))
        try:
            done = self._admin.list_group_offsets({group: places})[group]
        except KafkaError as error:
            if not error.retriable:
                raise
            done = {}
        return sum(end.offset - max(done[place].offset if place in done else 0, 0) for place, end in ends.items())

    def close(self) -> None:
        self._admin.close()


def cpu_seconds(pid: int) -> float:
    """User and system time of a process with all its threads, from /proc; steps of a hundredth of a second."""
    fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND
