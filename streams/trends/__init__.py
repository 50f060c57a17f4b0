"""What concerns many: measures of scopes are judged here, never customers."""

from streams.trends.board import Board, Judged

__all__ = ["Board", "Judged"]
