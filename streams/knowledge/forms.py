"""Lists of words in short: a form with brackets stands for many."""

from __future__ import annotations

import re
from itertools import product
from math import prod
from typing import Final

MOST: Final = 2_000
"""Words that one form may stand for."""
_BRACKETS: Final = re.compile(r"\(([^()]*)\)")


def expanded(form: str) -> tuple[str, ...]:
    """All that a form stands for: `(my|our) (bank|card company)` is four; nothing where its brackets do not close."""
    parts = [part.split("|") if n % 2 else [part] for n, part in enumerate(_BRACKETS.split(form))]
    if any(mark in each for part in parts for each in part for mark in "()") or prod(map(len, parts)) > 2 * MOST:
        return ()
    return tuple("".join(each) for each in product(*parts))
