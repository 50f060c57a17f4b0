"""Loops over numbers as machine code, by numba: what is done for every touchpoint and would be hundreds of steps of
Python."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., object])


def compiled(function: F) -> F:
    """The function as machine code, with the same results to the last digit: nothing is reordered or fused, and a place
    outside of an array is an IndexError.

    The first call takes a quarter to a whole second. The code is kept beside the source or in the user's cache for
    later starts, or, where neither can be written, made anew at each. What is kept is known by the function's file and
    by its cells alone: a constant of another module must be in a cell or an argument, or an old one stays in force.
    """
    return cast(F, _machine_code(function))


@cache
def _machine_code(function: Callable[..., object]) -> Any:
    import numba  # 100 MB of a process and half a second, which most commands do not need

    try:
        return numba.njit(cache=True, boundscheck=True)(function)
    except RuntimeError:  # numba found no place to keep it
        return numba.njit(boundscheck=True)(function)
