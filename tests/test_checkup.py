"""What would stop the next digests: told before nobody gets one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.delivery.checkup import Obstacle, obstacles
from bot.state.digests import DigestConfig
from bot.state.state import State
from tests.test_state import NOW, PLAIN, SERVER, TODAY, Open, open_state, state

__all__ = ["open_state", "state"]

MINUTE = timedelta(minutes=1)
TOPICS = frozenset({"ferry-line"})


async def found(
    state: State, config: DigestConfig = PLAIN, late: timedelta = timedelta()
) -> list[Obstacle]:
    """What stops a digest that was due now, so long after."""
    await state.digests.put(SERVER, config, NOW, TODAY)
    return await obstacles(state, TOPICS, NOW + late)


@pytest.mark.parametrize("late", [-MINUTE, timedelta(), 10 * MINUTE])
async def test_nothing_stops_a_digest_whose_time_comes(state: State, late: timedelta) -> None:
    assert await found(state, replace(PLAIN, topics=TOPICS), late) == []


async def test_a_digest_that_was_not_posted_in_time_is_overdue(state: State) -> None:
    overdue = Obstacle(SERVER, "overdue", "2026-11-22 09:00 UTC")
    assert await found(state, late=10 * MINUTE + timedelta(seconds=1)) == [overdue]


async def test_every_topic_that_the_base_does_not_know_is_told(state: State) -> None:
    config = replace(PLAIN, topics=frozenset({"tides", "ferry-line", "lorries"}))
    assert await found(state, config) == [
        Obstacle(SERVER, "topic", "lorries"),
        Obstacle(SERVER, "topic", "tides"),
    ]


async def test_a_zone_that_is_unknown_is_told(state: State) -> None:
    assert await found(state, replace(PLAIN, zone="Mars/Base")) == [
        Obstacle(SERVER, "zone", "Mars/Base")
    ]


async def test_a_pause_is_told_unless_a_moderator_asked_for_it(state: State) -> None:
    await state.digests.put(SERVER, PLAIN, NOW, TODAY)
    await state.digests.pause(SERVER, "moderator")
    assert await obstacles(state, TOPICS, NOW + 60 * MINUTE) == []
    await state.digests.pause(SERVER, "no-channel", NOW, NOW, TODAY)
    assert await obstacles(state, TOPICS, NOW + 60 * MINUTE) == [
        Obstacle(SERVER, "paused", "no-channel")
    ]


async def test_every_server_is_looked_at(state: State, open_state: Open) -> None:
    for server_id in (SERVER + 1, SERVER):
        await state.digests.put(server_id, replace(PLAIN, zone="Mars/Base"), NOW, TODAY)
    servers = [each.server_id for each in await obstacles(await open_state(), TOPICS, NOW)]
    assert servers == [SERVER, SERVER + 1]
