"""The process that keeps everything and lets others read it."""

from sinks.store.process import run

__all__ = ["run"]
