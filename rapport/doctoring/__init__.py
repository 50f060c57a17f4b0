"""`rapport doctor`: facts are asked (`asking`, `gathering`), checks judge them, each for itself and without asking.

How to add one: a module with the facts it needs and `judge(facts) -> list[Finding]`, tested by a table; the
question in `asking`; a field of `gathering.Facts`; a line in `examining.CHECKS`; what to do in docs/operations.md.
"""
