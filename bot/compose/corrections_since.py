"""What was corrected in the facts of a post since it was posted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.answers.change_lines import change_line, detail_line, wordings_since
from bot.answers.context import AnswerContext
from bot.cards.card import Card, Line, Question, Section
from bot.compose.message_budget import MessageBudget
from bot.facts.model import Fact, Wording
from bot.facts.records import FactRecord


async def corrections_since(context: AnswerContext, shown: Mapping[str, str]) -> Card:
    """The corrections of the facts that a post shows, given as their versions by key.

    Without any facts, the card says that they are not on record.
    """
    words = context.words
    title = words("corrections.since" if shown else "corrections.since.unknown")
    lines = await _lines(context, shown)
    return Card(
        question=Question("about"),  # the card has one page, so nothing asks it again
        language=words.language,
        title=title,
        found=bool(shown),
        subtitle=_subtitle(context, shown, lines),
        sections=(Section(_within_budget(context, title, lines)),) if lines else (),
        one_page=True,
    )


def _subtitle(
    context: AnswerContext, shown: Mapping[str, str], lines: Sequence[Line]
) -> str | None:
    if not shown:
        return context.words("corrections.since.unknown.help")
    return None if lines else context.words("corrections.since.none")


async def _lines(context: AnswerContext, shown: Mapping[str, str]) -> list[Line]:
    """A line for each fact that changed, and one if any is gone from the base."""
    versions = await context.store.versions()
    changed = {key for key, version in shown.items() if versions.get(key) != version}
    facts = [record for record in await context.store.every_fact() if record.key in changed]
    lines = [_line(context, record, shown[record.key]) for record in facts]
    if changed - versions.keys():
        lines.append(Line(context.words("corrections.since.gone")))
    return lines


def _line(context: AnswerContext, record: FactRecord, version: str) -> Line:
    """What a fact says now, above the wording that the post shows and those after it."""
    missed = record.fact.model_copy(update={"was": missed_wordings(record.fact, version)})
    record = record.model_copy(update={"fact": missed})
    if missed.was or missed.withdrawn:
        return change_line(context, record)
    return detail_line(context, record, "corrections.since.detail")


def missed_wordings(fact: Fact, version: str) -> tuple[Wording, ...]:
    """The wording that the reader saw, and those that came after it; none if only details changed.

    If a detail changed as well, the wording that they saw cannot be found out: all are given.
    """
    wordings = wordings_since(fact, version)
    if wordings is not None:
        return wordings
    is_same_wording = fact.model_copy(update={"withdrawn": None}).version == version
    return () if is_same_wording else fact.was


def _within_budget(context: AnswerContext, title: str, lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines that fit one message, and a line that counts the rest."""
    words = context.words
    budget = MessageBudget(context, title, words.count("digest.more-corrections", len(lines)))
    shown = [line for line in lines if budget.take(line)]
    if left_out := len(lines) - len(shown):
        shown.append(Line(words.count("digest.more-corrections", left_out)))
    return tuple(shown)
