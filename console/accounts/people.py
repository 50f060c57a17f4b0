"""Accounts, sessions and what was revealed to whom: one SQLite file in the data folder, for its owner only.

Passwords are kept as argon2id, session tokens as SHA-256: who reads the file can log in as nobody.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Lock
from typing import Any, Final

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from console.accounts.roles import RIGHTS, ROLES, Right, Role
from schemas.topics import TEAMS

FILE: Final = "console.sqlite3"
NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}", re.ASCII)
SHORTEST: Final = 10
"""Letters of a password (NIST 800-63B asks for 8)."""
LONGEST: Final = 200
"""More would only keep the hash busy."""
IDLE_S: Final = 12 * 3600
"""A session that nobody uses ends: a shift, and the way home."""
WHOLE_S: Final = 7 * 24 * 3600
REVEALED_S: Final = 600
"""How long contact data stays in clear for who gave a reason."""

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS people (name TEXT PRIMARY KEY, role TEXT NOT NULL, teams TEXT NOT NULL,
    places TEXT NOT NULL, hash TEXT NOT NULL, added_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS sessions (token TEXT PRIMARY KEY, name TEXT NOT NULL, began_at REAL NOT NULL,
    used_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS revealed (name TEXT NOT NULL, customer_id TEXT NOT NULL, reason TEXT NOT NULL,
    at REAL NOT NULL);
"""


class AccountError(Exception):
    """What cannot be made or changed, with the remedy."""


def role_of(name: str) -> Role:
    """The role of this name; AccountError if there is none."""
    for role in ROLES:
        if role == name:
            return role
    raise AccountError(f"{name!r} is no role; the roles are {', '.join(ROLES)}")


class Person(msgspec.Struct, frozen=True):
    """Somebody with an account. Without `teams`: all. `places`: stores and queues; without: wherever it is."""

    name: str
    role: Role
    teams: tuple[str, ...] = ()
    places: tuple[str, ...] = ()

    def may(self, right: Right) -> bool:
        return right in RIGHTS[self.role]


class People:
    """The file. Several processes may use it; in one, any number of threads."""

    def __init__(
        self, data: Path, clock: Callable[[], float] = time.time, hasher: PasswordHasher | None = None
    ) -> None:
        data.mkdir(parents=True, exist_ok=True)
        file = data / FILE
        file.touch(mode=0o600)
        self._clock = clock
        self._hasher = hasher or PasswordHasher()
        self._lock = Lock()
        self._base = sqlite3.connect(file, check_same_thread=False, isolation_level=None, timeout=10.0)
        self._base.execute("PRAGMA journal_mode=WAL")
        self._base.executescript(_TABLES)
        self._nobody = self._hasher.hash(secrets.token_hex(16))

    def close(self) -> None:
        self._base.close()

    def add(self, person: Person, password: str) -> None:
        """AccountError for a name, team or password that cannot be, or a name that is taken."""
        if not NAME.fullmatch(person.name):
            raise AccountError(f"{person.name!r} is no name: small letters, digits, dot, dash; at most 40")
        if unknown := sorted(set(person.teams) - set(TEAMS)):
            raise AccountError(f"{unknown[0]!r} is no team; the teams are {', '.join(TEAMS)}")
        if not SHORTEST <= len(password) <= LONGEST:
            raise AccountError(f"a password has {SHORTEST} to {LONGEST} characters, not {len(password)}")
        row = (person.name, person.role, " ".join(person.teams), "\n".join(person.places), self._hasher.hash(password))
        try:
            self._do("INSERT INTO people VALUES (?, ?, ?, ?, ?, ?)", *row, self._clock())
        except sqlite3.IntegrityError as error:
            raise AccountError(f"{person.name} is there already; `rapport user remove {person.name}` first") from error

    def remove(self, name: str) -> None:
        """The account and its sessions; AccountError if there is none. What was revealed stays on record."""
        if not self._do("DELETE FROM people WHERE name = ? RETURNING name", name):
            raise AccountError(f"nobody is called {name!r}; `rapport user list` shows all")
        self._do("DELETE FROM sessions WHERE name = ?", name)

    def all(self) -> list[Person]:
        return [_person(row) for row in self._do("SELECT name, role, teams, places FROM people ORDER BY name")]

    def admit(self, name: str, password: str) -> Person | None:
        """Who it is, if the password is theirs. Takes as long for a name that is not there."""
        rows = self._do("SELECT name, role, teams, places, hash FROM people WHERE name = ?", name)
        try:
            self._hasher.verify(rows[0][4] if rows else self._nobody, password[:LONGEST])
        except (VerificationError, InvalidHashError):
            return None
        return _person(rows[0]) if rows else None

    def open(self, person: Person) -> str:
        """A new session's token. Whoever lets somebody in, by password or otherwise, calls this."""
        token, now = secrets.token_urlsafe(32), self._clock()
        self._do("DELETE FROM sessions WHERE used_at < ? OR began_at < ?", now - IDLE_S, now - WHOLE_S)
        self._do("INSERT INTO sessions VALUES (?, ?, ?, ?)", _digest(token), person.name, now, now)
        return token

    def of(self, token: str) -> Person | None:
        """Whose session it is, as their account stands now; None where it has ended."""
        now, key = self._clock(), _digest(token)
        rows = self._do(
            "SELECT p.name, role, teams, places, used_at FROM sessions s JOIN people p ON p.name = s.name"
            " WHERE token = ? AND used_at >= ? AND began_at >= ?", key, now - IDLE_S, now - WHOLE_S,
        )  # fmt: skip
        if not rows:
            return None
        if now - rows[0][4] > 60:
            self._do("UPDATE sessions SET used_at = ? WHERE token = ?", now, key)
        return _person(rows[0])

    def end(self, token: str) -> None:
        self._do("DELETE FROM sessions WHERE token = ?", _digest(token))

    def reveal(self, person: Person, customer_id: str, reason: str) -> None:
        """Put on record who wanted to see whose contact data, and why."""
        self._do("INSERT INTO revealed VALUES (?, ?, ?, ?)", person.name, customer_id, reason, self._clock())

    def revealed(self, person: Person, customer_id: str) -> bool:
        """Whether they gave a reason a short while ago."""
        since = self._clock() - REVEALED_S
        where = "name = ? AND customer_id = ? AND at >= ?"
        return bool(self._do(f"SELECT 1 FROM revealed WHERE {where} LIMIT 1", person.name, customer_id, since))

    def reveals(self, most: int = 100) -> list[tuple[str, str, str, float]]:
        """Who saw whose, why and when; the last first."""
        return self._do("SELECT name, customer_id, reason, at FROM revealed ORDER BY at DESC LIMIT ?", most)

    def _do(self, sql: str, *values: Any) -> list[Any]:
        with self._lock:
            return self._base.execute(sql, values).fetchall()


def csrf_of(token: str) -> str:
    """What every form of this session carries. It cannot be told from outside, nor the session from it."""
    return hashlib.sha256(f"form {token}".encode()).hexdigest()[:32]


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _person(row: Iterable[Any]) -> Person:
    name, role, teams, places = list(row)[:4]
    return Person(name, role, tuple(teams.split()), tuple(filter(None, places.split("\n"))))
