"""A card cut into pages that a phone shows well, each with the sources of its own lines.

A line is never cut, and its heading never stands alone. Sources are numbered through the whole
card, so that `[2 ¶5]` means the same on each page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.cards import limits
from bot.cards.card import Action, Card, Line, Section
from bot.cards.wording import citation_marks, source_line
from bot.facts.model import Citation
from bot.facts.records import SourceRecord
from bot.texts.catalogues import Words


@dataclass(frozen=True)
class Page:
    """One page of a card, ready to be rendered. `numbers` are its sources' numbers."""

    card: Card
    number: int
    total: int
    sections: tuple[Section, ...]
    numbers: Mapping[str, int]
    sources: tuple[str, ...]
    actions: tuple[Action, ...]

    def marks(self, line: Line) -> str:
        """The citation marks of a line, such as `[1 ¶5; 2 ¶21]`, or nothing."""
        return citation_marks(line.cites, self.numbers)


def pages(card: Card, sources: Mapping[str, SourceRecord], words: Words) -> tuple[Page, ...]:
    """The pages of a card; at least one."""
    numbers = {
        source: number
        for number, source in enumerate(dict.fromkeys(c.source for c in card.citations()), 1)
    }
    cut = list(_cut(card, numbers)) or [()]
    return tuple(
        _page(card, sections, number, len(cut), numbers, sources, words)
        for number, sections in enumerate(cut, 1)
    )


def page(card: Card, sources: Mapping[str, SourceRecord], words: Words) -> Page:
    """The page that the card's question asks for; the last one where there are fewer."""
    cut = pages(card, sources, words)
    return cut[min(card.question.page, len(cut)) - 1]


def _page(
    card: Card,
    sections: tuple[Section, ...],
    number: int,
    total: int,
    numbers: Mapping[str, int],
    sources: Mapping[str, SourceRecord],
    words: Words,
) -> Page:
    cited: dict[str, set[int]] = {}
    for cite in _citations(sections):
        cited.setdefault(cite.source, set()).add(cite.paragraph)
    lines = tuple(
        source_line(sources[source], numbers[source], sorted(cited[source]), words)
        for source in sorted(cited, key=lambda source: numbers[source])
    )
    return Page(card, number, total, sections, numbers, lines, _turns(card, number, total, words))


def _turns(card: Card, number: int, total: int, words: Words) -> tuple[Action, ...]:
    """Buttons to the neighbouring pages."""
    turns: list[Action] = []
    if number > 1:
        label = words("page.back", page=number - 1, total=total)
        turns.append(Action(label, card.question.turned(number - 1)))
    if number < total:
        label = words("page.more", page=number + 1, total=total)
        turns.append(Action(label, card.question.turned(number + 1)))
    return tuple(turns)


def _citations(sections: tuple[Section, ...]) -> Iterator[Citation]:
    for section in sections:
        for line in section.lines:
            yield from line.all_cites()


def _cut(card: Card, numbers: Mapping[str, int]) -> Iterator[tuple[Section, ...]]:
    """The card's sections, page by page."""
    done: list[Section] = []
    used = len(card.title) + len(card.subtitle or "")
    first = True
    for section in card.sections:
        lines: list[Line] = []
        for line in section.lines:
            size = _size(line, numbers) + (0 if lines else len(section.heading or ""))
            budget = limits.FIRST_PAGE if first else limits.FURTHER_PAGE
            if used + size > budget and (done or lines):
                if lines:
                    done.append(Section(tuple(lines), section.heading, section.listed))
                yield tuple(done)
                done, lines, first = [], [], False
                used = len(card.title) + len(section.heading or "")
            lines.append(line)
            used += size
        if lines:
            done.append(Section(tuple(lines), section.heading, section.listed))
    if done:
        yield tuple(done)


def _size(line: Line, numbers: Mapping[str, int]) -> int:
    own = len(line.text) + len(line.label or "") + len(line.lead or "") + 4
    marks = len(citation_marks(line.cites, numbers))
    return own + marks + sum(_size(note, numbers) for note in line.notes)
