from __future__ import annotations

import msgspec
import pytest

from schemas.records import Touchpoint
from streams.knowledge.conditions import Condition, Test, holding

Values = tuple[str | float | bool, ...]


PLAIN = Touchpoint("e", "app.event", 0, 0, "app", "customer")


@pytest.mark.parametrize(
    ("test", "values", "value", "holds"),
    [
        pytest.param("is", ("like",), "like", True, id="is: the word"),
        pytest.param("is", ("like",), "LIKE", True, id="is: in any case"),
        pytest.param("is", ("like", "share"), "share", True, id="is: any of several"),
        pytest.param("is", ("like",), "likes", False, id="is: not a part"),
        pytest.param("is", ("like",), None, False, id="is: absent"),
        pytest.param("is", (False,), False, True, id="is: false"),
        pytest.param("is", ("a",), ["a"], False, id="is: a list is no word"),
        pytest.param("is", (5.0,), 5, True, id="is: whole and broken numbers are one"),
        pytest.param("not", ("like",), "share", True, id="not: another"),
        pytest.param("not", ("like",), "like", False, id="not: the word"),
        pytest.param("not", ("like",), None, True, id="not: absent"),
        pytest.param("contains", ("sort=price",), "/shop?Sort=Price_asc", True, id="contains: in any case"),
        pytest.param("contains", ("sort=price", "/new"), "/new/hats", True, id="contains: any of several"),
        pytest.param("contains", ("sort=price",), "/shop", False, id="contains: not there"),
        pytest.param("contains", ("sort=price",), None, False, id="contains: absent"),
        pytest.param("at_least", (5.0,), 5, True, id="at least: the edge is inside"),
        pytest.param("at_least", (5.0,), 4.9, False, id="at least: below"),
        pytest.param("at_least", (5.0,), "6", False, id="at least: a text is no number"),
        pytest.param("at_least", (0.0,), True, False, id="at least: true is no number"),
        pytest.param("at_least", (0.0,), None, False, id="at least: absent"),
        pytest.param("below", (2.5,), 2, True, id="below: below"),
        pytest.param("below", (2.5,), 2.5, False, id="below: the edge is outside"),
        pytest.param("below", (2.5,), None, False, id="below: absent"),
        pytest.param("not_below", (0.0,), 0, True, id="not below: the edge is inside"),
        pytest.param("not_below", (0.0,), -0.1, False, id="not below: below"),
        pytest.param("not_below", (0.0,), None, True, id="not below: absent"),
        pytest.param("present", (True,), "x", True, id="present: there"),
        pytest.param("present", (True,), None, False, id="present: absent"),
        pytest.param("present", (False,), None, True, id="absent: absent"),
        pytest.param("present", (False,), 0, False, id="absent: zero is there"),
    ],
)
def test_a_property_against_values(test: Test, values: Values, value: object, holds: bool) -> None:
    properties = {} if value is None else {"name": value}
    assert holding((Condition("name", True, test, values),))(PLAIN, properties) is holds


def test_a_field_of_the_touchpoint_is_not_a_property() -> None:
    by_phone = holding((Condition("channel", False, "is", ("phone",)),))
    assert by_phone(msgspec.structs.replace(PLAIN, channel="phone"), {})
    assert not by_phone(PLAIN, {"channel": "phone"})


def test_all_conditions_of_a_rule_must_hold_and_none_always_does() -> None:
    both = holding((Condition("channel", False, "is", ("app",)), Condition("size", True, "below", (3.0,))))
    assert both(PLAIN, {"size": 2})
    assert not both(PLAIN, {"size": 3})
    assert not both(msgspec.structs.replace(PLAIN, channel="web"), {"size": 2})
    assert holding(())(PLAIN, {})
