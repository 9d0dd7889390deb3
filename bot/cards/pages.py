"""A card cut into pages that a phone shows well, each with the sources of its own lines.

A line is never cut, and a heading never ends a page. Sources are numbered through the whole card,
so that `[2 ¶5]` means the same on each page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from bot.cards import limits
from bot.cards.card import Action, Card, Line, Section, all_cites
from bot.cards.wording import citation_marks, source_line
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
        """The versions of the facts that the page shows, by key."""
        lines = (line for part in self.sections for line in part.lines)
        return {line.fact.key: line.fact.fact.version for line in lines if line.fact}

    def marks(self, line: Line) -> str:
        """The citation marks of a line, such as `[1 ¶5; 2 ¶21]`, or nothing."""
        return citation_marks(line.cites, self.numbers)


def pages(card: Card, sources: Mapping[str, SourceRecord], words: Words) -> tuple[Page, ...]:
    """The pages of a card; at least one."""
    cut = _cut(card)
    return tuple(_page(card, cut, number, sources, words) for number in range(1, len(cut) + 1))


def page(card: Card, sources: Mapping[str, SourceRecord], words: Words) -> Page:
    """The page that the card's question asks for, or the last one if it has fewer."""
    cut = _cut(card)
    return _page(card, cut, min(card.question.page, len(cut)), sources, words)


def number_sources(sections: Iterable[Section]) -> Mapping[str, int]:
    """The numbers of the cited sources, in order of first mention."""
    cited = dict.fromkeys(cite.source for cite in all_cites(sections))
    return {source: number for number, source in enumerate(cited, 1)}


def source_lines(
    sections: Iterable[Section],
    numbers: Mapping[str, int],
    sources: Mapping[str, SourceRecord],
    words: Words,
) -> tuple[str, ...]:
    """The sources that the sections cite, one a line, by number."""
    cited: dict[str, set[int]] = {}
    for cite in all_cites(sections):
        cited.setdefault(cite.source, set()).add(cite.paragraph)
    return tuple(
        source_line(sources[source], numbers[source], sorted(cited[source]), words)
        for source in sorted(cited, key=numbers.__getitem__)
    )


def fits_one_page(title: str, subtitle: str, sections: Sequence[Section]) -> bool:
    """Whether a card of one page shows all of the sections. A single line always fits."""
    if sum(len(section.lines) for section in sections) <= 1:
        return True
    headings = sum(len(section.heading or "") for section in sections)
    body = sum(_size(line) for section in sections for line in section.lines)
    return len(title) + len(subtitle) + headings + body <= limits.ONLY_PAGE


def _page(
    card: Card,
    cut: Sequence[tuple[Section, ...]],
    number: int,
    sources: Mapping[str, SourceRecord],
    words: Words,
) -> Page:
    sections, numbers = cut[number - 1], number_sources(card.sections)
    return Page(
        card=card,
        number=number,
        total=len(cut),
        sections=sections,
        numbers=numbers,
        sources=source_lines(sections, numbers, sources, words),
        actions=_turns(card, number, len(cut), words),
    )


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


def _cut(card: Card) -> list[tuple[Section, ...]]:
    """The card's sections, page by page; at least one page."""
    cut: list[list[tuple[Section, Line]]] = [[]]
    used = len(card.title) + len(card.subtitle or "")
    for section in card.sections:
        for lines in _chunks(section):
            size = sum(map(_size, lines))
            if not cut[-1] or cut[-1][-1][0] is not section:
                size += len(section.heading or "")
            if cut[-1] and used + size > _limit(card, len(cut)):
                if card.one_page:
                    return [tuple(_sections(cut[-1]))]
                cut.append([])
                used = len(card.title)
            cut[-1] += [(section, line) for line in lines]
            used += size
    return [tuple(_sections(lines)) for lines in cut]


def _limit(card: Card, number: int) -> int:
    """The characters of body that a page of a card may have."""
    if card.one_page:
        return limits.ONLY_PAGE
    return limits.FIRST_PAGE if number == 1 else limits.FURTHER_PAGE


def _chunks(section: Section) -> Iterator[tuple[Line, ...]]:
    """What must stay together: the lines of a whole section, or each line by itself."""
    if section.whole:
        yield section.lines
    else:
        yield from ((line,) for line in section.lines)


def _sections(lines: list[tuple[Section, Line]]) -> Iterator[Section]:
    """The lines of one page, in their sections again."""
    for _, group in groupby(lines, key=lambda pair: id(pair[0])):
        pairs = list(group)
        yield replace(pairs[0][0], lines=tuple(line for _, line in pairs))


def _size(line: Line) -> int:
    """The characters that a line takes on a page, about: text, markup, citation marks, notes."""
    own = len(line.text) + len(line.label or "") + len(line.opening or "") + 4
    return own + _MARK * len(line.cites) + sum(map(_size, line.notes))


_MARK = 7  # characters that a citation mark takes, about
