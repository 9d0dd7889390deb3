"""How a unit is like a question: the features from which the ranking is learned."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from heapq import nlargest

from rapidfuzz import fuzz, process

from bot.asking.question import Asked
from bot.facts.records import AskRecord, UnitRecord
from bot.matching.question_terms import THING
from bot.matching.term_weights import TermWeights

Features = tuple[float, ...]

FEATURES = (
    "best ask", "best ask of its kind", "best asks", "letters", "covered", "covered by itself",
    "things", "owner named", "missing thing", "rarest missing", "numbers missing",
    "form fits", "open", "head",
)  # fmt: skip
_BEST = 3  # asks whose mean counts besides the best one's


def features(
    asked: Asked, unit: UnitRecord, asks: Sequence[AskRecord], weights: TermWeights
) -> Features:
    """How a unit is like a question in each of the features; `asks` are those of it that count."""
    terms = frozenset(asked.terms.all)
    whole = weights.of(terms) or 1.0
    likenesses = [(ask.kind, _likeness(terms, whole, ask, weights)) for ask in asks]
    best = nlargest(_BEST, (likeness for _, likeness in likenesses))
    own = terms & {*unit.terms, *(THING + thing for thing in unit.things)}
    covered = own | terms.intersection(term for ask in asks for term in ask.terms)
    missing = terms - covered
    things = frozenset(asked.terms.things)
    return (
        max(best, default=0.0),
        max((likeness for kind, likeness in likenesses if kind == asked.kind), default=0.0),
        sum(best) / _BEST,
        _letters(asked, asks),
        weights.of(covered) / whole,
        weights.of(own) / whole,
        _share(things, unit.things, weights),
        float(unit.owner in things),
        float(bool(things - unit.things)),
        max(map(weights.__getitem__, missing), default=0.0) / weights.most,
        _numbers_missing(missing),
        float(asked.kind in unit.answers),
        float(unit.is_open),
        float(unit.key[1] == ":"),
    )


def _likeness(terms: frozenset[str], whole: float, ask: AskRecord, weights: TermWeights) -> float:
    """What a question and an ask have in common, of all that they have: 0 to 1."""
    shared = weights.of(terms.intersection(ask.terms))
    return 2 * shared / (whole + weights.of(ask.terms) or 1.0)


def _letters(asked: Asked, asks: Iterable[AskRecord]) -> float:
    plain = [ask.plain for ask in asks]
    found = process.extractOne(asked.plain, plain, scorer=fuzz.token_sort_ratio)
    return found[1] / 100 if found else 0.0


def _share(named: frozenset[str], things: frozenset[str], weights: TermWeights) -> float:
    """How much of what is named a unit is about."""
    whole = weights.of(THING + thing for thing in named)
    return weights.of(THING + thing for thing in named & things) / whole if whole else 0.0


def _numbers_missing(missing: Iterable[str]) -> float:
    return float(any(term[0].isdigit() or term[1:].isdigit() for term in missing))
