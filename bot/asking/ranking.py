"""The order of the units for a question, by a small model.

Each gathered unit gets a strength, a weighted sum of its features. `benchmarks/learn_asking.py`
learns the weights from the asks of a base, each left out of its own unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import mul

from bot.asking.features import Features, features
from bot.asking.question import Asked
from bot.facts.records import UnitRecord
from bot.matching.term_weights import TermWeights

WEIGHTS: Features = (
    0.99, 3.04, 1.31, 1.68, 3.31, 1.71, 0.3, 1.01, -0.8, -1.44, -0.93, 1.34, -0.82, -0.51,
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
    likenesses = (features(asked, unit, unit.asks, weights) for unit in units)
    return ordered(units, likenesses)


def ordered(units: Iterable[UnitRecord], likenesses: Iterable[Features]) -> list[Ranked]:
    """Units by the strength that their likenesses give them."""
    ranked = [
        Ranked(unit, likeness, sum(map(mul, WEIGHTS, likeness)))
        for unit, likeness in zip(units, likenesses, strict=True)
    ]
    return sorted(ranked, key=lambda each: -each.strength)
