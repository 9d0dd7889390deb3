"""Answerable units as records: their texts and asks, read as terms."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import chain

from bot.facts.chronology import Chronology
from bot.facts.keywords import date_words, kind_words
from bot.facts.load import Base
from bot.facts.model import CLAIMS, Actor, BaseInfo, Event, EventKind, Fact, Source
from bot.facts.names import DescribedThing, NameCatalogue
from bot.facts.records import AskRecord, AskTable, UnitRecord
from bot.facts.units import Unit, units
from bot.matching.question_kinds import QuestionKind, kind_of
from bot.matching.question_terms import THING, NameKeys, TermReader, plain_text

_REASON = re.compile(
    r"\b(because|owing to|due to|so as to|in order to|in response|retaliation|aim)"
)
_NUMBER = re.compile(r"\d")
_LENGTH = re.compile(r"\b(minutes?|hours?|days?|weeks?|months?|years?|decades?)\b")


def term_reader(names: NameCatalogue, info: BaseInfo) -> TermReader:
    """Reads texts by the names, places and synonyms of a base; articles are no things here."""
    keyed = zip(names.entries, names.term_keys, strict=False)
    subjects = [(thing, keys) for thing, keys in keyed if thing.kind != "source"]
    named = (NameKeys(thing.id, keys, thing.kind == "actor") for thing, keys in subjects)
    places = (place for thing, _ in subjects for place in thing.places)
    return TermReader(named, info.synonyms, places)


def unit_records(
    base: Base, things: Mapping[str, DescribedThing], chronology: Chronology, reader: TermReader
) -> Iterator[UnitRecord]:
    """The record of every unit of a base; what stories ask next counts among its asks."""
    settings = {e: reader.read(" . ".join(_setting(things[e]))).words for e in base.events}
    next_questions: defaultdict[str, list[str]] = defaultdict(list)
    for story in base.stories.values():
        next_questions[story.answer] += story.question.values()
    for unit in units(base):
        asks = (*chain.from_iterable(unit.asks.values()), *next_questions[unit.key])
        read = reader.read(" . ".join(_texts(unit, things)))
        yield UnitRecord(
            key=unit.key,
            owner=unit.owner.id,
            things=tuple(sorted({*_things(unit), *read.things})),
            terms=read.words,
            setting=settings.get(unit.owner.id, ()),
            answers=tuple(_answers(unit)),
            is_open=unit.part == "open",
            facts=things[unit.owner.id].record.facts,
            asks=AskTable.of(ask_records(asks, reader)),
            series=tuple(_series(unit.owner)),
            day=chronology.bounds(unit.owner.id)[1] or 0 if isinstance(unit.owner, Event) else 0,
        )


def ask_records(asks: Iterable[str], reader: TermReader) -> Iterator[AskRecord]:
    """The record of each question that people type."""
    for ask in asks:
        plain = plain_text(ask)
        terms = frozenset(reader.read_plain(plain).all)
        yield AskRecord(kind=kind_of(ask), plain=plain, terms=terms)


def _things(unit: Unit) -> Iterator[str]:
    """The ids of the things that a unit is about."""
    owner, fact = unit.owner, unit.fact
    yield owner.id
    if fact:
        yield from (*fact.about, *((fact.by,) if fact.by else ()))
    elif isinstance(owner, Event):
        yield from (*(part.actor for part in owner.who), *owner.topics)
    elif isinstance(owner, Actor):
        yield from (role.of for role in owner.roles if role.of)


def _series(owner: object) -> Iterator[str]:
    """The series of an event: the words for its kind, and its kind with each of its topics."""
    if isinstance(owner, Event):
        yield from _kind_series(owner.kind)
        yield from (f"{owner.kind}{THING}{topic}" for topic in owner.topics)


@cache
def _kind_series(kind: EventKind) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(plain_text, kind_words(kind))))


def _texts(unit: Unit, things: Mapping[str, DescribedThing]) -> Iterator[str]:
    """What a unit says, and the words around it by which people know it."""
    owner = unit.owner
    if unit.fact:
        yield from _fact_texts(unit.fact)
        yield owner.label
    elif isinstance(owner, Source):
        yield from filter(
            None, (*owner.also, owner.author, owner.publisher, owner.date, owner.kind)
        )
        yield owner.quality
    else:
        thing = things[owner.id]
        yield from (*thing.names, *thing.places, *thing.keywords)
    if isinstance(owner, Event):
        yield from filter(None, (owner.where, owner.disambiguate))


def _setting(owner: DescribedThing) -> Iterator[str]:
    """Where and when an event was."""
    yield from owner.places
    dated = owner.record.dated
    if dated and dated.span:
        yield from date_words(dated.span)


def _fact_texts(fact: Fact) -> Iterator[str]:
    yield from filter(None, (fact.says, fact.caution))
    yield from (account.says for account in fact.accounts)


def _answers(unit: Unit) -> Iterator[QuestionKind]:
    """The kinds of question that the form of a unit can answer."""
    owner = unit.owner
    if unit.fact:
        yield from _fact_answers(unit.fact, unit.part)
    elif isinstance(owner, Event):
        yield "when"
        yield from ("where",) if owner.where else ()
        yield from ("who",) if owner.who else ()
    else:
        yield from ("who", "what-is", "when")


def _fact_answers(fact: Fact, part: str | None) -> Iterator[QuestionKind]:
    yield "true"
    if fact.kind == "figure" or _NUMBER.search(fact.says):
        yield "how-many"
    if _LENGTH.search(fact.says):
        yield "how-long"
    if _REASON.search(fact.says) or fact.kind == "opinion":
        yield "why"
    if fact.kind in CLAIMS:
        yield "said"
    if fact.kind == "background" and part == "facts":
        yield "what-is"
