"""WeChat Official Accounts and WeCom: what customers write, that they follow and leave, which codes they scan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Final, Literal
from xml.etree.ElementTree import ParseError

import msgspec
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from producers.collector import wechat_crypto as crypto
from producers.collector.adapter import Answer, Refused, Request, Route, Source, Taken
from producers.collector.naming import digest
from schemas import times
from schemas.contract import read_object
from schemas.faults import Fault, FieldFault
from schemas.records import Touchpoint

NAME: Final = "wechat"
LARGEST: Final = 256 * 1024
"""Bytes: a text of WeChat has at most 2,048."""
MOST_FIELDS: Final = 200
USUAL_AGE_S: Final = 300.0
"""WeChat sends again after 5 s, three times; a copy within it has the same MsgId, and counts once."""
WITHDRAWN: Final = ["care", "promo", "survey"]
_DONE: Final = Answer(200, b"success", (("content-type", "text/plain; charset=utf-8"),))
_SPOKEN: Final = ("text", "image", "voice", "video", "shortvideo", "location", "link")
_SCENE: Final = "qrscene_"
_FOLLOWED: Final = ("subscribe", "add_external_contact")
_LEFT: Final = ("unsubscribe", "del_follow_user")
_SETTINGS: Final = "look at the account's callback settings"


class Account(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`token`, `app_id` (AppID, or CorpID of WeCom) and `aes_key` (EncodingAESKey) of an account's callback settings.

    With `aes_key` nothing unencrypted is taken: the signature of the plain mode does not cover the body.
    """

    token: Annotated[str, msgspec.Meta(min_length=3)]
    app_id: str
    kind: Literal["official", "wecom"] = "official"
    aes_key: str | None = None
    location_id: str | None = None


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`accounts`: by the name that stands in the address. `max_age_s`: what is older is refused."""

    accounts: dict[str, Account]
    max_age_s: Annotated[float, msgspec.Meta(ge=30, le=86_400)] = USUAL_AGE_S


class Wechat:
    """`GET /wechat/{account}` answers the check of the address, `POST` takes a callback.

    The customer is `wechat:<OpenID>`, or `wecom:<id>`. Pictures, voices and places are noted, never
    kept; kinds that say nothing of a customer are answered and dropped.
    """

    name = NAME
    routes: Sequence[Route] = (Route("GET", "/wechat/{account}"), Route("POST", "/wechat/{account}"))

    def __init__(self, config: Config) -> None:
        self._accounts = config.accounts
        self._max_age_s = config.max_age_s
        self._keys: dict[str, bytes] = {}
        for name, account in config.accounts.items():
            if account.aes_key is not None:
                self._keys[name] = crypto.key_of(account.aes_key)
            elif account.kind == "wecom":
                raise ValueError(f"accounts.{name}: WeCom always encrypts; set aes_key")

    def take(self, request: Request) -> Taken:
        name = request.args["account"]
        account = self._accounts.get(name)
        if account is None:
            raise Refused(404, "unknown_account", f"no account is called {name[:60]!r}: add it under wechat.accounts")
        if request.route.method == "GET":
            return Taken((), self._echo(account, self._keys.get(name), request.query))
        fields = self._opened(account, self._keys.get(name), request)
        return Taken(tuple(_read(account, fields, request)), _DONE)

    def _echo(self, account: Account, key: bytes | None, query: Mapping[str, str]) -> Answer:
        """What the network wants to hear before it sends anything."""
        echo = query.get("echostr", "")
        if account.kind == "wecom" and key is not None:
            self._signed(account, query, "msg_signature", echo)
            said = _decrypted(key, echo, account)
        else:
            self._signed(account, query, "signature")
            said = echo.encode("utf-8", "replace")[:1024]
        return Answer(200, said, (("content-type", "text/plain; charset=utf-8"), ("x-content-type-options", "nosniff")))

    def _opened(self, account: Account, key: bytes | None, request: Request) -> dict[str, str]:
        query = request.query
        if key is None:
            self._signed(account, query, "signature")
            self._recent(request)
            return _fields(request.body)
        sealed = _fields(request.body).get("Encrypt")
        if sealed is None:
            raise Refused(403, "unsigned", f"the body is not encrypted, and the account has an aes_key; {_SETTINGS}")
        self._signed(account, query, "msg_signature", sealed)
        self._recent(request)
        return _fields(_decrypted(key, sealed, account))

    @staticmethod
    def _signed(account: Account, query: Mapping[str, str], name: str, *more: str) -> None:
        given, at, nonce = (query.get(each, "") for each in (name, "timestamp", "nonce"))
        if not given or not at or not nonce:
            raise Refused(401, "unsigned", f"{name}, timestamp or nonce is missing in the address; {_SETTINGS}")
        if not crypto.is_signed(given, account.token, at, nonce, *more):
            raise Refused(401, "wrong_signature", f"{name} does not fit: is the token the account's? {_SETTINGS}")

    def _recent(self, request: Request) -> None:
        text = request.query["timestamp"]
        seconds = int(text) if text.isascii() and text.isdigit() and len(text) < 15 else 0
        if abs(seconds - request.received_at / 1000) > self._max_age_s:
            words = f"timestamp is more than {self._max_age_s:g} s from our clock"
            raise Refused(401, "replayed", f"{words}; is our clock right? Else raise wechat.max_age_s")


def _decrypted(key: bytes, text: str, account: Account) -> bytes:
    try:
        return crypto.decrypt(key, text, account.app_id)
    except crypto.Undecipherable as error:
        raise Refused(401, "wrong_signature", f"what is encrypted {error}; {_SETTINGS}") from error


def _fields(body: bytes) -> dict[str, str]:
    """The fields right below the root; of XML that does anything but say them, none."""
    if len(body) > LARGEST:
        raise Refused(413, "too_large", f"{len(body)} bytes; a callback has at most {LARGEST}")
    try:
        root = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Refused(400, "bad_value", f"the body is no XML as WeChat sends it: {error}; {_SETTINGS}") from error
    return {child.tag: (child.text or "").strip() for child in root[:MOST_FIELDS]}


def _read(account: Account, fields: Mapping[str, str], request: Request) -> Iterator[Touchpoint | Fault]:
    kind, event = fields.get("MsgType", ""), fields.get("ChangeType") or fields.get("Event", "")
    sender = fields.get("ExternalUserID") or fields.get("FromUserName", "")
    text = fields.get("CreateTime", "")
    if not sender or not (text.isascii() and text.isdigit() and len(text) < 12):
        what = FieldFault("FromUserName, CreateTime", "is missing or no number", _SETTINGS)
        yield Fault("missing_field", (what,), request.body)
        return
    network = account.kind if account.kind == "wecom" else NAME
    name = fields.get("MsgId") or digest(sender, text, event, fields.get("EventKey", ""))
    common: dict[str, Any] = {
        "event_id": f"{NAME}:{digest(account.app_id, name)}",
        "occurred_at": times.write(int(text) * 1000),
        "channel": "chat",
        "identifiers": {"social": f"{network}:{sender}"},
        "location_id": account.location_id,
        "staff_id": fields.get("UserID") or None,
        "session_id": f"{NAME}:{digest(account.app_id, sender)}",
    }
    made = (
        [_said(network, kind, fields)]
        if kind in _SPOKEN
        else list(_happened(network, event, fields))
        if kind == "event"
        else []
    )
    for at, more in enumerate(made):
        content = common | more | {"event_id": f"{common['event_id']}:{at}"}
        yield read_object(content, request.body)


def _said(network: str, kind: str, fields: Mapping[str, str]) -> dict[str, Any]:
    text = fields.get("Content") or fields.get("Recognition") or fields.get("Title") or None
    return {"type": "chat.message", "text": text, "properties": {"network": network, "kind": kind}}


def _happened(network: str, event: str, fields: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    scene = fields.get("EventKey", "")
    told = {"network": network, "event": event}
    if event in _FOLLOWED:
        facts = told | {"scope": "dm", "granted": True, "purposes": ["service", *WITHDRAWN]}
        yield {"type": "consent.changed", "channel": "dm", "properties": facts}
    elif event in _LEFT:
        yield {"type": "message.unsubscribed", "channel": "dm", "properties": told}
        facts = told | {"scope": "dm", "granted": False, "purposes": WITHDRAWN}
        yield {"type": "consent.changed", "channel": "dm", "properties": facts}
    elif event == "CLICK":
        yield {"type": "app.event", "channel": "app", "properties": {"name": f"{network}.menu", "key": scene}}
    elif event == "VIEW":
        yield {"type": "web.viewed", "channel": "web", "properties": {"url": scene}}
    if event == "SCAN" or (event == "subscribe" and scene.startswith(_SCENE)):
        yield {"type": "qr.scanned", "channel": "qr", "properties": {"code": scene.removeprefix(_SCENE)}}


SOURCE: Final = Source(NAME, Config, Wechat)
