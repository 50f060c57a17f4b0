"""Letters in a file that somebody has edited: one object a line, as `export` writes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from producers.lines import Line, Lines, Oversized


class EditedError(ValueError):
    """A line is no exported letter; the message names file, line and remedy. Nothing was sent."""


class Edited(NamedTuple):
    """A letter's id, its touchpoint as it stands in the file now (None: there is none), and the line."""

    id: str
    touchpoint: dict[str, Any] | None
    line: int


def read(lines: Lines) -> Iterator[Edited]:
    """Every line of the file."""
    for line in lines:
        yield _edited(line, f"{lines.path}:{line.number}")


def _edited(line: Line, place: str) -> Edited:
    if isinstance(line.content, Oversized):
        raise EditedError(f"{place}: {line.content.length} bytes are too many for a line; leave this letter out")
    try:
        content = msgspec.json.decode(line.content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise EditedError(f"{place}: no JSON ({error}); one letter stands on one line") from error
    if not isinstance(content, dict) or not isinstance(content.get("id"), str) or not content["id"]:
        raise EditedError(f"{place}: no letter without its `id`; edit a file that `rapport dlq export` wrote")
    touchpoint = content.get("touchpoint")
    if touchpoint is not None and not isinstance(touchpoint, dict):
        raise EditedError(f"{place}: `touchpoint` is an object")
    return Edited(content["id"], touchpoint, line.number)
