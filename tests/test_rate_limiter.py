"""The pace of sending: processes share turns, a hold counts for all, nobody saves turns up."""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from datetime import datetime, timedelta

import pytest

from bot.delivery.rate_limiter import SPACING, RateLimiter, jitter
from bot.state.database import Database
from bot.state.rate_limit import RateLimit
from tests.test_scheduler import HOUR, MINUTE, NOW, World, state_url, world

__all__ = ["state_url", "world"]

BLOCK = 12


class Counted(RateLimit):
    """The real limit; it notes how many requests are reserved at a time."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.asked: list[int] = []

    async def reserve(self, count: int, spacing: timedelta, now: datetime) -> datetime:
        """Reserve requests, and note how many."""
        self.asked.append(count)
        return await super().reserve(count, spacing, now)


async def limiter(world: World) -> RateLimiter:
    """The rate limiter of one more process."""
    return RateLimiter((await world.open_state()).rate_limit, world.time.clock)


async def send(world: World, number: int, *limiters: RateLimiter) -> list[tuple[datetime, int]]:
    """Send so many requests from each process; when each was sent, and by which."""
    sent: list[tuple[datetime, int]] = []

    async def send_one(process: int) -> None:
        await limiters[process].acquire()
        sent.append((world.time.now, process))

    processes = [process for _ in range(number) for process in range(len(limiters))]
    tasks = [asyncio.create_task(send_one(process)) for process in processes]
    await world.time.until(world.time.now + 2 * MINUTE)
    await asyncio.gather(*tasks)
    return sent


async def test_requests_of_all_processes_are_evenly_spaced(world: World) -> None:
    each = 1 + 3 * BLOCK  # so that no turn of a block is left
    sent = await send(world, each, await limiter(world), await limiter(world))
    assert [at for at, _ in sent] == [NOW + number * SPACING for number in range(2 * each)]


def test_some_of_the_requests_that_discord_allows_are_left() -> None:
    """It allows 50 a second. A busy machine wakes some late, so these come beside the next."""
    assert 30 <= timedelta(seconds=1) / SPACING <= 40


async def test_many_requests_ask_the_database_seldom(world: World) -> None:
    counted = Counted(world.state.database)
    await send(world, 1 + 2 * BLOCK, RateLimiter(counted, world.time.clock))
    assert counted.asked == [1, BLOCK, BLOCK]
    await send(world, 1, RateLimiter(counted, world.time.clock))
    assert counted.asked[-1] == 1, "nobody waits any more"


async def test_so_do_requests_that_come_one_by_one_before_their_turns(world: World) -> None:
    counted = Counted(world.state.database)
    one = RateLimiter(counted, world.time.clock)
    requests: list[asyncio.Task[None]] = []
    for _ in range(2 + BLOCK):
        requests.append(asyncio.create_task(one.acquire()))
        await world.time.rest()
    assert counted.asked == [1, 1, 2, 4, 8]
    await world.time.until(NOW + MINUTE)
    await asyncio.gather(*requests)
    await one.acquire()
    assert counted.asked[-1] == 1, "the minute is not busy any more"


async def test_turns_that_were_not_needed_are_not_taken_again(world: World) -> None:
    """Two at a time, while other processes have taken the next turns already."""
    counted = Counted(world.state.database)
    one, other = RateLimiter(counted, world.time.clock), await limiter(world)
    for _ in range(5):
        requests = [asyncio.create_task(other.acquire()) for _ in range(40)]
        for _ in range(2):
            await world.time.rest()
            requests.append(asyncio.create_task(one.acquire()))
        await world.time.until(world.time.now + MINUTE)
        await asyncio.gather(*requests)
    assert counted.asked == [1, 2] * 5


def most_in_a_second(begun: list[datetime]) -> int:
    """The most requests that begin within any one second."""
    ends = (bisect_right(begun, first + timedelta(seconds=1)) for first in begun)
    return max(end - number for number, end in enumerate(ends))


async def test_requests_that_are_late_do_not_come_all_at_once(world: World) -> None:
    """No more begin in a second than in any other, however many turns have passed meanwhile."""
    one, begun = await limiter(world), list[datetime]()

    async def send_late() -> None:
        await one.acquire()
        await asyncio.sleep(2)
        # The machine had no time for any of them before.
        world.time.now = max(world.time.now, NOW + MINUTE)
        await one.spend()
        begun.append(world.time.now)

    tasks = [asyncio.create_task(send_late()) for _ in range(100)]
    await world.time.until(NOW + 2 * MINUTE)
    await asyncio.gather(*tasks)
    assert len(begun) == 100
    assert most_in_a_second(begun) == 40


async def test_requests_after_a_late_one_are_counted_with_it(world: World) -> None:
    """What counts is when a request began, not when it should have."""
    one, begun = await limiter(world), list[datetime]()

    async def send_one() -> None:
        await one.acquire()
        await one.spend()
        begun.append(world.time.now)

    tasks = [asyncio.create_task(send_one()) for _ in range(120)]
    await world.time.until(NOW + timedelta(seconds=1.5))
    world.time.now += 20 * SPACING  # the loop stands still
    await world.time.until(NOW + MINUTE)
    await asyncio.gather(*tasks)
    assert len(begun) == 120
    assert most_in_a_second(begun) == 40


async def test_a_clock_that_is_set_back_delays_no_request(world: World) -> None:
    one = await limiter(world)
    await one.spend()
    world.time.now -= HOUR
    sending = asyncio.create_task(one.spend())
    await world.time.until(NOW - HOUR)
    assert sending.done(), "it would wait for an hour"
    await sending


async def test_a_hold_counts_for_every_process(world: World) -> None:
    first, second = await limiter(world), await limiter(world)
    await first.hold(90)
    assert [at for at, _ in await send(world, 1, first, second)] == [
        NOW + timedelta(seconds=90) + number * SPACING for number in range(2)
    ]


async def test_a_hold_counts_for_those_that_wait_already(world: World) -> None:
    held, sent = await limiter(world), list[datetime]()

    async def send_one() -> None:
        await held.acquire()
        sent.append(world.time.now)

    tasks = [asyncio.create_task(send_one()) for _ in range(30)]
    await world.time.until(NOW + 2 * SPACING)
    before = len(sent)
    await held.hold(60)
    await world.time.until(NOW + 2 * MINUTE)
    await asyncio.gather(*tasks)
    assert 0 < before < 30
    assert all(at >= NOW + MINUTE for at in sent[before:])


async def test_the_longest_hold_counts(world: World) -> None:
    limiters = [await limiter(world) for _ in range(3)]
    for each, seconds in zip(limiters, (10, 60, 5), strict=True):
        await each.hold(seconds)
    assert await send(world, 1, limiters[0]) == [(NOW + timedelta(seconds=60), 0)]


async def with_a_turn_left(world: World) -> RateLimiter:
    """A rate limiter that has taken a turn for a request that was given up meanwhile."""
    counted = Counted(world.state.database)
    limiter = RateLimiter(counted, world.time.clock)
    requests = [asyncio.create_task(limiter.acquire()) for _ in range(3)]
    async with asyncio.timeout(60):
        while counted.asked != [1, 2]:
            await asyncio.wait(requests, timeout=0.0005, return_when=asyncio.FIRST_COMPLETED)
    requests[2].cancel()
    await world.time.until(world.time.now + 2 * SPACING)
    assert [each.cancelled() for each in requests] == [False, False, True]
    return limiter


async def test_a_turn_that_is_left_is_used_next(world: World) -> None:
    limiter = await with_a_turn_left(world)
    assert await send(world, 1, limiter) == [(NOW + 2 * SPACING, 0)]
    assert await world.state.rate_limit.reserve(1, SPACING, NOW) == NOW + 3 * SPACING


async def test_a_turn_that_is_left_does_not_outlast_a_hold(world: World) -> None:
    limiter = await with_a_turn_left(world)
    await limiter.hold(60)
    ((sent, _),) = await send(world, 1, limiter)
    assert sent == NOW + 2 * SPACING + timedelta(seconds=60)


@pytest.mark.parametrize(("seconds", "taken"), [(0.5, 3), (2, 4)])
async def test_turns_that_are_left_are_not_saved_up(
    world: World, seconds: float, taken: int
) -> None:
    limiter = await with_a_turn_left(world)
    await world.time.until(NOW + timedelta(seconds=seconds))
    await send(world, 1, limiter)
    free_at = await world.state.rate_limit.reserve(1, SPACING, NOW)
    first = NOW if taken == 3 else NOW + timedelta(seconds=seconds) - 3 * SPACING
    assert free_at == first + taken * SPACING


def test_a_key_has_its_own_place_in_the_time_over_which_posts_are_spread() -> None:
    places = [jitter(str(number), MINUTE) for number in range(1_000)]
    assert places == [jitter(str(number), MINUTE) for number in range(1_000)], "always the same"
    assert min(places) >= timedelta()
    assert max(places) < MINUTE
    for tenth in range(10):
        begins, ends = tenth * MINUTE / 10, (tenth + 1) * MINUTE / 10
        assert 60 < sum(begins <= place < ends for place in places) < 140
    assert abs(jitter("1", HOUR) - 60 * jitter("1", MINUTE)) < timedelta(milliseconds=1)
