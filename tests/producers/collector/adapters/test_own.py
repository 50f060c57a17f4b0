"""Rapport's own JSON: one, many, a line each."""

from __future__ import annotations

from pathlib import Path

import pytest

from producers.collector.adapter import Refused
from tests.producers.collector import payloads
from tests.producers.collector.collecting import BEARER, KEY, adapters, request
from tests.producers.world import line

(OWN,) = adapters(f"touchpoints: {{keys: [{{name: shop, key: '{KEY}'}}]}}")
(ROUTE,) = OWN.routes
ONE, OTHER = line("e-1"), line("e-2")


@pytest.mark.parametrize("payload", payloads.cases("touchpoints"))
def test_an_example_becomes_what_stands_beside_it(payload: Path) -> None:
    assert payloads.told(OWN, request(ROUTE, payload.read_bytes(), BEARER)) == payloads.expected(payload)


@pytest.mark.parametrize(
    ("body", "kind", "events"),
    [
        pytest.param(ONE, "application/json", 1, id="one"),
        pytest.param(b" [%s , %s]\n" % (ONE, OTHER), "application/json", 2, id="an array"),
        pytest.param(b"%s\n\n%s\n" % (ONE, OTHER), "application/x-ndjson", 2, id="lines"),
        pytest.param(b"%s\r\n%s" % (ONE, OTHER), "", 2, id="lines that nobody announced"),
        pytest.param(ONE, "application/x-ndjson; charset=utf-8", 1, id="one line"),
        pytest.param(b"[]", "application/json", 0, id="none"),
        pytest.param(b"", "application/x-ndjson", 0, id="no lines"),
    ],
)
def test_forms(body: bytes, kind: str, events: int) -> None:
    found = OWN.take(request(ROUTE, body, {**BEARER, "content-type": kind}))
    assert len(found.touchpoints) == events
    assert found.answer.status == 200


def test_a_bad_line_is_rejected_alone_and_a_bad_object_is_refused() -> None:
    found = OWN.take(request(ROUTE, b"%s\noops\n%s" % (ONE, OTHER), {**BEARER, "content-type": "application/x-ndjson"}))
    assert b'"index":1,"reason":"not_json"' in found.answer.body
    with pytest.raises(Refused, match="line 2, column 1"):
        OWN.take(request(ROUTE, b"{\noops", BEARER))
