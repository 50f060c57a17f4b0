"""Help that teaches by example: what stands at the end of every command's `--help`."""

from __future__ import annotations

from typing import Final, NamedTuple, TypeAlias

KEPT: Final = "\b"
"""A paragraph that begins with a line of this alone keeps its lines as they are."""


class Example(NamedTuple):
    """A line that can be typed as it stands, and what it is good for."""

    line: str
    says: str


Examples: TypeAlias = tuple[Example, ...]


def epilog(examples: Examples) -> str:
    """The examples as the end of a help text: what for, then the line."""
    shown = [f"  # {example.says}\n  {example.line}" for example in examples]
    return "\n".join((KEPT, "Examples:", *shown))
