"""The chart of time of some events, as the picture of a card: what it names, and in which words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from bot.answers.context import AnswerContext
from bot.cards.card import Line, Picture
from bot.cards.wording import brief_date, dated_words, month_name
from bot.facts.records import EventRecord
from bot.facts.store import Filter
from bot.pictures.chart import Chart, Mark

_SPARE = 2  # more are named where that leaves none without a name
_FEWEST = 3  # dated events; fewer are read faster than they are looked at


def time_picture(
    context: AnswerContext,
    title: str,
    events: Sequence[EventRecord],
    lines: Sequence[Line],
    named: int,
    period: Filter | None = None,
) -> Picture | None:
    """The chart of events in order of time, or None if too few of them have a date.

    `lines` state the events. It names as many as `named` says, those with most facts, and shows the
    others as small marks.
    """
    words = context.words
    dated = [event for event in events if event.dated.span]
    if len(dated) < _FEWEST:
        return None
    undated = [event for event in events if not event.dated.span]
    is_one_year = len(_years(dated, period)) == 1
    named = named if len(dated) > named + _SPARE else len(dated)
    important = set(_by_facts(context, dated)[:named])
    others = tuple(_mark(event) for event in dated if event.event.id not in important)
    chart = Chart(
        title=title,
        labelled=tuple(
            _labelled(context, event, is_one_year) for event in dated if event.event.id in important
        ),
        months=tuple(month_name(month, words) for month in range(1, 13)),
        legend=(("open", words("picture.open")), ("planned", words("picture.planned"))),
        uneven=words("picture.uneven"),
        others=others,
        others_heading=words.count("picture.others", len(others)),
        undated=len(undated),
        undated_heading=words.count("picture.undated", len(undated)),
        first=period.first if period else None,
        last=period.last if period else None,
    )
    return Picture(alt=" ".join(_alt(context, dated, undated)), chart=chart, lines=lines)


def _labelled(context: AnswerContext, event: EventRecord, is_one_year: bool) -> Mark:
    span = event.dated.span
    assert span, "only what has a date is given a mark"
    return replace(
        _mark(event),
        label=context.name(event.event.id),
        date=brief_date(span, context.words, with_year=not is_one_year),
    )


def _mark(event: EventRecord) -> Mark:
    """A small mark, which has no label: to word its date would cost more than all else."""
    span = event.dated.span
    assert span, "only what has a date is given a mark"
    return Mark(
        label="",
        date="",
        sources=_sources(event),
        first=span.first if span.begins else None,
        last=span.last if span.ends else None,
        planned=event.event.status == "planned",
        vague=span.approximate or span.uncertain,
    )


def _sources(event: EventRecord) -> tuple[str, ...]:
    return tuple(dict.fromkeys(cite.source for cite in event.cites))


def _by_facts(context: AnswerContext, events: Iterable[EventRecord]) -> list[str]:
    """The ids of events, those with most facts first."""
    ids = [event.event.id for event in events]
    return sorted(ids, key=lambda event_id: -context.store.things.facts[event_id])


def _years(events: Iterable[EventRecord], period: Filter | None) -> set[int]:
    """The years in which events began and ended, within the period."""
    ends = [
        (span.first if span.begins else span.last, span.last if span.ends else span.first)
        for event in events
        if (span := event.dated.span)
    ]
    first = (period and period.first) or 1
    last = (period and period.last) or date.max.toordinal()
    return {date.fromordinal(min(max(day, first), last)).year for pair in ends for day in pair}


# ---- What it shows, for those who do not see it -------------------------------------------------


def _alt(
    context: AnswerContext, dated: Sequence[EventRecord], undated: Sequence[EventRecord]
) -> Iterator[str]:
    """How many there are, how sure their dates are, the first and the last.

    The message shows the title already.
    """
    words = context.words
    # An event that took place by a certain time can be the last in order and an early one in fact.
    latest = max(
        reversed(dated), key=lambda event: event.dated.span.first if event.dated.span else 0
    )
    first, last = (_named(context, event) for event in (dated[0], latest))
    yield words.count("picture.alt.dated", len(dated))
    if inferred := sum(event.dated.when.basis == "inferred" for event in dated):
        yield words.count("picture.alt.inferred", inferred)
    if ahead := sum(event.event.lies_ahead for event in dated):
        yield words.count("picture.alt.ahead", ahead)
    yield words("picture.alt.ends", first=first, last=last)
    if undated:
        yield words.count("picture.alt.undated", len(undated))


def _named(context: AnswerContext, event: EventRecord) -> str:
    words, when = context.words, dated_words(event.dated, context.words)
    if event.event.status == "planned":
        when = words("typography.series", one=words("mark.planned"), other=when)
    return words("typography.bracketed", text=context.name(event.event.id), remark=when)
