"""How sure an answer is: an answer, the nearest facts, or nothing.

A small model gives the chance that one of the first units answers. Its weights are learned by
`benchmarks/learn_asking.py` from asks left out of their units, from the questions that the base
lists as unanswered, each left out of the list, and from questions that people wrote.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import exp
from operator import mul

from bot.asking.features import FEATURES
from bot.asking.question import Asked
from bot.asking.ranking import Ranked
from bot.cards.card import Tier
from bot.matching.term_weights import TermWeights

ConfidenceFeatures = tuple[float, ...]

ANSWER, NEAR = 0.62, 0.35
"""The chances from which the first units are the answer, or are shown as near."""
OPEN = 0.05
"""The chance from which a first unit is shown that says what the articles do not tell."""

CONFIDENCE_FEATURES = (
    "always",
    "strength",
    "ahead",
    *FEATURES,
    "no names",
    "unknown",
    "unknown words",
    "terms",
    "later",
    "unanswered",
    "unanswered of its kind",
    "best unanswered",
    "words of unanswered",
)
WEIGHTS: ConfidenceFeatures = (
    -1.59, 0.51, 0.24, -0.87, 0.6, -0.02, -0.41, 0.41, -1.06, -0.51, -0.06, -1.66, -0.17, -0.09,
    -0.51, -0.02, -1.59, 0.05, -0.12, 0.03, 0.13, -1.11, 0.14, 0.75, -0.68, -1.73, -2.46, -1.69,
    -2.32,
)  # fmt: skip

_FITS_IN_SERIES = FEATURES.index("fits in series")


def tier_of(likely: float) -> Tier:
    """How sure it is that the first units answer a question, if it is so likely."""
    if likely < NEAR:
        return "none"
    return "answer" if likely >= ANSWER else "near"


def _is_later(asked: Asked, ranked: Sequence[Ranked]) -> bool:
    """Whether a question asks what became of something, or for the next after the last known."""
    is_beyond = asked.order == "next" and not any(
        each.features[_FITS_IN_SERIES] > 0 for each in ranked
    )
    return asked.is_later or is_beyond


def chance(
    asked: Asked, ranked: Sequence[Ranked], unanswered: Iterable[float], weights: TermWeights
) -> float:
    """The chance that one of the first units answers a question.

    `unanswered` is how like it is to questions that no article answers.
    """
    if not ranked:
        return 0.0
    strength = sum(map(mul, WEIGHTS, confidence_features(asked, ranked, unanswered, weights)))
    return 1 / (1 + exp(-strength))


def confidence_features(
    asked: Asked, ranked: Sequence[Ranked], unanswered: Iterable[float], weights: TermWeights
) -> ConfidenceFeatures:
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
        float(_is_later(asked, ranked)),
        *unanswered,
    )
