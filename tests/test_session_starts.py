"""Shards begin their sessions in turn, as often as Discord allows, over all processes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import discord
import pytest
from discord.gateway import DiscordWebSocket

from bot.config import Config
from bot.runtime.client import Factdesk
from bot.runtime.session_starts import SPACING, SPARE, SessionStarts
from bot.state.errors import DatabaseUnavailable
from bot.state.state import State
from tests.moved_time import Time

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DISCORDS_SPACING = timedelta(seconds=5)
CONNECTING = timedelta(seconds=3)
"""How long a slow connection takes: longer than a shard may be late."""

Claim = Callable[[str, timedelta, datetime], Awaitable[datetime | None]]


@dataclass
class Discord:
    """What Discord says is left of the day."""

    remaining: int = 1000
    max_concurrency: int = 1

    async def limits(self) -> discord.SessionStartLimits:
        """What is left."""
        return discord.SessionStartLimits(
            total=1000,
            remaining=self.remaining,
            reset_after=100,
            max_concurrency=self.max_concurrency,
        )


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    """The time by which shards wait."""
    time = Time(NOW)
    monkeypatch.setattr(asyncio, "sleep", time.sleep)
    return time


def starts(time: Time, state: State, discord_: Discord, is_alone: bool = False) -> SessionStarts:
    """The turns of one process."""
    return SessionStarts(discord_.limits, state.rate_limit, time.clock, is_alone)


async def wait(each: SessionStarts, shard_id: int) -> None:
    """Wait for a shard's turn, as one does that connects in no time."""
    await each.claim(shard_id)
    await each.begin(shard_id)


@pytest.fixture
async def states(state_url: str) -> tuple[State, State]:
    """Two processes' views of one database."""
    return await State.open(state_url), await State.open(state_url)


async def in_turn(time: Time, states: tuple[State, State], discord_: Discord) -> list[timedelta]:
    """After how long shards 0 to 3 begin, two in each process; in order."""
    began: list[timedelta] = []
    ones = [starts(time, state, discord_) for state in states]

    async def begin(shard_id: int) -> None:
        await wait(ones[shard_id % 2], shard_id)
        began.append(time.now - NOW)

    tasks = [asyncio.create_task(begin(shard_id)) for shard_id in range(4)]
    await time.until(NOW + MINUTE)
    await asyncio.gather(*tasks)
    for state in states:
        await state.close()
    return began


async def test_one_at_a_time_over_all_processes(time: Time, states: tuple[State, State]) -> None:
    assert await in_turn(time, states, Discord()) == [turn * SPACING for turn in range(4)]


async def test_as_many_at_once_as_discord_takes(time: Time, states: tuple[State, State]) -> None:
    began = await in_turn(time, states, Discord(max_concurrency=2))
    assert began == [turn * SPACING for turn in (0, 0, 1, 1)]


async def test_none_once_the_day_is_used_up(time: Time, states: tuple[State, State]) -> None:
    discord_ = Discord(remaining=SPARE)
    one = starts(time, states[0], discord_)
    waiting = asyncio.create_task(wait(one, 0))
    await time.until(NOW + MINUTE)
    assert one.used_up
    assert not waiting.done()
    discord_.remaining = 1000
    await time.until(NOW + 2 * MINUTE)
    await waiting
    assert not one.used_up
    for state in states:
        await state.close()


@pytest.mark.parametrize("is_alone", [True, False])
async def test_one_process_alone_needs_no_database(
    time: Time, states: tuple[State, State], monkeypatch: pytest.MonkeyPatch, is_alone: bool
) -> None:
    async def claim(*_: object) -> None:
        raise DatabaseUnavailable("away")

    monkeypatch.setattr(states[0].rate_limit, "claim", claim)
    waiting = asyncio.create_task(wait(starts(time, states[0], Discord(), is_alone), 0))
    await time.until(NOW + MINUTE)
    assert waiting.done() == is_alone
    waiting.cancel()
    for state in states:
        await state.close()


async def test_a_slow_database_gives_turns_as_well(
    time: Time, states: tuple[State, State], monkeypatch: pytest.MonkeyPatch
) -> None:
    for state in states:
        monkeypatch.setattr(state.rate_limit, "claim", slow(state.rate_limit.claim))
    began = await in_turn(time, states, Discord())
    gaps = [after - before for before, after in pairwise(began)]
    assert min(gaps) >= DISCORDS_SPACING, gaps


async def test_a_shard_that_connects_late_gets_the_next_turn(
    time: Time, states: tuple[State, State]
) -> None:
    one, took = starts(time, states[0], Discord()), list[timedelta]()

    async def begin_each() -> None:
        for shard_id in range(3):
            await one.claim(shard_id)
            claimed_at = time.now
            await asyncio.sleep(CONNECTING.total_seconds())
            await one.begin(shard_id)
            took.append(time.now - claimed_at)

    beginning = asyncio.create_task(begin_each())
    await time.until(NOW + MINUTE)
    await beginning
    assert took[0] > CONNECTING, "it was late"
    assert took[1:] == [CONNECTING] * 2, "it then claims its turns in good time"
    for state in states:
        await state.close()


async def test_a_shard_has_its_turn_before_it_connects(
    config: Config, time: Time, states: tuple[State, State], monkeypatch: pytest.MonkeyPatch
) -> None:
    bot, happened = Factdesk(config), list[str]()
    bot.session_starts = starts(time, states[0], Discord())

    async def claim(shard_id: int) -> None:
        happened.append(f"turn of {shard_id}")

    async def connect(*_: object, **__: object) -> None:
        happened.append("connection")
        raise asyncio.CancelledError

    monkeypatch.setattr(bot.session_starts, "claim", claim)
    monkeypatch.setattr(DiscordWebSocket, "from_client", connect)
    with pytest.raises(asyncio.CancelledError):
        await bot.launch_shard(DiscordWebSocket.DEFAULT_GATEWAY, 7)
    assert happened == ["turn of 7", "connection"]
    for state in states:
        await state.close()


def slow(claim: Claim) -> Claim:
    """The claim of a turn, over a database that takes longer than a turn may be late."""

    async def claim_slowly(name: str, spacing: timedelta, now: datetime) -> datetime | None:
        await asyncio.sleep(CONNECTING.total_seconds())
        return await claim(name, spacing, now)

    return claim_slowly
