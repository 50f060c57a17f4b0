"""Peers that bring their own libraries: in an environment apart, so that the product never depends on them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from deploy.local.jars import cache

PACKAGES: Final = ("quixstreams==3.28.1", "bytewax==0.21.1")
MODULES: Final = {"Quix Streams, count in its state": "quix_count", "Bytewax, count in its state": "bytewax_count"}


def interpreter(say: Callable[[str], None]) -> Path | None:
    """The Python of that environment, made at the first call; None, said, where it cannot be made."""
    folder = cache() / "peers"
    python, done = folder / "bin" / "python", folder / ".done"
    if done.exists() and done.read_text() == repr(PACKAGES):
        return python
    say(f"setting up {folder} with {', '.join(PACKAGES)}")
    for command in (
        [sys.executable, "-m", "venv", "--clear", str(folder)], [str(python), "-m", "pip", "install", "-q", *PACKAGES]
    ):  # fmt: skip
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        if made.returncode:
            say(f"without them, for {command[2]} failed: {made.stderr.strip()[-300:]}")
            return None
    done.write_text(repr(PACKAGES))
    return python
