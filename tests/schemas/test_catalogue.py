from __future__ import annotations

import pytest

from schemas.catalogue import CatalogueError, parse, standard

COMPANY = {
    "env.measured", "policy.changed", "staff.away", "stock.out", "product.launched", "incident.declared",
    "incident.ended",
}  # fmt: skip
LINE = {"clock.tick", "history.begun", "history.ended", "knowledge.activated", "quantiles.updated"}


def test_company_wide_types_are_those_of_the_contract() -> None:
    assert standard().company_wide() == COMPANY | LINE


def test_types_of_the_line_are_those_of_the_contract() -> None:
    assert standard().line() == LINE | {"customer.reset", "customer.erased", "identity.conflicted", "identity.merged"}


@pytest.mark.parametrize(
    ("name", "initiator"),
    [
        pytest.param("purchase.made", "customer", id="a customer buys"),
        pytest.param("message.sent", "company", id="the company writes"),
        pytest.param("agent.refused", "company", id="an agent refuses"),
        pytest.param("clock.tick", "company", id="the clock ticks"),
    ],
)
def test_default_initiators(name: str, initiator: str) -> None:
    assert standard().types[name].initiator == initiator


def test_the_nearest_type_is_named() -> None:
    assert standard().nearest("purchase.mad") == "purchase.made"
    assert standard().nearest("苹果") is None


@pytest.mark.parametrize(
    ("text", "what"),
    [
        pytest.param("web: [1", r"t\.yaml:1: not YAML", id="not YAML"),
        pytest.param("- web", r"t\.yaml:1: .*object", id="a list"),
        pytest.param("web:\n  - web.viewed\n", r"t\.yaml:1: group web", id="a group that is a list"),
        pytest.param("web:\n  a.b: {channels: [wbe]}\n", r"t\.yaml:2: a\.b: .*nearest: web", id="an unknown channel"),
        pytest.param("web:\n  a.b: {channels: [web], wide: true}\n", r"t\.yaml:2: a\.b: .*wide", id="an unknown entry"),
        pytest.param(
            "web:\n  a.b: {channels: [web]}\nx:\n  a.b: {channels: [web]}\n", r"t\.yaml:4: a\.b: .*two", id="twice"
        ),
        pytest.param(
            "web:\n  a.b:\n    channels: [web]\n    properties: {n: int}\n", r"t\.yaml:2: a\.b", id="a type of property"
        ),
    ],
)
def test_a_broken_catalogue_is_named_by_line(text: str, what: str) -> None:
    with pytest.raises(CatalogueError, match=what):
        parse(text, "t.yaml")
