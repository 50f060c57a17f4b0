"""A mapping that can make no touchpoint, whatever the rows hold, is refused before any row is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from producers.importers.mapping import BadMapping, load, parse

MAPPING = """
name: shop
touchpoint:
  type: web.viewed
  occurred_at: {column: day}
  channel: web
  amount: {column: paid}
  identifiers: {customer_id: {column: client}}
  properties: {url: {column: page}}
"""


def refusal(change: tuple[str, str]) -> str:
    assert change[0] in MAPPING
    with pytest.raises(BadMapping) as raised:
        parse(MAPPING.replace(*change), "m.yaml")
    return str(raised.value).removeprefix("m.yaml: ")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param(("web.viewed", "purchase.mad"), "touchpoint.type: 'purchase.mad' is not in the catalogue; "
                     "did you mean purchase.made?", id="a type"),
        pytest.param(("web.viewed", "12"), "touchpoint.type: 12 is no type", id="a number for a type"),
        pytest.param(("web.viewed", ""), "touchpoint.type is missing", id="nothing for a type"),
        pytest.param(("web.viewed", "clock.tick"), "clock.tick is written by the line alone", id="a type of the line"),
        pytest.param(("web.viewed", "{column: kind, values: {s: store.visted}}"), "did you mean store.visited?",
                     id="a type that a value becomes"),
        pytest.param(("web.viewed", "{column: kind, otherwise: web.view}"), "did you mean web.viewed?",
                     id="a type of what is left"),
        pytest.param(("channel: web", "channel: shop"), "touchpoint.channel: 'shop' is not known; use one of web, app",
                     id="a channel"),
        pytest.param(("channel: web", "channel: stor"), "did you mean store?", id="nearly a channel"),
        pytest.param(("{column: paid}", '"12"'), "touchpoint.amount: is text instead of a number", id="a text"),
        pytest.param(("{column: paid}", "1\n  location_id: 12"), "touchpoint.location_id: is a number instead of text",
                     id="text as a number"),
        pytest.param(("{column: paid}", "1\n  currency: euro"), "touchpoint.currency: 'euro' is no currency",
                     id="a currency"),
        pytest.param(("{column: client}", "nobody, email: anonymous"), "touchpoint.identifiers.email: 'anonymous' "
                     "identifies nobody", id="nobody"),
        pytest.param(("{column: day}", "yesterday"), "touchpoint.occurred_at: 'yesterday' is no time", id="a time"),
        pytest.param(("{column: day}", "3026-05-31"), "lies outside 1970..2200", id="a year"),
        pytest.param(("{column: page}", "7"), "touchpoint.properties.url: is a number instead of", id="a property"),
        pytest.param(("web.viewed", "checkout.step"), "properties.step: is missing; checkout.step can't do without",
                     id="a property that the type needs"),
        pytest.param(("{column: day}", '{column: day, format: "%Q"}'), "'%Q' is no form of strptime", id="a format"),
        pytest.param(("{column: day}", '{column: day, format: "%d/%m %H:%M"}'), "names no year", id="without a year"),
        pytest.param(("{column: paid}", "{column: paid, format: x}"), "amount: only occurred_at has a format",
                     id="a format of no time"),
        pytest.param(("{column: day}", "{column: day, values: {x: y}}"), "occurred_at: a time has no `values`",
                     id="values of a time"),
        pytest.param(("{column: day}", "{column: day, otherwise: 2026-05-31}"), "a time has no `otherwise`",
                     id="another time"),
        pytest.param(("{column: day}", "{column: day, as: number}"), "a time has no `as`", id="a time as a number"),
        pytest.param(("{column: day}", "{column: day, format: epochs}"), "did you mean epoch_s?", id="of no time"),
        pytest.param(("name: shop", "name: shop\noptional: [clinet]"), "optional: no target reads the column clinet. "
                     "Did you mean client?", id="an optional column that nobody reads"),
        pytest.param(("name: shop", "name: shop\nzone: Europe"), "zone: 'Europe' is no time zone", id="half a zone"),
        pytest.param(("name: shop", "name: shop\ndelimiter: '\"'"), "can stand between columns", id="a delimiter"),
        pytest.param(("{customer_id", "{1"), "identifiers.1 is no field", id="a number for a name"),
    ],
)  # fmt: skip
def test_what_no_touchpoint_can_have_is_named_with_what_may_be_meant(change: tuple[str, str], says: str) -> None:
    assert says in refusal(change)


@pytest.mark.parametrize(
    "form",
    [
        "%d/%m/%Y %H:%M", "%Y-%m-%dT%H:%M:%S.%f%z", "%m/%d/%y %I:%M %p", "%Y年%m月%d日 %H时%M分", "%Y%m%d", "%d %b %Y",
        "%Y-W%W-%w", "%G-W%V-%u", "%Y-%j", "%c", "%Y-%m-%d %H:%M:%S %Z", "100%% %Y", "epoch_s", "epoch_ms",
    ],
)  # fmt: skip
def test_every_form_that_a_time_can_have_is_taken(form: str) -> None:
    parse(MAPPING.replace("{column: day}", f'{{column: day, format: "{form}"}}'), "m.yaml")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(("web.viewed", "{column: kind, values: {s: store.visited, x: null}}"), id="a value left out"),
        pytest.param(("web.viewed", "{column: kind}"), id="types as the rows have them"),
        pytest.param(("{column: day}", "2026-05-31 09:30:00"), id="a time that YAML reads as one"),
        pytest.param(("{column: paid}", "5"), id="a whole number"),
        pytest.param(("web.viewed", "qr.scanned\n  text: null"), id="nothing for a field"),
    ],
)
def test_what_can_be_is_left_to_the_rows(change: tuple[str, str]) -> None:
    parse(MAPPING.replace(*change).replace("url:", "code:"), "m.yaml")


def test_a_zone_that_is_none_is_not_told_as_a_file(tmp_path: Path) -> None:
    file = tmp_path / "m.yaml"
    file.write_text(MAPPING.replace("name: shop", "name: shop\nzone: Europe"))
    with pytest.raises(BadMapping, match=r"'Europe' is no time zone \(write e\.g\. Europe/Paris\)"):
        load(file)
