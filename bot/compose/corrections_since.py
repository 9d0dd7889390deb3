"""What was corrected in the facts of a post since it was posted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.answers.change_lines import change_from, change_since
from bot.answers.context import AnswerContext
from bot.cards.card import Card, Line, Question, Section
from bot.compose.message_budget import MessageBudget
from bot.facts.records import FactRecord
from bot.facts.shown import SeenFact, ShownFact


async def corrections_since(context: AnswerContext, seen: Mapping[str, SeenFact]) -> Card:
    """The corrections of the facts that a post shows, by key.

    Without any facts, the card says that they are not on record.
    """
    words = context.words
    title = words("corrections.since" if seen else "corrections.since.unknown")
    lines = await _lines(context, seen)
    return Card(
        question=Question("about"),  # the card has one page, so nothing asks it again
        language=words.language,
        title=title,
        found=bool(seen),
        subtitle=_subtitle(context, seen, lines),
        sections=(Section(_within_budget(context, title, lines)),) if lines else (),
        one_page=True,
    )


def _subtitle(
    context: AnswerContext, seen: Mapping[str, SeenFact], lines: Sequence[Line]
) -> str | None:
    if not seen:
        return context.words("corrections.since.unknown.help")
    return None if lines else context.words("corrections.since.none")


async def _lines(context: AnswerContext, seen: Mapping[str, SeenFact]) -> list[Line]:
    """A line for each fact that changed, and one if any is gone from the base."""
    versions = await context.store.versions()
    changed = {key for key, fact in seen.items() if versions.get(key) != fact.version}
    now = await context.store.shown_facts(changed)
    facts = [record for record in await context.store.every_fact() if record.key in changed]
    lines = [_line(context, record, seen[record.key], now[record.key]) for record in facts]
    if changed - versions.keys():
        lines.append(Line(context.words("corrections.since.gone")))
    return lines


def _line(context: AnswerContext, record: FactRecord, seen: SeenFact, now: ShownFact) -> Line:
    """What a fact says now, above what the post shows and what came after it."""
    detail = "corrections.since.detail"
    if seen.shown is None:
        return change_since(context, record, record.fact.was, detail)
    return change_from(context, record, seen.shown, now, detail)


def _within_budget(context: AnswerContext, title: str, lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines that fit one message, and a line that counts the rest."""
    words = context.words
    budget = MessageBudget(context, title, words.count("digest.more-corrections", len(lines)))
    shown = [line for line in lines if budget.take(line)]
    if left_out := len(lines) - len(shown):
        shown.append(Line(words.count("digest.more-corrections", left_out)))
    return tuple(shown)
