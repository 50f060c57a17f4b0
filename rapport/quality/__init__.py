"""How right declared relationships are, against a truth. Definitions, so that figures mean one thing:

*Reading*: what a detector says of a customer at a moment, with a probability. Moments are quarters of the run. A
customer is read if they were seen at all and their true relationship has held for `SETTLED_DAYS` (or since they
were first seen). Before anything is declared a detector says `complete_stranger`, as the engine does.

*macro-F1*: mean over the types that occur in the truth or the readings of F1. *Families*: the same over the
groups of `FAMILIES`. *Tense*: precision and recall of the readings of `TENSE`, as one class against the rest.

*A true shift* is a change of period in the truth of a customer who was seen before it and after it. It is *found* if
the new type is declared between `EARLY_DAYS` before it (its cause comes first) and the later of `WITHIN_DAYS` after it
and the customer's `WITHIN_TOUCHPOINTS`-th touchpoint after it, before the next change.

*A false shift* is any declaration, the first included, of a type that does not hold within `EARLY_DAYS` of it.
*A flap* is a return within 30 days to the type that was left. Both are counted for 100 customer-years, from the first
touchpoint of a customer to the end.

*ECE*: over readings of declared types, in ten bins of probability, the mean distance of what was claimed from what was
right, weighted by readings. A reading's probability is the one that the detector gives at that moment.
"""
