"""Roles and what each may: one table, which the tests walk over HTTP."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias, get_args

Role: TypeAlias = Literal["associate", "agent", "manager", "analyst", "admin"]
Right: TypeAlias = Literal[
    "inbox", "act", "customer_at_desk", "customer", "reveal", "live", "portfolio", "replay", "operations"
]
"""`customer_at_desk`: only customers of whom an alert stands on one's own desk. `reveal`: contact data in clear, for a
reason that is kept. `portfolio`: numbers of many, nobody's name. `replay`: other rules over what has been; whose it was
only for who has `customer`, too."""

ROLES: Final[tuple[Role, ...]] = get_args(Role)
RIGHTS: Final[dict[Role, frozenset[Right]]] = {
    "associate": frozenset({"inbox", "act", "customer_at_desk"}),
    "agent": frozenset({"inbox", "act", "customer_at_desk", "customer", "reveal"}),
    "manager": frozenset({"inbox", "act", "customer_at_desk", "customer", "reveal", "live", "portfolio"}),
    "analyst": frozenset({"live", "portfolio", "replay"}),
    "admin": frozenset(get_args(Right)),
}
