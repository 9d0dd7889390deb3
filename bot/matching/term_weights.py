"""What a term weighs: the rarer it is, the more it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from math import fsum, log


class TermWeights(dict[str, float]):
    """The weight of each term: the rarer it is among the units of a base, the more it says."""

    def __init__(self, counts: Mapping[str, int], units: int) -> None:
        """`counts` says in how many of the units each term occurs."""
        super().__init__({term: log(1 + units / (1 + count)) for term, count in counts.items()})
        self._counts = counts
        self._units = units
        self.most = log(1 + units)

    def __missing__(self, term: str) -> float:
        return self.most

    def knows(self, term: str) -> bool:
        """Whether any unit has the term."""
        return self._counts.get(term, 0) > 0

    def without(self, terms: Iterable[str]) -> TermWeights:
        """The weights if one unit fewer had a term for each time that it is given."""
        fewer = {term: self._counts[term] - less for term, less in Counter(terms).items()}
        return TermWeights({**self._counts, **fewer}, self._units)

    def of(self, terms: Iterable[str]) -> float:
        """What terms weigh together; to the last bit the same in any order, as sets have none."""
        return fsum(map(self.__getitem__, terms))
