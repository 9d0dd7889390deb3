"""`/search`: full-text search over the facts, four a page, with the matched words marked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from bot.answers.context import AnswerContext, Command, Option
from bot.answers.fact_lines import fact_line
from bot.answers.filters import Filters, parse_filters, refusal
from bot.answers.resolve import echo
from bot.cards.card import Card, Line, Section
from bot.facts.store import MOST_MATCHES, Match
from bot.matching.fulltext import BEGINS, ENDS, TextQuery

_A_PAGE = 4
_MATCH = re.compile(f"{BEGINS}(.*?){ENDS}")


async def answer(context: AnswerContext) -> Card:
    """The facts with the words, the best first, or a card that says that there are none."""
    typed = context.options["text"]
    text_query = context.store.vocabulary.read(typed)
    asked = COMMAND.question(**{**context.options, "text": text_query.text})
    if not text_query.words:
        return refusal(context, asked, "search.no-words", text=echo(typed))
    filters = parse_filters(context, asked)
    if isinstance(filters, Card):
        return filters
    every, matches = await _search(context, text_query, filters)
    if not matches:
        if filters := filters.worded(context.words):
            return refusal(context, asked, "search.none-here", text=echo(typed), filters=filters)
        return refusal(context, asked, "search.none", text=echo(typed))
    return Card(
        question=COMMAND.question(**{**filters.options, "text": text_query.text}),
        language=context.words.language,
        title=context.words("search.title", text=echo(typed)),
        found=True,
        subtitle=" · ".join(_remarks(context, text_query, filters, len(matches), every)),
        sections=tuple(_sections(context, matches)),
    )


COMMAND = Command(
    "search",
    (
        Option("text", "text", required=True),
        Option("actor", "actor"),
        Option("topic", "topic"),
        Option("from", "date"),
        Option("to", "date"),
        Option("source", "source"),
    ),
    answer,
)


async def _search(
    context: AnswerContext, text_query: TextQuery, filters: Filters
) -> tuple[bool, tuple[Match, ...]]:
    """Facts with every word, or else with any, and whether they have every word."""
    matches = await context.store.search(text_query.query(every=True), filters.filter)
    if matches:
        return True, matches
    return False, await context.store.search(text_query.query(every=False), filters.filter)


def _remarks(
    context: AnswerContext, text_query: TextQuery, filters: Filters, number: int, every: bool
) -> Iterator[str]:
    """How much was found, and what was searched for if it is not quite what was typed."""
    words = context.words
    yield words.count("search.best" if number == MOST_MATCHES else "search.facts", number)
    if worded := filters.worded(words):
        yield worded
    for typed, taken in text_query.repaired:
        yield words("search.repaired", typed=typed, taken=taken)
    if text_query.left_out:
        yield words("search.left-out", words=echo(" ".join(text_query.left_out)))
    if not every:
        yield words("search.some")


def _sections(context: AnswerContext, matches: tuple[Match, ...]) -> Iterator[Section]:
    for start in range(0, len(matches), _A_PAGE):
        lines = (_line(context, match) for match in matches[start : start + _A_PAGE])
        yield Section(tuple(lines), whole=True)


def _line(context: AnswerContext, match: Match) -> Line:
    return replace(fact_line(context, match.record, dated=True), matches=_spans(match.marked))


def _spans(marked: str) -> tuple[tuple[int, int], ...]:
    """Where the matches are in the text without the characters around them."""
    spans: list[tuple[int, int]] = []
    for number, match in enumerate(_MATCH.finditer(marked)):
        start = match.start() - 2 * number  # the characters around earlier matches are gone
        spans.append((start, start + len(match[1])))
    return tuple(spans)
