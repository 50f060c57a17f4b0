"""The few conditions that a rule may put on a touchpoint."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

import msgspec

from schemas.records import Touchpoint

Test: TypeAlias = Literal["is", "not", "contains", "at_least", "below", "not_below", "present"]
TESTS: tuple[Test, ...] = ("is", "not", "contains", "at_least", "below", "not_below", "present")

FIELDS: tuple[str, ...] = (
    "channel", "initiator", "text", "location_id", "staff_id", "campaign_id", "order_id", "item_id", "category",
    "complaint_id", "amount", "currency", "quantity",
)  # fmt: skip
"""Fields of a touchpoint that a condition may name; who somebody is, is none of them (S0-02)."""


class Condition(msgspec.Struct, frozen=True):
    """`field` of the touchpoint, or of its properties, against `values`: any of them is enough.

    Words are compared without regard to case. A field that is not there satisfies only `not`,
    `not_below` and `present: false`. `at_least`, `below` and `not_below` compare numbers; what
    is no number counts as not there.
    """

    field: str
    in_properties: bool
    test: Test
    values: tuple[str | float | bool, ...]

    def holds(self, touchpoint: Touchpoint, properties: Mapping[str, object]) -> bool:
        value = properties.get(self.field) if self.in_properties else getattr(touchpoint, self.field)
        if self.test == "present":
            return (value is not None) is self.values[0]
        if self.test in ("at_least", "below", "not_below"):
            return self._compares(value)
        if value is None:
            return self.test == "not"
        if self.test == "contains":
            text = _plain(value)
            return any(str(_plain(each)) in str(text) for each in self.values)
        same = any(_plain(value) == _plain(each) for each in self.values)
        return same is (self.test == "is")

    def _compares(self, value: object) -> bool:
        limit = self.values[0]
        if isinstance(value, bool) or not isinstance(value, int | float) or not isinstance(limit, int | float):
            return self.test == "not_below"
        return value < limit if self.test == "below" else value >= limit


def _plain(value: object) -> object:
    return value.casefold() if isinstance(value, str) else value
