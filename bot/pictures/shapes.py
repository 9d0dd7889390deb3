"""What a picture is drawn from: texts, points, bars and lines at places, in logical pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Tone = Literal["text", "quiet", "mark", "faint", "grid"]
"""What colour means: reading text, small print, marks, less important marks, lines behind."""


@dataclass(frozen=True)
class Text:
    """A line of text that begins at `x`, on the baseline `y`."""

    x: float
    y: float
    text: str
    size: float
    tone: Tone = "text"


@dataclass(frozen=True)
class Dot:
    """A point in time, around its centre."""

    x: float
    y: float
    radius: float
    hollow: bool = False
    tone: Tone = "mark"


@dataclass(frozen=True)
class Bar:
    """A stretch of time around the height `y`; it fades where its end is not known."""

    left: float
    right: float
    y: float
    height: float
    hollow: bool = False
    fades_left: bool = False
    fades_right: bool = False
    tone: Tone = "mark"


@dataclass(frozen=True)
class Rule:
    """A line from one place to another, perhaps dashed."""

    x: float
    y: float
    to_x: float
    to_y: float
    dashed: bool = False


@dataclass(frozen=True)
class Drawing:
    """Shapes on a panel; later ones lie on top."""

    width: float
    height: float
    shapes: tuple[Text | Dot | Bar | Rule, ...]
