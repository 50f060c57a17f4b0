"""Values that the shell can complete: each a function from what is written so far to what it may become."""

from __future__ import annotations

from collections.abc import Iterable


def teams(incomplete: str) -> list[str]:
    from schemas.topics import TEAMS

    return _begun(TEAMS, incomplete)


def topics(incomplete: str) -> list[str]:
    from rapport.selecting import OUTPUTS

    return _begun(OUTPUTS, incomplete)


def kinds(incomplete: str) -> list[str]:
    from rapport.selecting import KINDS

    return _begun(KINDS, incomplete)


def severities(incomplete: str) -> list[str]:
    from schemas.records import SEVERITIES

    return _begun(SEVERITIES, incomplete)


def histories(incomplete: str) -> list[str]:
    from rapport.selecting import HISTORIES

    return _begun(HISTORIES, incomplete)


def signals(incomplete: str) -> list[str]:
    """Of the knowledge that the settings name; none while it cannot be read."""
    from rapport.settings import SettingsError, read
    from streams.knowledge.load import KnowledgeError, load

    try:
        return _begun(load(read().knowledge).signals, incomplete)
    except (SettingsError, KnowledgeError):
        return []


def languages(incomplete: str) -> list[str]:
    from rapport.voice import LANGUAGES

    return _begun(LANGUAGES, incomplete)


def reasons(incomplete: str) -> list[str]:
    """Of dead letters."""
    from producers.letters.remedies import REMEDIES

    return _begun(REMEDIES, incomplete)


def stages(incomplete: str) -> list[str]:
    from producers.letters.selecting import STAGES

    return _begun(STAGES, incomplete)


def letter_groups(incomplete: str) -> list[str]:
    from rapport.letters import GROUPS

    return _begun(GROUPS, incomplete)


def _begun(words: Iterable[str], incomplete: str) -> list[str]:
    return [word for word in words if word.startswith(incomplete)]
