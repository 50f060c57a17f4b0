"""Which ClickHouse the settings mean, for its owner and for everybody else."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from rapport.settings import Settings

if TYPE_CHECKING:
    from sinks.clickhouse.client import Frames, Store


def owned(settings: Settings) -> Store:
    """For the `store` process: the server of the settings, else the folder. FolderTaken if another owns it."""
    if settings.clickhouse:
        return _server(settings)
    # The module loads the whole of ClickHouse into the process: only here, and only if it is the owner.
    embedded = importlib.import_module("sinks.clickhouse.embedded")
    store: Store = embedded.EmbeddedStore(settings.data / "clickhouse")
    return store


def reader(settings: Settings) -> Frames:
    """For console, command line and replay: the server, else the running `store` process. Connects when asked."""
    if settings.clickhouse:
        return _server(settings)
    from sinks.clickhouse.remote import RemoteStore

    return RemoteStore(settings.store_port, settings.store_token)


def _server(settings: Settings) -> Store:
    """Loaded where a server is named: its client takes as long as all the rest of a command."""
    from sinks.clickhouse.server import ServerStore

    return ServerStore(settings.clickhouse, settings.clickhouse_password)
