"""The rows of `facts.db` as frozen values: a build writes them and answers read them."""

from __future__ import annotations

import base64
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, KeysView, Mapping, Sequence
from functools import cached_property, lru_cache
from math import fsum
from typing import NamedTuple, Self

from bot.facts.dates import Span, parse_date
from bot.facts.fields import Language
from bot.facts.model import Citation, Event, Fact, Frozen, Source, ThingKind, When
from bot.matching.question_kinds import QuestionKind
from bot.matching.question_terms import THING
from bot.matching.term_weights import TermWeights


class Dated(Frozen):
    """A date as the curator wrote it, with the span of days that it covers."""

    when: When

    @cached_property
    def span(self) -> Span | None:
        """The days that it covers; None if it is undated."""
        return parse_date(self.when.edtf) if self.when.edtf else None


class ThingRecord(Frozen):
    """A thing's names and what distinguishes it; `facts` is the number of facts about it."""

    kind: ThingKind
    id: str
    label: str
    also: tuple[str, ...]
    names: dict[Language, tuple[str, ...]]
    disambiguate: str | None
    dated: Dated | None = None
    role: str | None = None
    facts: int = 0

    @property
    def short_id(self) -> str:
        """A short id for buttons that have no space for the whole one: `~` and 8 characters."""
        return _short_id(self.id)

    def name(self, language: str) -> str:
        """The usual name in `language`, or in the base's own if none is recorded."""
        for known, names in self.names.items():
            if known == language and names:
                return names[0]
        return self.label

    @property
    def forms(self) -> tuple[str, ...]:
        """Every form that people may type, the label first."""
        return (self.label, *self.also, *(form for forms in self.names.values() for form in forms))


@lru_cache(maxsize=8192)
def _short_id(thing_id: str) -> str:
    digest = hashlib.sha256(thing_id.encode()).digest()
    return "~" + base64.b32encode(digest)[:8].decode().lower()


class FactRecord(Frozen):
    """A fact with the thing whose file has it, the list that it is in, and its date if known.

    `version` changes with whatever readers are shown of it; see `shown.py`.
    """

    owner: str
    part: str
    fact: Fact
    dated: Dated | None
    version: str

    @property
    def key(self) -> str:
        """The fact's id in the whole base: `owner/fact`."""
        return f"{self.owner}/{self.fact.id}"

    @property
    def cites(self) -> tuple[Citation, ...]:
        """The paragraphs that give the fact, and the wordings of its accounts."""
        return (*self.fact.cites, *self.fact.accounts)

    @property
    def sources(self) -> list[str]:
        """The sources of all of its citations, in order of mention."""
        return [cite.source for cite in self.cites]

    @property
    def things(self) -> frozenset[str]:
        """The ids of everything the fact is about."""
        return frozenset({self.owner, *self.fact.about, *((self.fact.by,) if self.fact.by else ())})


class EventRecord(Frozen):
    """An event without its facts, with the most closely related events.

    `before` and `after` are the nearest of those that are proven to have come before and after.
    """

    event: Event
    related: tuple[str, ...]
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()

    @cached_property
    def dated(self) -> Dated:
        """The event's date."""
        return Dated(when=self.event.when)

    @property
    def cites(self) -> tuple[Citation, ...]:
        """The paragraphs that give the event's title, date, place and people."""
        return self.event.cites

    @property
    def sources(self) -> list[str]:
        """The sources of all of its citations, in order of mention."""
        return [cite.source for cite in self.event.cites]


class AskRecord(NamedTuple):
    """What people type to get a unit: the kind of question, its plain form and its terms."""

    kind: QuestionKind
    plain: str
    terms: frozenset[str]


class AskTable(Frozen):
    """All asks of a unit, packed: `places` maps each term to the positions of its asks.

    A unit has dozens of asks; reading them one by one would take longer than an answer.
    """

    plains: tuple[str, ...]
    kinds: tuple[QuestionKind, ...]
    places: dict[str, tuple[int, ...]]

    @classmethod
    def of(cls, records: Iterable[AskRecord]) -> Self:
        """These asks."""
        asks = tuple(records)
        places = defaultdict[str, list[int]](list)
        for place, ask in enumerate(asks):
            for term in sorted(ask.terms):
                places[term].append(place)
        return cls(
            plains=tuple(ask.plain for ask in asks),
            kinds=tuple(ask.kind for ask in asks),
            places={term: tuple(found) for term, found in places.items()},
        )

    def records(self) -> Iterator[AskRecord]:
        """The asks one by one."""
        for place, (plain, kind) in enumerate(zip(self.plains, self.kinds, strict=True)):
            terms = frozenset(term for term, found in self.places.items() if place in found)
            yield AskRecord(kind=kind, plain=plain, terms=terms)


class AskIndex:
    """Asks as questions are compared with them."""

    def __init__(self, asks: AskTable) -> None:
        self.asks = asks
        self.kinds = asks.kinds
        self.letters = tuple(" ".join(sorted(plain.split())) for plain in asks.plains)
        self._weights: TermWeights | None = None
        self._wholes: Sequence[float] = ()
        self._places = asks.places

    @property
    def terms(self) -> KeysView[str]:
        """The terms of all asks."""
        return self._places.keys()

    def wholes(self, weights: TermWeights) -> Sequence[float]:
        """What the terms of each ask weigh together; kept while the weights are the same."""
        if self._weights is not weights:
            self._weights = weights
            parts = [list[float]() for _ in self.letters]
            for term, found in self._places.items():
                for place in found:
                    parts[place].append(weights[term])
            self._wholes = tuple(map(fsum, parts))
        return self._wholes

    def shared(self, weighed: Mapping[str, float]) -> Mapping[int, float]:
        """What the terms that each ask shares with these weigh together; it shares one at least."""
        shared = defaultdict[int, float](float)
        for term, weight in weighed.items():
            for place in self._places.get(term, ()):
                shared[place] += weight
        return shared


class UnitRecord(Frozen):
    """An answerable unit as questions are compared with it.

    `things` are the ids of everything that it is about, `terms` those of its own text, `setting`
    those of the place and date of its owner, and `answers` the kinds of question that its form can
    answer. `facts` is the number of facts about its owner. If that is an event, `series` are those
    that it belongs to, and `day` is the last day on which it can have been.
    """

    key: str
    owner: str
    things: tuple[str, ...]
    terms: tuple[str, ...]
    setting: tuple[str, ...]
    answers: tuple[QuestionKind, ...]
    is_open: bool
    facts: int
    asks: AskTable
    series: tuple[str, ...]
    day: int

    @property
    def is_fact(self) -> bool:
        """Whether it is a fact; else it is an event's head, an actor's roles or an article."""
        return "/" in self.key

    @cached_property
    def own_terms(self) -> frozenset[str]:
        """The terms of its own text, and the things that it is about."""
        return frozenset((*self.terms, *(THING + thing for thing in self.things)))

    @cached_property
    def ask_index(self) -> AskIndex:
        """Its asks, to be compared with questions."""
        return AskIndex(self.asks)


class SourceRecord(Frozen):
    """A source, with the span of the date that its copy shows."""

    source: Source
    span: Span | None

    @property
    def address(self) -> str | None:
        """Where the article can be read, or else an archived copy of it."""
        return self.source.url or self.source.archive_url
