"""`python -m examples.notebooks`: the notebooks anew, each with what it gives of the invented history."""

import os
import tempfile
from pathlib import Path

from deploy.local.broker import free_port
from examples.notebooks.running import NOTEBOOKS, executed, read, write
from examples.notebooks.shop import fill
from rapport.history.history import FOLDER
from sinks.clickhouse.embedded import EmbeddedStore
from sinks.clickhouse.migrate import migrate


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = EmbeddedStore(Path(folder) / FOLDER)
        migrate(store)
        fill(store)
        store.close()
        os.environ |= {"RAPPORT_DATA": folder, "RAPPORT_STORE_PORT": str(free_port())}
        for name in NOTEBOOKS:
            write(name, executed(read(name), name, {}))


if __name__ == "__main__":
    main()
