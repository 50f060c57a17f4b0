"""The archive as frames, for analysts: `from rapport.history import History`. See docs/analysts.md."""

from rapport.history.effects import Effect, Rate, effect, rate
from rapport.history.history import History
from rapport.history.responses import Arms, arms, responses

__all__ = ["Arms", "Effect", "History", "Rate", "arms", "effect", "rate", "responses"]
