"""`/search`: the facts with the words that matter, four a page, with the matched words marked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from bot.answers.context import AnswerContext, Command, Option
from bot.answers.fact_lines import fact_line
from bot.answers.filters import Filters, parse_filters, refusal
from bot.answers.resolve import echo
from bot.asking.question import Asked
from bot.asking.searching import MOST, Searched, matches_in, search
from bot.cards.card import Card, ComposedLines, Line, Section
from bot.matching.question_terms import TermReader

_A_PAGE = 4
_LONGEST = 500  # characters of a text; its title has them all, for the buttons


async def answer(context: AnswerContext) -> Card:
    """The facts with the words, the best first, or a card that says that there are none."""
    typed = context.options["text"]
    asked = COMMAND.question(**context.options)
    filters = parse_filters(context, asked)
    if isinstance(filters, Card):
        return filters
    searched = await search(context.store, typed, filters.filter)
    if not searched.asked.terms.all:
        return refusal(context, asked, "search.no-words", text=echo(typed))
    if not searched.facts:
        if worded := filters.worded(context.words):
            return refusal(context, asked, "search.none-here", text=echo(typed), filters=worded)
        return refusal(context, asked, "search.none", text=echo(typed))
    return Card(
        question=COMMAND.question(**{**filters.options, "text": typed}),
        language=context.words.language,
        title=context.words("search.title", text=typed),
        found=True,
        subtitle=" · ".join(_remarks(context, searched, filters)),
        sections=tuple(_sections(context, searched)),
        mark=partial(_marked, searched.asked, context.store.units.reader),
    )


COMMAND = Command(
    "search",
    (
        Option("text", "text", required=True, longest=_LONGEST),
        Option("actor", "actor"),
        Option("topic", "topic"),
        Option("from", "date"),
        Option("to", "date"),
        Option("source", "source"),
    ),
    answer,
)


def _remarks(context: AnswerContext, searched: Searched, filters: Filters) -> Iterator[str]:
    """How much was found, and what was searched for if it is not quite what was typed."""
    words, number = context.words, len(searched.facts)
    yield words.count("search.best" if number == MOST else "search.facts", number)
    if worded := filters.worded(words):
        yield worded
    for typed, taken in searched.asked.repaired:
        yield words("search.repaired", typed=typed, taken=taken)
    if not searched.has_every:
        yield words("search.some")


def _sections(context: AnswerContext, searched: Searched) -> Iterator[Section]:
    line = partial(fact_line, context, dated=True)
    for start in range(0, len(searched.facts), _A_PAGE):
        facts = searched.facts[start : start + _A_PAGE]
        yield Section(ComposedLines(line, facts), whole=True)


def _marked(asked: Asked, reader: TermReader, line: Line) -> Line:
    return replace(line, matches=matches_in(line.text, asked, reader))
