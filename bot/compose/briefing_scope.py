"""What is within the scope of a briefing: its facts, with what decides their section and rank."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import inf
from typing import NamedTuple

from bot.answers.filters import Filters
from bot.answers.thing_card import in_order
from bot.compose.briefing_links import Place
from bot.compose.briefing_sections import BriefingFact, is_by_article, is_claim
from bot.facts.chronology import Chronology
from bot.facts.model import ESSENTIAL, Actor, Event, Topic
from bot.facts.records import EventRecord, FactRecord
from bot.facts.store import Store


@dataclass(frozen=True)
class BriefingScope:
    """What a briefing is about, its own events in order of time, and every event's place in it.

    `about` is None for a period. `events` are all of the base.
    """

    about: Event | Actor | Topic | None
    events: Mapping[str, EventRecord]
    own: Sequence[str]
    places: Mapping[str, Place]
    period: Filters

    @property
    def listed(self) -> Sequence[str]:
        """The keys of the facts that curators want told, the most telling first."""
        return (self.about.briefing or self.about.order) if self.about else ()

    @cached_property
    def chronology(self) -> Chronology:
        """What the base proves of the order of its events; only an event brought in needs it."""
        return Chronology(
            {key: each.event for key, each in self.events.items()},
            {key: each.dated for key, each in self.events.items()},
        )

    def place(self, event_id: str) -> Place:
        """The place of an event; one that only curators brought in goes by its proven order."""
        if event_id in self.places:
            return self.places[event_id]
        if isinstance(self.about, Actor) or not self.own:
            return Place("turn")
        if self.chronology.precedes(event_id, self.own[0]):
            return Place("led")
        if not any(self.chronology.precedes(each, event_id) for each in self.own):
            return Place("beside")
        return Place("followed" if isinstance(self.about, Event) else "turn")

    @property
    def subject(self) -> str | None:
        """The id of what it is about."""
        return self.about.id if self.about else None

    @property
    def beginning(self) -> str | None:
        """The first event of a topic, if nothing led to it: the topic may have begun with it."""
        first = next(iter(self.own), None)
        is_caused = any(first in record.event.led_to for record in self.events.values())
        return first if isinstance(self.about, Topic) and not is_caused else None


async def briefing_facts(store: Store, scope: BriefingScope) -> list[BriefingFact]:
    """Every fact that a briefing can show."""
    found: dict[str, BriefingFact] = {}
    for event_id in scope.places:
        facts = [f for f in await store.facts(event_id) if f.owner == event_id]
        found.update((each.record.key, each) for each in _of_event(scope, event_id, facts))
    listed = [f for f in await store.facts_named(scope.listed) if not f.fact.withdrawn]
    for fact in listed:
        if fact.owner in scope.events and fact.key not in found:
            found[fact.key] = await _brought_in(store, scope, fact)
    for fact in (*listed, *await _of_things(store, scope)):
        if fact.owner not in scope.events and fact.key not in found:
            found[fact.key] = _timeless(scope, fact, found.values())
    if any(each.defines for each in found.values()):  # the subject needs no event to say what it is
        found = {key: replace(each, begins=False) for key, each in found.items()}
    return await _ranked(store, scope, found.values())


async def _brought_in(store: Store, scope: BriefingScope, fact: FactRecord) -> BriefingFact:
    """A fact of an event that curators want told, although the links do not lead to it."""
    own = [each.key for each in await store.facts(fact.owner) if each.owner == fact.owner]
    event = scope.events[fact.owner].event
    return BriefingFact(
        record=fact,
        event=event,
        place=scope.place(fact.owner),
        number=own.index(fact.key),
        is_first=fact.key == own[0],
    )


def _timeless(
    scope: BriefingScope, fact: FactRecord, before: Collection[BriefingFact]
) -> BriefingFact:
    """A fact of an actor or a topic; `before` are those that come before it."""
    is_own = fact.owner == scope.subject
    return BriefingFact(
        fact,
        is_first=is_own and not any(each.is_own and not each.event for each in before),
        is_own=is_own,
        defines=is_own and _defines(scope, fact, before),
        is_outdated=_is_outdated(scope, fact),
        is_late=scope.about is None,
    )


def _of_event(
    scope: BriefingScope, event_id: str, facts: Sequence[FactRecord]
) -> Iterator[BriefingFact]:
    """The facts of an event; of one that is only linked to the subject, what it tells first."""
    event, place = scope.events[event_id].event, scope.places[event_id]
    names = isinstance(scope.about, Topic | Event)

    def importance(fact: FactRecord) -> tuple[bool, ...]:
        is_elsewhere = names and scope.subject not in fact.things
        return is_claim(fact, event), fact.fact.kind not in ESSENTIAL, is_elsewhere

    told = sorted(in_order(event.order, facts), key=importance)
    numbers = {fact.key: number for number, fact in enumerate(facts)}
    is_own = event_id in scope.own
    for fact in _chosen(scope, place, told):
        is_first = fact is told[0]
        yield BriefingFact(
            record=fact,
            event=event,
            place=place,
            number=numbers[fact.key],
            is_first=is_first,
            is_own=event_id == scope.subject,
            begins=is_first and event_id == scope.beginning and scope.subject in fact.things,
            appoints=is_first and event.kind == "appointment" and isinstance(scope.about, Actor),
            is_late=is_own and scope.about is None and _is_late(scope, fact),
        )


def _chosen(scope: BriefingScope, place: Place, told: Sequence[FactRecord]) -> Sequence[FactRecord]:
    """The facts of an event that are within a scope, of those that it tells.

    Of one that is only linked to the subject it is the first; for an actor it is what names
    the actor, or else the first.
    """
    if isinstance(scope.about, Actor):
        return [fact for fact in told if scope.subject in fact.things] or told[:1]
    return told if place.role in ("own", "whole") else told[:1]


def _is_late(scope: BriefingScope, fact: FactRecord) -> bool:
    """Whether a fact of an event may miss the period: its event may, or an article says it."""
    return _may_miss(scope, fact.owner) or is_by_article(fact)


def _may_miss(scope: BriefingScope, event_id: str) -> bool:
    return scope.period.may_miss(scope.events[event_id].dated.span)


async def _of_things(store: Store, scope: BriefingScope) -> list[FactRecord]:
    """The facts of actors and topics: about the subject, or where the topics of an event stand."""
    if scope.about is None:
        within = [event_id for event_id in scope.own if not _may_miss(scope, event_id)]
        return [fact for event_id in within for fact in await store.facts(event_id)]
    found = list(await store.facts(scope.about.id))
    for topic in scope.about.topics if isinstance(scope.about, Event) else ():
        facts = await store.facts(topic)
        found += (fact for fact in facts if fact.owner == topic and _bears_on(scope, fact))
    return found


def _defines(scope: BriefingScope, fact: FactRecord, before: Iterable[BriefingFact]) -> bool:
    """Whether a fact of the subject says what it is: the first that is no claim.

    What an actor is, is said by its roles.
    """
    if fact.part != "facts" or is_claim(fact, None):
        return False
    if isinstance(scope.about, Actor) and scope.about.roles:
        return fact.fact.kind == "role"
    return not any(each.defines for each in before)


def _is_outdated(scope: BriefingScope, fact: FactRecord) -> bool:
    """Whether events of the subject are proven to have come after all that a fact is about."""
    if not isinstance(scope.about, Topic | Actor):
        return False
    about = fact.things & scope.events.keys()
    later = {after for event_id in about for after in scope.events[event_id].after}
    return any(
        scope.events[event_id].event.status == "reported"
        for event_id in later & set(scope.own) - about
    )


def _bears_on(scope: BriefingScope, fact: FactRecord) -> bool:
    """Whether a fact of a topic says where an event of it stands, or what is open about it."""
    return fact.part != "facts" and scope.subject in fact.things


# ---- What is most telling ----------------------------------------------------------------------


class _Rank(NamedTuple):
    """How telling a fact is: the first field in which two differ decides, and the lower is more so.

    First comes what says what the subject is, then what curators put first, then the subject's own.
    """

    says_not_what_it_is: bool
    place_in_list: int
    is_of_other: bool
    steps_from_event: int
    is_from_before: bool
    """Just before the event that the briefing is about; what led to it is nearer."""
    repeats: int
    """How many facts of the same owner come first: another event comes before more of the same.

    A period goes by its subjects instead.
    """
    steps: int
    is_opinion: bool
    last_day: float
    """Of what followed: what followed first comes first."""
    minus_subjects: float
    """In a period, how many of its subjects curators tell it of; less after others of its event."""
    minus_facts: int
    """How many facts are about its owner."""
    position: int


async def _ranked(
    store: Store, scope: BriefingScope, seen: Iterable[BriefingFact]
) -> list[BriefingFact]:
    """The facts with their ranks."""
    order = {key: place for place, key in enumerate(scope.listed)}
    seen = list(seen)
    told_by = await _told_by(store, scope, seen) if scope.about is None else Counter[str]()
    before = Counter[tuple[str, str]]()
    ranked: list[BriefingFact] = []
    for position, each in enumerate(seen):
        record, list_of_facts = each.record, (each.record.owner, each.record.part)
        names_other = isinstance(scope.about, Actor | Event) and scope.subject not in record.things
        steps_from_event, is_from_before = _remoteness(scope, each.place)
        repeats = before[list_of_facts]
        rank = _Rank(
            says_not_what_it_is=not (each.begins or each.defines),
            place_in_list=order.get(record.key, len(order)),
            is_of_other=not each.is_own,
            steps_from_event=steps_from_event,
            is_from_before=is_from_before,
            repeats=0 if scope.about is None else repeats + names_other,
            steps=each.place.steps if each.place else 0,
            is_opinion=record.fact.kind == "opinion",
            last_day=_last_day(scope, each),
            minus_subjects=-told_by[record.key] / (1 + repeats if each.event else 1),
            minus_facts=-store.things.facts[record.owner],
            position=position,
        )
        before[list_of_facts] += not names_other
        is_minor = bool(told_by) and record.key not in told_by
        ranked.append(replace(each, rank=rank, is_put_first=record.key in order, is_minor=is_minor))
    return ranked


async def _told_by(
    store: Store, scope: BriefingScope, seen: Iterable[BriefingFact]
) -> Counter[str]:
    """How many subjects list each fact, of the subjects that the facts of a period are about."""
    found = Counter[str]()
    for thing_id in set[str]().union(*(each.record.things for each in seen)):
        if thing_id in scope.events:
            about = scope.events[thing_id].event
        else:
            about = await store.actor(thing_id) or await store.topic(thing_id)
        found.update((about.briefing or about.order) if about else ())
    return found


def _last_day(scope: BriefingScope, each: BriefingFact) -> float:
    """The last day of what followed; 0 of anything else."""
    if each.event is None or each.place is None or each.place.role != "followed":
        return 0
    span = scope.events[each.event.id].dated.span
    return span.last if span else inf


def _remoteness(scope: BriefingScope, place: Place | None) -> tuple[int, bool]:
    """How far an event is from the one that a briefing is about; what led to it is nearer."""
    if place is None or not isinstance(scope.about, Event):
        return 0, False
    return place.steps, place.role == "before"
