"""Find facts: what the base holds on the things, dates and figures that a message speaks of.

It sets the base's facts beside the message and passes no verdict on it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import replace

from bot.answers.context import Command, Inquiry, Option
from bot.answers.fact_lines import event_line, fact_line
from bot.answers.filters import refusal
from bot.answers.resolve import choice_label, echo
from bot.cards.card import Action, Card, Question, Section
from bot.cards.limits import BUTTON_LABEL
from bot.facts.records import EventRecord, FactRecord, Head
from bot.facts.store import Filter
from bot.matching.fulltext import words_of
from bot.matching.normalize import MINOR
from bot.parsing.dates import Period, periods_in
from bot.parsing.quantities import figures

_THINGS = 5  # named things that are followed up: as many as have room for a button
_FACTS = 5
_BESIDE = 3  # lines set beside the dates, and beside the figures, of a message
_LONGEST = 4_000  # characters of a message


async def answer(inquiry: Inquiry) -> Card:
    """The facts that bear on a message, or a card that says that it names nothing of the base."""
    text = inquiry.options["text"]
    asked = COMMAND.question(text=echo(text))
    heads = [inquiry.store.heads[thing] for thing in inquiry.store.spotter.named(text)][:_THINGS]
    if not heads:
        return refusal(inquiry, asked, "find.none")
    told = [fact for head in heads for fact in await inquiry.store.facts(head.id)]
    ranked = _ranked(text, heads, told)
    return Card(
        question=asked,
        language=inquiry.words.language,
        title=inquiry.words("find.title"),
        found=True,
        subtitle=inquiry.words.list([head.name(inquiry.words.language) for head in heads]),
        sections=tuple([part async for part in _sections(inquiry, text, heads, ranked)]),
        actions=tuple(_open(inquiry, head) for head in heads),
        one_page=True,
    )


COMMAND = Command(
    "find",
    (Option("text", "text", required=True, longest=_LONGEST),),
    answer,
    on_message=True,
)


def _ranked(text: str, heads: list[Head], facts: Iterable[FactRecord]) -> list[FactRecord]:
    """The facts by how many of the named things and of the message's words they share."""
    named = {head.id for head in heads}
    words = words_of(text) - MINOR

    def likeness(fact: FactRecord) -> int:
        return 3 * len(named & fact.things) + len(words & words_of(fact.fact.says))

    return sorted({fact.key: fact for fact in facts}.values(), key=likeness, reverse=True)


async def _sections(
    inquiry: Inquiry, text: str, heads: list[Head], facts: list[FactRecord]
) -> AsyncIterator[Section]:
    """What stands beside the message's dates and figures, then the facts that bear on it most."""
    words = inquiry.words
    said = periods_in(text)
    events = await _events_beside(inquiry, heads, [period for _, period in said]) if said else ()
    if events:
        lines = tuple(event_line(inquiry, event) for event in events[:_BESIDE])
        heading = words("find.dates", said=words.list([shown for shown, _ in said]))
        yield Section(lines, heading)
    printed = [figure for figure in figures(text) if figure.measure]
    measures = {figure.measure for figure in printed}
    beside = [fact for fact in facts if _measures(fact) & measures][:_BESIDE]
    if beside:
        heading = words("find.figures", said=words.list([figure.shown for figure in printed]))
        yield _facts(inquiry, heading, beside)
    rest = [fact for fact in facts if fact not in beside][:_FACTS]
    yield _facts(inquiry, words("find.facts"), rest)


def _measures(fact: FactRecord) -> set[str | None]:
    return {figure.measure for figure in figures(fact.fact.says) if figure.measure}


def _facts(inquiry: Inquiry, heading: str, facts: list[FactRecord]) -> Section:
    lines = tuple(fact_line(inquiry, fact, dated=True) for fact in facts)
    return Section(lines, heading)


async def _events_beside(
    inquiry: Inquiry, heads: list[Head], periods: list[Period]
) -> tuple[EventRecord, ...]:
    """The events that a message names; else those of its actors and topics in its periods."""
    named = [await inquiry.store.event(head.id) for head in heads if head.kind == "event"]
    if named:
        return tuple(event for event in named if event)
    found: dict[str, EventRecord] = {}
    for head in heads:
        for period in periods:
            days = Filter(first=period.first.toordinal(), last=period.last.toordinal())
            for event in await inquiry.store.events(replace(days, **{head.kind: head.id})):
                found.setdefault(event.event.id, event)
    return tuple(found.values())


def _open(inquiry: Inquiry, head: Head) -> Action:
    label = choice_label(head, inquiry.words, BUTTON_LABEL)
    return Action(label, Question(head.kind, {"name": head.id}))
