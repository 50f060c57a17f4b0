"""When two ways of running the line have said the same."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from schemas.records import Emitted

POSITIONS = ("partition", "offset", "knowledge")


def contents(outputs: Iterable[Emitted]) -> dict[str, bytes]:
    """By id all that an output says; where it stood and the version of knowledge are no part of it.

    One id that says two things is a fault of its own.
    """
    found: dict[str, bytes] = {}
    for output in outputs:
        fields = msgspec.to_builtins(output)
        content = msgspec.json.encode({name: fields[name] for name in fields if name not in POSITIONS}, order="sorted")
        assert found.setdefault(output.id, content) == content, f"{output.id} says two things"
    return found
