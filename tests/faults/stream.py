"""A mixed stream for the kill test: every kind of thing that the line must carry through a crash, drawn by seed."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from random import Random
from typing import Any, NamedTuple

import msgspec

from schemas.records import Touchpoint

CUSTOMERS = 500
BY_EMAIL = 60
"""Of these customers only the e-mail address is known."""
GUESTS = 200
"""Cookies; the customer of the same number signs in with it."""
RUN = "import-1"
HISTORY = 60
"""Customers whom the import brings; every fourth also turns up live."""
DAY = 86_400_000

TEXTS = (
    "一直用你们家的，最爱这个味道，认准了",
    "太让人失望了，再也不来了",
    "谢谢你们，真贴心，像朋友一样",
    "在吗？我的订单到哪里了",
    "上当了，骗人，假货",
    "I love this shop, best ever, thank you so much",
    "Worst service. Never again. I want a refund now.",
    "where is my order?",
    "loyal customer for years and this is how you treat me",
    "haha that was fun, see you next week",
)
RUBBISH = (
    b"{ no json",
    b'{"event_id":"x","type":"no.such","channel":"web"}',
    b"\xff\xfe",
    b'{"event_id":"a\\u0000"}',
)
GARBAGE = (
    (b"", b"\0\0\0\x03\xe9nobody's"),
    (b"null", b"\0\0\0\x03\xe9a placeholder's"),
    (b"\xff", b"\0\0\0\x03\xe9a key that is no text"),
    (b"c-5", b"\0\0\0\x03\xe9\x06cut"),
    (b"c-6", b"\0\0\0\xff\xffof a schema unknown here"),
    (b"c-7", b"no frame"),
    (b"*", b"\0\0\0\x03\xe9\x06cut, for everyone"),
)

encode = msgspec.json.Encoder().encode


class Piece(NamedTuple):
    """One thing to send. `who` tells what becomes of it: `customer`, `nobody`, `everyone`, `refused` at the door.

    `garbage` does not come by the door: it is put straight on the raw topic, under `key`.
    """

    event_id: str
    who: str
    body: bytes | Touchpoint
    partition: int | None = None
    key: bytes = b""


class Stream:
    """Pieces without end, the same choices for the same seed; only the times are those of the moment of drawing."""

    def __init__(self, seed: int, partitions: int, now: Callable[[], int]) -> None:
        self._chance = Random(seed)
        self._partitions = partitions
        self._now = now
        self._number = 0
        self._sent: deque[Piece] = deque(maxlen=5)
        self._history = deque(self._past())

    def pieces(self) -> Iterator[Piece]:
        """One after the other; the import is told in the midst of the live ones."""
        for customer in range(CUSTOMERS):
            yield self._customer(customer, "consent.changed", "store", properties={"scope": "camera", "granted": True})
        deeds, weights = zip(*_DEEDS, strict=True)
        while True:
            if self._history and self._chance.random() < 0.1:
                yield self._history.popleft()
            elif self._sent and self._chance.random() < 0.03:
                yield self._chance.choice(self._sent)
            else:
                piece: Piece = self._chance.choices(deeds, weights)[0](self)
                if piece.who == "customer":
                    self._sent.append(piece)
                yield piece

    def told(self) -> bool:
        """Whether the import has come to its end."""
        return not self._history

    def _purchase(self) -> Piece:
        item = f"i-{self._chance.randrange(40)}"
        amount, quantity = round(self._chance.uniform(1, 90), 2), self._chance.randint(1, 3)
        back = self._chance.choice((0, 0, 0, 60_000))
        return self._customer(
            self._anyone(), "purchase.made", self._chance.choice(("pos", "web", "store")), back,
            item_id=item, category="tea", amount=amount, currency="EUR", quantity=quantity, location_id="s-1",
        )  # fmt: skip

    def _question(self) -> Piece:
        """Asked about two minutes ago: the norm of two minutes passes in the next ten seconds, or has just passed."""
        text, back = self._chance.choice(TEXTS), self._chance.randint(110_000, 125_000)
        session = f"chat-{self._chance.randrange(10_000)}"
        return self._customer(self._anyone(), "chat.message", "chat", back, text=text, session_id=session)

    def _answer(self) -> Piece:
        back = self._chance.randint(0, 12_000)
        return self._customer(self._anyone(), "agent.answered", "chat", back, staff_id="a-7")

    def _words(self) -> Piece:
        kind, channel = self._chance.choice((("social.posted", "social"), ("complaint.opened", "phone")))
        return self._customer(self._anyone(), kind, channel, text=self._chance.choice(TEXTS))

    def _arrival(self) -> Piece:
        confidence = self._chance.choice((0.95, 0.5))
        properties = {"confidence": confidence}
        return self._customer(self._anyone(), "store.entered", "camera", location_id="s-1", properties=properties)

    def _leaving(self) -> Piece:
        return self._customer(self._anyone(), "message.unsubscribed", "email")

    def _nobody(self) -> Piece:
        return self._piece("nobody", "web.viewed", "web", 0, properties={"url": "/new"})

    def _company(self) -> Piece:
        soon = datetime.fromtimestamp(self._now() / 1000 + 864_000, UTC).isoformat(timespec="milliseconds")
        policy = {"policy_id": f"p-{self._number % 3}", "kind": "price", "size": 0.1, "at": soon}
        kind = self._chance.choice(("policy.changed", "stock.out", "product.launched"))
        fields = {"properties": policy} if kind == "policy.changed" else {"item_id": "i-1"}
        return self._piece("everyone", kind, "system", 0, **fields)

    def _rubbish(self) -> Piece:
        self._number += 1
        return Piece(f"rubbish-{self._number}", "refused", self._chance.choice(RUBBISH))

    def _garbage(self) -> Piece:
        self._number += 1
        key, body = self._chance.choice(GARBAGE)
        return Piece(f"garbage-{self._number}", "garbage", body, self._chance.randrange(self._partitions), key)

    def _guest(self) -> Piece:
        """Somebody of whom only the cookie is known; some of them sign in."""
        guest = self._chance.randrange(GUESTS)
        text = self._chance.choice((*TEXTS, None))
        who: dict[str, str] = {"cookie": f"g-{guest}"}
        return self._piece("customer", "chat.message", "chat", 0, identifiers=who, text=text, session_id=f"g-{guest}")

    def _login(self) -> Piece:
        """A cookie has its customer; now and then somebody else's machine is used, which is a conflict."""
        guest = self._chance.randrange(GUESTS)
        customer = guest if self._chance.random() < 0.9 else self._chance.randrange(CUSTOMERS)
        who = {"customer_id": f"c-{customer}", "cookie": f"g-{guest}"}
        if self._chance.random() < 0.2:
            who = {"email": f"p{CUSTOMERS + guest % BY_EMAIL}@example.org", "cookie": f"g-{guest}"}
        return self._piece("customer", "app.event", "app", 0, identifiers=who, properties={"name": "signed.in"})

    def _anyone(self) -> int:
        return self._chance.randrange(CUSTOMERS + BY_EMAIL + HISTORY // 4)

    def _customer(self, customer: int, kind: str, channel: str, back: int = 0, **fields: Any) -> Piece:
        if customer < CUSTOMERS:
            who = {"customer_id": f"c-{customer}"}
        elif customer < CUSTOMERS + BY_EMAIL:
            who = {"email": f"p{customer}@example.org"}
        else:
            who = {"customer_id": f"h-{(customer - CUSTOMERS - BY_EMAIL) * 4}"}
        return self._piece("customer", kind, channel, back, identifiers=who, **fields)

    def _piece(self, who: str, kind: str, channel: str, back: int, **fields: Any) -> Piece:
        self._number += 1
        event_id = f"live-{self._number}"
        at = datetime.fromtimestamp((self._now() - back) / 1000, UTC).isoformat(timespec="milliseconds")
        named = {"event_id": event_id, "type": kind, "occurred_at": at, "channel": channel}
        return Piece(event_id, who, encode(named | fields))

    def _past(self) -> Iterator[Piece]:
        """Five purchases of each, a month apart, the last a month ago; begun and ended in every partition."""
        yield from self._mark("begun")
        first = self._now() - 180 * DAY
        for month in range(5):
            for customer in range(HISTORY):
                event_id = f"{RUN}:{customer}:{month}"
                yield Piece(event_id, "customer", Touchpoint(
                    event_id=event_id, type="purchase.made", occurred_at=first + (month * 30 + customer % 7) * DAY,
                    occurred_offset=0, channel="web", initiator="customer", customer_id=f"h-{customer}",
                    item_id="i-1", amount=5.0, currency="EUR", quantity=1.0, history=RUN,
                ))  # fmt: skip
        yield from self._mark("ended")

    def _mark(self, edge: str) -> Iterator[Piece]:
        for partition in range(self._partitions):
            event_id = f"{RUN}:{edge}:{partition}"
            yield Piece(event_id, "everyone", Touchpoint(
                event_id=event_id, type=f"history.{edge}", occurred_at=self._now(), occurred_offset=0,
                channel="system", initiator="company", properties=encode({"run": RUN}).decode(),
            ), partition)  # fmt: skip


_DEEDS: tuple[tuple[Callable[[Stream], Piece], float], ...] = (
    (Stream._purchase, 30), (Stream._question, 25), (Stream._answer, 15), (Stream._words, 10), (Stream._arrival, 10),
    (Stream._leaving, 1), (Stream._nobody, 3), (Stream._company, 0.3), (Stream._rubbish, 0.5),
    (Stream._garbage, 0.5), (Stream._guest, 8), (Stream._login, 3),
)  # fmt: skip
