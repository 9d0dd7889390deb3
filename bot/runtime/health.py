"""Whether the running bot can do its work: what `/health` answers, check by check."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.delivery.scheduler import Scheduler
from bot.runtime.client import Factdesk
from bot.state.errors import DatabaseUnavailable
from bot.state.state import State

_LONGEST_ROUND = timedelta(minutes=2)  # the scheduler looks every 30 seconds


@dataclass(frozen=True)
class Check:
    """One thing that the bot needs, whether it is fine, and what is known about it."""

    name: str
    is_fine: bool
    detail: str


async def checks(bot: Factdesk, now: datetime) -> Sequence[Check]:
    """Every check, in the order in which they are shown."""
    if not bot.is_open:
        return [Check("start", False, "the base and the state are not open yet")]
    return [
        gateway(bot),
        Check("base", True, bot.service.store.fingerprint),
        await _state(bot.state),
        _scheduler(bot.services.scheduler, now),
    ]


def gateway(bot: Factdesk) -> Check:
    """Whether every shard of this process is connected, and if not, what it waits for."""
    shards = bot.shards_served
    if bot.is_waiting_for_shards:
        return Check("gateway", False, f"waits: {_waits_for(bot)}")
    away = [each for each in shards.ids if each not in bot.connected_shards]
    if away and bot.session_starts.used_up:
        return Check("gateway", False, "waits: Discord allows no more connections today")
    if len(away) == len(shards.ids):
        return Check("gateway", False, "not connected to Discord")
    if away:
        listed = ", ".join(map(str, away))
        return Check("gateway", False, f"shards of {shards} not connected: {listed}")
    return Check("gateway", True, _connected(bot))


def _waits_for(bot: Factdesk) -> str:
    if bot.fences and bot.fences.unavailable:
        return f"the state does not say who serves shards: {bot.fences.unavailable}"
    return f"another process serves shards of {bot.shards_served}"


def _connected(bot: Factdesk) -> str:
    latency = bot.latency  # no finite number before the first heartbeat is answered
    heartbeat = f"heartbeat answered in {latency * 1000:.0f} ms" if math.isfinite(latency) else ""
    servers = "1 server" if len(bot.guilds) == 1 else f"{len(bot.guilds)} servers"
    shards = "" if bot.shards_served.count == 1 else f"shards {bot.shards_served}"
    return ", ".join(filter(None, ["connected", servers, shards, heartbeat]))


async def _state(state: State) -> Check:
    try:
        await state.database.probe()
    except DatabaseUnavailable as error:
        return Check("state", False, error.reason)
    return Check("state", True, "can be written")


def _scheduler(scheduler: Scheduler, now: datetime) -> Check:
    if scheduler.looked_at is None:
        return Check("scheduler", False, "has not looked yet what is due")
    ago = now - scheduler.looked_at
    return Check(
        "scheduler", ago <= _LONGEST_ROUND, f"looked {ago.total_seconds():.0f} s ago what is due"
    )
