"""Links between keys: pure rules of one raw partition (promise 8; docs/decisions/0010-identity.md).

A key points to at most one stronger key; first come, first kept. Whatever arrives in whatever order, a customer's id
points nowhere and takes one loyalty card, so that two values of a unique kind never share a customer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from schemas.hints import FACE, Hint
from schemas.keys import AS_IT_IS, NAMED, NOBODY, is_sentinel, kind_of
from schemas.records import IDENTIFIERS
from streams.identity.entry import MOST, PASSED_OVER, STRONG, WHOLE, WINDOW_MS, Entry, Standing, write

HOPS: Final = 3
"""A chain of links is followed no further."""

CONFIDENCE: Final[dict[str, float]] = {
    NAMED: 0.99, "account": 0.95, "email": 0.95, "phone": 0.9, "social": 0.9, "device": 0.8, "cookie": 0.8, FACE: 0.9,
}  # fmt: skip
"""How sure a link is that nobody has stated: two identifiers stood in one touchpoint."""

_RANK: Final = {kind: rank for rank, kind in enumerate(IDENTIFIERS)}


class Told(NamedTuple):
    """Something to pass on. `whom`: the key whose home it goes to. `kind`: an op between homes, or what the archive
    and the engine are told (`linked`, `unlinked`, `conflicted`)."""

    kind: str
    whom: str
    from_: str
    to: str
    confidence: float = 1.0
    reason: str = ""
    via: tuple[str, ...] = ()
    people: bool = False
    grant: int = 0


def stronger(one: str, other: str) -> bool:
    """Whether `one` is of a stronger kind than `other`."""
    return _RANK.get(kind_of(one), 99) < _RANK.get(kind_of(other), 99)


def linkable(key: str) -> bool:
    """Whether the key is somebody's."""
    return bool(key) and kind_of(key) not in (NOBODY, "company") and not is_sentinel(key.rpartition(":")[2])


@dataclass(slots=True)
class Links:
    """Entries of the keys whose home is one raw partition. `moments` are those of the touchpoints, in ms."""

    standing: Standing
    entries: dict[bytes, Entry]
    changed: dict[bytes, None]

    @classmethod
    def new(cls) -> Links:
        return cls(Standing(), {}, {})

    def target(self, key: bytes) -> str:
        """Where the key points; empty: nowhere."""
        entry = self.entries.get(key)
        return "" if entry is None else entry.to

    def news(self, key: bytes, hint: Hint) -> bool:
        """Whether `seen` could have something to say; where all is known it has not."""
        if hint.camera is not None:
            return True
        entry = self.entries.get(key)
        return bool(hint.also) and (entry is None or not all(weak in entry.donors for weak in hint.also))

    def seen(self, key: str, hint: Hint, at: int) -> list[Told]:
        """A touchpoint of `key`, which is the strongest of it, and its weaker keys."""
        told: list[Told] = []
        entry = self.entries.get(key.encode())
        for place, weak in enumerate(hint.also):
            if entry is None or weak not in entry.donors:
                via = hint.also[:place]
                told += self._take(key, weak, CONFIDENCE.get(kind_of(weak), 0.8), via, False, at)
                entry = self.entries.get(key.encode())
        if hint.camera and hint.face:
            told += self._take(key, hint.face, CONFIDENCE[FACE], (), True, at)
        elif hint.camera is False and entry is not None:
            faces = [donor for donor in entry.donors if kind_of(donor) == FACE]
            told += [Told("unlink", face, face, key, people=True) for face in faces]
        return told

    def hear(self, hint: Hint, at: int) -> list[Told]:
        """The word of a person, or of the home of another key."""
        match hint.op:
            case "said":
                return self._said(hint)
            case "claim":
                return self._take(hint.to, hint.from_, hint.confidence, (), hint.people, at)
            case "link":
                return self._follow(hint, at)
            case "unlink":
                return self._unlink(hint.from_)
            case "erase":
                return self._forget(hint.from_)
            case "refused" | "release":
                self._let_go(hint, at)
        return []

    def changes(self, position: int) -> list[tuple[bytes, bytes]]:
        """What changed since the last call, then the mark that it is whole; nothing if nothing did."""
        self.standing.position = position
        if not self.changed:
            return []
        written = [(key, write(position, self.entries[key])) for key in self.changed if key != WHOLE]
        self.changed.clear()
        return [*written, (WHOLE, write(position, self.standing))]

    def taken(self, partition: int, offset: int, n: int) -> bool:
        """Whether this was sent here before; remembers it otherwise."""
        if (offset, n) <= self.standing.sources.get(partition, (-1, -1)):
            return True
        self.standing.sources[partition] = (offset, n)
        self.changed[WHOLE] = None
        return False

    def _said(self, hint: Hint) -> list[Told]:
        if not linkable(hint.from_) or not linkable(hint.to) or not stronger(hint.to, hint.from_):
            return [_conflict(hint.from_, hint.to, "not_stronger")]
        return [Told("claim", hint.to, hint.from_, hint.to, hint.confidence, people=True)]

    def _take(self, key: str, weak: str, sure: float, via: tuple[str, ...], people: bool, at: int) -> list[Told]:
        """At the home of the stronger key: may it take the weaker one?"""
        if not linkable(weak) or not stronger(key, weak):
            return []
        entry = self._entry(key)
        if people:
            entry.refused.pop(weak, None)
        elif at < entry.refused.get(weak, -WINDOW_MS) + WINDOW_MS:
            return []
        card = kind_of(weak) == NAMED
        reason = ""
        if card and entry.card not in ("", weak):
            reason = "two_cards"
        elif weak not in entry.donors and len(entry.donors) >= MOST:
            reason = "too_many"
        if reason:
            _remember(entry.refused, weak, at)
            return [_conflict(weak, key, reason, whom=key)]
        entry.grants += 1
        entry.donors[weak] = entry.grants
        if card:
            entry.card = weak
        return [Told("link", weak, weak, key, sure, via=via, people=people, grant=entry.grants)]

    def _follow(self, hint: Hint, at: int) -> list[Told]:
        """At the home of the weaker key: does it follow?"""
        weak, to = hint.from_, hint.to
        entry = self._entry(weak)
        if hint.people:
            entry.barred = tuple(each for each in entry.barred if each != to)
        no = Told("refused", to, weak, to, grant=hint.grant)
        if entry.to == to:
            entry.grant = hint.grant
            return []
        # Or there by way of a key that was in the same touchpoint.
        if entry.to in hint.via or to in entry.barred or (entry.shared and not hint.people):
            return [no]
        entry.met = {key: met for key, met in entry.met.items() if met > at - WINDOW_MS} | {to: at}
        if len(entry.met) >= STRONG and not hint.people:
            return [_conflict(weak, to, "shared"), no, *_leave(weak, entry, shared=True)]
        if entry.to and not _upward(entry.to, to):
            return [_conflict(weak, to, "already_linked"), no]
        left = _leave(weak, entry) if entry.to else []
        entry.to, entry.confidence, entry.grant, entry.shared = to, hint.confidence, hint.grant, False
        return [*left, Told("linked", weak, weak, to, hint.confidence, grant=hint.grant)]

    def _unlink(self, weak: str) -> list[Told]:
        entry = self.entries.get(weak.encode())
        if entry is None or not entry.to:
            return []
        entry.barred = (*entry.barred, entry.to)[-PASSED_OVER:]
        entry.met.pop(entry.to, None)
        self.changed[weak.encode()] = None
        return _leave(weak, entry)

    def _forget(self, key: str) -> list[Told]:
        """Nothing is known of the key any more; who it pointed to lets go of it. Nobody else is told."""
        entry = self.entries.get(key.encode())
        if entry is None:
            return []
        to, grant = entry.to, entry.grant
        self.entries[key.encode()] = Entry()
        self.changed[key.encode()] = None
        return [Told("release", to, key, to, grant=grant)] if to else []

    def _let_go(self, hint: Hint, at: int) -> None:
        entry = self.entries.get(hint.to.encode())
        if entry is None or entry.donors.get(hint.from_) != hint.grant:
            return
        self.changed[hint.to.encode()] = None
        del entry.donors[hint.from_]
        if entry.card == hint.from_:
            entry.card = ""
        _remember(entry.refused, hint.from_, at)

    def _entry(self, key: str) -> Entry:
        packed = key.encode()
        self.changed[packed] = None
        entry = self.entries.get(packed)
        if entry is None:
            entry = self.entries[packed] = Entry()
        return entry


def _upward(now: str, to: str) -> bool:
    """A link to somebody known by an address may move on to a customer's id; one to a unique key never moves."""
    return kind_of(now) not in (AS_IT_IS, NAMED) and kind_of(to) in (AS_IT_IS, NAMED)


def _leave(weak: str, entry: Entry, *, shared: bool = False) -> list[Told]:
    """The key points nowhere any more; who it pointed to lets go of it."""
    left, grant = entry.to, entry.grant
    entry.to, entry.confidence, entry.grant, entry.shared = "", 0.0, 0, shared
    return (
        [Told("unlinked", weak, weak, left, grant=grant), Told("release", left, weak, left, grant=grant)]
        if left
        else []
    )


def _conflict(from_: str, to: str, reason: str, whom: str = "") -> Told:
    return Told("conflicted", whom or from_, from_, to, 0.0, reason)


def _remember(refused: dict[str, int], weak: str, at: int) -> None:
    refused.pop(weak, None)
    refused[weak] = at
    while len(refused) > PASSED_OVER:
        del refused[next(iter(refused))]
