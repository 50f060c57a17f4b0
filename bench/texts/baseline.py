"""What everybody would try first: a bag of words (of characters in Chinese) and a logistic regression."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

PASSES: Final = 500


def learnt(texts: Sequence[str], labels: Sequence[str], language: str) -> Any:
    """A pipeline fitted to labelled texts of one language."""
    from sklearn.pipeline import make_pipeline

    bag = CountVectorizer(min_df=2) if language == "en" else CountVectorizer(analyzer="char", min_df=2)
    model = make_pipeline(bag, LogisticRegression(max_iter=PASSES))
    return model.fit(list(texts), list(labels))
