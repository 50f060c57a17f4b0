from __future__ import annotations

from pathlib import Path

import pytest

from streams.knowledge.load import load
from streams.knowledge.model import Knowledge

FOLDER = Path(__file__).parents[2] / "knowledge"


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    """The knowledge that comes with the product."""
    return load(FOLDER)


@pytest.fixture(scope="session")
def documents() -> dict[str, str]:
    """Its files by name; copy before you change them."""
    return {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.yaml")}
