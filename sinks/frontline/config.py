"""The delivery file: who is told of which team's alerts, and by which way. It holds secrets and never travels.

Faults are told as those of knowledge are: all of them, each with its file and line. `${NAME}` in a value is taken
from the environment.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from email.utils import parseaddr
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

import msgspec

from schemas.records import SEVERITIES, Severity
from schemas.topics import TEAMS
from streams.knowledge.document import Faults, KnowledgeError, Section, nearest, parse
from streams.knowledge.load import load as load_knowledge
from streams.knowledge.model import Knowledge
from streams.knowledge.terms import LANGUAGES

Way = Literal["mail", "webhook", "chat"]
Tls = Literal["starttls", "tls", "none"]
InDoubt = Literal["again", "leave"]

WAYS: Final[tuple[Way, ...]] = ("mail", "webhook", "chat")
TLS: Final[tuple[Tls, ...]] = ("starttls", "tls", "none")
IN_DOUBT: Final[tuple[InDoubt, ...]] = ("again", "leave")
NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}", re.ASCII)
SECRET: Final = "whsec_"
SHORTEST_SECRET: Final = 16
"""Bytes of a webhook's secret; Standard Webhooks asks for 24 to 64."""
MOST_MEMBERS: Final = 10_000
MOST_A_DAY: Final = 1_000_000
ATTEMPTS: Final = 25
"""With pauses that double from two seconds up to ten minutes these take some three hours."""
MOST_ATTEMPTS: Final = 1_000

_REFERENCE: Final = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


class Smtp(msgspec.Struct, frozen=True):
    """The server that takes our mail. `sender` is what stands in `From`."""

    host: str
    port: int
    tls: Tls
    user: str
    password: str
    sender: str

    @property
    def domain(self) -> str:
        """Of the sender; message ids end with it."""
        return parseaddr(self.sender)[1].rpartition("@")[2]


class Receiver(msgspec.Struct, frozen=True):
    """One address, URL or chat. `members` people share it, each with room for `a_day` alerts; 0: no limit.

    `in_doubt`: whether a message of which nobody knows if it has arrived is sent again, or left as not delivered.
    """

    name: str
    way: Way
    to: str
    secret: str
    members: int
    a_day: int
    in_doubt: InDoubt = "again"


class Delivery(msgspec.Struct, frozen=True):
    """The whole file. `routes[team]` are receivers by the severity from which on they are told."""

    receivers: dict[str, Receiver]
    routes: dict[str, dict[Severity, tuple[str, ...]]]
    languages: dict[str, str]
    smtp: Smtp | None
    attempts: int

    def told(self, team: str, severity: Severity) -> tuple[Receiver, ...]:
        """Whom an alert of this severity goes to, each once."""
        upto = SEVERITIES[: SEVERITIES.index(severity) + 1]
        names = dict.fromkeys(name for each in upto for name in self.routes.get(team, {}).get(each, ()))
        return tuple(self.receivers[name] for name in names)

    @property
    def unheard(self) -> tuple[str, ...]:
        """Teams whose alerts go to nobody beyond the console."""
        return tuple(team for team in TEAMS if not any(self.routes.get(team, {}).values()))


def load(file: Path, knowledge: Knowledge, environment: Mapping[str, str] | None) -> Delivery:
    """The delivery file, or `KnowledgeError` with every fault. Without an environment secrets are not looked for."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise KnowledgeError([f"{file}:1: cannot be read ({error}); RAPPORT_DELIVERY names it"]) from error
    return read(text, str(file), knowledge, environment)


def faults(file: Path, knowledge: Path) -> list[str]:
    """What is wrong in the delivery file, or in the knowledge that it needs; its secrets need not be there."""
    try:
        load(file, load_knowledge(knowledge), None)
    except KnowledgeError as error:
        return list(error.faults)
    return []


def read(text: str, name: str, knowledge: Knowledge, environment: Mapping[str, str] | None) -> Delivery:
    """The same of a text that is called `name` in faults."""
    found = Faults()
    root = parse(found, name, text)
    filled = _Filled(environment)
    receivers = _receivers(root, knowledge, filled)
    smtp = _smtp(root.section("mail"), filled) if root.has("mail") else None
    if smtp is None:
        for each in receivers.values():
            if each.way == "mail":
                root.fault(f"{each.name} gets mail, but no section 'mail' says by which server: host and from")
                break
    routes, languages = _teams(root, receivers, knowledge)
    attempts = int(root.number("attempts", 1, MOST_ATTEMPTS, ATTEMPTS))
    root.close()
    if wrong := found.lines():
        raise KnowledgeError(wrong)
    return Delivery(receivers, routes, languages, smtp, attempts)


class _Filled:
    """Texts with `${NAME}` in them filled in; without an environment they stay as they are."""

    def __init__(self, environment: Mapping[str, str] | None) -> None:
        self._environment = environment

    def text(self, section: Section, key: str, default: str | None = None) -> str:
        text = section.text(key, default)
        if self._environment is None:
            return text
        for name in _REFERENCE.findall(text):
            if not self._environment.get(name):
                section.fault(f"{key}: ${{{name}}} is not set in the environment; set it", key)
        return _REFERENCE.sub(lambda found: (self._environment or {}).get(found[1], ""), text)

    def known(self, text: str) -> bool:
        """Whether it is whole, so that it can be judged."""
        return self._environment is not None or not _REFERENCE.search(text)


def _receivers(root: Section, knowledge: Knowledge, filled: _Filled) -> dict[str, Receiver]:
    return {name: _receiver(name, each, knowledge, filled) for name, each in root.section("receivers").sections()}


def _receiver(name: str, section: Section, knowledge: Knowledge, filled: _Filled) -> Receiver:
    if not NAME.fullmatch(name):
        section.fault(f"{name!r} is no name: small letters, digits, dot, dash; at most 40")
    ways = [way for way in WAYS if section.has(way)]
    if len(ways) != 1:
        section.fault(f"say one way to it, not {len(ways)}: mail, webhook or chat")
    way: Way = ways[0] if ways else "mail"
    to = filled.text(section, way, None if ways else "")
    secret = filled.text(section, "secret") if way == "webhook" else ""
    if to and filled.known(to) and (wrong := _JUDGES[way](to)):
        section.fault(f"{way}: {wrong}", way)
    if secret and filled.known(secret) and not _is_secret(secret):
        words = f"secret: must be {SECRET} and base64 of {SHORTEST_SECRET} bytes or more"
        section.fault(f'{words}; make one: echo "{SECRET}$(openssl rand -base64 24)"', "secret")
    usual = 0 if way == "webhook" else knowledge.alerts.a_member_a_day
    members = int(section.number("members", 1, MOST_MEMBERS, 1))
    a_day = int(section.number("a_day", 0, MOST_A_DAY, usual))
    chosen = section.choice("in_doubt", IN_DOUBT, "again")
    section.close()
    in_doubt = next((each for each in IN_DOUBT if each == chosen), IN_DOUBT[0])
    return Receiver(name, way, to, secret, members, a_day, in_doubt)


def _smtp(section: Section, filled: _Filled) -> Smtp:
    tls = section.choice("tls", TLS, "starttls")
    usual = {"starttls": 587, "tls": 465, "none": 25}.get(tls, 587)
    found = Smtp(
        host=section.text("host"), port=int(section.number("port", 1, 65535, usual)),
        tls=next((each for each in TLS if each == tls), "starttls"), user=filled.text(section, "user", ""),
        password=filled.text(section, "password", ""), sender=section.text("from"),
    )  # fmt: skip
    if found.sender and (wrong := _address(found.sender)):
        section.fault(f"from: {wrong}", "from")
    if bool(found.user) != bool(found.password):
        section.fault("user and password go together: say both, or neither")
    if found.password and found.tls == "none":
        section.fault("a password would travel in clear: tls is starttls or tls", "tls")
    section.close()
    return found


def _teams(
    root: Section, receivers: Mapping[str, Receiver], knowledge: Knowledge
) -> tuple[dict[str, dict[Severity, tuple[str, ...]]], dict[str, str]]:
    teams = root.section("teams")
    routes: dict[str, dict[Severity, tuple[str, ...]]] = {}
    languages: dict[str, str] = {}
    for team in teams.listed():
        section = teams.section(team)
        if team not in TEAMS:
            teams.fault(f"no team is called {team!r}{nearest(team, TEAMS)}; the teams are {', '.join(TEAMS)}", team)
        languages[team] = section.choice("language", LANGUAGES, knowledge.company.language)
        routes[team] = {each: section.names(each, receivers, required=False) for each in SEVERITIES}
        section.close()
    return routes, languages


def _address(text: str) -> str:
    address = parseaddr(text)[1]
    local, _, domain = address.rpartition("@")
    if local and domain and not re.search(r"[\s,;<>]", address):
        return ""
    return f"{text!r} is no address of mail; write one, such as desk@example.com"


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme == "https" and parts.hostname:
        return ""
    if parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1"):
        return ""
    return "must be https://…; http:// only to this machine"


def _chat(text: str) -> str:
    from sinks.frontline.chat import understood  # it loads well over a hundred services

    if understood(text):
        return ""
    return "Apprise knows no such service, or a part of the URL is missing; https://github.com/caronc/apprise/wiki"


_JUDGES: Final = {"mail": _address, "webhook": _url, "chat": _chat}


def key_of(secret: str) -> bytes:
    """The bytes of a `whsec_…`; `ValueError` for what is none."""
    return base64.b64decode(secret.removeprefix(SECRET), validate=True)


def _is_secret(text: str) -> bool:
    try:
        return text.startswith(SECRET) and len(key_of(text)) >= SHORTEST_SECRET
    except (binascii.Error, ValueError):
        return False
