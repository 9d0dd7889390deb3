"""Servers that the bot left while it was not connected.

A server's settings are deleted some time after the bot left it, so that it left must be certain.
A server may be missing from the gateway for other reasons: an outage, or another process that has
its shard. So Discord is asked about each one, and only "there is no such server" counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol

from bot.delivery.outbox import RetryAt
from bot.delivery.scheduler import AT_ONCE, Finished
from bot.state.state import State

_ASK_AGAIN = timedelta(hours=1)


class Membership(Protocol):
    """Which servers the bot is in."""

    def is_here(self, server_id: int) -> bool:
        """Whether this process has the server from the gateway, available or not. No I/O."""
        ...

    async def has_left(self, server_id: int) -> bool:
        """Whether Discord says that the bot is not in a server. Raises DeliveryError."""
        ...


class DepartureJob:
    """The known servers that the gateway did not announce, by their ids."""

    def __init__(self, state: State, membership: Membership) -> None:
        self._state = state
        self._membership = membership

    async def next_due(self) -> Mapping[str, datetime]:
        """The servers to ask Discord about."""
        present = self._state.settings.present()
        return {str(each): AT_ONCE for each in present if not self._membership.is_here(each)}

    async def run(self, key: str, now: datetime) -> Finished | RetryAt:
        """Note that the bot left a server. Raises DatabaseUnavailable and DeliveryError."""
        if not await self._membership.has_left(int(key)):
            return RetryAt(now + _ASK_AGAIN)
        await self._state.settings.left([int(key)], now)
        return Finished(None)
