"""Pieces that all pictures are made of. Text is escaped; colours are classes, so that themes and the policy hold."""

from __future__ import annotations

from html import escape
from typing import Final

from markupsafe import Markup

PALETTE: Final = 8


def colour(index: int) -> str:
    """The class of the n-th of several things."""
    return f"f{index % PALETTE + 1}"


def text(x: float, y: float, words: str, *, kind: str = "", anchor: str = "start", whole: str = "") -> str:
    """`whole`: what the words are cut from, told to who points at them."""
    named = f' class="{kind}"' if kind else ""
    told = f"<title>{escape(whole)}</title>" if whole not in ("", words) else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{named}>{told}{escape(words)}</text>'


def box(x: float, y: float, width: float, height: float, kind: str, title: str = "") -> str:
    told = f"<title>{escape(title)}</title>" if title else ""
    size = f'width="{max(width, 0):.1f}" height="{max(height, 0):.1f}"'
    return f'<rect x="{x:.1f}" y="{y:.1f}" {size} class="{kind}">{told}</rect>'


def rule(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="rule"/>'


def picture(width: float, height: float, title: str, pieces: list[str]) -> Markup:
    """One SVG, told to who cannot see it by its title."""
    inner = "".join(pieces)
    return Markup(f'<svg viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-label="{escape(title)}">{inner}</svg>')


def legend(names: list[str]) -> Markup:
    each = "".join(f'<li><span class="{colour(n)}"></span>{escape(name)}</li>' for n, name in enumerate(names))
    return Markup(f'<ul class="legend">{each}</ul>')
