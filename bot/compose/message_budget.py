"""The budget of one message: which passages still fit it, the sources below them included."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from bot.answers.context import AnswerContext
from bot.cards.card import Line, Section
from bot.cards.limits import ONLY_PAGE
from bot.cards.sizes import size
from bot.cards.wording import short_date, short_name
from bot.facts.records import FactRecord


@dataclass(frozen=True)
class Passage:
    """Lines that are shown together or not at all, and the facts that they show.

    `thing` is what the passage is about: a button leads there.
    """

    thing: str
    lines: tuple[Line, ...]
    facts: tuple[FactRecord, ...] = ()


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

    def brief(self) -> PassageGroup:
        """The same passages, each in its shortest variant."""
        return replace(self, passages=tuple(variants[-1:] for variants in self.passages))

    def section(self, shown: Sequence[Passage]) -> Section:
        """The passages that fit, and a line that counts the others."""
        lines = [line for passage in shown for line in passage.lines]
        if left_out := len(self.passages) - len(shown):
            lines.append(Line(self.more(left_out)))
        return Section(tuple(lines), self.heading)


class MessageBudget:
    """What is left of one message, counted so that neither Discord nor `pages` cuts anything."""

    def __init__(self, context: AnswerContext, *texts: str, most: int = ONLY_PAGE) -> None:
        self._context = context
        self._texts = texts
        self._most = most
        self._left = most - sum(len(text) + _MARKUP for text in texts)
        self._cited: set[str] = set()

    def full(self) -> MessageBudget:
        """The budget of the same message before anything was taken."""
        return MessageBudget(self._context, *self._texts, most=self._most)

    def copy(self) -> MessageBudget:
        """A budget with as much left, to try out what fits."""
        budget = self.full()
        budget._left, budget._cited = self._left, set(self._cited)
        return budget

    def take(self, *lines: Line) -> bool:
        """Whether the lines still fit; if they do, the budget shrinks by their size."""
        cited = {cite.source for line in lines for cite in line.all_cites()} - self._cited
        needed = sum(map(size, lines)) + sum(map(self._source_size, cited))
        if needed > self._left:
            return False
        self._left -= needed
        self._cited |= cited
        return True

    def _source_size(self, source_id: str) -> int:
        record, words = self._context.store.sources[source_id], self._context.words
        return len(short_name(record, words)) + len(short_date(record, words)) + _MARKUP


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


def left_out(groups: Sequence[PassageGroup], allocated: Sequence[Sequence[Passage]]) -> bool:
    """Whether some passage is left out, or shorter than it could be."""
    fullest = [variants[0] for group in groups for variants in group.passages]
    return fullest != [passage for shown in allocated for passage in shown]


def first_that_fits(
    budget: MessageBudget, variants: Iterable[Passage], *required: Line
) -> Passage | None:
    """The first variant that fits together with the required lines; the budget shrinks by both."""
    return next((p for p in variants if budget.take(*required, *p.lines)), None)


_MARKUP = 10  # characters around a text: a number, stars, dots between, a line break
