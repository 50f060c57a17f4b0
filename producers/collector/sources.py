"""The registry of sources. A new one is a module in `adapters/` and a line here (docs/collector.md)."""

from __future__ import annotations

from typing import Final

from producers.collector.adapter import Source
from producers.collector.adapters import own

SOURCES: Final[tuple[Source, ...]] = (own.SOURCE,)
"""Every source that the collector knows. One that the sources file has no section for is not served."""
