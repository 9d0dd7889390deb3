"""The fact in focus: which one comes next, and the story that it belongs to."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from bot.answers.context import AnswerContext
from bot.answers.fact_lines import event_line, fact_line
from bot.cards.card import Line
from bot.compose.message_budget import Passage
from bot.facts.dates import Span
from bot.facts.records import EventRecord, FactRecord

_REST = timedelta(days=7)  # before the same event, actor or topic comes again, where others can
ESSENTIAL = ("event", "agreement")
"""Kinds of fact that say what happened."""


def qualifies(record: FactRecord) -> bool:
    """Whether a fact may be in focus: it says something, and something that is known.

    What articles do not establish is no fact to tell by itself, a withdrawn one is not true, and
    an office that somebody held says too little.
    """
    fact = record.fact
    return fact.withdrawn is None and record.part != "open" and fact.kind != "role"


def in_turn(
    facts: Sequence[FactRecord],
    events: Mapping[str, EventRecord],
    facts_of_the_day: Mapping[str, date],
    day: date,
) -> list[FactRecord]:
    """The facts in the order in which they should come on a day.

    First what was never in focus, then what was longest ago. Of the former, an event, actor or
    topic that has rested for a week comes before one that has not, then whoever had the smallest
    share of its facts told, then what has little to do with the last fact in focus, then what
    happened before what is said of it. The day decides the rest, so that no two servers that began
    on different days read the same row.
    """
    told = [record for record in facts if record.key in facts_of_the_day]
    shares = Counter(record.owner for record in told)
    totals = Counter(record.owner for record in facts)
    resting = {record.owner for record in told if day - facts_of_the_day[record.key] < _REST}
    last = max(told, key=lambda record: facts_of_the_day[record.key], default=None)
    near = _subjects(last, events) if last else frozenset[str]()
    lots = {owner: hashlib.sha256(f"{day} {owner}".encode()).digest() for owner in totals}

    def turn(record: FactRecord) -> tuple[object, ...]:
        return (
            facts_of_the_day.get(record.key, date.min),
            record.owner in resting,
            shares[record.owner] / totals[record.owner],
            len(near & _subjects(record, events)),
            not (record.owner in events and record.fact.kind in ESSENTIAL),
            lots[record.owner],
        )

    return sorted(facts, key=turn)


def forms(
    context: AnswerContext,
    record: FactRecord,
    events: Mapping[str, EventRecord],
    within: Sequence[EventRecord],
) -> Iterator[Passage]:
    """The fact with its story, then without: its event, and what came before and after it.

    What belongs to an actor or a topic is told with the events that it bears on. Events of the
    story are dated ones of `within`, in order of time.
    """
    event = events.get(record.owner)
    head = event_line(context, event) if event else None
    line = fact_line(context, record)
    story = _around(context, event, within) if event else _bearing(context, record, within)
    told = Passage(record.owner, (line, *story), (record,), head)
    yield told
    yield replace(told, lines=(line,))


def _subjects(record: FactRecord, events: Mapping[str, EventRecord]) -> frozenset[str]:
    """All that a fact is told of, and the topics of its event."""
    event = events.get(record.owner)
    return record.things.union(event.event.topics if event else ())


def _around(
    context: AnswerContext, event: EventRecord, within: Sequence[EventRecord]
) -> Iterator[Line]:
    """The last related event that surely came before, and the first that surely came after."""
    words = context.words
    related = [other for other in within if _is_told(other) and _related(event, other)]
    earlier = [other for other in related if _surely_before(other, event)]
    later = [other for other in related if _surely_before(event, other)]
    for label, others in (
        (words("digest.before"), earlier[-1:]),
        (words("digest.after"), later[:1]),
    ):
        for other in others:
            line = event_line(context, other)
            yield replace(line, text=f"{line.lead}: {line.text}", label=label, lead=None)


def _is_told(event: EventRecord) -> bool:
    """Whether an event takes a story on: a dated one, and no anniversary."""
    return event.dated.span is not None and event.event.kind != "anniversary"


def _related(event: EventRecord, other: EventRecord) -> bool:
    """Whether two events bear on each other, or share a topic."""
    shared = set(event.event.topics) & set(other.event.topics)
    return other.event.id in event.related or bool(shared)


def _surely_before(one: EventRecord, other: EventRecord) -> bool:
    """Whether what the articles say of two events, or their dates, put one before the other."""
    if other.event.when.after == one.event.id or one.event.when.before == other.event.id:
        return True
    first, second = one.dated.span, other.dated.span
    if first is None or second is None or _is_vague(first) or _is_vague(second):
        return False
    return first.last < second.first


def _is_vague(span: Span) -> bool:
    return span.approximate or span.uncertain


def _bearing(
    context: AnswerContext, record: FactRecord, within: Iterable[EventRecord]
) -> Iterator[Line]:
    """The first and the last of the dated events that a fact has most to do with."""
    dated = [event for event in within if _is_told(event)]
    weights = [_weight(record, event) for event in dated]
    most = max(weights, default=0)
    closest = [e for e, weight in zip(dated, weights, strict=True) if weight == most > 0]
    yield from (event_line(context, event) for event in (*closest[:1], *closest[1:][-1:]))


def _weight(record: FactRecord, event: EventRecord) -> int:
    """How much an event has to do with a fact: 0 where only people or states are the same.

    Being named by the fact counts most, then topics, then who took part.
    """
    topics = len(record.things.intersection(event.event.topics))
    actors = record.things.intersection(part.actor for part in event.event.who)
    named = event.event.id in record.things
    if not named and not topics and record.owner not in actors:
        return 0
    return 100 * named + 10 * topics + len(actors)
