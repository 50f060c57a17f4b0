"""`rapport up`: everything on this machine, in the right order, and all of it ended at the end."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Final

import msgspec
from rich.console import Console

from deploy.local.broker import free_port, taken
from deploy.local.jars import NoBroker
from rapport import brokers, running
from rapport.failure import told
from rapport.feed import Feed
from rapport.init import init
from rapport.knowing import read_knowledge
from rapport.settings import Settings, environment_of, with_write_key
from rapport.showing import Showing
from rapport.supervision import Command, Supervisor
from rapport.voice import Voice, language_of
from sinks.clickhouse import address
from streams.knowledge.document import KnowledgeError

READY_S: Final = 60.0
MAIL_EVERY_S: Final = 60
_LOOK_S: Final = 0.2


def up(settings: Settings, feed: str, console: Console) -> None:
    """Run until Ctrl-C or SIGTERM. `feed` is `example`, `none` or a file of touchpoints.

    Failure when something that it needs does not start; whatever it had started is ended.
    """
    previous = {number: signal.signal(number, _end_once) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        _up(settings, feed, console)
    except KeyboardInterrupt:  # before there was anything to end
        console.print()
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _up(settings: Settings, feed: str, console: Console) -> None:
    settings = msgspec.structs.replace(settings, data=settings.data.resolve())
    knowledge = read_knowledge(settings)
    voice = Voice(language_of(os.environ), knowledge)
    if settings.delivery is not None:
        from sinks.frontline.config import load

        with told(KnowledgeError):
            load(settings.delivery, knowledge, os.environ)
    settings.data.mkdir(parents=True, exist_ok=True)
    for name in running.clear_leftovers(settings.data):
        console.print(f"ended {name}, which an earlier `rapport up` had left running")
    if not settings.kafka and (lack := brokers.lacking(settings)) is not None:
        from rapport.inprocess import run  # only here: it needs neither Kafka nor anything that runs

        run(settings, feed, console, lack)
        return
    House(settings, feed, console, voice).run()


def _end_once(number: int, frame: FrameType | None) -> None:
    """A signal that comes again (a terminal and `make` both send it) does not leave half of it running."""
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt


class House:
    """What one `up` has started, and where it is."""

    def __init__(self, settings: Settings, feed: str, console: Console, voice: Voice) -> None:
        self._settings = settings
        self._feed = Feed(feed, settings.data)
        self._console = console
        self._voice = voice
        self._logs = settings.data / "logs"
        self._supervisor = Supervisor(self._say, self._note)

    def run(self) -> None:
        showing: Showing | None = None
        try:
            self._logs.mkdir(exist_ok=True)
            self._begin()
            showing = Showing(self._settings.cluster, self._console, self._voice)
            showing.start()
            self._feed.start(environment_of(self._settings))
            self._say("alerts appear here as they come; Ctrl-C ends everything")
            each = ", ".join(f"{_command()} {words}" for words in ("tail --since 10m", "customer ID", "send FILE"))
            self._say(f"in another terminal: {each}; each explains itself with --help")
            while True:
                self._supervisor.look()
                for line in self._feed.news():
                    self._say(line)
                showing.look()
                time.sleep(_LOOK_S)
        except KeyboardInterrupt:
            self._console.print()
        finally:
            self._end(showing)

    def _begin(self) -> None:
        started = time.monotonic()
        self._find_kafka()
        self._find_ports()
        done = init(self._settings, self._say)
        for difference in done.different:
            self._say(f"left as it is: {difference}")
        ports = self._start_rest()
        self._wait_for(ports)
        self._say(f"up in {time.monotonic() - started:.1f} s")

    def _find_kafka(self) -> None:
        if self._settings.kafka:
            self._where("Kafka", f"{self._settings.kafka} (RAPPORT_KAFKA; it stays when this ends)")
            return
        with told(NoBroker):
            found = brokers.start(self._settings, self._supervisor.start, self._say)
        self._settings = msgspec.structs.replace(self._settings, kafka=found.bootstrap)
        self._where("Kafka", f"{found.bootstrap} ({found.what})")

    def _find_ports(self) -> None:
        port = self._settings.store_port
        if not port or taken(port):
            port = free_port()
        door = _free_from(self._settings.collector_port, {"store": port})
        desk = _free_from(self._settings.console_port, {"store": port, "collector": door})
        self._settings = msgspec.structs.replace(
            self._settings, store_port=port, collector_port=door, console_port=desk
        )

    def _start_rest(self) -> dict[str, int]:
        settings = self._settings
        env = environment_of(settings)
        ports = {"store": settings.store_port}
        self._supervisor.start(Command("store", ("store",), self._logs / "store.log", env, settings.store_port))
        self._where("archive", address.shown(settings.clickhouse) or f"embedded, in {settings.data / 'clickhouse'}")
        self._where("SQL", f"{settings.store_url}/sql (token in {settings.data / 'store.token'})")
        self._start_collector(env, ports)
        self._start_console(env, ports)
        self._start_delivery(env, ports)
        for number in range(settings.workers):
            name = f"worker-{number + 1}"
            port = settings.metrics_port and _free_from(settings.metrics_port + number, ports)
            if port:
                ports[name] = port
            instance = settings.instance and f"{settings.instance}-{number + 1}"
            mine = {**env, "RAPPORT_METRICS_PORT": str(port), "RAPPORT_INSTANCE": instance}
            self._supervisor.start(Command(name, ("worker",), self._logs / f"{name}.log", mine, port))
            self._where(name, f"metrics http://127.0.0.1:{port}/metrics" if port else "without metrics")
        self._where("logs", str(self._logs))
        return ports

    def _start_collector(self, env: dict[str, str], ports: dict[str, int]) -> None:
        port = ports["collector"] = self._settings.collector_port
        self._supervisor.start(Command("collector", ("collect",), self._logs / "collector.log", env, port))
        key = self._settings.data / "write.key"
        self._where("collector", f"http://127.0.0.1:{port} (what it takes: /docs; write key in {key})")
        for name, words, place in mail_ways(self._settings):
            self._supervisor.start(Command(name, words, self._logs / f"{name}.log", env))
            self._where(name, place)

    def _start_console(self, env: dict[str, str], ports: dict[str, int]) -> None:
        port = ports["console"] = self._settings.console_port
        self._supervisor.start(Command("console", ("console",), self._logs / "console.log", env, port))
        self._where("console", f"http://127.0.0.1:{port} (let yourself in: {_command()} user add NAME --role admin)")

    def _start_delivery(self, env: dict[str, str], ports: dict[str, int]) -> None:
        settings = self._settings
        if settings.delivery is None:
            return
        port = ports["delivery"] = _free_from(settings.delivery_port, ports)
        mine = {**env, "RAPPORT_DELIVERY_PORT": str(port)}
        self._supervisor.start(Command("delivery", ("deliver",), self._logs / "delivery.log", mine, port))
        self._where("delivery", f"by {settings.delivery}; metrics http://127.0.0.1:{port}/metrics")

    def _wait_for(self, ports: dict[str, int]) -> None:
        """Until everything answers; what takes longer is told, and goes on starting."""
        limit = time.monotonic() + READY_S
        waiting = dict(ports)
        while waiting and time.monotonic() < limit:
            self._supervisor.look()
            waiting = {name: port for name, port in waiting.items() if not taken(port)}
            time.sleep(_LOOK_S)
        if waiting:
            self._say(f"{', '.join(waiting)} takes longer than {READY_S:.0f} s to start; see {self._logs}")

    def _end(self, showing: Showing | None) -> None:
        """Feed first, then workers, store and broker, undisturbed by another signal."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        self._feed.stop()
        if showing is not None:
            showing.stop()
        self._supervisor.stop()
        running.remove(self._settings.data)

    def _note(self, children: tuple[running.Child, ...]) -> None:
        settings = self._settings
        note = running.here(settings.kafka, settings.partitions, settings.store_port, children)
        running.write(settings.data, note)

    def _say(self, text: str) -> None:
        self._console.print(text, highlight=False, markup=False, soft_wrap=True)

    def _where(self, what: str, place: str) -> None:
        self._say(f"  {what:<10}{place}")


def mail_ways(settings: Settings) -> list[tuple[str, tuple[str, ...], str]]:
    """The processes by which mail comes in, as far as the sources file names ways: name, words, and where from.

    Failure with file and line where the file cannot be.
    """
    if settings.sources is None:
        return []
    from producers.collector.adapters.mail import Mail
    from producers.collector.config import SourcesError
    from producers.collector.server import adapters_of

    with told(SourcesError):
        served = adapters_of(with_write_key(settings))
    config = next((each.config for each in served if isinstance(each, Mail)), None)
    found: list[tuple[str, tuple[str, ...], str]] = []
    if config is not None and config.smtp is not None:
        place = f"smtp://{config.smtp.listen}:{config.smtp.port} for {', '.join(config.smtp.domains)}"
        found.append(("mail-in", ("mail", "serve"), place))
    if config is not None and config.imap is not None:
        place = f"{config.imap.folder} of {config.imap.user} at {config.imap.host}, every {MAIL_EVERY_S} s"
        found.append(("mailbox", ("mail", "fetch", "--every", str(MAIL_EVERY_S)), place))
    return found


def _free_from(port: int, used: dict[str, int]) -> int:
    return free_port() if taken(port) or port in used.values() else port


def _command() -> str:
    """How a person calls the program here: as they called this one."""
    return sys.argv[0] if Path(sys.argv[0]).name == "rapport" else "rapport"
