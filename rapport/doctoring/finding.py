"""What a check says: one finding each, with its remedy where there is something to do."""

from __future__ import annotations

from typing import Literal

import msgspec

Severity = Literal["ok", "warning", "action"]


class Finding(msgspec.Struct, frozen=True):
    """`action`: something is broken or will be lost; `warning`: it bears watching, or could not be looked at."""

    name: str
    severity: Severity
    about: str
    """The thing: a topic, a group, a process, a folder."""
    seen: str
    remedy: str = ""
    checked: bool = True
    """False: nothing was seen, and `seen` says why. Never with `ok`."""

    def __post_init__(self) -> None:
        assert (self.severity == "ok") == (not self.remedy), "a remedy where there is something to do, and only there"
        assert self.checked or self.severity != "ok", "what was not looked at is not well"


def ok(name: str, about: str, seen: str) -> Finding:
    return Finding(name, "ok", about, seen)


def warning(name: str, about: str, seen: str, remedy: str) -> Finding:
    return Finding(name, "warning", about, seen, remedy)


def action(name: str, about: str, seen: str, remedy: str) -> Finding:
    return Finding(name, "action", about, seen, remedy)


def unchecked(name: str, about: str, why: str, remedy: str) -> Finding:
    """The check could not be made."""
    return Finding(name, "warning", about, f"not checked: {why}", remedy, checked=False)


def duration(seconds: float) -> str:
    """A time span as a person says it, two figures at most."""
    seconds = max(0.0, seconds)
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    for name, size in (("d", 86_400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {name}" if seconds >= 10 * size else f"{seconds / size:.1f} {name}"
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"


def number(count: int, what: str) -> str:
    """`1 record`, `2 records`."""
    return f"{count:,} {what}{'s' * (count != 1)}"


def size(count: float) -> str:
    """Bytes as a person says them."""
    for name in ("bytes", "KB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {name}"
        count /= 1000
    return f"{count:.1f} TB"
