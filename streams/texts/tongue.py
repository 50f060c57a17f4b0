"""In which language a text plainly is, by its letters and its commonest words: for who was told no language."""

from __future__ import annotations

import re
from typing import Final

LETTERS: Final = 2_000
"""A longer text is read by its beginning."""
ENOUGH: Final = 2
"""Different common English words that make a text English: single ones stand in many languages."""
_HAN: Final = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_KANA_OR_HANGUL: Final = re.compile("[\u3040-\u30ff\u31f0-\u31ff\uac00-\ud7af\u1100-\u11ff]")
_LETTER_BEYOND: Final = re.compile("[^\\W\\d_a-zA-Z]")
_WORD: Final = re.compile("[a-z]+(?:['\u2019][a-z]+)?")
_ENGLISH: Final = frozenset({
    "the", "and", "you", "your", "is", "are", "it", "my", "this", "that", "these", "have", "has", "had", "what", "when",
    "where", "why", "with", "please", "thanks", "thank", "can", "could", "would", "not", "still", "how", "was", "were",
    "been", "for", "from", "but", "get", "there", "any", "about", "here", "they", "our", "yes", "hello", "i'm", "i've",
    "it's", "don't", "can't", "isn't", "haven't", "hasn't", "didn't", "doesn't", "won't", "that's", "you're", "i'll",
})  # fmt: skip


def tongue(text: str) -> str | None:
    """`zh` where there are Chinese letters and neither kana nor hangul, `en` where it plainly is English; else None."""
    text = text[:LETTERS]
    if _HAN.search(text):
        return None if _KANA_OR_HANGUL.search(text) else "zh"
    if _LETTER_BEYOND.search(text):
        return None
    words = {found.group().replace("\u2019", "'") for found in _WORD.finditer(text.lower())}
    return "en" if len(words & _ENGLISH) >= ENOUGH else None
