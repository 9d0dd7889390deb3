"""A server counts as left, and is deleted later, only if Discord itself says that it is gone."""

from __future__ import annotations

from bot.state.digests import Schedule
from bot.state.notices import Notice
from tests.test_scheduler import DAY, HOUR, NOW, SERVER, World, state_url, world

__all__ = ["state_url", "world"]

OTHER = 2
KEPT = 30 * DAY


async def kept(world: World) -> set[int]:
    """The servers about which anything is stored."""
    return {schedule.server_id for schedule in await world.state.digests.all()}


async def left(world: World) -> frozenset[int]:
    """The servers that are known to be left."""
    await world.state.settings.load()
    return world.state.settings.left_before(world.time.now + DAY)


async def set_up_two(world: World) -> tuple[Schedule, Schedule]:
    """Digests of two servers, neither of which the gateway announces."""
    return await world.set_up(), await world.set_up(server_id=OTHER)


async def sleep_until_kept_long(world: World) -> None:
    """End the scheduler, and begin it again just before anything is old enough to be deleted."""
    await world.end()
    await world.time.until(NOW + KEPT)
    await world.begin()


async def test_a_server_that_is_merely_missing_keeps_everything(world: World) -> None:
    """It is unavailable, or another process has its shard."""
    await set_up_two(world)
    await world.begin()
    assert await left(world) == frozenset()
    await sleep_until_kept_long(world)
    await world.time.until(NOW + KEPT + 2 * DAY)
    assert await left(world) == frozenset()
    assert await kept(world) == {SERVER, OTHER}


async def test_one_that_is_missing_is_asked_about_once_an_hour(world: World) -> None:
    await set_up_two(world)
    world.membership.announced.add(OTHER)
    await world.begin()
    assert world.membership.asked == [SERVER]
    await world.time.until(NOW + 2.5 * HOUR)
    assert world.membership.asked == [SERVER] * 3


async def test_one_that_discord_does_not_know_was_left(world: World) -> None:
    await set_up_two(world)
    world.membership.gone.add(SERVER)
    await world.begin()
    assert await left(world) == {SERVER}
    await sleep_until_kept_long(world)
    assert await kept(world) == {SERVER, OTHER}
    await world.time.until(NOW + KEPT + 2 * DAY)
    assert await kept(world) == {OTHER}


async def test_discord_is_asked_again_before_anything_is_deleted(world: World) -> None:
    """The bot may have returned while nobody was listening."""
    await set_up_two(world)
    await world.state.settings.left([SERVER], NOW - KEPT - DAY)
    await world.begin()
    assert SERVER in world.membership.asked
    assert await kept(world) == {SERVER, OTHER}
    assert await left(world) == frozenset()


async def test_a_server_about_which_discord_does_not_answer_holds_up_nothing_else(
    world: World,
) -> None:
    await set_up_two(world)
    await world.state.settings.left([SERVER, OTHER], NOW - KEPT - DAY)
    await world.state.notices.add(Notice(SERVER, "digest", NOW - 100 * DAY, notice_id="old"))
    world.membership.unknown.add(SERVER)
    world.membership.gone.add(OTHER)
    await world.begin()
    assert await kept(world) == {SERVER}
    assert await world.state.notices.get("old") is None
    world.membership.unknown.clear()
    world.membership.gone.add(SERVER)
    await world.time.until(NOW + DAY + HOUR)
    assert await kept(world) == set()
