"""Counts who crosses a line: what moves is told from the floor, outlined, followed, and counted as it crosses.

No picture is kept: a frame is looked at and forgotten, and what is left of a person is a point.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

import cv2
import numpy as np
from cv2.typing import MatLike

from examples.camera.film import Frame

SETTLES: Final = 12
"""Frames until the floor is known; nobody is counted before."""
SMALLEST: Final = 250
"""Pixels of a person; less is grain."""
FARTHEST: Final = 45.0
"""Pixels that a person moves between two frames at most."""
LOST: Final = 4
"""Frames after which somebody who is not seen any more has left the picture."""


class Crossing(NamedTuple):
    """Somebody crossed the line; `sure`: of the frames since they appeared, the share in which they were seen."""

    second: float
    comes_in: bool
    sure: float


@dataclass
class Person:
    """Where somebody was last, and whether they were below the line when they were first seen."""

    x: float
    y: float
    below: bool
    seen: int = 1
    missed: int = 0
    unseen: int = 0


def crossings(film: Iterable[tuple[float, Frame]], line: int) -> Iterator[Crossing]:
    """Each crossing of the row `line`, at its second."""
    floor = cv2.createBackgroundSubtractorMOG2(history=400, varThreshold=40, detectShadows=False)
    people: list[Person] = []
    for number, (second, frame) in enumerate(film):
        moving = floor.apply(cv2.GaussianBlur(frame, (5, 5), 0), learningRate=0.3 if number < SETTLES else 0.002)
        if number < SETTLES:
            continue
        for person in _follow(people, _points(moving), line):
            if (person.y > line) != person.below:
                person.below = not person.below
                yield Crossing(second, not person.below, round(person.seen / (person.seen + person.missed), 3))


def _points(moving: MatLike) -> list[tuple[float, float]]:
    """The middle of everything that moves and is large enough."""
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    whole = cv2.morphologyEx(cv2.morphologyEx(moving, cv2.MORPH_OPEN, brush), cv2.MORPH_CLOSE, brush)
    outlines, _ = cv2.findContours(whole, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    found = []
    for outline in outlines:
        if cv2.contourArea(outline) >= SMALLEST:
            x, y = np.mean(outline.reshape(-1, 2), axis=0)
            found.append((float(x), float(y)))
    return found


def _follow(people: list[Person], points: list[tuple[float, float]], line: int) -> list[Person]:
    """Give each point to the nearest person; the people who were seen. New ones are added, lost ones taken out."""
    pairs = sorted(
        (distance, at, each)
        for at, person in enumerate(people)
        for each, (x, y) in enumerate(points)
        if (distance := float(np.hypot(person.x - x, person.y - y))) <= FARTHEST
    )
    taken: dict[int, int] = {}
    for _, at, each in pairs:
        if at not in taken and each not in taken.values():
            taken[at] = each
    for at, person in enumerate(people):
        if at in taken:
            person.x, person.y = points[taken[at]]
            person.seen += 1
            person.unseen = 0
        else:
            person.missed += 1
            person.unseen += 1
    seen = [people[at] for at in taken]
    people[:] = [person for person in people if person.unseen <= LOST]
    people.extend(Person(x, y, y > line) for each, (x, y) in enumerate(points) if each not in taken.values())
    return seen
