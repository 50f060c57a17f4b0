"""Data empathy (S0-32): whom we take for somebody else, whether we answer the substance, and give what is wished.

Besides: repeats per 100 contacts (S1-10), care : promotion (S4-01), what each of our people broke and repaired (S0-25).
"""

from __future__ import annotations

from typing import Any, Final

from console.charts.columns import columns
from console.charts.drawing import legend
from console.charts.lines import Line, lines
from console.pages.spending import CONTACTED, PERSON
from console.web.asking import Rows
from console.web.viewer import Viewer
from streams.knowledge.model import Knowledge
from streams.relationships.wishes import treated

WEEKS: Final = 12
WEEK_MS: Final = 7 * 86_400_000
BREACHES: Final = (
    "contact_rule_broken", "scripted_reply", "contradictory_answers", "asked_twice", "relationship_rule_broken",
    "promise_overdue", "no_apology",
)  # fmt: skip
_PURPOSE: Final = "type = 'message.sent' AND visitParamExtractString(properties, 'purpose')"
QUESTIONS: Final = {
    "treated": "SELECT relationship, tones, count() AS n FROM (SELECT customer_id, arraySort(groupArray(tone)) AS tones"
    " FROM (SELECT customer_id, visitParamExtractString(properties, 'tone') AS tone FROM touchpoints_now"
    f" WHERE type = 'message.sent' AND tone != '' AND {PERSON} AND occurred_at > now() - INTERVAL 90 DAY"
    " ORDER BY occurred_at DESC LIMIT 3 BY customer_id) GROUP BY customer_id) AS m INNER JOIN"
    " (SELECT customer_id, relationship FROM customers_now) AS c ON c.customer_id = m.customer_id"
    " GROUP BY relationship, tones",
    "mistaken": "SELECT (SELECT uniqExact(customer_id) FROM signals_now WHERE name = 'template_mismatch'"
    " AND at > now() - INTERVAL 30 DAY) AS mistaken, (SELECT uniqExact(customer_id) FROM touchpoints_now"
    " WHERE type = 'message.sent' AND occurred_at > now() - INTERVAL 30 DAY) AS written",
    "suggested": "SELECT (SELECT count() FROM touchpoints_now WHERE type = 'feedback.suggested'"
    " AND occurred_at > now() - INTERVAL 90 DAY AND occurred_at < now() - INTERVAL 2 DAY) AS suggested,"
    " (SELECT count() FROM signals_now WHERE name = 'ignored_suggestion' AND at > now() - INTERVAL 88 DAY) AS ignored",
    "weeks": f"SELECT intDiv(dateDiff('day', occurred_at, now()), 7) AS week, countIf({CONTACTED}) AS contacts,"
    f" countIf({_PURPOSE} = 'promo') AS promo, countIf({_PURPOSE} IN ('care', 'service')) AS care"
    f" FROM touchpoints_now WHERE occurred_at > now() - INTERVAL {7 * WEEKS} DAY GROUP BY week",
    "repeats": "SELECT intDiv(dateDiff('day', at, now()), 7) AS week, countIf(name = 'repeat_contact') AS repeats,"
    " countIf(name = 'asked_twice') AS asked FROM signals_now WHERE name IN ('repeat_contact', 'asked_twice')"
    f" AND at > now() - INTERVAL {7 * WEEKS} DAY GROUP BY week",
    "broke": "SELECT t.staff_id AS staff, count() AS n FROM (SELECT arrayJoin(because_events) AS event_id"
    " FROM signals_now WHERE name IN {breaches:Array(String)} AND at > now() - INTERVAL 90 DAY) AS s INNER JOIN"
    " (SELECT event_id, staff_id FROM touchpoints_now WHERE staff_id != '' AND occurred_at > now() - INTERVAL 97 DAY)"
    " AS t ON t.event_id = s.event_id GROUP BY staff",
    "mended": "SELECT staff_id AS staff, countIf(type = 'complaint.resolved' AND"
    " visitParamExtractString(properties, 'outcome') = 'fixed') AS fixed, countIf(type = 'agent.apologised') AS sorry,"
    " countIf(type IN ('agent.fulfilled', 'agent.answered')) AS kept, count() AS deeds FROM touchpoints_now"
    " WHERE staff_id != '' AND initiator = 'company' AND channel != 'system'"
    " AND occurred_at > now() - INTERVAL 90 DAY GROUP BY staff ORDER BY deeds DESC LIMIT 30",
}  # fmt: skip


def figures(rows: dict[str, Rows], knowledge: Knowledge) -> dict[str, tuple[int, int] | None]:
    """How many of how many; None where there is nothing that they could be of."""
    given, people = 0, 0
    for row in rows["treated"]:
        if row["relationship"] in knowledge.type_index:
            n, wanted = int(row["n"]), row["relationship"]
            as_what = treated(knowledge, wanted, [str(tone) for tone in row["tones"]])
            given, people = given + n * (as_what == wanted), people + n
    mistaken, written = (int(rows["mistaken"][0][name]) for name in ("mistaken", "written"))
    suggested, ignored = (int(rows["suggested"][0][name]) for name in ("suggested", "ignored"))
    return {
        "mistaken": (min(mistaken, written), written) if written else None,
        "answered": (max(0, suggested - ignored), suggested) if suggested else None,
        "given": (given, people) if people else None,
    }


def panel(rows: dict[str, Rows], knowledge: Knowledge, viewer: Viewer) -> dict[str, Any]:
    """Figures, and how they went over the weeks. Nobody's name but to who may see customers."""
    say = viewer.say
    counted = {int(row["week"]): row for row in rows["weeks"]}
    again = {int(row["week"]): row for row in rows["repeats"]}
    per_100, spoken = [], {}
    for week in range(WEEKS - 1, -1, -1):
        at = viewer.now - (week + 1) * WEEK_MS
        row = counted.get(week, {"contacts": 0, "promo": 0, "care": 0})
        if int(row["contacts"]):
            per_100.append((float(at), 100 * int(again.get(week, {"repeats": 0})["repeats"]) / int(row["contacts"])))
        spoken[at] = {name: int(row[name]) for name in ("care", "promo") if int(row[name])}
    begin = viewer.now - WEEKS * WEEK_MS
    labels = [(float(at), viewer.clock(at)) for at in (begin, begin + WEEKS * WEEK_MS // 2, viewer.now)]
    named = {name: say(f"empathy.{name}") for name in ("care", "promo")}
    sums = {name: sum(each.get(name, 0) for each in spoken.values()) for name in named}
    contacts = sum(int(row["contacts"]) for row in counted.values())
    return {
        **{name: viewer.share(*told) if told else "–" for name, told in figures(rows, knowledge).items()},
        "care": sums["care"], "promo": sums["promo"],
        "per_100": 100 * sum(int(row["repeats"]) for row in again.values()) / contacts if contacts else None,
        "asked": sum(int(row["asked"]) for row in again.values()),
        "repeats": lines([Line(say("digest.repeats"), per_100)], labels, say("digest.repeats"), said="{:.1f}".format)
        if len(per_100) > 1 else None,
        "spoken": columns(spoken, ("care", "promo"), (begin, viewer.now, WEEK_MS), named, say("empathy.spoken"), viewer)
        if any(spoken.values()) else None,
        "legend": legend([f"{named[name]} {sums[name]:,}" for name in named]),
        "staff": _staff(rows) if viewer.person is not None and viewer.person.may("customer") else None,
    }  # fmt: skip


def _staff(rows: dict[str, Rows]) -> list[tuple[str, int, int, int, int, int]]:
    """Who, deeds, broke, fixed, apologised, kept; the busiest first."""
    broke = {row["staff"]: int(row["n"]) for row in rows["broke"]}
    return [
        (row["staff"], int(row["deeds"]), broke.get(row["staff"], 0), int(row["fixed"]), int(row["sorry"]),
         int(row["kept"]))
        for row in rows["mended"]
    ]  # fmt: skip
