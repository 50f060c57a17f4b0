"""Codes on posters, shelves and packages: a scan is counted, and the person sent on to where the sources file says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec

from producers.collector.adapter import Answer, Refused, Request, Route, Source, Taken
from producers.collector.cookies import Consent, agreed, cookies_of
from producers.collector.machines import machine
from producers.collector.naming import digest, of_request
from producers.collector.pages import Language, language_of, link, page, paragraph
from producers.collector.redirecting import sent_to
from schemas import times
from schemas.contract import read_object

NAME: Final = "qr"
LONGEST_QUERY: Final = 2_048
"""Characters of the parameters that go along; a page of a shop takes no more."""
_UTM: Final = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
_PLAIN: Final = r"^[A-Za-z0-9._~-]{1,64}$"

Url = Annotated[str, msgspec.Meta(pattern=r"^https?://[^/?#\s\\@]+[^\s\\]*$")]
CodeName = Annotated[str, msgspec.Meta(pattern=_PLAIN)]
CookieValue = Annotated[str, msgspec.Meta(pattern=_PLAIN)]

_UNKNOWN: Final[Mapping[Language, tuple[str, str, str, str]]] = {
    "zh": (
        "没有找到这个二维码",
        "这个二维码不存在或已停用。请再扫一次，或直接访问我们的主页。",
        "前往主页",
        "工作人员：请在来源配置文件的 qr.codes 中添加此码。",
    ),
    "en": (
        "This code is not known",
        "It is not ours or no longer in use. Scan it again, or go to our home page.",
        "To our home page",
        "Staff: add the code under qr.codes in the sources file.",
    ),
}


class Code(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a code leads, and what a scan of it says: the place it hangs at, its campaign, the item it is on."""

    target: Url
    location_id: str | None = None
    campaign_id: str | None = None
    item_id: str | None = None
    category: str | None = None


class Cookie(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The cookie of our own that who has consented gets; `secret` makes its values, that none can be guessed."""

    secret: Annotated[str, msgspec.Meta(min_length=32)]
    name: CookieValue = "rapport_id"
    days: Annotated[int, msgspec.Meta(ge=1, le=400)] = 365


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`codes`: by the name that stands in the address. `home`: where a page of an unknown code leads.

    Without `cookie` none is ever set. `consent`: how it is known (producers/collector/cookies.py).
    """

    codes: dict[CodeName, Code]
    home: Url
    cookie: Cookie | None = None
    consent: Consent = Consent()


class Qr:
    """`GET /q/{code}`: 302 to the code's target, the parameters of the address kept.

    Nothing in a request can change the target's host or path, nor a parameter that the target has. A
    browser that only prefetches, and HEAD, are sent on and not counted. Without consent no cookie is set or read.
    """

    name = NAME
    routes: Sequence[Route] = (Route("GET", "/q/{code}"), Route("HEAD", "/q/{code}"))

    def __init__(self, config: Config) -> None:
        self.codes: Mapping[str, Code] = config.codes
        self._home = config.home
        self._cookie = config.cookie
        self._consent = config.consent

    def take(self, request: Request) -> Taken:
        code = self.codes.get(request.args["code"])
        if code is None:
            return Taken((), self._unknown(request))
        given = _parameters(request)
        cookie, headers = self._recognised(request)
        target = _target(code.target, given)
        sent_on = sent_to(target, *headers)
        fetched = machine(request.headers)
        if request.route.method == "HEAD" or fetched == "prefetch":
            return Taken((), sent_to(target))
        told: dict[str, Any] = {"code": request.args["code"]}
        told |= {name: value for name, value in given if name in _UTM}
        content = {
            "event_id": of_request(NAME, request, request.args["code"]),
            "type": "qr.scanned",
            "channel": NAME,
            "occurred_at": times.write(request.received_at),
            "location_id": code.location_id,
            "campaign_id": code.campaign_id or told.get("utm_campaign"),
            "item_id": code.item_id,
            "category": code.category,
            "identifiers": {"cookie": cookie} if cookie and not fetched else {},
            "properties": told | ({"machine": fetched} if fetched else {}),
        }
        return Taken((read_object(content, request.url.encode("utf-8", "replace")),), sent_on, otherwise=sent_on)

    def _recognised(self, request: Request) -> tuple[str | None, Sequence[tuple[str, str]]]:
        """The person's cookie and the header that keeps it; without consent none, and one of before is taken back."""
        if self._cookie is None:
            return None, ()
        name, known = self._cookie.name, cookies_of(request.headers).get(self._cookie.name)
        if not agreed(request.headers, self._consent):
            return None, (("set-cookie", f"{name}=; Path=/; Max-Age=0"),) if known is not None else ()
        if known is None or not 16 <= len(known) <= 64 or not known.isalnum() or not known.isascii():
            known = digest(self._cookie.secret, of_request(NAME, request, *sorted(request.headers.items())))
        secure = "; Secure" if request.url.startswith("https:") else ""
        kept = f"{name}={known}; Path=/; Max-Age={self._cookie.days * 86_400}; HttpOnly; SameSite=Lax{secure}"
        return known, (("set-cookie", kept),)

    def _unknown(self, request: Request) -> Answer:
        language = language_of(request.headers)
        title, what, home, staff = _UNKNOWN[language]
        return page(404, language, title, paragraph(what), link(self._home, home), paragraph(staff))


def _parameters(request: Request) -> list[tuple[str, str]]:
    query = request.url.partition("?")[2]
    if len(query) > LONGEST_QUERY:
        raise Refused(414, "too_large", f"the parameters have more than {LONGEST_QUERY} characters: send fewer")
    try:
        return parse_qsl(query, keep_blank_values=True, max_num_fields=50)
    except ValueError as error:
        raise Refused(400, "bad_value", f"the parameters cannot be read ({error}): send at most 50") from error


def _target(target: str, given: Sequence[tuple[str, str]]) -> str:
    """The target with the parameters that it does not have itself."""
    parts = urlsplit(target)
    own = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    more = urlencode([(name, value) for name, value in given if name not in own], errors="replace")
    query = "&".join(each for each in (parts.query, more) if each)
    return urlunsplit(parts._replace(query=query))


SOURCE: Final = Source(NAME, Config, Qr)
