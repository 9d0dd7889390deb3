"""The digests of servers: where, when and about what; one a server.

A wall time and its zone say when; `next_at` is the next run in UTC, worked out from them each time.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime, time
from typing import Any, Literal

from sqlalchemy import RowMapping, delete, func, select, update

from bot.state.database import Database
from bot.state.servers import keep_servers
from bot.state.tables import digest, post, server

WhenEmpty = Literal["skip", "fact"]
BlockReason = Literal[
    "moderator",  # asked for
    "no-channel",  # the channel is gone
    "no-access",  # the bot may not see it
    "no-permission",  # the bot may not write there
    "archived",  # the thread is archived or locked
    "no-tag",  # the forum wants a tag
    "no-zone",  # the time zone is no longer known
    "refused",  # Discord refuses the message for another reason
]


@dataclass(frozen=True)
class Target:
    """Where a digest goes and whom it tells."""

    channel_id: int
    role_id: int | None = None
    publish: bool = False
    tag_id: int | None = None


@dataclass(frozen=True)
class DigestConfig:
    """A digest as a moderator sets it up."""

    target: Target
    at: time
    zone: str
    weekdays: frozenset[int]  # 0 for Monday
    topics: frozenset[str]  # none for all
    when_empty: WhenEmpty
    language: str  # Discord's for the server
    set_by: int


@dataclass(frozen=True)
class Schedule:
    """A server's digest, and how far it has come.

    `next_at` is None while it is paused without an end. `last_base_version` is the base that the
    last posted digest was drawn from.
    """

    server_id: int
    config: DigestConfig
    next_at: datetime | None
    next_day: date | None
    paused: BlockReason | None = None
    paused_until: datetime | None = None
    last_day: date | None = None
    last_base_version: str | None = None


class Digests:
    """The digests in the database. Every method raises DatabaseUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, server_id: int) -> Schedule | None:
        """A server's digest, or None."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(select(digest).where(digest.c.server_id == server_id))
            row = rows.mappings().one_or_none()
        return _schedule(row) if row else None

    async def all(self) -> tuple[Schedule, ...]:
        """Every digest, by server."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(select(digest).order_by(digest.c.server_id))
            return tuple(_schedule(row) for row in rows.mappings())

    async def next_due(self) -> dict[int, datetime]:
        """When each server's digest is due next; paused ones and those of left servers are out."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(
                select(digest.c.server_id, digest.c.next_at)
                .join(server)
                .where(digest.c.next_at.is_not(None), server.c.left_at.is_(None))
            )
            return {row.server_id: row.next_at for row in rows}

    async def leased_day(self, server_id: int) -> date | None:
        """The latest local day whose digest is posted, being posted, or skipped."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(
                select(func.max(post.c.day)).where(
                    post.c.server_id == server_id, post.c.kind == "digest"
                )
            )
            return rows.scalar_one()

    async def put(
        self, server_id: int, config: DigestConfig, next_at: datetime, next_day: date
    ) -> None:
        """Set a server's digest up, or change it; a pause ends."""
        values = {
            **_columns(config),
            "next_at": next_at,
            "next_day": next_day,
            "paused": None,
            "paused_until": None,
        }
        async with self._database.transaction() as connection:
            await keep_servers(self._database, connection, [server_id])
            await connection.execute(
                self._database.insert(digest)
                .values(server_id=server_id, **values)
                .on_conflict_do_update(index_elements=["server_id"], set_=values)
            )
            await self._database.announce(connection)

    async def advance(self, server_id: int, past: date, next_at: datetime, next_day: date) -> None:
        """Set the next run, unless it was moved beyond the day `past` meanwhile; a pause ends."""
        await self._change(
            server_id,
            {"next_at": next_at, "next_day": next_day, "paused": None, "paused_until": None},
            digest.c.next_day <= past,
        )

    async def pause(
        self,
        server_id: int,
        reason: BlockReason,
        until: datetime | None = None,
        next_at: datetime | None = None,
        next_day: date | None = None,
    ) -> None:
        """Pause a digest: without an end, or `until` an instant, with the run that comes then."""
        await self._change(
            server_id,
            {"paused": reason, "paused_until": until, "next_at": next_at, "next_day": next_day},
        )

    async def stop(self, server_id: int, reason: BlockReason, config: DigestConfig) -> None:
        """Pause a digest that cannot be posted, unless a moderator has set it up anew meanwhile."""
        await self._change(
            server_id,
            {"paused": reason, "paused_until": None, "next_at": None, "next_day": None},
            *(digest.c[name] == value for name, value in _columns(config).items()),
        )

    async def resume(self, server_id: int, next_at: datetime, next_day: date) -> None:
        """End a pause."""
        await self._change(
            server_id,
            {"paused": None, "paused_until": None, "next_at": next_at, "next_day": next_day},
        )

    async def remove(self, server_id: int) -> None:
        """Turn a server's digest off; what it has posted stays known."""
        async with self._database.transaction() as connection:
            await connection.execute(delete(digest).where(digest.c.server_id == server_id))
            await self._database.announce(connection)

    async def _change(self, server_id: int, values: dict[str, Any], *where: Any) -> None:
        async with self._database.transaction() as connection:
            await connection.execute(
                update(digest).where(digest.c.server_id == server_id, *where).values(values)
            )
            await self._database.announce(connection)


def _columns(config: DigestConfig) -> dict[str, Any]:
    return {
        "channel_id": config.target.channel_id,
        "role_id": config.target.role_id,
        "publish": config.target.publish,
        "tag_id": config.target.tag_id,
        "at": f"{config.at:%H:%M}",
        "zone": config.zone,
        "weekdays": "".join(map(str, sorted(config.weekdays))),
        "topics": " ".join(sorted(config.topics)),
        "when_empty": config.when_empty,
        "language": config.language,
        "set_by": config.set_by,
    }


def _schedule(kept: RowMapping) -> Schedule:
    config = DigestConfig(
        target=Target(**{field.name: kept[field.name] for field in fields(Target)}),
        at=time.fromisoformat(kept["at"]),
        zone=kept["zone"],
        weekdays=frozenset(map(int, kept["weekdays"])),
        topics=frozenset(kept["topics"].split()),
        when_empty=kept["when_empty"],
        language=kept["language"],
        set_by=kept["set_by"],
    )
    rest = {name: kept[name] for name in _PROGRESS}
    return Schedule(server_id=kept["server_id"], config=config, **rest)


_PROGRESS = ("next_at", "next_day", "paused", "paused_until", "last_day", "last_base_version")
