"""What customers buy, in the base currency: pieces of questions that several read models share."""

from __future__ import annotations

from typing import Any, Final

from console.web.viewer import Viewer
from streams.knowledge.model import Knowledge

WORTH: Final = (
    "abs(ifNull(amount, 0)) * transform(toString(if(currency = '', {base:String}, currency)),"
    " {currencies:Array(String)}, {rates:Array(Float64)}, toFloat64(0))"
)
"""An amount in the base currency; one in a currency that is not known counts nothing."""
BOUGHT: Final = "type = 'purchase.made'"
PERSON: Final = "customer_id NOT IN ('', '*') AND NOT startsWith(customer_id, 'none:')"
"""What nobody could be told from, and what is company-wide, is no customer's."""
CONTACTED: Final = (
    "initiator = 'customer' AND type IN ('call.started', 'chat.message', 'complaint.opened', 'message.replied')"
)
"""A customer who wants something of a person."""


def money(knowledge: Knowledge) -> dict[str, Any]:
    """Parameters of `WORTH`."""
    rates = knowledge.money.rates
    return {
        "base": knowledge.money.base, "currencies": list(rates), "rates": [float(rate) for rate in rates.values()],
    }  # fmt: skip


def sum_of(amount: float, knowledge: Knowledge) -> str:
    return f"{amount:,.0f} {knowledge.money.base}"


def percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def strategy_of(type_id: str, knowledge: Knowledge, viewer: Viewer) -> str:
    """What to do with such a relationship, in a word; empty for a type that knowledge has no more."""
    return knowledge.strategy(type_id).names[viewer.language] if type_id in knowledge.type_index else ""
