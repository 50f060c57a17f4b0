"""`voice.yaml` and `weights.yaml`: what was estimated, one line a row, so that a person can read it.

A line is a name, then type and weight, type and weight … Spaces of a piece are written `_`.
Weights of texts are hundredths of a nat, those of numbers read thousandths.
"""

from __future__ import annotations

from collections.abc import Iterator

from streams.knowledge.document import Section, nearest
from streams.knowledge.model import Row, Voice
from streams.knowledge.terms import TYPE_IDS, Weights

NEUTRAL = "neutral"
LARGEST = 1_000_000


def read_voice(root: Section) -> Voice:
    """The model of texts; `cue:` before a name says that it is a cue, a combination or a negated cue."""
    read_provenance(root)
    sharpness = root.number("sharpness", 0.01, 100.0)
    rows = {name: _row(pairs) for name, pairs in read_lines(root, "pieces", (*TYPE_IDS, NEUTRAL))}
    root.close()
    pieces = {name.replace("_", " "): row for name, row in rows.items() if not name.startswith("cue:")}
    cues = {name[4:]: row for name, row in rows.items() if name.startswith("cue:")}
    bias = pieces.pop("*", ())
    return Voice(
        sharpness, bias, tuple(pieces), tuple(pieces.values()), tuple(cues), tuple(cues.values())
    )  # fmt: skip


def read_fitted(root: Section) -> dict[str, Weights]:
    """Fitted weights by the name of the number that they belong to."""
    read_provenance(root)
    found = {name: {t: float(w) for t, w in pairs.items()} for name, pairs in read_lines(root, "numbers", TYPE_IDS)}
    root.close()
    return found


def read_provenance(root: Section) -> None:
    """By what it was made, from what, and where it was measured."""
    section = root.section("provenance")
    for key in ("made_by", "from"):
        section.text(key)
    section.text("measured", "-")
    section.close()


def _row(pairs: dict[str, int]) -> Row:
    names = (*TYPE_IDS, NEUTRAL)
    return tuple((names.index(name), weight) for name, weight in pairs.items())


def read_lines(root: Section, key: str, known: tuple[str, ...]) -> Iterator[tuple[str, dict[str, int]]]:
    """A name and its weights a line; what is no such line is a fault."""
    first, names = root.line_at(key), set(known)
    taken: set[str] = set()
    for number, line in enumerate(root.text(key, "").splitlines(), 1):
        words = line.split()
        if not words:
            continue
        where, pairs = first + number, {}
        if words[0] in taken:
            root.faults.add(root.file, where, f"{key}: {words[0]!r} is there twice; leave one")
        taken.add(words[0])
        if len(words) % 2 == 0:
            root.faults.add(root.file, where, f"{key}: {words[0]!r}: a name, then pairs of a type and a weight")
            continue
        for name, weight in zip(words[1::2], words[2::2], strict=True):
            if name not in names:
                root.faults.add(root.file, where, f"{key}: {words[0]!r}: unknown type {name!r}{nearest(name, known)}")
            elif not weight.removeprefix("-").isascii() or not weight.removeprefix("-").isdigit() or len(weight) > 7:
                root.faults.add(root.file, where, f"{key}: {words[0]!r}: {weight!r} is no whole number")
            else:
                pairs[name] = int(weight)
        yield words[0], pairs
