"""Amazon SES through SNS: mails that bounced, were called spam, opened or clicked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Annotated, Any, Final

import msgspec

from producers.collector import sns
from producers.collector.adapter import Adapter, Answer, Refused, Request, Route, Source, Taken
from producers.collector.adapters.mailing import CHANNEL, withdrawal
from producers.collector.fetching import Fetching, Web
from producers.collector.machines import machine
from producers.collector.naming import digest
from schemas.contract import read_object
from schemas.faults import Fault, FieldFault
from schemas.records import Touchpoint

NAME: Final = "ses"
USUAL_AGE_S: Final = 7_200.0
"""SNS tries again for about an hour. A copy within it is harmless: the same message has the same event ids."""
NOT_SPAM: Final = "not-spam"
"""A complaint taken back."""
_DONE: Final = Answer(200, b"", (("content-type", "text/plain"),))


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`topics`: the ARNs that are ours; nothing of another is taken. `max_age_s`: what is older is refused."""

    topics: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    max_age_s: Annotated[float, msgspec.Meta(ge=60, le=86_400)] = USUAL_AGE_S


class Recipient(msgspec.Struct, frozen=True, rename="camel"):
    email_address: str
    status: str | None = None
    diagnostic_code: str | None = None


class Bounce(msgspec.Struct, frozen=True, rename="camel"):
    bounce_type: str
    timestamp: str
    bounced_recipients: tuple[Recipient, ...]
    bounce_sub_type: str | None = None
    feedback_id: str | None = None


class Complaint(msgspec.Struct, frozen=True, rename="camel"):
    timestamp: str
    complained_recipients: tuple[Recipient, ...]
    feedback_id: str | None = None
    complaint_feedback_type: str | None = None


class Seen(msgspec.Struct, frozen=True, rename="camel"):
    timestamp: str
    user_agent: str = ""
    link: str | None = None


class MailObject(msgspec.Struct, frozen=True, rename="camel"):
    message_id: str
    destination: tuple[str, ...] = ()
    tags: dict[str, tuple[str, ...]] = {}


class Notice(msgspec.Struct, frozen=True, rename="camel"):
    """What SES says. `notificationType` where it notifies directly, `eventType` where a configuration set publishes."""

    mail: MailObject
    event_type: str | None = None
    notification_type: str | None = None
    bounce: Bounce | None = None
    complaint: Complaint | None = None
    open: Seen | None = None
    click: Seen | None = None

    @property
    def campaign(self) -> str | None:
        return next(iter(self.mail.tags.get("campaign", ())), None)


class Ses:
    """`POST /webhooks/ses`, the endpoint of an SNS subscription, which is confirmed by itself.

    A bounce is `message.bounced` for each address; a spam complaint is an unsubscription. Kinds that say
    nothing of a customer (sent, delivered, delayed) are answered and dropped.
    """

    name = NAME
    routes: Sequence[Route] = (Route("POST", "/webhooks/ses"),)

    def __init__(self, config: Config, fetching: Fetching) -> None:
        self._config = config
        self._fetching = fetching

    def take(self, request: Request) -> Taken:
        message = sns.read(request.body)
        sns.check(message, request.received_at, self._config.topics, self._config.max_age_s, self._fetching)
        if message.type == "Notification":
            return Taken(tuple(_read(message)), _DONE)
        if message.type == "SubscriptionConfirmation":
            if message.subscribe_url is None or not sns.is_of_sns(message.subscribe_url):
                raise Refused(403, "wrong_address", "SubscribeURL is at no host of Amazon SNS; subscribe anew")
            self._fetching.visit(message.subscribe_url)
        return Taken((), _DONE)


def _read(message: sns.Message) -> Iterator[Touchpoint | Fault]:
    original = message.message.encode("utf-8", "replace")
    if message.message.startswith("Successfully validated SNS topic"):
        return  # what SES says once when the topic is set
    try:
        notice = msgspec.json.decode(original, type=Notice)
    except (msgspec.DecodeError, RecursionError) as error:
        remedy = "send the topic nothing but what Amazon SES notifies"
        yield Fault("bad_value", (FieldFault("Message", str(error), remedy),), original)
        return
    made = partial(_made, notice, original)
    if notice.bounce is not None:
        for at, address in enumerate(notice.bounce.bounced_recipients):
            yield made("message.bounced", at, address.email_address, notice.bounce.timestamp, {
                "bounce": notice.bounce.bounce_type.lower(), "kind": notice.bounce.bounce_sub_type,
                "status": address.status, "reason": address.diagnostic_code,
            })  # fmt: skip
    elif notice.complaint is not None and notice.complaint.complaint_feedback_type != NOT_SPAM:
        told = {"message_id": notice.mail.message_id, "reason": "spam_complaint"}
        for at, address in enumerate(notice.complaint.complained_recipients):
            yield from withdrawal(
                _id(notice, "complaint", at), notice.complaint.timestamp, {"email": address.email_address}, original,
                told, notice.campaign,
            )  # fmt: skip
    for kind, seen in (("message.opened", notice.open), ("message.clicked", notice.click)):
        if seen is not None:
            by = machine({"user-agent": seen.user_agent})
            alone = notice.mail.destination[0] if len(notice.mail.destination) == 1 and not by else None
            yield made(kind, 0, alone, seen.timestamp, {"url": seen.link, "machine": by})


def _made(
    notice: Notice, original: bytes, kind: str, at: int, address: str | None, when: str, facts: dict[str, Any]
) -> Touchpoint | Fault:
    told = {"message_id": notice.mail.message_id} | {name: value for name, value in facts.items() if value}
    content = {
        "event_id": _id(notice, kind, at),
        "type": kind,
        "channel": CHANNEL,
        "occurred_at": when,
        "identifiers": {"email": address} if address else {},
        "campaign_id": notice.campaign,
        "properties": told,
    }
    return read_object(content, original)


def _id(notice: Notice, kind: str, at: int) -> str:
    """The same when SES or SNS says it again."""
    said = notice.bounce or notice.complaint
    feedback = said.feedback_id if said is not None else None
    seen = notice.open or notice.click
    when = seen.timestamp + (seen.link or "") if seen is not None else ""
    return f"{NAME}:{digest(feedback or notice.mail.message_id, kind, when)}:{at}"


def build(config: Config) -> Adapter:
    return Ses(config, Web())


SOURCE: Final = Source(NAME, Config, build)
