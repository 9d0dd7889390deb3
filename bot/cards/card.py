"""The card: an answer as a message for any renderer, and the questions that lead on from it.

A card begins with an overview. The rest is in its parts, each behind a button.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Literal, Protocol, TypeVar, overload

from bot.facts.model import Citation
from bot.facts.records import FactRecord, ThingRecord
from bot.pictures.chart import Chart

ASK = "ask"
"""The command that answers a question in plain words."""

PartKey = Literal["known", "said", "took-part", "differ", "open"]

Tier = Literal["answer", "near", "none"]
"""An answer, the nearest that there is, or nothing."""


@dataclass(frozen=True)
class Question:
    """A question: a command, its options as typed or chosen, and what of the answer to show.

    Without a `part`, that is the overview. With `sources`, it is where that part comes from.
    """

    command: str
    options: Mapping[str, str] = field(default_factory=dict[str, str])
    page: int = 1
    part: PartKey | None = None
    sources: bool = False

    def with_option(self, name: str, value: str) -> Question:
        """The first page of the same question with one option set."""
        return Question(self.command, {**self.options, name: value})

    def turned(self, page: int, part: PartKey | None = None, sources: bool = False) -> Question:
        """The same question, for another page or part of its answer, or for its sources."""
        return replace(self, page=page, part=part, sources=sources)


@dataclass(frozen=True)
class Action:
    """A question that is offered as a button."""

    label: str
    question: Question


@dataclass(frozen=True)
class Line:
    """One statement and its citations.

    `opening` comes first: a date, or what the statement is about. `label` says what kind of
    statement it is (`Plan`) or which detail it gives (`When`). `notes` are lines that qualify it:
    cautions, rival wordings. `matches` are the spans of the text that a search found, each as start
    and end. `fact` is the fact that the line shows; `unit` is the key of an event's head, an
    actor's roles or an article's record (`h:tokyo-summit`) that it shows instead; `rests_on` are
    the facts that it sums up. `link` is the address that the text leads to.
    """

    text: str
    cites: tuple[Citation, ...] = ()
    label: str | None = None
    opening: str | None = None
    notes: tuple[Line, ...] = ()
    matches: tuple[tuple[int, int], ...] = ()
    fact: FactRecord | None = None
    unit: str | None = None
    rests_on: tuple[FactRecord, ...] = ()
    link: str | None = None

    @property
    def key(self) -> str | None:
        """The key of the fact, head, roles or record that the line shows."""
        return self.fact.key if self.fact else self.unit

    @property
    def length(self) -> int:
        """The characters of the text and its notes."""
        return len(self.text) + sum(note.length for note in self.notes)

    def parts(self) -> Iterator[tuple[str, bool]]:
        """The text in parts, each with whether it is one of the matches."""
        done = 0
        for start, end in self.matches:
            yield self.text[done:start], False
            yield self.text[start:end], True
            done = end
        yield self.text[done:], False

    def all_cites(self) -> Iterator[Citation]:
        """The line's citations and those of its notes."""
        yield from self.cites
        for note in self.notes:
            yield from note.all_cites()


class Cited(Protocol):
    """What a line states: it has every citation of the line and its notes, in their order."""

    @property
    def cites(self) -> tuple[Citation, ...]: ...
    @property
    def sources(self) -> Iterable[str]: ...


Stated = TypeVar("Stated", bound=Cited)


class ComposedLines(Sequence[Line]):
    """Lines that are composed when they are read: a page shows few of a long card's lines."""

    def __init__(self, compose: Callable[[Stated], Line], stated: Iterable[Stated]) -> None:
        known = tuple(stated)
        self._stated: Sequence[Cited] = known
        self._line: Callable[[int], Line] = lambda place: compose(known[place])

    @overload
    def __getitem__(self, place: int) -> Line: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Line, ...]: ...
    def __getitem__(self, place: int | slice) -> Line | tuple[Line, ...]:
        if isinstance(place, slice):
            return tuple(map(self._line, range(len(self))[place]))
        return self._line(place)

    def __iter__(self) -> Iterator[Line]:
        return map(self._line, range(len(self)))

    def __len__(self) -> int:
        return len(self._stated)

    def all_cites(self) -> Iterator[Citation]:
        """Every citation of the lines, without composing them."""
        return chain.from_iterable(each.cites for each in self._stated)

    def sources(self) -> Iterator[str]:
        """The sources of these citations."""
        return chain.from_iterable(each.sources for each in self._stated)


@dataclass(frozen=True)
class Section:
    """Lines that belong together, under a heading or none; listed ones are set as a list.

    A whole section is kept on one page, however long that page becomes. A small one is set in
    small print.
    """

    lines: Sequence[Line]
    heading: str | None = None
    listed: bool = True
    whole: bool = False
    small: bool = False

    def all_cites(self) -> Iterator[Citation]:
        """Every citation of its lines, in order of mention."""
        if isinstance(self.lines, ComposedLines):
            return self.lines.all_cites()
        return chain.from_iterable(line.all_cites() for line in self.lines)

    def sources(self) -> Iterator[str]:
        """The sources that its lines cite, in order of mention."""
        if isinstance(self.lines, ComposedLines):
            return self.lines.sources()
        return (cite.source for cite in self.all_cites())


@dataclass(frozen=True)
class Part:
    """What a card holds of one kind, the most important first, behind a button with its label."""

    key: PartKey
    label: str
    sections: tuple[Section, ...]

    @property
    def lines(self) -> int:
        """How many lines it has."""
        return sum(len(section.lines) for section in self.sections)


@dataclass(frozen=True)
class Picture:
    """A picture on a card's first page, which is drawn when the page is sent.

    `alt` says what it shows, in the reader's language; `lines` are its statements, cited.
    """

    alt: str
    chart: Chart
    lines: Sequence[Line]

    def numbered(self, numbers: Mapping[str, int]) -> Picture:
        """The picture with the numbers that its card gives to sources."""
        return replace(self, chart=replace(self.chart, numbers=tuple(numbers.items())))


@dataclass(frozen=True)
class Card:
    """An answer. `found` is false if the question could not be answered as it was put.

    `sections` are its overview. `choices` are what the asker may have meant; `actions` are
    questions to go on with, and `related` the things that they may want to know of as well. A card
    of one page shows only what that page holds, as its question is too long for a button to repeat.
    `tier` says how sure it is that the card answers, unless that follows from `found`. What nothing
    answers may be passed on to moderators: `unanswered` is the question as it was typed. `mark`
    marks what was searched for in a line; only lines of the page that is shown are marked.
    """

    question: Question
    language: str
    title: str
    found: bool
    sections: tuple[Section, ...] = ()
    subtitle: str | None = None
    picture: Picture | None = None
    parts: tuple[Part, ...] = ()
    choices: tuple[Action, ...] = ()
    actions: tuple[Action, ...] = ()
    related: tuple[ThingRecord, ...] = ()
    one_page: bool = False
    tier: Tier | None = None
    unanswered: str | None = None
    mark: Callable[[Line], Line] | None = None

    @property
    def certainty(self) -> Tier:
        """How sure it is that the card answers its question."""
        return self.tier or ("answer" if self.found else "near" if self.choices else "none")

    def unit_keys(self) -> tuple[str, ...]:
        """The keys of what the card shows, in order: facts, heads, roles and records."""
        lines = (line.key for section in self.all_sections() for line in section.lines)
        return tuple(dict.fromkeys(key for key in lines if key))

    def all_sections(self) -> tuple[Section, ...]:
        """The sections of the overview, those of each part, and what the picture shows."""
        shown = (Section(self.picture.lines),) if self.picture else ()
        return (*self.sections, *chain.from_iterable(p.sections for p in self.parts), *shown)

    def citations(self) -> tuple[Citation, ...]:
        """Every paragraph that the card is based on, once, in order of first mention."""
        return tuple(dict.fromkeys(map(bare_cite, all_cites(self.all_sections()))))


def all_cites(sections: Iterable[Section]) -> Iterator[Citation]:
    """Every citation of the sections, in order of mention."""
    return chain.from_iterable(section.all_cites() for section in sections)


def bare_cite(cite: Citation) -> Citation:
    """The citation alone; an account is one as well, and also carries a wording."""
    if type(cite) is Citation:
        return cite
    return Citation(source=cite.source, paragraph=cite.paragraph)
