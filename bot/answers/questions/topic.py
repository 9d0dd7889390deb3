"""`/topic`: what a subject is, where it stands, what is disputed and what is open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from bot.answers import thing_card
from bot.answers.context import AnswerContext, Command, Option
from bot.answers.fact_lines import event_line
from bot.answers.time_picture import time_picture
from bot.cards.card import Card, ComposedLines, Picture, Section
from bot.cards.limits import PICTURE
from bot.facts.fact_row import FactRow
from bot.facts.model import Topic
from bot.facts.records import EventRecord, ThingRecord
from bot.facts.store import Filter


async def answer(context: AnswerContext) -> Card:
    """The topic's card."""
    thing = context.thing("name")
    topic = await context.store.topic(thing.id)
    assert topic, "every thing of kind topic has its row"
    facts = thing_card.in_order(topic.order, await context.store.facts_about(thing.id))
    events = await context.store.events(Filter(topic=thing.id))
    picture = _picture(context, thing, events)
    return Card(
        question=COMMAND.question(name=thing.id),
        language=context.words.language,
        title=thing.name(context.words.language),
        found=True,
        subtitle=_subtitle(context, thing),
        sections=tuple(_overview(context, thing, topic, facts, picture)),
        picture=picture,
        parts=thing_card.parts(context, thing, facts),
        actions=thing_card.timeline(context, thing, events),
        related=thing_card.related(context, thing, facts, [event.event.id for event in events]),
    )


COMMAND = Command("topic", (Option("name", "topic", required=True),), answer)


def _picture(
    context: AnswerContext, thing: ThingRecord, events: Sequence[EventRecord]
) -> Picture | None:
    """The chart of the topic's events."""
    lines = ComposedLines(partial(event_line, context), events)
    return time_picture(context, thing.name(context.words.language), events, lines, _NAMED)


_NAMED = 3  # events on the chart, so that the whole card takes a phone's screen and a half


def _subtitle(context: AnswerContext, thing: ThingRecord) -> str:
    names = [context.words("topic.kind")]
    if thing.name(context.words.language) != thing.label:
        names.append(thing.label)  # the title in the language of the facts below
    return " · ".join(names)


def _overview(
    context: AnswerContext,
    thing: ThingRecord,
    topic: Topic,
    facts: list[FactRow],
    picture: Picture | None,
) -> Iterator[Section]:
    """The lead, and the first facts."""
    lead = thing_card.lead_of_card(context, topic.lead, facts)
    yield from lead
    taken = PICTURE if picture else 0
    yield from thing_card.essential_facts(context, thing, facts, topic.order, lead, taken)
