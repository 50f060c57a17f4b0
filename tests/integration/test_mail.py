"""Mail by both commands through a real Kafka: what was accepted is there, also when the broker was away."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from deploy.local.broker import free_port
from producers.collector.adapters.mail import Imap
from schemas import topics
from schemas.codec import decode_touchpoints
from schemas.records import Touchpoint
from tests.integration.line import Line
from tests.integration.reading import read
from tests.producers.mail import mailbox

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

SOURCES = """
mail:
  own_domains: [shop.example]
  imap:
    {{host: 127.0.0.1, port: {imap.port}, user: {imap.user}, password: "${{BOX_PASSWORD}}", tls: none, folder: Care}}
  smtp: {{port: {port}, domains: [shop.example]}}
"""


def mail(name: str) -> bytes:
    return f"From: {name}@example.org\r\nTo: care@shop.example\r\nMessage-ID: <{name}@x>\r\n\r\nHello?\r\n".encode()


@pytest.fixture
def imap() -> Iterator[Imap]:
    with mailbox.server() as found:
        mailbox.fill(found, [mail("fetched")], datetime.now(UTC))
        yield found


def ids(line: Line) -> list[str]:
    records = read(line.broker.bootstrap, [topics.RAW])[topics.RAW]
    found = decode_touchpoints([record.value or b"" for record in records])
    return sorted(each.event_id for each in found if isinstance(each, Touchpoint) and each.channel == "email")


def test_fetched_and_served(tmp_path: Path, imap: Imap, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOX_PASSWORD", imap.password)
    port, sources = free_port(), tmp_path / "sources.yaml"
    sources.write_text(SOURCES.format(imap=imap, port=port))

    def post(name: str) -> int:
        """The status that the post office gives in the end; 0 while it is not there."""
        with suppress(OSError), smtplib.SMTP("127.0.0.1", port, timeout=60) as smtp:
            smtp.ehlo()
            smtp.mail("somebody@example.org")
            smtp.rcpt("care@shop.example")
            return smtp.data(mail(name))[0]
        return 0

    with Line(tmp_path, 1, sources=sources) as line:
        line.start("serve", entry=("rapport.cli", "mail"))
        line.wait("without a broker a mail is told to come again", lambda: post("posted") == 451)
        line.broker.start()
        line.init()
        line.wait("it came again and is accepted", lambda: post("posted") == 250)
        for sent in (1, 0):
            done = line.run("mail", "fetch", "--json")
            assert done.returncode == 0, done.stderr
            assert msgspec.json.decode(done.stdout)["counts"]["counts"]["accepted"] == sent
        assert ids(line) == ["mail:fetched@x", "mail:posted@x"]
        assert line.stop("serve") == 0
