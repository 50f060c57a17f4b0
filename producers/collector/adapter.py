"""What a source is to the collector: routes, and a pure function from a request to touchpoints and an answer.

An adapter does no input or output of its own. The collector reads the request, calls
it, writes every touchpoint to Kafka, and sends the answer only when Kafka has all of
them; else 503, and nothing is accepted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import msgspec

from schemas.faults import Fault
from schemas.records import Touchpoint


class Route(NamedTuple):
    """A method and a path; `{name}` in the path stands for one segment: `("GET", "/q/{code}")`."""

    method: str
    path: str


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One request, read whole: the body unpacked where it came with gzip.

    `query` and `form` fields keep the last value of a name; names of headers are lower-case;
    `url` is the address that the caller used, as signatures cover it.
    """

    route: Route
    url: str
    received_at: int
    args: Mapping[str, str] = {}
    query: Mapping[str, str] = {}
    headers: Mapping[str, str] = {}
    body: bytes = b""
    remote: str = ""


class Answer(msgspec.Struct, frozen=True):
    """What the caller is told."""

    status: int = 200
    body: bytes = b""
    headers: Sequence[tuple[str, str]] = ()


class Quota(NamedTuple):
    """A caller by name, and how many events it may send a second; the collector counts, and answers 429."""

    name: str
    events_per_s: float


class Taken(msgspec.Struct, frozen=True):
    """What a request holds, in its order: touchpoints, and what breaks the contract alone; then the answer.

    `otherwise` is for people: who scans a code or follows a link gets to the page also when Kafka
    does not take the touchpoint within `PATIENCE_S`, and it is counted as lost; who sends a form is
    asked, by a page with 503, to send it once more. None: 503, for programs.
    """

    touchpoints: Sequence[Touchpoint | Fault]
    answer: Answer = Answer()
    quota: Quota | None = None
    otherwise: Answer | None = None
    places: Sequence[int] | None = None
    """Of each touchpoint, which event of the request it came of; None: one each, in order."""
    decision_for: str | None = None
    """The `event_id` of the planned contact whose decision is the answer, once the line has given it."""


class Refused(Exception):
    """The whole request is refused and nothing of it is accepted: names the thing, the place and the remedy."""

    def __init__(self, status: int, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.reason = reason
        self.detail = detail


class Adapter(Protocol):
    """One source. `take` is pure: the same request gives the same touchpoints, event ids included."""

    @property
    def name(self) -> str: ...
    @property
    def routes(self) -> Sequence[Route]: ...

    def take(self, request: Request) -> Taken:
        """Raises `Refused` for a wrong key or signature, a body that cannot be read, or a replayed webhook."""


class Source(NamedTuple):
    """An adapter's entry in the registry: its section of the sources file, and how it is made of it.

    `config` is a frozen `msgspec.Struct` with `forbid_unknown_fields`; the collector reads it from the YAML file
    that `RAPPORT_SOURCES` names, where `${NAME}` is taken from the environment: secrets stand there.
    """

    name: str
    config: type[msgspec.Struct]
    build: Callable[[Any], Adapter]
