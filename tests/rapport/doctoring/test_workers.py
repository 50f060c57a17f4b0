"""Workers that work, hang, recover, are gone or elsewhere; and the knowledge they go by."""

from __future__ import annotations

from typing import Any

import pytest

from rapport import metrics as shared_metrics
from rapport.doctoring import workers
from rapport.doctoring.asking import processes
from rapport.doctoring.scrape import Scrape, parse
from rapport.doctoring.workers import WorkerSeen
from sinks import metrics as sink_metrics
from streams.app import metrics as worker_metrics
from tests.rapport.doctoring.judging import every, one


def scrape(
    records: float = 0, lag: float = 0, recovering: float = 0, recovered: float = 0, **versions: float
) -> Scrape:
    named = [
        (workers.RECORDS, {"station": "detect", "outcome": "applied"}, records),
        (workers.LAG, {"topic": "t", "partition": "0"}, lag),
        (workers.PARTITIONS, {"station": "detect", "state": "recovering"}, recovering),
        (workers.RECOVERED, {}, recovered),
        *((workers.VERSION, {"partition": "0", "version": version}, value) for version, value in versions.items()),
    ]
    return Scrape(tuple(named))


def beating(at: float) -> Scrape:
    return Scrape((*scrape(10).samples, (workers.HEARTBEAT, {}, at)))


def worker(first: Scrape | None = None, second: Scrape | None = None, **facts: Any) -> WorkerSeen:
    return WorkerSeen("worker-1", "h:1", first, second, **facts)


@pytest.mark.parametrize(
    ("seen", "members", "told"),
    [
        pytest.param(worker(scrape(10), scrape(30)), 1, [("ok", "20 records between"), ("ok", "ready")], id="well"),
        pytest.param(
            worker(beating(86), beating(90), at=100.0),
            1,
            [("ok", "answers"), ("ok", "ready")],
            id="ten seconds is the edge",
        ),
        pytest.param(
            worker(beating(86), beating(86), at=100.0),
            1,
            [("action", "not turned for 14 s"), ("ok", "ready")],
            id="its loop hangs",
        ),
        pytest.param(worker(scrape(10), scrape(10)), 1, [("ok", "0 records"), ("ok", "ready")], id="idle"),
        pytest.param(
            worker(scrape(10, 5), scrape(10, 9)), 1, [("action", "did none"), ("ok", "ready")], id="it does nothing"
        ),
        pytest.param(worker(None, scrape(10, 5)), 1, [("ok", "answers"), ("ok", "ready")], id="it has just started"),
        pytest.param(
            worker(scrape(0, 5, 2, 10), scrape(0, 5, 2, 90)),
            1,
            [("ok", "answers"), ("warning", "2 partitions")],
            id="it recovers",
        ),
        pytest.param(
            worker(scrape(0, 5, 2, 10), scrape(0, 5, 2, 10)),
            1,
            [("ok", "answers"), ("action", "got none between")],
            id="recovery is stuck",
        ),
        pytest.param(
            worker(Scrape(()), Scrape(())),
            1,
            [("ok", "answers"), ("warning", "not checked: it has no metric")],
            id="an older version",
        ),
        pytest.param(
            worker(error="timeout", silent=True, process="process 7 is stopped"),
            0,
            [("action", "it hangs; process 7 is stopped")],
            id="it hangs",
        ),
        pytest.param(
            worker(error="refused", last_words="the worker stops: x"),
            1,
            [("action", "nothing answers at h:1 (refused); its log ends: the worker stops: x")],
            id="it is gone",
        ),
        pytest.param(
            worker(error="refused", supervised=True, started_s=10.0, process="process 7 is there"),
            1,
            [("warning", "yet; `rapport up` started it 10 s ago; process 7 is there")],
            id="it was started a moment ago",
        ),
        pytest.param(
            worker(error="refused", supervised=True, started_s=61.0),
            1,
            [("action", "nothing answers at h:1 (refused)")],
            id="it should be there by now",
        ),
        pytest.param(worker(error="refused", named=False), 0, [("action", "nothing answers")], id="there is none"),
        pytest.param(
            worker(error="refused", named=False), 2, [("warning", "2 members elsewhere")], id="it is elsewhere"
        ),
        pytest.param(worker(error="refused", named=False), None, [("warning", "not checked")], id="nobody knows"),
    ],
)
def test_workers(seen: WorkerSeen, members: int | None, told: list[tuple[str, str]]) -> None:
    every(workers.judge(seen, members), told)


def test_nobody_is_told_to_start_a_worker_beside_the_one_that_up_starts() -> None:
    for started in (10.0, 61.0, None):
        (finding,) = workers.judge(worker(error="refused", supervised=True, started_s=started), 1)
        assert "start no other" in finding.remedy
        assert "`rapport worker`" not in finding.remedy


@pytest.mark.parametrize(
    ("seen", "active", "severity", "told"),
    [
        pytest.param([worker(None, scrape(v1=1))] * 2, "v1", "ok", "obeyed by 2 workers", id="all obey"),
        pytest.param([worker(None, scrape(v1=1, v0=1))], "v1", "action", "goes by v0", id="one partition does not"),
        pytest.param([worker(None, scrape())], "v1", "warning", "not checked", id="no partitions"),
        pytest.param([worker(error="away")], "v1", "warning", "not checked: no worker answers", id="nobody answers"),
        pytest.param([worker(None, scrape(v1=1))], None, "action", "no knowledge is activated", id="none is activated"),
    ],
)
def test_knowledge(seen: list[WorkerSeen], active: str | None, severity: str, told: str) -> None:
    one(workers.knowledge(seen, active), severity, told)


def test_metrics_are_read_as_prometheus_writes_them() -> None:
    found = parse('# TYPE a counter\na_total{x="1"} 2.0\na_total{x="2"} 3.0\n')
    assert (found.total("a_total"), found.total("b"), found.has("b")) == (5.0, 0.0, False)


def test_the_metrics_that_checks_look_at_are_those_of_the_processes() -> None:
    gauges = {workers.LAG: worker_metrics.LAG, workers.PARTITIONS: worker_metrics.PARTITIONS,
              workers.VERSION: worker_metrics.KNOWLEDGE, workers.HEARTBEAT: shared_metrics.HEARTBEAT,
              processes.COMMITTED: sink_metrics.COMMITTED}  # fmt: skip
    counters = {workers.RECORDS: worker_metrics.RECORDS, workers.RECOVERED: worker_metrics.RECOVERED}
    assert list(gauges) == [next(iter(each.describe())).name for each in gauges.values()]
    assert list(counters) == [f"{next(iter(each.describe())).name}_total" for each in counters.values()]
