"""A card cut into pages that a phone shows well, each with the sources of its own lines.

The overview comes first, then each part. A line is never cut, and a heading never ends a page.
Sources are numbered through the whole card, so that `[2]` means the same on each page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, groupby, islice
from typing import NamedTuple

from bot.cards import limits
from bot.cards.card import Action, Card, Line, Part, Picture, Question, Section, all_cites
from bot.cards.sizes import size
from bot.cards.wording import CitedSource
from bot.facts.records import SourceRecord
from bot.texts.catalogues import Words


@dataclass(frozen=True)
class Page:
    """One page of a card, ready to be rendered, of its overview or of a part.

    It is `number` of the pages that its card is `cut` into. `numbers` are the numbers of the card's
    sources. `turns` lead to the card's other parts and pages. The first page has the `picture`.
    """

    cut: CutCard
    part: Part | None
    number: int
    sections: tuple[Section, ...]
    numbers: Mapping[str, int]
    sources: tuple[CitedSource, ...]
    turns: tuple[Action, ...]
    picture: Picture | None = None

    @property
    def card(self) -> Card:
        """The card that it is a page of."""
        return self.cut.card

    @property
    def total(self) -> int:
        """How many pages the card has."""
        return len(self.cut.screens)

    @property
    def subtitle(self) -> str | None:
        """The line below the title: the name of the part, or the card's own subtitle."""
        return self.part.label if self.part else self.card.subtitle

    @property
    def lead(self) -> int:
        """How many sections stand before the picture: the first ones, without lists and notes."""
        others = (i for i, each in enumerate(self.sections) if each.listed or each.small)
        return next(others, len(self.sections))

    @property
    def asks_sources(self) -> Question | None:
        """The question where the page's lines come from, if any of them cites a source."""
        if not self.sources or self.card.question.sources:
            return None
        if self.card.one_page:  # its own question is too long to be asked again
            return Question("source")
        return self.card.question.turned(1, self.part.key if self.part else None, sources=True)

    def facts(self) -> Mapping[str, str]:
        """The versions of the facts that the page shows or sums up, by key."""
        lines = [line for section in self.sections for line in section.lines]
        shown = chain((line.fact for line in lines), *(line.rests_on for line in lines))
        return {fact.key: fact.version for fact in shown if fact}


def pages(card: Card, sources: Mapping[str, SourceRecord], words: Words) -> tuple[Page, ...]:
    """The pages of a card; at least one."""
    cut = CutCard(card, words)
    return tuple(cut.page(index, cut.screens, sources) for index in range(len(cut.screens)))


def page(card: Card, sources: Mapping[str, SourceRecord], words: Words) -> Page:
    """The page that the card's question asks for, or the last one before it.

    A question without a part counts the pages of the whole card: older buttons ask that way.
    """
    question, cut = card.question, CutCard(card, words)
    if question.part is None:
        begun = list(islice(cut.overview(), question.page + 1))  # with its neighbours
        if len(begun) >= question.page:
            return cut.page(question.page - 1, begun, sources)
    screens = cut.screens
    asked = range(len(screens))
    if question.part:
        of_part = [i for i in asked if (part := screens[i].part) and part.key == question.part]
        asked = of_part or asked[:1]
    return cut.page(asked[min(question.page, len(asked)) - 1], screens, sources)


@dataclass(frozen=True)
class CutCard:
    """A card that is cut into what its pages show, as far as that is asked for."""

    card: Card
    words: Words

    def overview(self) -> Iterator[_Screen]:
        """What each page of the overview shows."""
        card = self.card
        if card.one_page:
            yield _Screen(None, next(_cut(card, card.sections, limits.ONLY_PAGE)))
            return
        limit = limits.ONLY_PAGE if card.question.sources else None
        yield from (_Screen(None, sections) for sections in _cut(card, card.sections, limit))

    @cached_property
    def screens(self) -> Sequence[_Screen]:
        """The overview, then the parts; parts with more than their pages hold say how much more."""
        screens = list(self.overview())
        if self.card.one_page:
            return screens
        spare = limits.MOST_PAGES - len(screens) - len(self.card.parts)
        for part in self.card.parts:
            cut = _cut(self.card, part.sections, limits.ONLY_PAGE)
            shown = [_Screen(part, page) for page in islice(cut, 1 + max(0, spare))]
            spare -= len(shown) - 1
            if left_out := part.lines - sum(screen.lines for screen in shown):
                line = Line(self.words.count("page.left-out", left_out))
                more = Section((line,), listed=False, small=True)
                shown[-1] = replace(shown[-1], sections=(*shown[-1].sections, more))
            screens += shown
        return screens

    @cached_property
    def _numbers(self) -> Mapping[str, int]:
        return number_sources(self.card.all_sections())

    def page(
        self, index: int, screens: Sequence[_Screen], sources: Mapping[str, SourceRecord]
    ) -> Page:
        """One of its pages, given what that and its neighbours show."""
        screen, picture = screens[index], self.card.picture
        sections = _marked(screen.sections, self.card.mark) if self.card.mark else screen.sections
        if picture:
            picture = None if index else picture.numbered(self._numbers)
        return Page(
            cut=self,
            part=screen.part,
            number=index + 1,
            sections=sections,
            numbers=self._numbers,
            sources=cited_sources(pictured(sections, picture), self._numbers, sources),
            turns=tuple(_turns(self.card, screens, index, self.words)),
            picture=picture,
        )


def _marked(sections: Iterable[Section], mark: Callable[[Line], Line]) -> tuple[Section, ...]:
    return tuple(replace(each, lines=tuple(map(mark, each.lines))) for each in sections)


def pictured(sections: tuple[Section, ...], picture: Picture | None) -> tuple[Section, ...]:
    """The sections of a page, and what its picture shows."""
    return (*sections, Section(picture.lines)) if picture else sections


def number_sources(sections: Iterable[Section]) -> Mapping[str, int]:
    """The numbers of the cited sources, in order of first mention."""
    cited = dict.fromkeys(chain.from_iterable(section.sources() for section in sections))
    return {source: number for number, source in enumerate(cited, 1)}


def cited_sources(
    sections: Iterable[Section], numbers: Mapping[str, int], sources: Mapping[str, SourceRecord]
) -> tuple[CitedSource, ...]:
    """The sources that the sections cite, by number."""
    cited: dict[str, set[int]] = {}
    for cite in all_cites(sections):
        cited.setdefault(cite.source, set()).add(cite.paragraph)
    return tuple(
        CitedSource(numbers[source], sources[source], tuple(sorted(cited[source])))
        for source in sorted(cited, key=numbers.__getitem__)
    )


# ---- Screens ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Screen:
    """What one page shows: sections of the overview, or of a part."""

    part: Part | None
    sections: tuple[Section, ...]

    @property
    def lines(self) -> int:
        return sum(len(section.lines) for section in self.sections)


def _turns(card: Card, screens: Sequence[_Screen], index: int, words: Words) -> Iterator[Action]:
    """Buttons to the overview and the parts, and to the neighbouring pages of the same part."""
    here = screens[index].part
    if card.question.sources:
        yield Action(words("sources.back"), card.question.turned(1, card.question.part))
    if here:
        yield Action(words("page.overview"), card.question.turned(1))
    for part in card.parts:
        if part is not here:
            label = words("page.part", part=part.label, number=part.lines)
            yield Action(label, card.question.turned(1, part.key))
    first = next(i for i, screen in enumerate(screens) if screen.part is here)
    here_key = here.key if here else card.question.part
    for place in (index - 1, index + 1):
        if 0 <= place < len(screens) and screens[place].part is here:
            what = _place(card, screens, first, place, words)
            label = words("page.previous" if place < index else "page.next", what=what)
            sources = card.question.sources
            yield Action(label, card.question.turned(place - first + 1, here_key, sources))


def _place(card: Card, screens: Sequence[_Screen], first: int, place: int, words: Words) -> str:
    """What comes on a neighbouring page: its first heading, or the numbers of its lines."""
    own = screens[first].part
    group = [screen for screen in screens[first:] if screen.part is own]
    heading = screens[place].sections[0].heading
    if heading and not own:
        return heading
    before = sum(screen.lines for screen in group[: place - first])
    of_own = group if own else [_Screen(None, card.sections)]  # an overview is cut as it is read
    total = sum(screen.lines for screen in of_own)
    last = before + screens[place].lines
    return words("page.lines", first=before + 1, last=last, total=total)


# ---- Cutting ---------------------------------------------------------------------------------


def _cut(
    card: Card, sections: Iterable[Section], limit: int | None = None
) -> Iterator[tuple[Section, ...]]:
    """The sections, page by page; at least one page.

    Without a limit, the first page is what a phone shows, and the further ones are longer.
    """
    page: list[tuple[Section, Line]] = []
    first = limits.FIRST_PAGE - (limits.PICTURE if card.picture else 0)
    used, most = len(card.title) + len(card.subtitle or ""), limit or first
    chunks = (_chunks(section) for section in sections if section.lines)
    for section, lines, needed in chain.from_iterable(chunks):
        if not page or page[-1][0] is not section:
            needed += len(section.heading or "")
        if page and used + needed > most:
            yield tuple(_sections(page))
            page, used, most = [], len(card.title), limit or limits.FURTHER_PAGE
        page += [(section, line) for line in lines]
        used += needed
    yield tuple(_sections(page))


class _Chunk(NamedTuple):
    """What must stay together, and the characters that it takes: each is measured once."""

    section: Section
    lines: Sequence[Line]
    size: int


def _chunks(section: Section) -> Iterator[_Chunk]:
    """The lines of a whole section as one chunk, or each line by itself."""
    if section.whole:
        lines = tuple(section.lines)
        yield _Chunk(section, lines, sum(map(size, lines)))
    else:
        yield from (_Chunk(section, (line,), size(line)) for line in section.lines)


def _sections(lines: list[tuple[Section, Line]]) -> Iterator[Section]:
    """The lines of one page, in their sections again."""
    for _, group in groupby(lines, key=lambda pair: id(pair[0])):
        pairs = list(group)
        yield replace(pairs[0][0], lines=tuple(line for _, line in pairs))
