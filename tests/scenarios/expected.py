"""Whether outputs are what a story expects."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from schemas import times
from schemas.records import Alert, CustomerCard, Decision, Emitted, Measure, Shift, Signal

KINDS = ("signal", "alert", "shift", "alert_change", "decision", "rejected")
_NAME = {"signal": "name", "alert": "team", "alert_change": "state", "decision": "permitted", "rejected": "reason"}


def missing(expected: Sequence[dict[str, Any]], outputs: Sequence[Emitted]) -> list[str]:
    """The expectations for which there is no output left."""
    left = list(outputs)
    found: list[str] = []
    for entry in expected:
        for _ in range(entry.get("times", 1)):
            hit = next((output for output in left if fits(entry, output)), None)
            if hit is None:
                found.append(f"expected but missing: {_told(entry)}")
            else:
                left.remove(hit)
    return found


def unwanted(forbidden: Sequence[dict[str, Any]], outputs: Iterable[Emitted]) -> list[str]:
    """Outputs that must not be."""
    return [f"unwanted: {shown(o)} (by {_told(entry)})" for o in outputs for entry in forbidden if fits(entry, o)]


def fits(entry: dict[str, Any], output: Emitted) -> bool:
    """Whether the output is what the entry describes; what the entry does not mention is free."""
    if isinstance(output, CustomerCard | Measure):
        return False
    kind = str(output.__struct_config__.tag)
    named = next((name for name in KINDS if name in entry), None)
    if named is not None and (named != kind or not _named(entry[named], output)):
        return False
    return all(_holds(name, wanted, output) for name, wanted in entry.items() if name not in (*KINDS, "times"))


def shown(output: Emitted) -> str:
    """An output in one line."""
    fields = msgspec.to_builtins(output)
    for name in ("id", "partition", "offset", "knowledge", "because", "dedup_key", "signals"):
        fields.pop(name, None)
    return f"{times.write(output.at)} {fields}"


def _named(wanted: Any, output: Emitted) -> bool:
    if isinstance(output, Shift):
        says = {"from": output.from_, "to": output.to, "migration": output.migration, "strategy": output.strategy}
        return all(says[name] == value for name, value in (wanted or {}).items())
    kind = str(output.__struct_config__.tag)
    return wanted in (None, getattr(output, _NAME[kind]))


def _holds(name: str, wanted: Any, output: Emitted) -> bool:
    match name:
        case "who":
            return bool(output.customer_id == wanted)
        case "history":
            return (output.history is not None) is wanted if isinstance(wanted, bool) else output.history == wanted
        case "values":
            return isinstance(output, Signal) and wanted.items() <= output.values.items()
        case "do" | "do_not" | "recent":
            return isinstance(output, Alert) and all(_among(text, getattr(output.card, name)) for text in wanted)
        case "who_is" | "what_happened" | "why_now":
            field = "who" if name == "who_is" else name
            return isinstance(output, Alert) and all(text in getattr(output.card, field) for text in wanted)
        case "because":
            return all(_among(text, [reason.what for reason in output.because]) for text in wanted)
        case "reasons":
            return isinstance(output, Decision) and list(output.reasons) == wanted
        case "retry_at":
            return isinstance(output, Decision) and output.retry_at == times.read(wanted).at
        case "due":
            return isinstance(output, Alert) and output.due_at - output.at == wanted * 60_000
        case _:
            return bool(getattr(output, name) == wanted)


def _among(text: str, lines: Iterable[str]) -> bool:
    return any(text in line for line in lines)


def _told(entry: dict[str, Any]) -> str:
    return str({**entry, "at": times.write(entry["at"])} if "at" in entry else entry)
