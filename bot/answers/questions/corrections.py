"""`/corrections`: what was reworded or withdrawn, when and why, the latest change first."""

from __future__ import annotations

from bot.answers.change_lines import change_days, change_line, last_change
from bot.answers.context import AnswerContext, Command, Option
from bot.answers.filters import Filters, parse_filters, refusal
from bot.cards.card import Card, Line, Section
from bot.facts.model import Fact
from bot.facts.records import FactRecord


async def answer(context: AnswerContext) -> Card:
    """The corrected facts, each with its wordings, or a card that says that there are none."""
    filters = parse_filters(context, COMMAND.question(**context.options))
    if isinstance(filters, Card):
        return filters
    changed = await context.store.changed(filters.filter.topic)
    facts = [record for record in changed if _is_within(record.fact, filters)]
    question = COMMAND.question(**filters.options)
    worded = filters.worded(context.words)
    if not facts and worded:
        return refusal(context, question, "corrections.empty", filters=worded)
    facts.sort(key=lambda record: last_change(record.fact), reverse=True)
    return Card(
        question=question,
        language=context.words.language,
        title=context.words("corrections.title"),
        found=True,
        subtitle=" · ".join(filter(None, [worded, _count(context, len(facts))])),
        sections=(_section(context, facts),),
    )


COMMAND = Command(
    "corrections",
    (Option("topic", "topic"), Option("from", "date"), Option("to", "date")),
    answer,
)


def _is_within(fact: Fact, filters: Filters) -> bool:
    """Whether a fact was changed within the period of the question."""
    start, end = filters.start, filters.end
    return any(
        (start is None or start.first <= day) and (end is None or day <= end.last)
        for day in change_days(fact)
    )


def _count(context: AnswerContext, number: int) -> str:
    words = context.words
    return words.count("corrections.count", number) if number else words("corrections.none")


def _section(context: AnswerContext, facts: list[FactRecord]) -> Section:
    if not facts:
        return Section((Line(context.words("corrections.kept")),), listed=False)
    return Section(tuple(change_line(context, record) for record in facts))
