"""Dead letters on a terminal: a table with counts, one letter whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import msgspec
from rich.text import Text

from producers.letters.content import about, touchpoint_of
from producers.letters.remedies import remedy
from producers.letters.shelf import Shelf
from rapport.layout import clean, column, cut, folded
from rapport.readable import Page, clock
from schemas.letters import Letter
from schemas.salvage import salvaged

GROUPS: Final[dict[str, Callable[[Letter], str]]] = {
    "reason": lambda letter: letter.reason,
    "stage": lambda letter: letter.stage,
    "source": lambda letter: letter.source,
    "customer": lambda letter: about(letter) or "-",
}
"""What letters can be counted by."""

MARK: Final = 10
"""Letters of an id that are shown: enough to name it."""
HEX_BYTES: Final = 256
"""Shown of a value that is no text."""
LONGEST_TEXT: Final = 4_000
_MARGIN: Final = 12
_COLUMNS: Final = (
    ("ID", MARK),
    ("AT", 11),
    ("REASON", 19),
    ("STAGE", 8),
    ("SOURCE", 30),
    ("CUSTOMER", 16),
    ("DETAIL", 4_000),
)
"""Headings, and how wide each column becomes at most."""
_FORMS: Final = {
    "json": "as JSON",
    "avro": "whole, from Avro",
    "part": "what could be read of it",
}


def counted(letters: Iterable[Letter], by: str) -> list[tuple[str, int]]:
    """The most frequent first."""
    return Counter(map(GROUPS[by], letters)).most_common()


def table(letters: Sequence[Letter], replayed: set[str], page: Page) -> list[Text]:
    """A heading and a line a letter; on a terminal in columns, cut to its width, in a pipe whole."""
    heading = [Text(name, "bold") for name, _ in _COLUMNS]
    rows = [heading, *(_cells(letter, letter.id in replayed, page) for letter in letters)]
    if page.width is None:
        return [Text("\t").join(row) for row in rows]
    columns = zip(zip(*rows, strict=True), _COLUMNS, strict=True)
    widths = [min(most, max(cell.cell_len for cell in cells)) for cells, (_, most) in columns]
    return [cut(Text(" ").join(map(column, row, widths)), page.width) for row in rows]


def counts(letters: Sequence[Letter], by: str, page: Page) -> list[Text]:
    """A line a group."""
    found = counted(letters, by)
    lines = [Text.assemble((f"{count:>7,}", "bold"), f"  {clean(name) or '-'}") for name, count in found]
    return [line if page.width is None else cut(line, page.width) for line in lines]


def _cells(letter: Letter, replayed: bool, page: Page) -> list[Text]:
    detail = f"(replayed) {letter.detail}" if replayed else letter.detail
    who = about(letter) or "-"
    named = (letter.id[:MARK], clock(letter.at, page), letter.reason, letter.stage, letter.place, who, detail)
    cells = [Text(clean(each)) for each in named]
    cells[2].stylize("dim" if replayed else "red")
    return cells


def _in_file(letter: Letter) -> str:
    """A line of a file, or an event of a request, which are counted from 0 as its answer counts them."""
    kind = "event" if letter.file.startswith(("GET /", "POST /")) else "line"
    return f"{letter.file} {kind} {letter.line}"


def whole(letter: Letter, replayed: bool, page: Page) -> list[Text]:
    """Everything about one letter: what was said of it, what can be read of it, and the remedy."""
    place = f"{letter.topic} partition {letter.partition} offset {letter.offset}" if letter.topic else (
        _in_file(letter) if letter.file else "nowhere that is known"
    )  # fmt: skip
    named = {
        "id": letter.id,
        "reason": f"{letter.reason} ({letter.kind})",
        "detail": letter.detail,
        "stage": letter.stage,
        "stood at": place,
        "refused at": clock(letter.at, Page(None)),
        "key": letter.key.decode("utf-8", "backslashreplace") or "-",
        "attempt": f"{letter.attempt:,}",
        "replayed": "yes" if replayed else "no",
        "remedy": remedy(letter),
    }
    lines = [line for name, value in named.items() for line in _named(name, value, page)]
    return [*lines, Text(), *_content(letter)]


def _named(name: str, value: str, page: Page) -> list[Text]:
    first, *rest = folded(Text(clean(value)), max(20, (page.width or 100) - _MARGIN)) or [Text()]
    head = Text(f"{name:<{_MARGIN}}", "bold")
    return [Text.assemble(head, first), *(Text.assemble(" " * _MARGIN, line) for line in rest)]


def _content(letter: Letter) -> list[Text]:
    found, touchpoint = salvaged(letter.value), touchpoint_of(letter)
    if touchpoint is not None:
        heading = f"touchpoint ({_FORMS[found.form]}, {len(letter.value):,} bytes)"
        shown = msgspec.json.format(msgspec.json.encode(touchpoint), indent=2).decode().splitlines()
    elif found.form == "text":
        heading, shown = f"text ({len(letter.value):,} bytes)", letter.value.decode().splitlines()
    elif found.form == "empty":
        heading, shown = "no value", []
    else:
        heading, shown = f"bytes ({len(letter.value):,})", _dump(letter.value[:HEX_BYTES])
        if len(letter.value) > HEX_BYTES:
            shown.append(f"… and {len(letter.value) - HEX_BYTES:,} more; `rapport dlq export` has all of them")
    return [Text(heading, "bold"), *_bounded(shown)]


def _bounded(lines: Iterable[str]) -> Iterable[Text]:
    left = LONGEST_TEXT
    for line in lines:
        yield Text(clean(line[:left]))
        left -= len(line)
        if left <= 0:
            yield Text("… cut here; `rapport dlq export` has all of it", "dim")
            return


def _dump(value: bytes) -> list[str]:
    """Sixteen bytes a line: place, hexadecimal, letters."""
    rows = (value[at : at + 16] for at in range(0, len(value), 16))
    return [
        f"{16 * n:06x}  {row.hex(' '):<47}  {''.join(chr(byte) if 32 <= byte < 127 else '.' for byte in row)}"
        for n, row in enumerate(rows)
    ]


def summary(shelf: Shelf, shown: int, everything: bool) -> str:
    """How many stand there, how many of them were shown, and what was left out."""
    open_, replayed = len(shelf.open), len(shelf.letters) - len(shelf.open)
    said = f"{open_:,} to be mended, {replayed:,} already replayed"
    total = len(shelf.letters) if everything else open_
    if shown < total:
        said += f"; the last {shown:,} shown (--limit shows more)"
    elif replayed and not everything:
        said += " (--replayed shows them)"
    return said


def listing(shelf: Shelf, letters: Sequence[Letter], by: str) -> dict[str, Any]:
    """The same for a program."""
    replayed = len(shelf.letters) - len(shelf.open)
    return {"open": len(shelf.open), "replayed": replayed, "by": by, "counts": dict(counted(letters, by))}
