"""A card cut into pages that a phone shows well, each with the sources of its own lines.

A line is never cut, and its heading never stands alone. Sources are numbered through the whole
card, so that `[2 ¶5]` means the same on each page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby

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

    def facts(self) -> Mapping[str, str]:
        """The facts that the page tells, in which version, by key."""
        lines = (line for part in self.sections for line in part.lines)
        return {line.fact.key: line.fact.fact.version for line in lines if line.fact}

    def marks(self, line: Line) -> str:
        """The citation marks of a line, such as `[1 ¶5; 2 ¶21]`, or nothing."""
        return citation_marks(line.cites, self.numbers)


def pages(card: Card, sources: Mapping[str, SourceRecord], words: Words) -> tuple[Page, ...]:
    """The pages of a card; at least one."""
    numbers = _numbers(card)
    cut = _cut(card)
    return tuple(
        _page(card, sections, number, len(cut), numbers, sources, words)
        for number, sections in enumerate(cut, 1)
    )


def page(card: Card, sources: Mapping[str, SourceRecord], words: Words) -> Page:
    """The page that the card's question asks for; the last one where there are fewer."""
    numbers = _numbers(card)
    cut = _cut(card)
    number = min(card.question.page, len(cut))
    return _page(card, cut[number - 1], number, len(cut), numbers, sources, words)


def _numbers(card: Card) -> Mapping[str, int]:
    """The sources' numbers, in order of first mention."""
    lines = (line for section in card.sections for line in section.lines)
    cited = dict.fromkeys(cite.source for line in lines for cite in line.all_cites())
    return {source: number for number, source in enumerate(cited, 1)}


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


def _cut(card: Card) -> list[tuple[Section, ...]]:
    """The card's sections, page by page; at least one page."""
    cut: list[list[tuple[Section, Line]]] = [[]]
    used = len(card.title) + len(card.subtitle or "")
    for section in card.sections:
        for lines in _chunks(section):
            size = sum(map(_size, lines))
            if not cut[-1] or cut[-1][-1][0] is not section:
                size += len(section.heading or "")
            if cut[-1] and used + size > _rate_limit(card, len(cut)):
                if card.one_page:
                    return [tuple(_sections(cut[-1]))]
                cut.append([])
                used = len(card.title)
            cut[-1] += [(section, line) for line in lines]
            used += size
    return [tuple(_sections(lines)) for lines in cut]


def _rate_limit(card: Card, number: int) -> int:
    """The characters of body that a page of a card may have."""
    if card.one_page:
        return limits.ONLY_PAGE
    return limits.FIRST_PAGE if number == 1 else limits.FURTHER_PAGE


def _chunks(section: Section) -> Iterator[tuple[Line, ...]]:
    """What must not be parted: the lines of a whole section, or each line by itself."""
    if section.whole:
        yield section.lines
    else:
        yield from ((line,) for line in section.lines)


def _sections(lines: list[tuple[Section, Line]]) -> Iterator[Section]:
    """The lines of one page in their sections again."""
    for _, group in groupby(lines, key=lambda pair: id(pair[0])):
        pairs = list(group)
        yield replace(pairs[0][0], lines=tuple(line for _, line in pairs))


def _size(line: Line) -> int:
    own = len(line.text) + len(line.label or "") + len(line.lead or "") + 4
    return own + _MARK * len(line.cites) + sum(map(_size, line.notes))


_MARK = 7  # characters that a citation mark takes, about
