"""What happens to the processes of a line in the midst of its work, one after the other, drawn by a seed."""

from __future__ import annotations

import signal
import subprocess
import time
from collections import Counter
from random import Random
from typing import Final

from bench.line import Line
from rapport.settings import environment_of

DEEDS: Final = ("kill", "kill", "kill store", "pause", "leave", "join")
SESSION_S: Final = 3


class Processes:
    """Two workers and a store that are killed, held up beyond their session, sent away and joined by others."""

    def __init__(self, line: Line, seed: int) -> None:
        self._line = line
        self._chance = Random(seed)
        self._made = 0
        self.done: Counter[str] = Counter()
        self.workers = [self._worker(), self._worker()]
        self.store = self._start("store", "store")

    def strike(self) -> str:
        """One deed, by its name; afterwards there are two workers and a store again, or they are about to be."""
        deed = self._chance.choice(DEEDS)
        number = self._chance.randrange(len(self.workers))
        self.done[deed] += 1
        match deed:
            case "kill":
                self._killed(self.workers[number])
                self.workers[number] = self._worker()
            case "kill store":
                self._killed(self.store)
                self.store = self._start(f"store-{self._made}", "store")
            case "pause":
                self.workers[number].send_signal(signal.SIGSTOP)
                time.sleep(SESSION_S * 2)
                self.workers[number].send_signal(signal.SIGCONT)
            case "leave":
                self._line.end(self.workers[number])
                self.workers[number] = self._worker()
            case _:
                joined = self._worker()
                time.sleep(SESSION_S)
                self._line.end(self.workers[number])
                self.workers[number] = joined
        return deed

    def mend(self) -> None:
        """As a supervisor: what has ended by itself is started again, and counted."""
        for number, worker in enumerate(self.workers):
            if worker.poll() is not None:
                self.done["ended by itself"] += 1
                self.workers[number] = self._worker()
        if self.store.poll() is not None:
            self.done["ended by itself"] += 1
            self.store = self._start(f"store-{self._made}", "store")

    @staticmethod
    def _killed(process: subprocess.Popen[bytes]) -> None:
        process.kill()
        process.wait()

    def _worker(self) -> subprocess.Popen[bytes]:
        return self._start(f"worker-{self._made}", "worker")

    def _start(self, name: str, command: str) -> subprocess.Popen[bytes]:
        self._made += 1
        return self._line.start(name, ("rapport.cli", command), environment_of(self._line.settings))
