"""Stories: what the base has, as an editor would tell it, one thread at a time.

A digest takes one story a day. A story says nothing that the base does not have: it lists facts and
events in the order in which they are to be read, or retells facts so that they read as one text.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from bot.facts.fields import ID_FORM, Edtf, FactKey, Id, Label, Language, Summary
from bot.facts.model import Citation, Frozen, Lead

StoryKind = Literal["topic", "person", "disagreement", "open"]

Key = Annotated[str, Field(pattern=f"{ID_FORM[:-1]}(/{ID_FORM[1:-1]})?$")]
"""A fact as `owner/fact`, or an event by its id."""


class Retelling(Frozen):
    """A line in the story's own words: it rests on facts, and cites what they cite.

    A fact may say more than the line does; `cites` then keeps those of its citations that the line
    needs.
    """

    says: Summary
    rests_on: Annotated[tuple[FactKey, ...], Field(min_length=1)] = Field(
        description="the facts that it retells: owner/fact; what they are labelled, it is"
    )
    cites: tuple[Citation, ...] = Field(
        (), description="those of the facts' citations that carry this line; left out, it cites all"
    )
    weekly: bool = Field(False, description="whether a weekly digest alone has it")

    def cited(self, facts: Iterable[Iterable[Citation]]) -> tuple[Citation, ...]:
        """What it cites, where its facts cite this."""
        return self.cites or tuple(dict.fromkeys(chain.from_iterable(facts)))


def _form(line: object) -> str:
    return "key" if isinstance(line, str) else "retelling"


StoryLine = Annotated[
    Annotated[Key, Tag("key")] | Annotated[Retelling, Tag("retelling")], Discriminator(_form)
]


def is_weekly(line: StoryLine) -> bool:
    """Whether a line is for weekly digests alone."""
    return isinstance(line, Retelling) and line.weekly


def keys(lines: Iterable[StoryLine]) -> tuple[str, ...]:
    """The facts and events that lines tell of, in order."""
    listed = ((line,) if isinstance(line, str) else line.rests_on for line in lines)
    return tuple(chain.from_iterable(listed))


class Story(Frozen):
    """One thread of the base: a part of a topic, a person's part, a disagreement, what is open."""

    id: Id
    title: Label = Field(description="a headline in the past tense")
    titles: dict[Language, Label] = Field(
        default_factory=dict[Language, Label], description="the headline in other languages"
    )
    kind: StoryKind = Field(
        description="a topic's chapter, a person's part, where articles disagree, or what is open"
    )
    central: bool = Field(
        False, description="whether it is a main chapter, which readers should have early"
    )
    when: Edtf | None = Field(None, description="when it takes place, beside the headline")
    basis: Literal["stated", "inferred"] = Field(
        "stated", description="of `when`; a date that is inferred is marked beside the headline"
    )
    topics: Annotated[tuple[Id, ...], Field(min_length=1)] = Field(
        description="the topic it belongs to, then others whose readers want it"
    )
    opening: Lead = Field(description="what it is about, for a reader who knows nothing of it")
    tells: Annotated[tuple[StoryLine, ...], Field(min_length=1)] = Field(
        description="facts (owner/fact), events (id) and lines in its own words, in reading order"
    )
    after: tuple[Id, ...] = Field((), description="stories without which it is hard to follow")
    question: dict[Language, Label] = Field(
        description="what a reader may ask next, by language; a button asks it"
    )
    answer: FactKey = Field(description="the fact that answers the question: owner/fact")

    def lines(self, weekly: int = 0) -> tuple[StoryLine, ...]:
        """What a daily digest tells, and the first few of the weekly lines, in reading order."""
        extra = [line for line in self.tells if is_weekly(line)][weekly:]
        return tuple(line for line in self.tells if line not in extra)

    def headline(self, language: str) -> str:
        """The title in a language, or in the base's own."""
        return next((text for known, text in self.titles.items() if known == language), self.title)

    def next_question(self, language: str) -> str:
        """The question in a language, or else the first one given."""
        first = next(iter(self.question.values()))
        return next((text for known, text in self.question.items() if known == language), first)
