"""`/corrections`: what was reworded or withdrawn, when and why, the latest change first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from bot.answers.context import AnswerContext, Command, Option
from bot.answers.fact_lines import fact_line
from bot.answers.filters import Filters, parse_filters, refusal
from bot.answers.message_budget import MessageBudget
from bot.cards.card import Card, Line, Question, Section
from bot.cards.wording import day_words
from bot.facts.model import Fact, Wording
from bot.facts.records import FactRecord


async def answer(context: AnswerContext) -> Card:
    """The changed facts, each with its wordings, or a card that says that there are none."""
    filters = parse_filters(context, COMMAND.question(**context.options))
    if isinstance(filters, Card):
        return filters
    changed = await context.store.changed(filters.filter.topic)
    facts = [record for record in changed if _is_within(record.fact, filters)]
    question = COMMAND.question(**filters.options)
    filters = filters.worded(context.words)
    if not facts and filters:
        return refusal(context, question, "corrections.empty", filters=filters)
    facts.sort(key=lambda record: last_change(record.fact), reverse=True)
    return Card(
        question=question,
        language=context.words.language,
        title=context.words("corrections.title"),
        found=True,
        subtitle=" · ".join(filter(None, [filters, _count(context, len(facts))])),
        sections=(_section(context, facts),),
    )


COMMAND = Command(
    "corrections",
    (Option("topic", "topic"), Option("from", "date"), Option("to", "date")),
    answer,
)


def last_change(fact: Fact) -> date:
    """The day on which a fact was withdrawn, or else reworded last. It must have been either."""
    return max(_changes(fact))


def _withdrawn_line(context: AnswerContext, record: FactRecord) -> Line:
    """What a withdrawn fact said, marked as no longer said, with the reason."""
    fact, words = record.fact, context.words
    assert fact.withdrawn, "only a withdrawn fact has this line"
    return Line(
        text=words("corrections.said", said=fact.says),
        label=words("corrections.withdrawn"),
        notes=(
            Line(fact.withdrawn.why, label=words("corrections.why")),
            Line(words("corrections.cited"), cites=fact.cites),
        ),
    )


def _changes(fact: Fact) -> Iterator[date]:
    """The days on which a fact was reworded or withdrawn."""
    yield from (wording.date for wording in fact.was)
    if fact.withdrawn:
        yield fact.withdrawn.date


def _is_within(fact: Fact, filters: Filters) -> bool:
    """Whether a fact was changed in the period that was asked for."""
    start, end = filters.start, filters.end
    return any(
        (start is None or start.first <= day) and (end is None or day <= end.last)
        for day in _changes(fact)
    )


def _count(context: AnswerContext, number: int) -> str:
    words = context.words
    return words.count("corrections.count", number) if number else words("corrections.none")


def _section(context: AnswerContext, facts: list[FactRecord]) -> Section:
    if not facts:
        return Section((Line(context.words("corrections.kept")),), listed=False)
    return Section(tuple(change_line(context, record) for record in facts))


def change_line(context: AnswerContext, record: FactRecord) -> Line:
    """What a fact says now, or said until it was withdrawn, above its earlier wordings."""
    fact, words = record.fact, context.words
    line = _withdrawn_line(context, record) if fact.withdrawn else _present_line(context, record)
    lead = words(
        "corrections.of",
        date=day_words(last_change(fact), words),
        thing=context.name(record.owner),
    )
    return replace(line, lead=lead, notes=(*_earlier(context, fact), *line.notes))


def _present_line(context: AnswerContext, record: FactRecord) -> Line:
    unchanged = record.fact.model_copy(update={"was": ()})  # its changes are told here in full
    line = fact_line(context, record.model_copy(update={"fact": unchanged}))
    now = context.words("corrections.now")
    return replace(line, label=f"{now} · {line.label}" if line.label else now)


def _earlier(context: AnswerContext, fact: Fact) -> Iterator[Line]:
    words = context.words
    for wording in reversed(fact.was):
        until = words("corrections.until", date=day_words(wording.date, words))
        yield Line(words("corrections.said", said=wording.said), label=until)
        yield Line(wording.why, label=words("corrections.why"))


async def since(context: AnswerContext, held: Mapping[str, str]) -> Card:
    """What was changed of the facts that a post holds, by key, in the versions that it shows.

    Where no facts are given, the card says that they are not on record.
    """
    words = context.words
    versions = await context.store.versions()
    changed = {key for key, version in held.items() if versions.get(key) != version}
    title = words("corrections.since" if held else "corrections.since.unknown")
    if not held:
        subtitle = words("corrections.since.unknown.help")
    else:
        subtitle = None if changed else words("corrections.since.none")
    facts = [record for record in await context.store.every_fact() if record.key in changed]
    lines = [_line_since(context, record, held[record.key]) for record in facts]
    if changed - versions.keys():
        lines.append(Line(words("corrections.since.gone")))
    return Card(
        question=Question("about"),  # it has one page, and nothing asks it again
        language=words.language,
        title=title,
        found=bool(held),
        subtitle=subtitle,
        sections=(Section(_with_room(context, title, lines)),) if lines else (),
        one_page=True,
    )


def _line_since(context: AnswerContext, record: FactRecord, held: str) -> Line:
    """What a fact says now, above what it said in the version `held` and has said since."""
    missed = record.fact.model_copy(update={"was": missed_wordings(record.fact, held)})
    seen = record.model_copy(update={"fact": missed})
    if missed.was or missed.withdrawn:
        return change_line(context, seen)
    line = fact_line(context, seen)
    detail = Line(context.words("corrections.since.detail"))
    return replace(line, lead=context.name(record.owner), notes=(detail, *line.notes))


def missed_wordings(fact: Fact, held: str) -> tuple[Wording, ...]:
    """The wording that somebody read, and those that they missed; none if only details changed.

    The wording that gives the version that they read is the one. Where a detail changed as well
    none does, and then it cannot be told which they missed: all are given.
    """
    for index, wording in enumerate(fact.was):
        if fact.model_copy(update={"says": wording.said, "withdrawn": None}).version == held:
            return fact.was[index:]
    unchanged = fact.model_copy(update={"withdrawn": None}).version == held
    return () if unchanged else fact.was


def _with_room(context: AnswerContext, title: str, lines: list[Line]) -> tuple[Line, ...]:
    """The lines that one message has room for, and a line that counts the others."""
    words = context.words
    budget = MessageBudget(context, title, words.count("digest.more-corrections", len(lines)))
    shown = [line for line in lines if budget.take(line)]
    if left_out := len(lines) - len(shown):
        shown.append(Line(words.count("digest.more-corrections", left_out)))
    return tuple(shown)
