"""What a deed leaves in the stream: touchpoints in their shortest form.

A deed says nothing of why it is done: when, how often and by whom is the business of a family of behaviour.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from producers.simulator.floor import Floor
from producers.simulator.people import Person
from producers.simulator.shop import Item

Deed: TypeAlias = Callable[[Floor, Person, int, bool], None]
MINUTE = 60_000


def one_of(floor: Floor, items: tuple[Item, ...]) -> Item:
    return items[int(floor.chance.random() * len(items))]


def view(floor: Floor, person: Person, at: int, url: str, item: Item | None = None, session: str = "") -> None:
    which = f'"item_id":"{item.item_id}","category":"{item.category}",' if item else ""
    session = f'"session_id":"{session}",' if session else ""
    floor.put(at, person.offset, f'"type":"web.viewed","channel":"web",{person.id_at(at)},{session}{which}'
                                 f'"properties":{{"url":"{url}"}}')  # fmt: skip


def app(floor: Floor, person: Person, at: int, name: str) -> None:
    floor.put(at, person.offset, f'"type":"app.event","channel":"app",{person.who},"properties":{{"name":"{name}"}}')


def plain(floor: Floor, person: Person, at: int, type_: str, channel: str, rest: str = "") -> None:
    floor.put(at, person.offset, f'"type":"{type_}","channel":"{channel}",{person.who}{rest}')
