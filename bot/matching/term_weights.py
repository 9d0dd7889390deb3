"""What a term weighs: the rarer it is, the more it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from math import fsum, log


class TermWeights(dict[str, float]):
    """The weight of each term: the rarer it is among the units of a base, the more it says."""

    def __init__(self, terms: Mapping[int, Iterable[str]], units: int) -> None:
        """`terms` has those that occur in so many of the units, for each number of them."""
        super().__init__()
        self._counts: dict[float, int] = {}  # by weight: there are far fewer than terms
        self._units = units
        self.most = log(1 + units)
        for count, alike in terms.items():
            self.update(dict.fromkeys(alike, self._weight(count)))

    def _weight(self, count: int) -> float:
        weight = log(1 + self._units / (1 + count))
        self._counts[weight] = count
        return weight

    def __missing__(self, term: str) -> float:
        return self.most

    def knows(self, term: str) -> bool:
        """Whether any unit has the term."""
        return self[term] < self.most

    def without(self, terms: Iterable[str]) -> TermWeights:
        """The weights if one unit fewer had a term for each time that it is given."""
        weights = TermWeights({}, self._units)
        weights.update(self)
        weights._counts.update(self._counts)
        for term, less in Counter(terms).items():
            weights[term] = weights._weight(self._counts[self[term]] - less)
        return weights

    def of(self, terms: Iterable[str]) -> float:
        """What terms weigh together; to the last bit the same in any order, as sets have none."""
        return fsum(map(self.__getitem__, terms))
