"""Mail that another program hands over whole: `POST /v1/mail`, the body as it came by the post.

The same section of the sources file says where `rapport mail fetch` and `rapport mail serve` get theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final, Literal

import msgspec

from producers.collector.adapter import Refused, Request, Route, Source, Taken
from producers.collector.keys import Keys, WriteKey
from producers.collector.outcome import outcome
from producers.mail.mailroom import Addresses, Mailroom

NAME: Final = "mail"
Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]
Bytes = Annotated[int, msgspec.Meta(ge=10_000, le=64_000_000)]
LARGEST: Final = 10_000_000


class Imap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A mailbox that is read and never changed. `tls`: from the first byte, after `STARTTLS`, or `none`.

    Of a mail larger than `largest` only its beginning is read; the touchpoint says `cut`.
    """

    host: str
    user: str
    password: str
    port: Port = 993
    tls: Literal["implicit", "starttls", "none"] = "implicit"
    ca: str = ""
    folder: str = "INBOX"
    largest: Bytes = LARGEST


class Smtp(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A post office for mail to `domains`, and no other. `cert`, `key`: PEM files, for `STARTTLS`."""

    domains: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    listen: str = "127.0.0.1"
    port: Port = 2525
    hostname: str = "rapport"
    cert: str = ""
    key: str = ""
    largest: Bytes = LARGEST


class Config(Addresses, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`keys`: who may hand mail over by HTTP; none: nobody. `imap`, `smtp`: the ways of the two commands.

    `complaints`: mailboxes whose mail is a complaint. `own_domains`: who writes from there is one of us, and
    `care+NAME@…` names a campaign. `complaint_words`: in a subject they make a complaint. `message_id`: a regular
    expression for the ids of the mails you send, its group `campaign` the campaign.
    """

    keys: tuple[WriteKey, ...] = ()
    imap: Imap | None = None
    smtp: Smtp | None = None


class Mail:
    """The mailroom behind HTTP."""

    name = NAME

    def __init__(self, config: Config) -> None:
        self.config = config
        self.room = Mailroom(config)
        self._keys = Keys(config.keys) if config.keys else None
        self.routes: Sequence[Route] = (Route("POST", "/v1/mail"),) if config.keys else ()

    def take(self, request: Request) -> Taken:
        if self._keys is None:
            raise Refused(401, "wrong_key", "mail is not taken by HTTP: name a key in the section `mail`")
        quota = self._keys.caller(request.headers)
        if b":" not in request.body[:1_000]:
            words = "the body is no mail: send it whole, head and all, as message/rfc822 (`curl --data-binary @FILE`)"
            raise Refused(400, "not_a_mail", words)
        found = self.room.sort(request.body, request.received_at)
        said = {"nature": found.nature}
        return Taken(found.touchpoints, outcome(found.touchpoints, many=True, said=said), quota)


SOURCE: Final = Source(NAME, Config, Mail)
