"""Finds what would stop the next digests, from the state and the base, without Discord."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bot.delivery.recurrence import UnknownZone, open_zone
from bot.state.digests import Schedule
from bot.state.state import State

_OVERDUE = timedelta(minutes=10)


@dataclass(frozen=True)
class Obstacle:
    """What stops a server's digest: a pause, an unknown zone or topic, or no process that posts.

    `detail` is the reason of the pause, the zone, the topic, or when the digest was due.
    """

    server_id: int
    kind: Literal["paused", "zone", "topic", "overdue"]
    detail: str


async def obstacles(state: State, topics: Set[str], now: datetime) -> list[Obstacle]:
    """Everything that stops a digest, but for pauses that a moderator asked for.

    `topics` are those of the base. Raises DatabaseUnavailable.
    """
    return [found for each in await state.digests.all() for found in _of(each, topics, now)]


def _of(schedule: Schedule, topics: Set[str], now: datetime) -> Iterator[Obstacle]:
    server_id, config = schedule.server_id, schedule.config
    try:
        open_zone(config.zone)
    except UnknownZone:
        yield Obstacle(server_id, "zone", config.zone)
    for topic in sorted(config.topics - topics):
        yield Obstacle(server_id, "topic", topic)
    if schedule.paused and schedule.paused != "moderator":
        yield Obstacle(server_id, "paused", schedule.paused)
    elif schedule.next_at and schedule.next_at < now - _OVERDUE:
        yield Obstacle(server_id, "overdue", f"{schedule.next_at:%Y-%m-%d %H:%M} UTC")
