"""The inbox: one's own alerts, the card beside, and what is done with one tap."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any, Final, NamedTuple
from urllib.parse import unquote

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from console.accounts.people import Person
from console.desk.acting import LONGEST, SNOOZES, TYPES, Refused, touchpoint_of
from console.live.item import CALL, SHIFT, Item, at_desk
from console.live.refusals import Refusal
from console.web.guard import Stop
from console.web.site import PART, Site
from console.web.viewer import Viewer
from producers.collector.writing import Unavailable
from schemas.records import SEVERITIES
from schemas.topics import TEAMS
from streams.alerts import life
from streams.alerts.card import Gist, in_short

TABS: Final = ("open", "mine", "handled", "snoozed", "done")
FIRST: Final = ("mine", "open", "snoozed", "handled", "done")
"""Of the alerts of one case: which says where it stands."""
SHOWN: Final = 200
"""Rows of a list; who has more open than that needs people, not rows."""
CONFIRM_S: Final = 4.0
"""How long a tap waits for the engine's word."""
WORDS: Final = "x-words"
"""A header with the words that our script looks for: who looks for an address does not leave it in an address line."""
NOT_SENT: Final = "refused.kafka"


def tab_of(item: Item, viewer: Viewer) -> str:
    """In which of the lists it stands for this viewer."""
    assert viewer.person is not None
    if item.done:
        return "done"
    if item.waits(viewer.now):
        return "open"
    if item.state == "snoozed":
        return "snoozed"
    return "mine" if item.by == viewer.person.name else "handled"


class Row(NamedTuple):
    """One case as a list shows it: all its alerts that are theirs to see, and the one whose card opens."""

    item: Item
    case: tuple[Item, ...]
    tab: str

    @property
    def id(self) -> str:
        """Stays while any of them comes and goes but the oldest."""
        return self.case[0].id

    def urgency(self, now: int, placed: bool) -> tuple[int, int, str]:
        return min(each.urgency(now, placed) for each in self.case)


def row_of(item: Item, case: Iterable[Item], viewer: Viewer) -> Row:
    """Of the alerts of its case that are theirs to see; their own comes first, then what nobody has in hand."""
    assert viewer.person is not None
    placed = bool(viewer.person.places)
    theirs = tuple(each for each in case if at_desk(each, viewer.person)) or (item,)
    tabs = {each.id: tab_of(each, viewer) for each in theirs}
    first = min(theirs, key=lambda each: (
        FIRST.index(tabs[each.id]), each.state != "resolved", each.urgency(viewer.now, placed)
    ))  # fmt: skip
    return Row(first, theirs, tabs[first.id])


async def inbox(site: Site, request: Request, viewer: Viewer) -> Response:
    """The list; with an id in the path, its card beside it."""
    assert viewer.person is not None
    wanted = request.path_params.get("alert_id")
    part = request.headers.get(PART, "")
    item = _item(site, viewer, wanted) if wanted else None
    if part == "card":
        assert item is not None
        return site.page(viewer, "card.html", **card_facts(site, viewer, item))
    asked = dict(request.query_params) | {"q": unquote(request.headers.get(WORDS, ""))}
    facts = list_facts(site, viewer, asked)
    if part == "list":
        return site.page(viewer, "list.html", open_id=wanted or "", **facts)
    chosen = item is not None
    if item is None and facts["tab"] == "open" and facts["rows"]:
        item = facts["rows"][0].item
    beside: dict[str, Any] = card_facts(site, viewer, item) if item else {"item": None}
    if not chosen:  # a reason opens what somebody asked to see
        beside["clear"] = False
    return site.page(viewer, "inbox.html", open_id=item.id if item else "", chosen=chosen, **facts, **beside)


async def look(site: Site, request: Request, viewer: Viewer, form: dict[str, str]) -> Response:
    """The list by filters and words, where our script does not run."""
    del request
    return site.page(viewer, "inbox.html", open_id="", chosen=False, item=None, **list_facts(site, viewer, form))


def list_facts(site: Site, viewer: Viewer, asked: dict[str, str]) -> dict[str, Any]:
    """Rows of a list by its filters, and how many each list has."""
    assert viewer.person is not None
    person, tab = viewer.person, asked.get("tab", "open")
    tab = tab if tab in TABS else "open"
    team, severity, words = asked.get("team", ""), asked.get("severity", ""), asked.get("q", "").strip()[:100]
    cases: dict[tuple[str, int, int], list[Item]] = {}
    for item in site.hub.standing.items():
        if at_desk(item, person):
            cases.setdefault(item.case, []).append(item)
    counts = dict.fromkeys(TABS, 0)
    rows = []
    for case in cases.values():
        row = row_of(case[0], sorted(case, key=lambda each: (each.alert.at, each.id)), viewer)
        counts[row.tab] += 1
        if row.tab == tab and any(_fits(each, viewer, team, severity, words.lower()) for each in row.case):
            rows.append(row)
    placed = bool(person.places)
    rows.sort(key=lambda row: (-row.item.changed_at, row.id) if tab == "done" else row.urgency(viewer.now, placed))
    return {
        "rows": rows[:SHOWN], "more": max(0, len(rows) - SHOWN), "counts": counts, "tab": tab, "tabs": TABS,
        "team": team, "severity": severity, "q": words, "teams": person.teams or TEAMS, "severities": SEVERITIES[::-1],
        "place": f"{site.hub.epoch}.{site.hub.standing.number}",
    }  # fmt: skip


def _fits(item: Item, viewer: Viewer, team: str, severity: str, words: str) -> bool:
    alert = item.alert
    text = viewer.seen(f"{alert.title} {alert.customer_id or ''} {alert.card.what_happened}").lower()
    return (not team or item.team == team) and (not severity or alert.severity == severity) and words in text


def card_facts(site: Site, viewer: Viewer, item: Item, notice: str = "", wrong: bool = False) -> dict[str, Any]:
    assert viewer.person is not None
    customer = item.alert.customer_id
    clear = bool(customer) and viewer.person.may("reveal") and site.people.revealed(viewer.person, customer or "")
    return {
        "item": item, "a": item.alert, "notice": notice, "wrong": wrong, "clear": clear,
        "snoozes": SNOOZES, "others": [team for team in TEAMS if team != item.team],
        "fallback": site.desk.fallback(item.team), "nonce": secrets.token_hex(8), "longest": LONGEST,
        "call": item.behind is not None and item.behind.name == CALL,
        "beside": [(each, at_desk(each, viewer.person)) for each in site.hub.standing.beside(item)]
        if viewer.person.may("customer") or not item.done else [],
        "gist": gist(site, viewer, item) if item.alert.language != viewer.language else None,
    }  # fmt: skip


def gist(site: Site, viewer: Viewer, item: Item) -> Gist | None:
    """A card of another language in the reader's own; None while it is not known what is behind it."""
    behind, knowledge, language = item.behind, site.knowledge, viewer.language
    if behind is None:
        return None
    if behind.name != SHIFT:
        return in_short(knowledge, language, behind.name, behind.values, item.alert.team)
    now = str(behind.values["to"])
    manners = knowledge.relationship(now) if now in knowledge.type_index else None
    return Gist(manners.do[language], manners.do_not[language]) if manners else None


async def act(site: Site, request: Request, viewer: Viewer, form: dict[str, str]) -> Response:
    """One tap: a record into the line, and what the line says to it."""
    assert viewer.person is not None
    person, action = viewer.person, request.path_params["action"]
    item = _item(site, viewer, request.path_params["alert_id"])
    if action not in TYPES:
        raise Stop(404, "refused.page")
    notice = _refused(item, person, action)
    if not notice:
        notice, item = await _do(site, viewer, item, action, form)
    wrong, said = not notice.startswith("said."), viewer.say(notice, item.by or "-")
    status = (503 if notice == NOT_SENT else 409) if wrong else 200
    part = PART in request.headers
    if not at_desk(item, person):
        return site.page(viewer, "gone.html", notice=said) if part else RedirectResponse("/inbox", 303)
    card = card_facts(site, viewer, item, said, wrong)
    if part:
        return site.page(viewer, "card.html", status, **card)
    if wrong:  # without our script, too, nobody takes what was not done for done
        facts = list_facts(site, viewer, {})
        return site.page(viewer, "inbox.html", status, open_id=item.id, chosen=True, **facts, **card)
    return RedirectResponse(f"/inbox/{item.id}", 303)


def _refused(item: Item, person: Person, action: str) -> str:
    """Why it is too late for it, in the catalogue's name; empty where it is not."""
    if item.done:
        return "" if action == "follow_up" and item.state == "resolved" else f"late.{item.state}"
    if action == "follow_up":
        return "refused.not_done"
    if item.state == "acknowledged" and action in ("acknowledge", "snooze"):
        if item.by != person.name:
            return "late.acknowledged"
        return "said.yours" if action == "acknowledge" else ""
    return ""


async def _do(site: Site, viewer: Viewer, item: Item, action: str, form: dict[str, str]) -> tuple[str, Item]:
    """What is said of it, and the alert as it stands then."""
    assert viewer.person is not None
    person, now = viewer.person, viewer.now
    nonce = form.get("nonce", "")[:32]
    event_id = f"console:{item.id}:{action}:{person.name}:{nonce}"  # a second tap on one button is the same deed
    note = form.get("note", "").strip()[:LONGEST]
    try:
        facts = site.desk.facts(action, item, form, now)
        if action == "resolve" and item.behind is not None and item.behind.name == CALL and not note:
            raise Refused("refused.note")
        others = (each for each in site.hub.standing.items() if each.matter == item.matter and not each.done)
        if facts.get("to") in {each.team for each in others}:
            raise Refused("refused.has_one")
    except Refused as refused:
        return refused.said, item
    facts["alert_id"] = item.id
    if item.alert.customer_id is None and item.behind is not None and item.behind.scope:
        facts["scope"] = item.behind.scope
    customer = item.alert.customer_id
    deeds = [touchpoint_of(TYPES[action], event_id, person, customer, facts, now=now)]
    if note:
        noted = touchpoint_of(
            "agent.noted", f"{event_id}:note", person, customer, {"alert_id": item.id}, now=now, text=note,
            language=viewer.language,
        )  # fmt: skip
        deeds.insert(0, noted)
    try:
        await site.desk.write(deeds)
    except Unavailable:
        return NOT_SENT, item
    found = await site.hub.until(item, event_id, CONFIRM_S)
    if found is None:
        return "said.sent", site.hub.standing.get(item.id) or item
    if isinstance(found, Refusal):
        return _refused_by_line(found, action, site.hub.standing.get(item.id) or item)
    if action == "acknowledge" and found.state == "acknowledged" and found.by != person.name:
        return "late.acknowledged", found
    return f"said.{action}", found


def _refused_by_line(refusal: Refusal, action: str, item: Item) -> tuple[str, Item]:
    """What the engine's refusal says here, and the alert with whom it names."""
    match refusal.reason:
        case life.TAKEN if action in ("reassign", "escalate"):
            return "refused.has_one", item
        case life.TAKEN:
            by = refusal.holder(item.id) or item.by
            return "late.acknowledged", msgspec.structs.replace(item, state="acknowledged", by=by)
        case life.OVER:
            return f"late.{item.state}" if item.done else "late.over", item
        case life.INCOMPLETE:
            return "refused.incomplete", item
        case life.NO_TEAM:
            return "refused.team", item
        case _:
            return "late.unknown", item


def _item(site: Site, viewer: Viewer, alert_id: str) -> Item:
    """The alert, if it is theirs to see: of another team's not even that it is there."""
    assert viewer.person is not None
    item = site.hub.standing.get(alert_id)
    if item is None or not at_desk(item, viewer.person):
        raise Stop(404, "refused.alert")
    return item
