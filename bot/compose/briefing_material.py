"""What the base holds on the subject of a briefing, read once for every language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from bot.answers.change_lines import last_change
from bot.answers.filters import Filters
from bot.compose.briefing_links import SubjectKind, places
from bot.compose.briefing_scope import BriefingScope, briefing_facts
from bot.compose.briefing_sections import SECTIONS, BriefingFact, SectionKind, section_of
from bot.facts.dates import Span
from bot.facts.model import Actor, Event, Topic
from bot.facts.records import EventRecord, FactRecord, ThingRecord
from bot.facts.store import Filter, Store


@dataclass(frozen=True)
class Subject:
    """What a briefing is about: a topic, actor or event of the base by its id, or a period.

    A period may be open at one end.
    """

    thing: str | None = None
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class Material:
    """Everything that a briefing on a subject can show, the same in every language.

    `about` is the subject without its facts; None for a period, and if the base that is open now no
    longer holds it. `facts` are in reading order, `ranked` those to propose, the most telling
    first. `events` are all of the base, in order of time. `changed` are the corrected facts, the
    latest correction first.
    """

    store: Store
    subject: Subject
    about: Event | Actor | Topic | None
    period: Filters
    events: Mapping[str, EventRecord]
    sections: Mapping[str, SectionKind]
    facts: tuple[FactRecord, ...]
    ranked: tuple[FactRecord, ...]
    changed: tuple[FactRecord, ...]

    @property
    def thing(self) -> ThingRecord | None:
        """The names of the subject, if it has any."""
        return self.store.things.get(self.subject.thing or "")

    def event_of(self, record: FactRecord) -> EventRecord | None:
        """The event that a fact belongs to, unless an actor or a topic owns it."""
        return self.events.get(record.owner)

    def section_of(self, record: FactRecord) -> SectionKind:
        """The section of the briefing that shows a fact."""
        return self.sections[record.key]

    def in_order(self, facts: Iterable[FactRecord]) -> list[FactRecord]:
        """The facts in reading order."""
        wanted = {fact.key for fact in facts}
        return [fact for fact in self.facts if fact.key in wanted]


async def gather(store: Store, subject: Subject) -> Material:
    """Read everything that the base holds on a subject."""
    period = Filters.between(subject.first, subject.last)
    events = {record.event.id: record for record in await store.events(Filter())}
    about = await _about(store, events, subject)
    own = await _own_events(store, about, subject, period, events)
    is_event = isinstance(about, Event)
    late = {key for key in own if about is None and period.may_miss(events[key].dated.span)}
    around = places(
        {key: each.event for key, each in events.items()}, own, _kind_of_subject(about), late
    )
    seen = await briefing_facts(store, BriefingScope(about, events, own, around, period))
    sections: dict[str, SectionKind] = {
        each.record.key: section_of(each, is_event) for each in seen
    }
    positions = _positions(events)

    def reading_order(each: BriefingFact) -> tuple[float, ...]:
        """By section; what it is and what was said, the most telling first, all else by time."""
        section, record = sections[each.record.key], each.record
        if section in ("what", "said"):
            return SECTIONS.index(section), *each.rank
        # What no event tells stands with the last event that it is about.
        events = {record.owner} if section != "happened" or each.event else record.things
        last = max((positions[key] for key in events & positions.keys()), default=(-1, -1))
        return SECTIONS.index(section), *last, each.number

    return Material(
        store=store,
        subject=subject,
        about=about,
        period=period,
        events=events,
        sections=sections,
        facts=tuple(each.record for each in sorted(seen, key=reading_order)),
        ranked=tuple(
            each.record for each in sorted(seen, key=lambda each: each.rank) if not each.is_minor
        ),
        changed=await _changed(store, subject, set(own)),
    )


def _positions(events: Mapping[str, EventRecord]) -> dict[str, tuple[float, float]]:
    """The place of each event in the order of time; what it was a part of comes right before it."""
    days = _days(events)
    times = {event_id: time for time, event_id in enumerate(sorted(events, key=days.__getitem__))}
    wholes = {event_id: record.event.part_of for event_id, record in events.items()}
    return {
        event_id: (times[whole], time) if (whole := wholes[event_id]) else (time, -1)
        for event_id, time in times.items()
    }


def _days(events: Mapping[str, EventRecord]) -> dict[str, float]:
    """The day by which each event is sorted, the middle of those that its date allows.

    So a loose date comes after the firm ones that it starts with. No event comes before what is
    proven to be earlier, and one without a date comes where the base has it.
    """
    days, day = dict[str, float](), 0.0
    for event_id, record in events.items():
        day = _middle(record.dated.span) if record.dated.span else day
        days[event_id] = max([day, *(days[other] for other in record.before if other in days)])
    return days


def _middle(span: Span) -> float:
    """The day number of the middle of a span, of one that is open its only end."""
    if span.begins is None:
        return span.last
    return span.first if span.ends is None else (span.first + span.last) / 2


def _kind_of_subject(about: Event | Actor | Topic | None) -> SubjectKind:
    match about:
        case Event():
            return "event"
        case Topic():
            return "topic"
        case Actor():
            return "actor"
        case None:
            return "period"


async def _about(
    store: Store, events: Mapping[str, EventRecord], subject: Subject
) -> Event | Actor | Topic | None:
    match store.things.get(subject.thing or ""):
        case ThingRecord(kind="event", id=event_id):
            return events[event_id].event
        case ThingRecord(kind="actor", id=actor_id):
            return await store.actor(actor_id)
        case ThingRecord(kind="topic", id=topic_id):
            return await store.topic(topic_id)
        case _:
            return None


async def _own_events(
    store: Store,
    about: Event | Actor | Topic | None,
    subject: Subject,
    period: Filters,
    events: Iterable[str],
) -> tuple[str, ...]:
    """An event itself, or those of a topic, an actor or a period, in order of time.

    An actor also has those of the facts that curators put first.
    """
    match about:
        case Event():
            return (about.id,)
        case Topic():
            wanted = Filter(topic=about.id)
        case Actor():
            wanted = Filter(actor=about.id)
        case None:
            if subject.thing:  # the base was replaced in the meantime
                return ()
            wanted = period.filter
    put_first = about.order if isinstance(about, Actor) else ()
    own = {key.partition("/")[0] for key in put_first}
    own |= {record.event.id for record in await store.events(wanted)}
    return tuple(event_id for event_id in events if event_id in own)


async def _changed(store: Store, subject: Subject, events: set[str]) -> tuple[FactRecord, ...]:
    changed = await store.changed(subject.thing)
    of_subject = [record for record in changed if subject.thing or record.owner in events]
    return tuple(sorted(of_subject, key=lambda record: last_change(record.fact), reverse=True))
