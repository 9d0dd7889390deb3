"""The budget of one message: which passages still fit it, the sources below them included."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.answers.context import AnswerContext
from bot.cards.card import Line, Section
from bot.cards.limits import ONLY_PAGE
from bot.cards.wording import CitedSource, source_line
from bot.facts.records import FactRecord


@dataclass(frozen=True)
class Passage:
    """Lines that are shown together or not at all, and the facts that they show.

    `title` goes above the lines, outside their list. `thing` is what the passage is about: a
    button leads there.
    """

    thing: str
    lines: tuple[Line, ...]
    facts: tuple[FactRecord, ...] = ()
    title: Line | None = None

    def all_lines(self) -> tuple[Line, ...]:
        """The title, if there is one, and the lines."""
        return (self.title, *self.lines) if self.title else self.lines


Variants = tuple[Passage, ...]
"""One passage in several lengths, the fullest first."""


@dataclass(frozen=True)
class PassageGroup:
    """The passages that could stand under one heading.

    `more` puts into words how many of them do not fit the message.
    """

    heading: str
    passages: tuple[Variants, ...]
    more: Callable[[int], str]

    def sections(self, shown: Sequence[Passage]) -> Iterator[Section]:
        """The passages that fit, and a line that counts the others."""
        left_out = len(self.passages) - len(shown)
        return sections(self.heading, shown, self.more(left_out) if left_out else None)


def sections(
    heading: str | None, passages: Iterable[Passage], more: str | None = None
) -> Iterator[Section]:
    """Passages under one heading; those without a title share a list, which `more` ends."""
    shared: list[Line] = []
    for passage in passages:
        if passage.title:
            yield Section((passage.title,), heading, listed=False)
            heading = None
            if passage.lines:
                yield Section(passage.lines)
        else:
            shared += passage.lines
    if more:
        shared.append(Line(more))
    if shared:
        yield Section(tuple(shared), heading)


class MessageBudget:
    """What is left of one message, counted so that neither Discord nor `pages` cuts anything."""

    def __init__(self, context: AnswerContext, *texts: str) -> None:
        self._context = context
        self._texts = texts
        self._left = ONLY_PAGE - sum(len(text) + _MARKUP for text in texts)
        self._cited: set[str] = set()

    def fresh(self) -> MessageBudget:
        """The budget of the same message before anything was taken."""
        return MessageBudget(self._context, *self._texts)

    def take(self, *lines: Line) -> bool:
        """Whether the lines still fit; if they do, the budget shrinks by their size."""
        cited = {cite.source for line in lines for cite in line.all_cites()} - self._cited
        size = sum(map(_size, lines)) + sum(map(self._source_size, cited))
        if size > self._left:
            return False
        self._left -= size
        self._cited |= cited
        return True

    def _source_size(self, source_id: str) -> int:
        record = self._context.store.sources[source_id]
        return len(source_line(CitedSource(1, record), self._context.words)) + _MARKUP


def allocate(
    budget: MessageBudget, groups: Sequence[PassageGroup], most: int
) -> list[list[Passage]]:
    """The passages of each group that fit: at most `most`, each in the fullest variant that fits.

    The groups take turns, so that each has its first passage before any has its second.
    """
    for group in groups:
        budget.take(Line(group.heading), Line(group.more(len(group.passages))))
    taken: list[list[Passage]] = [[] for _ in groups]
    for turn in range(most):
        for group, passages in zip(groups, taken, strict=True):
            variants = group.passages[turn] if turn < len(group.passages) else ()
            if passage := first_that_fits(budget, variants):
                passages.append(passage)
    return taken


def first_that_fits(
    budget: MessageBudget, variants: Iterable[Passage], *required: Line
) -> Passage | None:
    """The first variant that fits together with the required lines; the budget shrinks by both."""
    return next((p for p in variants if budget.take(*required, *p.all_lines())), None)


def _size(line: Line) -> int:
    """The characters that a line takes at most: text, markup, citation marks, notes."""
    own = len(line.text) + len(line.label or "") + len(line.opening or "") + _MARKUP
    return own + _CITE * len(line.cites) + sum(map(_size, line.notes))


_MARKUP = 14  # characters around a text: a bullet, stars, a number, a line break
_CITE = 14  # characters of a citation: its mark behind the line, its paragraph among the sources
