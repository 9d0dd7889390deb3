"""`/event`: one event, what is known of it and how."""

from __future__ import annotations

from collections.abc import Iterator

from bot.answers.context import Command, Inquiry, Option
from bot.answers.fact_lines import section, split_open
from bot.answers.resolve import choice_label, resolve
from bot.cards.card import Action, Card, Line, Question, Section
from bot.cards.limits import BUTTON_LABEL
from bot.cards.wording import dated_words
from bot.facts.model import Part, When
from bot.facts.records import EventRecord, FactRecord, Head


async def answer(inquiry: Inquiry) -> Card:
    """The event's card, or one that says what the name may mean."""
    asked = COMMAND.question(**inquiry.options)
    head = resolve(inquiry, asked, "name", "event")
    if isinstance(head, Card):
        return head
    record = await inquiry.store.event(head.id)
    assert record, "every head of an event has its row"
    facts = await inquiry.store.facts(head.id)
    return Card(
        question=COMMAND.question(name=head.id),
        language=inquiry.words.language,
        title=head.name(inquiry.words.language),
        found=True,
        subtitle=_subtitle(inquiry, head, record),
        sections=tuple(_sections(inquiry, record, facts)),
        actions=tuple(_related(inquiry, record)),
    )


COMMAND = Command("event", (Option("name", "event", required=True),), answer)


def _subtitle(inquiry: Inquiry, head: Head, record: EventRecord) -> str:
    parts = [inquiry.words(f"event-kind.{record.event.kind}")]
    if record.event.status == "planned":
        parts.append(inquiry.words("event.planned"))
    if head.name(inquiry.words.language) != head.label:
        parts.append(head.label)  # the title in the language of the facts below
    return " · ".join(parts)


def _sections(
    inquiry: Inquiry, record: EventRecord, facts: tuple[FactRecord, ...]
) -> Iterator[Section]:
    known, open_ones = split_open(facts)
    own = [fact for fact in known if fact.owner == record.event.id]
    other = [fact for fact in known if fact.owner != record.event.id]
    yield Section(tuple(_circumstances(inquiry, record)), listed=False)
    yield from section(inquiry, "event.facts", own)
    yield from section(inquiry, "event.elsewhere", other, dated=True)
    yield from section(inquiry, "open", open_ones)


def _circumstances(inquiry: Inquiry, record: EventRecord) -> Iterator[Line]:
    """When, where and who; these rest on the event's own citations."""
    words, event = inquiry.words, record.event
    date = dated_words(record.dated, words)
    if event.when.basis == "stated":
        date = words("event.stated", date=date)
    text = words("event.date-place", date=date, place=event.where) if event.where else date
    yield Line(text, event.cites, words("event.when"), notes=_basis(inquiry, event.when))
    if event.who:
        yield Line(
            words.list([_part(inquiry, part) for part in event.who]),
            event.cites,
            words("event.who"),
        )


def _part(inquiry: Inquiry, part: Part) -> str:
    actor = inquiry.name(part.actor)
    return inquiry.words("event.part", actor=actor, part=part.part) if part.part else actor


def _basis(inquiry: Inquiry, when: When) -> tuple[Line, ...]:
    """How a date is known that no text states."""
    words = inquiry.words
    if when.basis == "stated":
        return ()
    if when.basis == "inferred":
        return (Line(when.why or "", label=words("basis.inferred")),)
    places = (
        Line(words(f"basis.{field}", event=inquiry.name(neighbour)))
        for field, neighbour in (("after", when.after), ("before", when.before))
        if neighbour
    )
    return Line(words("basis.undated")), *places


def _related(inquiry: Inquiry, record: EventRecord) -> Iterator[Action]:
    for event_id in record.related:
        label = choice_label(inquiry.store.heads[event_id], inquiry.words, BUTTON_LABEL)
        yield Action(label, Question("event", {"name": event_id}))
