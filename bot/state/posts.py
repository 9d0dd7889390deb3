"""What the bot posts unprompted: each post once, and which facts it shows.

A post is leased before it is sent (see `leases.py`) and recorded here afterwards. Its id follows
from what it is, so it is the same in every process; Discord gets it as the nonce.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Literal

from sqlalchemy import RowMapping, and_, bindparam, delete, func, or_, select, update

from bot.state.database import Database
from bot.state.digest_progress import Occurrence, note_digest
from bot.state.fact_versions import facts_of, insert_facts
from bot.state.tables import WAITING, post, post_fact

PostKind = Literal["digest", "briefing", "offer", "correction", "notice"]
EndStatus = Literal["skipped", "failed", "unknown"]
PostStatus = Literal["leased", "sent", "skipped", "failed", "unknown", "deleted"]


@dataclass(frozen=True)
class Slot:
    """What one post fills: a server's slot for a kind of post on a local day, due at an instant.

    A server has one slot a day for its digest; for other kinds, one for each `name`.
    """

    server_id: int
    kind: PostKind
    day: date
    due_at: datetime
    channel_id: int
    name: str | None = None

    @cached_property
    def post_id(self) -> str:
        """The id of its post: 20 characters, the same wherever it is computed."""
        what = f"{self.kind}:{self.server_id}:{self.name or self.day.isoformat()}"
        return base64.b32encode(hashlib.sha256(what.encode()).digest())[:20].decode().lower()


@dataclass(frozen=True)
class Contents:
    """What a post shows: the versions of its facts by key, its story's id, and its base."""

    facts: Mapping[str, str]
    story: str | None
    base_version: str


@dataclass(frozen=True)
class MessageRef:
    """A message and its channel. A post in a forum is a channel of its own."""

    message_id: int
    channel_id: int

    @property
    def link(self) -> str:
        """`channel/message`, the end of Discord's links to messages."""
        return f"{self.channel_id}/{self.message_id}"


@dataclass(frozen=True)
class Post:
    """A post as recorded. `reason` says why it was skipped or failed."""

    post_id: str
    server_id: int
    kind: PostKind
    name: str | None
    day: date
    due_at: datetime
    status: PostStatus
    reason: str | None
    message_ref: MessageRef | None
    ended_at: datetime | None


_RECORDED = (
    update(post)
    .where(post.c.post_id == bindparam("of"), post.c.status != "sent")
    .returning(post.c.base_version)
)


class Posts:
    """The record of all posts. Every method raises DatabaseUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record(
        self,
        slot: Slot,
        message_ref: MessageRef,
        story: str | None,
        at: datetime,
        publish: bool,
        following: Occurrence | None = None,
    ) -> None:
        """Record a post as sent, whichever process sent it. Does nothing if it is recorded.

        A digest is due next at `following`, unless that is after the day of the post already.
        """
        async with self._database.transaction() as connection:
            recorded = await connection.execute(
                _RECORDED, {"of": slot.post_id} | _sent(message_ref, at, publish)
            )
            base_version = recorded.scalar_one_or_none()
            if base_version is None:
                return
            if slot.kind == "digest":
                await note_digest(
                    self._database,
                    connection,
                    slot.server_id,
                    slot.day,
                    base_version,
                    story,
                    following,
                )
            if publish:
                await self._database.announce(connection)

    async def end(self, slot: Slot, status: EndStatus, reason: str, at: datetime) -> None:
        """Record that a post will not be sent, or that nobody can tell whether it was.

        The post need not be leased. If it has already ended, it stays as it is.
        """
        ended = {"status": status, "reason": reason, "ended_at": at}
        never_leased = {
            "worker": "",
            "lease_until": at,
            "leased_at": at,
            "attempts": 0,
            "base_version": "",
        }
        async with self._database.transaction() as connection:
            await connection.execute(
                self._database.insert(post)
                .values(**slot_columns(slot), **never_leased, **ended)
                .on_conflict_do_update(
                    index_elements=["post_id"], set_=ended, where=post.c.status == "leased"
                )
            )

    async def get(self, post_id: str) -> Post | None:
        """A post, or None."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(select(post).where(post.c.post_id == post_id))
            row = rows.mappings().one_or_none()
        return _post(row) if row else None

    async def last_digest(self, server_id: int) -> Post | None:
        """A server's latest digest, whether it was sent or not."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(
                select(post)
                .where(post.c.server_id == server_id, post.c.kind == "digest")
                .order_by(post.c.day.desc())
                .limit(1)
            )
            row = rows.mappings().one_or_none()
        return _post(row) if row else None

    async def last_sent_at(self, kind: PostKind) -> datetime | None:
        """When the latest post of a kind was sent; None if there is none."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(
                select(func.max(post.c.ended_at)).where(
                    post.c.kind == kind, post.c.status == "sent"
                )
            )
            return rows.scalar_one()

    async def reopen(self, post_id: str) -> None:
        """Delete the record of a post that was not sent, or may not have been, to send it again."""
        async with self._database.transaction() as connection:
            await connection.execute(
                delete(post).where(
                    post.c.post_id == post_id, post.c.status.not_in(("leased", "sent"))
                )
            )

    async def replace_facts(self, post_id: str, contents: Contents) -> None:
        """Record what a post shows after an edit."""
        async with self._database.transaction() as connection:
            await connection.execute(delete(post_fact).where(post_fact.c.post_id == post_id))
            await insert_facts(self._database, connection, post_fact, {post_id: contents.facts})

    async def shown_facts(self, kind: PostKind) -> dict[str, dict[str, str]]:
        """The facts of each sent post of a kind: versions by key, by post id, oldest post first."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(
                select(post_fact)
                .join(post)
                .where(
                    post.c.kind == kind,
                    post.c.status == "sent",
                    self._database.serves(post.c.server_id),
                )
                .order_by(post.c.ended_at, post_fact.c.post_id, post_fact.c.fact)
            )
            shown: dict[str, dict[str, str]] = {}
            for row in rows:
                shown.setdefault(row.post_id, {})[row.fact] = row.version
        return shown

    async def facts(self, post_id: str) -> dict[str, str]:
        """The versions, by key, of the facts that a post shows."""
        async with self._database.transaction() as connection:
            return await facts_of(connection, post_fact, post_id)

    async def unpublished(self) -> tuple[Post, ...]:
        """Posts still to be published to the servers that follow their channel, oldest first."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(
                select(post)
                .where(WAITING, self._database.serves(post.c.server_id))
                .order_by(post.c.ended_at)
            )
            return tuple(_post(row) for row in rows.mappings())

    async def mark_published(self, post_id: str, done: bool) -> None:
        """Record that a post was published, or that it cannot be."""
        async with self._database.transaction() as connection:
            await connection.execute(
                update(post)
                .where(post.c.post_id == post_id)
                .values(publish="done" if done else "failed")
            )

    async def forget(self, ended_before: datetime) -> None:
        """Delete older posts; which stories were posted stays, so that they are not repeated."""
        async with self._database.transaction() as connection:
            never_ended = and_(post.c.status == "leased", post.c.leased_at < ended_before)
            await connection.execute(
                delete(post).where(or_(post.c.ended_at < ended_before, never_ended))
            )


def _sent(message_ref: MessageRef, at: datetime, publish: bool) -> dict[str, object]:
    """The columns of table `post` for a post that was sent."""
    return {
        "status": "sent",
        "reason": None,
        "message_id": message_ref.message_id,
        "message_channel_id": message_ref.channel_id,
        "ended_at": at,
        "publish": "waiting" if publish else None,
    }


def slot_columns(slot: Slot) -> dict[str, object]:
    """The columns of table `post` that hold a slot."""
    return {
        "post_id": slot.post_id,
        "server_id": slot.server_id,
        "kind": slot.kind,
        "name": slot.name,
        "day": slot.day,
        "due_at": slot.due_at,
        "channel_id": slot.channel_id,
    }


def _post(row: RowMapping) -> Post:
    is_sent = row["message_id"] is not None
    return Post(
        post_id=row["post_id"],
        server_id=row["server_id"],
        kind=row["kind"],
        name=row["name"],
        day=row["day"],
        due_at=row["due_at"],
        status=row["status"],
        reason=row["reason"],
        message_ref=MessageRef(row["message_id"], row["message_channel_id"]) if is_sent else None,
        ended_at=row["ended_at"],
    )
