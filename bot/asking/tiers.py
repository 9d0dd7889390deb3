"""How sure an answer is: an answer, the nearest facts, or nothing.

A small model gives the chance that one of the first units answers. Its weights are learned by
`benchmarks/learn_asking.py` from asks left out of their units, from questions that the base does
not answer, and from questions that people wrote.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp
from operator import mul

from bot.asking.features import FEATURES
from bot.asking.question import Asked
from bot.asking.ranking import Ranked
from bot.cards.card import Tier
from bot.matching.term_weights import TermWeights

Signs = tuple[float, ...]

ANSWER, NEAR = 0.6, 0.2
"""The chances from which the first units are the answer, or are shown as near."""

SIGNS = (
    "always",
    "strength",
    "ahead",
    *FEATURES,
    "no names",
    "unknown",
    "unknown words",
    "terms",
    "later",
)
WEIGHTS: Signs = (
    -2.08, 0.41, 0.12, -1.11, 0.63, -0.12, -0.61, 0.7, -0.93, -0.3, -0.6, -0.9, -0.63,
    -0.07, -0.11, -0.34, -1.39, 0.08, -0.44, -2.06, 0.88, 1.5, -1.71,
)  # fmt: skip


def tier_of(asked: Asked, ranked: Sequence[Ranked], weights: TermWeights) -> Tier:
    """How sure it is that the first of the ranked units answer a question."""
    likely = chance(asked, ranked, weights)
    return "answer" if likely >= ANSWER else "near" if likely >= NEAR else "none"


def chance(asked: Asked, ranked: Sequence[Ranked], weights: TermWeights) -> float:
    """The chance that one of the first units answers a question."""
    if not ranked:
        return 0.0
    return 1 / (1 + exp(-sum(map(mul, WEIGHTS, signs(asked, ranked, weights)))))


def signs(asked: Asked, ranked: Sequence[Ranked], weights: TermWeights) -> Signs:
    """What the chance depends on: how good the first unit is, and what no unit knows."""
    first = ranked[0]
    second = ranked[1].strength if len(ranked) > 1 else 0.0
    terms = asked.terms.all
    unknown = [term for term in terms if not weights.knows(term)]
    return (
        1.0,
        first.strength,
        first.strength - second,
        *first.features,
        float(not asked.terms.names),
        weights.of(unknown) / (weights.of(terms) or 1.0),
        min(3, len(unknown)) / 3,
        min(8, len(terms)) / 8,
        float(asked.is_later),
    )
