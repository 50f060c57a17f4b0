"""`rapport mail serve`: a post office that takes mail by SMTP, and says 250 only when the log has it.

Until then it says 451, and whoever brings the mail comes again. It takes mail for its own domains, relays none,
and keeps no queue: the log is the queue.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import ssl
from collections.abc import Callable, Sequence
from typing import Any, Final

from aiosmtpd.smtp import SMTP, Envelope, Session

from producers.collector.adapters.mail import NAME, Smtp
from producers.collector.writing import KafkaWriter, Log, Unavailable
from producers.delivery import wall_clock
from producers.mail.mailroom import Mailroom
from producers.preparing import Preparing, Ready, Refusal
from rapport.settings import Settings
from schemas import topics
from schemas.faults import Fault
from schemas.keys import IdentityKey

CONNECTIONS: Final = 100
SILENCE_S: Final = 60.0
RECIPIENTS: Final = 100
STOP_S: Final = 10.0

AGAIN: Final = "451 4.3.0 not accepted, come again"
TAKEN: Final = "250 2.0.0 accepted"

log = logging.getLogger(__name__)


class PostOffice:
    """The handler of aiosmtpd: what is said of a recipient, and of a mail."""

    def __init__(self, smtp: Smtp, room: Mailroom, writer: Log, identity: IdentityKey,
                 clock: Callable[[], int] = wall_clock) -> None:  # fmt: skip
        self._domains = frozenset(each.lower() for each in smtp.domains)
        self._room = room
        self._writer = writer
        self._preparing = Preparing(writer.partitions, identity)
        self._clock = clock

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Sequence[str]
    ) -> str:
        if address.rpartition("@")[2].lower() not in self._domains:
            return "550 5.7.1 no mail for that domain is taken here"
        if len(envelope.rcpt_tos) >= RECIPIENTS:
            return "452 4.5.3 too many recipients, send it in parts"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.original_content or b""
        now = self._clock()
        found = self._room.sort(content, now, envelope.rcpt_tos)
        if not found.touchpoints:
            return TAKEN
        if self._writer.state != "running":
            return f"{AGAIN}: {self._writer.state}"[:500]
        try:
            await self._writer.put([self._record(at, each, now) for at, each in enumerate(found.touchpoints)])
        except (Unavailable, TimeoutError) as error:
            log.warning("a mail is told to come again: %s", error)
            return AGAIN
        return TAKEN

    def _record(self, index: int, each: Any, now: int) -> Ready:
        if isinstance(each, Fault):
            return self._preparing.letter(Refusal(NAME, index, each.reason, each.detail, each.original), now)
        return self._preparing.touchpoint(self._preparing.received(each, now))


class _Door(SMTP):
    """A connection; one too many is told to come later."""

    open_now = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        type(self).open_now += 1
        super().connection_made(transport)
        if type(self).open_now > CONNECTIONS:
            assert isinstance(transport, asyncio.WriteTransport)
            transport.write(b"421 4.7.0 too many connections, come again\r\n")
            transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        type(self).open_now -= 1
        super().connection_lost(error)


async def listen(smtp: Smtp, office: PostOffice) -> asyncio.Server:
    """The open door; OSError if there can be none."""
    tls = None
    if smtp.cert:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(smtp.cert, smtp.key or None)

    def door() -> SMTP:
        return _Door(
            office, data_size_limit=smtp.largest, enable_SMTPUTF8=True, hostname=smtp.hostname, ident="Rapport",
            tls_context=tls, timeout=SILENCE_S, loop=loop,
        )  # fmt: skip

    loop = asyncio.get_running_loop()
    return await loop.create_server(door, smtp.listen, smtp.port)


def run(settings: Settings, smtp: Smtp, room: Mailroom) -> int:
    """Until SIGTERM or SIGINT: 0. 1, with the reason logged, if it cannot serve."""
    return asyncio.run(_serve(settings, smtp, room))


async def _serve(settings: Settings, smtp: Smtp, room: Mailroom) -> int:
    writer = KafkaWriter(settings.cluster, (topics.RAW, topics.DLQ), settings.trace_share)
    try:
        server = await listen(smtp, PostOffice(smtp, room, writer, settings.identity))
    except OSError as error:
        log.error("no mail can be taken at %s:%d: %s; mend `smtp` in the section `mail`", smtp.listen, smtp.port, error)
        return 1
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    writing = asyncio.create_task(writer.run())
    log.info("taking mail for %s at smtp://%s:%d", ", ".join(smtp.domains), *server.sockets[0].getsockname()[:2])
    async with server:
        await ended.wait()
    await writer.flush(STOP_S)
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    return 0
