"""How a unit is like a question: the features from which the ranking is learned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from heapq import nlargest
from math import log

from rapidfuzz import fuzz, process

from bot.asking.question import Asked
from bot.asking.series import fit_in_series
from bot.facts.records import AskIndex, UnitRecord
from bot.matching.question_terms import THING
from bot.matching.term_weights import TermWeights

Features = tuple[float, ...]
Weighed = list[tuple[float, tuple[str, ...]]]

FEATURES = (
    "best ask", "best ask of its kind", "best asks", "letters", "covered", "covered by itself",
    "names", "owner named", "missing name", "rarest missing", "numbers missing",
    "form fits", "asks of its kind", "open", "head", "facts", "fits in series",
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
        self._parts = [(min(map(weights.__getitem__, part)), part) for part in asked.terms.parts]
        self._names = self._parts[: len(asked.terms.names)]
        self._words = self._parts[len(asked.terms.names) :]

    def features(self, unit: UnitRecord, asks: AskIndex) -> Features:
        """How a unit is like the question in each feature; `asks` are those of it that count."""
        kind = self._asked.kind
        likenesses = self._likenesses(asks)
        of_its_kind = [like for place, like in likenesses.items() if asks.kinds[place] == kind]
        best = nlargest(_BEST, likenesses.values())
        own = self._terms & unit.own_terms
        named = self._things & own
        known = own.union(self._terms.intersection(unit.setting), filter(asks.has, self._terms))
        missing = [(weight, word) for weight, (word,) in self._words if word not in known]
        return (
            max(best, default=0.0),
            max(of_its_kind, default=0.0),
            sum(best) / _BEST,
            self._alike(asks.letters),
            _covered(self._parts, known),
            _covered(self._parts, own),
            _covered(self._names, named),
            float(any(THING + unit.owner in name for _, name in self._names)),
            self._rarest(weight for weight, name in self._names if named.isdisjoint(name)),
            self._rarest(weight for weight, _ in missing),
            float(any(_is_number(word) for _, word in missing)),
            float(kind in unit.answers),
            asks.kinds.count(kind) / (len(asks.kinds) or 1),
            float(unit.is_open),
            float(unit.key[1] == ":"),
            log(1 + unit.facts),
            self._fit_in_series.get(unit.owner, 0.0),
        )

    def unanswered(self, asks: AskIndex) -> tuple[float, float, float, float]:
        """How like these the question is, each 0 to 1, as the last four of `tiers.SIGNS`.

        The most similar, the most similar of its kind, the mean of the best three, and the most
        similar by shared words alone. In the first three the share of the unanswered question's
        terms counts as well: what it has besides may be just what no article answers.
        """
        wholes = asks.wholes(self._weights)
        likenesses: list[float] = []
        shares: list[float] = [0.0]
        of_its_kind = 0.0
        for place, shared in asks.shared(self._weighed).items():
            likenesses.append(2 * shared / (self._whole + wholes[place]))
            shares.append(min(likenesses[-1], shared / (wholes[place] or 1.0)))
            if asks.kinds[place] == self._asked.kind:
                of_its_kind = max(of_its_kind, shares[-1])
        best = nlargest(_BEST, shares)
        return best[0], of_its_kind, sum(best) / _BEST, max(likenesses, default=0.0)

    def _rarest(self, weights: Iterable[float]) -> float:
        return max(weights, default=0.0) / self._weights.most

    def _likenesses(self, asks: AskIndex) -> Mapping[int, float]:
        """What the question and each ask that is like it share, of all that they have: 0 to 1."""
        wholes = asks.wholes(self._weights)
        shared = asks.shared(self._weighed)
        return {place: 2 * w / (self._whole + wholes[place]) for place, w in shared.items()}

    def _alike(self, letters: Sequence[str]) -> float:
        """How alike the letters of the question and of the most similar ask are."""
        found = process.extractOne(self._letters, letters, scorer=fuzz.ratio)
        return found[1] / 100 if found else 0.0


def _covered(parts: Weighed, terms: frozenset[str]) -> float:
    """How much of the parts of a question is among terms."""
    whole = sum(weight for weight, _ in parts)
    covered = sum(weight for weight, part in parts if not terms.isdisjoint(part))
    return covered / whole if whole else 0.0


def _is_number(term: str) -> bool:
    return term[0].isdigit() or term[1:].isdigit()
