"""What stands on the dead-letter topic of a record that was refused."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from msgspec.structs import replace

from schemas.records import Because, Rejected
from streams.app.breaker import Breaker, Limit
from streams.app.deadletters import entries

TRACE = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
OWN = SimpleNamespace(offset=7, key=b"anna", value=b"own", headers=[("traceparent", TRACE)])
TICK = SimpleNamespace(offset=8, key=b"*", value=b"tick", headers=())


def rejected(offset: int, customer_id: str | None, original: bytes = b"") -> Rejected:
    return Rejected(
        id="r", at=1, partition=0, offset=offset, knowledge="k", customer_id=customer_id, stage="engine",
        reason="detector_failed", detail="why", original=original,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("refused", "expected"),
    [
        pytest.param(rejected(7, None, b"own"), (b"anna", b"own"), id="the record itself"),
        pytest.param(rejected(7, "anna"), (b"anna", b"own"), id="the customer's record at which a detector failed"),
        pytest.param(rejected(8, None), (b"*", b"tick"), id="a company-wide record that is refused itself"),
        pytest.param(rejected(8, "anna"), (b"anna", b""), id="a detector that failed for one customer at a tick"),
        pytest.param(rejected(3, "anna"), (b"anna", b""), id="at a company-wide record of an earlier chunk"),
    ],
)
def test_key_and_value_do_not_depend_on_where_chunks_are_cut(refused: Rejected, expected: tuple[bytes, bytes]) -> None:
    ((key, value, headers, _),) = entries([refused], [OWN, TICK], "touchpoints.resolved.v1")
    assert (key, value) == expected
    assert dict(headers)["offset"] == str(refused.offset).encode()
    assert dict(headers).get("traceparent") == (TRACE if refused.offset == OWN.offset else None)


@pytest.mark.parametrize(
    ("refused", "headers", "expected"),
    [
        pytest.param(rejected(7, "anna"), (), {"class": b"program", "attempt": b"1", "customer": b"anna",
                     "knowledge": b"k"}, id="of a customer"),
        pytest.param(rejected(7, None), (), {"class": b"program", "attempt": b"1", "customer": b"anna",
                     "knowledge": b"k"}, id="of whose key it is"),
        pytest.param(rejected(7, None), (("attempt", b"3"),), {"attempt": b"3"}, id="tried again"),
        pytest.param(rejected(7, None), (("attempt", b"many"),), {"attempt": b"1"}, id="a count that is none"),
        pytest.param(rejected(8, None), (), {"customer": None}, id="everybody's"),
        pytest.param(replace(rejected(8, "anna"), because=(Because("e", "w"),)), (), {"because": b"e"}, id="why"),
    ],
)  # fmt: skip
def test_it_says_of_whom_of_which_kind_and_how_often(
    refused: Rejected, headers: tuple[tuple[str, bytes], ...], expected: dict[str, bytes | None]
) -> None:
    own = SimpleNamespace(offset=7, key=b"anna", value=b"own", headers=headers)
    ((_, _, found, _),) = entries([refused], [own, TICK], "touchpoints.resolved.v1")
    assert {name: dict(found).get(name) for name in expected} == expected


def test_the_breaker_counts_a_fault_whose_record_is_of_an_earlier_chunk() -> None:
    Breaker("touchpoints.resolved.v1", 0, Limit()).count([OWN, TICK], [(3, "detector_failed")])
