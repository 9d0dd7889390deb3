"""The fact of the day: which one comes next, and how it is shown."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from bot.answers.fact_lines import event_line, fact_line
from bot.cards.card import Line, Section
from bot.compose import fact_story, message_budget
from bot.compose.digest_material import DigestHistory, DigestMaterial
from bot.compose.message_budget import MessageBudget, Passage, first_that_fits
from bot.facts.records import EventRecord, FactRecord

_REST = timedelta(days=7)  # before the same event, actor or topic comes again, if others can
ESSENTIAL = ("event", "agreement")
"""Kinds of fact that say what happened."""


def choose(
    material: DigestMaterial,
    budget: MessageBudget,
    news: Sequence[Passage],
    day: date,
    history: DigestHistory,
) -> Passage | None:
    """The fact of the day, with its story if that fits.

    It is never one that the message shows already. No fact comes again before all have come: one
    that does not fit next to the news waits for a later day, unless it would fit no message.
    """
    facts = [record for record in material.facts if qualifies(record)]
    shown = {record.key for passage in news for record in passage.facts}
    used = history.facts_of_the_day
    order = in_turn(facts, material.all_events, used, day)
    for turn in ([r for r in order if r.key not in used], [r for r in order if r.key in used]):
        for record in turn:
            if record.key not in shown and (passage := _fit(material, budget, record)):
                return passage
        if any(_fit(material, budget.fresh(), record) for record in turn):
            return None
    return None


def sections(material: DigestMaterial, passage: Passage) -> Iterator[Section]:
    """The fact of the day under its heading."""
    return message_budget.sections(_heading(material, passage.thing), (passage,))


def qualifies(record: FactRecord) -> bool:
    """Whether a fact can be the fact of the day: it says something, and something that is known.

    What articles do not establish is no fact to show by itself, a withdrawn one is not true, and
    an office that a person held says too little.
    """
    fact = record.fact
    return fact.withdrawn is None and record.part != "open" and fact.kind != "role"


def in_turn(
    facts: Sequence[FactRecord],
    events: Mapping[str, EventRecord],
    used: Mapping[str, date],
    day: date,
) -> list[FactRecord]:
    """The facts in the order in which they should come on a day.

    Facts that were never used come first, then the one used longest ago. Among the former, an
    event, actor or topic that has rested for a week comes before one that has not, then the one
    with the smallest share of its facts used, then what has little to do with the last fact, then
    what happened before what is said of it. The day decides the rest, so that servers that began
    on different days see different facts.
    """
    past = [record for record in facts if record.key in used]
    shares = _shares(facts, past)
    resting = {record.owner for record in past if day - used[record.key] < _REST}
    last = max(past, key=lambda record: used[record.key], default=None)
    near = _subjects(last, events) if last else frozenset[str]()

    def turn(record: FactRecord) -> tuple[object, ...]:
        return (
            used.get(record.key, date.min),
            record.owner in resting,
            shares[record.owner],
            len(near & _subjects(record, events)),
            not (record.owner in events and record.fact.kind in ESSENTIAL),
            hashlib.sha256(f"{day} {record.owner}".encode()).digest(),
        )

    return sorted(facts, key=turn)


def _shares(facts: Sequence[FactRecord], past: Sequence[FactRecord]) -> Mapping[str, float]:
    """The share of each owner's facts that were the fact of the day."""
    totals = Counter(record.owner for record in facts)
    numbers = Counter(record.owner for record in past)
    return {owner: numbers[owner] / total for owner, total in totals.items()}


def _subjects(record: FactRecord, events: Mapping[str, EventRecord]) -> frozenset[str]:
    """Everything that a fact is about, and the topics of its event."""
    event = events.get(record.owner)
    return record.things.union(event.event.topics if event else ())


def _fit(material: DigestMaterial, budget: MessageBudget, record: FactRecord) -> Passage | None:
    """A fact under the heading of the day's fact, in the fullest variant that fits."""
    heading = Line(_heading(material, record.owner))
    return first_that_fits(budget, _variants(material, record), heading)


def _variants(material: DigestMaterial, record: FactRecord) -> Iterator[Passage]:
    """The fact with its story, then without.

    A fact of an event comes with the event, and what came before and after it; a fact of an actor
    or a topic with the events that it bears on.
    """
    context = material.context
    event = material.all_events.get(record.owner)
    line = fact_line(context, record)
    if event:
        story = fact_story.around(context, event, material.events)
    else:
        story = fact_story.bearing(context, record, material.events)
    title = event_line(context, event) if event else None
    full = Passage(record.owner, (line, *story), (record,), title)
    yield full
    yield replace(full, lines=(line,))


def _heading(material: DigestMaterial, owner: str) -> str:
    """The heading names the owner, unless it is an event, which follows with its date."""
    words = material.context.words
    if owner in material.all_events:
        return words("digest.focus")
    return words("digest.focus-on", name=material.context.name(owner))
