"""The order of the units for a question, by a small model.

Each gathered unit gets a strength, a weighted sum of its features. `benchmarks/learn_asking.py`
learns the weights from the asks of a base, each left out of its own unit, and from questions that
people wrote.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import mul

from bot.asking.features import Comparison, Features
from bot.facts.records import UnitRecord

WEIGHTS: Features = (
    1.02, 1.96, 3.03, 5.96, 5.06, 1.67, 1.0, 0.68, -1.45, 0.05, -0.95, 1.21, 2.07, -1.06, -0.13,
    0.0, 0.99,
)  # fmt: skip

GATHERED = 24
"""Units that are compared with a question; the right one is nearly always among them."""


@dataclass(frozen=True)
class Ranked:
    """A unit with its likeness to a question, and its strength."""

    unit: UnitRecord
    features: Features
    strength: float


def rank(comparison: Comparison, units: Sequence[UnitRecord]) -> list[Ranked]:
    """The units that a question was compared with, best first."""
    likenesses = (comparison.features(unit, unit.ask_index) for unit in units)
    return ordered(units, likenesses)


def ordered(
    units: Iterable[UnitRecord], likenesses: Iterable[Features], weights: Features = WEIGHTS
) -> list[Ranked]:
    """Units by the strength that their likenesses give them."""
    ranked = [
        Ranked(unit, likeness, sum(map(mul, weights, likeness)))
        for unit, likeness in zip(units, likenesses, strict=True)
    ]
    return sorted(ranked, key=lambda each: -each.strength)
