"""`/corrections`: what was reworded or withdrawn, when and why, the latest change first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from bot.answers.context import Command, Inquiry, Option
from bot.answers.fact_lines import fact_line
from bot.answers.filters import Narrowing, narrow, refusal
from bot.answers.message_budget import Room
from bot.cards.card import Card, Line, Question, Section
from bot.cards.wording import day_words
from bot.facts.model import Fact, Wording
from bot.facts.records import FactRecord


async def answer(inquiry: Inquiry) -> Card:
    """The changed facts, each with its wordings, or a card that says that there are none."""
    narrowing = narrow(inquiry, COMMAND.question(**inquiry.options))
    if isinstance(narrowing, Card):
        return narrowing
    changed = await inquiry.store.changed(narrowing.filter.topic)
    facts = [record for record in changed if _is_within(record.fact, narrowing)]
    question = COMMAND.question(**narrowing.options)
    filters = narrowing.worded(inquiry.words)
    if not facts and filters:
        return refusal(inquiry, question, "corrections.empty", filters=filters)
    facts.sort(key=lambda record: last_change(record.fact), reverse=True)
    return Card(
        question=question,
        language=inquiry.words.language,
        title=inquiry.words("corrections.title"),
        found=True,
        subtitle=" · ".join(filter(None, [filters, _count(inquiry, len(facts))])),
        sections=(_section(inquiry, facts),),
    )


COMMAND = Command(
    "corrections",
    (Option("topic", "topic"), Option("from", "date"), Option("to", "date")),
    answer,
)


def last_change(fact: Fact) -> date:
    """The day on which a fact was withdrawn, or else reworded last. It must have been either."""
    return max(_changes(fact))


def _withdrawn_line(inquiry: Inquiry, record: FactRecord) -> Line:
    """What a withdrawn fact said, marked as no longer said, with the reason."""
    fact, words = record.fact, inquiry.words
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


def _is_within(fact: Fact, narrowing: Narrowing) -> bool:
    """Whether a fact was changed in the period that was asked for."""
    start, end = narrowing.start, narrowing.end
    return any(
        (start is None or start.first <= day) and (end is None or day <= end.last)
        for day in _changes(fact)
    )


def _count(inquiry: Inquiry, number: int) -> str:
    words = inquiry.words
    return words.count("corrections.count", number) if number else words("corrections.none")


def _section(inquiry: Inquiry, facts: list[FactRecord]) -> Section:
    if not facts:
        return Section((Line(inquiry.words("corrections.kept")),), listed=False)
    return Section(tuple(change_line(inquiry, record) for record in facts))


def change_line(inquiry: Inquiry, record: FactRecord) -> Line:
    """What a fact says now, or said until it was withdrawn, above its earlier wordings."""
    fact, words = record.fact, inquiry.words
    line = _withdrawn_line(inquiry, record) if fact.withdrawn else _present_line(inquiry, record)
    lead = words(
        "corrections.of",
        date=day_words(last_change(fact), words),
        thing=inquiry.name(record.owner),
    )
    return replace(line, lead=lead, notes=(*_earlier(inquiry, fact), *line.notes))


def _present_line(inquiry: Inquiry, record: FactRecord) -> Line:
    unchanged = record.fact.model_copy(update={"was": ()})  # its changes are told here in full
    line = fact_line(inquiry, record.model_copy(update={"fact": unchanged}))
    now = inquiry.words("corrections.now")
    return replace(line, label=f"{now} · {line.label}" if line.label else now)


def _earlier(inquiry: Inquiry, fact: Fact) -> Iterator[Line]:
    words = inquiry.words
    for wording in reversed(fact.was):
        until = words("corrections.until", date=day_words(wording.date, words))
        yield Line(words("corrections.said", said=wording.said), label=until)
        yield Line(wording.why, label=words("corrections.why"))


async def since(inquiry: Inquiry, held: Mapping[str, str]) -> Card:
    """What was changed of the facts that a post holds, by key, in the versions that it shows.

    Where no facts are given, the card says that they are not on record.
    """
    words = inquiry.words
    versions = await inquiry.store.versions()
    changed = {key for key, version in held.items() if versions.get(key) != version}
    title = words("corrections.since" if held else "corrections.since.unknown")
    if not held:
        subtitle = words("corrections.since.unknown.help")
    else:
        subtitle = None if changed else words("corrections.since.none")
    facts = [record for record in await inquiry.store.every_fact() if record.key in changed]
    lines = [_line_since(inquiry, record, held[record.key]) for record in facts]
    if changed - versions.keys():
        lines.append(Line(words("corrections.since.gone")))
    return Card(
        question=Question("about"),  # it has one page, and nothing asks it again
        language=words.language,
        title=title,
        found=bool(held),
        subtitle=subtitle,
        sections=(Section(_with_room(inquiry, title, lines)),) if lines else (),
        one_page=True,
    )


def _line_since(inquiry: Inquiry, record: FactRecord, held: str) -> Line:
    """What a fact says now, above what it said in the version `held` and has said since."""
    missed = record.fact.model_copy(update={"was": missed_wordings(record.fact, held)})
    seen = record.model_copy(update={"fact": missed})
    if missed.was or missed.withdrawn:
        return change_line(inquiry, seen)
    line = fact_line(inquiry, seen)
    detail = Line(inquiry.words("corrections.since.detail"))
    return replace(line, lead=inquiry.name(record.owner), notes=(detail, *line.notes))


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


def _with_room(inquiry: Inquiry, title: str, lines: list[Line]) -> tuple[Line, ...]:
    """The lines that one message has room for, and a line that counts the others."""
    words = inquiry.words
    room = Room(inquiry, title, words.count("digest.more-corrections", len(lines)))
    shown = [line for line in lines if room.take(line)]
    if left_out := len(lines) - len(shown):
        shown.append(Line(words.count("digest.more-corrections", left_out)))
    return tuple(shown)
