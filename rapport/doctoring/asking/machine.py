"""Questions to this machine: room on disks, processes, the ends of logs, files of certificates."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from typing import Final

from deploy.local import processes
from rapport.certificates import named
from rapport.doctoring import certificates
from rapport.doctoring.certificates import CertificateSeen
from rapport.doctoring.disks import DiskSeen
from rapport.settings import Settings
from rapport.supervision import last_lines

_LOOKED: Final = 200
"""Lines of a log, from its end, among which why it stopped must stand."""
_STOPS: Final = ("the worker stops: ", "the store does not start: ", "the sink ended")
_LONGEST: Final = 300
_STATES: Final = {"T": "stopped (SIGSTOP: `kill -CONT` lets it go on)", "D": "waiting for a disk", "Z": "dead"}


def disk(folder: Path) -> DiskSeen:
    """Room where the folder is, or will be."""
    there = next(each for each in (folder.resolve(), *folder.resolve().parents) if each.exists())
    usage = shutil.disk_usage(there)
    return DiskSeen(str(folder), usage.free, usage.total, writable=os.access(there, os.W_OK))


def process(pid: int, mark: str) -> str:
    """What becomes of a process that should be there, in words."""
    if mark not in processes.command_of(pid) or not processes.alive(pid):
        return f"process {pid} is gone"
    try:
        state = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        state = ""
    return f"process {pid} is {_STATES.get(state, 'there')}"


def age(pid: int, mark: str) -> float | None:
    """For how many seconds a process has been there; None where it is not, or the machine does not tell."""
    if mark not in processes.command_of(pid) or not processes.alive(pid):
        return None
    try:
        ticks = int(Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[19])
        up = float(Path("/proc/uptime").read_text().split()[0])
    except (OSError, IndexError, ValueError):
        return None
    return max(0.0, up - ticks / os.sysconf("SC_CLK_TCK"))


def last_words(log: Path) -> str:
    """Why the process stopped last, from its log; empty where the log does not say."""
    for line in reversed(last_lines(log, _LOOKED)):
        if stop := next((each for each in _STOPS if each in line), None):
            return line[line.index(stop) :][:_LONGEST]
    return ""


def certificates_of(settings: Settings, answered: bool) -> list[CertificateSeen]:
    """Of every file of certificates that a setting names; and what brokers show that speak TLS.

    A broker without TLS is not asked for one as long as it answers and no setting names a certificate.
    """
    now = time.time()
    files = [certificates.of_file(file, pick, now) for file, pick in named(settings).values()]
    servers = settings.kafka.split(",") if settings.kafka and (files or not answered) else []
    shown = [certificates.of_server(*_address(server), now) for server in servers]
    return files + [seen for seen in shown if not seen.error]


def _address(server: str) -> tuple[str, int]:
    host, _, port = server.strip().rpartition(":")
    return host.strip("[]"), int(port) if port.isdigit() else 0
