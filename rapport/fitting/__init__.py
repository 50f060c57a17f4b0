"""Weights that people do not write by hand: estimated from sentences and from histories whose truth is known."""
