"""`/timeline`: events in order of time, each dated as precisely as the sources allow."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import groupby

from bot.answers.context import AnswerContext, Command, Option
from bot.answers.fact_lines import event_line
from bot.answers.filters import Filters, parse_filters, refusal
from bot.cards.card import Card, Section
from bot.cards.wording import month_words, year_words
from bot.facts.dates import Moment, Span
from bot.facts.records import EventRecord
from bot.texts.catalogues import Words

_A_MONTH = 31  # days; what may be longer is listed under its year alone


async def answer(context: AnswerContext) -> Card:
    """The timeline's card, or one that says which filter cannot be understood."""
    filters = parse_filters(context, COMMAND.question(**context.options))
    if isinstance(filters, Card):
        return filters
    events = await context.store.events(filters.filter)
    question = COMMAND.question(**filters.options)
    worded = filters.worded(context.words)
    if not events:
        return refusal(context, question, "timeline.empty", filters=worded)
    return Card(
        question=question,
        language=context.words.language,
        title=context.words("timeline.title"),
        found=True,
        subtitle=" · ".join(filter(None, [worded, *_counts(context, filters, events)])),
        sections=tuple(_sections(context, filters, events)),
    )


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
    context: AnswerContext, filters: Filters, events: tuple[EventRecord, ...]
) -> Iterator[str]:
    """How many events there are, and how many may lie outside the period."""
    may = sum(filters.may_miss(event.dated.span) for event in events)
    yield context.words.count("timeline.events", len(events) - may)
    if may:
        yield context.words.count("timeline.events-may", may)


def _sections(
    context: AnswerContext, filters: Filters, events: tuple[EventRecord, ...]
) -> Iterator[Section]:
    """Events under the month or year that they began in; undated ones under their own heading.

    Events whose year is known but not the month come after the months of that year. Those that may
    lie outside the period have a section of their own at the end.
    """
    inside = (event for event in events if not filters.may_miss(event.dated.span))
    sure = sorted(inside, key=_order)
    unsure = [event for event in events if filters.may_miss(event.dated.span)]
    for heading, group in groupby(sure, lambda event: _heading(event, context.words)):
        yield Section(tuple(event_line(context, event) for event in group), heading)
    if unsure:
        lines = tuple(event_line(context, event) for event in unsure)
        yield Section(lines, context.words("timeline.may"))


def _order(event: EventRecord) -> tuple[int, int]:
    """By the year in which an event began, and whether its month is known; undated ones last."""
    span = event.dated.span
    if span is None:
        return date.max.year, 1
    begins = span.begins or span.ends
    assert begins, "a span has at least one end"
    return begins.start.year, int(not _is_of_a_month(span, begins))


def _is_of_a_month(span: Span, begins: Moment) -> bool:
    return begins.precision in ("day", "month") and span.last - span.first < _A_MONTH


def _heading(event: EventRecord, words: Words) -> str:
    span = event.dated.span
    if span is None:
        return words("timeline.undated")
    begins = span.begins or span.ends
    assert begins, "a span has at least one end"
    if _is_of_a_month(span, begins):
        return month_words(begins.start, words)
    return _years(span, begins, words)


def _years(span: Span, begins: Moment, words: Words) -> str:
    """The year, or the range of years, of a date that is not known to the month."""
    year = year_words(begins.start, words)
    if span.ends is None:
        return words("date.since", start=year)
    last = date.fromordinal(span.last)
    if last.year > begins.start.year:
        return words("date.from-to", start=year, end=year_words(last, words))
    return year
