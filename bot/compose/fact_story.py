"""The story that a fact belongs to: the events around its own, or those that it bears on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from bot.answers.context import AnswerContext
from bot.answers.fact_lines import event_line
from bot.cards.card import Line
from bot.facts.dates import Span
from bot.facts.records import EventRecord, FactRecord


def around(
    context: AnswerContext, event: EventRecord, events: Sequence[EventRecord]
) -> Iterator[Line]:
    """The last related event that surely came before, and the first that surely came after.

    `events` are in order of time.
    """
    words = context.words
    related = [other for other in events if _continues_story(other) and _related(event, other)]
    earlier = [other for other in related if _surely_before(other, event)]
    later = [other for other in related if _surely_before(event, other)]
    for label, others in (
        (words("digest.before"), earlier[-1:]),
        (words("digest.after"), later[:1]),
    ):
        for other in others:
            line = event_line(context, other)
            text = words("typography.labelled", label=line.opening, text=line.text)
            yield replace(line, text=text, label=label, opening=None)


def bearing(
    context: AnswerContext, record: FactRecord, events: Iterable[EventRecord]
) -> Iterator[Line]:
    """The first and the last of the dated events that a fact has most to do with."""
    dated = [event for event in events if _continues_story(event)]
    weights = [_weight(record, event) for event in dated]
    most = max(weights, default=0)
    closest = [e for e, weight in zip(dated, weights, strict=True) if weight == most > 0]
    yield from (event_line(context, event) for event in (*closest[:1], *closest[1:][-1:]))


def _continues_story(event: EventRecord) -> bool:
    """Whether an event continues a story: a dated one, and no anniversary."""
    return event.dated.span is not None and event.event.kind != "anniversary"


def _related(event: EventRecord, other: EventRecord) -> bool:
    """Whether two events bear on each other, or share a topic."""
    shared = set(event.event.topics) & set(other.event.topics)
    return other.event.id in event.related or bool(shared)


def _surely_before(one: EventRecord, other: EventRecord) -> bool:
    """Whether what the articles say of two events, or their dates, puts one before the other."""
    if other.event.when.after == one.event.id or one.event.when.before == other.event.id:
        return True
    first, second = one.dated.span, other.dated.span
    if first is None or second is None or _is_vague(first) or _is_vague(second):
        return False
    return first.last < second.first


def _is_vague(span: Span) -> bool:
    return span.approximate or span.uncertain


def _weight(record: FactRecord, event: EventRecord) -> int:
    """How much an event has to do with a fact: 0 if only people or states are the same.

    Being named by the fact counts most, then topics, then participants.
    """
    topics = len(record.things.intersection(event.event.topics))
    actors = record.things.intersection(part.actor for part in event.event.who)
    named = event.event.id in record.things
    if not named and not topics and record.owner not in actors:
        return 0
    return 100 * named + 10 * topics + len(actors)
