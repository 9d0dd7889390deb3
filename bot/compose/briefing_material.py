"""What the base holds on the subject of a briefing, read once for every language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from bot.answers.change_lines import last_change
from bot.answers.filters import Filters
from bot.facts.model import CLAIMS
from bot.facts.records import EventRecord, FactRecord, ThingRecord
from bot.facts.store import Filter, Store
from bot.parsing.dates import Period

Part = Literal["short", "story", "open", "care"]
"""The parts of a briefing: in short, in order of time, not established, handle with care."""

PARTS: tuple[Part, ...] = get_args(Part)


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

    `facts` are in reading order; a draft chooses from those in `choices`. `events` are all of the
    base, in order of time. `changed` are the corrected facts, the latest correction first.
    """

    store: Store
    subject: Subject
    period: Filters
    events: Mapping[str, EventRecord]
    parts: Mapping[str, Part]
    facts: tuple[FactRecord, ...]
    choices: tuple[FactRecord, ...]
    changed: tuple[FactRecord, ...]

    @property
    def thing(self) -> ThingRecord | None:
        """The thing that the briefing is about.

        None for a period, and if the base that is open now no longer holds the thing.
        """
        return self.store.things.get(self.subject.thing or "")

    def event_of(self, record: FactRecord) -> EventRecord | None:
        """The event that a fact belongs to, unless an actor or a topic owns it."""
        return self.events.get(record.owner)

    def part_of(self, record: FactRecord) -> Part:
        """The part of the briefing that shows a fact."""
        return self.parts[record.key]

    def in_order(self, facts: Iterable[FactRecord]) -> list[FactRecord]:
        """The facts in reading order."""
        wanted = {fact.key for fact in facts}
        return [fact for fact in self.facts if fact.key in wanted]


async def gather(store: Store, subject: Subject) -> Material:
    """Read everything that the base holds on a subject."""
    period = Filters(_period(subject.first), _period(subject.last), {})
    events = {record.event.id: record for record in await store.events(Filter())}
    within = await _events(store, subject, period)
    facts, choices = await _facts(store, subject, period, within)
    parts: dict[str, Part] = {fact.key: _part(events.get(fact.owner), fact) for fact in facts}
    positions = {event_id: position for position, event_id in enumerate(events)}

    def reading_order(fact: FactRecord) -> tuple[int, int]:
        return PARTS.index(parts[fact.key]), positions.get(fact.owner, -1)

    return Material(
        store=store,
        subject=subject,
        period=period,
        events=events,
        parts=parts,
        facts=tuple(sorted(facts, key=reading_order)),
        choices=tuple(sorted(choices, key=reading_order)),
        changed=await _changed(store, subject, {event.event.id for event in within}),
    )


def _period(day: date | None) -> Period | None:
    return Period(day, day, day.isoformat()) if day else None


async def _events(store: Store, subject: Subject, period: Filters) -> tuple[EventRecord, ...]:
    """The events of a topic, an actor or a period, in order of time; an event has none."""
    if subject.thing is None:
        return await store.events(period.filter)
    thing = store.things.get(subject.thing)  # the base may have been replaced in the meantime
    match thing.kind if thing else None:
        case "topic":
            return await store.events(Filter(topic=subject.thing))
        case "actor":
            return await store.events(Filter(actor=subject.thing))
        case _:
            return ()


async def _facts(
    store: Store, subject: Subject, period: Filters, events: Iterable[EventRecord]
) -> tuple[list[FactRecord], list[FactRecord]]:
    """Every fact on a subject, and those of them that a draft chooses from."""
    facts = {fact.key: fact for fact in await store.facts(subject.thing or "")}
    choices = list(facts.values())
    for event in events:
        own = [fact for fact in await store.facts(event.event.id) if fact.owner == event.event.id]
        if not subject.thing and not period.may_miss(event.dated.span):
            choices += own
        elif subject.thing and not any(fact.key in facts for fact in own):
            choices += own[:1]  # part of the story, though it does not name the subject
        for fact in own:  # in the order of their file, even if some were added above
            facts[fact.key] = facts.pop(fact.key, fact)
    return list(facts.values()), choices


async def _changed(store: Store, subject: Subject, events: set[str]) -> tuple[FactRecord, ...]:
    changed = await store.changed(subject.thing)
    of_subject = [record for record in changed if subject.thing or record.owner in events]
    return tuple(sorted(of_subject, key=lambda record: last_change(record.fact), reverse=True))


def _part(event: EventRecord | None, record: FactRecord) -> Part:
    if record.part == "open":
        return "open"
    if _needs_care(event, record):
        return "care"
    return "story" if event else "short"


def _needs_care(event: EventRecord | None, record: FactRecord) -> bool:
    """Whether a fact is easily repeated as more than it is.

    True for facts of a planned event, and for claims with a caution. What an announcement
    announced did happen, so it belongs to the story.
    """
    if event and event.event.status == "planned":
        return True
    if event and event.event.kind == "announcement" and record.fact.kind == "plan":
        return False
    return record.fact.kind in CLAIMS and record.fact.caution is not None
