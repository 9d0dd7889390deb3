"""Corrected facts as lines: what they say now, what they said before, when and why they changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from bot.answers.context import AnswerContext
from bot.answers.fact_lines import fact_line
from bot.cards.card import Line
from bot.cards.wording import day_words
from bot.facts.model import Fact, Wording
from bot.facts.records import FactRecord


def change_days(fact: Fact) -> Iterator[date]:
    """The days on which a fact was reworded or withdrawn."""
    yield from (wording.date for wording in fact.was)
    if fact.withdrawn:
        yield fact.withdrawn.date


def last_change(fact: Fact) -> date:
    """The day on which a fact was last reworded or withdrawn; it must have been either."""
    return max(change_days(fact))


def change_line(context: AnswerContext, record: FactRecord) -> Line:
    """What a fact says now, or said until it was withdrawn, above its earlier wordings."""
    fact, words = record.fact, context.words
    line = _withdrawn_line(context, record) if fact.withdrawn else _present_line(context, record)
    opening = words(
        "corrections.of",
        date=day_words(last_change(fact), words),
        thing=context.name(record.owner),
    )
    return replace(line, opening=opening, notes=(*_earlier(context, fact), *line.notes))


def detail_line(context: AnswerContext, record: FactRecord, key: str) -> Line:
    """A fact whose details changed but not its wording; the text under `key` says so."""
    line = fact_line(context, record)
    changed = Line(context.words(key))
    return replace(line, opening=context.name(record.owner), notes=(changed, *line.notes))


def wordings_since(fact: Fact, version: str) -> tuple[Wording, ...] | None:
    """The earlier wordings from the one that has this version, or None if none has it.

    None has it if a detail of the fact changed as well.
    """
    for index, wording in enumerate(fact.was):
        if fact.model_copy(update={"says": wording.said, "withdrawn": None}).version == version:
            return fact.was[index:]
    return None


def _withdrawn_line(context: AnswerContext, record: FactRecord) -> Line:
    """What a withdrawn fact said, labelled as withdrawn, with the reason."""
    fact, words = record.fact, context.words
    assert fact.withdrawn, "only a withdrawn fact has this line"
    return Line(
        text=words("typography.quoted", text=fact.says),
        label=words("corrections.withdrawn"),
        notes=(
            Line(fact.withdrawn.why, label=words("corrections.why")),
            Line(words("corrections.cited"), cites=fact.cites),
        ),
    )


def _present_line(context: AnswerContext, record: FactRecord) -> Line:
    unchanged = record.fact.model_copy(update={"was": ()})  # the notes tell all of its changes
    line = fact_line(context, record.model_copy(update={"fact": unchanged}))
    now = context.words("corrections.now")
    return replace(line, label=f"{now} · {line.label}" if line.label else now)


def _earlier(context: AnswerContext, fact: Fact) -> Iterator[Line]:
    words = context.words
    for wording in reversed(fact.was):
        until = words("corrections.until", date=day_words(wording.date, words))
        yield Line(words("typography.quoted", text=wording.said), label=until)
        yield Line(wording.why, label=words("corrections.why"))
