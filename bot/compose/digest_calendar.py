"""What a digest recalls of earlier years: events of this day, this month and the coming week."""

from __future__ import annotations

from calendar import isleap
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from bot.answers.context import AnswerContext
from bot.answers.fact_lines import event_line, with_remarks
from bot.answers.thing_card import lead_section
from bot.cards.card import Line
from bot.cards.wording import day_words
from bot.compose.digest_material import DigestHistory, DigestMaterial
from bot.compose.message_budget import Passage, Variants
from bot.facts.dates import Precision
from bot.facts.model import CLAIMS, Fact
from bot.facts.records import EventRecord

_AHEAD = 7  # days


def on_this_day(material: DigestMaterial, day: date) -> Iterator[Variants]:
    """The events of this day in earlier years, those with most facts about them first."""
    recurring = [e for e in material.events if (on := _known(e, "day")) and _recurs(on, day)]
    importance = list(material.context.store.things)
    for event in sorted(recurring, key=lambda event: importance.index(event.event.id)):
        yield _recalled(material, event, event_line(material.context, event))


def this_month(material: DigestMaterial, day: date, history: DigestHistory) -> Iterator[Variants]:
    """Events of this month in earlier years of which no day is known; once a month."""
    last = history.last_day
    if last and (last.year, last.month) == (day.year, day.month):
        return
    for event in material.events:
        on = _known(event, "month")
        if on and on.month == day.month and on.year < day.year:
            yield _told(material, event, on.year)


def coming_up(material: DigestMaterial, day: date, history: DigestHistory) -> Iterator[Variants]:
    """Events of a day in the coming week that the last digest did not yet look ahead to.

    What was only planned has no anniversary.
    """
    last = history.last_day
    seen = max(day.toordinal(), last.toordinal() + _AHEAD if last else 0)
    end = min(day.toordinal() + _AHEAD, date.max.toordinal())
    exact = [(e, on) for e in material.events if (on := _known(e, "day"))]
    for coming in map(date.fromordinal, range(seen + 1, end + 1)):
        for event, on in exact:
            if _recurs(on, coming) and event.event.status != "planned":
                line = _anniversary(material.context, event, on, coming)
                yield _recalled(material, event, line)


def _recalled(material: DigestMaterial, event: EventRecord, line: Line) -> Variants:
    """An event with why it matters below it."""
    bare = Passage(event.event.id, (line,))
    reasons = [
        replace(bare, lines=(replace(line, notes=(why,)),), facts=why.rests_on)
        for why in _why(material, event)
    ]
    return tuple(reasons) or (bare,)


def _told(material: DigestMaterial, event: EventRecord, year: int) -> Variants:
    """Why an event matters, which says what it was; the event alone if nothing does."""
    line = event_line(material.context, event)
    reasons = [
        Passage(event.event.id, (_in_its_place(material, event, line, why, year),), why.rests_on)
        for why in _why(material, event)
    ]
    return tuple(reasons) or (Passage(event.event.id, (line,)),)


def _in_its_place(
    material: DigestMaterial, event: EventRecord, line: Line, why: Line, year: int
) -> Line:
    """Why an event matters in place of its line, dated if it does not name the year.

    It also cites what its date rests on.
    """
    return replace(
        line,
        text=with_remarks(material.context, event, why.text),
        cites=tuple(dict.fromkeys((*why.cites, *line.cites))),
        opening=None if str(year) in why.text else line.opening,
        rests_on=why.rests_on,
    )


def _why(material: DigestMaterial, event: EventRecord) -> Iterator[Line]:
    """Why an event matters: its lead, and in fewer words its first fact that needs no remark."""
    facts = [record for record in material.facts if record.owner == event.event.id]
    known = [record for record in facts if not record.fact.withdrawn]
    for section in lead_section(event.event.lead, known):
        yield from section.lines
    plain = [r for r in known if r.fact.kind not in CLAIMS and not _has_remarks(r.fact)]
    yield from (Line(r.fact.says, r.fact.cites, rests_on=(r,)) for r in plain[:1])


def _has_remarks(fact: Fact) -> bool:
    return bool(fact.caution or fact.accounts or fact.was)


def _anniversary(context: AnswerContext, event: EventRecord, on: date, coming: date) -> Line:
    """An event's line with how many years it will be, and when."""
    line, words = event_line(context, event), context.words
    years = coming.year - on.year
    day = day_words(coming, words)
    return replace(line, text=words.count("digest.anniversary", years, event=line.text, date=day))


def _known(event: EventRecord, precision: Precision) -> date | None:
    """The first day of an event's date, if it is known for sure and to just this precision."""
    span = event.dated.span
    if span is None or span.is_interval or span.precision != precision:
        return None
    return None if span.approximate or span.uncertain else date.fromordinal(span.first)


def _recurs(on: date, day: date) -> bool:
    """Whether a day is an anniversary; 29 February moves to the 28th in years that lack it."""
    moves = (on.month, on.day) == (2, 29) and not isleap(day.year)
    return on.year < day.year and (day.month, day.day) == (on.month, 28 if moves else on.day)
