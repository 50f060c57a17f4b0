"""A film of a shop's door from above, drawn frame by frame, with the truth about it.

People are blobs of several sizes and shades that walk up (in) or down (out) through the door. The floor
has a texture, the light flickers, the picture is grainy. One turns round before the door, two walk side by side.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

WIDTH: Final = 320
HEIGHT: Final = 240
FRAMES_A_SECOND: Final = 12
DOOR: Final = HEIGHT // 2
"""The line across the picture; who crosses it upwards has come in."""

Frame = NDArray[np.uint8]


@dataclass(frozen=True)
class Walk:
    """A person's way: from second `begins`, in column `x`, from row `start` to row `end` at `speed` pixels a second."""

    begins: float
    x: int
    start: int
    end: int
    speed: float
    size: int
    shade: int

    def row(self, second: float) -> float | None:
        """Where they are; None where they are not in the picture."""
        gone = (second - self.begins) * self.speed
        if not 0 <= gone <= abs(self.end - self.start):
            return None
        return self.start + gone if self.end > self.start else self.start - gone

    @property
    def crossed_at(self) -> float | None:
        """The second in which they cross the line; None for who turns round."""
        if (self.start < DOOR) == (self.end < DOOR):
            return None
        return self.begins + abs(DOOR - self.start) / self.speed

    @property
    def comes_in(self) -> bool:
        return self.end < self.start


WALKS: Final = (
    Walk(2.0, 90, 260, -20, 70, 17, 60),
    Walk(4.5, 220, -20, 260, 80, 15, 190),
    Walk(7.0, 80, 260, -20, 60, 16, 40),
    Walk(7.1, 200, 260, -20, 62, 18, 200),  # side by side with the one before
    Walk(10.0, 150, 260, 160, 60, 16, 50),  # turns round: comes this far …
    Walk(11.7, 150, 160, 260, 60, 16, 50),  # … and goes again
    Walk(14.0, 110, 260, -20, 90, 13, 30),
    Walk(14.4, 250, -20, 260, 75, 17, 210),
    Walk(17.0, 60, 260, -20, 65, 18, 55),
    Walk(18.2, 180, 260, -20, 65, 15, 195),
)
LENGTH_S: Final = 23.0


def truth(walks: tuple[Walk, ...] = WALKS) -> tuple[int, int]:
    """How many really came in, and went out."""
    crossing = [walk for walk in walks if walk.crossed_at is not None]
    inside = sum(walk.comes_in for walk in crossing)
    return inside, len(crossing) - inside


def frames(walks: tuple[Walk, ...] = WALKS, length_s: float = LENGTH_S, seed: int = 7) -> Iterator[tuple[float, Frame]]:
    """The pictures, each with its second."""
    chance = np.random.default_rng(seed)
    floor = cv2.GaussianBlur(chance.integers(90, 150, (HEIGHT, WIDTH)).astype(np.float32), (0, 0), 3)
    for number in range(int(length_s * FRAMES_A_SECOND)):
        second = number / FRAMES_A_SECOND
        picture = floor + 4 * np.sin(second * 5)
        for walk in walks:
            row = walk.row(second)
            if row is not None:
                axes = (walk.size, round(walk.size * 0.7))
                cv2.ellipse(picture, (walk.x, round(row)), axes, 0, 0, 360, walk.shade, -1)
        picture = picture + chance.normal(0, 4, picture.shape)
        yield second, np.clip(picture, 0, 255).astype(np.uint8)
