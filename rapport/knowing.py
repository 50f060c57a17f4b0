"""The knowledge that commands go by, without anything of Kafka."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rapport.failure import told
from rapport.settings import Settings
from streams.knowledge.load import KnowledgeError, from_documents, load
from streams.knowledge.model import Knowledge
from streams.knowledge.overriding import overridden


def read_knowledge(settings: Settings, overlay: Path | None = None, values: Sequence[str] = ()) -> Knowledge:
    """The knowledge in its folder, files of `overlay` in the place of those of the same name; then `values`.

    A value is `signals.repeat_contact.window=3d`. Failure with every fault, file and line.
    """
    with told(KnowledgeError):
        found = load(settings.knowledge, overlay)
        return from_documents(overridden(found.documents, values)) if values else found
