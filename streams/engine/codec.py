"""How a state stands in the changelog: a version, what every reader needs of it, and the packed state.

A program reads the version that it writes and the one before, so that workers of two
neighbouring releases hand partitions to each other in both directions while they are
replaced. A new version therefore comes in two releases:

1. One release *reads* it besides: an entry in `CODECS`, whose `read` gives the packed
   state in the present form, whatever form it was written in. `WRITTEN` stays.
2. The next one *writes* it: `WRITTEN` is raised, what is older than the version before goes,
   and a sample is added to `tests/streams/engine/golden` (its README says how).

States that nobody touches are written anew as the log goes on (`Partition.changes`), so a
version is gone from the changelog before the release that no longer reads it; the metric
`rapport_states_outdated` says when.

A change of `Customer`, `Tally`, `World` or of a detector's state is such a change, too, even where
an older program could decode it: it would write it back without what it does not know.
"""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct
from typing import Final, NamedTuple

UNKNOWN: Final = -2
"""The version does not say when the customer is due: the state has to be asked."""
NEVER: Final = -1
"""Nothing waits for time to pass."""


class UnreadableState(Exception):
    """A changelog value that no codec of this program reads."""


class Codec(NamedTuple):
    """One version. `write` takes position, due moment and packed state; `read` gives them back."""

    write: Callable[[int, int, bytes], bytes]
    read: Callable[[bytes], tuple[int, int, bytes]]


_DUE: Final = Struct(">xQq")
_second = _DUE.size
_due = _DUE.unpack_from


def _plain(version: int) -> Codec:
    """Position and due moment before the packed state."""
    head = bytes([version])

    def write(position: int, due: int, state: bytes) -> bytes:
        return head + position.to_bytes(8, "big") + due.to_bytes(8, "big", signed=True) + state

    def read(value: bytes) -> tuple[int, int, bytes]:
        position, due = _due(value)
        return position, due, value[_second:]

    return Codec(write, read)


CODECS: Final[dict[int, Codec]] = {3: _plain(3), 4: _plain(4)}
"""3: position, the moment at which a customer is due next (so that recovery need not unpack anybody), habits.
4: the world remembers the last company-wide `event_id`s."""
WRITTEN = 4
"""The version that this program writes."""


def write(position: int, due: int, state: bytes) -> bytes:
    """The changelog value of a packed state, written at `position`; `due` is NEVER or the customer's next moment."""
    return CODECS[WRITTEN].write(position, due, state)


def read(value: bytes, partition: int) -> tuple[int, int, bytes]:
    """Position, due moment (or NEVER, UNKNOWN) and packed state; UnreadableState if the version is unknown."""
    codec = CODECS.get(value[0]) if value else None
    if codec is None:
        raise UnreadableState(
            f"a state of partition {partition} has codec version {value[0] if value else 'none'}; this program reads"
            f" {' and '.join(map(str, CODECS))}. Nothing is lost: start the release that wrote it (a newer one after"
            " an upgrade), which goes on where the partition stands"
        )
    return codec.read(value)


def outdated(value: bytes) -> bool:
    """Whether the value is of a version before the one that this program writes."""
    return value[0] < WRITTEN
