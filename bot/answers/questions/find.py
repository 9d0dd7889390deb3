"""Find facts: what the base holds on the things, dates and quantities that a message mentions.

It shows the facts next to the message and passes no verdict on it. A question in a message is
answered as `/ask` answers it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import replace

from bot.answers.context import AnswerContext, Command, Option
from bot.answers.fact_lines import event_line, fact_line
from bot.answers.filters import refusal
from bot.answers.questions import ask
from bot.answers.resolve import echo
from bot.asking.finding import find
from bot.asking.question import question_in
from bot.cards.card import Action, Card, Question, Section
from bot.cards.limits import BUTTON_LABEL
from bot.cards.wording import choice_label
from bot.facts.records import EventRecord, FactRecord, ThingRecord
from bot.facts.store import Filter
from bot.matching.normalize import MINOR
from bot.matching.vocabulary import word_set
from bot.parsing.dates import Period, periods_in
from bot.parsing.quantities import quantities

_THINGS = 5  # mentioned things that are looked up: as many as fit a row of buttons
_FACTS = 5
_COMPARED = 3  # lines for the dates, and for the quantities, of a message
_LONGEST = 4_000  # characters of a message


async def answer(context: AnswerContext) -> Card:
    """The answer to what a message asks, the facts that bear on it, or that there are none."""
    text = context.options["text"]
    if question := question_in(text):
        found = await find(context.store, question)
        if found.tier != "none" or found.is_open or found.absent:
            return await ask.card_of(context, found)
    asked = COMMAND.question(text=echo(text))
    named = context.store.mention_finder.named(text)
    things = [context.store.things[thing_id] for thing_id in named][:_THINGS]
    if not things:
        return refusal(context, asked, "find.none")
    facts = [fact for thing in things for fact in await context.store.facts(thing.id)]
    ranked = _ranked(text, things, facts)
    return Card(
        question=asked,
        language=context.words.language,
        title=context.words("find.title"),
        found=True,
        subtitle=context.words.list([thing.name(context.words.language) for thing in things]),
        sections=tuple([part async for part in _sections(context, text, things, ranked)]),
        actions=tuple(_open(context, thing) for thing in things),
        one_page=True,
    )


COMMAND = Command(
    "find",
    (Option("text", "text", required=True, longest=_LONGEST),),
    answer,
    on_message=True,
)


def _ranked(text: str, things: list[ThingRecord], facts: Iterable[FactRecord]) -> list[FactRecord]:
    """The facts by how many of the mentioned things and of the message's words they share."""
    named = {thing.id for thing in things}
    words = word_set(text) - MINOR

    def likeness(fact: FactRecord) -> int:
        return 3 * len(named & fact.things) + len(words & word_set(fact.fact.says))

    return sorted({fact.key: fact for fact in facts}.values(), key=likeness, reverse=True)


async def _sections(
    context: AnswerContext, text: str, things: list[ThingRecord], facts: list[FactRecord]
) -> AsyncIterator[Section]:
    """Events at the message's dates, facts with its quantities, then the facts closest to it."""
    words = context.words
    said = periods_in(text)
    events = await _events_at(context, things, [period for _, period in said]) if said else ()
    if events:
        lines = tuple(event_line(context, event) for event in events[:_COMPARED])
        heading = words("find.dates", said=words.list([shown for shown, _ in said]))
        yield Section(lines, heading)
    printed = [quantity for quantity in quantities(text) if quantity.measure]
    measures = {quantity.measure for quantity in printed}
    comparable = [fact for fact in facts if _measures(fact) & measures][:_COMPARED]
    if comparable:
        heading = words("find.figures", said=words.list([quantity.shown for quantity in printed]))
        yield _facts(context, heading, comparable)
    rest = [fact for fact in facts if fact not in comparable][:_FACTS]
    yield _facts(context, words("find.facts"), rest)


def _measures(fact: FactRecord) -> set[str | None]:
    return {quantity.measure for quantity in quantities(fact.fact.says) if quantity.measure}


def _facts(context: AnswerContext, heading: str, facts: list[FactRecord]) -> Section:
    lines = tuple(fact_line(context, fact, dated=True) for fact in facts)
    return Section(lines, heading)


async def _events_at(
    context: AnswerContext, things: list[ThingRecord], periods: list[Period]
) -> tuple[EventRecord, ...]:
    """The events that a message mentions; else those of its actors and topics in its periods."""
    named = [await context.store.event(thing.id) for thing in things if thing.kind == "event"]
    if named:
        return tuple(event for event in named if event)
    found: dict[str, EventRecord] = {}
    for thing in things:
        for period in periods:
            days = Filter(first=period.first.toordinal(), last=period.last.toordinal())
            for event in await context.store.events(replace(days, **{thing.kind: thing.id})):
                found.setdefault(event.event.id, event)
    return tuple(found.values())


def _open(context: AnswerContext, thing: ThingRecord) -> Action:
    label = choice_label(thing, context.words, BUTTON_LABEL)
    return Action(label, Question(thing.kind, {"name": thing.id}))
