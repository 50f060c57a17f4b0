"""A mail, read: who wrote, to whom, in which thread, which words, how many things were attached.

Nothing that a mail holds raises: a part that cannot be read is left out, an attachment is counted and dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses, parsedate_to_datetime
from hashlib import blake2b
from typing import Final

import msgspec

from producers.mail import words
from producers.mail.charsets import claims_mended, raw_header, text_of

BROKEN: Final = (
    MessageError, ValueError, LookupError, AttributeError, TypeError, AssertionError, OverflowError, RecursionError,
)  # fmt: skip
"""What the email package raises for headers and parts that break the standards; it promises none, and raises these."""

DEEPEST: Final = 20
MOST_PARTS: Final = 500
LONGEST_ID: Final = 900

_ADDRESS: Final = re.compile(r"[^\s@<>\"]{1,64}@[^\s@<>\"]{1,255}")
_ID: Final = re.compile(r"<([^<>\s]{1,900})>")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]+")


class Letter(msgspec.Struct, frozen=True):
    """`thread`: ids of the mails that this one answers, the oldest first. `text`: the writer's own words."""

    id: str
    sender: str | None
    answer_to: str | None
    recipients: tuple[str, ...]
    subject: str
    date: int | None
    thread: tuple[str, ...]
    text: str
    attachments: int
    message: Message


def read(raw: bytes) -> Letter:
    """The letter in a mail; one that cannot be taken apart has no text."""
    mended = claims_mended(raw)
    try:
        message: Message = message_from_bytes(mended, policy=policy.default)
        text, attachments = _content(message)
    except BROKEN:
        message = BytesHeaderParser(policy=policy.default).parsebytes(mended)
        text, attachments = "", 0
    given = _ids(message, "message-id")
    answered = _ids(message, "in-reply-to")[:1]
    referred = _ids(message, "references")
    return Letter(
        id=given[0] if given else f"{blake2b(raw, digest_size=16).hexdigest()}@no-id",
        sender=next(iter(addresses(message, "from")), None),
        answer_to=next(iter(addresses(message, "reply-to")), None),
        recipients=tuple(dict.fromkeys(
            each for name in ("to", "cc", "delivered-to", "x-original-to", "envelope-to")
            for each in addresses(message, name)
        )),
        subject=header(message, "subject")[:500],
        date=_date(message),
        thread=tuple(dict.fromkeys([*referred, *answered])),
        text=text,
        attachments=attachments,
        message=message,
    )  # fmt: skip


def header(message: Message, name: str) -> str:
    """A header as a person reads it, in one line."""
    raw = raw_header(message, name)
    if raw.isascii():
        with suppress(*BROKEN):
            raw = str(message[name] or "")
    return clean(" ".join(raw.split()))


def clean(text: str) -> str:
    """Without control characters and halves of characters."""
    return _CONTROL.sub(" ", text).encode("utf-8", "replace").decode()


def addresses(message: Message, name: str) -> list[str]:
    """The addresses of a header, in lower case."""
    try:
        found = getaddresses([raw_header(message, name)[:20_000]])
    except BROKEN:
        return []
    return [clean(address).lower() for _, address in found if _ADDRESS.fullmatch(address)]


def _ids(message: Message, name: str) -> list[str]:
    return [clean(each) for each in _ID.findall(raw_header(message, name)[:20_000])]


def _date(message: Message) -> int | None:
    try:
        return int(parsedate_to_datetime(raw_header(message, "date")).timestamp() * 1000)
    except BROKEN:
        return None


def _content(message: Message) -> tuple[str, int]:
    plain: list[str] = []
    html: list[str] = []
    attachments = 0
    for part in leaves(message):
        kind = part.get_content_type()
        if (
            kind not in ("text/plain", "text/html")
            or part.get_filename()
            or part.get_content_disposition() == "attachment"
        ):
            attachments += not part.get_content_type().startswith(("message/", "multipart/"))
            continue
        (plain if kind == "text/plain" else html).append(_text(part))
    written = words.own("\n".join(plain))
    if not written and html:
        written = words.own("\n".join(map(words.of_html, html)))
    return clean_lines(written), attachments


def clean_lines(text: str) -> str:
    return "\n".join(clean(line) for line in text.split("\n"))


def leaves(message: Message, depth: int = 0) -> Iterator[Message]:
    """The parts that are no multiparts, of this mail and of none that is attached to it."""
    if not message.is_multipart() or message.get_content_maintype() != "multipart":
        yield message
        return
    if depth < DEEPEST:
        parts = message.get_payload()
        for part in parts[:MOST_PARTS] if isinstance(parts, list) else ():
            if isinstance(part, Message):
                yield from leaves(part, depth + 1)


def _text(part: Message) -> str:
    content = part.get_payload(decode=True)
    return text_of(content, _charset(part)) if isinstance(content, bytes) else ""


def _charset(part: Message) -> str | None:
    try:
        return part.get_content_charset()
    except BROKEN:
        return None
