"""What people do at the shop: look, buy, come by, belong, refuse; and what anybody does, whatever they are to it."""

from __future__ import annotations

from producers.simulator.clock import DAY_MS, HOUR_MS
from producers.simulator.floor import Floor
from producers.simulator.leaving import MINUTE, Deed, app, one_of, plain, view
from producers.simulator.people import Person
from producers.simulator.shop import ALL, BROKEN, HERITAGE, NOVELTIES, REFILLS, TEMPLATES, Item
from producers.simulator.speaking import call, chat, complain, post


def buy(floor: Floor, person: Person, at: int, item: Item, where: str = "web", facts: str = "", many: int = 1) -> None:
    """One line item; where the incident strikes, a complaint follows, and now and then a return."""
    random, number = floor.chance.random, floor.number()
    if floor.broken(at, item.item_id) and random() < BROKEN.complain:
        complain(floor, person, at + DAY_MS + int(random() * 2 * DAY_MS), True)
    if random() < 0.02:
        plain(floor, person, at + int((2 + 8 * random()) * DAY_MS), "order.returned", "web",
               f',"order_id":"O{number}","item_id":"{item.item_id}","properties":{{"reason":"size"}}')  # fmt: skip
    place = f',"location_id":"{person.place}"' if where == "store" else ""
    more = f',"properties":{{{facts}}}' if facts else ""
    plain(floor, person, at, "purchase.made", where,
           f'{place},"order_id":"O{number}","item_id":"{item.item_id}","category":"{item.category}",'
           f'"quantity":{many},"amount":{item.price * many:.2f},"currency":"EUR"{more}')  # fmt: skip


def browse(floor: Floor, person: Person, at: int, noise: bool) -> None:
    session = f"w{floor.number()}"
    for n in range(1 + int(floor.chance.random() * 4)):
        item = one_of(floor, ALL)
        view(floor, person, at + n * 40_000, f"/shop/{item.category}", item, session)


def search(floor: Floor, person: Person, at: int, noise: bool) -> None:
    item = one_of(floor, REFILLS)
    floor.put(at, person.offset, f'"type":"web.searched","channel":"web",{person.id_at(at)},'
              f'"properties":{{"query":"{item.category}","results":{int(floor.chance.random() * 9)}}}')  # fmt: skip
    browse(floor, person, at + 20_000, noise)


def thrifty_look(floor: Floor, person: Person, at: int, noise: bool) -> None:
    view(floor, person, at, f"/shop/{one_of(floor, ALL).category}?sort=price_asc", None, f"w{floor.number()}")


def newest(floor: Floor, person: Person, at: int, noise: bool) -> None:
    for n in range(2 + int(floor.chance.random() * 3)):
        view(floor, person, at + n * 25_000, "/new-arrivals", one_of(floor, NOVELTIES))


def compare(floor: Floor, person: Person, at: int, noise: bool) -> None:
    first, second = person.items[0], person.items[1]
    for n in range(2 + int(floor.chance.random() * 3)):
        item = (first, second)[n & 1]
        view(floor, person, at + n * 50_000, f"/compare/{item.item_id}", item)


def exits(floor: Floor, person: Person, at: int, noise: bool) -> None:
    query = ("cancel", "end of contract", "port number")[int(floor.chance.random() * 3)]
    floor.put(at, person.offset, f'"type":"web.searched","channel":"web",{person.id_at(at)},'
                                 f'"properties":{{"query":"{query}"}}')  # fmt: skip
    view(floor, person, at + 30_000, "/account/contract/end")


def guide(floor: Floor, person: Person, at: int, noise: bool) -> None:
    page = f"/guides/{one_of(floor, REFILLS).category}"
    view(floor, person, at, page)
    floor.put(at + 3 * MINUTE, person.offset, f'"type":"web.engaged","channel":"web",{person.id_at(at)},'
              f'"properties":{{"url":"{page}","dwell_s":{90 + int(floor.chance.random() * 400)}}}')  # fmt: skip


def terms(floor: Floor, person: Person, at: int, noise: bool) -> None:
    view(floor, person, at, "/terms")


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
        buy(floor, person, at + n, one_of(floor, NOVELTIES))


def heritage(floor: Floor, person: Person, at: int, noise: bool) -> None:
    view(floor, person, at, "/classics", HERITAGE)
    buy(floor, person, at + MINUTE, HERITAGE)


def lavish(floor: Floor, person: Person, at: int, noise: bool) -> None:
    buy(floor, person, at, NOVELTIES[4 + (floor.chance.random() < 0.5)], many=2 + int(floor.chance.random() * 3))


def wrapped(floor: Floor, person: Person, at: int, noise: bool) -> None:
    buy(floor, person, at, one_of(floor, NOVELTIES), "web", '"gift_wrap":true')


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
        plain(floor, person, at, "store.entered", "camera",
               f',"location_id":"{person.place}","properties":{{"confidence":0.93}}')  # fmt: skip
    stays = 60 + int(floor.chance.random() * 900)
    plain(floor, person, at + 4 * MINUTE, "store.visited", "store",
           f',"location_id":"{person.place}","properties":{{"dwell_s":{stays}}}')  # fmt: skip


def scan(floor: Floor, person: Person, at: int, noise: bool) -> None:
    item = one_of(floor, REFILLS)
    plain(floor, person, at, "qr.scanned", "qr", f',"location_id":"{person.place}","item_id":"{item.item_id}",'
           f'"category":"{item.category}","properties":{{"code":"shelf-{item.item_id}"}}')  # fmt: skip


def heed(floor: Floor, person: Person, at: int, noise: bool) -> None:
    plain(floor, person, at, "message.sent", "email",
           ',"properties":{"purpose":"service","template":"reminder","tone":"warm"}')  # fmt: skip
    plain(floor, person, at + 40 * MINUTE, "message.clicked", "email")
    if floor.chance.random() < 0.6:
        buy(floor, person, at + 50 * MINUTE, person.items[0])


def like(floor: Floor, person: Person, at: int, noise: bool) -> None:
    app(floor, person, at, "like")


def refer(floor: Floor, person: Person, at: int, noise: bool) -> None:
    app(floor, person, at, "referral.sent")


def beta(floor: Floor, person: Person, at: int, noise: bool) -> None:
    app(floor, person, at, "beta.joined")


def closing(floor: Floor, person: Person, at: int, noise: bool) -> None:
    app(floor, person, at, "account.close.requested")


def club(floor: Floor, person: Person, at: int, noise: bool) -> None:
    plain(floor, person, at, "club.active", "app")


def join(floor: Floor, person: Person, at: int, noise: bool) -> None:
    plain(floor, person, at, "club.joined", "app")


def attend(floor: Floor, person: Person, at: int, noise: bool) -> None:
    plain(floor, person, at, "event.attended", "store", f',"location_id":"{person.place}"')


def unsubscribe(floor: Floor, person: Person, at: int, noise: bool) -> None:
    person.promos = False
    channel = "email" if floor.chance.random() < 0.6 else "sms"
    plain(floor, person, at, "message.unsubscribed", channel)


def withdraw(floor: Floor, person: Person, at: int, noise: bool) -> None:
    scope = ("sms", "phone", "location", "personalised_ads")[int(floor.chance.random() * 4)]
    plain(floor, person, at, "consent.changed", "web", f',"properties":{{"scope":"{scope}","granted":false}}')


def reject(floor: Floor, person: Person, at: int, noise: bool) -> None:
    plain(floor, person, at, "call.started", "phone", f',"initiator":"company","staff_id":"{person.staff}"')
    plain(floor, person, at + 8_000, "call.ended", "phone", ',"properties":{"duration_s":0,"outcome":"rejected"}')


def give_back(floor: Floor, person: Person, at: int, noise: bool) -> None:
    plain(floor, person, at, "order.returned", "web", ',"properties":{"reason":"did not like it"}')


def crave(floor: Floor, person: Person, at: int, noise: bool) -> None:
    item = person.items[0]
    floor.put(at, person.offset, f'"type":"stock.wanted","channel":"web",{person.who},'
              f'"item_id":"{item.item_id}","category":"{item.category}"')  # fmt: skip
    for n in range(2 + int(floor.chance.random() * 3)):
        view(floor, person, at + (n + 1) * 4 * MINUTE, f"/shop/{item.category}/{item.item_id}", item)


def out_of_stock(floor: Floor, person: Person, at: int, noise: bool) -> None:
    plain(floor, person, at, "stock.wanted", "web", f',"item_id":"{one_of(floor, ALL).item_id}"')


def rate(floor: Floor, person: Person, at: int, noise: bool) -> None:
    dark = person.type in SOUR
    score = max(1, min(5, round(floor.chance.gauss(2.4 if dark and not noise else 4.1, 0.9))))
    text = f",{floor.words(person, noise)}" if floor.chance.random() < 0.4 else ""
    plain(floor, person, at, "feedback.rated", "app",
           f'{text},"properties":{{"score":{score},"scale":5,"about":"service"}}')  # fmt: skip


SOUR = frozenset({"villain_victim", "stalker_prey", "enemy", "ex_friend", "frenemy", "captive", "master_slave"})


def promo(floor: Floor, person: Person, at: int, noise: bool) -> None:
    random = floor.chance.random
    if not person.promos:
        return
    campaign = f"P{at // (7 * DAY_MS)}"
    plain(floor, person, at, "message.sent", "email", f',"campaign_id":"{campaign}","properties":'
           f'{{"purpose":"promo","template":"{TEMPLATES[int(random() * 3)]}","tone":"promotional"}}')  # fmt: skip
    if random() < (0.08 if person.type in SOUR else 0.35):
        later = at + int(random() * 6 * HOUR_MS)
        plain(floor, person, later, "message.opened", "email", f',"campaign_id":"{campaign}"')


def household(floor: Floor, person: Person, at: int, noise: bool) -> None:
    plain(floor, person, at, "profile.updated", "app",
           f',"properties":{{"fields":{{"household":"H{person.number % 997}"}}}}')  # fmt: skip


def profile(floor: Floor, person: Person, at: int, noise: bool) -> None:
    plain(floor, person, at, "profile.updated", "app", ',"properties":{"fields":{"preferred_channel":"chat"}}')


def cancel(floor: Floor, person: Person, at: int, noise: bool) -> None:
    plain(floor, person, at, "order.cancelled", "web", ',"properties":{"reason":"changed my mind"}')


def cart(floor: Floor, person: Person, at: int, noise: bool) -> None:
    item = one_of(floor, ALL)
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
