"""Which events are most closely related: by facts about both, by order, by shared topics."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, islice

from bot.facts.load import Base
from bot.facts.model import Event

_MOST = 10  # as many as a reader looks through
_FACT, _NEIGHBOUR, _TOPIC = 6, 4, 1  # the weight of each link


def related_events(base: Base) -> dict[str, tuple[str, ...]]:
    """For each event, the most closely related events, closest first."""
    weights: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for one, other, weight in _links(base):
        if one != other and one in base.events and other in base.events:
            weights[one][other] += weight
            weights[other][one] += weight
    by_topic = _members(base)
    return {
        event.id: _heaviest(weights[event.id] + _sharing(event, by_topic, weights[event.id]))
        for event in base.events.values()
    }


def _heaviest(weights: Counter[str]) -> tuple[str, ...]:
    by_weight = sorted(weights.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(event_id for event_id, _ in by_weight[:_MOST])


def _links(base: Base) -> Iterator[tuple[str, str, int]]:
    """Pairs of ids with the weight of their link; some ids are not of events."""
    for owner, _, fact in base.facts():
        yield from ((owner, about, _FACT) for about in fact.about)
    for event in base.events.values():
        for neighbour in (event.when.after, event.when.before, event.part_of, *event.led_to):
            if neighbour:
                yield event.id, neighbour, _NEIGHBOUR


def _members(base: Base) -> Mapping[str, dict[str, None]]:
    """The events of each topic, in order of their ids."""
    by_topic: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for event_id in sorted(base.events):
        for topic in base.events[event_id].topics:
            by_topic[topic][event_id] = None
    return by_topic


def _sharing(
    event: Event, by_topic: Mapping[str, dict[str, None]], linked: Mapping[str, int]
) -> Counter[str]:
    """The weight of shared topics, for the events that may be among the closest.

    These are the linked ones, those that share several topics and, of each topic, the first of the
    others: a topic may have thousands.
    """
    topics: Sequence[str] = tuple(dict.fromkeys(event.topics))
    near = {*linked, event.id}
    for one, other in combinations(topics, 2):
        near |= by_topic[one].keys() & by_topic[other].keys()
    for topic in topics:
        near.update(list(islice((e for e in by_topic[topic] if e not in near), _MOST)))
    near.discard(event.id)
    shared = {e: sum(e in by_topic[topic] for topic in topics) * _TOPIC for e in near}
    return Counter({event_id: weight for event_id, weight in shared.items() if weight})
