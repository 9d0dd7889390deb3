"""Find facts: what the base holds on the things, dates and figures that a message speaks of.

It sets the base's facts beside the message and passes no verdict on it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import replace

from bot.answers.context import AnswerContext, Command, Option
from bot.answers.fact_lines import event_line, fact_line
from bot.answers.filters import refusal
from bot.answers.resolve import choice_label, echo
from bot.cards.card import Action, Card, Question, Section
from bot.cards.limits import BUTTON_LABEL
from bot.facts.records import EventRecord, FactRecord, ThingRecord
from bot.facts.store import Filter
from bot.matching.fulltext import words_of
from bot.matching.normalize import MINOR
from bot.parsing.dates import Period, periods_in
from bot.parsing.quantities import quantities

_THINGS = 5  # named things that are followed up: as many as have room for a button
_FACTS = 5
_BESIDE = 3  # lines set beside the dates, and beside the figures, of a message
_LONGEST = 4_000  # characters of a message


async def answer(context: AnswerContext) -> Card:
    """The facts that bear on a message, or a card that says that it names nothing of the base."""
    text = context.options["text"]
    asked = COMMAND.question(text=echo(text))
    things = [context.store.things[thing] for thing in context.store.mention_finder.named(text)][
        :_THINGS
    ]
    if not things:
        return refusal(context, asked, "find.none")
    told = [fact for thing_record in things for fact in await context.store.facts(thing_record.id)]
    ranked = _ranked(text, things, told)
    return Card(
        question=asked,
        language=context.words.language,
        title=context.words("find.title"),
        found=True,
        subtitle=context.words.list(
            [thing_record.name(context.words.language) for thing_record in things]
        ),
        sections=tuple([part async for part in _sections(context, text, things, ranked)]),
        actions=tuple(_open(context, thing_record) for thing_record in things),
        one_page=True,
    )


COMMAND = Command(
    "find",
    (Option("text", "text", required=True, longest=_LONGEST),),
    answer,
    on_message=True,
)


def _ranked(text: str, things: list[ThingRecord], facts: Iterable[FactRecord]) -> list[FactRecord]:
    """The facts by how many of the named things and of the message's words they share."""
    named = {thing_record.id for thing_record in things}
    words = words_of(text) - MINOR

    def likeness(fact: FactRecord) -> int:
        return 3 * len(named & fact.things) + len(words & words_of(fact.fact.says))

    return sorted({fact.key: fact for fact in facts}.values(), key=likeness, reverse=True)


async def _sections(
    context: AnswerContext, text: str, things: list[ThingRecord], facts: list[FactRecord]
) -> AsyncIterator[Section]:
    """What stands beside the message's dates and figures, then the facts that bear on it most."""
    words = context.words
    said = periods_in(text)
    events = await _events_beside(context, things, [period for _, period in said]) if said else ()
    if events:
        lines = tuple(event_line(context, event) for event in events[:_BESIDE])
        heading = words("find.dates", said=words.list([shown for shown, _ in said]))
        yield Section(lines, heading)
    printed = [quantity for quantity in quantities(text) if quantity.measure]
    measures = {quantity.measure for quantity in printed}
    beside = [fact for fact in facts if _measures(fact) & measures][:_BESIDE]
    if beside:
        heading = words("find.figures", said=words.list([quantity.shown for quantity in printed]))
        yield _facts(context, heading, beside)
    rest = [fact for fact in facts if fact not in beside][:_FACTS]
    yield _facts(context, words("find.facts"), rest)


def _measures(fact: FactRecord) -> set[str | None]:
    return {quantity.measure for quantity in quantities(fact.fact.says) if quantity.measure}


def _facts(context: AnswerContext, heading: str, facts: list[FactRecord]) -> Section:
    lines = tuple(fact_line(context, fact, dated=True) for fact in facts)
    return Section(lines, heading)


async def _events_beside(
    context: AnswerContext, things: list[ThingRecord], periods: list[Period]
) -> tuple[EventRecord, ...]:
    """The events that a message names; else those of its actors and topics in its periods."""
    named = [
        await context.store.event(thing_record.id)
        for thing_record in things
        if thing_record.kind == "event"
    ]
    if named:
        return tuple(event for event in named if event)
    found: dict[str, EventRecord] = {}
    for thing_record in things:
        for period in periods:
            days = Filter(first=period.first.toordinal(), last=period.last.toordinal())
            for event in await context.store.events(
                replace(days, **{thing_record.kind: thing_record.id})
            ):
                found.setdefault(event.event.id, event)
    return tuple(found.values())


def _open(context: AnswerContext, thing_record: ThingRecord) -> Action:
    label = choice_label(thing_record, context.words, BUTTON_LABEL)
    return Action(label, Question(thing_record.kind, {"name": thing_record.id}))
