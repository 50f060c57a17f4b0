"""Which ClickHouse the settings mean, for its owner and for everybody else."""

from __future__ import annotations

import importlib

from rapport.settings import Settings
from sinks.clickhouse.client import Frames, Store
from sinks.clickhouse.remote import RemoteStore
from sinks.clickhouse.server import ServerStore


def owned(settings: Settings) -> Store:
    """For the `store` process: the server of the settings, else the folder. FolderTaken if another owns it."""
    if settings.clickhouse:
        return ServerStore(settings.clickhouse, settings.clickhouse_password)
    # The module loads the whole of ClickHouse into the process: only here, and only if it is the owner.
    embedded = importlib.import_module("sinks.clickhouse.embedded")
    store: Store = embedded.EmbeddedStore(settings.data / "clickhouse")
    return store


def reader(settings: Settings) -> Frames:
    """For console, command line and replay: the server, else the running `store` process. Connects when asked."""
    if settings.clickhouse:
        return ServerStore(settings.clickhouse, settings.clickhouse_password)
    return RemoteStore(settings.store_port, settings.store_token)
