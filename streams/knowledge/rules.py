"""`rules.yaml`: what deeds and combined words say, when a type is declared or left, and who must hear of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from schemas.catalogue import Catalogue
from schemas.records import SEVERITIES, Severity
from streams.knowledge.conditions import FIELDS, TESTS, Condition, Test
from streams.knowledge.cues import read_half_life, read_weights
from streams.knowledge.document import Section, nearest
from streams.knowledge.evidence import Combination, CompanyDeed, Deed, Hurt, Shifts, Violation
from streams.knowledge.model import RelationshipType, ShiftAlert
from streams.knowledge.terms import HALF_LIVES, MIGRATIONS, REACHES, STATES, TYPE_IDS
from streams.relationships.habits import INTRINSIC

IDENTITIES: tuple[str, ...] = (
    "customer_id", "loyalty_card", "account", "email", "phone", "social", "device", "cookie", "face_token", "none",
)  # fmt: skip
SEVERITY: dict[str, Severity] = {each: each for each in SEVERITIES}
TEST: dict[str, Test] = {each: each for each in TESTS}
NUMERIC: tuple[Test, ...] = ("at_least", "below", "not_below")
MAX_TIMES = 1_000
MAX_CLIP, MAX_DAYS, MAX_MINUTES = 10.0, 3650.0, 525_600
PROPERTIES = "properties."
PERSONAL = frozenset({"fields", "gender", "sex", "age", "birth_year", "birthday", "income", "nationality"})
"""What a condition may not ask: demographics are a company's view, not the customer's (S0-02)."""
SLOTS = (30, 91)
"""Where the deeds of knowledge are counted in a state; numbers never change their meaning."""


def read_severity(section: Section) -> Severity:
    return SEVERITY.get(section.choice("severity", SEVERITIES), "info")


def read_shifts(section: Section, deeds: Collection[str]) -> Shifts:
    """`deeds` are the names of those of customers."""
    half_lives = section.numbers("half_lives_days", 0.01, MAX_DAYS, HALF_LIVES)
    identity = section.numbers("identity", 0, 1, IDENTITIES)
    for key, values, names in (("half_lives_days", half_lives, HALF_LIVES), ("identity", identity, IDENTITIES)):
        if missing := [name for name in names if name not in values]:
            section.fault(f"{key}: {', '.join(missing)} missing", key)
    needed, often = (section.section(key, required=False) for key in ("corroborated", "often"))
    for table in (needed, often):
        for name in table.listed():
            if name not in TYPE_IDS:
                table.fault(f"unknown {name!r}{nearest(name, TYPE_IDS)}", name)
    counted = [*INTRINSIC, *deeds]
    found = Shifts(
        start=section.choice("start", TYPE_IDS),
        declare=section.number("declare", 0, 1),
        margin=section.number("margin", 0, 1),
        leave=section.number("leave", 0, 1),
        again_days=section.number("again_days", 0, MAX_DAYS),
        leave_again=section.number("leave_again", 0, 1),
        events=section.whole("events", 1, 3),
        half_lives_days=half_lives,
        clip=section.number("clip", 0, MAX_CLIP),
        adjustment_days=section.number("adjustment_days", 0, MAX_DAYS),
        adjustment_factor=section.number("adjustment_factor", 0, MAX_CLIP),
        social_factor=section.number("social_factor", 0, 1),
        identity=identity,
        corroborated={name: needed.names(name, counted) for name in needed.listed()},
        often={name: often.numbers(name, 0, MAX_TIMES, counted) for name in often.listed()},
        asking=section.names("asking", TYPE_IDS, required=False),
    )
    if found.leave >= found.declare:
        section.fault(f"'leave' ({found.leave:g}) must be below 'declare' ({found.declare:g})", "leave")
    section.close()
    return found


def read_migrations(section: Section, types: Sequence[RelationshipType]) -> dict[tuple[str, str], str]:
    """The name of every shift between two types."""
    cells = {state: section.section(state) for state in STATES}
    across = {(a, b): cells[a].choice(b, MIGRATIONS) for a in STATES for b in STATES if a != b}
    within: dict[tuple[str, bool], str] = {}
    for state in STATES:
        cell = cells[state].section(state)
        within[state, True] = cell.choice("closer", MIGRATIONS)
        within[state, False] = cell.choice("farther", MIGRATIONS)
        cell.close()
        cells[state].close()
    found: dict[tuple[str, str], str] = {}
    for a in types:
        for b in types:
            closer = b.valence + b.closeness > a.valence + a.closeness
            found[a.id, b.id] = within[a.state, closer] if a.state == b.state else across[a.state, b.state]
    for row in section.rows("exceptions", required=False):
        found[row.choice("from", TYPE_IDS), row.choice("to", TYPE_IDS)] = row.choice("name", MIGRATIONS)
        row.close()
    section.close()
    return found


def read_shift_alerts(root: Section, types: Sequence[RelationshipType], teams: Collection[str]) -> list[ShiftAlert]:
    found: list[ShiftAlert] = []
    for row in root.rows("alerts"):
        alert = ShiftAlert(
            name=row.text("name"),
            from_types=_some_types(row.section("from"), types),
            to_types=_some_types(row.section("to"), types),
            severity=read_severity(row),
            teams=row.names("teams", teams),
            quiet_days=row.number("quiet_days", 0, MAX_DAYS),
            deadline_minutes=row.whole("deadline_minutes", 1, MAX_MINUTES),
            reach=row.choice("reach", REACHES, "any"),
        )
        if alert.name in {each.name for each in found}:
            row.fault(f"name: {alert.name!r} is there twice", "name")
        row.close()
        found.append(alert)
    return found


def _some_types(section: Section, types: Sequence[RelationshipType]) -> frozenset[str]:
    """Types by name, or all of some states from some closeness on."""
    named = section.names("types", TYPE_IDS, required=not section.has("states"))
    states = section.names("states", STATES, required=False)
    closeness = section.number("closeness_from", 0, 1, default=0.0)
    section.close()
    return frozenset(named) | {each.id for each in types if each.state in states and each.closeness >= closeness}


def read_combinations(section: Section, groups: Collection[str], clip: float) -> list[Combination]:
    found: list[Combination] = []
    for name, row in section.sections():
        combination = Combination(
            name=name,
            all_of=row.names("all_of", groups),
            any_of=row.names("any_of", groups, required=False),
            weights=read_weights(row, clip),
            half_life=read_half_life(row),
            replaces=row.names("replaces", groups, required=False),
            transformational=row.flag("transformational", False),
        )
        if len(combination.all_of) + bool(combination.any_of) < 2:
            row.fault("needs two groups at least: a group alone is a cue")
        row.close()
        found.append(combination)
    return found


def read_deeds(section: Section, catalogue: Catalogue, clip: float) -> list[Deed]:
    personal = {name for name, kind in catalogue.types.items() if not kind.company_wide and not kind.line}
    found: list[Deed] = []
    for name, row in section.sections():
        types = row.names("types", personal)
        when = _conditions(row, types, catalogue)
        weights, half_life = read_weights(row, clip), read_half_life(row)
        slot = row.whole("slot", *SLOTS)
        found.append(Deed(
            name, types, when, weights, half_life, row.flag("transformational", False), slot,
            row.flag("whereabouts", False), row.flag("fitted", True),
        ))  # fmt: skip
        row.close()
    return found


def read_company_deeds(section: Section, catalogue: Catalogue, clip: float) -> list[CompanyDeed]:
    found: list[CompanyDeed] = []
    for name, row in section.sections():
        types = row.names("types", catalogue.company_wide())
        when = _conditions(row, types, catalogue)
        close = frozenset(row.names("close", TYPE_IDS))
        weights, half_life = read_weights(row, clip), read_half_life(row)
        transformational, slot = row.flag("transformational", False), row.whole("slot", *SLOTS)
        found.append(CompanyDeed(name, types, when, close, weights, half_life, transformational, slot))
        row.close()
    return found


def read_hurt(section: Section, clip: float) -> Hurt:
    found = Hurt(
        slot=section.whole("slot", *SLOTS),
        weights=read_weights(section, clip),
        half_life_days=section.number("half_life_days", 0.01, MAX_DAYS),
        bears=section.numbers("bears", 0, 1, TYPE_IDS, required=False),
        signal_from=section.number("signal_from", 0, 3),
        error_from=section.number("error_from", 0, 3),
        weighs=section.number("weighs", 1, 3),
        takes_back=section.number("takes_back", 0, 1),
        ends=section.number("ends", 0, 1),
        ends_weighs=section.number("ends_weighs", 1, MAX_CLIP),
    )
    section.close()
    return found


def read_violations(
    section: Section, types: Sequence[RelationshipType], catalogue: Catalogue, signals: Collection[str]
) -> dict[str, tuple[Violation, ...]]:
    """The rules of every relationship; each has one at least. `signals` are those that a rule may name."""
    personal = {name for name, kind in catalogue.types.items() if not kind.company_wide and not kind.line}
    found: dict[str, tuple[Violation, ...]] = {}
    for each in types:
        table = section.section(each.id)
        rules: list[Violation] = []
        for name, row in table.sections():
            kinds = row.names("types", personal)
            when, base = _conditions(row, kinds, catalogue), row.number("base", 0, 1)
            falls_to = row.choice("falls_to", TYPE_IDS, each.falls_to[0] if each.falls_to else each.id)
            waits = row.choice("waits", signals, "")
            rules.append(Violation(f"{each.id}.{name}", kinds, when, base, falls_to, waits))
            row.close()
        if section.has(each.id) and not rules:
            table.fault("a relationship without a rule that can be broken: name what breaks it")
        found[each.id] = tuple(rules)
    section.close()
    return found


def _conditions(row: Section, types: Sequence[str], catalogue: Catalogue) -> tuple[Condition, ...]:
    when = row.section("when", required=False)
    known = {name for each in types for name in catalogue.types[each].properties}
    found: list[Condition] = []
    for key in when.listed():
        field = key.removeprefix(PROPERTIES)
        if field in PERSONAL:
            when.fault(f"{field!r} is who somebody is, and no evidence of a relationship (S0-02): leave it out", key)
        if key.startswith(PROPERTIES):
            if types and field not in known:
                when.fault(f"{', '.join(types)} has no property {field!r}{nearest(field, known)}", key)
        elif field not in FIELDS:
            names = [*FIELDS, *(PROPERTIES + name for name in known)]
            when.fault(f"unknown field {field!r}{nearest(field, names)}", key)
        test, values = _test(when, key)
        found.append(Condition(field, key.startswith(PROPERTIES), test, values))
    return tuple(found)


def _test(when: Section, key: str) -> tuple[Test, tuple[str | float | bool, ...]]:
    if not when.is_mapping(key):
        return "is", when.values(key)
    inner = when.section(key)
    names = inner.listed()
    if len(names) != 1 or names[0] not in TEST:
        when.fault(f"{key}: one test of {', '.join(TESTS)}", key)
        return "is", ()
    test, values = TEST[names[0]], inner.values(names[0])
    if test in NUMERIC and (len(values) != 1 or not isinstance(values[0], float)):
        inner.fault(f"{test!r} compares with one number", test)
    if test == "present" and (len(values) != 1 or not isinstance(values[0], bool)):
        inner.fault("'present' is true or false", test)
    return test, values
