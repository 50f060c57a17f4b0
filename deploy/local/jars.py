"""Jars that Maven copies once into a cache folder: those of the local broker, and what else goes with its version."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

KAFKA = "4.1.0"
"""Of broker and clients; it names folders in the cache. Poms have it as `${kafka}`."""

_POM = Path(__file__).with_name("pom.xml")
_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"


class NoBroker(Exception):
    """A broker cannot be had on this machine; the message says why and what to do."""


class NoJars(Exception):
    """Maven is not there or has failed; the message says why and what to do."""


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
        return _no_maven(f"Kafka {KAFKA}")
    return None


def resolve(say: Callable[[str], None]) -> Path:
    """The folder with all jars of the broker, as `fetched` has it. NoBroker when Java or Maven lack or Maven fails."""
    lack = available()
    if lack is not None:
        raise NoBroker(lack)
    try:
        return fetched(_POM, folder(), f"Kafka {KAFKA}", "54 MB", say)
    except NoJars as error:
        raise NoBroker(str(error)) from error


def fetched(pom: Path, target: Path, what: str, size: str, say: Callable[[str], None]) -> Path:
    """The `target` folder with all jars that a pom names; the first time on a machine Maven downloads them.

    Safe for several processes at once: the folder appears whole or not at all. NoJars when Maven lacks or fails.
    """
    if target.exists():
        return target
    if shutil.which("mvn") is None:
        raise NoJars(_no_maven(what))
    target.parent.mkdir(parents=True, exist_ok=True)
    with (target.parent / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.exists():
            say(f"fetching {what} by Maven into {target} ({size}, once)")
            _copy(pom, target, what)
    return target


def _no_maven(what: str) -> str:
    return f"no Maven to fetch {what} with (Debian: apt-get install maven)"


def _copy(pom: Path, target: Path, what: str) -> None:
    parts = target.with_name(f"{target.name}.part")
    shutil.rmtree(parts, ignore_errors=True)
    where = [f"-Dkafka={KAFKA}", "-DincludeScope=runtime", f"-DoutputDirectory={parts}"]
    maven = ["mvn", "-B", "-q", "-f", str(pom), _PLUGIN, *where]
    done = subprocess.run(maven, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode != 0 or not any(parts.glob("*.jar")):
        last = "\n".join((done.stdout + done.stderr).strip().splitlines()[-5:])
        raise NoJars(f"Maven could not fetch {what}; run it again when the network answers:\n{last}")
    parts.rename(target)
