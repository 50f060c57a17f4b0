"""How right the engine is on a simulated year, beside a bag of cue words and a fitted booster.

What the figures mean: `rapport.quality`. The engine is judged by what it declares (the type that a shift made), a bag
of cues by its likeliest, the booster by what it is sure of: all three can be wrong in all ways.
"""
