"""`/ask`: a question in plain words, answered with the facts that answer it.

The card says how sure that is: an answer, the nearest facts, or that the articles do not tell it. A
claim to check gets facts side by side, never yes or no.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import replace

from bot.answers.context import AnswerContext, Command, Option
from bot.answers.fact_lines import fact_line
from bot.answers.questions.actor import role_line
from bot.answers.questions.event import circumstances
from bot.answers.questions.source import source_line
from bot.answers.resolve import echo
from bot.asking.finding import Found, find
from bot.cards.card import Action, Card, Line, Question, Section
from bot.cards.limits import BUTTON_LABEL
from bot.cards.wording import choice_label, dated_words
from bot.facts.records import UnitRecord
from bot.facts.units import HEAD, RECORD, ROLES
from bot.matching.question_terms import content_words

_LONGEST = 1_000  # characters of a question


async def answer(context: AnswerContext) -> Card:
    """The answer, the nearest facts, or what the articles do not tell."""
    return await card_of(context, await find(context.store, context.options["question"]))


async def card_of(context: AnswerContext, found: Found) -> Card:
    """What a question found, as a card."""
    if found.talk:
        return _nothing(context, found, context.words(f"ask.talk.{found.talk}"))
    if found.tier == "none":
        return await _not_told(context, found)
    return await _facts(context, found)


COMMAND = Command("ask", (Option("question", "text", required=True, longest=_LONGEST),), answer)


# ---- Facts -----------------------------------------------------------------------------------


async def _facts(context: AnswerContext, found: Found) -> Card:
    """A card that answers, or shows the nearest facts and says so."""
    words, asked = context.words, found.asked
    is_answer = found.tier == "answer" and asked.kind != "true"
    shown = [part async for part in _sections(context, found.units, apart=is_answer)]
    if found.tier == "near":
        title = words("ask.near")
    elif asked.kind == "true":
        title = words("ask.claim")
        shown.append(Section((Line(words("ask.judge")),), listed=False))
    else:
        title = await _title(context, found)
    return Card(
        question=COMMAND.question(question=asked.text),
        language=words.language,
        title=title,
        found=True,
        subtitle=asked.text,
        sections=(*shown, *_repaired(context, found)),
        actions=tuple(_open(context, found.units)),
        one_page=True,
        tier=found.tier,
    )


async def _title(context: AnswerContext, found: Found) -> str:
    """The date that was asked for, or else the name of what the first unit is about."""
    first = found.units[0]
    if found.asked.kind == "when" and first.key.startswith(HEAD):
        event = await context.store.event(first.owner)
        assert event, "every unit has an owner"
        date = dated_words(event.dated, context.words)
        return date[:1].upper() + date[1:]
    return context.name(first.owner)


async def _sections(
    context: AnswerContext, units: Iterable[UnitRecord], *, apart: bool
) -> AsyncIterator[Section]:
    """The units as lines; `apart` sets the first one off from the others."""
    listed = [tuple([line async for line in _lines(context, unit)]) for unit in units]
    if apart:
        yield Section(listed.pop(0), listed=False)
    if others := tuple(line for lines in listed for line in lines):
        yield Section(others, context.words("ask.more") if apart else None)


async def _lines(context: AnswerContext, unit: UnitRecord) -> AsyncIterator[Line]:
    store = context.store
    if unit.key.startswith(HEAD):
        if event := await store.event(unit.owner):
            yield replace(circumstances(context, event), opening=context.name(unit.owner))
    elif unit.key.startswith(ROLES):
        if actor := await store.actor(unit.owner):
            for role in actor.roles:
                yield replace(role_line(context, actor, role), opening=context.name(unit.owner))
    elif unit.key.startswith(RECORD):
        record = store.sources[unit.owner]
        line = source_line(context, record)
        yield replace(line, notes=(*line.notes, Line(record.source.quality)))
    elif fact := await store.fact(unit.key):
        yield fact_line(context, fact, dated=True)


def _open(context: AnswerContext, units: Iterable[UnitRecord]) -> Iterator[Action]:
    for owner in dict.fromkeys(unit.owner for unit in units):
        thing = context.store.things[owner]
        label = choice_label(thing, context.words, BUTTON_LABEL)
        yield Action(label, Question(thing.kind, {"name": thing.id}))


def _repaired(context: AnswerContext, found: Found) -> Iterator[Section]:
    """What was taken for each typo, in a line of its own."""
    repaired = [
        context.words("search.repaired", typed=typed, taken=taken)
        for typed, taken in found.asked.repaired
    ]
    if repaired:
        yield Section((Line(context.words.series(repaired)),), listed=False)


# ---- What the articles do not tell -----------------------------------------------------------


async def _not_told(context: AnswerContext, found: Found) -> Card:
    """A card that says so, with the fact in which the base says it itself, if there is one."""
    if found.absent:
        names = [name.name(context.words.language) for name in found.absent]
        title = context.words("absent", names=context.words.list(names))
        return replace(_nothing(context, found, title), unanswered=found.asked.text)
    open_ones = [unit for unit in found.units if unit.is_open] if found.is_open else []
    if not open_ones:
        card = _nothing(context, found, context.words("ask.none"))
        return replace(card, sections=_looked_for(context, found), unanswered=found.asked.text)
    sections = [part async for part in _sections(context, open_ones, apart=False)]
    return replace(
        _nothing(context, found, context.words("ask.not-said")),
        found=True,
        sections=tuple(sections),
        actions=tuple(_open(context, open_ones)),
        unanswered=found.asked.text,
    )


def _nothing(context: AnswerContext, found: Found, title: str) -> Card:
    return Card(
        question=COMMAND.question(question=found.asked.text),
        language=context.words.language,
        title=title,
        found=False,
        subtitle=found.asked.text,
        actions=(Action(context.words("absent.covered"), Question("about")),),
        one_page=True,
        tier="none",
    )


def _looked_for(context: AnswerContext, found: Found) -> tuple[Section, ...]:
    """The words of the question that were looked for."""
    looked_for = content_words(found.asked.plain)
    if not looked_for:
        return ()
    text = context.words("ask.looked-for", words=echo(", ".join(looked_for)))
    return (Section((Line(text),), listed=False),)
