"""Answerable units: what a question in plain words can be answered with.

A unit is a fact; an event's head, that is its date, place and people; an actor with its roles; or
an article's record. Its key says which: `tokyo-summit/mend`, `h:tokyo-summit`, `r:takeo-akiba`,
`s:boost-ties`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.documents import Location
from bot.facts.load import Base, Named
from bot.facts.model import Actor, Asks, Event, Fact, Topic

HEAD, ROLES, RECORD = "h:", "r:", "s:"
"""How the keys of an event's head, an actor's roles and an article's record begin."""


@dataclass(frozen=True, slots=True)
class Unit:
    """An answerable unit, and the location of its `asks` in the file of its owner."""

    key: str
    owner: Named
    asks: Asks
    at: Location
    fact: Fact | None = None
    part: str | None = None
    """The list of its owner that has the fact."""


def units(base: Base) -> Iterator[Unit]:
    """Every answerable unit of a base; a withdrawn fact or an actor without roles is none."""
    things = {thing.id: thing for _, thing in base.things()}
    for thing in things.values():
        if not isinstance(thing, Topic) and not (isinstance(thing, Actor) and not thing.roles):
            yield Unit(_prefix(thing) + thing.id, thing, thing.asks, ("asks",))
    for owner, at, fact in base.facts():
        if not fact.withdrawn:
            part = str(at[0])
            yield Unit(f"{owner}/{fact.id}", things[owner], fact.asks, (*at, "asks"), fact, part)


def _prefix(thing: Named) -> str:
    if isinstance(thing, Event):
        return HEAD
    return ROLES if isinstance(thing, Actor) else RECORD
