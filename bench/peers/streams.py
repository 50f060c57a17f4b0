"""Kafka Streams: its jars by Maven, of the same version as the broker's, and our program for it, compiled."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Final

from deploy.local.jars import KAFKA, NoJars, cache, fetched

PASSES: Final = {"Kafka Streams, count in its store": 1, "Kafka Streams, warm": 4}
"""How often it counts everything; the last time is measured. A JVM compiles what it runs often, while it runs."""

_HERE: Final = Path(__file__).parent
_PROGRAM: Final = _HERE / "StreamsCount.java"


def command(folder: Path, say: Callable[[str], None]) -> list[str] | None:
    """Starts it, with the number of passes added; what it leaves lies in `folder`. None, said, where it cannot be had.

    Compiled by Eclipse's compiler, for there is Java wherever there is a broker, but not a JDK.
    """
    try:
        library = fetched(_HERE / "pom.xml", cache() / f"kafka-streams-{KAFKA}", f"Kafka Streams {KAFKA}", "96 MB", say)
    except NoJars as error:
        say(f"without Kafka Streams: {error}")
        return None
    folder.mkdir(parents=True, exist_ok=True)
    path = ":".join(str(each) for each in library.glob("*.jar"))
    compiler = ["java", "-cp", path, "org.eclipse.jdt.internal.compiler.batch.Main", "-17", "-cp", path]
    made = subprocess.run(
        [*compiler, "-d", str(folder), str(_PROGRAM)], capture_output=True, text=True, check=False,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    if made.returncode:
        say(f"without Kafka Streams: {_PROGRAM.name} is not compiled: {(made.stdout + made.stderr).strip()[-600:]}")
        return None
    own = [f"-Djava.io.tmpdir={folder}", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error"]
    return ["java", *own, "-cp", f"{folder}:{path}", _PROGRAM.stem]
