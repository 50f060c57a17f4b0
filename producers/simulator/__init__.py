"""A made-up shop whose true relationships are known: touchpoints to feed, and the truth to judge detectors by."""
