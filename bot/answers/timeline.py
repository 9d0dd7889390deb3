"""`/timeline`: events in order, as precisely dated as the sources allow, undated ones apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from babel.dates import format_skeleton

from bot.answers.inquiry import Command, Inquiry, Option
from bot.answers.naming import echo, resolve
from bot.answers.period import Period, parse_period
from bot.answers.statements import event_line
from bot.cards.card import Card, Question, Section
from bot.cards.wording import span_words, year_words
from bot.facts.dates import Moment, Precision, Span
from bot.facts.model import ThingKind
from bot.facts.records import EventRecord, Head
from bot.facts.store import Filter
from bot.texts.catalogues import Words


@dataclass(frozen=True)
class _Narrowed:
    """The filters of a timeline, understood."""

    start: Period | None
    end: Period | None
    actor: Head | None
    topic: Head | None

    @property
    def filter(self) -> Filter:
        return Filter(
            first=self.start.first.toordinal() if self.start else None,
            last=self.end.last.toordinal() if self.end else None,
            actor=self.actor.id if self.actor else None,
            topic=self.topic.id if self.topic else None,
        )

    @property
    def question(self) -> Question:
        return COMMAND.question(
            **{
                "from": self.start.iso if self.start else None,
                "to": self.end.iso if self.end else None,
                "actor": self.actor.id if self.actor else None,
                "topic": self.topic.id if self.topic else None,
            }
        )

    def may_miss(self, span: Span) -> bool:
        """Whether a date overlaps the period without lying in it."""
        before = self.start is not None and span.first < self.start.first.toordinal()
        after = self.end is not None and span.last > self.end.last.toordinal()
        return before or after


async def answer(inquiry: Inquiry) -> Card:
    """The timeline's card, or one that says which filter cannot be understood."""
    narrowed = _narrow(inquiry, COMMAND.question(**inquiry.options))
    if isinstance(narrowed, Card):
        return narrowed
    events = await inquiry.store.events(narrowed.filter)
    if not events:
        return _refusal(inquiry, "timeline.empty", filters=_filters(inquiry, narrowed))
    return Card(
        question=narrowed.question,
        language=inquiry.words.language,
        title=inquiry.words("timeline.title"),
        found=True,
        subtitle=_subtitle(inquiry, narrowed, len(events)),
        sections=tuple(_sections(inquiry, narrowed, events)),
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


def _narrow(inquiry: Inquiry, asked: Question) -> _Narrowed | Card:
    periods: dict[str, Period | None] = {}
    for option in ("from", "to"):
        typed = inquiry.options.get(option)
        periods[option] = parse_period(typed) if typed else None
        if typed and periods[option] is None:
            return _refusal(inquiry, "timeline.no-date", text=echo(typed), option=option)
    start, end = periods["from"], periods["to"]
    if start and end and start.first > end.last:
        return _refusal(inquiry, "timeline.backwards", start=start.iso, end=end.iso)
    heads: dict[str, Head | None] = {}
    kinds: tuple[ThingKind, ...] = ("actor", "topic")
    for kind in kinds:
        head = resolve(inquiry, asked, kind, kind) if kind in inquiry.options else None
        if isinstance(head, Card):
            return head
        heads[kind] = head
    return _Narrowed(start, end, heads["actor"], heads["topic"])


def _refusal(inquiry: Inquiry, key: str, **values: str) -> Card:
    return Card(
        question=COMMAND.question(**inquiry.options),
        language=inquiry.words.language,
        title=inquiry.words(key, **values),
        found=False,
        subtitle=inquiry.words(f"{key}.help"),
    )


def _subtitle(inquiry: Inquiry, narrowed: _Narrowed, number: int) -> str:
    count = inquiry.words.count("timeline.events", number)
    filters = _filters(inquiry, narrowed)
    return f"{filters} · {count}" if filters else count


def _filters(inquiry: Inquiry, narrowed: _Narrowed) -> str:
    words = inquiry.words
    parts = [
        _period_words(narrowed.start, narrowed.end, words),
        *(head.name(words.language) for head in (narrowed.actor, narrowed.topic) if head),
    ]
    return " · ".join(part for part in parts if part)


def _period_words(start: Period | None, end: Period | None, words: Words) -> str | None:
    if not start and not end:
        return None
    span = Span(
        begins=_moment(start) if start else None,
        ends=_moment(end) if end else None,
        first=start.first.toordinal() if start else 1,
        last=end.last.toordinal() if end else 1,
    )
    return span_words(span, words)


def _moment(period: Period) -> Moment:
    precisions: dict[int, Precision] = {4: "year", 7: "month", 10: "day"}
    return Moment(precisions[len(period.iso)], period.first)


def _sections(
    inquiry: Inquiry, narrowed: _Narrowed, events: tuple[EventRecord, ...]
) -> Iterator[Section]:
    """Events under the month or year that they began in; undated ones under a heading of theirs."""
    for heading, group in groupby(events, lambda event: _heading(event, inquiry.words)):
        lines = tuple(
            event_line(inquiry, event, may=_may(narrowed, event.dated.span)) for event in group
        )
        yield Section(lines, heading)


def _may(narrowed: _Narrowed, span: Span | None) -> bool:
    if span is None:
        return narrowed.start is not None or narrowed.end is not None
    return narrowed.may_miss(span)


def _heading(event: EventRecord, words: Words) -> str:
    span = event.dated.span
    if span is None:
        return words("timeline.undated")
    begins = span.begins or span.ends
    assert begins, "a span has at least one end"
    if begins.precision in ("day", "month") and span.last - span.first < _A_MONTH:
        return format_skeleton("yMMMM", begins.start, locale=words.locale)
    return words("timeline.year", year=year_words(begins.start, words))


_A_MONTH = 31  # days; what may be longer stands under its year alone
