"""The broker goes away under `rapport deliver`, alone and with it: no alert is lost, and it goes on by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from deploy.local.broker import free_port
from producers.kafka_log import KafkaLog
from rapport.init import init
from tests.console.world import alert, signal
from tests.integration.line import Line
from tests.sinks.frontline.receivers import SECRET, Hooks, Mailbox, hooks, mailbox
from tests.sinks.frontline.test_kills import now, put

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

ALERTS = 20
UNDER_WAY = 5
SLOW_S = 0.02
"""So that what happens meets messages on their way."""
HELD_S = 5.0
"""While somebody is killed, however long that takes."""
FILE = """
mail: {{host: 127.0.0.1, port: {box.port}, tls: none, from: Rapport <rapport@shop.example>}}
receivers:
  desk: {{mail: desk@shop.example, a_day: 0}}
  tickets: {{webhook: "{hook.url}", secret: "{secret}"}}
teams:
  agent-desk: {{language: en, warning: [desk, tickets]}}
"""


class Post(NamedTuple):
    """Two processes of which one delivers, to a mailbox and a webhook."""

    line: Line
    log: KafkaLog
    hook: Hooks
    box: Mailbox

    def raise_alerts(self, names: set[str]) -> None:
        for name in sorted(names):
            put(self.log, signal(name, "unanswered"), alert(name, severity="error", at=now(), customer=f"c-{name}"))

    def killed_under_way(self, names: set[str], *victims: str) -> None:
        """Raises alerts and kills these when some of the messages have come, and one is not answered."""
        taken = len(self.hook.taken)
        self.raise_alerts(names)
        self.log.flush()
        self.line.wait("some are told", lambda: len(self.hook.taken) >= taken + UNDER_WAY)
        self.hook.slow_s = HELD_S
        for victim in victims:
            self.line.kill(victim)
        assert not self.told(names), "nothing was under way"
        self.hook.slow_s = SLOW_S

    def active(self) -> list[str]:
        return [name for name in ("deliver", "deliver-2") if self.delivers(name)]

    def delivers(self, name: str) -> bool:
        return self.line.metrics(name).get(("rapport_delivery_active", frozenset())) == 1

    def told(self, names: set[str]) -> bool:
        return set(self.hook.ids()) >= names and set(self.box.ids()) >= names

    def twice(self, names: set[str]) -> list[int]:
        """How many messages about these came again, by receiver."""
        return [
            sum(count - 1 for name, count in counts.items() if name in names)
            for counts in (self.hook.ids(), self.box.ids())
        ]


@pytest.fixture(scope="module")
def post(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Post]:
    folder = tmp_path_factory.mktemp("post")
    with hooks() as hook, mailbox() as box, Line(folder, 2, delivery=folder / "delivery.yaml") as line:
        (folder / "delivery.yaml").write_text(FILE.format(box=box, hook=hook, secret=SECRET))
        hook.slow_s = SLOW_S
        line.broker.start()
        init(line.settings, print)
        found = Post(line, KafkaLog(line.settings.cluster), hook, box)
        for name in ("deliver", "deliver-2"):
            port = str(free_port())
            line.start(name, delivery_port=port, metrics_port=port, data=str(folder / name))
            if name == "deliver":
                line.wait("it delivers", lambda: found.delivers("deliver"))
        yield found
        found.log.close()


def test_the_broker_goes_away(post: Post) -> None:
    before, meanwhile = ({f"{kind}{n:02d}" for n in range(ALERTS)} for kind in ("before", "meanwhile"))
    post.killed_under_way(before, "broker")
    post.raise_alerts(meanwhile)
    post.line.broker.start()
    post.log.flush()
    post.line.wait("all are told", lambda: post.told(before | meanwhile))
    assert post.line.ends == [], "it went on by itself"
    print(f"the broker away: {post.twice(before | meanwhile)} twice")
    assert post.twice(before | meanwhile) == [0, 0], "nobody who delivers has died"
    assert post.hook.forged == []


def test_the_broker_and_who_delivers_go_away_at_once(post: Post) -> None:
    names = {f"both{n:02d}" for n in range(ALERTS)}
    post.line.wait("one of them delivers", lambda: len(post.active()) == 1)
    post.killed_under_way(names, *post.active(), "broker")
    post.line.broker.start()
    post.line.wait("the other one has told all", lambda: post.told(names))
    assert post.line.ends == [], "it went on by itself"
    print(f"both away: {post.twice(names)} twice")
    assert max(post.twice(names)) <= 1, "more than what was on its way at the kill came twice"
    assert post.hook.forged == []
