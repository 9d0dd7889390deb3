"""`/topic`: what a subject is, where it stands, its story, its disputes and its open questions."""

from __future__ import annotations

from collections.abc import Iterator

from bot.answers.context import Command, Inquiry, Option
from bot.answers.fact_lines import event_line, fact_line, section, split_open
from bot.answers.resolve import resolve
from bot.cards.card import Action, Card, Line, Question, Section
from bot.facts.records import EventRecord, FactRecord, Head
from bot.facts.store import Filter


async def answer(inquiry: Inquiry) -> Card:
    """The topic's card, or one that says what the name may mean."""
    asked = COMMAND.question(**inquiry.options)
    head = resolve(inquiry, asked, "name", "topic")
    if isinstance(head, Card):
        return head
    facts = await inquiry.store.facts(head.id)
    events = await inquiry.store.events(Filter(topic=head.id))
    return Card(
        question=COMMAND.question(name=head.id),
        language=inquiry.words.language,
        title=head.name(inquiry.words.language),
        found=True,
        subtitle=_subtitle(inquiry, head),
        sections=tuple(_sections(inquiry, head, facts, events)),
        actions=(_timeline(inquiry, head),) if events else (),
    )


COMMAND = Command("topic", (Option("name", "topic", required=True),), answer)


def _subtitle(inquiry: Inquiry, head: Head) -> str:
    names = [inquiry.words("topic.kind")]
    if head.name(inquiry.words.language) != head.label:
        names.append(head.label)  # the title in the language of the facts below
    return " · ".join(names)


def _sections(
    inquiry: Inquiry, head: Head, facts: tuple[FactRecord, ...], events: tuple[EventRecord, ...]
) -> Iterator[Section]:
    """Each fact stands in one section, the essential first."""
    own = {part: [f for f in facts if f.owner == head.id and f.part == part] for part in _PARTS}
    told, open_elsewhere = split_open(fact for fact in facts if fact.owner != head.id)
    disputed = [fact for fact in told if _is_disputed(fact)]
    story = tuple(_story(inquiry, events, [fact for fact in told if not _is_disputed(fact)]))
    yield from section(inquiry, "topic.what", own["facts"])
    yield from section(inquiry, "topic.stands", own["stands"])
    if story:
        yield Section(story, inquiry.words("topic.story"))
    yield from section(inquiry, "topic.disputed", disputed, dated=True)
    yield from section(inquiry, "open", [*own["open"], *open_elsewhere])


_PARTS = ("facts", "stands", "open")


def _is_disputed(fact: FactRecord) -> bool:
    """Whether sources put it differently, or it is one side's position."""
    return bool(fact.fact.accounts) or fact.fact.kind == "position"


def _story(
    inquiry: Inquiry, events: tuple[EventRecord, ...], facts: list[FactRecord]
) -> Iterator[Line]:
    """The topic's events in order of time, each followed by what is told of the topic there."""
    told = {event.event.id for event in events}
    for event in events:
        yield event_line(inquiry, event)
        for fact in facts:
            if fact.owner == event.event.id:
                yield fact_line(inquiry, fact)
    for fact in facts:
        if fact.owner not in told:
            yield fact_line(inquiry, fact, dated=True)


def _timeline(inquiry: Inquiry, head: Head) -> Action:
    return Action(inquiry.words("topic.timeline"), Question("timeline", {"topic": head.id}))
