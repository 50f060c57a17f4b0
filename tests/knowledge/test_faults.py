"""Every broken file names file, line and reason."""

from __future__ import annotations

import pytest

from streams.knowledge.load import KnowledgeError, from_documents


def faults_of(documents: dict[str, str], file: str, old: str, new: str) -> tuple[str, ...]:
    text = documents[file]
    assert old in text, f"{old!r} stands no more in {file}: change this test"
    with pytest.raises(KnowledgeError) as caught:
        from_documents({**documents, file: text.replace(old, new, 1)})
    return caught.value.faults


@pytest.mark.parametrize(
    ("file", "old", "new", "mark", "reason"),
    [
        # signals
        pytest.param(
            "signals.yaml",
            "min_purchases: 3",
            "min_purchase: 3",
            "min_purchase: 3",
            "running_out.parameters: unknown parameter 'min_purchase' of running_out (did you mean 'min_purchases'?)",
            id="an unknown parameter",
        ),
        pytest.param(
            "signals.yaml",
            "arrival:\n  version",
            "arival:\n  version",
            "arival:",
            "unknown 'arival' (did you mean 'arrival'?)",
            id="an unknown signal",
        ),
        pytest.param(
            "signals.yaml",
            "version: 1\n  severity: warning",
            "version: 7\n  severity: warning",
            "version: 7",
            "unanswered: there is no version 7 of unanswered; there is 1",
            id="a version that does not exist",
        ),
        pytest.param(
            "signals.yaml",
            "teams: [store]",
            "teams: [stores]",
            "teams: [stores]",
            "arrival: teams: unknown 'stores' (did you mean 'store'?)",
            id="an unknown team",
        ),
        pytest.param(
            "signals.yaml",
            "severity: info\n  teams: [agent",
            "severity: mild\n  teams: [agent",
            "severity: mild",
            "running_out: severity: unknown 'mild'; known: info, warning, error, critical",
            id="an unknown severity",
        ),
        pytest.param(
            "signals.yaml",
            "chat.message: 2",
            "chat.messages: 2",
            "chat.messages",
            "unanswered.parameters.norms_minutes: unknown 'chat.messages' (did you mean 'chat.message'?)",
            id="a norm for a type that is never waited for",
        ),
        pytest.param(
            "signals.yaml",
            "from_quantile: 0.2",
            "from_quantile: 0.7",
            "from_quantile: 0.7",
            "running_out.parameters: 'from_quantile' must be below 'to_quantile'",
            id="a window the wrong way round",
        ),
        pytest.param(
            "signals.yaml",
            "confidence_floor: 0.8",
            "confidence_floor: 80",
            "confidence_floor: 80",
            "arrival.parameters: 'confidence_floor' is 80; it must be from 0 to 1",
            id="a number out of bounds",
        ),
        pytest.param(
            "signals.yaml",
            "quiet_days: 0",
            "quiet_days: never",
            "quiet_days: never",
            "arrival: 'quiet_days' must be a number",
            id="no number",
        ),
        pytest.param(
            "signals.yaml",
            "reach: where_asked",
            "reach: where_ask",
            "reach: where_ask\n",
            "unanswered: reach: unknown 'where_ask' (did you mean 'where_asked'?); known: any, phone, phone_on_time,"
            " where_asked, with_us, none",
            id="an unknown way to reach them",
        ),
        pytest.param(
            "signals.yaml",
            "[unanswered, promise_overdue, repeat_contact, handed_around,",
            "[unansword, promise_overdue, repeat_contact, handed_around,",
            "matters:",
            "incoming_call.parameters: matters: unknown 'unansword' (did you mean 'unanswered'?)",
            id="a matter that no signal is",
        ),
        # relationships
        pytest.param(
            "relationships.yaml",
            "prior: 0.18",
            "prior: 0.17",
            "types:",
            "types: the priors add up to 0.99; they must add up to 1",
            id="priors that do not add up",
        ),
        pytest.param(
            "relationships.yaml",
            "  fling:\n",
            "  flings:\n",
            "flings:",
            "types: unknown 'flings' (did you mean 'fling'?)",
            id="a type that is none of the 29",
        ),
        pytest.param(
            "relationships.yaml",
            "falls_to: [ex_friend]",
            "falls_to: [exfriend]",
            "falls_to: [exfriend]",
            "types.best_friend: falls_to: unknown 'exfriend' (did you mean 'ex_friend'?)",
            id="falls to an unknown type",
        ),
        pytest.param(
            "relationships.yaml",
            "cap: 2",
            "cap: -1",
            "cap: -1",
            "types.marriage_partner: 'cap' is -1; it must be from 0 to 100",
            id="a negative cap",
        ),
        pytest.param(
            "relationships.yaml",
            "cap: 2",
            "cap: 1.5",
            "cap: 1.5",
            "types.marriage_partner: 'cap' must be a whole number",
            id="half a message",
        ),
        pytest.param(
            "relationships.yaml",
            "en: white-glove",
            "en: master",
            "label:",
            "types.master_slave: label: staff read this, and 'master' offends (see 'offensive')",
            id="a label that offends",
        ),
        pytest.param(
            "relationships.yaml",
            "[exclusivity, patience]",
            "[exclusivity]",
            "gives:",
            "types.marriage_partner: gives: as many lines in every language, but there are 2 in zh, 1 in en",
            id="a line in one language only",
        ),
        pytest.param(
            "relationships.yaml",
            "    valence: 0.9\n",
            "",
            "marriage_partner:",
            "types.marriage_partner: 'valence' is missing",
            id="a missing score",
        ),
        pytest.param(
            "relationships.yaml",
            "tones: [warm, informative, apologetic, exclusive]",
            "tones: [warm, cosy]",
            "tones: [warm, cosy]",
            "types.marriage_partner: tones: unknown 'cosy'",
            id="an unknown tone",
        ),
        # cues and rules
        pytest.param(
            "cues.zh.yaml",
            "marriage_partner: 1.5",
            "mariage_partner: 1.5",
            "mariage_partner",
            "cues.partner_words.weights: unknown 'mariage_partner' (did you mean 'marriage_partner'?)",
            id="a weight for an unknown type",
        ),
        pytest.param(
            "cues.en.yaml",
            "marriage_partner: 1.5",
            "marriage_partner: 3.5",
            "marriage_partner: 3.5",
            "cues.partner_words.weights: 'marriage_partner' is 3.5; it must be from -3 to 3",
            id="a weight beyond the clip",
        ),
        pytest.param(
            "cues.en.yaml",
            "words: [impulse,",
            "words: [impulse, cheap,",
            "words: [good price",
            "cues.price_words: words: 'cheap' is already a word of 'impulse_words' and would count twice",
            id="a word of two cues",
        ),
        pytest.param(
            "cues.zh.yaml",
            "half_life: text\n  loyalty",
            "half_life: long\n  loyalty",
            "half_life: long",
            "cues.partner_words: half_life: unknown 'long'; known: text, behaviour, betrayal",
            id="an unknown half-life",
        ),
        pytest.param(
            "cues.zh.yaml",
            "[特别, ",
            "[特殊, ",
            "exceptions:",
            "negation: exceptions: '特殊' has no negation in it",
            id="an exception that excepts nothing",
        ),
        pytest.param(
            "cues.en.yaml",
            "language: en",
            "language: zh",
            "language: zh",
            "'language' is 'zh', but this is the file of 'en'",
            id="the file of another language",
        ),
        pytest.param(
            "rules.yaml",
            "all_of: [loyalty]",
            "all_of: [loyal]",
            "all_of: [loyal]",
            "combinations.broken_loyalty: all_of: unknown 'loyal' (did you mean 'loyalty'?)",
            id="an unknown group",
        ),
        pytest.param(
            "rules.yaml",
            "leave: 0.30",
            "leave: 0.6",
            "leave: 0.6",
            "shifts: 'leave' (0.6) must be below 'declare' (0.55)",
            id="hysteresis the wrong way round",
        ),
        pytest.param(
            "rules.yaml",
            "types: [feedback.suggested]",
            "types: [feedback.suggestion]",
            "feedback.suggestion]",
            "deeds.suggestion: types: unknown 'feedback.suggestion' (did you mean 'feedback.suggested'?)",
            id="an unknown touchpoint type",
        ),
        pytest.param(
            "rules.yaml",
            "{properties.outcome: rejected}",
            "{properties.outcom: rejected}",
            "properties.outcom:",
            "deeds.call_rejected.when: call.ended has no property 'outcom' (did you mean 'outcome'?)",
            id="a property that the type has not",
        ),
        pytest.param(
            "rules.yaml",
            "{properties.granted: false}",
            "{grant: false}",
            "{grant: false}",
            "deeds.consent_withdrawn.when: unknown field 'grant'",
            id="an unknown field",
        ),
        pytest.param(
            "rules.yaml",
            "{below: 2.5}",
            "{under: 2.5}",
            "{under: 2.5}",
            "deeds.low_rating.when: properties.score: one test of is, not, contains, at_least, below, not_below,"
            " present",
            id="an unknown test",
        ),
        pytest.param(
            "rules.yaml",
            "{below: 2.5}",
            "{below: low}",
            "{below: low}",
            "deeds.low_rating.when.properties.score: 'below' compares with one number",
            id="a comparison with a word",
        ),
        pytest.param(
            "rules.yaml",
            "name: betrayal}",
            "name: treason}",
            "name: treason}",
            "migrations.exceptions: name: unknown 'treason'; known: exploration, endowment, recovery, neglect,"
            " betrayal",
            id="an unknown migration",
        ),
        pytest.param(
            "rules.yaml",
            "betrayal: 365",
            "betrayal: 365, gossip: 1",
            "gossip",
            "shifts.half_lives_days: unknown 'gossip'",
            id="a half-life of nothing",
        ),
        # strategies
        pytest.param(
            "strategies.yaml",
            "fling, courtship]",
            "fling]",
            "# What to do",
            "'courtship' must stand under one strategy; it stands under none",
            id="a type without a strategy",
        ),
        # teams, channels, places
        pytest.param(
            "teams.yaml",
            'fallback: ""',
            "fallback: store",
            "managers: {",
            "managers: the fallbacks go in a circle: managers → store → agent-desk → managers",
            id="fallbacks in a circle",
        ),
        pytest.param("channels.yaml", "sms: {", "text: {", "text: {", "unknown 'text'", id="an unknown channel"),
        pytest.param(
            "places.yaml",
            "location_id: lon-02",
            "location_id: lon-01",
            "London Stratford",
            "places: location_id: 'lon-01' is there twice",
            id="a place twice",
        ),
        pytest.param(
            "places.yaml",
            "currency: EUR",
            "currency: EURO",
            "Berlin Mitte",
            "places: currency: money.yaml has no rate of 'EURO'",
            id="a currency without a rate",
        ),
        # wording
        pytest.param(
            "wording.en.yaml",
            "signal.arrival.title:",
            "signal.arival.title:",
            "signal.arival.title:",
            "unknown line 'signal.arival.title' (did you mean 'signal.arrival.title'?)",
            id="an unknown line",
        ),
        pytest.param(
            "wording.zh.yaml",
            "{norm}",
            "{nrm}",
            "signal.unanswered.why",
            "signal.unanswered.why: nobody fills in {nrm} (did you mean 'norm'?); there is: norm",
            id="a blank that nobody fills in",
        ),
        pytest.param(
            "wording.zh.yaml",
            "（{channel}）",
            "",
            "recent.channel",
            "recent.channel: {channel} is used in another language and not here",
            id="a blank left out",
        ),
        pytest.param(
            "wording.en.yaml",
            "{n} min ago",
            "{n.real} min ago",
            "ago.minutes",
            "ago.minutes: only a plain name may stand in braces, not {n.real}",
            id="a blank that looks inside",
        ),
        pytest.param(
            "wording.en.yaml",
            "{n} min ago",
            "{n min ago",
            "ago.minutes",
            "ago.minutes: expected '}' before end of string; a brace that is none is written twice: {{ }}",
            id="an open brace",
        ),
        pytest.param(
            "wording.en.yaml",
            "ago.now: just now\n",
            "",
            "# Every sentence",
            "'ago.now' is missing",
            id="a line that one language has not",
        ),
        # YAML itself
        pytest.param(
            "money.yaml",
            "base: GBP",
            "base: GBP\nbase: EUR",
            "base: EUR",
            "'base' is there twice, first in line 4",
            id="a name twice",
        ),
        pytest.param(
            "money.yaml",
            "base: GBP",
            "base: [GBP",
            "rates",
            "not YAML: did not find expected ',' or ']'",
            id="not YAML",
        ),
        pytest.param(
            "money.yaml",
            "base: GBP",
            "base: &b GBP\nname: *b",
            "name: *b",
            "aliases (*name) are not supported: write the value out",
            id="an alias",
        ),
        pytest.param("money.yaml", "base: GBP", "base:", "base:", "'base' is empty", id="an empty value"),
        pytest.param(
            "company.yaml",
            "name: Rapport",
            "name: {en: Rapport}",
            "name: {",
            "'name' must be text",
            id="a mapping for a text",
        ),
        pytest.param(
            "touchpoints.yaml",
            "web.viewed: {channels: [web, app]",
            "web.viewed: {channels: [wep, app]",
            "web.viewed:",
            "web.viewed: no channel is called 'wep'",
            id="a fault of the catalogue",
        ),
    ],
)
def test_a_fault_names_file_line_and_reason(
    documents: dict[str, str], file: str, old: str, new: str, mark: str, reason: str
) -> None:
    found = faults_of(documents, file, old, new)
    text = documents[file].replace(old, new, 1)
    changed = text.rfind("\n", 0, documents[file].index(old)) + 1
    at = text.find(mark, changed)
    line = text.count("\n", 0, at if at >= 0 else text.rindex(mark)) + 1
    assert any(fault.startswith(f"knowledge/{file}:{line}: {reason}") for fault in found), found


def test_a_fault_does_not_hide_the_next(documents: dict[str, str]) -> None:
    text = documents["signals.yaml"].replace("min_purchases: 3", "min_purchase: 3").replace("[store]", "[stor]", 1)
    with pytest.raises(KnowledgeError) as caught:
        from_documents({**documents, "signals.yaml": text})
    reasons = [fault.split(": ", 1)[1] for fault in caught.value.faults]
    assert reasons == [
        "running_out.parameters: 'min_purchases' is missing",
        "running_out.parameters: unknown parameter 'min_purchase' of running_out (did you mean 'min_purchases'?)",
        "arrival: 'teams' names nobody who could be told",
        "arrival: teams: unknown 'stor' (did you mean 'store'?)",
    ]
