"""`/actor`: a person, office, body, state or group, with roles, deeds, words and events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from bot.answers import thing_card
from bot.answers.context import AnswerContext, Command, Option
from bot.answers.fact_lines import as_of, event_line
from bot.cards.card import Card, ComposedLines, Line, Section
from bot.facts.fact_row import FactRow
from bot.facts.model import Actor, Role
from bot.facts.records import EventRecord, ThingRecord
from bot.facts.store import Filter
from bot.facts.units import ROLES


async def answer(context: AnswerContext) -> Card:
    """The actor's card."""
    thing = context.thing("name")
    actor = await context.store.actor(thing.id)
    assert actor, "every thing of kind actor has its row"
    facts = thing_card.in_order(actor.order, await context.store.facts_about(thing.id))
    events = await context.store.events(Filter(actor=thing.id))
    took_part = ComposedLines(partial(_participation_line, context, actor), events)
    return Card(
        question=COMMAND.question(name=thing.id),
        language=context.words.language,
        title=thing.name(context.words.language),
        found=True,
        subtitle=_subtitle(context, thing, actor),
        sections=tuple(_overview(context, thing, actor, facts)),
        parts=thing_card.parts(context, thing, facts, took_part),
        actions=thing_card.timeline(context, thing, events),
        related=thing_card.related(context, thing, facts),
    )


COMMAND = Command("actor", (Option("name", "actor", required=True),), answer)


def _subtitle(context: AnswerContext, thing: ThingRecord, actor: Actor) -> str:
    """Kind, what tells the actor apart, and its usual names in the other languages."""
    title = thing.name(context.words.language)
    usual = [thing.label, *(forms[0] for forms in thing.names.values() if forms)]
    others = [name for name in dict.fromkeys(usual) if name != title]
    kind = context.words(f"actor-kind.{actor.kind}")
    return " · ".join(filter(None, [kind, thing.disambiguate, *others]))


def _overview(
    context: AnswerContext, thing: ThingRecord, actor: Actor, facts: list[FactRow]
) -> Iterator[Section]:
    """The roles, the lead and the first facts."""
    lead = thing_card.lead_of_card(context, actor.lead, facts)
    roles = tuple(role_line(context, actor, role) for role in actor.roles)
    above = (*([Section(roles, listed=False, small=True)] if roles else []), *lead)
    yield from above
    yield from thing_card.essential_facts(context, thing, facts, actor.order, above)


def role_line(context: AnswerContext, actor: Actor, role: Role) -> Line:
    """An office that an actor holds, as of the articles that say so."""
    words = context.words
    title = role.title
    if role.of:
        title = words("typography.bracketed", text=title, remark=context.name(role.of))
    articles = as_of(context, [cite.source for cite in role.cites])
    text = words("actor.as-of", role=title, articles=articles)
    return Line(text, role.cites, unit=f"{ROLES}{actor.id}")


def _participation_line(context: AnswerContext, actor: Actor, record: EventRecord) -> Line:
    line = event_line(context, record)
    part = next(part.part for part in record.event.who if part.actor == actor.id)
    text = f"{line.text} — {part}" if part else line.text
    return replace(line, text=text)
