"""Logs: one stream on standard error, for people or as JSON, whoever wrote the line."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    import structlog

Form = Literal["console", "json"]

_LIBRARIES = ("aiokafka", "kafka", "faust", "mode", "asyncio", "aiohttp")
AGAIN_S: Final = 10.0
"""A library is heard with the same words once in this time: clients of a broker that is away say so ten times a second
each."""
_WORDS: Final = 1_000
"""Different ones remembered."""


def set_up(form: Form, process: str, *, libraries: int = logging.WARNING, seldom: bool = False) -> None:
    """Send every log line of this process to standard error; each says which `process` it comes from.

    Called once, at the composition root. What rooms write by `logging` and what
    libraries write come out alike; of libraries only what has the level `libraries` or more.
    A process that `seldom` logs loads what writes lines at the first one.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Late(form, process) if seldom else _formatter(form, process))
    handler.addFilter(_Seldom())
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    for name in _LIBRARIES:
        logging.getLogger(name).setLevel(libraries)


def _formatter(form: Form, process: str) -> logging.Formatter:
    """Also for what is written by structlog itself."""
    import structlog

    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _of(process),
    ]
    last = _for_machines() if form == "json" else _for_people()
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    return structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=last)


class _Late(logging.Formatter):
    """Becomes `_formatter` at the first line."""

    def __init__(self, form: Form, process: str) -> None:
        super().__init__()
        self._form: Form = form
        self._process = process
        self._loaded: logging.Formatter | None = None

    def format(self, record: logging.LogRecord) -> str:
        if self._loaded is None:
            self._loaded = _formatter(self._form, self._process)
        return self._loaded.format(record)


class _Seldom(logging.Filter):
    """Lets the same words of a library pass once in `AGAIN_S`, then with how often they were said meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[tuple[str, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.partition(".")[0] not in _LIBRARIES or record.exc_info:
            return True
        words = record.name, record.getMessage()
        before, held = self._said.get(words, (-AGAIN_S, 0))
        if record.created - before < AGAIN_S:
            self._said[words] = before, held + 1
            return False
        if len(self._said) >= _WORDS:
            self._said.clear()
        self._said[words] = record.created, 0
        if held:
            record.msg, record.args = f"{words[1]} (and {held} times more since)", ()
        return True


def _of(process: str) -> structlog.typing.Processor:
    def name(logger: object, method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        event["process"] = process
        return event

    return name


def _for_machines() -> list[structlog.typing.Processor]:
    import structlog

    return [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(),
    ]


def _for_people() -> list[structlog.typing.Processor]:
    import structlog

    return [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback),
    ]
