"""How a unit is like a question: the features from which the ranking is learned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Self

from rapidfuzz import fuzz, process

from bot.asking.question import Asked
from bot.asking.series import fit_in_series
from bot.facts.records import AskIndex, UnitRecord
from bot.matching.question_kinds import QuestionKind
from bot.matching.question_terms import THING
from bot.matching.term_weights import TermWeights

Features = tuple[float, ...]
Weighed = list[tuple[float, tuple[str, ...]]]

FEATURES = (
    "best ask", "best ask of its kind", "best asks", "letters", "covered", "covered by itself",
    "names", "owner named", "missing name", "rarest missing", "numbers missing",
    "form fits", "asks of its kind", "open", "no fact", "facts", "fits in series",
)  # fmt: skip
_BEST = 3  # asks whose mean counts besides the best one's


class Comparison:
    """A question that is compared with units.

    A name that may mean several things is covered by any of them, and weighs as the commonest.
    `units` are those that it is compared with.
    """

    def __init__(self, asked: Asked, weights: TermWeights, units: Sequence[UnitRecord]) -> None:
        self._asked = asked
        self._fit_in_series = fit_in_series(asked, units)
        self._weights = weights
        self._letters = " ".join(sorted(asked.plain.split()))
        self._weighed = {term: weights[term] for term in asked.terms.all}
        self._terms = frozenset(self._weighed)
        self._things = frozenset(THING + thing for thing in asked.terms.things)
        self._whole = weights.of(self._terms) or 1.0
        parts = [(min(map(weights.__getitem__, part)), part) for part in asked.terms.parts]
        names, words = parts[: len(asked.terms.names)], parts[len(asked.terms.names) :]
        self._parts = _Parts.of(parts)
        self._names = _Parts.of(names)
        self._words = _Parts.of(words)
        self._numbers = frozenset(word for _, (word,) in words if _is_number(word))

    def features(self, unit: UnitRecord, asks: AskIndex) -> Features:
        """How a unit is like the question in each feature; `asks` are those of it that count."""
        kind = self._asked.kind
        wholes, shared = asks.wholes(self._weights), asks.shared(self._weighed)
        likenesses = self._likenesses(wholes, shared)
        best = _best(likenesses)
        own = self._terms & unit.own_terms
        known = own.union(self._terms.intersection(unit.setting), asks.terms & self._terms)
        return (
            max(best, default=0.0),
            _of_kind(kind, asks, shared, likenesses),
            sum(best) / _BEST,
            self._alike(asks.letters),
            self._parts.covered(known),
            self._parts.covered(own),
            self._names.covered(own),
            float(THING + unit.owner in self._things),
            self._names.rarest_missing(own) / self._weights.most,
            self._words.rarest_missing(known) / self._weights.most,
            float(not known.issuperset(self._numbers)),
            float(kind in unit.answers),
            asks.kinds.count(kind) / (len(asks.kinds) or 1),
            float(unit.is_open),
            float(not unit.is_fact),
            log(1 + unit.facts),
            self._fit_in_series.get(unit.owner, 0.0),
        )

    def unanswered(self, asks: AskIndex) -> tuple[float, float, float, float]:
        """How like these the question is, each 0 to 1: the last four features of the tiers.

        The most similar, the most similar of its kind, the mean of the best three, and the most
        similar by shared words alone. In the first three the share of the unanswered question's
        terms counts as well: what it has besides may be just what no article answers.
        """
        kind = self._asked.kind
        wholes, shared = asks.wholes(self._weights), asks.shared(self._weighed)
        likenesses = self._likenesses(wholes, shared)
        of_theirs = [weight / (wholes[place] or 1.0) for place, weight in shared.items()]
        shares = list(map(min, likenesses, of_theirs))
        best = _best(shares)
        return (
            max(best, default=0.0),
            _of_kind(kind, asks, shared, shares),
            sum(best) / _BEST,
            max(likenesses, default=0.0),
        )

    def _likenesses(self, wholes: Sequence[float], shared: Mapping[int, float]) -> list[float]:
        """What the question and each ask that is like it share, of all that they have: 0 to 1."""
        whole = self._whole
        return [2 * weight / (whole + wholes[place]) for place, weight in shared.items()]

    def _alike(self, letters: Sequence[str]) -> float:
        """How alike the letters of the question and of the most similar ask are."""
        found = process.extractOne(self._letters, letters, scorer=fuzz.ratio)
        return found[1] / 100 if found else 0.0


def _of_kind(
    kind: QuestionKind, asks: AskIndex, places: Iterable[int], likenesses: Iterable[float]
) -> float:
    """The greatest likeness of an ask of a kind; 0 if there is none."""
    pairs = zip(places, likenesses, strict=True)
    return max([like for place, like in pairs if asks.kinds[place] == kind], default=0.0)


def _best(likenesses: Iterable[float]) -> list[float]:
    """The greatest likenesses, in order."""
    return sorted(likenesses, reverse=True)[:_BEST]


@dataclass(frozen=True)
class _Parts:
    """Parts of a question with what each weighs, and what they weigh together."""

    weighed: Weighed
    rarest_first: Weighed
    whole: float

    @classmethod
    def of(cls, weighed: Weighed) -> Self:
        """These parts."""
        rarest_first = sorted(weighed, key=lambda part: -part[0])
        return cls(weighed, rarest_first, sum(weight for weight, _ in weighed))

    def covered(self, terms: frozenset[str]) -> float:
        """How much of the parts is among terms."""
        if not self.whole:
            return 0.0
        has_none = terms.isdisjoint
        return sum([weight for weight, part in self.weighed if not has_none(part)]) / self.whole

    def rarest_missing(self, terms: frozenset[str]) -> float:
        """What the rarest part weighs that is not among terms; 0 if all are."""
        has_none = terms.isdisjoint
        return next((weight for weight, part in self.rarest_first if has_none(part)), 0.0)


def _is_number(term: str) -> bool:
    return term[0].isdigit() or term[1:].isdigit()
