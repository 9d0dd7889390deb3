"""The rules of the lint on links between events: each names another, and none runs in a circle."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from bot.documents import Fault, Location
from bot.facts.dates import parse_date
from bot.facts.lint_context import LintContext
from bot.facts.model import Event

Link = tuple[Location, str]
"""Another event that an event names, and where in its file."""


def links(context: LintContext) -> Iterator[Fault]:
    """Every event that another names exists."""
    for event in context.base.events.values():
        for at, other in (*_earlier(event), *_later(event), *_whole(event)):
            if context.unknown(other, context.base.events) or other == event.id:
                what = f"no other event has the id `{other}`; add its file or correct the id"
                yield context.fault(event.id, at, what)


def order(context: LintContext) -> Iterator[Fault]:
    """What came before what agrees with the dates, and runs in no circle; no more do parts."""
    events = context.base.events
    after = _graph(context)
    parts = {event.id: {other for _, other in _whole(event)} for event in events.values()}
    for event in events.values():
        for at, other in _earlier(event):
            yield from _faults(context, event.id, at, after, (other, event.id))
        for at, other in _later(event):
            yield from _faults(context, event.id, at, after, (event.id, other))
        for at, other in _whole(event):
            if _leads_to(parts, other, event.id):
                yield _circle(context, event.id, at, other)


def _earlier(event: Event) -> Iterator[Link]:
    if event.when.after:
        yield ("when", "after"), event.when.after


def _later(event: Event) -> Iterator[Link]:
    if event.when.before:
        yield ("when", "before"), event.when.before
    yield from ((("led_to", index), other) for index, other in enumerate(event.led_to))


def _whole(event: Event) -> Iterator[Link]:
    if event.part_of:
        yield ("part_of",), event.part_of


def _graph(context: LintContext) -> Mapping[str, set[str]]:
    """For each event, those that came after it according to either of the two."""
    after: defaultdict[str, set[str]] = defaultdict(set)
    for event in context.base.events.values():
        for _, earlier in _earlier(event):
            after[earlier].add(event.id)
        after[event.id] |= {later for _, later in _later(event)}
    return after


def _faults(
    context: LintContext,
    thing: str,
    at: Location,
    after: Mapping[str, set[str]],
    pair: tuple[str, str],
) -> Iterator[Fault]:
    """What is wrong with a link in the file of a thing that puts one event before another."""
    events, (first, second) = context.base.events, pair
    other = second if thing == first else first
    if other not in events:
        return
    if _leads_to(after, second, first):
        yield _circle(context, thing, at, other)
    dates = [events[event].when.edtf for event in pair]
    if dates[0] and dates[1] and parse_date(dates[0]).first > parse_date(dates[1]).last:
        relation = "before" if thing == first else "after"
        what = f"{events[thing].when.edtf} is not {relation} `{other}` ({events[other].when.edtf})"
        yield context.fault(thing, at, what)


def _circle(context: LintContext, thing: str, at: Location, other: str) -> Fault:
    field = at[-1] if isinstance(at[-1], str) else at[-2]
    return context.fault(thing, at, f"`{field}: {other}` runs in a circle; drop one of the two")


def _leads_to(links: Mapping[str, set[str]], start: str, goal: str) -> bool:
    """Whether a chain of links leads from `start` to `goal`."""
    seen: set[str] = set()
    reached = [start]
    while reached:
        event = reached.pop()
        if event == goal:
            return True
        if event not in seen:
            seen.add(event)
            reached.extend(links.get(event, ()))
    return False
