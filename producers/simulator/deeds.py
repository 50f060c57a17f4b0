"""What people do at the shop, each deed as the touchpoints that it leaves, and what staff do about it.

A deed says nothing of why it is done: when, how often and by whom is the business of a family of behaviour.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from producers.simulator.clock import DAY_MS, HOUR_MS
from producers.simulator.floor import Floor
from producers.simulator.people import Person
from producers.simulator.shop import ALL, BROKEN, CAUSES, HERITAGE, NOVELTIES, POLICIES, REFILLS, TEMPLATES, Item

Deed: TypeAlias = Callable[[Floor, Person, int, bool], None]
MINUTE = 60_000


def _any(floor: Floor, items: tuple[Item, ...]) -> Item:
    return items[int(floor.chance.random() * len(items))]


def _view(floor: Floor, person: Person, at: int, url: str, item: Item | None = None, session: str = "") -> None:
    which = f'"item_id":"{item.item_id}","category":"{item.category}",' if item else ""
    session = f'"session_id":"{session}",' if session else ""
    floor.put(at, person.offset, f'"type":"web.viewed","channel":"web",{person.id_at(at)},{session}{which}'
                                 f'"properties":{{"url":"{url}"}}')  # fmt: skip


def _app(floor: Floor, person: Person, at: int, name: str) -> None:
    floor.put(at, person.offset, f'"type":"app.event","channel":"app",{person.who},"properties":{{"name":"{name}"}}')


def _plain(floor: Floor, person: Person, at: int, type_: str, channel: str, rest: str = "") -> None:
    floor.put(at, person.offset, f'"type":"{type_}","channel":"{channel}",{person.who}{rest}')


def buy(floor: Floor, person: Person, at: int, item: Item, where: str = "web", facts: str = "", many: int = 1) -> None:
    """One line item; where the incident strikes, a complaint follows, and now and then a return."""
    random, number = floor.chance.random, floor.number()
    if floor.broken(at, item.item_id) and random() < BROKEN.complain:
        complain(floor, person, at + DAY_MS + int(random() * 2 * DAY_MS), True)
    if random() < 0.02:
        _plain(floor, person, at + int((2 + 8 * random()) * DAY_MS), "order.returned", "web",
               f',"order_id":"O{number}","item_id":"{item.item_id}","properties":{{"reason":"size"}}')  # fmt: skip
    place = f',"location_id":"{person.place}"' if where == "store" else ""
    more = f',"properties":{{{facts}}}' if facts else ""
    _plain(floor, person, at, "purchase.made", where,
           f'{place},"order_id":"O{number}","item_id":"{item.item_id}","category":"{item.category}",'
           f'"quantity":{many},"amount":{item.price * many:.2f},"currency":"EUR"{more}')  # fmt: skip


def browse(floor: Floor, person: Person, at: int, noise: bool) -> None:
    session = f"w{floor.number()}"
    for n in range(1 + int(floor.chance.random() * 4)):
        item = _any(floor, ALL)
        _view(floor, person, at + n * 40_000, f"/shop/{item.category}", item, session)


def search(floor: Floor, person: Person, at: int, noise: bool) -> None:
    item = _any(floor, REFILLS)
    floor.put(at, person.offset, f'"type":"web.searched","channel":"web",{person.id_at(at)},'
              f'"properties":{{"query":"{item.category}","results":{int(floor.chance.random() * 9)}}}')  # fmt: skip
    browse(floor, person, at + 20_000, noise)


def thrifty_look(floor: Floor, person: Person, at: int, noise: bool) -> None:
    _view(floor, person, at, f"/shop/{_any(floor, ALL).category}?sort=price_asc", None, f"w{floor.number()}")


def newest(floor: Floor, person: Person, at: int, noise: bool) -> None:
    for n in range(2 + int(floor.chance.random() * 3)):
        _view(floor, person, at + n * 25_000, "/new-arrivals", _any(floor, NOVELTIES))


def compare(floor: Floor, person: Person, at: int, noise: bool) -> None:
    first, second = person.items[0], person.items[1]
    for n in range(2 + int(floor.chance.random() * 3)):
        item = (first, second)[n & 1]
        _view(floor, person, at + n * 50_000, f"/compare/{item.item_id}", item)


def exits(floor: Floor, person: Person, at: int, noise: bool) -> None:
    query = ("cancel", "end of contract", "port number")[int(floor.chance.random() * 3)]
    floor.put(at, person.offset, f'"type":"web.searched","channel":"web",{person.id_at(at)},'
                                 f'"properties":{{"query":"{query}"}}')  # fmt: skip
    _view(floor, person, at + 30_000, "/account/contract/end")


def guide(floor: Floor, person: Person, at: int, noise: bool) -> None:
    page = f"/guides/{_any(floor, REFILLS).category}"
    _view(floor, person, at, page)
    floor.put(at + 3 * MINUTE, person.offset, f'"type":"web.engaged","channel":"web",{person.id_at(at)},'
              f'"properties":{{"url":"{page}","dwell_s":{90 + int(floor.chance.random() * 400)}}}')  # fmt: skip


def terms(floor: Floor, person: Person, at: int, noise: bool) -> None:
    _view(floor, person, at, "/terms")


def order(floor: Floor, person: Person, at: int, noise: bool) -> None:
    buy(floor, person, at, person.items[int(floor.chance.random() * 2)])


def regular(floor: Floor, person: Person, at: int, noise: bool) -> None:
    buy(floor, person, at, person.items[0], "web" if floor.chance.random() < 0.7 else "store")


def several(floor: Floor, person: Person, at: int, noise: bool) -> None:
    for n, item in enumerate(floor.chance.sample(ALL, 2 + int(floor.chance.random() * 2))):
        buy(floor, person, at + n, item)


def coupon(floor: Floor, person: Person, at: int, noise: bool) -> None:
    buy(floor, person, at, person.items[0], "web", '"coupon":"SAVE10"')


def novelty(floor: Floor, person: Person, at: int, noise: bool) -> None:
    for n in range(1 + int(floor.chance.random() * 2)):
        buy(floor, person, at + n, _any(floor, NOVELTIES))


def heritage(floor: Floor, person: Person, at: int, noise: bool) -> None:
    _view(floor, person, at, "/classics", HERITAGE)
    buy(floor, person, at + MINUTE, HERITAGE)


def lavish(floor: Floor, person: Person, at: int, noise: bool) -> None:
    buy(floor, person, at, NOVELTIES[4 + (floor.chance.random() < 0.5)], many=2 + int(floor.chance.random() * 3))


def wrapped(floor: Floor, person: Person, at: int, noise: bool) -> None:
    buy(floor, person, at, _any(floor, NOVELTIES), "web", '"gift_wrap":true')


def bundle(floor: Floor, person: Person, at: int, noise: bool) -> None:
    source = ("employer", "bundle", "partner")[person.number % 3]
    buy(floor, person, at, person.items[0], "partner", f'"source":"{source}"')


def kindred(floor: Floor, person: Person, at: int, noise: bool) -> None:
    buy(floor, person, at, person.items[1], "web", '"recipient":"family"')


def corner(floor: Floor, person: Person, at: int, noise: bool) -> None:
    visit(floor, person, at, noise)
    if floor.chance.random() < 0.7:
        buy(floor, person, at + 6 * MINUTE, REFILLS[1 + person.number % 2], "store")


def visit(floor: Floor, person: Person, at: int, noise: bool) -> None:
    if person.camera:
        _plain(floor, person, at, "store.entered", "camera",
               f',"location_id":"{person.place}","properties":{{"confidence":0.93}}')  # fmt: skip
    stays = 60 + int(floor.chance.random() * 900)
    _plain(floor, person, at + 4 * MINUTE, "store.visited", "store",
           f',"location_id":"{person.place}","properties":{{"dwell_s":{stays}}}')  # fmt: skip


def scan(floor: Floor, person: Person, at: int, noise: bool) -> None:
    item = _any(floor, REFILLS)
    _plain(floor, person, at, "qr.scanned", "qr", f',"location_id":"{person.place}","item_id":"{item.item_id}",'
           f'"category":"{item.category}","properties":{{"code":"shelf-{item.item_id}"}}')  # fmt: skip


def _speaks(floor: Floor, person: Person, at: int, session: str, noise: bool) -> None:
    _plain(floor, person, at, "chat.message", "chat", f',"session_id":"{session}",{floor.words(person, noise)}')


def _replies(floor: Floor, person: Person, at: int, session: str) -> None:
    _plain(floor, person, at, "chat.message", "chat", f',"initiator":"company","session_id":"{session}",'
           f'"staff_id":"{person.staff}",{floor.say(person, "answer")}')  # fmt: skip


def chat(floor: Floor, person: Person, at: int, noise: bool) -> None:
    session, random = f"c{floor.number()}", floor.chance.random
    _speaks(floor, person, at, session, noise)
    wait = 12_000 + int(90_000 * random()) if random() < 0.85 else int((0.1 + 5 * random()) * HOUR_MS)
    _replies(floor, person, at + wait, session)


def thread(floor: Floor, person: Person, at: int, noise: bool) -> None:
    session = f"c{floor.number()}"
    for n in range(2 + int(floor.chance.random() * 3)):
        _speaks(floor, person, at + n * 4 * MINUTE, session, noise)
        _replies(floor, person, at + n * 4 * MINUTE + 70_000, session)


def call(floor: Floor, person: Person, at: int, noise: bool) -> None:
    session, talk = f"p{floor.number()}", 60 + int(500 * floor.chance.random())
    _plain(floor, person, at, "call.ringing", "phone", ',"properties":{"queue":"service"}')
    _plain(floor, person, at + 20_000, "call.started", "phone",
           f',"session_id":"{session}","staff_id":"{person.staff}",{floor.words(person, noise)}')  # fmt: skip
    _plain(floor, person, at + 20_000 + talk * 1000, "call.ended", "phone", f',"session_id":"{session}",'
           f'"staff_id":"{person.staff}","properties":{{"duration_s":{talk},"outcome":"answered"}}')  # fmt: skip


def escalate(floor: Floor, person: Person, at: int, noise: bool) -> None:
    call(floor, person, at, noise)
    _plain(floor, person, at + 50_000, "call.transferred", "phone", ',"properties":{"to":"manager"}')
    if floor.chance.random() < 0.4:
        refusal(floor, person, at + 9 * MINUTE, noise)


def refusal(floor: Floor, person: Person, at: int, noise: bool) -> None:
    _plain(floor, person, at, "agent.refused", "phone",
           f',"staff_id":"{person.staff}","properties":{{"policy_id":"{POLICIES["terms"][0]}"}}')  # fmt: skip


def complain(floor: Floor, person: Person, at: int, noise: bool) -> None:
    complaint, random = f"K{floor.number()}", floor.chance.random
    text = floor.say(person, "failure") if noise or random() < 0.5 else floor.words(person, noise)
    _plain(floor, person, at, "complaint.opened", "email", f',"complaint_id":"{complaint}",{text},'
           f'"properties":{{"cause":"{CAUSES[int(random() * 5)]}"}}')  # fmt: skip
    outcome = '"fixed","satisfied":true' if random() < 0.6 else '"compensated","satisfied":false'
    _plain(floor, person, at + int((4 + 60 * random()) * HOUR_MS), "complaint.resolved", "email",
           f',"complaint_id":"{complaint}","staff_id":"{person.staff}",'
           f'"properties":{{"outcome":{outcome}}}')  # fmt: skip


def policy_complaint(floor: Floor, person: Person, at: int, noise: bool) -> None:
    complaint, random = f"K{floor.number()}", floor.chance.random
    _plain(floor, person, at, "complaint.opened", "phone",
           f',"complaint_id":"{complaint}",{floor.words(person, noise)},'
           f'"properties":{{"cause":"terms","policy_id":"{POLICIES["terms"][0]}"}}')  # fmt: skip
    _plain(floor, person, at + int(30 * random() * HOUR_MS), "complaint.resolved", "phone",
           f',"complaint_id":"{complaint}","properties":{{"outcome":"refused","satisfied":false}}')  # fmt: skip
    if random() < 0.6:
        _plain(floor, person, at + int((40 + 90 * random()) * HOUR_MS), "complaint.reopened", "phone",
               f',"complaint_id":"{complaint}",{floor.words(person, noise)}')  # fmt: skip


def suggest(floor: Floor, person: Person, at: int, noise: bool) -> None:
    number, random = floor.number(), floor.chance.random
    _plain(floor, person, at, "feedback.suggested", "app",
           f',{floor.words(person, noise)},"properties":{{"suggestion_id":"G{number}"}}')  # fmt: skip
    if random() < 0.7:
        _plain(floor, person, at + int((1 + 40 * random()) * HOUR_MS), "agent.answered", "email",
               f',"staff_id":"{person.staff}",{floor.say(person, "answer")},'
               f'"properties":{{"topic":"G{number}","answer":"passed on"}}')  # fmt: skip


def ask(floor: Floor, person: Person, at: int, noise: bool) -> None:
    session = f"c{floor.number()}"
    _speaks(floor, person, at, session, noise)
    _plain(floor, person, at + 80_000, "agent.answered", "chat", f',"session_id":"{session}",'
           f'"staff_id":"{person.staff}","properties":{{"topic":"how","answer":"as in the guide"}}')  # fmt: skip


def heed(floor: Floor, person: Person, at: int, noise: bool) -> None:
    _plain(floor, person, at, "message.sent", "email",
           ',"properties":{"purpose":"service","template":"reminder","tone":"warm"}')  # fmt: skip
    _plain(floor, person, at + 40 * MINUTE, "message.clicked", "email")
    if floor.chance.random() < 0.6:
        buy(floor, person, at + 50 * MINUTE, person.items[0])


def reply(floor: Floor, person: Person, at: int, noise: bool) -> None:
    _plain(floor, person, at, "message.replied", "email", f",{floor.words(person, noise)}")


def _social(floor: Floor, person: Person, at: int, type_: str, noise: bool) -> None:
    reach = int(floor.chance.paretovariate(1.2) * 40)
    _plain(floor, person, at, type_, "social", f',{floor.words(person, noise)},"properties":{{"reach":{reach}}}')


def post(floor: Floor, person: Person, at: int, noise: bool) -> None:
    _social(floor, person, at, "social.mentioned" if floor.chance.random() < 0.6 else "social.posted", noise)


def share(floor: Floor, person: Person, at: int, noise: bool) -> None:
    _plain(floor, person, at, "social.shared", "social", ',"properties":{"reach":80}')


def like(floor: Floor, person: Person, at: int, noise: bool) -> None:
    _app(floor, person, at, "like")


def refer(floor: Floor, person: Person, at: int, noise: bool) -> None:
    _app(floor, person, at, "referral.sent")


def beta(floor: Floor, person: Person, at: int, noise: bool) -> None:
    _app(floor, person, at, "beta.joined")


def closing(floor: Floor, person: Person, at: int, noise: bool) -> None:
    _app(floor, person, at, "account.close.requested")


def club(floor: Floor, person: Person, at: int, noise: bool) -> None:
    _plain(floor, person, at, "club.active", "app")


def join(floor: Floor, person: Person, at: int, noise: bool) -> None:
    _plain(floor, person, at, "club.joined", "app")


def attend(floor: Floor, person: Person, at: int, noise: bool) -> None:
    _plain(floor, person, at, "event.attended", "store", f',"location_id":"{person.place}"')


def unsubscribe(floor: Floor, person: Person, at: int, noise: bool) -> None:
    person.promos = False
    channel = "email" if floor.chance.random() < 0.6 else "sms"
    _plain(floor, person, at, "message.unsubscribed", channel)


def withdraw(floor: Floor, person: Person, at: int, noise: bool) -> None:
    scope = ("sms", "phone", "location", "personalised_ads")[int(floor.chance.random() * 4)]
    _plain(floor, person, at, "consent.changed", "web", f',"properties":{{"scope":"{scope}","granted":false}}')


def reject(floor: Floor, person: Person, at: int, noise: bool) -> None:
    _plain(floor, person, at, "call.started", "phone", f',"initiator":"company","staff_id":"{person.staff}"')
    _plain(floor, person, at + 8_000, "call.ended", "phone", ',"properties":{"duration_s":0,"outcome":"rejected"}')


def give_back(floor: Floor, person: Person, at: int, noise: bool) -> None:
    _plain(floor, person, at, "order.returned", "web", ',"properties":{"reason":"did not like it"}')


def crave(floor: Floor, person: Person, at: int, noise: bool) -> None:
    item = person.items[0]
    floor.put(at, person.offset, f'"type":"stock.wanted","channel":"web",{person.who},'
              f'"item_id":"{item.item_id}","category":"{item.category}"')  # fmt: skip
    for n in range(2 + int(floor.chance.random() * 3)):
        _view(floor, person, at + (n + 1) * 4 * MINUTE, f"/shop/{item.category}/{item.item_id}", item)


def out_of_stock(floor: Floor, person: Person, at: int, noise: bool) -> None:
    _plain(floor, person, at, "stock.wanted", "web", f',"item_id":"{_any(floor, ALL).item_id}"')


def rate(floor: Floor, person: Person, at: int, noise: bool) -> None:
    dark = person.type in SOUR
    score = max(1, min(5, round(floor.chance.gauss(2.4 if dark and not noise else 4.1, 0.9))))
    text = f",{floor.words(person, noise)}" if floor.chance.random() < 0.4 else ""
    _plain(floor, person, at, "feedback.rated", "app",
           f'{text},"properties":{{"score":{score},"scale":5,"about":"service"}}')  # fmt: skip


SOUR = frozenset({"villain_victim", "stalker_prey", "enemy", "ex_friend", "frenemy", "captive", "master_slave"})


def promo(floor: Floor, person: Person, at: int, noise: bool) -> None:
    random = floor.chance.random
    if not person.promos:
        return
    campaign = f"P{at // (7 * DAY_MS)}"
    _plain(floor, person, at, "message.sent", "email", f',"campaign_id":"{campaign}","properties":'
           f'{{"purpose":"promo","template":"{TEMPLATES[int(random() * 3)]}","tone":"promotional"}}')  # fmt: skip
    if random() < (0.08 if person.type in SOUR else 0.35):
        later = at + int(random() * 6 * HOUR_MS)
        _plain(floor, person, later, "message.opened", "email", f',"campaign_id":"{campaign}"')


def household(floor: Floor, person: Person, at: int, noise: bool) -> None:
    _plain(floor, person, at, "profile.updated", "app",
           f',"properties":{{"fields":{{"household":"H{person.number % 997}"}}}}')  # fmt: skip


def profile(floor: Floor, person: Person, at: int, noise: bool) -> None:
    _plain(floor, person, at, "profile.updated", "app", ',"properties":{"fields":{"preferred_channel":"chat"}}')


def cancel(floor: Floor, person: Person, at: int, noise: bool) -> None:
    _plain(floor, person, at, "order.cancelled", "web", ',"properties":{"reason":"changed my mind"}')


def cart(floor: Floor, person: Person, at: int, noise: bool) -> None:
    item = _any(floor, ALL)
    for n, kind in enumerate(("cart.added", "cart.removed")):
        floor.put(at + n * MINUTE, person.offset, f'"type":"{kind}","channel":"web",{person.id_at(at)},'
                                                  f'"item_id":"{item.item_id}"')  # fmt: skip


NOISE: tuple[tuple[Deed, float], ...] = (
    (browse, 5.0), (search, 2.0), (order, 1.6), (visit, 1.2), (promo, 4.0), (cart, 1.0), (chat, 0.9), (rate, 0.4),
    (scan, 0.5), (thrifty_look, 0.7), (newest, 0.6), (coupon, 0.3), (like, 0.4), (give_back, 0.12), (complain, 0.12),
    (call, 0.3), (out_of_stock, 0.12), (guide, 0.3), (unsubscribe, 0.04), (compare, 0.3), (novelty, 0.3),
    (wrapped, 0.08), (post, 0.1), (profile, 0.15),
)  # fmt: skip
"""What anybody does, whatever they are to the shop: it says nothing."""
