"""Measurements: ratios within one run, never timed tests. `python -m bench` lists them."""
