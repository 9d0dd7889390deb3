"""The fact model: what a curator writes in `facts/` and `seeds/`, as frozen values.

The models also give the JSON Schemas that editors complete from, so each field's description is
written for the curator.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.facts.fields import Address, Asks, Edtf, FactKey, Id, Label, Language, Names, Summary, Text

ThingKind = Literal["event", "actor", "topic", "source"]
EventKind = Literal[
    "summit", "talks", "visit", "agreement", "announcement", "measure", "ruling", "statement",
    "test", "exercise", "incident", "conflict", "institution", "appointment",
    "anniversary",
]  # fmt: skip
ActorKind = Literal["person", "office", "body", "state", "group"]
FactKind = Literal[
    "event", "agreement", "role", "position", "figure", "background", "plan", "proposal", "opinion",
]  # fmt: skip
Basis = Literal["stated", "inferred", "undated"]
SourceKind = Literal["news", "analysis", "aggregator"]

CLAIMS: tuple[FactKind, ...] = ("position", "plan", "proposal", "opinion")
"""Kinds of fact that are claims, and therefore name who makes them."""

ESSENTIAL: tuple[FactKind, ...] = ("event", "agreement")
"""Kinds of fact that say what happened."""


_NOT_KEPT = set[str]()


class Frozen(BaseModel):
    """A value: it cannot change, and a field that is not named here is a fault."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, defer_build=True)

    def model_post_init(self, context: object, /) -> None:
        """Drop the names of the fields that were given: they take a third of a base's memory."""
        object.__setattr__(self, "__pydantic_fields_set__", _NOT_KEPT)


class Citation(Frozen):
    """Where a statement is found: an article and one of its paragraphs, counted from 1."""

    source: Id
    paragraph: Annotated[int, Field(ge=1)]


class Account(Citation):
    """How one source words what another words differently."""

    says: Text


class Wording(Frozen):
    """An earlier wording of a fact, kept so that a correction can quote it."""

    date: date
    said: Text
    why: Text


class Withdrawal(Frozen):
    """When and why a fact was withdrawn."""

    date: date
    why: Text


Cites = Annotated[tuple[Citation, ...], Field(min_length=1)]


class Lead(Frozen):
    """What a reader who reads nothing else should know of a thing."""

    says: Summary
    cites: Cites


class Fact(Frozen):
    """One statement, in our own words, supported by the cited paragraphs."""

    id: Id
    says: Text = Field(description="one or two sentences that stand on their own")
    kind: FactKind
    about: tuple[Id, ...] = Field((), description="further actors, topics and events it bears on")
    by: Id | None = Field(None, description="who claims it: an actor, or the source itself")
    cites: Cites
    inferred: Text | None = Field(
        None, description="how the texts give it, where no paragraph says it outright"
    )
    caution: Text | None = Field(None, description="shown: what must not be concluded from it")
    hearsay: bool = Field(
        False, description="open: people easily assume it, and no article says it"
    )
    accounts: tuple[Account, ...] = Field((), description="how the sources word it differently")
    added: date
    asks: Asks
    was: tuple[Wording, ...] = Field((), description="earlier wordings, oldest first")
    withdrawn: Withdrawal | None = Field(None, description="set it instead of deleting the fact")


class When(Frozen):
    """A date with the precision that the sources allow, and how it is known."""

    edtf: Edtf | None = Field(None, description="EDTF, such as 2023-03-16, 2023-04 or 2019-21")
    basis: Basis = Field(description="stated: a text prints it; inferred: see why; undated")
    why: Text | None = Field(None, description="how the texts together give an inferred date")
    words: dict[Language, Label] | None = Field(
        None, description="wording that says it better than the date: {en: a Monday in April 2023}"
    )
    after: Id | None = Field(None, description="the event that this one came after")
    before: Id | None = Field(None, description="the event that this one came before")

    @model_validator(mode="after")
    def _consistent(self) -> When:
        if (self.basis == "undated") != (self.edtf is None):
            raise ValueError("an `edtf` goes with basis stated or inferred; undated has none")
        if (self.basis == "inferred") != (self.why is not None):
            raise ValueError("`why` goes with basis inferred: how the texts give the date")
        return self


class Participant(Frozen):
    """An actor's part in an event."""

    actor: Id
    part: Label | None = Field(None, alias="as", description="host, delegate, ...")


class Thing(Frozen):
    """What people ask for by name, with every form of it that they type."""

    id: Id
    also: tuple[Label, ...] = Field(
        (), description="other spellings, abbreviations and nicknames, in any script"
    )
    names: Names = Field(
        default_factory=dict[Language, tuple[Label, ...]],
        description="in other languages, the usual one first",
    )
    disambiguate: Label | None = Field(
        None, description="shown beside the name where two things share one"
    )


class Subject(Thing):
    """What facts are about: an event, an actor or a topic."""

    lead: Lead | None = Field(
        None, description="one or two sentences for a reader who reads nothing else"
    )
    order: tuple[FactKey, ...] = Field(
        (), description="the facts about it to show first, where age is a bad order: owner/fact"
    )
    briefing: tuple[FactKey, ...] = Field(
        (), description="the facts that a briefing on it tells, the most telling first: owner/fact"
    )


class Event(Subject):
    """Anything with a date of its own, however small."""

    title: Label
    kind: EventKind
    status: Literal["reported", "planned"] = Field(
        "reported", description="planned: announced, and no source says whether it took place"
    )
    when: When
    where: Label | None = None
    who: tuple[Participant, ...] = ()
    topics: tuple[Id, ...] = ()
    led_to: tuple[Id, ...] = Field((), description="later events that it brought about")
    part_of: Id | None = Field(None, description="the event that it was a part of")
    cites: Cites = Field(description="the paragraphs that give its title, date, place and people")
    asks: Asks
    facts: tuple[Fact, ...] = ()

    @property
    def label(self) -> str:
        """What it is called in the base's own language."""
        return self.title

    @property
    def lies_ahead(self) -> bool:
        """Whether it lay ahead of the articles: what was planned, and anniversaries."""
        return self.status == "planned" or self.kind == "anniversary"


class Role(Frozen):
    """An office held by an actor, according to the articles."""

    title: Label
    of: Id | None = Field(None, description="the actor that the office belongs to")
    cites: Cites


class Actor(Subject):
    """A person, office, body, state or group."""

    name: Label
    kind: ActorKind
    roles: tuple[Role, ...] = ()
    asks: Asks
    facts: tuple[Fact, ...] = ()

    @property
    def label(self) -> str:
        """What it is called in the base's own language."""
        return self.name


class Topic(Subject):
    """A subject that runs through several events."""

    title: Label
    facts: tuple[Fact, ...] = Field((), description="what it is")
    stands: tuple[Fact, ...] = Field((), description="where it stands as of the articles")
    open: tuple[Fact, ...] = Field((), description="what the articles do not establish")

    @property
    def label(self) -> str:
        """What it is called in the base's own language."""
        return self.title


class Furniture(Frozen):
    """Paragraphs of a copy that are no content: menus, forms, repeated headings."""

    first: Annotated[int, Field(ge=1)]
    last: Annotated[int, Field(ge=1)]
    why: Text


class Source(Thing):
    """What we keep of an article: who published it, and a fingerprint; never its text."""

    title: Text
    author: Label | None = Field(None, description="as the copy shows it")
    publisher: Label | None = Field(None, description="as the copy shows it")
    date: Edtf | None = Field(None, description="as the copy shows it")
    url: Address | None = Field(None, description="where the article can be read")
    archive_url: Address | None = Field(None, description="an archived copy of the article")
    short: Label | None = Field(
        None, description="the title in short, shown where the copy names no publisher"
    )
    kind: SourceKind
    quality: Text = Field(description="what the copy is like, and what it leaves out")
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    paragraphs: Annotated[int, Field(ge=1)]
    furniture: tuple[Furniture, ...] = ()
    asks: Asks

    @property
    def label(self) -> str:
        """What it is called in the base's own language."""
        return self.title


class BaseInfo(Frozen):
    """`base.yaml`: what the base is about, and in which language its facts are said."""

    title: Label
    about: Text
    language: Language
    published: date | None = Field(
        default=None,
        description="the day of its first release; from then on a changed wording is kept in `was`",
    )
    asks: dict[Language, Annotated[int, Field(ge=1)]] = Field(
        default_factory=dict[Language, int],
        description="the least number of `asks` of each answer, by language: {en: 3, ko: 2, ja: 2}",
    )
    synonyms: tuple[Annotated[tuple[Label, ...], Field(min_length=2)], ...] = Field(
        default=(),
        description="words of one meaning, in any language; who asks for one finds them all",
    )


FACT_KINDS: tuple[FactKind, ...] = get_args(FactKind)
EVENT_KINDS: tuple[EventKind, ...] = get_args(EventKind)
ACTOR_KINDS: tuple[ActorKind, ...] = get_args(ActorKind)
