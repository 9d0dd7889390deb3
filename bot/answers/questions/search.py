"""`/search`: full text over the facts, the best five a page, the matched words marked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from bot.answers.context import Command, Inquiry, Option
from bot.answers.fact_lines import fact_line
from bot.answers.filters import Narrowing, narrow, refusal
from bot.answers.resolve import echo
from bot.cards.card import Card, Line, Section
from bot.facts.store import MOST_MATCHES, Match
from bot.matching.fulltext import BEGINS, ENDS, Prose

_A_PAGE = 5
_MARKED = re.compile(f"{BEGINS}(.*?){ENDS}")


async def answer(inquiry: Inquiry) -> Card:
    """The facts that hold the words, best first, or a card that says that none does."""
    typed = inquiry.options["text"]
    prose = inquiry.store.vocabulary.read(typed)
    asked = COMMAND.question(**{**inquiry.options, "text": prose.text})
    if not prose.words:
        return refusal(inquiry, asked, "search.no-words", text=echo(typed))
    narrowing = narrow(inquiry, asked)
    if isinstance(narrowing, Card):
        return narrowing
    every, matches = await _search(inquiry, prose, narrowing)
    if not matches:
        if filters := narrowing.worded(inquiry.words):
            return refusal(inquiry, asked, "search.none-here", text=echo(typed), filters=filters)
        return refusal(inquiry, asked, "search.none", text=echo(typed))
    return Card(
        question=COMMAND.question(**{**narrowing.options, "text": prose.text}),
        language=inquiry.words.language,
        title=inquiry.words("search.title", text=echo(typed)),
        found=True,
        subtitle=" · ".join(_remarks(inquiry, prose, narrowing, len(matches), every)),
        sections=tuple(_sections(inquiry, matches)),
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
    inquiry: Inquiry, prose: Prose, narrowing: Narrowing
) -> tuple[bool, tuple[Match, ...]]:
    """Facts with every word, or else with any; and whether they have every one."""
    matches = await inquiry.store.search(prose.query(every=True), narrowing.filter)
    if matches:
        return True, matches
    return False, await inquiry.store.search(prose.query(every=False), narrowing.filter)


def _remarks(
    inquiry: Inquiry, prose: Prose, narrowing: Narrowing, number: int, every: bool
) -> Iterator[str]:
    """What was looked for where it was not quite what was typed, and how much was found."""
    words = inquiry.words
    yield words.count("search.best" if number == MOST_MATCHES else "search.facts", number)
    if filters := narrowing.worded(words):
        yield filters
    for typed, taken in prose.repaired:
        yield words("search.repaired", typed=typed, taken=taken)
    if prose.left_out:
        yield words("search.left-out", words=echo(" ".join(prose.left_out)))
    if not every:
        yield words("search.some")


def _sections(inquiry: Inquiry, matches: tuple[Match, ...]) -> Iterator[Section]:
    for start in range(0, len(matches), _A_PAGE):
        lines = (_line(inquiry, match) for match in matches[start : start + _A_PAGE])
        yield Section(tuple(lines), whole=True)


def _line(inquiry: Inquiry, match: Match) -> Line:
    return replace(fact_line(inquiry, match.record, dated=True), matches=_places(match.marked))


def _places(marked: str) -> tuple[tuple[int, int], ...]:
    """Where the matches stand in the text without the marks around them."""
    places: list[tuple[int, int]] = []
    for number, match in enumerate(_MARKED.finditer(marked)):
        start = match.start() - 2 * number  # the marks of earlier matches are gone
        places.append((start, start + len(match[1])))
    return tuple(places)
