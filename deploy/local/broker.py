"""A single-node Kafka (KRaft) on the local JVM, on a folder of its own."""

from __future__ import annotations

import base64
import json
import os
import signal
import socket
import subprocess
import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from random import SystemRandom

from deploy.local import jars, processes
from deploy.local.jars import NoBroker

_HOST = "127.0.0.1"
_RANGE = 20_000, 32_000
_PORTS = SystemRandom()
_STARTED = b"Kafka Server started"
_LOST = "Address already in use"
_TRIES = 3
"""A port that was free when it was chosen may be taken when the broker comes to listen there."""

_PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller}
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller}
advertised.listeners=PLAINTEXT://{host}:{port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={logs}
auto.create.topics.enable=false
message.max.bytes=20971520
# a group forms at once and a dead member is noticed soon: this is one machine
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
# a broker that was killed may register again this soon
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
# clean-up must not wait for the long defaults of a cluster
log.retention.check.interval.ms=60000
log.cleaner.backoff.ms=5000
log.cleaner.dedupe.buffer.size=16777216
num.network.threads=2
num.io.threads=4
"""

_JVM = (
    "-Xmx256m", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20", "-Xshare:auto",
    "-Djdk.nio.maxCachedBufferSize=262144",
    "-XX:+ExitOnOutOfMemoryError", "-Djava.awt.headless=true",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSS",
    "-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info",
)  # fmt: skip

"""What lives in the heap of one machine's broker is about 60 MB, measured after a collection; Java fills the rest
before it collects. A thread keeps no buffer of the size of the largest request that it ever had (20 MB)."""

_QUICK_START = "-Xms128m", "-XX:TieredStopAtLevel=1"
"""The optimising compiler costs seconds of processor time before it pays."""

_LONG_LIFE = "-Xms256m", "-XX:+AlwaysPreTouch"
"""The whole heap is there from the start, so that who looks at the process sees what it takes; one that is taken by and
by looks like a leak for half an hour."""


class _PortLost(NoBroker):
    """Somebody else listens on its port, or on that of its controller."""


class Broker:
    """A broker of our own: `start`, `stop`, `kill9`, `restart` on the same port and data.

    What it wrote to `folder` outlives it; so does its port, unless it is taken. It insists on the `port` that it is
    given; a new one takes the `preferred` port if that is free.
    A broker of the same folder that an earlier process left running is ended first.
    One that is `short_lived` starts with half the work and never gets as fast as the other.

    `properties` are added to its own, or stand in their place (listeners with TLS and logins, for tests).
    `users` may log in by SCRAM; they are made, with their passwords, when the folder is new.
    """

    def __init__(
        self,
        folder: Path,
        port: int = 0,
        say: Callable[[str], None] = lambda _: None,
        *,
        preferred: int = 0,
        short_lived: bool = False,
        properties: Mapping[str, str] | None = None,
        users: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder.resolve()
        self._say = say
        self._more = dict(properties or {})
        self._users = dict(users or {})
        self._jvm = (*_JVM, *(_QUICK_START if short_lived else _LONG_LIFE))
        noted = self._note()
        self._given = bool(port)
        self.port = port or noted.get("port") or (free_port() if not preferred or taken(preferred) else preferred)
        self._controller = noted.get("controller") or free_port()
        self._pid: int | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap(self) -> str:
        """`host:port`, as clients want it."""
        return f"{_HOST}:{self.port}"

    @property
    def log(self) -> Path:
        return self.folder / "broker.log"

    @property
    def pid(self) -> int | None:
        """The process, or None when it was not started or was stopped."""
        return self._pid

    @property
    def running(self) -> bool:
        return self._pid is not None and processes.alive(self._pid)

    def start(self, within_s: float = 120.0) -> Broker:
        """Start and wait until it serves. Raises NoBroker with the end of its log if it does not."""
        library = jars.resolve(self._say)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._end_leftover()
        tries = 1 if self._given else _TRIES
        while True:
            tries -= 1
            try:
                return self._start(library, within_s)
            except _PortLost:
                if not tries:
                    raise
                self.port, self._controller = free_port(), free_port()

    def _start(self, library: Path, within_s: float) -> Broker:
        self._take_ports()
        self._configure(library)
        before = self.log.stat().st_size if self.log.exists() else 0
        self._process = processes.start(self._java(library, "kafka.Kafka", str(self._properties)), self.log)
        self._pid = self._process.pid
        note = {"pid": self._pid, "port": self.port, "controller": self._controller}
        (self.folder / "broker.json").write_text(json.dumps(note))
        self._await(before, within_s)
        return self

    def stop(self, within_s: float = 15.0) -> None:
        """End it in order; after `within_s` by force."""
        if self._pid is not None:
            processes.end(self._pid, within_s)
        self._gone()

    def kill9(self) -> None:
        """Kill it as a power cut would; the data stay as they are."""
        if self._pid is not None:
            os.kill(self._pid, signal.SIGKILL)
        self._gone()

    def restart(self) -> Broker:
        """Stop if it runs, start again on the same port and data."""
        self.stop()
        return self.start()

    @property
    def _properties(self) -> Path:
        return self.folder / "server.properties"

    def _note(self) -> dict[str, int]:
        try:
            noted: dict[str, int] = json.loads((self.folder / "broker.json").read_text())
        except (FileNotFoundError, ValueError):
            return {}
        return noted

    def _end_leftover(self) -> None:
        """Two brokers on one folder would destroy it."""
        left = self._note().get("pid", 0)
        if left and str(self.folder) in processes.command_of(left):
            self._say(f"ending a broker that was left running on {self.folder} (process {left})")
            processes.end(left, 15.0)

    def _take_ports(self) -> None:
        if taken(self.port):
            if self._given:
                raise NoBroker(f"port {self.port} of the broker on {self.folder} is taken by another program; end it")
            self.port = free_port()
        if taken(self._controller):
            self._controller = free_port()

    def _configure(self, library: Path) -> None:
        logs = self.folder / "logs"
        text = _PROPERTIES.format(host=_HOST, port=self.port, controller=self._controller, logs=logs)
        more = "".join(f"{name}={value}\n" for name, value in self._more.items())
        self._properties.write_text(text + more)
        if (logs / "meta.properties").exists():
            return
        # Its first letter is an A, for a name that begins with a dash is taken for an option.
        identity = "A" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")[1:]
        command = self._java(library, "kafka.tools.StorageTool", "format", "-t", identity, "-c", str(self._properties))
        for user, password in self._users.items():
            for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-512"):
                command += ["--add-scram", f"{mechanism}=[name={user},password={password}]"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            raise NoBroker(f"Kafka could not format {logs}: {(done.stdout + done.stderr).strip()[-600:]}")

    def _java(self, library: Path, main: str, *arguments: str) -> list[str]:
        return ["java", *self._jvm, "-cp", f"{library}/*", main, *arguments]

    def _await(self, before: int, within_s: float) -> None:
        limit = time.monotonic() + within_s
        while _STARTED not in self._said(before):
            ended = self._process is not None and self._process.poll() is not None
            if ended or time.monotonic() > limit:
                self.stop()
                said = self._said(before).decode(errors="replace")
                if _LOST in said:
                    ports = f"port {self.port} or {self._controller}"
                    raise _PortLost(f"{ports} of the broker on {self.folder} is taken by another program; end it")
                tail = "\n".join(said.splitlines()[-8:])
                raise NoBroker(f"the local broker did not start; its log is {self.log}:\n{tail}")
            time.sleep(0.05)

    def _said(self, before: int) -> bytes:
        """What it has logged since its start, when its log was so long."""
        with self.log.open("rb") as log:
            log.seek(before)
            return log.read()

    def _gone(self) -> None:
        if self._process is not None:
            self._process.wait()
        self._process = self._pid = None


def free_port() -> int:
    """A port that nobody listens on at this moment.

    Not one of those that a system gives to connections (32768 and above): a client that tries a port where nobody
    listens could be given that very port for itself, and whoever comes to listen there would find it taken.
    """
    while True:
        port = _PORTS.randrange(*_RANGE)
        with socket.socket() as probe:
            try:
                probe.bind((_HOST, port))
            except OSError:
                continue
            return port


def taken(port: int) -> bool:
    """Whether somebody listens on this port of the loopback address."""
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex((_HOST, port)) == 0
