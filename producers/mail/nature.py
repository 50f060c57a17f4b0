"""What wrote a mail: a person, a machine that answers for one, a mailing list, or a post office that gives it back."""

from __future__ import annotations

import re
from email.message import Message
from typing import Final, Literal, NamedTuple, TypeAlias

from producers.mail.letter import BROKEN, Letter, clean, header

Nature: TypeAlias = Literal["personal", "auto_reply", "bulk", "delayed", "bounce"]

_AUTO_SUBJECT: Final = re.compile(
    r"\s*(automatic reply|auto(matic)?[- ]?(reply|response)|out of (the )?office|abwesenheits|automatische antwort"
    r"|réponse automatique|自动回复|自動回覆|自動回復|自动答复|休假自动|外出自动)",
    re.IGNORECASE,
)
_POST_OFFICE: Final = re.compile(r"(mailer-daemon|postmaster|mail\.?daemon)@", re.IGNORECASE)
_STATUS: Final = re.compile(r"\d\.\d{1,3}\.\d{1,3}")
_TYPED: Final = re.compile(r"rfc822\s*;\s*(\S+@\S+)", re.IGNORECASE)
_MOST_RECIPIENTS: Final = 100


class Bounce(NamedTuple):
    """One address that a mail of ours did not reach, and of which mail."""

    address: str
    status: str
    why: str
    mail: str


def nature(letter: Letter) -> Nature:
    """RFC 3834 and RFC 3464 first, then what senders that know neither put there."""
    message = letter.message
    reported = _report(message)
    if reported == "delivery-status":
        return "bounce" if bounces(letter) else "delayed"
    if reported:
        return "auto_reply"
    if _POST_OFFICE.match(letter.sender or "") or header(message, "return-path") == "<>":
        failed = bool(bounces(letter))
        return "bounce" if failed else "auto_reply"
    automatic = header(message, "auto-submitted").lower().partition(";")[0].strip()
    precedence = header(message, "precedence").lower()
    if automatic not in ("", "no") or precedence == "auto_reply" or _AUTO_SUBJECT.match(letter.subject):
        return "auto_reply"
    if any(header(message, name) for name in ("x-autoreply", "x-autorespond", "x-auto-reply")):
        return "auto_reply"
    listed = header(message, "list-id") or header(message, "list-unsubscribe")
    return "bulk" if listed or precedence in ("bulk", "junk", "list") else "personal"


def bounces(letter: Letter) -> list[Bounce]:
    """Of a delivery report (RFC 3464) the recipients that failed; of other post offices those that they name."""
    message = letter.message
    try:
        parts = message.get_payload()
        reported = [part for part in parts if isinstance(part, Message)] if isinstance(parts, list) else []
        mail = next((_returned(part) for part in reported if _returned(part)), "")
        found = [
            bounce
            for part in reported
            if part.get_content_type() == "message/delivery-status"
            for bounce in _failed(part, mail)
        ]
    except BROKEN:
        found, mail = [], ""
    if not found:
        named = re.findall(r"[^\s,;<>]+@[^\s,;<>]+", header(message, "x-failed-recipients"))
        found = [Bounce(address.lower(), "", "", mail) for address in named]
    return found[:_MOST_RECIPIENTS]


def _report(message: Message) -> str:
    """Of which kind the report is that a mail is: on a delivery, that it was read, …; empty for none."""
    try:
        kind = str(message.get_param("report-type", "")).lower()
        return kind if message.get_content_type() == "multipart/report" else ""
    except BROKEN:
        return ""


def _failed(part: Message, mail: str) -> list[Bounce]:
    fields = part.get_payload()
    found = []
    for each in fields if isinstance(fields, list) else ():
        if not isinstance(each, Message) or header(each, "action").lower() != "failed":
            continue
        typed = _TYPED.match(header(each, "final-recipient")) or _TYPED.match(header(each, "original-recipient"))
        if typed:
            status = _STATUS.match(header(each, "status"))
            why = header(each, "diagnostic-code")[:200]
            found.append(Bounce(clean(typed[1]).strip("<>").lower(), status[0] if status else "", why, mail))
    return found


def _returned(part: Message) -> str:
    """The id of the mail that is given back, whole or its head."""
    kind = part.get_content_type()
    if kind == "text/rfc822-headers":
        content = part.get_payload(decode=True)
        found = re.search(
            rb"^message-id:\s*<([^<>\s]{1,900})>", content if isinstance(content, bytes) else b"", re.I | re.M
        )
        return found[1].decode("ascii", "replace") if found else ""
    inner = part.get_payload() if kind == "message/rfc822" else None
    if isinstance(inner, list) and inner and isinstance(inner[0], Message):
        return header(inner[0], "message-id").strip("<> ")
    return ""
