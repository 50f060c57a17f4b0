"""What is known of a customer: store and stream together, each alone, and neither."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from deploy.local.broker import free_port
from rapport.customers import standing
from rapport.customers.archive import Archive
from rapport.customers.finding import ALONE_S, PATIENCE_S, ReadState, Span, find
from rapport.customers.known import Known, Matter
from rapport.customers.links import Person, person
from rapport.customers.stream import StateDeep, StreamAway
from schemas.records import Alert, Touchpoint
from sinks.clickhouse.client import StoreError
from sinks.clickhouse.remote import RemoteStore
from streams.customers.customer import Customer
from streams.relationships.relationships import Relationships
from tests.rapport.customers.shop import Shop
from tests.sinks.conftest import OldServerStore
from tests.streams.lab import MINUTE, START, knowledge, of, touchpoint

AWAY = Archive(RemoteStore(free_port(), "nobody"))
"""A store that does not run."""


def turning(start: int = 0) -> Iterable[Touchpoint]:
    """Somebody turns away, in three talks a minute apart, the first of them answered."""
    yield touchpoint(
        "chat.message", start, session_id="s1", text="Broken again, and nobody wants to know. You are scammers."
    )
    yield touchpoint("chat.message", start + 1, initiator="company", text="We are sorry.")
    yield touchpoint("chat.message", start + MINUTE, session_id="s2", text="You lied to me about the refund.")
    yield touchpoint(
        "chat.message", start + 2 * MINUTE, session_id="s3", text="Worst shop ever, never again. Avoid them."
    )


TEN = Span(10)


def ask(shop: Shop, who: str, state: ReadState | None, span: Span = TEN) -> Known | None:
    return find(Person(who), Archive(shop.store), state, knowledge, span)


def known(shop: Shop, who: str, state: ReadState | None, span: Span = TEN) -> Known:
    found = ask(shop, who, state, span)
    assert found is not None
    return found


def away(customer_id: str, patience_s: float) -> Customer | None:
    raise StreamAway("Kafka at nowhere does not answer")


def deep(customer_id: str, patience_s: float) -> Customer | None:
    raise StateDeep


@pytest.fixture(scope="module")
def anna(shop: Shop) -> str:
    shop.tell(turning(), "anna")
    return "anna"


def test_store_and_stream_together(shop: Shop, anna: str) -> None:
    found = known(shop, anna, shop.state)
    assert (found.standing.type, found.standing.by, found.notes) == ("enemy", "state", ())
    assert found.standing.since == START + 2 * MINUTE
    assert found.standing.likely[0].type == "enemy"
    assert found.standing.likely[0].probability > 0.5
    by_weight = [reason.weight or 0.0 for reason in found.standing.reasons if reason.type == "enemy"]
    assert by_weight == sorted(by_weight, reverse=True)
    assert {(r.at is not None, r.channel) for r in found.standing.reasons} == {(True, "chat")}
    assert [matter.team for matter in found.matters][:1] == ["conflict"]
    assert (found.touchpoints, found.first, found.latest) == (4, START, START + 2 * MINUTE)
    assert [contact.initiator for contact in found.timeline] == ["customer", "company", "customer", "customer"]
    assert [shift.to for shift in found.shifts] == ["enemy"]


def test_the_probabilities_are_those_of_the_engine(shop: Shop, anna: str) -> None:
    customer = shop.state(anna, 0)
    assert customer is not None
    assert standing.posterior(customer, knowledge()) == Relationships(knowledge()).posterior(customer, customer.latest)


def test_the_declared_one_is_always_among_the_likely(shop: Shop) -> None:
    shop.tell([touchpoint("chat.message", 0, text="You are thieves. Scammers. Never again.")], "edda")
    standing = known(shop, "edda", shop.state).standing
    assert (standing.type, len(standing.likely)) == ("complete_stranger", 4)
    assert "complete_stranger" in [each.type for each in standing.likely]
    assert standing.likely[0].type == "enemy", "and what it may become is seen before it is declared"


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        pytest.param(Span(2), [MINUTE, 2 * MINUTE], id="the last ones"),
        pytest.param(Span(10, START + MINUTE), [MINUTE, 2 * MINUTE], id="the moment itself is inside"),
        pytest.param(Span(1, START + MINUTE), [2 * MINUTE], id="both bounds"),
        pytest.param(Span(10, START + 3 * MINUTE), [], id="nothing since"),
    ],
)
def test_the_span_of_a_timeline(shop: Shop, anna: str, span: Span, expected: list[int]) -> None:
    found = known(shop, anna, shop.state, span)
    assert [contact.occurred_at - START for contact in found.timeline] == expected
    assert found.touchpoints == 4
    assert all(reason.at is not None for reason in found.standing.reasons), "reasons are placed wherever they lie"


@pytest.mark.parametrize(
    ("state", "lack"),
    [
        pytest.param(None, "stream_away", id="no Kafka anywhere"),
        pytest.param(away, "stream_away", id="Kafka is away"),
        pytest.param(deep, "state_deep", id="the state lies too deep"),
    ],
)
def test_the_archive_alone(shop: Shop, anna: str, state: ReadState | None, lack: str) -> None:
    found, whole = known(shop, anna, state), known(shop, anna, shop.state)
    assert [note.lack for note in found.notes] == [lack]
    assert (found.standing.type, found.standing.by) == ("enemy", "shift")
    assert found.standing.reasons != ()
    assert (found.timeline, found.matters, found.consents) == (whole.timeline, whole.matters, whole.consents)


def test_the_stream_alone(shop: Shop, anna: str) -> None:
    found = find(Person(anna), AWAY, shop.state, knowledge, Span(3))
    assert found is not None
    assert [note.lack for note in found.notes] == ["archive_away"]
    assert (found.standing.type, found.standing.by) == ("enemy", "state")
    assert [contact.occurred_at for contact in found.timeline] == [START + 1, START + MINUTE, START + 2 * MINUTE]
    assert [matter.team for matter in found.matters][:1] == ["conflict"]


def test_the_stream_alone_is_given_more_time(shop: Shop, anna: str) -> None:
    def slow(customer_id: str, patience_s: float) -> Customer | None:
        if patience_s <= PATIENCE_S:
            raise StateDeep
        assert patience_s == ALONE_S
        return shop.state(customer_id, patience_s)

    found = find(Person(anna), AWAY, slow, knowledge, Span(3))
    assert found is not None
    assert [note.lack for note in found.notes] == ["archive_away"]


def test_nobody_is_none_and_not_to_know_is_an_error(shop: Shop) -> None:
    assert ask(shop, "nobody", shop.state) is None
    assert ask(shop, "nobody", None) is None
    for state in (None, away, shop.state):
        with pytest.raises(StoreError, match="does not answer"):
            find(Person("nobody"), AWAY, state, knowledge, Span(3))


def test_an_archive_that_is_behind_says_so(shop: Shop) -> None:
    shop.tell(turning(), "berta")
    shop.fold(touchpoint("chat.message", 3 * MINUTE, text="and so on"), who="berta")
    found = known(shop, "berta", shop.state)
    assert [note.lack for note in found.notes] == ["archive_behind"]
    assert (found.touchpoints, found.latest) == (5, START + 3 * MINUTE)


def matters(shop: Shop, who: str) -> tuple[Matter, ...]:
    """What is open by the state; the store alone says the same."""
    found = known(shop, who, shop.state).matters
    assert known(shop, who, None).matters == found
    return found


def test_open_matters_as_staff_left_them(shop: Shop) -> None:
    shop.tell(turning(), "carl")
    (alert,) = (each for each in of(shop.outputs, Alert) if each.customer_id == "carl" and each.team == "conflict")
    assert [(m.alert_id, m.state, m.title, m.due_at) for m in matters(shop, "carl") if m.team == "conflict"] == [
        (alert.id, "open", alert.title, alert.due_at)
    ]

    def act(kind: str, at: int) -> None:
        facts = {"alert_id": alert.id, "root_cause": "the rule", "action": "lifted it"}
        shop.tell([touchpoint(kind, at, channel="system", initiator="company", properties=facts)], "carl")

    act("alert.acknowledged", 3 * MINUTE)
    assert [m.state for m in matters(shop, "carl") if m.team == "conflict"] == ["acknowledged"]
    act("alert.followed_up", 4 * MINUTE)
    assert [m.state for m in matters(shop, "carl") if m.team == "conflict"] == ["acknowledged"]
    act("alert.resolved", 5 * MINUTE)
    assert [m for m in matters(shop, "carl") if m.team == "conflict"] == []


def linked(weak: str, strong: str, at: int, kind: str = "identity.linked") -> Touchpoint:
    facts = {"from": weak, "to": strong} if kind == "identity.linked" else {"from": weak}
    return touchpoint(kind, at, event_id=f"{weak}>{strong}@{at}", channel="system", properties=facts)


def keyed(identifier: str) -> str | None:
    """Clear addresses as a test hashes them."""
    return None if identifier == "None" else identifier.replace("email:mia@", "email:k1:mia")


@pytest.mark.parametrize(
    ("links", "asked", "expected"),
    [
        pytest.param([], "x1", ("x1",), id="nobody is linked"),
        pytest.param([("x2", "y2")], "x2", ("y2", "x2"), id="to the stronger one"),
        pytest.param([("x3", "y3")], "y3", ("y3", "x3"), id="the stronger one knows the weaker"),
        pytest.param([("a4", "b4"), ("b4", "c4")], "b4", ("c4", "b4", "a4"), id="a chain from its middle"),
        pytest.param([("a5", "b5"), ("b5", "c5"), ("c5", "d5"), ("d5", "e5")], "a5", ("d5", "a5", "b5", "c5"),
                     id="three hops and no further"),
        pytest.param([("a6", "b6"), ("b6", "a6")], "a6", ("b6", "a6"), id="a circle ends"),
        pytest.param([("a7", "b7"), ("a7", "c7")], "a7", ("c7", "a7"), id="the last link holds"),
        pytest.param([("a8", "b8"), ("a8", "")], "a8", ("a8",), id="unlinked"),
        pytest.param([("a9", "b9"), ("a9", "")], "b9", ("b9",), id="unlinked, asked the other way"),
        pytest.param([("email:mia@", "m1")], "email:k1:mia", ("m1", "email:k1:mia"), id="a clear address in a link"),
    ],
)  # fmt: skip
def test_links_are_followed(shop: Shop, links: list[tuple[str, str]], asked: str, expected: tuple[str, ...]) -> None:
    for at, (weak, strong) in enumerate(links):
        kind = "identity.linked" if strong else "identity.unlinked"
        shop.tell([linked(weak, strong, at, kind)], keyed(weak) or "")
    assert person(Archive(shop.store), asked, keyed).ids == expected


def test_a_card_is_whose_id_it_was_shown_with_last(shop: Shop) -> None:
    def shown(at: int, card: str, customer_id: str | None) -> None:
        fields: dict[str, Any] = {"loyalty_card": card, "customer_id": customer_id}
        shop.tell([touchpoint("store.visited", at, channel="store", **fields)], customer_id or f"loyalty_card:{card}")

    archive = Archive(shop.store)
    shown(0, "lc-1", None)
    assert person(archive, "loyalty_card:lc-1", keyed).ids == ("loyalty_card:lc-1",)
    shown(1, "lc-1", "fay")
    for asked in ("loyalty_card:lc-1", "fay"):
        assert person(archive, asked, keyed).ids == ("fay", "loyalty_card:lc-1")
    shown(2, "lc-1", "gil")
    assert person(archive, "loyalty_card:lc-1", keyed).ids == ("gil", "loyalty_card:lc-1")
    assert person(archive, "fay", keyed).ids == ("fay",)


def test_a_link_that_lies_under_a_foreign_key_links_nobody(shop: Shop) -> None:
    shop.tell([linked("z1", "z2", 0)], "z3")
    assert person(Archive(shop.store), "z3", keyed).ids == ("z3",)


def test_one_timeline_of_a_person_with_several_keys(shop: Shop) -> None:
    shop.tell([touchpoint("web.viewed", 0, channel="web"), linked("loyalty_card:d", "dora", 1)], "loyalty_card:d")
    shop.tell([*turning(MINUTE)], "loyalty_card:d")
    shop.tell([touchpoint("store.visited", 9 * MINUTE, channel="store")], "dora")
    archive = Archive(shop.store)
    found = find(person(archive, "loyalty_card:d", keyed), archive, shop.state, knowledge, Span(10))
    assert found is not None
    assert (found.customer_id, found.linked, found.touchpoints) == ("dora", ("loyalty_card:d",), 6)
    assert [contact.type for contact in found.timeline][::6] == ["web.viewed", "store.visited"]
    assert [matter.team for matter in found.matters][:1] == ["conflict"], "what is open of a linked key is open"
    assert (found.standing.type, found.notes) == ("complete_stranger", ()), "the relationship is the customer's own"


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param("ana", "anna", id="a letter lacks"),
        pytest.param("ANNA", "anna", id="in capitals"),
        pytest.param("someone else", None, id="nobody is near"),
        pytest.param("a0", None, id="two letters resemble many"),
    ],
)
def test_the_nearest_customer(shop: Shop, anna: str, asked: str, expected: str | None) -> None:
    assert Archive(shop.store).nearest(asked) == expected


@pytest.mark.clickhouse
def test_a_clickhouse_server_answers_the_same(old_store: OldServerStore, shop: Shop, anna: str) -> None:
    there = Shop(old_store)
    there.tell(turning(), "anna")
    there.tell([linked("email:k1:a", "anna", 5 * MINUTE)], "email:k1:a")
    archive = Archive(old_store)
    assert person(archive, "email:k1:a", keyed).ids == ("anna", "email:k1:a")
    assert find(Person(anna), archive, there.state, knowledge, Span(2)) == known(shop, anna, shop.state, Span(2))
