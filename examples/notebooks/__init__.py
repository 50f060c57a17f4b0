"""Notebooks for analysts, and the invented history that they tell of."""
