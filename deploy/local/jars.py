"""The jars of the local broker, resolved by Maven once into a cache folder."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

KAFKA = "4.1.0"
"""The version in pom.xml; it names the folder in the cache."""

_POM = Path(__file__).with_name("pom.xml")
_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"


class NoBroker(Exception):
    """A broker cannot be had on this machine; the message says why and what to do."""


def cache() -> Path:
    """`RAPPORT_CACHE`, else `~/.cache/rapport`."""
    return Path(os.environ.get("RAPPORT_CACHE") or Path.home() / ".cache" / "rapport")


def folder() -> Path:
    """Where the jars of this version lie, or will."""
    return cache() / f"kafka-{KAFKA}"


def available() -> str | None:
    """Why no broker can run here (a sentence with the remedy), or None if one can."""
    if shutil.which("java") is None:
        return "no Java on this machine (Debian: apt-get install default-jre-headless)"
    if not folder().exists() and shutil.which("mvn") is None:
        return f"no Maven to fetch Kafka {KAFKA} with (Debian: apt-get install maven)"
    return None


def resolve(say: Callable[[str], None]) -> Path:
    """The folder with all jars; the first time on a machine Maven downloads them (54 MB).

    Safe for several processes at once: the folder appears whole or not at all.
    Raises NoBroker when Java or Maven lack or Maven fails.
    """
    lack = available()
    if lack is not None:
        raise NoBroker(lack)
    target = folder()
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with (target.parent / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.exists():
            say(f"fetching Kafka {KAFKA} by Maven into {target} (54 MB, once)")
            _copy(target)
    return target


def _copy(target: Path) -> None:
    parts = target.with_name(f"{target.name}.part")
    shutil.rmtree(parts, ignore_errors=True)
    maven = ["mvn", "-B", "-q", "-f", str(_POM), _PLUGIN, "-DincludeScope=runtime", f"-DoutputDirectory={parts}"]
    done = subprocess.run(maven, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode != 0 or not any(parts.glob("kafka_*.jar")):
        last = "\n".join((done.stdout + done.stderr).strip().splitlines()[-5:])
        raise NoBroker(f"Maven could not fetch Kafka {KAFKA}; run it again when the network answers:\n{last}")
    parts.rename(target)
