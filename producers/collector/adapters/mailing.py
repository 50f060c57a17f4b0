"""What a customer does with a mail of ours: opens it, follows a link, unsubscribes."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from email import message_from_bytes, policy
from typing import Any, Final
from urllib.parse import parse_qs

import msgspec

from producers.collector.adapter import Answer, Refused, Request, Route, Source, Taken
from producers.collector.adapters.qr import Url
from producers.collector.links import Letter, LinkKey, Links, Seals
from producers.collector.machines import machine
from producers.collector.naming import digest, of_request
from producers.collector.pages import Language, language_of, link, page, paragraph
from producers.collector.redirecting import sent_to
from schemas import times
from schemas.contract import read_object
from schemas.faults import Fault
from schemas.records import Touchpoint

NAME: Final = "mailing"
CHANNEL: Final = "email"
WITHDRAWN: Final = ("care", "promo", "survey")
"""What who unsubscribes gets no more; a message that serves a purchase still comes."""
_FIELD: Final = "List-Unsubscribe"
_ONE_CLICK: Final = "One-Click"
_DAY_MS: Final = 86_400_000
_GIF: Final = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
_PICTURE: Final = Answer(200, _GIF, (("content-type", "image/gif"), ("cache-control", "no-store, private")))

_ASKED: Final[Mapping[Language, tuple[str, str, str]]] = {
    "zh": ("退订邮件", "点击按钮后，我们不再向您发送营销邮件。", "退订"),
    "en": ("Unsubscribe", "Press the button, and we send you no more marketing mails.", "Unsubscribe"),
}
_AGAIN: Final[Mapping[Language, str]] = {
    "zh": "现在暂时无法处理，请稍后再点一次按钮。",
    "en": "We could not take it just now; press the button once more in a moment.",
}
_UNSUBSCRIBED: Final[Mapping[Language, tuple[str, str]]] = {
    "zh": ("已退订", "您将不再收到我们的营销邮件。订单等服务邮件不受影响。"),
    "en": ("You are unsubscribed", "We send you no more marketing mails. Mails that serve an order still come."),
}
_DEAD: Final[Mapping[Language, tuple[str, str, str]]] = {
    "zh": ("链接无效", "这个链接已过期或不完整。请从邮件中重新打开，或前往主页。", "前往主页"),
    "en": (
        "This link does not work",
        "It has expired or is not whole. Open it from the mail again, or go to our home page.",
        "To our home page",
    ),
}


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`keys` seal the links, the first the new ones, all of them the old. `home`: where a dead link leads."""

    keys: tuple[LinkKey, ...]
    home: Url


class Mailing:
    """`GET /m/o/….gif`, `GET /m/c/…`, `GET` and `POST /m/u/…`.

    What a machine fetches (`machines.py`) is recorded with `machine` and belongs to nobody. Only a POST
    unsubscribes: a GET, which scanners follow, shows a page with a button. Twice on a day counts once.
    """

    name = NAME
    routes: Sequence[Route] = (
        Route("GET", "/m/o/{sealed}"),
        Route("GET", "/m/c/{sealed}"), Route("HEAD", "/m/c/{sealed}"),
        Route("GET", "/m/u/{sealed}"), Route("POST", "/m/u/{sealed}"),
    )  # fmt: skip

    def __init__(self, config: Config) -> None:
        self.seals = Seals(config.keys)
        self._links = Links(self.seals)
        self._home = config.home

    def take(self, request: Request) -> Taken:
        kind, sealed = request.route.path[3], request.args["sealed"]
        if kind == "o":
            return self._opened(request, self._links.letter("o", sealed.removesuffix(".gif"), request.received_at))
        try:
            letter = self._links.letter("c" if kind == "c" else "u", sealed, request.received_at)
        except Refused as refused:
            if request.route.method == "POST":
                raise
            return Taken((), self._dead(request, refused.status))
        return self._clicked(request, letter) if kind == "c" else self._unsubscribed(request, letter)

    def _opened(self, request: Request, letter: Letter) -> Taken:
        return Taken((_touched(request, letter, "message.opened"),), _PICTURE, otherwise=_PICTURE)

    def _clicked(self, request: Request, letter: Letter) -> Taken:
        target = letter.target or self._home
        sent_on = sent_to(target, ("referrer-policy", "no-referrer"))
        if request.route.method == "HEAD":
            return Taken((), sent_on)
        return Taken((_touched(request, letter, "message.clicked", url=target),), sent_on, otherwise=sent_on)

    def _unsubscribed(self, request: Request, letter: Letter) -> Taken:
        language = language_of(request.headers)
        if request.route.method == "GET":
            return Taken((), _asked(language))
        if _field(request) != _ONE_CLICK:
            raise Refused(400, "bad_value", f"the body must be {_FIELD}={_ONE_CLICK}, as RFC 8058 has it")
        title, what = _UNSUBSCRIBED[language]
        read = withdrawal(
            f"{NAME}:{digest(request.args['sealed'], request.received_at // _DAY_MS)}",
            times.write(request.received_at), letter.identifiers, request.body,
            {"message_id": letter.message}, letter.campaign,
        )  # fmt: skip
        return Taken(read, page(200, language, title, paragraph(what)), otherwise=_asked(language, again=True))

    def _dead(self, request: Request, status: int) -> Answer:
        language = language_of(request.headers)
        title, what, home = _DEAD[language]
        return page(status, language, title, paragraph(what), link(self._home, home))


def withdrawal(
    event_id: str, at: str, identifiers: dict[str, str], original: bytes, told: dict[str, Any],
    campaign: str | None = None,
) -> tuple[Touchpoint | Fault, ...]:  # fmt: skip
    """That somebody wants no more mails: the deed, and the consent it withdraws."""
    consent = {"scope": CHANNEL, "granted": False, "purposes": list(WITHDRAWN)}
    common = {"occurred_at": at, "channel": CHANNEL, "identifiers": identifiers, "campaign_id": campaign}
    return tuple(
        read_object(common | {"event_id": f"{event_id}:{at_}", "type": kind, "properties": facts}, original)
        for at_, kind, facts in (("u", "message.unsubscribed", told), ("c", "consent.changed", told | consent))
    )


def _asked(language: Language, *, again: bool = False) -> Answer:
    title, what, button = _ASKED[language]
    what = _AGAIN[language] if again else what
    form = (
        f'<form method="post"><input type="hidden" name="{_FIELD}" value="{_ONE_CLICK}">'
        f'<button type="submit">{button}</button></form>'
    )
    return page(503 if again else 200, language, title, paragraph(what), form)


def _touched(request: Request, letter: Letter, kind: str, **told: str) -> Touchpoint | Fault:
    by = machine(request.headers)
    facts = {"message_id": letter.message} | told | ({"machine": by} if by else {})
    content = {
        "event_id": of_request(NAME, request, kind, request.args["sealed"]),
        "type": kind,
        "channel": CHANNEL,
        "occurred_at": times.write(request.received_at),
        "identifiers": {} if by else letter.identifiers,
        "campaign_id": letter.campaign,
        "properties": facts,
    }
    return read_object(content, request.url.encode("utf-8", "replace"))


def _field(request: Request) -> str:
    """The one field of RFC 8058, whichever of the two forms of a form it came in."""
    kind = request.headers.get("content-type", "")
    try:
        if kind.lower().startswith("multipart/form-data"):
            head = f"content-type: {kind}\r\n\r\n".encode("latin-1", "replace")
            parts = message_from_bytes(head + request.body, policy=policy.HTTP).iter_parts()
            return next((
                str(part.get_payload()).strip() for part in parts
                if part.get_param("name", header="content-disposition") == _FIELD
            ), "")  # fmt: skip
        return parse_qs(request.body.decode("utf-8", "replace"), max_num_fields=20).get(_FIELD, [""])[0]
    except (ValueError, LookupError, TypeError, AttributeError):
        return ""


SOURCE: Final = Source(NAME, Config, Mailing)
