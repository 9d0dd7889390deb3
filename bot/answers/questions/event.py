"""`/event`: one event, what is known of it and how."""

from __future__ import annotations

from collections.abc import Iterator

from bot.answers.context import AnswerContext, Command, Option
from bot.answers.fact_lines import section, split_open
from bot.answers.resolve import choice_label, resolve_thing
from bot.cards.card import Action, Card, Line, Question, Section
from bot.cards.limits import BUTTON_LABEL
from bot.cards.wording import dated_words
from bot.facts.model import Participant, When
from bot.facts.records import EventRecord, FactRecord, ThingRecord
from bot.facts.units import HEAD
from bot.parsing.cities import city_in


async def answer(context: AnswerContext) -> Card:
    """The event's card, or one that says what the name may mean."""
    asked = COMMAND.question(**context.options)
    thing = resolve_thing(context, asked, "name", "event")
    if isinstance(thing, Card):
        return thing
    record = await context.store.event(thing.id)
    assert record, "every thing of kind event has its row"
    facts = await context.store.facts(thing.id)
    return Card(
        question=COMMAND.question(name=thing.id),
        language=context.words.language,
        title=thing.name(context.words.language),
        found=True,
        subtitle=_subtitle(context, thing, record),
        sections=tuple(_sections(context, record, facts)),
        actions=tuple(_related(context, record)),
    )


COMMAND = Command("event", (Option("name", "event", required=True),), answer)


def _subtitle(context: AnswerContext, thing: ThingRecord, record: EventRecord) -> str:
    parts = [context.words(f"event-kind.{record.event.kind}")]
    if record.event.status == "planned":
        parts.append(context.words("event.planned"))
    if thing.name(context.words.language) != thing.label:
        parts.append(thing.label)  # the title in the language of the facts below
    return " · ".join(parts)


def _sections(
    context: AnswerContext, record: EventRecord, facts: tuple[FactRecord, ...]
) -> Iterator[Section]:
    known, open_ones = split_open(facts)
    own = [fact for fact in known if fact.owner == record.event.id]
    other = [fact for fact in known if fact.owner != record.event.id]
    yield Section(tuple(circumstances(context, record)), listed=False)
    yield from section(context, "event.facts", own)
    yield from section(context, "event.elsewhere", other, dated=True)
    yield from section(context, "open", open_ones)


def circumstances(context: AnswerContext, record: EventRecord) -> Iterator[Line]:
    """When, where and who; these rest on the event's own citations."""
    words, event = context.words, record.event
    date = dated_words(record.dated, words)
    if event.when.basis == "stated":
        date = words("event.stated", date=date)
    if event.where:
        place = city_in(words.language, event.where)
        date = words("event.date-place", date=date, place=place)
    head = f"{HEAD}{event.id}"
    notes = _basis(context, event.when)
    yield Line(date, event.cites, words("event.when"), notes=notes, unit=head)
    if event.who:
        yield Line(
            words.list([_participant(context, part) for part in event.who]),
            event.cites,
            words("event.who"),
            unit=head,
        )


def _participant(context: AnswerContext, part: Participant) -> str:
    actor = context.name(part.actor)
    if not part.part:
        return actor
    return context.words("typography.bracketed", text=actor, remark=part.part)


def _basis(context: AnswerContext, when: When) -> tuple[Line, ...]:
    """How a date is known if no text states it."""
    words = context.words
    if when.basis == "stated":
        return ()
    if when.basis == "inferred":
        return (Line(when.why or "", label=words("basis.inferred")),)
    places = (
        Line(words(f"basis.{field}", event=context.name(neighbour)))
        for field, neighbour in (("after", when.after), ("before", when.before))
        if neighbour
    )
    return Line(words("basis.undated")), *places


def _related(context: AnswerContext, record: EventRecord) -> Iterator[Action]:
    for event_id in record.related:
        label = choice_label(context.store.things[event_id], context.words, BUTTON_LABEL)
        yield Action(label, Question("event", {"name": event_id}))
