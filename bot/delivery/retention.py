"""How long the bot keeps what it stores, and the daily job that deletes the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import structlog

from bot.delivery.delivery_errors import DeliveryError, Unauthorized
from bot.delivery.departures import Membership
from bot.delivery.scheduler import AT_ONCE, Finished
from bot.state.state import State

log = structlog.stdlib.get_logger("factdesk.delivery")

KEPT_AFTER_LEAVING = timedelta(days=30)
"""How long a server's settings are kept after the bot was removed from it."""

KEPT_POSTS = timedelta(days=90)
"""How long posts, answers and ended briefings are kept."""

_EVERY = timedelta(days=1)


class RetentionJob:
    """Enforces retention when the process starts, and then once a day.

    `base_version` returns the fingerprint of the open base.
    """

    def __init__(
        self, state: State, membership: Membership, base_version: Callable[[], str]
    ) -> None:
        self._state = state
        self._membership = membership
        self._base_version = base_version
        self._next = AT_ONCE

    async def next_due(self) -> Mapping[str, datetime]:
        """When to delete next."""
        return {"retention": self._next}

    async def run(self, key: str, now: datetime) -> Finished:
        """Delete what is too old. Raises DatabaseUnavailable and Unauthorized."""
        await enforce_retention(self._state, self._base_version(), now)
        await forget_left_servers(self._state, self._membership, now)
        self._next = now + _EVERY
        return Finished(self._next)


async def forget_left_servers(state: State, membership: Membership, now: datetime) -> None:
    """Delete the servers that the bot left long ago; Discord is asked once more about each.

    One about which it does not answer waits for the next day. Raises DatabaseUnavailable and
    Unauthorized.
    """
    left_before = now - KEPT_AFTER_LEAVING
    for server_id in state.settings.left_before(left_before):
        try:
            has_left = await membership.has_left(server_id)
        except Unauthorized:
            raise
        except DeliveryError as error:
            log.warning("Discord does not say whether the bot left", reason=repr(error))
            continue
        if has_left:
            await state.settings.purge(server_id, left_before)
        else:
            await state.settings.returned([server_id])


async def enforce_retention(state: State, base_version: str, now: datetime) -> None:
    """Delete what need not be kept of servers any longer; `base_version` is the open base's.

    Raises DatabaseUnavailable.
    """
    await state.posts.forget(now - KEPT_POSTS)
    await state.briefings.forget(now - KEPT_POSTS)
    await state.public_answers.forget(now - KEPT_POSTS)
    await state.suggestions.forget_sent(now)
    await state.notices.forget(now - KEPT_POSTS)
    await state.base_versions.forget_unused(base_version)
    await state.fact_versions.forget_unused()
