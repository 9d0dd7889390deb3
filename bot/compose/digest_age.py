"""How old a digest's contents are, so that nothing in it reads as news."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bot.cards.card import Line
from bot.cards.wording import day_words, moment_words
from bot.compose.digest_material import DigestHistory, DigestMaterial
from bot.facts.dates import Moment, Span

_RECENT = 31  # days for which the newest date needs no mention


def line(material: DigestMaterial, history: DigestHistory, day: date) -> Line | None:
    """Whether the base has changed since the last digest, and the date of its latest event."""
    said = " ".join(_sentences(material, history, day))
    return Line(said) if said else None


def _sentences(material: DigestMaterial, history: DigestHistory, day: date) -> Iterator[str]:
    words = material.context.words
    if history.last_day and history.versions == material.versions:
        since = day_words(history.last_day, words)
        was_yesterday = (day - history.last_day).days == 1
        yield words("digest.unchanged") if was_yesterday else words("digest.same", date=since)
    newest = newest_date(material)
    if newest and newest.start.toordinal() + _RECENT < day.toordinal():
        yield words("digest.end", date=moment_words(newest, words))


def newest_date(material: DigestMaterial) -> Moment | None:
    """The date after which the base reports nothing, of what it can date.

    What goes on counts from its beginning.
    """
    reported = (e for e in material.all_events if not e.event.lies_ahead)
    spans = [e.dated.span for e in reported if e.dated.span]
    last = max(spans, key=_last_day, default=None)
    return _end(last) if last else None


def _last_day(span: Span) -> int:
    """The last day of a span, or the first day of an open one."""
    return span.last if span.ends else span.first


def _end(span: Span) -> Moment | None:
    """The end of a span, or the beginning of an open one; of an interval only the year."""
    end = span.ends or span.begins
    if end is None or not span.is_interval:
        return end
    return Moment("year", end.start.replace(month=1, day=1))
