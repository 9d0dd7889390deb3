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

ANSWER, NEAR = 0.6, 0.15
"""The chances from which the first units are the answer, or are shown as near."""
OPEN = 0.05
"""The chance from which a first unit is shown that says what the articles do not tell."""

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
    -2.39, 0.47, 0.15, -0.68, 0.73, -0.88, -1.01, 0.71, -0.78, 0.15, -0.27, -1.01, -0.53, 0.2,
    -0.29, -0.79, -1.54, 0.03, -0.22, 1.0, 0.25, -1.71, 0.38, 0.96, -2.39,
)  # fmt: skip

_MEANT, _MISSING_NAME, _MISSING_NUMBERS = (
    FEATURES.index(name) for name in ("meant", "missing name", "numbers missing")
)
_RARE = 0.4  # a name of this weight is of few units, so its absence says much


def tier_of(likely: float, asked: Asked, ranked: Sequence[Ranked]) -> Tier:
    """How sure it is that the first units answer a question, if it is so likely."""
    if likely < NEAR:
        return "none"
    return "answer" if likely >= ANSWER and not _is_doubtful(asked, ranked) else "near"


def _is_doubtful(asked: Asked, ranked: Sequence[Ranked]) -> bool:
    """Whether a question is likely to presuppose something that no article tells.

    It asks what came later, or it names something or gives a number that the first unit does not
    have.
    """
    features = ranked[0].features
    lacks = features[_MISSING_NAME] >= _RARE or features[_MISSING_NUMBERS] > 0
    return lacks or _is_later(asked, ranked)


def _is_later(asked: Asked, ranked: Sequence[Ranked]) -> bool:
    """Whether a question asks what became of something, or for the next after the last known."""
    is_beyond = asked.order == "next" and not any(each.features[_MEANT] for each in ranked)
    return asked.is_later or is_beyond


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
        float(_is_later(asked, ranked)),
    )
