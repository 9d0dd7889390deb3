"""What readers are shown of a base's facts, gathered when the base is built."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from bot.facts.fields import Language
from bot.facts.load import Base, Named
from bot.facts.model import CLAIMS, Event, Fact, When
from bot.facts.shown import ShownFact, ShownName, ShownSource


class ShownOwner(NamedTuple):
    """What all facts of a thing's file are shown with: its name, and an event's date and status."""

    name: ShownName
    when: When | None
    is_planned: bool


def shown_owner(owner: Named) -> ShownOwner:
    """What the facts of a thing are shown with."""
    if not isinstance(owner, Event):
        return ShownOwner(_name(owner), when=None, is_planned=False)
    when = owner.when.model_copy(update={"after": None, "before": None})
    return ShownOwner(_name(owner), when, is_planned=owner.status == "planned")


def shown_fact(base: Base, owner: ShownOwner, part: str, fact: Fact) -> ShownFact:
    """What is shown of a fact in a list of its owner's file."""
    actor = base.actors.get(fact.by or "")
    return ShownFact(
        says=fact.says,
        owner=owner.name,
        claim=fact.kind if fact.kind in CLAIMS and fact.by else None,
        speaker=_name(actor) if actor and fact.kind in CLAIMS else None,
        is_open=part == "open",
        when=owner.when,
        is_planned=owner.is_planned,
        sources=tuple(_sources(base, fact)),
        inferred=fact.inferred,
        caution=fact.caution,
        accounts=fact.accounts,
        withdrawn=fact.withdrawn,
    )


def _name(thing: Named) -> ShownName:
    usual: dict[Language, str] = {
        language: names[0] for language, names in thing.names.items() if names
    }
    return ShownName(label=thing.label, names=usual)


def _sources(base: Base, fact: Fact) -> Iterator[ShownSource]:
    cites = sorted({(cite.source, cite.paragraph) for cite in (*fact.cites, *fact.accounts)})
    for source_id, cited in groupby(cites, key=lambda cite: cite[0]):
        source = base.sources[source_id]
        yield ShownSource(
            title=source.title,
            short=source.short,
            author=source.author,
            publisher=source.publisher,
            date=source.date,
            paragraphs=tuple(paragraph for _, paragraph in cited),
        )
