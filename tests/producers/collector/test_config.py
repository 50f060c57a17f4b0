"""The sources file: what it makes, and faults with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from producers.collector.config import SourcesError, load, parse
from producers.collector.sources import SOURCES

ENVIRONMENT = {"SHOP_KEY": "0123456789", "PORT": "8080"}
KEYS = 'keys: [{name: shop, key: "${SHOP_KEY}"}]'


def test_a_section_makes_its_source_and_no_section_none() -> None:
    found = parse(f"segment: {{{KEYS}}}\ntouchpoints:\n  {KEYS}\n", "sources.yaml", SOURCES, ENVIRONMENT)
    assert [adapter.name for adapter in found] == ["segment", "touchpoints"]
    assert parse("# nothing yet\n", "sources.yaml", SOURCES, ENVIRONMENT) == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(f"segmnet: {{{KEYS}}}", "sources.yaml:1: no source is called 'segmnet'; did you mean segment?",
                     id="a slip"),
        pytest.param(f"segment:\n  {KEYS}\nsegment:\n  {KEYS}", "sources.yaml:3: segment stands there twice",
                     id="twice"),
        pytest.param(f"segment:\n  {KEYS}\n  colour: red",
                     "sources.yaml:3: segment: Object contains unknown field `colour`", id="an unknown name"),
        pytest.param("segment:\n  keys:\n    - name: shop\n      key: ${SHOP_KEY}\n      nmae: x",
                     "sources.yaml:5: segment: keys[0]: Object contains unknown field", id="an unknown name, deep"),
        pytest.param("segment:\n  keys:\n    - name: shop\n      key: short",
                     "sources.yaml:4: segment: keys[0].key: Expected `str` of", id="an impossible value"),
        pytest.param("segment:\n  keys:\n    - name: shop\n      key: ${NO_KEY}",
                     "sources.yaml:4: ${NO_KEY} is not set in the environment", id="a name that is not set"),
        pytest.param("segment:\n  keys:\n    - {name: a, key: 12345678}",
                     "sources.yaml:3: segment: keys[0].key: Expected `str`, got `int`", id="a number for a text"),
        pytest.param("segment: {}", "sources.yaml:1: segment: Object missing required field `keys`", id="what lacks"),
        pytest.param("touchpoints: {keys: []}", "sources.yaml:1: touchpoints: keys: is empty", id="no keys"),
        pytest.param("segment:\n  keys: [\n", "sources.yaml:3: not YAML", id="no YAML"),
        pytest.param("- segment", "sources.yaml:1: must be a mapping", id="a list"),
        pytest.param(f"segment:\n  {KEYS}\n  events:\n    Bought: {{type: order.palced}}",
                     "no touchpoint is called 'order.palced' (nearest: order.placed)", id="an event of no type"),
        pytest.param(f"segment:\n  {KEYS}\n  events:\n    Bought: {{type: order.placed, fields: {{color: [c]}}}}",
                     "a touchpoint has no such field as 'color'", id="a field that there is not"),
        pytest.param(f"segment:\n  {KEYS}\n  analytics_js: /no/such", "holds no standalone.js", id="no scripts there"),
        pytest.param(f"cloudevents:\n  {KEYS}\n  subject: shoe", "'shoe' is no identifier", id="no identifier"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_with_its_line(text: str, told: str) -> None:
    with pytest.raises(SourcesError) as refused:
        parse(text, "sources.yaml", SOURCES, ENVIRONMENT)
    assert told in str(refused.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourcesError, match=r"none.yaml: cannot be read .* RAPPORT_SOURCES names it"):
        load(tmp_path / "none.yaml", SOURCES, {})
