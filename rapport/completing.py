"""What may stand next on a command line: commands, options, and values of options that have names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

# typer makes this public only together with options of its own, that change a person's files
from typer._click.shell_completion import CompletionItem, ShellComplete
from typer.main import get_command

from rapport.cli import build


class Candidate(NamedTuple):
    """A word that may stand there, and its help on one line (empty: none)."""

    word: str
    says: str


class _Found(ShellComplete):
    """Finds what may follow; the rest, which differs by shell, is in the scripts."""

    source_template = ""

    def source_vars(self) -> dict[str, Any]:
        return {}

    def get_completion_args(self) -> tuple[list[str], str]:
        return [], ""

    def format_completion(self, item: CompletionItem) -> str:
        return str(item.value)


def candidates(words: Sequence[str]) -> list[Candidate]:
    """For the words behind `rapport`, the last of which is being written (empty: none of it yet).

    Bash cuts words at `=`, and hands the sign on as a word: it is passed over.
    """
    *before, unfinished = [word for word in words if word != "="] or [""]
    if words and words[-1] == "=":
        before, unfinished = [*before, unfinished], ""
    chosen = next((word for word in before if not word.startswith("-")), "")
    found = _Found(get_command(build(chosen)), {}, "rapport", "").get_completions(before, unfinished)
    return [Candidate(str(item.value), " ".join((item.help or "").split())) for item in found if item.type == "plain"]
