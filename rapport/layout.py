"""Text on a terminal by columns: cut, padded and folded by cells, for Chinese letters take two.

What customers wrote is shown here, so nothing that a terminal would obey passes: `clean` every text from outside.
"""

from __future__ import annotations

import unicodedata
from typing import Final

from rich.cells import cell_len
from rich.text import Text

_NOT_FIRST: Final = frozenset("，。、；：？！”’）》」』】…,.;:?!)]}%")
"""No line begins with one of these."""
_NOT_LAST: Final = frozenset("“‘（《「『【([{")
_SPACES: Final = "\t\n\r\v\f\x85\u2028\u2029"
_UNSEEN: Final = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
"""Signs that turn the direction of what follows."""
_CLEAN: Final = (
    dict.fromkeys((*range(32), *range(127, 160)), "\N{REPLACEMENT CHARACTER}")
    | {ord(space): " " for space in _SPACES}
    | dict.fromkeys(_UNSEEN, "")
)


def clean(words: str) -> str:
    """The words on one line, without anything that moves the cursor, colours, or turns the direction."""
    return words.translate(_CLEAN)


def cut(text: Text, width: int) -> Text:
    """At most `width` cells, the last an ellipsis where something is left out."""
    if text.cell_len <= width:
        return text.copy()
    kept, used = 0, 1
    for letter in text.plain:
        used += cell_len(letter)
        if used > width:
            break
        kept += 1
    return text[:kept].append("…")


def column(text: Text, width: int, *, right: bool = False) -> Text:
    """Exactly `width` cells: cut, or padded (on the left with `right`)."""
    found = cut(text, width)
    lacking = width - found.cell_len
    if right:
        found.pad_left(lacking)
    else:
        found.pad_right(lacking)
    return found


def folded(text: Text, width: int) -> list[Text]:
    """Lines of at most `width` cells: broken at spaces, between Chinese letters, else where it must be."""
    plain = text.plain
    breaks: list[int] = []
    start, used, last = 0, 0, 0
    for at, letter in enumerate(plain):
        if at > start and _may_break(plain[at - 1], letter):
            last = at
        size = cell_len(letter)
        while used + size > width and at > start and letter != " ":
            start = last if last > start else at
            breaks.append(start)
            used = cell_len(plain[start:at])
        used += size
    lines = list(text.divide(breaks))
    for line in lines:
        line.rstrip()
    return lines


def hung(head: Text, body: Text, width: int | None) -> Text:
    """Head and body side by side, the body folded under itself; on one line where `width` is None."""
    if width is None or head.cell_len + body.cell_len <= width:
        return Text.assemble(head, body)
    room = width - head.cell_len
    first, *rest = folded(body, max(room, 10))
    margin = " " * head.cell_len
    return Text("\n").join([Text.assemble(head, first), *(Text.assemble(margin, line) for line in rest)])


def _may_break(before: str, after: str) -> bool:
    if before == " ":
        return after != " "
    if after in _NOT_FIRST or before in _NOT_LAST:
        return False
    return _wide(before) or _wide(after)


def _wide(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) in "WF"
