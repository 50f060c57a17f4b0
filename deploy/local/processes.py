"""Processes that this machine runs for Rapport: started apart, tied to their parent, ended by id."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path


def start(
    command: Sequence[str], log: Path | None = None, env: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own, its output appended to `log` (None: ours).

    A Ctrl-C on the terminal does not reach it: whoever started it decides in which
    order things end. On Linux the kernel sends it SIGTERM when the thread that
    started it dies, even by kill -9; so start long-lived children from the main thread.
    """
    output = None if log is None else log.open("ab")
    try:
        return subprocess.Popen(
            [*_tie(), *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=None if env is None else {**os.environ, **env},
            start_new_session=True,
        )
    finally:
        if output is not None:
            output.close()


def _tie() -> list[str]:
    """The words before a command that tie its life to ours (`setpriv` of util-linux), where they exist."""
    tool = shutil.which("setpriv")
    return [] if tool is None else [tool, "--pdeathsig", "TERM", "--"]


def alive(pid: int) -> bool:
    """Whether a process with this id runs (a zombie does not)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0] != b"Z"
    except (FileNotFoundError, ProcessLookupError, IndexError):
        return not Path("/proc/self").exists()


def command_of(pid: int) -> str:
    """The command line of a process, empty if it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        if Path("/proc/self").exists():
            return ""
    found = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return found.stdout.strip()


def end(pid: int, within_s: float) -> None:
    """SIGTERM, then SIGKILL after `within_s` seconds; returns when the process is gone."""
    for number, patience in ((signal.SIGTERM, within_s), (signal.SIGKILL, 5.0)):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        limit = time.monotonic() + patience
        while alive(pid):
            if time.monotonic() > limit:
                break
            time.sleep(0.02)
        else:
            return
