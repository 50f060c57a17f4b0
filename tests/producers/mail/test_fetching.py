"""A mailbox is read whole and once, whatever happens to the program or the server between."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from producers.collector.adapters.mail import Imap
from producers.delivery import Headers, MemoryProducer
from producers.mail.fetching import BATCH, Fetching, MailboxError, fetch, opened
from producers.mail.mailroom import Mailroom
from producers.mail.mark import Mark
from tests.producers.mail import mailbox
from tests.producers.mail.rooms import config
from tests.producers.world import IDENTITY, PARTITIONS, memory, touchpoints

ARRIVED = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
SINCE = date(2026, 11, 24)


def mail(number: int, text: str = "Where is it?") -> bytes:
    head = f"From: c{number}@example.org\r\nTo: care@shop.example\r\nSubject: {number}\r\nMessage-ID: <{number}@x>"
    return f"{head}\r\n\r\n{text}\r\n".encode()


@pytest.fixture(scope="module")
def server() -> Iterator[Imap]:
    with mailbox.server() as imap:
        yield imap


@pytest.fixture
def imap(server: Imap) -> Imap:
    mailbox.fill(server, [], ARRIVED, anew=True)
    return server


def fetched(imap: Imap, log: MemoryProducer, folder: Path) -> tuple[Fetching, list[str]]:
    said: list[str] = []
    mark = Mark(folder, "box", log)
    with opened(imap) as client, mark:
        return fetch(client, imap, Mailroom(config()), mark, log, IDENTITY, SINCE, said.append), said


def ids(log: MemoryProducer) -> list[str]:
    return sorted(each.event_id for each in touchpoints(log))


def expected(*numbers: int) -> list[str]:
    return sorted(f"mail:{number}@x" for number in numbers)


def test_what_came_is_sent_once_and_the_mailbox_stays_as_it_is(imap: Imap, tmp_path: Path) -> None:
    log = memory()
    mailbox.fill(imap, [mail(number) for number in range(BATCH + 5)], ARRIVED)
    run, _ = fetched(imap, log, tmp_path)
    assert ids(log) == expected(*range(BATCH + 5))
    assert run.mails == {"personal": BATCH + 5}
    mailbox.fill(imap, [mail(100)], ARRIVED)
    for sent in (1, 0):
        run, _ = fetched(imap, log, tmp_path)
        assert run.counts.accepted == sent
    assert ids(log) == expected(*range(BATCH + 5), 100)
    assert mailbox.seen(imap) == 0


def test_what_came_before_the_first_day_is_left_alone(imap: Imap, tmp_path: Path) -> None:
    log = memory()
    mailbox.fill(imap, [mail(1)], ARRIVED - timedelta(days=9))
    mailbox.fill(imap, [mail(2)], ARRIVED)
    fetched(imap, log, tmp_path)
    assert ids(log) == expected(2)


class Killed(Exception):
    """The program ended just there."""


class Dying(MemoryProducer):
    """A log whose writer is killed right after it has taken so many records."""

    left = 0

    def send(self, topic: str, partition: int, key: bytes | None, value: bytes, headers: Headers = ()) -> None:
        super().send(topic, partition, key, value, headers)
        self.left -= 1
        if self.left == 0:
            raise Killed


@pytest.mark.parametrize("after", [1, BATCH, BATCH + 1])
def test_killed_at_any_mail_it_goes_on_there(imap: Imap, tmp_path: Path, after: int) -> None:
    log = Dying(lambda topic: PARTITIONS)
    mailbox.fill(imap, [mail(number) for number in range(BATCH + 3)], ARRIVED)
    log.left = after
    with pytest.raises(Killed):
        fetched(imap, log, tmp_path)
    run, _ = fetched(imap, log, tmp_path)
    assert run.counts.present == (after - 1) % BATCH + 1
    assert ids(log) == expected(*range(BATCH + 3))


def test_numbered_anew_by_its_server_only_what_is_new_is_sent(imap: Imap, tmp_path: Path) -> None:
    log = memory()
    mailbox.fill(imap, [mail(1), mail(2)], ARRIVED)
    fetched(imap, log, tmp_path)
    mailbox.fill(imap, [mail(2), mail(3), mail(1)], ARRIVED, anew=True)
    _, said = fetched(imap, log, tmp_path)
    assert ids(log) == expected(1, 2, 3)
    assert "numbered its mails anew" in said[0]


def test_of_a_large_mail_the_beginning_is_read(imap: Imap, tmp_path: Path) -> None:
    log = memory()
    mailbox.fill(imap, [mail(1, "Long ago. " * 4_000), mail(2)], ARRIVED)
    fetched(msgspec.structs.replace(imap, largest=10_000), log, tmp_path)
    cut = {each.event_id: "cut" in (each.properties or "") for each in touchpoints(log)}
    assert cut == {"mail:1@x": True, "mail:2@x": False}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param({"password": "wrong"}, "mend user and password", id="a wrong password"),
        pytest.param({"port": 1}, "mend host, port", id="nobody there"),
        pytest.param({"folder": "Nowhere"}, "folder", id="no such folder"),
    ],
)
def test_a_mailbox_that_cannot_be_read_says_what_to_mend(
    imap: Imap, tmp_path: Path, change: dict[str, object], words: str
) -> None:
    with pytest.raises(MailboxError, match=words):
        fetched(msgspec.structs.replace(imap, **change), memory(), tmp_path)
