"""Searching the facts: those that have the words that matter, the best first."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import fsum

from bot.asking.question import Asked, understand
from bot.facts.records import FactRecord, UnitRecord
from bot.facts.store import Filter, Store
from bot.matching.question_terms import TermReader

MOST = 25
"""The most facts that a search shows; to find more, a reader needs other words."""

_ASK = 0.6  # what a term weighs that only the asks of a fact have
_OPEN = 0.7  # the share that counts of a fact that says what the articles do not tell
_LEAST = 0.4  # of the best score, below which a fact is not shown
_WORD = re.compile(r"[\w+&’'-]+")


@dataclass(frozen=True)
class Searched:
    """What a search found, best first, and whether the best have every word."""

    asked: Asked
    facts: tuple[FactRecord, ...]
    has_every: bool


async def search(store: Store, text: str, wanted: Filter) -> Searched:
    """The facts with the words of a text that pass a filter."""
    weights = await store.units.weights()
    asked = understand(text, store.units.reader, store.vocabulary, weights)
    if not asked.terms.all:
        return Searched(asked, (), has_every=False)
    terms = frozenset(asked.terms.all)
    units = await store.search(terms, wanted)
    weighed = {term: weights[term] for term in terms}
    scores = {unit.key: _score(weighed, unit) for unit in units}
    least = _LEAST * max(scores.values(), default=0.0)
    best = sorted((key for key in scores if scores[key] >= least), key=lambda key: -scores[key])
    has_every = any(terms - unit.own_terms <= unit.asks.places.keys() for unit in units)
    return Searched(asked, await store.facts_named(best[:MOST]), has_every)


def matches_in(text: str, asked: Asked, reader: TermReader) -> tuple[tuple[int, int], ...]:
    """Where the words of a question are in a text, each as start and end."""
    is_other, terms_of = frozenset(asked.terms.all).isdisjoint, reader.word_terms
    return tuple(word.span() for word in _WORD.finditer(text) if not is_other(terms_of(word[0])))


def _score(weighed: Mapping[str, float], unit: UnitRecord) -> float:
    own, asked = unit.own_terms, unit.asks.places
    score = fsum([weight for term, weight in weighed.items() if term in own])
    score += _ASK * fsum([w for term, w in weighed.items() if term in asked and term not in own])
    return score * _OPEN if unit.is_open else score
