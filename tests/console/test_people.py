"""Accounts: what can be one, masking, and the command that keeps them."""

from __future__ import annotations

import sqlite3
import stat
import time
from pathlib import Path

import pytest

from console.accounts.limits import Tries
from console.accounts.masking import masked
from console.accounts.people import FILE, AccountError, Person, role_of
from tests.console.world import PASSWORD, World


def test_a_role_that_is_none_is_named_with_those_that_are() -> None:
    with pytest.raises(AccountError, match="'boss' is no role; the roles are associate, agent"):
        role_of("boss")


@pytest.mark.parametrize(
    ("person", "password", "why"),
    [
        pytest.param(Person("Anna!", "agent"), PASSWORD, "no name", id="name"),
        pytest.param(Person("anna", "agent", ("kitchen",)), PASSWORD, "no team", id="team"),
        pytest.param(Person("anna", "agent"), "short", "10 to 200", id="password"),
        pytest.param(Person("tom", "agent"), PASSWORD, "there already", id="taken"),
    ],
)
def test_accounts_that_cannot_be(world: World, person: Person, password: str, why: str) -> None:
    world.join("tom", "agent")
    with pytest.raises(AccountError, match=why):
        world.people.add(person, password)


def test_the_file_lets_nobody_in(world: World, tmp_path: Path) -> None:
    person = world.join("tom", "agent", ("store",), ("north",))
    token = world.people.open(person)
    kept = "\n".join(str(row) for table in ("people", "sessions") for row in
                     sqlite3.connect(tmp_path / FILE).execute(f"SELECT * FROM {table}"))  # fmt: skip
    assert (PASSWORD in kept, token in kept, "$argon2id$" in kept) == (False, False, True)
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    assert world.people.of(token) == person
    assert world.people.admit("tom", PASSWORD) == person
    assert (world.people.admit("tom", "wrong"), world.people.admit("nobody", PASSWORD)) == (None, None)


@pytest.mark.parametrize(
    ("words", "seen"),
    [
        ("mail anna.miller@example.co.uk now", "mail a•••@••• now"), ("call +49 170 1234567!", "call •••67!"),
        ("13800138000", "•••00"), ("order 123456 of 2026", "order 123456 of 2026"), ("2 minutes", "2 minutes"),
        ("sim-wang", "sim-wang"), ("电话13800138000", "电话•••00"), ("(021) 5566-7788", "(•••88"),
        ("电话:13800138000", "电话:•••00"), ("tel:+49 170 1234567", "tel:•••67"),
        ("微信：１３８００１３８０００", "微信：•••００"), ("138–0013–8000", "•••00"),
        ("+86\u00a0138\u00a00013\u00a08000", "•••00"), ("138_0013_8000", "•••00"),
        ("anna＠example．com", "a•••@•••"), ("mailto:anna@example.com", "mailto:a•••@•••"),
        ("'31/11/2026 09:00' is no such time", "'31/11/2026 09:00' is no such time"), ("27.11.2026", "27.11.2026"),
        ("on 2026-11-27 13800138000", "on 2026-11-27 •••00"), ("2026/11/27 10-20-30-40", "2026/11/27 •••40"),
        ("12-11-2026-88", "•••88"), ("20261127", "•••27"),
        ("loyalty_card:47110001", "loyalty_card:47110001"), ("email:k1:0123456789abcdef", "email:k1:0123456789abcdef"),
    ],
)  # fmt: skip
def test_contact_data_out_of_sight(words: str, seen: str) -> None:
    assert masked(words) == seen


@pytest.mark.parametrize("piece", ["a", "a.", "a@", "1", "1 ", "@a.", "+1-"])
def test_a_long_text_takes_no_longer_than_it_is(piece: str) -> None:
    """A customer may send 256 KB of it; were each letter to be a beginning, that took minutes."""
    began = time.process_time()
    masked(piece * (256_000 // len(piece)))
    assert time.process_time() - began < 5.0


def test_tries_are_counted_in_a_window() -> None:
    now = [0.0]
    tries = Tries(2, 10.0, lambda: now[0])
    waits = []
    for _ in range(3):
        waits.append(tries.wait_s("a"))
        tries.note("a")
    assert waits == [0.0, 0.0, 10.0]
    assert tries.wait_s("b") == 0.0
    now[0] = 10.0
    assert tries.wait_s("a") == 0.0
