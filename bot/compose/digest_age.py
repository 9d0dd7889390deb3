"""How old a digest's contents are, so that nothing in it reads as news."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bot.cards.card import Line
from bot.cards.wording import day_words, moment_words
from bot.compose.digest_material import DigestHistory, DigestMaterial
from bot.facts.dates import Moment, Span

_FRESH = 31  # days for which the newest date needs no mention


def lines(material: DigestMaterial, history: DigestHistory, day: date) -> Iterator[Line]:
    """Whether the base has changed since the last digest, and with which date its events end."""
    words = material.context.words
    if history.last_day and history.versions == material.versions:
        since = day_words(history.last_day, words)
        was_yesterday = (day - history.last_day).days == 1
        yield Line(words("digest.unchanged") if was_yesterday else words("digest.same", date=since))
    newest = newest_date(material)
    if newest and newest.start.toordinal() + _FRESH < day.toordinal():
        yield Line(words("digest.end", date=moment_words(newest, words)))


def newest_date(material: DigestMaterial) -> Moment | None:
    """The date of the last event that took place, as precise as it is certain.

    Anniversaries and plans lie ahead of the articles, and what goes on has no last day.
    """
    events = (e for e in material.all_events.values() if e.event.kind != "anniversary")
    spans = (e.dated.span for e in events if e.event.status == "reported")
    closed = [span for span in spans if span and span.begins and span.ends]
    last = max(closed, key=lambda span: span.last, default=None)
    return _certain(last) if last else None


def _certain(span: Span) -> Moment | None:
    """The moment that a span is sure to be in: its own, or the year of an interval."""
    if not span.is_interval or span.begins is None:
        return span.begins
    return Moment("year", date.fromordinal(span.last).replace(month=1, day=1))
