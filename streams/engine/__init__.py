"""The pure engine: what the Faust agents, replay, the scenarios and the one-process mode all drive."""

from streams.engine.codec import UnreadableState
from streams.engine.engine import Engine, UnknownKnowledge
from streams.engine.outcome import Outcome
from streams.engine.partition import Partition

__all__ = ["Engine", "Outcome", "Partition", "UnknownKnowledge", "UnreadableState"]
