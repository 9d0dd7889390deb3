"""What the bot posts of its own accord: each post once, and which facts it holds.

A post is claimed before it is sent and recorded afterwards. A claim is held by one process for the
time of its lease; when that is over, another may take the claim over, and must first find out
whether the post was sent. The id of a post follows from what it is, so it is the same in every
process, and Discord is given it as the nonce.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Row, and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.state.database import Database
from bot.state.tables import digest, fact_of_the_day, post, post_fact

Kind = Literal["digest", "briefing", "offer", "correction"]
Status = Literal["leased", "sent", "skipped", "failed", "unknown", "deleted"]
Ending = Literal["skipped", "failed", "unknown"]


@dataclass(frozen=True)
class Slot:
    """What a post is: whose, of which kind, of which local day, when due and where to.

    There is one digest a day; of the other kinds, one for each `name`.
    """

    server_id: int
    kind: Kind
    day: date
    due_at: datetime
    channel_id: int
    name: str | None = None

    @property
    def post_id(self) -> str:
        """Its id: 20 characters, the same wherever it is worked out."""
        what = f"{self.kind}:{self.server_id}:{self.name or self.day.isoformat()}"
        return base64.b32encode(hashlib.sha256(what.encode()).digest())[:20].decode().lower()


@dataclass(frozen=True)
class Contents:
    """Which facts a post holds, by key and version, which is in focus, and of which base."""

    facts: Mapping[str, str]
    fact_of_the_day: str | None
    base_version: str


@dataclass(frozen=True)
class Lease:
    """A claim that this process holds. `attempts` counts how often it was taken, from 1.

    `channel_id` is where the post may have been sent before.
    """

    post_id: str
    leased_at: datetime
    attempts: int
    channel_id: int = field(compare=False, default=0)

    @property
    def is_fresh(self) -> bool:
        """Whether nobody can have sent the post before."""
        return self.attempts == 1


@dataclass(frozen=True)
class Busy:
    """The post is another process's until an instant, or ended already (`until` is None)."""

    until: datetime | None


@dataclass(frozen=True)
class MessageRef:
    """Where a message is. A forum's post is a channel of its own."""

    message_id: int
    channel_id: int

    @property
    def link(self) -> str:
        """The place as text: `channel/message`, as in Discord's links to messages."""
        return f"{self.channel_id}/{self.message_id}"


@dataclass(frozen=True)
class Post:
    """A post as it is recorded."""

    post_id: str
    server_id: int
    kind: Kind
    name: str | None
    day: date
    due_at: datetime
    status: Status
    reason: str | None
    message_ref: MessageRef | None
    ended_at: datetime | None


class Posts:
    """The ledger of posts. Every method raises DatabaseUnavailable."""

    def __init__(self, database: Database, worker: str) -> None:
        self._database = database
        self._worker = worker

    async def lease(
        self, slot: Slot, contents: Contents, now: datetime, lease_time: timedelta
    ) -> Lease | Busy:
        """Claim a post, or take over a claim whose lease is over."""
        async with self._database.transaction() as connection:
            fresh = await connection.execute(
                self._database.insert(post)
                .values(
                    post_id=slot.post_id,
                    **vars(slot),
                    status="leased",
                    worker=self._worker,
                    lease_until=now + lease_time,
                    leased_at=now,
                    attempts=1,
                    base_version=contents.base_version,
                )
                .on_conflict_do_nothing()
            )
            if fresh.rowcount:
                await self._keep_facts(connection, slot.post_id, contents)
                return Lease(slot.post_id, now, 1, slot.channel_id)
            return await self._take_over(connection, slot.post_id, now, lease_time)

    async def _take_over(
        self, connection: AsyncConnection, post_id: str, now: datetime, lease_time: timedelta
    ) -> Lease | Busy:
        rows = await connection.execute(
            select(post).where(post.c.post_id == post_id).with_for_update()
        )
        row = rows.one_or_none()
        if row is None:
            return Busy(now)  # it was given back just now
        if row.status != "leased":
            return Busy(None)
        if row.lease_until > now:
            return Busy(row.lease_until)
        await connection.execute(
            update(post)
            .where(post.c.post_id == post_id)
            .values(worker=self._worker, lease_until=now + lease_time, attempts=row.attempts + 1)
        )
        return Lease(post_id, row.leased_at, row.attempts + 1, row.channel_id)

    async def renew(self, lease: Lease, now: datetime, lease_time: timedelta) -> bool:
        """Prolong a claim's lease right before sending; False where the claim is lost."""
        async with self._database.transaction() as connection:
            kept = await connection.execute(
                update(post)
                .where(*self._mine(lease), post.c.lease_until > now)
                .values(lease_until=now + lease_time)
            )
            return kept.rowcount == 1

    async def replace(self, lease: Lease, contents: Contents, channel_id: int) -> None:
        """Note what is sent in the place of what was claimed, and where to."""
        async with self._database.transaction() as connection:
            kept = await connection.execute(
                update(post)
                .where(*self._mine(lease))
                .values(base_version=contents.base_version, channel_id=channel_id)
            )
            if not kept.rowcount:
                return  # the claim is lost, and its facts are another's
            await connection.execute(delete(post_fact).where(post_fact.c.post_id == lease.post_id))
            await self._keep_facts(connection, lease.post_id, contents)

    async def postpone(self, lease: Lease, until: datetime) -> None:
        """Give a claim back: from `until` on, any process may take it over."""
        async with self._database.transaction() as connection:
            await connection.execute(
                update(post).where(*self._mine(lease)).values(lease_until=until)
            )

    async def release(self, lease: Lease) -> None:
        """Undo a claim of which it is certain that nothing was sent."""
        async with self._database.transaction() as connection:
            await connection.execute(delete(post).where(*self._mine(lease)))

    async def record(
        self,
        slot: Slot,
        message_ref: MessageRef,
        facts_of_the_day: str | None,
        at: datetime,
        publish: bool,
    ) -> None:
        """Record a post as sent, by whichever process: it is known to be there."""
        async with self._database.transaction() as connection:
            recorded = await connection.execute(
                update(post)
                .where(post.c.post_id == slot.post_id, post.c.status != "sent")
                .values(
                    status="sent",
                    reason=None,
                    message_id=message_ref.message_id,
                    message_channel_id=message_ref.channel_id,
                    ended_at=at,
                    publish="waiting" if publish else None,
                )
                .returning(post.c.base_version)
            )
            base_version = recorded.scalar_one_or_none()
            if base_version is None:
                return
            if slot.kind == "digest":
                await connection.execute(
                    update(digest)
                    .where(digest.c.server_id == slot.server_id)
                    .values(last_day=slot.day, last_base_version=base_version)
                )
            if facts_of_the_day:
                told = {"day": slot.day}
                await connection.execute(
                    self._database.insert(fact_of_the_day)
                    .values(server_id=slot.server_id, fact=facts_of_the_day, **told)
                    .on_conflict_do_update(index_elements=["server_id", "fact"], set_=told)
                )

    async def end(self, slot: Slot, status: Ending, reason: str, at: datetime) -> None:
        """Note that a post will not be sent any more, or that nobody can tell whether it was."""
        ended = {"status": status, "reason": reason, "ended_at": at}
        async with self._database.transaction() as connection:
            await connection.execute(
                self._database.insert(post)
                .values(
                    post_id=slot.post_id,
                    **vars(slot),
                    worker=self._worker,
                    lease_until=at,
                    leased_at=at,
                    attempts=0,
                    base_version="",
                    **ended,
                )
                .on_conflict_do_update(
                    index_elements=["post_id"], set_=ended, where=post.c.status == "leased"
                )
            )

    async def get(self, post_id: str) -> Post | None:
        """A post, or None."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(select(post).where(post.c.post_id == post_id))
            row = rows.one_or_none()
        return _post(row) if row else None

    async def reopen(self, post_id: str) -> None:
        """Forget a post that was not made, or of which nobody knows, so that it can be made."""
        async with self._database.transaction() as connection:
            await connection.execute(
                delete(post).where(
                    post.c.post_id == post_id, post.c.status.not_in(("leased", "sent"))
                )
            )

    async def last(self, server_id: int) -> Post | None:
        """A server's latest digest, whatever became of it."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(
                select(post)
                .where(post.c.server_id == server_id, post.c.kind == "digest")
                .order_by(post.c.day.desc())
                .limit(1)
            )
            row = rows.one_or_none()
        return _post(row) if row else None

    async def rewrite(self, post_id: str, contents: Contents) -> None:
        """Note what a post tells since it was edited."""
        async with self._database.transaction() as connection:
            await connection.execute(delete(post_fact).where(post_fact.c.post_id == post_id))
            await self._keep_facts(connection, post_id, contents)

    async def latest(self, kind: Kind) -> datetime | None:
        """When the latest post of a kind was sent; None where none was."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(
                select(func.max(post.c.ended_at)).where(
                    post.c.kind == kind, post.c.status == "sent"
                )
            )
            return rows.scalar_one()

    async def told(self, kind: Kind) -> dict[str, dict[str, str]]:
        """The facts of every post of a kind that was sent: by its id, versions by key."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(
                select(post_fact)
                .join(post)
                .where(post.c.kind == kind, post.c.status == "sent")
                .order_by(post.c.ended_at, post_fact.c.post_id, post_fact.c.fact)
            )
            told: dict[str, dict[str, str]] = {}
            for row in rows:
                told.setdefault(row.post_id, {})[row.fact] = row.version
        return told

    async def facts(self, post_id: str) -> dict[str, str]:
        """The facts that a post holds, by key, in the version that it shows."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(
                select(post_fact.c.fact, post_fact.c.version).where(post_fact.c.post_id == post_id)
            )
            return {row.fact: row.version for row in rows}

    async def facts_of_the_day(self, server_id: int) -> dict[str, date]:
        """The local day on which each fact was last in focus in a server."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(
                select(fact_of_the_day.c.fact, fact_of_the_day.c.day).where(
                    fact_of_the_day.c.server_id == server_id
                )
            )
            return {row.fact: row.day for row in rows}

    async def unpublished(self) -> tuple[Post, ...]:
        """Posts that are still to be published to the servers that follow their channel."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(
                select(post).where(post.c.publish == "waiting").order_by(post.c.ended_at)
            )
            return tuple(_post(row) for row in rows)

    async def published(self, post_id: str, done: bool) -> None:
        """Note that a post was published, or that it cannot be."""
        async with self._database.transaction() as connection:
            await connection.execute(
                update(post)
                .where(post.c.post_id == post_id)
                .values(publish="done" if done else "failed")
            )

    async def forget(self, ended_before: datetime) -> None:
        """Delete what ended before an instant; what was in focus stays known."""
        async with self._database.transaction() as connection:
            never_settled = and_(post.c.status == "leased", post.c.leased_at < ended_before)
            await connection.execute(
                delete(post).where(or_(post.c.ended_at < ended_before, never_settled))
            )

    def _mine(self, lease: Lease) -> tuple[Any, ...]:
        return (
            post.c.post_id == lease.post_id,
            post.c.worker == self._worker,
            post.c.status == "leased",
            post.c.attempts == lease.attempts,
        )

    async def _keep_facts(
        self, connection: AsyncConnection, post_id: str, contents: Contents
    ) -> None:
        rows = [
            {"post_id": post_id, "fact": fact, "version": version}
            for fact, version in contents.facts.items()
        ]
        if rows:
            await connection.execute(self._database.insert(post_fact), rows)


def _post(row: Row[Any]) -> Post:
    message_ref = MessageRef(row.message_id, row.message_channel_id) if row.message_id else None
    return Post(
        row.post_id,
        row.server_id,
        row.kind,
        row.name,
        row.day,
        row.due_at,
        row.status,
        row.reason,
        message_ref,
        row.ended_at,
    )
