"""A touchpoint that was handed over counts for one customer: the view shows one of its two rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from sinks.clickhouse.embedded import EmbeddedStore
from sinks.clickhouse.rows import blocks, merged
from tests.sinks.made import Made, chunk, resolved

COOKIE, MAIL, ANNA = "cookie:k1:a", "email:k1:b", "anna"


def came(offset: int, key: str, event: str, *, partition: int = 0, **fields: Any) -> Made:
    return resolved(offset, key=key, partition=partition, event_id=event, occurred_at=1_795_307_900_000, **fields)


def handed(offset: int, key: str, event: str, donor: str, partition: int = 1) -> Made:
    made = came(offset, key, event, partition=partition)
    return made._replace(headers=[*made.headers, ("handed_from", donor.encode())])


def reset(offset: int, key: str, partition: int = 0) -> Made:
    return came(offset, key, f"reset-{offset}", partition=partition, type="customer.reset")


@pytest.mark.parametrize(
    ("records", "shown"),
    [
        pytest.param([came(1, COOKIE, "e")], [COOKIE], id="nobody is known yet"),
        pytest.param([came(1, COOKIE, "e"), handed(5, ANNA, "e", COOKIE)], [ANNA], id="handed over"),
        pytest.param([handed(5, ANNA, "e", COOKIE), came(1, COOKIE, "e")], [ANNA], id="the order of rows is nothing"),
        pytest.param(
            [came(1, COOKIE, "e"), handed(5, MAIL, "e", COOKIE), handed(7, ANNA, "e", MAIL, 2)], [ANNA], id="a chain"
        ),
        pytest.param(
            [came(1, COOKIE, "e"), handed(5, ANNA, "e", COOKIE), reset(9, COOKIE)], [COOKIE], id="taken back"
        ),
        pytest.param(
            [came(1, COOKIE, "e"), handed(5, ANNA, "e", COOKIE), reset(9, COOKIE), came(10, COOKIE, "e")],
            [COOKIE], id="taken back and told again",
        ),
        pytest.param(
            [came(1, COOKIE, "e"), handed(5, ANNA, "e", COOKIE), reset(9, COOKIE), handed(12, ANNA, "e", COOKIE)],
            [ANNA], id="linked again",
        ),
        pytest.param(
            [came(1, COOKIE, "e"), handed(5, ANNA, "e", COOKIE), reset(9, ANNA, 1)], [ANNA],
            id="the receiver is begun anew",
        ),
        pytest.param([came(1, "ben", "e"), came(2, ANNA, "e", partition=1)], [ANNA, "ben"], id="one id of two people"),
    ],
)  # fmt: skip
def test_one_row_is_shown(store: EmbeddedStore, records: Sequence[Made], shown: list[str]) -> None:
    moments = {each.offset: each.offset * 1000 for each in records}
    for record in records:
        for block in merged(blocks([chunk(record._replace(timestamp=moments[record.offset]))])):
            store.insert(block.table, block.rows)
    query = "SELECT customer_id FROM touchpoints_now WHERE event_id = 'e' ORDER BY customer_id"
    assert list(store.query(query)["customer_id"]) == shown
