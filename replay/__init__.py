"""The engine on recorded touchpoints, in this process. Built without a producer: it can't reach anyone."""
