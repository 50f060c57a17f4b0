"""What a touchpoint is about, and whether our people have spoken (signals.md, Rulings: matter, contact by staff)."""

from __future__ import annotations

from streams.customers.moment import Moment


def matter_of(moment: Moment) -> str | None:
    """The complaint, else the order, else cause or topic, else the session; None where the touchpoint names none."""
    touchpoint = moment.touchpoint
    if touchpoint is None:
        return None
    if touchpoint.complaint_id:
        return f"complaint:{touchpoint.complaint_id}"
    if touchpoint.order_id:
        return f"order:{touchpoint.order_id}"
    for name in ("cause", "topic"):
        value = moment.properties.get(name)
        if isinstance(value, str) and value:
            return f"{name}:{value}"
    return f"session:{touchpoint.session_id}" if touchpoint.session_id else None


def settled(moment: Moment) -> bool:
    """Whether a complaint is resolved and the customer says that they are satisfied: its matter has ended."""
    touchpoint = moment.touchpoint
    resolved = touchpoint is not None and touchpoint.type == "complaint.resolved"
    return resolved and moment.properties.get("satisfied") is True


def by_staff(moment: Moment) -> bool:
    """Whether a person of ours answered, followed up or cared. Automatic mails and private notes do not count."""
    touchpoint = moment.touchpoint
    if touchpoint is None:
        return False
    kind = touchpoint.type
    if kind.startswith("agent."):
        return kind != "agent.noted"
    if kind in ("call.started", "chat.message"):
        return touchpoint.initiator == "company"
    if kind == "message.sent":
        facts = moment.properties
        return facts.get("purpose") in ("service", "care") and facts.get("template") in (None, "", "free")
    return False
