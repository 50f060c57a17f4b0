"""From a mail to touchpoints: a reply, a complaint, an address that bounced; or nothing, and why."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, Final, NamedTuple

import msgspec

from producers.mail.letter import LONGEST_ID, Letter, read
from producers.mail.nature import Bounce, Nature, bounces, nature
from schemas import times
from schemas.contract import read_object
from schemas.faults import Fault
from schemas.records import Touchpoint

CHANNEL: Final = "email"
COMPLAINT_WORDS: Final = ("complaint", "beschwerde", "投诉", "申诉", "维权", "客诉", "投訴", "申訴")
"""In the subject of a mail that answers none they make it a complaint. Not in its text: `no complaints at all`."""
TRUST_DATE_MS: Final = 7 * 24 * 3_600_000
"""A mail is not under way for longer; a date further back is a wrong clock, and the arrival counts."""

_ANSWER: Final = re.compile(r"\s*(re|aw|sv|antw|回复|答复|回覆)\s*[:：]", re.IGNORECASE)
_DENIED: Final = re.compile(r"\b(no|not a|without|keine?)\s*$", re.IGNORECASE)
_HAN: Final = re.compile(r"[\u4e00-\u9fff]")
_KANA_OR_HANGUL: Final = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")


class Addresses(msgspec.Struct, frozen=True, kw_only=True):
    """What the mailroom knows of our own addresses (docs/sources-desk.md)."""

    complaints: tuple[str, ...] = ()
    own_domains: tuple[str, ...] = ()
    complaint_words: tuple[str, ...] = COMPLAINT_WORDS
    message_id: str = ""


class Sorted(NamedTuple):
    """What a mail holds. `nature` says why it is nothing: `auto_reply`, `bulk`, `delayed`, `own`."""

    touchpoints: list[Touchpoint | Fault]
    nature: Nature | str


class Mailroom:
    """Pure: the same mail gives the same touchpoints; the Message-ID is the event's id, so it counts once."""

    def __init__(self, addresses: Addresses) -> None:
        self._complaints = frozenset(each.lower() for each in addresses.complaints)
        self._own = tuple(each.lower().lstrip("@") for each in addresses.own_domains)
        self._words = tuple(each.lower() for each in addresses.complaint_words)
        try:
            self._campaign = re.compile(addresses.message_id) if addresses.message_id else None
        except re.error as error:
            raise ValueError(f"message_id: is no regular expression ({error})") from error
        if self._campaign and "campaign" not in self._campaign.groupindex:
            raise ValueError("message_id: has no group `(?P<campaign>…)`")

    def sort(self, raw: bytes, received_at: int, envelope: Sequence[str] = (), *, cut: bool = False) -> Sorted:
        """`envelope`: for whom the post office took it. `cut`: it is the beginning of a larger mail."""
        letter = read(raw)
        kind = nature(letter)
        at = times.write(_moment(letter, received_at))
        if kind == "bounce":
            found = [self._bounced(letter, each, at) for each in bounces(letter)]
            return Sorted([_judged(each) for each in found], kind)
        if kind != "personal":
            return Sorted([], kind)
        writer = self._writer(letter)
        if letter.sender is not None and writer is None:
            return Sorted([], "own")
        recipients = [*letter.recipients, *(each.lower() for each in envelope)]
        touchpoint = self._written(letter, writer, recipients, cut) | {"occurred_at": at}
        return Sorted([_judged(touchpoint)], kind)

    def _writer(self, letter: Letter) -> str | None:
        """Who wrote; behind a form on our own site who is to be answered. None if we did."""
        for each in (letter.sender, letter.answer_to):
            if each is not None and not self._ours(each.rpartition("@")[2]):
                return each
        return None

    def _written(self, letter: Letter, writer: str | None, recipients: list[str], cut: bool) -> dict[str, Any]:
        root = letter.thread[0] if letter.thread else letter.id
        to_complaints = not self._complaints.isdisjoint(_plain(each) for each in recipients)
        fresh = not letter.thread and not _ANSWER.match(letter.subject)
        opens = (to_complaints and len(letter.thread) <= 1) or (fresh and self._complains(letter.subject))
        text = "\n\n".join(filter(None, [letter.subject, letter.text])) if fresh else letter.text
        properties = {
            "subject": letter.subject or None,
            "in_reply_to": letter.thread[-1] if letter.thread else None,
            "attachments": letter.attachments or None,
            "cut": cut or None,
        }
        return {
            "event_id": f"mail:{letter.id}",
            "type": "complaint.opened" if opens else "message.replied",
            "channel": CHANNEL,
            "identifiers": {"email": writer} if writer else {},
            "text": text or None,
            "language": _language(text),
            "session_id": root,
            "campaign_id": self._campaign_of(letter.thread, recipients),
            "complaint_id": f"mail-{_digest(root)}" if opens or to_complaints else None,
            "properties": {name: value for name, value in properties.items() if value is not None},
        }

    def _bounced(self, letter: Letter, bounce: Bounce, at: str) -> dict[str, Any]:
        properties = {"status": bounce.status, "why": bounce.why, "mail": bounce.mail}
        return {
            "event_id": f"mail:{letter.id[: LONGEST_ID - 100]}:{_digest(bounce.address)}",
            "type": "message.bounced",
            "occurred_at": at,
            "channel": CHANNEL,
            "identifiers": {"email": bounce.address},
            "campaign_id": self._campaign_of((bounce.mail,), ()),
            "properties": {"hard": not bounce.status.startswith("4")}
            | {name: value for name, value in properties.items() if value},
        }

    def _ours(self, domain: str) -> bool:
        return any(domain == each or domain.endswith(f".{each}") for each in self._own)

    def _complains(self, subject: str) -> bool:
        low = subject.lower()
        return any(word in low and not _DENIED.search(low[: low.index(word)]) for word in self._words)

    def _campaign_of(self, thread: Sequence[str], recipients: Sequence[str]) -> str | None:
        """By the id of our mail that is answered, else by what stands behind a `+` in our address."""
        for each in reversed(thread) if self._campaign else ():
            found = self._campaign.search(each) if self._campaign else None
            if found and found["campaign"]:
                return found["campaign"]
        for each in recipients:
            local, _, domain = each.rpartition("@")
            _, plus, tag = local.partition("+")
            if plus and tag and self._ours(domain):
                return tag
        return None


def _plain(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _moment(letter: Letter, received_at: int) -> int:
    date = letter.date
    return date if date is not None and received_at - TRUST_DATE_MS <= date <= received_at else received_at


def _language(text: str) -> str | None:
    """Chinese is seen by its script; of other languages nothing is claimed."""
    han = len(_HAN.findall(text))
    return "zh" if han * 5 >= len(text.replace(" ", "")) and han and not _KANA_OR_HANGUL.search(text) else None


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=8).hexdigest()


def _judged(content: dict[str, Any]) -> Touchpoint | Fault:
    return read_object(content, msgspec.json.encode(content))
