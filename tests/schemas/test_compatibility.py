"""Each kind of change: what can be published after a release, and what cannot, with the field that it is."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.compatibility import breaks, same

NOTHING = ["null", "string"]
COLOUR = {"type": "enum", "name": "Colour", "symbols": ["red", "green"]}
CARD: dict[str, Any] = {"type": "record", "name": "Card", "fields": [{"name": "who", "type": "string"}]}


def record(*fields: dict[str, Any], name: str = "Thing") -> dict[str, Any]:
    return {"type": "record", "name": name, "namespace": "rapport", "fields": list(fields)}


def field(kind: Any, name: str = "it", **more: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, **more}


BASE = field("string", "id")
OLDER = {
    "plain": record(BASE, field("int")),
    "optional": record(BASE, field(NOTHING, default=None)),
    "enum": record(BASE, field(COLOUR)),
    "fixed": record(BASE, field({"type": "fixed", "name": "Hash", "size": 8})),
    "card": record(BASE, field(CARD)),
    "cards": record(BASE, field({"type": "array", "items": CARD})),
    "values": record(BASE, field({"type": "map", "values": "long"})),
}


@pytest.mark.parametrize(
    ("old", "new", "where", "told"),
    [
        pytest.param("plain", record(BASE, field("int"), field("int", "more")), "more", "no default", id="without it"),
        pytest.param("plain", record(BASE), "it", "is gone", id="gone"),
        pytest.param("optional", record(BASE), "it", "is gone", id="gone, though it had a default"),
        pytest.param(
            "plain", record(BASE, field("int", "that", aliases=["it"], default=0)), "it", "gone", id="renamed"
        ),
        pytest.param("plain", record(BASE, field("string")), "it", "type mismatch", id="another type"),
        pytest.param("plain", record(BASE, field("long")), "it", "programs of the release", id="a wider number"),
        pytest.param("optional", record(BASE, field("string")), "it", "cannot be read", id="null no more"),
        pytest.param("plain", record(BASE, field(["null", "int"])), "it", "programs of", id="null from now on"),
        pytest.param("optional", record(BASE, field(["null", "int"])), "it", "union branch", id="another branch"),
        pytest.param(
            "enum", record(BASE, field({**COLOUR, "symbols": ["red"]})), "it", "enum symbols", id="a symbol less"
        ),
        pytest.param(
            "enum",
            record(BASE, field({**COLOUR, "symbols": ["red", "green", "blue"]})),
            "it",
            "programs of the release cannot read it: missing enum symbols",
            id="a symbol more",
        ),
        pytest.param(
            "fixed", record(BASE, field({"type": "fixed", "name": "Hash", "size": 16})), "it", "size", id="size"
        ),
        pytest.param(
            "card", record(BASE, field({**CARD, "name": "Page"})), "it", "name mismatch", id="a renamed record"
        ),
        pytest.param(
            "card",
            record(BASE, field({**CARD, "fields": [field("int", "who")]})),
            "it.who",
            "type mismatch",
            id="within a record",
        ),
        pytest.param(
            "cards",
            record(BASE, field({"type": "array", "items": {**CARD, "fields": []}})),
            "it.who",
            "gone",
            id="within a list",
        ),
        pytest.param("cards", record(BASE, field(CARD)), "it", "type mismatch", id="one instead of many"),
        pytest.param(
            "values", record(BASE, field({"type": "map", "values": "string"})), "it", "type mismatch", id="a map"
        ),
        pytest.param("plain", record(BASE, field("int"), name="Other"), "", "name mismatch", id="the whole is renamed"),
    ],
)
def test_an_incompatible_change_is_named_by_its_field(old: str, new: dict[str, Any], where: str, told: str) -> None:
    (found,) = breaks(new, OLDER[old])
    assert (found.field, told in found.what, bool(found.remedy)) == (where, True, True), found


@pytest.mark.parametrize(
    ("old", "new"),
    [
        *(pytest.param(name, schema, id=f"{name} stays") for name, schema in OLDER.items()),
        pytest.param(
            "plain", record(BASE, field("int"), field(NOTHING, "more", default=None)), id="a field with a default"
        ),
        pytest.param("plain", record(field("int"), BASE), id="another order"),
        pytest.param("plain", record(BASE, field("int", doc="in seconds", default=0)), id="words and a default"),
        pytest.param(
            "card",
            record(BASE, field({**CARD, "fields": [*CARD["fields"], field("int", "n", default=0)]})),
            id="within a record",
        ),
    ],
)
def test_a_compatible_change_passes(old: str, new: dict[str, Any]) -> None:
    assert breaks(new, OLDER[old]) == []


def test_several_breaks_are_all_named() -> None:
    found = breaks(record(field("int", "id"), field("int", "more")), OLDER["plain"])
    assert [each.field for each in found] == ["id", "more", "it"]


def test_words_do_not_change_what_is_written_and_order_does() -> None:
    assert same(record(BASE, field("int", doc="in seconds", default=0)), OLDER["plain"])
    assert not same(record(field("int"), BASE), OLDER["plain"])
