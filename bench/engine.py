"""What a touchpoint costs in the engine alone, one core, and where the time goes."""

from __future__ import annotations

import cProfile
import pstats
import statistics
from collections import Counter
from time import process_time

from bench.stream import records, touchpoints
from rapport.settings import PROJECT
from schemas.codec import decode_touchpoints, encode_touchpoint
from streams.customers.customer import pack, unpack
from streams.engine import Engine, Partition
from streams.knowledge.load import load

CHUNK = 1_000
KNOWLEDGE = PROJECT / "knowledge"


def run(count: int = 200_000, customers: int = 5_000, profile: bool = False) -> None:
    """Prints microseconds a touchpoint, by stage, and the size of states."""
    found = touchpoints(count, customers)
    values = [encode_touchpoint(t) for t in found]
    chunks = [values[n : n + CHUNK] for n in range(0, count, CHUNK)]
    began = process_time()
    for chunk in chunks:
        decode_touchpoints(chunk)
    decode = process_time() - began
    engine, states, log = Engine(load(KNOWLEDGE)), Partition(0), records(found)
    outputs: Counter[str] = Counter()
    profiler = cProfile.Profile()
    if profile:
        profiler.enable()
    began = process_time()
    for n in range(0, count, CHUNK):
        outcome = engine.process(log[n : n + CHUNK], states)
        outputs.update(type(o).__name__ for o in outcome.outputs)
    fold = process_time() - began
    profiler.disable()
    sizes = sorted(len(states.snapshot(c)) for c in states.customers())
    print(f"decode {decode / count * 1e6:6.2f} µs a touchpoint")
    print(f"fold   {fold / count * 1e6:6.2f} µs a touchpoint  ({count / fold:,.0f}/s)")
    print(f"outputs {dict(outputs)}")
    last = len(sizes) - 1
    print(f"states: {len(sizes):,}; bytes median {statistics.median(sizes):,.0f}, p99 {sizes[int(last * 0.99)]:,},"
          f" p99.9 {sizes[int(last * 0.999)]:,}, largest {sizes[-1]:,}")  # fmt: skip
    _codec(states)
    if profile:
        pstats.Stats(profiler).sort_stats("tottime").print_stats(30)


def _codec(states: Partition) -> None:
    packed = [states.snapshot(c) for c in states.customers()]
    began = process_time()
    live = [unpack(state) for state in packed]
    middle = process_time()
    for customer in live:
        pack(customer)
    end = process_time()
    each = 1e6 / len(packed)
    print(f"unpack {(middle - began) * each:.2f} µs, pack {(end - middle) * each:.2f} µs a state")
