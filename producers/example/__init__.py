"""The feed of `make run`: real purchases of Online Retail, and beside them a labelled simulated feed."""

from __future__ import annotations

from producers.example.play import Example, example_file, run

__all__ = ["Example", "example_file", "run"]
