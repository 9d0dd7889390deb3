"""The rows of `facts.db` for a base."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain

from bot.facts.chronology import Chronology
from bot.facts.dates import parse_date
from bot.facts.fact_row import FactRow
from bot.facts.keywords import keywords, places
from bot.facts.load import Base, Named, fact_lists
from bot.facts.model import Actor, Event, Fact, Source, ThingKind
from bot.facts.names import DescribedThing, NameCatalogue
from bot.facts.records import (
    AskTable,
    Dated,
    EventRecord,
    FactRecord,
    SourceRecord,
    ThingRecord,
    UnitRecord,
)
from bot.facts.related import related_events
from bot.facts.shown import version_of
from bot.facts.shown_build import shown_fact, shown_owner
from bot.facts.unit_records import ask_records, term_reader, unit_records
from bot.matching.question_terms import THING, TermReader
from bot.matching.vocabulary import word_set

Values = tuple[str | bytes | int | None, ...]
"""The values of a row's columns."""

Row = tuple[str, Values]
"""A table, and the values of its columns."""


def rows_of(base: Base, fingerprint: str) -> Iterator[Row]:
    """Every row of a base's `facts.db`; among rows with the same key, the first counts."""
    yield "about", ("info", base.info.model_dump_json())
    yield "about", ("fingerprint", fingerprint)
    if days := list(chain.from_iterable(_days_changed(fact) for *_, fact in base.facts())):
        yield "about", ("changed", max(days).isoformat())
    dates = {event.id: Dated(when=event.when) for event in base.events.values()}
    chronology = Chronology(base.events, dates)
    order = chronology.in_order()
    things = _described_things(base, dates)
    yield from (("thing", (rank, *thing.row)) for rank, thing in enumerate(things))
    yield from (
        ("absent", (key, name.model_dump_json())) for key, name in base.absent.names.items()
    )
    yield from _source_rows(base)
    yield from _actor_and_topic_rows(base)
    yield from _event_rows(base, chronology, order)
    owners = chain((base.events[e] for e in order), base.actors.values(), base.topics.values())
    written = set[str]()  # between spaces, in all texts; a word is normalized once
    for rank, (record, shown) in enumerate(_fact_records(base, owners, dates)):
        written.update(" ".join(_texts(record.fact)).split())
        yield from _fact_rows(rank, record, shown)
    written.update(" ".join(_names_of_facts(base, things)).split())
    reader = yield from _name_rows(things, base)
    units = unit_records(base, {thing.record.id: thing for thing in things}, chronology, reader)
    yield from _unit_rows(units, written)
    unanswered = AskTable.of(
        ask_records(chain.from_iterable(base.absent.questions.values()), reader)
    )
    written.update(" ".join(unanswered.plains).split())
    yield "unanswered", (unanswered.model_dump_json(),)
    yield from (("word", (word,)) for word in sorted(word_set(" ".join(written))))
    yield from (("story", (each.id, each.model_dump_json())) for each in base.stories.values())


def _name_rows(things: Sequence[DescribedThing], base: Base) -> Generator[Row, None, TermReader]:
    """The tables of names, which are not kept longer; returns a reader by the names."""
    names = NameCatalogue.of(things, base.absent.names)
    yield from (("name_table", part) for part in names.saved().items())
    return term_reader(names, base.info)


def _days_changed(fact: Fact) -> Iterator[date]:
    """The days on which a fact was added, reworded and withdrawn."""
    yield fact.added
    yield from (wording.date for wording in fact.was)
    if fact.withdrawn:
        yield fact.withdrawn.date


def _source_rows(base: Base) -> Iterator[Row]:
    for source in base.sources.values():
        bare = source.model_copy(update={"asks": {}})
        record = SourceRecord(source=bare, span=parse_date(source.date) if source.date else None)
        yield "source", (source.id, record.model_dump_json())


def _actor_and_topic_rows(base: Base) -> Iterator[Row]:
    for actor in base.actors.values():
        bare = actor.model_copy(update={"facts": (), "asks": {}})
        yield "actor", (actor.id, bare.model_dump_json())
    for topic in base.topics.values():
        bare = topic.model_copy(update={"facts": (), "stands": (), "open": ()})
        yield "topic", (topic.id, bare.model_dump_json())


def _event_rows(base: Base, chronology: Chronology, order: Sequence[str]) -> Iterator[Row]:
    related = related_events(base)
    place = {event_id: rank for rank, event_id in enumerate(order)}
    for rank, event_id in enumerate(order):
        event = base.events[event_id]
        bare = event.model_copy(update={"facts": (), "asks": {}})
        near = sorted(related[event_id], key=place.__getitem__)
        record = EventRecord(
            event=bare,
            related=related[event_id],
            before=tuple(e for e in near if chronology.precedes(e, event_id))[-_AROUND:],
            after=tuple(e for e in near if chronology.precedes(event_id, e))[:_AROUND],
        )
        yield "event", (event_id, rank, *chronology.bounds(event_id), record.model_dump_json())
        for thing in sorted({*event.topics, *(part.actor for part in event.who)}):
            yield "involves", (thing, event_id)


_AROUND = 2  # events before, and as many after, that an event's card shows


# ---- Facts -----------------------------------------------------------------------------------


def _fact_records(
    base: Base, owners: Iterable[Named], dates: Mapping[str, Dated]
) -> Iterator[tuple[FactRecord, str]]:
    """Each fact, and what is shown of it as it is saved."""
    for owner in owners:
        seen = shown_owner(owner)
        for part, facts in fact_lists(owner):
            for fact in facts:
                dated = dates[owner.id] if _shares_date(owner, fact) else None
                bare = fact.model_copy(update={"asks": {}})
                shown = shown_fact(base, seen, part, fact).saved
                version = version_of(shown)
                record = FactRecord(
                    owner=owner.id, part=part, fact=bare, dated=dated, version=version
                )
                yield record, shown


def _shares_date(owner: Named, fact: Fact) -> bool:
    """Whether a fact has its event's date: it happened then, or was said in the statement.

    An opinion on an event, or its background, is in the event's file but has another date.
    """
    if not isinstance(owner, Event):
        return False
    return owner.kind == "statement" or fact.kind in ("event", "agreement", "figure")


def _fact_rows(rank: int, record: FactRecord, shown: str) -> Iterator[Row]:
    fact, row = record.fact, FactRow.of(record)
    key, owner, *others = row
    gone = fact.withdrawn is not None
    changed = gone or bool(fact.was)
    yield "fact", (key, owner, rank, record.version, gone, changed, *others, shown)
    yield from (("bears", (thing, rank)) for thing in row.things)
    yield from (("cites", (cite.source, cite.paragraph, rank)) for cite in fact.cites)


def _texts(fact: Fact) -> Iterator[str]:
    """The texts of a fact whose words are known."""
    yield fact.says
    yield from filter(None, (fact.caution, *(account.says for account in fact.accounts)))


def _names_of_facts(base: Base, things: Iterable[DescribedThing]) -> Iterator[str]:
    """The names of the things that facts are about, and the places of events that have facts."""
    for thing in things:
        if thing.record.facts and thing.record.kind != "source":
            yield from thing.record.forms
    yield from (event.where for event in base.events.values() if event.facts and event.where)


# ---- Answerable units ------------------------------------------------------------------------


def _unit_rows(units: Iterable[UnitRecord], written: set[str]) -> Iterator[Row]:
    """The units; the words of their asks are added to `written`."""
    for rank, unit in enumerate(units):
        yield "unit", (rank, unit.key, unit.model_dump_json())
        asks = " ".join(term for term, found in unit.asks.places.items() for _ in found)
        things_named = " ".join(THING + thing for thing in unit.things)
        written.update(" ".join(unit.asks.plains).split())
        yield "unit_text(rowid, asks, own)", (rank, asks, f"{' '.join(unit.terms)} {things_named}")


# ---- Things ----------------------------------------------------------------------------------


def _described_things(base: Base, dates: Mapping[str, Dated]) -> list[DescribedThing]:
    """Every thing, those with the most facts about them first."""
    facts: Counter[str] = Counter()
    for owner, _, fact in base.facts():
        facts.update({owner, *fact.about, *((fact.by,) if fact.by else ())})
    things = [
        _described(base, kind, thing, dates, facts[thing.id]) for kind, thing in base.things()
    ]
    return sorted(things, key=lambda thing: (-thing.record.facts, thing.record.id))


def _described(
    base: Base, kind: ThingKind, thing: Named, dates: Mapping[str, Dated], facts: int
) -> DescribedThing:
    is_event = isinstance(thing, Event)
    record = ThingRecord(
        kind=kind,
        id=thing.id,
        label=thing.label,
        also=thing.also,
        names=thing.names,
        disambiguate=thing.disambiguate,
        dated=dates.get(thing.id),
        role=_role(thing),
        facts=facts,
    )
    return DescribedThing(
        record,
        offices=tuple(_offices(base, thing)),
        places=places(thing) if is_event else (),
        keywords=keywords(thing, dates[thing.id].span, base.actors) if is_event else (),
    )


def _offices(base: Base, thing: Named) -> Iterator[str]:
    """An actor's roles, alone and with each name of the body that they belong to."""
    for role in thing.roles if isinstance(thing, Actor) else ():
        yield role.title
        of = base.actors.get(role.of or "")
        for name in (of.label, *of.also) if of else ():
            yield f"{name} {role.title}"


def _role(thing: Named) -> str | None:
    if isinstance(thing, Actor) and thing.roles:
        return thing.roles[0].title
    return thing.publisher if isinstance(thing, Source) else None
