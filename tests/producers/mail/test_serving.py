"""250 is said when the log has the mail, and never before; what cannot be taken now is told to come again."""

from __future__ import annotations

import asyncio
import smtplib
from collections.abc import Awaitable, Callable, Sequence

import pytest

from producers.collector.adapters.mail import Smtp
from producers.collector.writing import Unavailable
from producers.mail.mailroom import Mailroom
from producers.mail.serving import CONNECTIONS, PostOffice, listen
from producers.preparing import Ready
from schemas.records import Touchpoint
from tests.producers.collector.payloads import FOLDER
from tests.producers.mail.rooms import config
from tests.producers.world import IDENTITY, PARTITIONS, decoded

SMTP = Smtp(domains=("shop.example",), port=0, largest=20_000)
MAIL = (FOLDER / "mail" / "reply.eml").read_bytes()


class Shelf:
    """`Log` over a list. `state`: as a writer says it; with `failing` Kafka does not acknowledge."""

    def __init__(self, state: str = "running", failing: bool = False) -> None:
        self.state = state
        self.failing = failing
        self.waiting_bytes = 0
        self.records: list[Ready] = []

    def partitions(self, topic: str) -> int:
        return PARTITIONS

    def put(self, records: Sequence[Ready]) -> Awaitable[None]:
        async def done() -> None:
            if self.failing:
                raise Unavailable("a broker is away")
            self.records.extend(records)

        return done()

    def touchpoints(self) -> list[Touchpoint]:
        return decoded([record.value for record in self.records])


def post(shelf: Shelf, deed: Callable[[smtplib.SMTP], object]) -> object:
    """What a client does at a post office that writes to the shelf."""

    def client(port: int) -> object:
        with smtplib.SMTP("127.0.0.1", port, timeout=60) as smtp:
            return deed(smtp)

    async def at_work() -> object:
        async with await listen(SMTP, PostOffice(SMTP, Mailroom(config()), shelf, IDENTITY)) as server:
            return await asyncio.to_thread(client, server.sockets[0].getsockname()[1])

    return asyncio.run(at_work())


def send(mail: bytes, *to: str) -> Callable[[smtplib.SMTP], object]:
    return lambda smtp: smtp.sendmail("anna@example.org", to or ["care@shop.example"], mail)


def refused(shelf: Shelf, mail: bytes, *to: str) -> int:
    with pytest.raises((smtplib.SMTPDataError, smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused)) as caught:
        post(shelf, send(mail, *to))
    error = caught.value
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return next(iter(error.recipients.values()))[0]
    assert isinstance(error, smtplib.SMTPResponseException)
    return error.smtp_code


def test_a_mail_is_accepted_when_the_log_has_it() -> None:
    shelf = Shelf()
    assert post(shelf, send(MAIL)) == {}
    (found,) = shelf.touchpoints()
    assert (found.type, found.email, found.event_id) == (
        "message.replied",
        "anna@example.org",
        "mail:CAF1@mail.example.org",
    )


def test_for_whom_it_was_posted_counts_though_the_mail_does_not_name_it() -> None:
    shelf = Shelf()
    post(shelf, send(MAIL, "Complaints@Shop.example"))
    assert shelf.touchpoints()[0].complaint_id is not None


def test_a_mail_that_says_nothing_of_a_customer_is_accepted_and_leaves_nothing() -> None:
    shelf = Shelf()
    post(shelf, send((FOLDER / "mail" / "out_of_office.eml").read_bytes()))
    assert shelf.records == []


@pytest.mark.parametrize(
    "shelf",
    [
        pytest.param(Shelf(state="no Kafka: connection refused"), id="no broker"),
        pytest.param(Shelf(failing=True), id="not acknowledged"),
    ],
)
def test_while_the_log_cannot_take_it_it_is_told_to_come_again(shelf: Shelf) -> None:
    assert refused(shelf, MAIL) == 451
    assert shelf.records == []


def test_no_mail_is_relayed_and_none_beyond_the_size() -> None:
    assert refused(Shelf(), MAIL, "anna@example.org") == 550
    assert refused(Shelf(), MAIL + b"x" * SMTP.largest) == 552


def test_lines_that_would_smuggle_a_second_mail_do_not() -> None:
    """A lone line feed before a dot ends no mail."""
    shelf = Shelf()
    second = b"\n.\nMAIL FROM:<x@y.example>\nRCPT TO:<care@shop.example>\nDATA\nFrom: x@y.example\n\nsmuggled\n"

    def raw(smtp: smtplib.SMTP) -> int:
        smtp.ehlo()
        smtp.mail("anna@example.org")
        smtp.rcpt("care@shop.example")
        smtp.putcmd("data")
        assert smtp.getreply()[0] == 354
        smtp.send(MAIL + second + b"\r\n.\r\n")
        return smtp.getreply()[0]

    post(shelf, raw)
    assert [each.email for each in shelf.touchpoints()] in ([], ["anna@example.org"])


def test_one_caller_too_many_is_told_to_come_later_and_the_others_are_served() -> None:
    def crowd(smtp: smtplib.SMTP) -> int:
        assert smtp.sock is not None
        host, port = smtp.sock.getpeername()
        others = [smtplib.SMTP(host, port, timeout=60) for _ in range(CONNECTIONS - 1)]
        with pytest.raises(smtplib.SMTPConnectError) as caught:
            smtplib.SMTP(host, port, timeout=60)
        assert others[-1].noop()[0] == 250
        for each in others:
            each.close()
        return int(caught.value.smtp_code)

    assert post(Shelf(), crowd) == 421
