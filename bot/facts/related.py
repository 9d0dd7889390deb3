"""Which events are most closely related: by facts about both, by order, by shared topics."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import combinations

from bot.facts.load import Base

_MOST = 10  # as many as a reader looks through
_FACT, _NEIGHBOUR, _TOPIC = 6, 4, 1  # the weight of each link


def related_events(base: Base) -> dict[str, tuple[str, ...]]:
    """For each event, the most closely related events, closest first."""
    weights: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for one, other, weight in _links(base):
        if one != other and one in base.events and other in base.events:
            weights[one][other] += weight
            weights[other][one] += weight
    return {event_id: _heaviest(weights[event_id]) for event_id in base.events}


def _heaviest(weights: Counter[str]) -> tuple[str, ...]:
    by_weight = sorted(weights.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(event_id for event_id, _ in by_weight[:_MOST])


def _links(base: Base) -> Iterator[tuple[str, str, int]]:
    """Pairs of ids with the weight of their link; some ids are not of events."""
    for owner, _, fact in base.facts():
        yield from ((owner, about, _FACT) for about in fact.about)
    by_topic: defaultdict[str, list[str]] = defaultdict(list)
    for event in base.events.values():
        for neighbour in (event.when.after, event.when.before, event.part_of, *event.led_to):
            if neighbour:
                yield event.id, neighbour, _NEIGHBOUR
        for topic in event.topics:
            by_topic[topic].append(event.id)
    for members in by_topic.values():
        yield from ((one, other, _TOPIC) for one, other in combinations(members, 2))
