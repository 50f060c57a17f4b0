"""Who and where: teams, channels, places, money and the company itself."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

from schemas.records import CHANNELS
from streams.knowledge.company import Channel, Company, Money, Place, Team
from streams.knowledge.document import Section, nearest
from streams.knowledge.relationships import read_text
from streams.knowledge.terms import INDUSTRIES, LANGUAGES

TEAMS: tuple[str, ...] = (
    "agent-desk", "store", "social-care", "conflict", "concierge", "marketing", "product", "finance", "legal",
    "managers", "sales",
)  # fmt: skip
"""Each has a topic of its own, so their ids are public and fixed."""

MAX_RATE = 1e9
MAX_TOKENS = 10


def read_teams(root: Section) -> dict[str, Team]:
    found: dict[str, Team] = {}
    for team_id in TEAMS:
        section = root.section(team_id)
        fallback = section.choice("fallback", (*TEAMS, ""))
        found[team_id] = Team(team_id, read_text(section, "names"), section.words("receivers"), fallback)
        section.close()
    root.close()
    for team_id in TEAMS:
        seen, at = [team_id], found[team_id].fallback
        while at and at in found and at not in seen:
            seen.append(at)
            at = found[at].fallback
        if at:
            root.fault(f"{team_id}: the fallbacks go in a circle: {' → '.join([*seen, at])}", team_id)
    return found


def read_channels(root: Section) -> dict[str, Channel]:
    found: dict[str, Channel] = {}
    for channel in CHANNELS:
        section = root.section(channel)
        found[channel] = Channel(
            id=channel,
            names=read_text(section, "names"),
            reliability=section.number("reliability", 0, 1),
            cost=section.number("cost", 0, 1),
            speed=section.number("speed", 0, 1),
            richness=section.number("richness", 0, 1),
            intimacy=section.number("intimacy", 0, 1),
            promo_tokens=section.whole("promo_tokens", 0, MAX_TOKENS),
        )
        section.close()
    root.close()
    return found


def read_places(root: Section, money: Money) -> dict[str, Place]:
    found: dict[str, Place] = {}
    for row in root.rows("places"):
        place = Place(row.text("location_id"), row.text("name"), _time_zone(row), row.text("currency", ""))
        if place.currency and place.currency not in money.rates:
            row.fault(f"currency: money.yaml has no rate of {place.currency!r}", "currency")
        if place.location_id in found:
            row.fault(f"location_id: {place.location_id!r} is there twice", "location_id")
        row.close()
        found[place.location_id] = place
    root.close()
    return found


def read_money(root: Section) -> Money:
    spoken = root.section("languages", required=False)
    for language in spoken.listed():
        if language not in LANGUAGES:
            spoken.fault(f"unknown {language!r}{nearest(language, LANGUAGES)}", language)
    rates = root.numbers("rates", 1e-9, MAX_RATE)
    languages = {each: spoken.choice(each, rates) for each in spoken.listed()}
    money = Money(root.text("base"), rates, languages)
    for currency in (money.base, *money.rates):
        if currency and not (len(currency) == 3 and currency.isascii() and currency.isupper()):
            root.fault(f"{currency!r} is no currency of ISO 4217: three capital letters", "rates")
    if root.has("rates") and money.rates.get(money.base) != 1:
        root.fault(f"rates: the base {money.base!r} must be there and worth 1", "rates")
    root.close()
    return money


def read_company(root: Section) -> Company:
    industry = root.choice("industry", INDUSTRIES, "retail")
    company = Company(root.text("name"), root.choice("language", LANGUAGES), _time_zone(root), industry)
    root.close()
    return company


@cache
def _zones() -> set[str]:
    return available_timezones()


def _time_zone(section: Section) -> str:
    zone = section.text("time_zone")
    zones = _zones()
    if zone and zone not in zones:
        section.fault(f"time_zone: unknown {zone!r}{nearest(zone, zones)}", "time_zone")
    return zone
