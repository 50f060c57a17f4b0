"""Rapport as `rapport up` runs it, for tests that do to it what they like: broker, worker, store, each a process."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final
from urllib.request import urlopen

from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import OffsetSpec
from kafka.errors import KafkaError
from prometheus_client.parser import text_string_to_metric_families

from deploy.local import processes
from deploy.local.broker import Broker, free_port
from rapport import stacks
from rapport.settings import Settings, environment_of
from schemas import topics
from sinks.clickhouse.client import StoreAway
from sinks.clickhouse.remote import RemoteStore
from streams.app.line import GROUP

PATIENCE_S: Final = 180.0
TAIL: Final = 30
FULL: Final = 400
"""Lines that are shown where what each task waits for stands among them."""
CLIENTS: Final = re.compile(r"\[(aiokafka|kafka)[.\w]*\]")
ENTRY: Final = ("rapport.cli",)
"""The module that processes run, and its first words."""
COMMANDS: Final = {"collector": "collect"}
"""Of processes that are not called as their command."""


class NotInTime(Exception):
    """A condition did not come true; the message holds the last word of every process."""


class Line:
    """A broker, workers and one store on a folder of their own. Ports and secrets are its own, too.

    A process goes by its name: `worker`, `store`, and for more workers `worker-2` and the like; each has
    its own log and metrics port. Used as a context: whatever happens, nothing of it is left running.
    """

    def __init__(self, folder: Path, partitions: int = 4, broker: Broker | None = None, **settings: Any) -> None:
        self.folder = folder
        self.broker = broker or Broker(folder / "broker")
        """One that is given runs on when this ends."""
        self._own_broker = broker is None
        self.settings = Settings(
            kafka=settings.pop("kafka", self.broker.bootstrap),
            data=folder / "data",
            partitions=partitions,
            store_port=free_port(),
            collector_port=free_port(),
            console_port=free_port(),
            write_key="a key of this test",
            store_token="let-me-read",
            metrics_port=0,
            identity_key="a secret of this test",
            session_timeout_s=3,
            **settings,
        )
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self._ports: dict[str, int] = {}
        self.ends: list[tuple[str, int]] = []
        """Processes that ended by themselves, with their exit status."""

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *_: object) -> None:
        for name in list(self.running):
            self.stop(name)
        if self._own_broker:
            self.broker.stop()

    def start(self, *names: str, entry: Sequence[str] = ENTRY, **settings: str) -> None:
        """Start what the names say; `settings` and the `entry` (a module and its first words) hold for these only."""
        environment = environment_of(self.settings) | {f"RAPPORT_{name.upper()}": v for name, v in settings.items()}
        for name in names:
            served = {"store": self.settings.store_port, "collector": self.settings.collector_port,
                      "console": self.settings.console_port}  # fmt: skip
            self._ports[name] = served.get(role(name)) or int(settings.get("metrics_port") or free_port())
            own = {"RAPPORT_METRICS_PORT": str(self._ports[name])} if role(name) == "worker" else {}
            self.running[name] = processes.start(
                command(COMMANDS.get(role(name), role(name)), entry=entry), self.log(name), environment | own
            )

    def run(self, *arguments: str, within_s: float = PATIENCE_S, **settings: str) -> subprocess.CompletedProcess[str]:
        """A command of `rapport` from start to end, with what it said."""
        environment = environment_of(self.settings) | {f"RAPPORT_{name.upper()}": v for name, v in settings.items()}
        return subprocess.run(
            command(*arguments), env=os.environ | environment, capture_output=True, text=True, check=False,
            timeout=within_s, stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def init(self) -> None:
        done = self.run("init")
        assert done.returncode == 0, done.stdout + done.stderr

    def kill(self, name: str) -> None:
        """As the kernel would: no farewell. `name` may be `broker`."""
        if name == "broker":
            self.broker.kill9()
        elif name in self.running:
            process = self.running.pop(name)
            process.kill()
            process.wait()

    def pause(self, name: str) -> None:
        """Nothing of it runs any more, and it does not know."""
        self.running[name].send_signal(signal.SIGSTOP)

    def go_on(self, name: str) -> None:
        self.running[name].send_signal(signal.SIGCONT)

    def stop(self, name: str, within_s: float = 120.0) -> int:
        """End it in order; its exit status."""
        process = self.running.pop(name)
        process.send_signal(signal.SIGTERM)
        try:
            return process.wait(within_s)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()

    def ended(self) -> list[str]:
        """Names of processes that have ended by themselves since the last call; noted in `ends`."""
        gone = [name for name, process in self.running.items() if process.poll() is not None]
        for name in gone:
            self.ends.append((name, self.running.pop(name).returncode))
        return gone

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def tail(self, name: str, lines: int = TAIL) -> str:
        """The last lines that a process wrote, without what Kafka's clients say of a broker that is away."""
        file = self.broker.log if name == "broker" else self.log(name)
        text = file.read_text(errors="replace").splitlines() if file.exists() else []
        return "\n".join([line for line in text if not CLIENTS.search(line)][-lines:])

    def wait(self, what: str, condition: Callable[[], bool], within_s: float = PATIENCE_S) -> None:
        """Until `condition` holds. NotInTime if it does not in time, or if a process has ended meanwhile."""
        limit = time.monotonic() + within_s
        while not condition():
            gone = self.ended() + (["broker"] if self.broker.pid is not None and not self.broker.running else [])
            if gone or time.monotonic() > limit:
                why = f"{', '.join(gone)} ended ({self.ends})" if gone else f"not in {within_s:.0f} s"
                self._show_stacks()
                logs = "\n".join(f"--- {name}\n{self.tail(name, FULL)}" for name in ("broker", *self._ports))
                raise NotInTime(f"{what}: {why}\n{logs}")
            time.sleep(0.1)

    def _show_stacks(self) -> None:
        """Every process writes into its log what it is doing."""
        before = {name: self.log(name).stat().st_size for name in self.running}
        for process in self.running.values():
            process.send_signal(stacks.NUMBER)
        limit = time.monotonic() + 10
        while time.monotonic() < limit and any(self.log(n).stat().st_size == size for n, size in before.items()):
            time.sleep(0.1)

    def lag(self, group: str, over: Iterable[str] = (topics.RAW, topics.RESOLVED, topics.MEASURES)) -> int | None:
        """Records of the topics that the group has not committed; None while that cannot be told."""
        try:
            admin = KafkaAdminClient(bootstrap_servers=self.broker.bootstrap, bootstrap_timeout_ms=10_000)
        except KafkaError:
            return None
        try:
            return _lag(admin, group, [TopicPartition(t, p) for t in over for p in range(self.settings.partitions)])
        except KafkaError:
            return None
        finally:
            admin.close()

    def metrics(self, name: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
        """What a process measures, by name and labels; nothing while it does not answer."""
        try:
            with urlopen(f"http://127.0.0.1:{self._ports[name]}/metrics", timeout=30) as answer:
                families = text_string_to_metric_families(answer.read().decode())
        except OSError:
            return {}
        return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}

    def holds(self, name: str) -> set[tuple[str, int]]:
        """Topic and partition of all that a worker is assigned and has measured."""
        labels = [dict(labels) for metric, labels in self.metrics(name) if metric == "rapport_lag_records"]
        return {(each["topic"], int(each["partition"])) for each in labels}

    def health(self) -> dict[str, object]:
        """What the store says of itself; nothing while it does not answer."""
        door = HTTPConnection("127.0.0.1", self.settings.store_port, timeout=30)
        try:
            door.request("GET", "/health")
            found: dict[str, object] = json.loads(door.getresponse().read())
        except OSError:
            return {}
        finally:
            door.close()
        return found

    def drained(self) -> bool:
        """Whether the workers have committed everything on their topics."""
        return self.lag(GROUP) == 0

    def sql(self, query: str) -> list[tuple[object, ...]]:
        """Rows of the store's read-only SQL."""
        store = RemoteStore(self.settings.store_port, self.settings.store_token)
        return list(store.query(query).rows())

    def answers(self) -> bool:
        """Whether the store answers SQL."""
        try:
            return self.sql("SELECT 1") == [(1,)]
        except StoreAway:
            return False


def role(name: str) -> str:
    """What a process of this name does: `worker`, `store`, `collector` or `console`."""
    return name.partition("-")[0]


def command(*arguments: str, entry: Sequence[str] = ENTRY) -> list[str]:
    """The command line of `rapport` with this interpreter."""
    return [sys.executable, "-m", *entry, *arguments]


def _lag(admin: KafkaAdminClient, group: str, partitions: list[TopicPartition]) -> int:
    ends = admin.list_partition_offsets(dict.fromkeys(partitions, OffsetSpec.LATEST))
    committed = admin.list_group_offsets({group: partitions})[group]
    # nothing committed counts from the beginning
    return sum(ends[tp].offset - max(committed[tp].offset if tp in committed else 0, 0) for tp in partitions)
