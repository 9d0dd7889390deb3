"""`/event`: one event, what is known of it and how."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, zip_longest

from bot.answers import thing_card
from bot.answers.context import AnswerContext, Command, Option
from bot.answers.fact_lines import event_line
from bot.cards.card import Card, Line, Section
from bot.cards.sizes import size
from bot.cards.wording import dated_words
from bot.facts.fact_row import FactRow
from bot.facts.model import Participant, When
from bot.facts.records import EventRecord, ThingRecord
from bot.facts.units import HEAD
from bot.parsing.cities import city_in


async def answer(context: AnswerContext) -> Card:
    """The event's card."""
    thing = context.thing("name")
    record = await context.store.event(thing.id)
    assert record, "every thing of kind event has its row"
    facts = thing_card.in_order(record.event.order, await context.store.facts_about(thing.id))
    neighbours = await context.store.events_named((*record.before, *record.after))
    event = record.event
    return Card(
        question=COMMAND.question(name=thing.id),
        language=context.words.language,
        title=thing.name(context.words.language),
        found=True,
        subtitle=_subtitle(context, thing, record),
        sections=tuple(_overview(context, thing, record, facts, neighbours)),
        parts=thing_card.parts(context, thing, facts),
        related=thing_card.related(
            context,
            thing,
            facts,
            (*record.related, *(part.actor for part in event.who), *event.topics),
        ),
    )


COMMAND = Command("event", (Option("name", "event", required=True),), answer)


def _subtitle(context: AnswerContext, thing: ThingRecord, record: EventRecord) -> str:
    parts = [context.words(f"event-kind.{record.event.kind}")]
    if record.event.status == "planned":
        parts.append(context.words("event.planned"))
    if thing.name(context.words.language) != thing.label:
        parts.append(thing.label)  # the title in the language of the facts below
    return " · ".join(parts)


def _overview(
    context: AnswerContext,
    thing: ThingRecord,
    record: EventRecord,
    facts: list[FactRow],
    neighbours: tuple[EventRecord, ...],
) -> Iterator[Section]:
    """When, where and who; the lead; the first facts; the events around; how it is dated."""
    head = circumstances(context, record)
    when = Section((replace(head, notes=()),), listed=False, small=True)
    lead = thing_card.lead_of_card(context, record.event.lead, facts)
    basis = (Section(head.notes, listed=False, small=True),) if head.notes else ()
    fixed = (when, *lead, *basis)
    room = thing_card.room_left(context, thing, fixed)
    around = tuple(_around(context, record, neighbours, room))
    order = record.event.order
    yield when
    yield from lead
    yield from thing_card.essential_facts(context, thing, facts, order, (*fixed, *around))
    yield from around
    yield from basis


def circumstances(context: AnswerContext, record: EventRecord) -> Line:
    """When, where and who, as the event's own citations say; below it, how the date is known."""
    words, event = context.words, record.event
    date = dated_words(record.dated, words)
    if event.when.basis == "inferred":
        date = words("typography.bracketed", text=date, remark=words("mark.inferred"))
    if event.where:
        place = city_in(words.language, event.where)
        date = words("event.date-place", date=date, place=place)
    who = words.list([_participant(context, part) for part in event.who])
    text = " · ".join(filter(None, [date, who]))
    notes = tuple(_basis(context, event.when))
    return Line(text, event.cites, notes=notes, unit=f"{HEAD}{event.id}")


def _participant(context: AnswerContext, part: Participant) -> str:
    actor = context.name(part.actor)
    if not part.part:
        return actor
    return context.words("typography.bracketed", text=actor, remark=part.part)


def _around(
    context: AnswerContext, record: EventRecord, neighbours: tuple[EventRecord, ...], room: int
) -> Iterator[Section]:
    """The nearest events that the articles prove to have been before and after, if there is room.

    Their own cards say how their dates are known.
    """
    span = record.dated.span
    year = span.begins.start.year if span and span.begins else None
    lines = {e.event.id: event_line(context, e, year, basis=False) for e in neighbours}
    nearest_first = zip_longest(reversed(record.before), record.after)
    shown: set[str] = set()
    for neighbour in filter(None, chain.from_iterable(nearest_first)):
        room -= size(lines[neighbour])
        if room < 0:
            break
        shown.add(neighbour)
    if shown:
        in_order = tuple(line for neighbour, line in lines.items() if neighbour in shown)
        yield Section(in_order, context.words("event.around"))


def _basis(context: AnswerContext, when: When) -> Iterator[Line]:
    """How a date is known if no text states it."""
    if when.basis == "inferred":
        yield Line(when.why or "", label=context.words("basis.inferred"))
    elif when.basis == "undated":
        yield Line(context.words("basis.undated"))
