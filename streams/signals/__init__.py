"""The detectors. To add one: a file here, its line below, its rule in `knowledge/signals.yaml`, a story."""

from __future__ import annotations

from typing import Any

from streams.signals.arrival import Arrival
from streams.signals.detector import Detector
from streams.signals.running_out import RunningOut
from streams.signals.unanswered import Unanswered

DETECTORS: tuple[Detector[Any], ...] = (Arrival(), RunningOut(), Unanswered())
