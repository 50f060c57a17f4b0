"""`rapport mail fetch`: a mailbox, read by IMAP and never changed, to the log; each mail once.

A mail is sent, the log acknowledges it, then the mark moves on. A mailbox whose server has numbered it
anew (another UIDVALIDITY) is read again from the day of the last mail on, but for mails whose ids are known.
"""

from __future__ import annotations

import ssl
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import msgspec
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError

from producers.collector.adapters.mail import Imap
from producers.counts import Counts
from producers.delivery import Overtaken, Producer
from producers.mail.mailroom import Mailroom
from producers.mail.mark import RECENT, Mark, Place
from producers.pipeline import Incoming, Pipeline
from schemas.keys import IdentityKey

BATCH: Final = 20
"""Mails between two marks."""
SILENCE_S: Final = 60.0
TRIES: Final = 8
"""How often a run may be overtaken: once a partition at most after a kill."""
_DAY: Final = timedelta(days=1)


class MailboxError(Exception):
    """The mailbox cannot be read; names it, the cause and the remedy."""


@contextmanager
def opened(imap: Imap) -> Iterator[IMAPClient]:
    """The mailbox, to be read only; `MailboxError` if it cannot be reached, or goes away meanwhile."""
    name = name_of(imap)
    try:
        tls = ssl.create_default_context(cafile=imap.ca or None)
        client = IMAPClient(
            imap.host, imap.port, ssl=imap.tls == "implicit", ssl_context=tls if imap.tls == "implicit" else None,
            timeout=SILENCE_S,
        )  # fmt: skip
        try:
            if imap.tls == "starttls":
                client.starttls(tls)
            client.normalise_times = False
            client.login(imap.user, imap.password)
            yield client
        finally:
            client.shutdown()
    except LoginError as error:
        raise MailboxError(f"{name}: it does not let us in ({error}); mend user and password in `imap`") from error
    except (IMAPClientError, OSError) as error:
        raise MailboxError(f"{name}: {error}; mend host, port, tls or folder in `imap`, or try again later") from error


def name_of(imap: Imap) -> str:
    return f"imap://{imap.user}@{imap.host}:{imap.port}/{imap.folder}"


@dataclass(slots=True)
class Fetching:
    """One run over a mailbox. `mails` counts them by nature, `counts` what became of their touchpoints."""

    client: IMAPClient
    imap: Imap
    room: Mailroom
    mark: Mark
    producer: Producer
    pipeline: Pipeline
    mails: Counter[str] = field(default_factory=Counter)

    @property
    def counts(self) -> Counts:
        return self.pipeline.counts

    def run(self, since: date, say: Callable[[str], None]) -> None:
        """All mails that came since the mark, or at the very first time since that day."""
        validity = int(self.client.select_folder(self.imap.folder, readonly=True)[b"UIDVALIDITY"])
        place = self.mark.place() or Place()
        if place.validity == validity:
            found = self.client.search(["UID", f"{place.uid + 1}:*"])
            uids = sorted(uid for uid in found if uid > place.uid)  # `*` is the last one, also where that is read
        else:
            if place.validity:
                since = (datetime.fromtimestamp(place.until / 1000, UTC) - _DAY).date()
                say(f"the server has numbered its mails anew; those since {since} are compared by their ids")
            uids = sorted(self.client.search(["SINCE", since]))
            place = msgspec.structs.replace(place, validity=validity, uid=0)
        for at in range(0, len(uids), BATCH):
            self.mark.begin(place)
            for uid in uids[at : at + BATCH]:
                place = self._mail(uid, place)
            self.producer.flush()
            self.mark.end(place)
        if not uids:
            self.mark.end(place)

    def _mail(self, uid: int, place: Place) -> Place:
        part = f"BODY.PEEK[]<0.{self.imap.largest}>"
        mail: dict[bytes, Any] = self.client.fetch([uid], ["RFC822.SIZE", "INTERNALDATE", part]).get(uid, {})
        raw = mail.get(b"BODY[]<0>")
        if raw is None:  # somebody has deleted it meanwhile
            return msgspec.structs.replace(place, uid=uid)
        arrived = int(mail[b"INTERNALDATE"].timestamp() * 1000)
        found = self.room.sort(raw, arrived, cut=int(mail[b"RFC822.SIZE"]) > len(raw))
        self.mails[found.nature] += 1
        known, ids = frozenset(place.recent), []
        for index, each in enumerate(found.touchpoints):
            if each.event_id is not None and each.event_id not in known:
                ids.append(each.event_id)
            if each.event_id is None or each.event_id not in known:
                self.pipeline.take(Incoming(f"{name_of(self.imap)};UID={uid}", index, each))
        return Place(place.validity, uid, max(place.until, arrived), (*place.recent, *ids)[-RECENT:])


def fetch(
    client: IMAPClient, imap: Imap, room: Mailroom, mark: Mark, producer: Producer, identity: IdentityKey,
    since: date, say: Callable[[str], None],
) -> Fetching:  # fmt: skip
    """One run, as often begun anew as what a killed one had on its way turns out to be in the log."""
    for tried in range(TRIES):
        pipeline = Pipeline(producer, identity, present=mark.present())
        fetching = Fetching(client, imap, room, mark, producer, pipeline)
        try:
            fetching.run(since, say)
            break
        except Overtaken:
            if tried == TRIES - 1:
                raise
    return fetching
