"""Which events a briefing is on: its own, what led to them, came just before, and followed.

They are found by the links between events that the base has. Few links are followed: the causes of
causes soon belong to another subject.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from bot.facts.model import Event

Role = Literal["own", "whole", "led", "turn", "before", "followed", "beside"]
"""Part of the subject, what the subject is a part of, a cause of it or of a later turn that it
took, just before it, after it, or at a time that nothing relates to it."""

_MOST_STEPS = 2  # links to what led to an event or followed; other subjects have events enough

SubjectKind = Literal["event", "topic", "actor", "period"]
"""What a briefing is about."""

Graph = Mapping[str, Iterable[str]]


@dataclass(frozen=True)
class Place:
    """The role of an event in a briefing, and how many links it is away from the subject."""

    role: Role
    steps: int = 0


def places(
    events: Mapping[str, Event], own: Sequence[str], kind: SubjectKind, late: Collection[str] = ()
) -> dict[str, Place]:
    """The place of each event within the scope; `own` are those of its subject.

    `events` and `own` are in order of time. An actor's has only what the actor took part in.
    What only `late` events, which may miss the period, led to is not in it.
    """
    links, found = _links(events), {event_id: Place("own") for event_id in own}
    if kind == "event":
        _add(found, "whole", _reached(found, links.whole))
    if kind != "actor":
        _add(found, "own", _reached(found, links.parts))
    core = tuple(event_id for event_id in found if event_id not in late)
    match kind:
        case "event":
            _add(found, "led", _reached(core, links.causes, _MOST_STEPS))
            before = _akin(events, core, _reached(core, links.earlier))
            _add(found, "before", before)
            _add(found, "before", _reached(before, links.causes), further=1)
            _add(found, "followed", _akin(events, core, _reached(core, links.later)))
            _add(found, "followed", _reached(core, links.effects, _MOST_STEPS))
        case "topic":  # what led to its first event led to it, what led to others is a turn of it
            _add(found, "led", _reached(own[:1], links.causes))
            _add(found, "turn", _reached(core, links.causes))
            effects = _reached(core, links.effects)
            _add(found, "turn", _earlier(events, own, effects))
            _add(found, "followed", effects)
        case "period":
            _add(found, "led", _reached(core, links.causes))
            _add(found, "followed", _reached(core, links.effects))
        case "actor":
            pass
    return found


@dataclass(frozen=True)
class _Links:
    """The links between events in both directions, each from an event to others."""

    causes: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    effects: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    earlier: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    later: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    whole: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    parts: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


def _links(events: Mapping[str, Event]) -> _Links:
    links = _Links()
    for event in events.values():
        for effect in event.led_to:
            links.effects[event.id].add(effect)
            links.causes[effect].add(event.id)
        for one, other in ((event.when.after, event.id), (event.id, event.when.before)):
            if one and other:
                links.later[one].add(other)
                links.earlier[other].add(one)
        if event.part_of:
            links.whole[event.id].add(event.part_of)
            links.parts[event.part_of].add(event.id)
    return links


def _reached(start: Iterable[str], graph: Graph, most: int = 1) -> dict[str, int]:
    """What up to `most` links lead to from some events, each with the number of links."""
    found: dict[str, int] = {}
    reached = dict.fromkeys(start)
    for step in range(1, most + 1):
        nearest = (other for event_id in reached for other in sorted(graph.get(event_id, ())))
        reached = {other: None for other in nearest if other not in found}
        found.update(dict.fromkeys(reached, step))
    return found


def _earlier(
    events: Mapping[str, Event], own: Sequence[str], reached: Mapping[str, int]
) -> dict[str, int]:
    """Of some events, those that came before the last of a subject's own."""
    times = {event_id: time for time, event_id in enumerate(events)}
    last = times[own[-1]] if own else 0
    return {other: steps for other, steps in reached.items() if times[other] < last}


def _akin(
    events: Mapping[str, Event], core: Iterable[str], reached: Mapping[str, int]
) -> dict[str, int]:
    """Of the events just before or after others, those with a topic or an actor of theirs.

    The rest only bound a date.
    """
    own = set[str]().union(*(_touched(events[event_id]) for event_id in core))
    return {other: steps for other, steps in reached.items() if own & _touched(events[other])}


def _touched(event: Event) -> set[str]:
    return {*event.topics, *(part.actor for part in event.who)}


def _add(found: dict[str, Place], role: Role, reached: Mapping[str, int], further: int = 0) -> None:
    """Give a role to the events that have none yet; they are `further` links away."""
    for event_id, steps in reached.items():
        found.setdefault(event_id, Place(role, steps + further))
