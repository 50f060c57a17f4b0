"""Contact data in words, out of sight until somebody gives a reason to see it."""

from __future__ import annotations

import re
from typing import Final

MASK: Final = "•••"
_MAIL: Final = re.compile(r"([\w.+-])[\w.+-]*@[\w-]+(?:\.[\w-]+)+")
_NUMBER: Final = re.compile(r"(?<![\w:])\+?\d(?:[ ()/.-]{0,2}\d){6,18}(?!\w)", re.ASCII)


def masked(words: str) -> str:
    """Without e-mail addresses (the first letter stays) and without long numbers (the last two digits stay)."""
    return _NUMBER.sub(lambda found: f"{MASK}{found[0][-2:]}", _MAIL.sub(rf"\1{MASK}@{MASK}", words))
