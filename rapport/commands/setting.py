"""Settings as commands need them."""

from __future__ import annotations

import logging

from rapport import logs, running, stacks
from rapport.failure import Failure
from rapport.settings import Settings, SettingsError, read, with_secrets


def settings(process: str = "", *, secrets: bool = True) -> Settings:
    """Read, with secrets (unless the command leaves no trace); log lines are set up. SettingsError becomes wrong usage.

    A `process` that runs for long logs what its libraries warn of; a command that a
    person waits for says in its own words what matters.
    """
    try:
        found = with_secrets(read()) if secrets else read()
    except SettingsError as error:
        raise Failure(str(error), status=2) from error
    except OSError as error:
        raise Failure(f"the data folder cannot be written: {error}; set RAPPORT_DATA to one that can") from error
    libraries = logging.WARNING if process else logging.CRITICAL
    logs.set_up(found.log_format, process or "command", libraries=libraries, seldom=not process)
    if process:
        stacks.show_threads()
    return found


def with_kafka(process: str = "") -> Settings:
    """The settings of a cluster: RAPPORT_KAFKA, else the broker of the `rapport up` on this data folder."""
    return running.located(settings(process))
