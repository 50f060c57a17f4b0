"""Records of a table of text: its lines, with those joined that a quoted column spans."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from producers.importers.columns import Refused
from producers.lines import Line, Oversized

MOST_LINES: Final = 200
"""Lines of one record. A quote that never closes is known by it."""

_QUOTE: Final = '"'


def records(lines: Iterable[Line], split: Callable[[str], object], delimiter: str = ",") -> Iterator[Line]:
    """The records, each under the number of its first line; blank lines inside of quotes belong to the text.

    A quote opens at the beginning of a column alone: an inch mark opens none. Lines are joined as far as
    the quote closes. It was a stray one if it does not, or if what was joined is no record by `split` (which
    raises Refused then) and one of the lines is a record by itself: that line is let go alone, and the next
    ones are read anew, so that what is wrong with a record never takes another with it.
    """
    source, again = iter(lines), deque[Line]()
    while (line := _next(source, again)) is not None:
        taken, opened = [line], _left_open(line, delimiter, False)
        while opened and len(taken) < MOST_LINES and (line := _next(source, again)) is not None:
            taken.append(line)
            if isinstance(line.content, Oversized):
                break
            opened = _left_open(line, delimiter, True)
        stray = len(taken) > 1 and (opened or _takes_another(taken, split))
        yield taken[0] if stray else _joined(taken)
        if stray:
            again.extendleft(reversed(taken[1:]))


def _next(source: Iterator[Line], again: deque[Line]) -> Line | None:
    return again.popleft() if again else next(source, None)


def _left_open(line: Line, delimiter: str, inside: bool) -> bool:
    """Whether a quote is open at the end of a line that begins inside of one, or not."""
    if isinstance(line.content, Oversized) or (not inside and b'"' not in line.content):
        return False
    # Every column begins with a delimiter here, also the first; a line inside of quotes as if it opened them.
    text = delimiter + _QUOTE * inside + line.content.decode("utf-8", "surrogateescape")
    at, opening = 0, delimiter + _QUOTE
    while (at := text.find(opening, at)) >= 0:
        at = _closing(text, at + len(opening))
        if at < 0:
            return True
    return False


def _closing(text: str, at: int) -> int:
    """Where the quotes have closed that are open there, or -1. Two quotes are one of the text."""
    while (at := text.find(_QUOTE, at)) >= 0:
        if not text.startswith(_QUOTE, at + 1):
            return at + 1
        at += 2
    return -1


def _joined(taken: Sequence[Line]) -> Line:
    if len(taken) == 1:
        return taken[0]
    parts, last = list[bytes](), taken[0].number
    for number, content in taken:
        if isinstance(content, bytes):
            # Blank lines were left out on the way.
            parts += [b""] * (number - last - 1)
            parts.append(content)
            last = number
    return Line(taken[0].number, b"\n".join(parts))


def _is_record(line: Line, split: Callable[[str], object]) -> bool:
    """Whatever its encoding: of that it is refused later."""
    if isinstance(line.content, Oversized):
        return False
    try:
        split(line.content.decode("utf-8", "replace").rstrip("\r"))
    except Refused:
        return False
    return True


def _takes_another(taken: Sequence[Line], split: Callable[[str], object]) -> bool:
    """Whether they are no record together, and one behind the first is one by itself."""
    return not _is_record(_joined(taken), split) and any(_is_record(line, split) for line in taken[1:])
