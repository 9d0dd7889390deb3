"""Reads the posting time that a moderator typed, such as `tomorrow 9am`, and its time zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.answers.resolve import echo
from bot.delivery.recurrence import Recurrence, next_occurrence, open_zone
from bot.parsing.moments import LocalTime, parse_moment
from bot.parsing.typed_text import clean_text
from bot.state.briefing_plan import PostingTime
from bot.texts.catalogues import Words
from bot.ui.components.messages import UserError
from bot.ui.digests.options import read_zone

_AHEAD = timedelta(days=366)
_MINUTE = timedelta(minutes=1)
_TWO_DAYS = timedelta(days=2)  # no zone is further from UTC


def read_when(
    words: Words, typed: str, zone: str, now: datetime, former: PostingTime | None = None
) -> PostingTime | None:
    """When to post; None, as soon as it is ready, if no time is given.

    A time that the clocks skip becomes the first minute after the gap; of a time that they show
    twice, the first is taken, or the `former` one if the form comes back as it was filled in.
    Raises UserError with what to type.
    """
    as_before = former and (former.typed, former.zone) == (typed, zone)
    if former and as_before and former.at > now:
        return former
    if not clean_text(typed):
        return None
    if not clean_text(zone):
        raise UserError(words("briefing.ui.when.no-zone"), words("digest.no-zone.help"))
    known = read_zone(zone, words)
    moment = parse_moment(clean_text(typed), now.astimezone(open_zone(known)).date())
    if isinstance(moment, timedelta):
        return _from_now(words, typed, known, now, moment)
    if not isinstance(moment, LocalTime):
        reason = moment or "unknown"
        raise UserError(
            words(f"briefing.ui.when.{reason}", text=echo(clean_text(typed))),
            words("briefing.ui.when.help"),
        )
    wall = datetime.combine(moment.day, moment.at)
    return PostingTime(wall, known, _ahead(words, wall, _instant(words, wall, known), now))


def _from_now(words: Words, typed: str, zone: str, now: datetime, ahead: timedelta) -> PostingTime:
    """A time that is so far from now, on the full minute."""
    instant = now.replace(second=0, microsecond=0) + ahead
    if instant < now + ahead:
        instant += _MINUTE
    wall = instant.astimezone(open_zone(zone)).replace(tzinfo=None)
    return PostingTime(wall, zone, _ahead(words, wall, instant, now))


def _ahead(words: Words, wall: datetime, instant: datetime, now: datetime) -> datetime:
    """The instant of a local time. Raises UserError unless it is within the coming year."""
    if now < instant <= now + _AHEAD:
        return instant
    reason = "past" if instant <= now else "too-far"
    shown = f"{wall:%Y-%m-%d %H:%M}"
    raise UserError(words(f"briefing.ui.when.{reason}", text=shown), words("briefing.ui.when.help"))


def _instant(words: Words, wall: datetime, zone: str) -> datetime:
    """The instant of a local time on its day."""
    day = wall.date()
    try:
        before = datetime.combine(day, wall.time(), UTC) - _TWO_DAYS
        run = next_occurrence(Recurrence(wall.time(), zone), before, day - timedelta(days=1))
    except OverflowError:
        run = None
    if run is None or run.day != day:  # the zone skipped the day when it crossed the date line
        raise UserError(
            words("digest.no-day", text=day.isoformat()), words("briefing.ui.when.help")
        )
    return run.instant
