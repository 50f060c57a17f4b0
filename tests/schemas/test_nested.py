from __future__ import annotations

import io
from typing import Any

import fastavro
import msgspec
import pytest
from hypothesis import given

from schemas.codec import encode_output
from schemas.flat import long
from schemas.nested import OBJECTS
from schemas.records import Because, CustomerCard, Emitted, Measure
from schemas.rows import registered
from tests.schemas.strategies import outputs

CARD = CustomerCard(
    id="i", at=1, partition=0, offset=2, knowledge="k", customer_id="c", relationship="friends", since=None,
    language="zh", open_alerts=(), consents={"profiling": True, "camera": False},
)  # fmt: skip


def by_fastavro(output: Emitted) -> bytes:
    """A dict of the output, objects with open keys as JSON text, written by fastavro."""
    row: dict[str, Any] = msgspec.to_builtins(output)
    for name in OBJECTS:
        if name in row:
            row[name] = msgspec.json.encode(row[name], order="sorted").decode()
    schema = registered(type(output))
    body = io.BytesIO()
    fastavro.schemaless_writer(body, schema.parsed(), row)
    return schema.prefix + body.getvalue()


@given(outputs)
def test_an_output_has_the_bytes_that_avro_says(output: Emitted) -> None:
    assert encode_output(output) == by_fastavro(output)


@pytest.mark.parametrize(
    "output",
    [
        pytest.param(CARD, id="nothing in its lists"),
        pytest.param(msgspec.structs.replace(CARD, open_alerts=tuple(map(str, range(5000)))), id="a long list"),
        pytest.param(msgspec.structs.replace(CARD, relationship="吾" * 5000), id="a long text"),
        pytest.param(
            msgspec.structs.replace(CARD, because=(Because("e", "w", -0.5), Because("f", "v", 0.0))), id="weights"
        ),
        pytest.param(
            Measure(id="m", at=1, partition=0, offset=0, knowledge="k", scope={"b": "2", "a": "1"}, bucket=0, total=9),
            id="an object with its keys unsorted",
        ),
    ],
)
def test_what_is_rare_has_them_too(output: Emitted) -> None:
    assert encode_output(output) == by_fastavro(output)


@pytest.mark.parametrize("power", range(64))
def test_longs_of_every_length(power: int) -> None:
    for number in (1 << power, -1 << power, (1 << power) - 1, -(1 << power) + 1):
        if not -(1 << 63) <= number < 1 << 63:
            with pytest.raises(OverflowError):
                long(number)
            continue
        body = io.BytesIO()
        fastavro.schemaless_writer(body, {"type": "long"}, number)
        assert long(number) == body.getvalue()
