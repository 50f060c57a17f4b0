"""The first line of a table of text, which names its columns."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Final

from producers.importers.columns import Columns, split
from producers.lines import GZIP, Lines, Oversized, UnreadableInput

_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
_DELIMITERS: Final = ",;\t|"
_MOST_NAMES: Final = 40
_LONGEST_NAME: Final = 40


def header(file: Lines, beginning: str = "") -> str:
    """The first line; UnreadableInput, whose words begin so, if it can name no columns."""
    place = f"{file.path}:1: {beginning}"
    first = next(iter(file), None)
    if first is None or not first.content:
        raise UnreadableInput(f"{place}the file is empty: its first line has to name its columns")
    content = first.content
    if isinstance(content, Oversized):
        raise UnreadableInput(f"{place}the first line has {content.length:,} bytes. Is this a file of text?")
    if content.startswith(GZIP):
        raise UnreadableInput(f"{place}the file is gzipped: end its name in .gz")
    if content.startswith(_UTF_16) or b"\0" in content:
        raise UnreadableInput(f"{place}the file is no UTF-8. If it is UTF-16: `iconv -f UTF-16 -t UTF-8 OLD > NEW`")
    if b"\r" in content.rstrip(b"\r"):
        remedy = r"Do its lines end in CR alone? Write LF instead: `tr '\r' '\n' < OLD > NEW`"
        raise UnreadableInput(f"{place}a CR stands inside of the first line. {remedy}")
    return content.decode("utf-8", "replace").rstrip("\r")


def column_names(file: Lines, delimiter: str, beginning: str = "") -> Columns:
    """The names of the columns, trimmed. They stand on one line, with quotes around them or without."""
    try:
        return [name.strip() for name in split(header(file, beginning), delimiter)]
    except csv.Error as error:
        remedy = "A quote before a name has to close behind it, on the same line."
        raise UnreadableInput(
            f"{file.path}:1: {beginning}the names of its columns are no CSV: {error}. {remedy}"
        ) from error


def cased(wanted: Sequence[str], names: Sequence[str]) -> Columns:
    """The names, as the wanted columns are written where they differ from one in case alone."""
    written = Counter(name.casefold() for name in names)
    meant = {name.casefold(): name for name in wanted if name not in names and written[name.casefold()] == 1}
    return [meant.get(name.casefold(), name) for name in names]


def without(wanted: Iterable[str], names: Sequence[str], delimiter: str, delimited: str) -> str | None:
    """Which of the wanted columns the file lacks, what it has instead, and what may be the matter; None: none.

    `delimited` is what to do where the columns stand between something else than the delimiter.
    """
    sought = list(wanted)
    lacking = [name for name in sought if name not in names]
    if not lacking:
        return None
    guess = _guess(lacking, names, delimiter, delimited)
    if not guess and len(lacking) == len(sought):
        guess = ". Does the first line name the columns?"
    elif not guess and (meant := near(lacking, names)):
        guess = f".{meant}"
    return f"no column {', '.join(lacking)}; there are {listed(names)}{guess}"


def listed(names: Iterable[str]) -> str:
    """Names in a message, not more than a person reads."""
    each = [name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…" for name in names]
    more = f" and {len(each) - _MOST_NAMES:,} more" if len(each) > _MOST_NAMES else ""
    return ", ".join(each[:_MOST_NAMES]) + more


def near(lacking: Sequence[str], names: Iterable[str]) -> str:
    """The name that may be meant, as a question, or nothing."""
    found = get_close_matches(lacking[0][:64], [name[:64] for name in names], n=1)
    return f" Did you mean {found[0]}?" if found else ""


def _guess(lacking: Sequence[str], names: Sequence[str], delimiter: str, delimited: str) -> str:
    for other in _DELIMITERS.replace(delimiter, ""):
        there = {name.strip().strip('"') for name in delimiter.join(names).split(other)}
        if there.issuperset(lacking):
            return f". Its columns stand between {other!r} instead of {delimiter!r}: {delimited}."
    if any("\N{REPLACEMENT CHARACTER}" in name for name in names):
        return ". The line is not UTF-8: convert the file (`iconv -f GBK -t UTF-8 OLD > NEW`)."
    return ""
