"""`/timeline`: events in order of time, each dated as precisely as the sources allow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import groupby

from bot.answers.context import AnswerContext, Command, Option
from bot.answers.fact_lines import event_line
from bot.answers.filters import Filters, parse_filters, refusal
from bot.answers.time_picture import time_picture
from bot.cards.card import Card, ComposedLines, Line, Section
from bot.cards.wording import span_words
from bot.facts.dates import Moment, Span
from bot.facts.records import EventRecord
from bot.texts.catalogues import Words


async def answer(context: AnswerContext) -> Card:
    """The timeline's card, or one that says which filter cannot be understood."""
    filters = parse_filters(context, COMMAND.question(**context.options))
    if isinstance(filters, Card):
        return filters
    events = await context.store.events(filters.filter, _MOST)
    question = COMMAND.question(**filters.options)
    worded = filters.worded(context.words)
    if not events:
        return refusal(context, question, "timeline.empty", filters=worded)
    title, scope = context.words("timeline.title"), worded or context.store.info.title
    total = len(events)
    if total == _MOST:
        total = await context.store.count_events(filters.filter)
    lines = ComposedLines(partial(event_line, context), events)
    picture = time_picture(context, f"{title} · {scope}", events, lines, _NAMED, filters.filter)
    return Card(
        question=question,
        language=context.words.language,
        title=title,
        found=True,
        subtitle=" · ".join((scope, *_counts(context, filters, events, total))),
        sections=tuple(_sections(context, filters, events)),
        picture=picture,
    )


_MOST = 100  # events: few read on, and each costs time before the first is shown
_NAMED = 5  # events on the chart, so that it takes no more than half a phone's screen


COMMAND = Command(
    "timeline",
    (
        Option("from", "date"),
        Option("to", "date"),
        Option("actor", "actor"),
        Option("topic", "topic"),
    ),
    answer,
)


def _counts(
    context: AnswerContext, filters: Filters, events: tuple[EventRecord, ...], total: int
) -> Iterator[str]:
    """How many events there are, and how many may lie outside the period."""
    if len(events) < total:
        yield context.words("timeline.first", number=len(events), total=total)
        return
    may = sum(filters.may_miss(event.dated.span) for event in events)
    yield context.words.count("timeline.events", len(events) - may)
    if may:
        yield context.words.count("timeline.events-may", may)


def _sections(
    context: AnswerContext, filters: Filters, events: Sequence[EventRecord]
) -> Iterator[Section]:
    """The lines of events under their year or years, in order of time; undated ones apart.

    Those that may lie outside the period have a section of their own at the end.
    """
    words = context.words
    sure = (event for event in events if not filters.may_miss(event.dated.span))
    unsure = [event for event in events if filters.may_miss(event.dated.span)]
    for years, group in groupby(sure, _years):
        heading = words("timeline.undated") if years is None else _heading(years, words)
        year = years[0] if years and years[0] == years[1] else None
        yield Section(ComposedLines(partial(_under, context, heading, year), group), heading)
    if unsure:
        yield Section(ComposedLines(partial(event_line, context), unsure), words("timeline.may"))


def _under(context: AnswerContext, heading: str, year: int | None, event: EventRecord) -> Line:
    """A line without what its heading says of its date: the year, or all of it."""
    line = event_line(context, event, year)
    return replace(line, opening=None) if line.opening == heading else line


Years = tuple[int, int | None]
"""The years in which something began and ended; None is an open end."""


def _years(event: EventRecord) -> Years | None:
    """The years of an event's date; None if it has none."""
    span = event.dated.span
    if span is None:
        return None
    begins = span.begins or span.ends
    assert begins, "a span has at least one end"
    return begins.start.year, date.fromordinal(span.last).year if span.ends else None


def _heading(years: Years, words: Words) -> str:
    first, last = years
    begins = Moment("year", date(first, 1, 1))
    if last is None:
        return span_words(Span(begins, None, 1, 1), words)
    ends = Moment("year", date(last, 1, 1))
    return span_words(Span(begins, ends, 1, 1), words)
