"""How sure an answer is: an answer, the nearest facts, or nothing.

A small model gives the chance that one of the first units answers. Its weights are learned by
`benchmarks/learn_asking.py` from asks left out of their units, and from questions that the base
does not answer.
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

_OF_THE_FIRST = (
    "best ask", "best ask of its kind", "best asks", "letters", "covered", "covered by itself",
    "things", "missing thing", "rarest missing", "numbers missing", "form fits",
)  # fmt: skip
_PLACES = tuple(map(FEATURES.index, _OF_THE_FIRST))
SIGNS = ("always", "strength", "ahead", *_OF_THE_FIRST, "unknown", "unknown words", "terms")
WEIGHTS: Signs = (
    -1.38, 0.33, 0.08, -0.4, 0.65, -0.33, -0.57, -0.13, -0.35, -0.11, -0.41, -1.41, -0.04, -0.08,
    -1.16, -0.28, 1.27,
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
        *(first.features[place] for place in _PLACES),
        weights.of(unknown) / (weights.of(terms) or 1.0),
        min(3, len(unknown)) / 3,
        min(8, len(terms)) / 8,
    )
