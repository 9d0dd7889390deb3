"""`/actor`: a person, office, body, state or group: names, roles, deeds, words, events."""

from __future__ import annotations

from collections.abc import Iterator

from bot.answers.context import Command, Inquiry, Option
from bot.answers.fact_lines import as_of, event_line, section, split_open
from bot.answers.resolve import resolve
from bot.cards.card import Card, Line, Section
from bot.facts.model import Actor, Role
from bot.facts.records import EventRecord, FactRecord, Head
from bot.facts.store import Filter


async def answer(inquiry: Inquiry) -> Card:
    """The actor's card, or one that says what the name may mean."""
    asked = COMMAND.question(**inquiry.options)
    head = resolve(inquiry, asked, "name", "actor")
    if isinstance(head, Card):
        return head
    actor = await inquiry.store.actor(head.id)
    assert actor, "every head of an actor has its row"
    facts = await inquiry.store.facts(head.id)
    events = await inquiry.store.events(Filter(actor=head.id))
    return Card(
        question=COMMAND.question(name=head.id),
        language=inquiry.words.language,
        title=head.name(inquiry.words.language),
        found=True,
        subtitle=_subtitle(inquiry, head, actor),
        sections=tuple(_sections(inquiry, actor, facts, events)),
    )


COMMAND = Command("actor", (Option("name", "actor", required=True),), answer)


def _subtitle(inquiry: Inquiry, head: Head, actor: Actor) -> str:
    """Kind, what tells the actor apart, and its usual names in the other languages."""
    title = head.name(inquiry.words.language)
    usual = [head.label, *(forms[0] for forms in head.names.values() if forms)]
    others = [name for name in dict.fromkeys(usual) if name != title]
    kind = inquiry.words(f"actor-kind.{actor.kind}")
    return " · ".join(filter(None, [kind, head.disambiguate, *others]))


def _sections(
    inquiry: Inquiry,
    actor: Actor,
    facts: tuple[FactRecord, ...],
    events: tuple[EventRecord, ...],
) -> Iterator[Section]:
    words = inquiry.words
    known, open_ones = split_open(facts)
    if actor.roles:
        roles = tuple(_role_line(inquiry, role) for role in actor.roles)
        yield Section(roles, words("actor.roles"))
    did = (fact for fact in known if fact.fact.by != actor.id)
    yield from section(inquiry, "actor.did", did, dated=True)
    said = (fact for fact in known if fact.fact.by == actor.id)
    yield from section(inquiry, "actor.said", said, dated=True)
    if events:
        lines = tuple(_part_line(inquiry, actor, event) for event in events)
        yield Section(lines, words("actor.took-part"))
    yield from section(inquiry, "open", open_ones)


def _role_line(inquiry: Inquiry, role: Role) -> Line:
    words = inquiry.words
    title = role.title
    if role.of:
        title = words("actor.role-of", title=title, of=inquiry.name(role.of))
    articles = as_of(inquiry, [cite.source for cite in role.cites])
    return Line(words("actor.as-of", role=title, articles=articles), role.cites)


def _part_line(inquiry: Inquiry, actor: Actor, record: EventRecord) -> Line:
    line = event_line(inquiry, record)
    part = next(part.part for part in record.event.who if part.actor == actor.id)
    text = f"{line.text} — {part}" if part else line.text
    return Line(text, line.cites, line.label, line.lead, line.notes)
