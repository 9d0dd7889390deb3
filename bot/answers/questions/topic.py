"""`/topic`: what a subject is, its present state, story, disputes and open questions."""

from __future__ import annotations

from collections.abc import Iterator

from bot.answers.context import AnswerContext, Command, Option
from bot.answers.fact_lines import event_line, fact_line, section, split_open
from bot.answers.resolve import resolve_thing
from bot.cards.card import Action, Card, Line, Question, Section
from bot.facts.records import EventRecord, FactRecord, ThingRecord
from bot.facts.store import Filter


async def answer(context: AnswerContext) -> Card:
    """The topic's card, or one that says what the name may mean."""
    asked = COMMAND.question(**context.options)
    thing = resolve_thing(context, asked, "name", "topic")
    if isinstance(thing, Card):
        return thing
    facts = await context.store.facts(thing.id)
    events = await context.store.events(Filter(topic=thing.id))
    return Card(
        question=COMMAND.question(name=thing.id),
        language=context.words.language,
        title=thing.name(context.words.language),
        found=True,
        subtitle=_subtitle(context, thing),
        sections=tuple(_sections(context, thing, facts, events)),
        actions=(_timeline(context, thing),) if events else (),
    )


COMMAND = Command("topic", (Option("name", "topic", required=True),), answer)


def _subtitle(context: AnswerContext, thing: ThingRecord) -> str:
    names = [context.words("topic.kind")]
    if thing.name(context.words.language) != thing.label:
        names.append(thing.label)  # the title in the language of the facts below
    return " · ".join(names)


def _sections(
    context: AnswerContext,
    thing: ThingRecord,
    facts: tuple[FactRecord, ...],
    events: tuple[EventRecord, ...],
) -> Iterator[Section]:
    """Each fact is in one section, the essential ones first."""
    own = {part: [f for f in facts if f.owner == thing.id and f.part == part] for part in _PARTS}
    known, open_elsewhere = split_open(fact for fact in facts if fact.owner != thing.id)
    disputed = [fact for fact in known if _is_disputed(fact)]
    story = tuple(_story(context, events, [fact for fact in known if not _is_disputed(fact)]))
    yield from section(context, "topic.what", own["facts"])
    yield from section(context, "topic.stands", own["stands"])
    if story:
        yield Section(story, context.words("topic.story"))
    yield from section(context, "topic.disputed", disputed, dated=True)
    yield from section(context, "open", [*own["open"], *open_elsewhere])


_PARTS = ("facts", "stands", "open")


def _is_disputed(fact: FactRecord) -> bool:
    """Whether accounts of a fact differ, or it is one side's position."""
    return bool(fact.fact.accounts) or fact.fact.kind == "position"


def _story(
    context: AnswerContext, events: tuple[EventRecord, ...], facts: list[FactRecord]
) -> Iterator[Line]:
    """The topic's events in order of time, each followed by its facts on the topic."""
    listed = {event.event.id for event in events}
    for event in events:
        yield event_line(context, event)
        for fact in facts:
            if fact.owner == event.event.id:
                yield fact_line(context, fact)
    for fact in facts:
        if fact.owner not in listed:
            yield fact_line(context, fact, dated=True)


def _timeline(context: AnswerContext, thing: ThingRecord) -> Action:
    return Action(context.words("topic.timeline"), Question("timeline", {"topic": thing.id}))
