"""How a unit is like a question: the features from which the ranking is learned."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from heapq import nlargest

from rapidfuzz import fuzz, process

from bot.asking.question import Asked
from bot.facts.records import AskRecord, UnitRecord
from bot.matching.question_terms import THING
from bot.matching.term_weights import TermWeights

Features = tuple[float, ...]
Weighed = list[tuple[float, tuple[str, ...]]]

FEATURES = (
    "best ask", "best ask of its kind", "best asks", "letters", "covered", "covered by itself",
    "names", "owner named", "missing name", "rarest missing", "numbers missing",
    "form fits", "asks of its kind", "open", "head",
)  # fmt: skip
_BEST = 3  # asks whose mean counts besides the best one's


class Comparison:
    """A question that is compared with units.

    A name that may mean several things is covered by any of them, and weighs as the commonest.
    """

    def __init__(self, asked: Asked, weights: TermWeights) -> None:
        self._asked = asked
        self._weights = weights
        self._terms = frozenset(asked.terms.all)
        self._whole = weights.of(self._terms) or 1.0
        parts = [(min(map(weights.__getitem__, part)), part) for part in asked.terms.parts]
        self._names = parts[: len(asked.terms.names)]
        self._words = parts[len(asked.terms.names) :]

    def features(self, unit: UnitRecord, asks: Sequence[AskRecord]) -> Features:
        """How a unit is like the question in each feature; `asks` are those of it that count."""
        kind = self._asked.kind
        likenesses = [self._likeness(ask) for ask in asks]
        of_its_kind = [like for ask, like in zip(asks, likenesses, strict=True) if ask.kind == kind]
        best = nlargest(_BEST, likenesses)
        named = {THING + thing for thing in unit.things}
        own = named.union(unit.terms)
        known = own.union(*(ask.terms for ask in asks))
        missing = [(weight, word) for weight, (word,) in self._words if word not in known]
        return (
            max(best, default=0.0),
            max(of_its_kind, default=0.0),
            sum(best) / _BEST,
            self._letters(asks),
            _covered(self._names + self._words, known),
            _covered(self._names + self._words, own),
            _covered(self._names, named),
            float(any(THING + unit.owner in name for _, name in self._names)),
            float(any(named.isdisjoint(name) for _, name in self._names)),
            max((weight for weight, _ in missing), default=0.0) / self._weights.most,
            float(any(_is_number(word) for _, word in missing)),
            float(kind in unit.answers),
            len(of_its_kind) / (len(asks) or 1),
            float(unit.is_open),
            float(unit.key[1] == ":"),
        )

    def _likeness(self, ask: AskRecord) -> float:
        """What the question and an ask have in common, of all that they have: 0 to 1."""
        shared = self._weights.of(self._terms.intersection(ask.terms))
        return 2 * shared / (self._whole + self._weights.of(ask.terms))

    def _letters(self, asks: Iterable[AskRecord]) -> float:
        plain = [ask.plain for ask in asks]
        found = process.extractOne(self._asked.plain, plain, scorer=fuzz.token_sort_ratio)
        return found[1] / 100 if found else 0.0


def _covered(parts: Weighed, terms: Collection[str]) -> float:
    """How much of the parts of a question is among terms."""
    whole = sum(weight for weight, _ in parts)
    covered = sum(weight for weight, part in parts if any(term in terms for term in part))
    return covered / whole if whole else 0.0


def _is_number(term: str) -> bool:
    return term[0].isdigit() or term[1:].isdigit()
