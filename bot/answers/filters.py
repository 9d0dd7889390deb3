"""The filters of a timeline or a search: typed periods and names, parsed or refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bot.answers.context import AnswerContext
from bot.answers.resolve import echo
from bot.cards.card import Card, Question
from bot.cards.wording import span_words
from bot.facts.dates import Moment, Precision, Span
from bot.facts.model import ThingKind
from bot.facts.records import ThingRecord
from bot.facts.store import Filter
from bot.parsing.dates import Period, parse_period
from bot.texts.catalogues import Words

_YEAR, _MONTH, _DAY = 4, 7, 10
"""The characters of a year, a month and a day in ISO 8601."""

_NAMED: tuple[ThingKind, ...] = ("actor", "topic", "source")


@dataclass(frozen=True)
class Filters:
    """The parsed filters of one question; `things` by the option that names them."""

    start: Period | None
    end: Period | None
    things: Mapping[str, ThingRecord]

    @classmethod
    def between(cls, first: date | None, last: date | None) -> Filters:
        """From one day to another, either left out; whole months and years are called so."""
        for precision in (_YEAR, _MONTH):
            start, end = _period(first, precision), _period(last, precision)
            if start and end and (start.first, end.last) == (first, last):
                return cls(start, end, {})
        return cls(_period(first, _DAY), _period(last, _DAY), {})

    @property
    def filter(self) -> Filter:
        """The filters as the store takes them."""
        return Filter(
            first=self.start.first.toordinal() if self.start else None,
            last=self.end.last.toordinal() if self.end else None,
            **{option: thing.id for option, thing in self.things.items()},
        )

    @property
    def options(self) -> dict[str, str | None]:
        """The filters as options in canonical form: ISO dates and ids."""
        dates = {"from": self.start, "to": self.end}
        return {
            **{option: period.iso if period else None for option, period in dates.items()},
            **{option: thing.id for option, thing in self.things.items()},
        }

    @property
    def has_days(self) -> bool:
        """Whether a day, month or year was given."""
        return self.start is not None or self.end is not None

    def share(self, span: Span | None) -> float:
        """Of the days that a date may mean, the share in the period: 0 if it is not known."""
        if span is None:
            return 0
        period = self.filter
        first = max(span.first, span.first if period.first is None else period.first)
        last = min(span.last, span.last if period.last is None else period.last)
        return max(0, last - first + 1) / (span.last - span.first + 1)

    def may_miss(self, span: Span | None) -> bool:
        """Whether something with this date, or with none, may lie outside the period."""
        if span is None:
            return self.has_days
        before = self.start is not None and span.first < self.start.first.toordinal()
        after = self.end is not None and span.last > self.end.last.toordinal()
        return before or after

    def worded(self, words: Words) -> str:
        """The filters in words; empty without any."""
        names = [thing.name(words.language) for thing in self.things.values()]
        return " · ".join(filter(None, [_period_words(self.start, self.end, words), *names]))


def parse_filters(context: AnswerContext, asked: Question) -> Filters | Card:
    """The filters of a question, or a card that says which one cannot be understood."""
    periods: dict[str, Period | None] = {"from": None, "to": None}
    for option in periods:
        typed = context.options.get(option)
        period = parse_period(typed) if typed else None
        if typed and period is None:
            return refusal(context, asked, "filter.no-date", text=echo(typed), option=option)
        if period:
            periods[option] = period
            asked = asked.with_option(option, period.iso)
    start, end = periods["from"], periods["to"]
    if start and end and start.first > end.last:
        return refusal(context, asked, "filter.backwards", start=start.iso, end=end.iso)
    things = {kind: context.thing(kind) for kind in _NAMED if kind in context.options}
    return Filters(start, end, things)


def refusal(context: AnswerContext, asked: Question, key: str, **values: str) -> Card:
    """A card that says why a question has no answer (`key`), and what to do (`key.help`)."""
    return Card(
        question=asked,
        language=context.words.language,
        title=context.words(key, **values),
        found=False,
        subtitle=context.words(f"{key}.help", **values),
    )


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


def _period(day: date | None, precision: int) -> Period | None:
    """The year, the month or the day of a day."""
    return parse_period(day.isoformat()[:precision]) if day else None


def _moment(period: Period) -> Moment:
    precisions: dict[int, Precision] = {_YEAR: "year", _MONTH: "month", _DAY: "day"}
    return Moment(precisions[len(period.iso)], period.first)
