"""Leases of posts: a process takes a lease before it sends a post, so that nobody else sends it.

A lease ends after its time. Then another process may take it over, and must first find out whether
the post was sent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.state.database import Database
from bot.state.fact_versions import insert_facts
from bot.state.posts import Contents, Slot, slot_columns
from bot.state.tables import post, post_fact


@dataclass(frozen=True)
class Lease:
    """A lease of a post that this process has taken.

    `leased_at` is when it was first taken, `attempts` how often it was taken, from 1, and
    `channel_id` where the post may have been sent before.
    """

    post_id: str
    leased_at: datetime
    attempts: int
    channel_id: int = field(compare=False, default=0)

    @property
    def is_first(self) -> bool:
        """Whether this is the first lease, so that the post cannot have been sent yet."""
        return self.attempts == 1


@dataclass(frozen=True)
class Busy:
    """Another process has the lease until an instant; `until` is None if the post has ended."""

    until: datetime | None


class Leases:
    """The leases in the database. Every method raises DatabaseUnavailable."""

    def __init__(self, database: Database, worker: str) -> None:
        self._database = database
        self._worker = worker

    async def acquire(
        self, slot: Slot, contents: Contents, now: datetime, lease_time: timedelta
    ) -> Lease | Busy:
        """Lease a post, or take over a lease whose time is over."""
        async with self._database.transaction() as connection:
            inserted = await connection.execute(
                self._database.insert_new(post),
                {
                    **slot_columns(slot),
                    "status": "leased",
                    "worker": self._worker,
                    "lease_until": now + lease_time,
                    "leased_at": now,
                    "attempts": 1,
                    "base_version": contents.base_version,
                },
            )
            if not inserted.rowcount:
                return await self._take_over(connection, slot.post_id, now, lease_time)
            await self._insert_facts(connection, slot.post_id, contents)
        return Lease(slot.post_id, now, 1, slot.channel_id)

    async def renew(self, lease: Lease, now: datetime, lease_time: timedelta) -> bool:
        """Extend a lease right before sending; False if it is over or another process has it."""
        async with self._database.transaction() as connection:
            renewed = await connection.execute(
                update(post)
                .where(self._is_mine(lease), post.c.lease_until > now)
                .values(lease_until=now + lease_time)
            )
            return renewed.rowcount == 1

    async def replace(self, lease: Lease, contents: Contents, channel_id: int) -> None:
        """Note that a post is sent with other contents than leased, and in which channel.

        Does nothing if another process has the lease.
        """
        async with self._database.transaction() as connection:
            replaced = await connection.execute(
                update(post)
                .where(self._is_mine(lease))
                .values(base_version=contents.base_version, channel_id=channel_id)
            )
            if not replaced.rowcount:
                return
            await connection.execute(delete(post_fact).where(post_fact.c.post_id == lease.post_id))
            await self._insert_facts(connection, lease.post_id, contents)

    async def postpone(self, lease: Lease, until: datetime) -> None:
        """Let any process take over the lease from `until` on."""
        async with self._database.transaction() as connection:
            await connection.execute(
                update(post).where(self._is_mine(lease)).values(lease_until=until)
            )

    async def release(self, lease: Lease) -> None:
        """Give back the lease of a post that was certainly not sent."""
        async with self._database.transaction() as connection:
            await connection.execute(delete(post).where(self._is_mine(lease)))

    async def _take_over(
        self, connection: AsyncConnection, post_id: str, now: datetime, lease_time: timedelta
    ) -> Lease | Busy:
        rows = await connection.execute(
            select(post).where(post.c.post_id == post_id).with_for_update()
        )
        row = rows.one_or_none()
        if row is None:
            return Busy(now)  # another process released it just now
        if row.status != "leased":
            return Busy(None)
        if row.lease_until > now:
            return Busy(row.lease_until)
        attempts: int = row.attempts + 1
        await connection.execute(
            update(post)
            .where(post.c.post_id == post_id)
            .values(worker=self._worker, lease_until=now + lease_time, attempts=attempts)
        )
        return Lease(post_id, row.leased_at, attempts, row.channel_id)

    def _is_mine(self, lease: Lease) -> ColumnElement[bool]:
        # `attempts` tells apart two tasks of this process, one of which hung.
        return (
            (post.c.post_id == lease.post_id)
            & (post.c.worker == self._worker)
            & (post.c.status == "leased")
            & (post.c.attempts == lease.attempts)
        )

    async def _insert_facts(
        self, connection: AsyncConnection, post_id: str, contents: Contents
    ) -> None:
        await insert_facts(self._database, connection, post_fact, {post_id: contents.facts})
