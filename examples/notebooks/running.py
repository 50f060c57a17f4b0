"""Runs notebooks in this process: cells in order, in one namespace, and what the last line of each gives.

A kernel of its own (nbclient, ipykernel) would bring 26 packages, a process and five
ports for what `exec` does; a failing cell would fail behind them. What these notebooks
do without: magics, and output that is not the value of a cell's last line.
"""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).parent
NOTEBOOKS: Final = ("price_change", "which_signals_pay")
_SHOWN: Final = (("text/html", "_repr_html_"), ("image/svg+xml", "_repr_svg_"))


def read(name: str) -> dict[str, Any]:
    """A notebook of `FOLDER` as nbformat 4 has it."""
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.ipynb").read_text(encoding="utf-8"))
    return found


def write(name: str, notebook: dict[str, Any]) -> None:
    text = json.dumps(notebook, ensure_ascii=False, indent=1)
    (FOLDER / f"{name}.ipynb").write_text(f"{text}\n", encoding="utf-8")


def executed(notebook: dict[str, Any], name: str, space: dict[str, Any]) -> dict[str, Any]:
    """The same with the outputs of this run; what a cell raises comes through, with the cell's number for a file.

    `space` holds the names that the cells give things.
    """
    cells = []
    for number, cell in enumerate(notebook["cells"], start=1):
        if cell["cell_type"] == "code":
            shown = _shown(_run("".join(cell["source"]), f"{name}.ipynb, cell {number}", space))
            result = {"output_type": "execute_result", "execution_count": number, "metadata": {}, "data": shown}
            cells.append({**cell, "execution_count": number, "outputs": [result] if shown else []})
        else:
            cells.append(cell)
    return {**notebook, "cells": cells}


def _run(source: str, place: str, space: dict[str, Any]) -> Any:
    tree = ast.parse(source, place)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, place, "exec"), space)
    if not isinstance(last, ast.Expr):
        return None
    return eval(compile(ast.Expression(last.value), place, "eval"), space)


def _shown(value: Any) -> dict[str, list[str]]:
    if value is None:
        return {}
    found = {"text/plain": str(value)} if not hasattr(value, "_repr_svg_") else {"text/plain": type(value).__name__}
    found |= {kind: getattr(value, method)() for kind, method in _SHOWN if hasattr(value, method)}
    return {kind: text.splitlines(keepends=True) for kind, text in found.items()}
