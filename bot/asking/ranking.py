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
from bot.asking.question import Asked
from bot.facts.records import UnitRecord
from bot.matching.term_weights import TermWeights

WEIGHTS: Features = (
    0.3, 1.83, 1.37, 3.12, 3.78, 2.84, 0.57, 0.92, -2.58, -0.52, -0.42, 1.26, 2.72, -1.31,
    -0.53, 0.05, 1.37,
)  # fmt: skip

GATHERED = 40
"""Units that are compared with a question; the right one is nearly always among them."""


@dataclass(frozen=True)
class Ranked:
    """A unit with its likeness to a question, and its strength."""

    unit: UnitRecord
    features: Features
    strength: float


def rank(asked: Asked, units: Sequence[UnitRecord], weights: TermWeights) -> list[Ranked]:
    """The gathered units, best first."""
    comparison = Comparison(asked, weights, units)
    likenesses = (comparison.features(unit, unit.asks) for unit in units)
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
