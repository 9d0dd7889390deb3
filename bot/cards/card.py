"""The card: an answer as a message for any renderer, and the questions that lead on from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from bot.facts.model import Citation
from bot.facts.records import FactRecord

Tier = Literal["answer", "near", "none"]
"""An answer, the nearest that there is, or nothing."""


@dataclass(frozen=True)
class Question:
    """A question: a command, its options as typed or chosen, and the page to show."""

    command: str
    options: Mapping[str, str] = field(default_factory=dict[str, str])
    page: int = 1

    def with_option(self, name: str, value: str) -> Question:
        """The first page of the same question with one option set."""
        return replace(self, options={**self.options, name: value}, page=1)

    def turned(self, page: int) -> Question:
        """The same question, for another page of its answer."""
        return replace(self, page=page)


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
    actor's roles or an article's record (`h:tokyo-summit`) that it shows instead.
    """

    text: str
    cites: tuple[Citation, ...] = ()
    label: str | None = None
    opening: str | None = None
    notes: tuple[Line, ...] = ()
    matches: tuple[tuple[int, int], ...] = ()
    fact: FactRecord | None = None
    unit: str | None = None

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


@dataclass(frozen=True)
class Section:
    """Lines that belong together, under a heading or none; listed ones are set as a list.

    A whole section is kept on one page, however long that page becomes.
    """

    lines: tuple[Line, ...]
    heading: str | None = None
    listed: bool = True
    whole: bool = False


@dataclass(frozen=True)
class Card:
    """An answer. `found` is false if the question could not be answered as it was put.

    `choices` are what the asker may have meant; `actions` are questions to go on with. A card of
    one page shows only what that page holds, as its question is too long for a button to repeat.
    `tier` says how sure it is that the card answers, unless that follows from `found`. What nothing
    answers may be passed on to moderators: `unanswered` is the question as it was typed.
    """

    question: Question
    language: str
    title: str
    found: bool
    sections: tuple[Section, ...] = ()
    subtitle: str | None = None
    choices: tuple[Action, ...] = ()
    actions: tuple[Action, ...] = ()
    one_page: bool = False
    tier: Tier | None = None
    unanswered: str | None = None

    @property
    def certainty(self) -> Tier:
        """How sure it is that the card answers its question."""
        return self.tier or ("answer" if self.found else "near" if self.choices else "none")

    def keys(self) -> tuple[str, ...]:
        """The keys of what the card shows, in order: facts, heads, roles and records."""
        lines = (line.key for section in self.sections for line in section.lines)
        return tuple(dict.fromkeys(key for key in lines if key))

    def citations(self) -> tuple[Citation, ...]:
        """Every paragraph that the card is based on, once, in order of first mention."""
        return tuple(dict.fromkeys(map(_bare, all_cites(self.sections))))


def all_cites(sections: Iterable[Section]) -> Iterator[Citation]:
    """Every citation of the sections, in order of mention."""
    for section in sections:
        for line in section.lines:
            yield from line.all_cites()


def _bare(cite: Citation) -> Citation:
    """The citation alone; an account is one as well, and also carries a wording."""
    if type(cite) is Citation:
        return cite
    return Citation(source=cite.source, paragraph=cite.paragraph)
