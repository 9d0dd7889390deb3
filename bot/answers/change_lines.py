"""Corrected facts as lines: what they say now, what they said before, when and why they changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from bot.answers.changed_parts import changed_parts
from bot.answers.context import AnswerContext
from bot.answers.fact_lines import fact_line
from bot.cards.card import Line
from bot.cards.wording import day_words
from bot.facts.model import Fact, Wording
from bot.facts.records import FactRecord
from bot.facts.shown import ShownFact


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


def change_from(
    context: AnswerContext, record: FactRecord, old: ShownFact, now: ShownFact, key: str
) -> Line:
    """What a fact says now, above what else it showed and said when a reader saw it.

    The text under `key` is used for a change that does not show in their language.
    """
    missed = _missed_wordings(record.fact, old.says)
    parts = changed_parts(context.words, old, now)
    if old.says not in (now.says, *(wording.said for wording in missed)):
        said = context.words("typography.quoted", text=old.says)
        parts = (Line(said, label=context.words("corrections.before")), *parts)
    return change_since(context, record, missed, key, parts)


def change_since(
    context: AnswerContext,
    record: FactRecord,
    missed: tuple[Wording, ...],
    key: str,
    parts: tuple[Line, ...] = (),
) -> Line:
    """What a fact says now, above the wordings that a reader missed and its other changed parts.

    Without any, the text under `key` says that something has changed.
    """
    missing = record.model_copy(update={"fact": record.fact.model_copy(update={"was": missed})})
    if missed or record.fact.withdrawn:
        line = change_line(context, missing)
    else:
        line = replace(fact_line(context, missing), opening=context.name(record.owner))
        parts = parts or (Line(context.words(key)),)
    return replace(line, notes=(*parts, *line.notes))


def _missed_wordings(fact: Fact, said: str) -> tuple[Wording, ...]:
    """The earlier wordings from the one that a reader has seen; none if it is the present one.

    A wording that is not on record counts as older than all that are.
    """
    if said == fact.says:
        return ()
    earlier = [wording.said for wording in fact.was]
    return fact.was[earlier.index(said) :] if said in earlier else fact.was


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
