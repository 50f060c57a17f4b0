"""Packages of npm for tests that are about them, unmodified, fetched once into the cache."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Final

from deploy.local import jars

TIMES: Final = 3
"""A registry that does not answer is asked again: npm gives up some failures at once, and waits long for others."""
EACH_S: Final = 180


def modules(folder: str, *packages: str) -> Path:
    """The `node_modules` that holds the packages (`name@version`), in a folder of this name."""
    into = jars.cache() / folder
    found = into / "node_modules"
    if all((found / name.rpartition("@")[0]).is_dir() for name in packages):
        return found
    npm = shutil.which("npm")
    assert npm, "no npm on this machine (Debian: apt-get install npm)"
    into.mkdir(parents=True, exist_ok=True)
    words = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(into), *packages]
    told = []
    for _ in range(TIMES):
        try:
            subprocess.run(words, check=True, capture_output=True, text=True, timeout=EACH_S, stdin=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            told.append(f"no end in {EACH_S} s")
        except subprocess.CalledProcessError as error:
            told.append(error.stderr)
        else:
            return found
    raise AssertionError(f"npm could not install {', '.join(packages)}:\n" + "\n".join(told))
