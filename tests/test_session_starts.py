"""Shards begin their sessions in turn, as often as Discord allows, over all processes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from time import monotonic

import discord
import pytest
from discord.gateway import DiscordWebSocket

from bot.config import Config
from bot.runtime import session_starts
from bot.runtime.client import Factdesk
from bot.runtime.session_starts import SPARE, SessionStarts
from bot.state.errors import DatabaseUnavailable
from bot.state.state import State

SPACING = 0.2  # seconds

Open = Callable[[], Awaitable[State]]
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


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let turns follow one another soon."""
    monkeypatch.setattr(session_starts, "SPACING", timedelta(seconds=SPACING))
    monkeypatch.setattr(session_starts, "_TRY_AGAIN", 0.05)


def starts(state: State, discord_: Discord, is_alone: bool = False) -> SessionStarts:
    """The turns of one process."""
    return SessionStarts(discord_.limits, state.rate_limit, discord.utils.utcnow, is_alone)


async def wait(each: SessionStarts, shard_id: int) -> None:
    """Wait for a shard's turn, as one does that connects in no time."""
    await each.claim(shard_id)
    await each.begin(shard_id)


async def taken(each: SessionStarts, shard_id: int, times: list[float]) -> None:
    """Wait for a shard's turn, and note when it came."""
    await wait(each, shard_id)
    times.append(monotonic())


@pytest.fixture
async def states(state_url: str) -> tuple[State, State]:
    """Two processes' views of one database."""
    return await State.open(state_url), await State.open(state_url)


async def in_turn(states: tuple[State, State], discord_: Discord) -> list[float]:
    """When shards 0 to 3 begin, two in each process; in order."""
    times: list[float] = []
    ones = [starts(state, discord_) for state in states]
    await asyncio.gather(*(taken(ones[shard % 2], shard, times) for shard in range(4)))
    for state in states:
        await state.close()
    return sorted(times)


async def test_one_at_a_time_over_all_processes(states: tuple[State, State]) -> None:
    times = await in_turn(states, Discord())
    gaps = [after - before for before, after in pairwise(times)]
    assert min(gaps) > SPACING * 0.9, gaps


async def test_as_many_at_once_as_discord_takes(states: tuple[State, State]) -> None:
    times = await in_turn(states, Discord(max_concurrency=2))
    assert times[2] - times[0] > SPACING * 0.9
    assert times[3] - times[1] > SPACING * 0.9
    assert times[3] - times[0] < SPACING * 2.5


async def test_none_once_the_day_is_used_up(states: tuple[State, State]) -> None:
    discord_ = Discord(remaining=SPARE)
    one = starts(states[0], discord_)
    waiting = asyncio.create_task(wait(one, 0))
    await asyncio.sleep(0.1)
    assert one.used_up
    assert not waiting.done()
    discord_.remaining = 1000
    await asyncio.wait_for(waiting, 5)
    assert not one.used_up
    for state in states:
        await state.close()


@pytest.mark.parametrize("is_alone", [True, False])
async def test_one_process_alone_needs_no_database(
    states: tuple[State, State], monkeypatch: pytest.MonkeyPatch, is_alone: bool
) -> None:
    async def claim(*_: object) -> None:
        raise DatabaseUnavailable("away")

    monkeypatch.setattr(states[0].rate_limit, "claim", claim)
    waiting = asyncio.create_task(wait(starts(states[0], Discord(), is_alone), 0))
    await asyncio.sleep(SPACING * 2)
    assert waiting.done() == is_alone
    waiting.cancel()
    for state in states:
        await state.close()


async def test_a_slow_database_gives_turns_as_well(
    states: tuple[State, State], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_starts, "MARGIN", timedelta(seconds=SPACING / 4))
    for state in states:
        monkeypatch.setattr(state.rate_limit, "claim", slow(state.rate_limit.claim))
    times = await asyncio.wait_for(in_turn(states, Discord()), 10)
    gaps = [after - before for before, after in pairwise(times)]
    assert min(gaps) > SPACING * 0.7, gaps


async def test_a_shard_that_connects_late_gets_the_next_turn(
    states: tuple[State, State], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_starts, "MARGIN", timedelta(seconds=SPACING / 4))
    one, times = starts(states[0], Discord()), list[float]()
    for shard_id in range(3):
        await one.claim(shard_id)
        claimed_at = monotonic()
        await asyncio.sleep(SPACING / 2)  # it connects
        await one.begin(shard_id)
        times.append(monotonic() - claimed_at)
    assert times[0] > SPACING * 0.9
    assert max(times[1:]) < SPACING * 0.9, "it then claims its turns in good time"
    for state in states:
        await state.close()


async def test_a_shard_has_its_turn_before_it_connects(
    config: Config, states: tuple[State, State], monkeypatch: pytest.MonkeyPatch
) -> None:
    bot, happened = Factdesk(config), list[str]()
    bot.session_starts = starts(states[0], Discord())

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
        await asyncio.sleep(SPACING / 2)
        return await claim(name, spacing, now)

    return claim_slowly
