"""The engine on a file of touchpoints, judged against a truth. In this process; reaches nobody."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from rapport.failure import FAILED, Failure
from rapport.quality.judging import Declared, Figures, Reading, Said, judge
from rapport.quality.truth import Life, read
from schemas.catalogue import standard
from schemas.contract import read_line
from schemas.keys import IdentityKey, key_of, keyed_hash
from schemas.records import EVERYONE, Record, Shift, Source, Touchpoint
from streams.engine import Engine, Partition
from streams.knowledge.model import Knowledge
from streams.relationships.relationships import Relationships

CHUNK: Final = 1_000
MOMENTS: Final = 4


def evaluate(touchpoints: Path, truth: Path, knowledge: Knowledge, identity: IdentityKey) -> Figures:
    """Customers without a truth are not judged. Failure if the file has no touchpoint that can be read."""
    lives, log = read_lives(truth, identity), read_log(touchpoints, identity)
    if not log:
        raise Failure(f"{touchpoints}: no touchpoint in it", FAILED)
    seen: dict[str, list[int]] = {}
    for key, touchpoint in log:
        seen.setdefault(key, []).append(touchpoint.occurred_at)
    first, end = log[0][1].occurred_at, log[-1][1].occurred_at + 1
    moments = [first + (end - first) * n // MOMENTS for n in range(1, MOMENTS + 1)]
    return judge(listen(log, lives.keys() & seen.keys(), knowledge, moments), lives, seen, end)


def read_lives(truth: Path, identity: IdentityKey) -> dict[str, Life]:
    """What truly held, by the key of the customer."""
    with truth.open("rb") as file:
        return {
            value if kind == "customer_id" else f"{kind}:{identity.id}:{keyed_hash(kind, value, identity.secret)}": life
            for (kind, value), life in read(file, str(truth)).items()
        }


def read_log(touchpoints: Path, identity: IdentityKey) -> list[tuple[str, Touchpoint]]:
    """Touchpoints with the keys of their customers, in order of time."""
    with touchpoints.open("rb") as file:
        return list(_keyed(file, identity))


def listen(
    log: Sequence[tuple[str, Touchpoint]], customers: Collection[str], knowledge: Knowledge,
    moments: Sequence[int],
) -> Said:  # fmt: skip
    """What the engine says: its shifts, and at the moments the declared type with its probability."""
    engine, states, relationships, said = Engine(knowledge), Partition(0), Relationships(knowledge), Said()
    records = [Record(n, key, Source(0, n, 0), body) for n, (key, body) in enumerate(log)]
    order, place = sorted(customers), 0
    for moment in moments:
        while place < len(records):
            chunk = [each for each in records[place : place + CHUNK] if log[each.offset][1].occurred_at < moment]
            if not chunk:
                break
            place += len(chunk)
            for output in engine.process(chunk, states).outputs:
                if isinstance(output, Shift) and output.customer_id is not None:
                    said.declared.setdefault(output.customer_id, []).append(Declared(output.at, output.to))
        for key in order:
            live = states.live(key)
            if live is not None:
                declared = relationships.declared(live.customer)
                shares = relationships.posterior(live.customer, moment)
                said.readings.append(Reading(key, moment, declared, shares[knowledge.type_index[declared]]))
    return said


def _keyed(lines: Iterable[bytes], identity: IdentityKey) -> Iterator[tuple[str, Touchpoint]]:
    """In order of time; what the contract refuses is left out, as live."""
    wide = standard().company_wide()
    found = [each for each in map(read_line, lines) if isinstance(each, Touchpoint)]
    for each in sorted(found, key=lambda one: (one.occurred_at, one.event_id)):
        yield (EVERYONE if each.type in wide else key_of(each, identity)), each
