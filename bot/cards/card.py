"""The card: an answer as a renderer-neutral message, and the questions that lead on from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from bot.facts.model import Citation
from bot.facts.records import FactRecord


@dataclass(frozen=True)
class Question:
    """What somebody asks: a command, its options as typed or chosen, and the page to show."""

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
    """One statement with what it rests on.

    `label` says what kind of statement it is (`Plan`) or what it tells (`When`), `lead` is the date
    that it belongs to, and `notes` are lines that qualify it: cautions, rival wordings. `matches`
    are the places in the text, from and up to, that a search found. `fact` is the one that the
    line tells.
    """

    text: str
    cites: tuple[Citation, ...] = ()
    label: str | None = None
    lead: str | None = None
    notes: tuple[Line, ...] = ()
    matches: tuple[tuple[int, int], ...] = ()
    fact: FactRecord | None = None

    def parts(self) -> Iterator[tuple[str, bool]]:
        """The text in pieces, each with whether it is one of the matches."""
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
    """An answer. `found` is false where the question could not be answered as it was put.

    `choices` are what the asker may have meant; `actions` are where one may go on from here. A card
    of one page shows what that page holds, as its question is too long for a button to ask again.
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

    def citations(self) -> tuple[Citation, ...]:
        """Every paragraph that the card rests on, in order of first mention."""
        lines = (line for section in self.sections for line in section.lines)
        return tuple(dict.fromkeys(_bare(cite) for line in lines for cite in line.all_cites()))


def _bare(cite: Citation) -> Citation:
    """The citation alone: an account is one, too, and carries a wording besides."""
    return (
        cite if type(cite) is Citation else Citation(source=cite.source, paragraph=cite.paragraph)
    )
