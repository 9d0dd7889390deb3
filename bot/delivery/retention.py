"""How long the bot keeps what it stores, and the daily job that deletes the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from bot.delivery.scheduler import AT_ONCE, Finished
from bot.state.state import State

KEPT_AFTER_LEAVING = timedelta(days=30)
"""How long a server's settings are kept after the bot was removed from it."""

KEPT_POSTS = timedelta(days=90)
"""How long posts, answers and ended briefings are kept."""

_EVERY = timedelta(days=1)


class RetentionJob:
    """Enforces retention when the process starts, and then once a day.

    `base_version` returns the fingerprint of the open base.
    """

    def __init__(self, state: State, base_version: Callable[[], str]) -> None:
        self._state = state
        self._base_version = base_version
        self._next = AT_ONCE

    async def next_due(self) -> Mapping[str, datetime]:
        """When to delete next."""
        return {"retention": self._next}

    async def run(self, key: str, now: datetime) -> Finished:
        """Delete what is too old. Raises DatabaseUnavailable."""
        await enforce_retention(self._state, self._base_version(), now)
        self._next = now + _EVERY
        return Finished(self._next)


async def enforce_retention(state: State, base_version: str, now: datetime) -> None:
    """Delete everything that need not be kept any longer; `base_version` is the open base's.

    Raises DatabaseUnavailable.
    """
    await state.settings.purge(now - KEPT_AFTER_LEAVING)
    await state.posts.forget(now - KEPT_POSTS)
    await state.briefings.forget(now - KEPT_POSTS)
    await state.public_answers.forget(now - KEPT_POSTS)
    await state.suggestions.forget_sent(now)
    await state.notices.forget(now - KEPT_POSTS)
    await state.base_versions.forget_unused(base_version)
    await state.fact_versions.forget_unused()
