"""The room of one message: what still fits beside what it holds, the sources below included."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.answers.context import AnswerContext
from bot.cards.card import Line, Section
from bot.cards.limits import ONLY_PAGE
from bot.cards.wording import source_line
from bot.facts.records import FactRecord


@dataclass(frozen=True)
class Passage:
    """Lines that are told together or not at all, the facts that they show, and whose they are.

    `head` stands above the lines, outside their list. `thing` is where one may go on from here.
    """

    thing: str
    lines: tuple[Line, ...]
    facts: tuple[FactRecord, ...] = ()
    head: Line | None = None

    def all_lines(self) -> tuple[Line, ...]:
        """The head, where there is one, and the lines."""
        return (self.head, *self.lines) if self.head else self.lines


Variants = tuple[Passage, ...]
"""One piece in forms, the fullest first."""


@dataclass(frozen=True)
class PassageGroup:
    """What is offered under one heading; `more` words how many a message has no room for."""

    heading: str
    offers: tuple[Variants, ...]
    more: Callable[[int], str]

    def sections(self, passages: Sequence[Passage]) -> Iterator[Section]:
        """The pieces that found room, and a line that counts the others."""
        left_out = len(self.offers) - len(passages)
        return sections(self.heading, passages, self.more(left_out) if left_out else None)


def sections(
    heading: str | None, passages: Iterable[Passage], more: str | None = None
) -> Iterator[Section]:
    """Pieces under one heading; those without a head share a list, which `more` ends."""
    loose: list[Line] = []
    for passage in passages:
        if passage.head:
            yield Section((passage.head,), heading, listed=False)
            heading = None
            if passage.lines:
                yield Section(passage.lines)
        else:
            loose += passage.lines
    if more:
        loose.append(Line(more))
    if loose:
        yield Section(tuple(loose), heading)


class MessageBudget:
    """What is left of one message, counted so that neither Discord nor `pages` cuts anything."""

    def __init__(self, context: AnswerContext, *texts: str) -> None:
        self._context = context
        self._texts = texts
        self._left = ONLY_PAGE - sum(len(text) + _MARKUP for text in texts)
        self._cited: set[str] = set()

    def emptied(self) -> MessageBudget:
        """The room of the same message without any lines."""
        return MessageBudget(self._context, *self._texts)

    def take(self, *lines: Line) -> bool:
        """Whether the lines still fit; if they do, their room is taken."""
        cited = {cite.source for line in lines for cite in line.all_cites()} - self._cited
        size = sum(map(_size, lines)) + sum(map(self._source_size, cited))
        if size > self._left:
            return False
        self._left -= size
        self._cited |= cited
        return True

    def _source_size(self, source_id: str) -> int:
        record = self._context.store.sources[source_id]
        return len(source_line(record, 1, [], self._context.words)) + _MARKUP


def allocate(
    budget: MessageBudget, parts: Sequence[PassageGroup], most: int
) -> list[list[Passage]]:
    """What finds room of each part: at most `most` pieces, each in the fullest form that fits.

    The parts take turns, so that each has its first piece before any has its second.
    """
    for part in parts:
        budget.take(Line(part.heading), Line(part.more(len(part.offers))))
    taken: list[list[Passage]] = [[] for _ in parts]
    for turn in range(most):
        for part, passages in zip(parts, taken, strict=True):
            forms = part.offers[turn] if turn < len(part.offers) else ()
            if passage := first_that_fits(budget, forms):
                passages.append(passage)
    return taken


def first_that_fits(
    budget: MessageBudget, forms: Iterable[Passage], *beside: Line
) -> Passage | None:
    """The first of the forms that fits with what must stand beside it; their room is taken."""
    return next((passage for passage in forms if budget.take(*beside, *passage.all_lines())), None)


def _size(line: Line) -> int:
    """The characters that a line takes at most: text, markup, citation marks, notes."""
    own = len(line.text) + len(line.label or "") + len(line.lead or "") + _MARKUP
    return own + _CITE * len(line.cites) + sum(map(_size, line.notes))


_MARKUP = 14  # characters around a text: a bullet, stars, a number, a line break
_CITE = 14  # characters of a citation: its mark behind the line, its paragraph among the sources
