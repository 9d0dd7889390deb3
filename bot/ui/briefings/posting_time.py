"""Reads the posting time that a moderator typed: a day, a time and a time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from bot.answers.resolve import echo
from bot.delivery.recurrence import Recurrence, next_occurrence
from bot.parsing.dates import parse_period
from bot.parsing.typed_text import clean_text
from bot.state.plan import PostingTime
from bot.texts.catalogues import Words
from bot.ui.components.messages import UserError
from bot.ui.digests.options import read_time, read_zone

_AHEAD = timedelta(days=366)
_TWO_DAYS = timedelta(days=2)  # no zone is further from UTC


def read_when(words: Words, day: str, time: str, zone: str, now: datetime) -> PostingTime | None:
    """When to post; None, as soon as it is ready, if neither a day nor a time is given.

    A time that the clocks skip becomes the first minute after the gap; of a time that they show
    twice, the first is taken. Raises UserError with the expected format.
    """
    if not clean_text(day) and not clean_text(time):
        return None
    if not clean_text(day) or not clean_text(time) or not clean_text(zone):
        raise UserError(words("briefing.ui.half-a-time"), words("briefing.ui.half-a-time.help"))
    known = read_zone(zone, words)
    at, wished = read_time(time, words), _read_day(words, day)
    instant = _instant(words, wished, at, known)
    if not now < instant <= now + _AHEAD:
        shown = f"{wished.isoformat()} {at:%H:%M}"
        raise UserError(
            words("briefing.ui.wrong-time", text=shown), words("briefing.ui.wrong-time.help")
        )
    return PostingTime(datetime.combine(wished, at), known, instant)


def _read_day(words: Words, typed: str) -> date:
    period = parse_period(clean_text(typed))
    if period is None or period.first != period.last:
        raise UserError(
            words("digest.no-day", text=echo(clean_text(typed))), words("briefing.ui.no-day.help")
        )
    return period.first


def _instant(words: Words, day: date, at: time, zone: str) -> datetime:
    """The instant of a local time on a day."""
    try:
        before = datetime.combine(day, at, UTC) - _TWO_DAYS
        run = next_occurrence(Recurrence(at, zone), before, day - timedelta(days=1))
    except OverflowError:
        run = None
    if run is None or run.day != day:  # the zone skipped the day when it crossed the date line
        raise UserError(
            words("digest.no-day", text=day.isoformat()), words("briefing.ui.no-day.help")
        )
    return run.instant
