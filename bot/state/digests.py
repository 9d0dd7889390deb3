"""The digests of servers, at most one each: where, when and about what.

A local time and its time zone say when; `next_at` is the next run in UTC, computed from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Literal

from sqlalchemy import ColumnElement, RowMapping, bindparam, delete, func, select, update

from bot.state.database import Database
from bot.state.digest_progress import Occurrence, advanced_to, stories_of
from bot.state.notices import Notice, insert_notices
from bot.state.servers import insert_servers
from bot.state.tables import digest, post, server

WhenEmpty = Literal["skip", "story"]
BlockReason = Literal[
    "moderator",  # a moderator paused it
    "no-channel",  # the channel is gone
    "no-access",  # the bot cannot see it
    "no-permission",  # the bot cannot write there
    "archived",  # the thread is archived or locked
    "no-tag",  # the forum requires a tag
    "no-role",  # the role to notify is gone
    "no-zone",  # the time zone is no longer known
    "refused",  # Discord refuses the message for another reason
]


@dataclass(frozen=True)
class Target:
    """Where something is posted, which role it mentions, and whether it is published."""

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
    topics: frozenset[str]  # empty for all
    when_empty: WhenEmpty
    language: str  # the server's in Discord
    set_by: int


@dataclass(frozen=True)
class Schedule:
    """A server's digest and its progress.

    `next_at` is None while it is paused indefinitely. `last_base_version` is the base that the last
    posted digest was made from. `stories` are the local days on which stories were last in one.
    """

    server_id: int
    config: DigestConfig
    next_at: datetime | None
    next_day: date | None
    paused: BlockReason | None = None
    paused_until: datetime | None = None
    last_day: date | None = None
    last_base_version: str | None = None
    stories: Mapping[str, date] = field(default_factory=dict[str, date])


_ONE = select(digest).where(digest.c.server_id == bindparam("of"))


class Digests:
    """The digests in the database. Every method raises DatabaseUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, server_id: int) -> Schedule | None:
        """A server's digest, or None."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(_ONE, {"of": server_id})
            row = rows.mappings().one_or_none()
            return _schedule(row, await stories_of(connection, server_id)) if row else None

    async def all(self) -> tuple[Schedule, ...]:
        """Every digest without its stories, by server."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(select(digest).order_by(digest.c.server_id))
            return tuple(_schedule(row, {}) for row in rows.mappings())

    async def next_due(self) -> dict[int, datetime]:
        """When each digest is due next; not paused ones, nor those of servers that the bot left."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(
                select(digest.c.server_id, digest.c.next_at)
                .join(server)
                .where(
                    digest.c.next_at.is_not(None),
                    server.c.left_at.is_(None),
                    self._database.serves(server.c.server_id),
                )
            )
            return {row.server_id: row.next_at for row in rows}

    async def last_post_day(self, server_id: int) -> date | None:
        """The latest local day whose digest was posted, is being posted, or was skipped."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(
                select(func.max(post.c.day)).where(
                    post.c.server_id == server_id, post.c.kind == "digest"
                )
            )
            return rows.scalar_one()

    async def put(
        self,
        server_id: int,
        config: DigestConfig,
        next_at: datetime | None,
        next_day: date | None,
        paused: BlockReason | None = None,
        paused_until: datetime | None = None,
    ) -> None:
        """Set up a server's digest, or change it; ends a pause, unless it is given again."""
        values = {
            **_columns(config),
            "next_at": next_at,
            "next_day": next_day,
            "paused": paused,
            "paused_until": paused_until,
        }
        async with self._database.transaction() as connection:
            await insert_servers(self._database, connection, [server_id])
            await connection.execute(
                self._database.insert(digest)
                .values(server_id=server_id, **values)
                .on_conflict_do_update(index_elements=["server_id"], set_=values)
            )
            await self._database.announce(connection)

    async def advance(
        self,
        server_id: int,
        past: date,
        following: Occurrence,
        warning: Notice | None = None,
    ) -> None:
        """Set the next run and end a pause, unless the next run is already after the day `past`.

        `warning` is noted if so. The next run alone is not announced: any process that still takes
        it for due finds that it is not.
        """
        await self._change(
            server_id,
            advanced_to(following),
            digest.c.next_day <= past,
            warning=warning,
            announced=warning is not None,
        )

    async def pause(
        self,
        server_id: int,
        reason: BlockReason,
        until: datetime | None = None,
        next_at: datetime | None = None,
        next_day: date | None = None,
    ) -> None:
        """Pause a digest: indefinitely, or `until` an instant, with the next run after it."""
        await self._change(
            server_id,
            {"paused": reason, "paused_until": until, "next_at": next_at, "next_day": next_day},
        )

    async def pause_and_warn(
        self, server_id: int, reason: BlockReason, config: DigestConfig, at: datetime
    ) -> None:
        """Pause a digest that cannot be posted, and note to tell its moderators.

        Does nothing if its config has changed from `config`, or if another process, which was
        refused as well, has paused it for the same reason.
        """
        await self._change(
            server_id,
            {"paused": reason, "paused_until": None, "next_at": None, "next_day": None},
            digest.c.paused.is_distinct_from(reason),
            *(digest.c[name] == value for name, value in _columns(config).items()),
            warning=Notice(server_id, "digest", at, detail=reason),
        )

    async def resume(self, server_id: int, next_at: datetime, next_day: date) -> None:
        """End a pause."""
        await self._change(
            server_id,
            {"paused": None, "paused_until": None, "next_at": next_at, "next_day": next_day},
        )

    async def remove(self, server_id: int) -> None:
        """Remove a server's digest; its posts stay recorded."""
        async with self._database.transaction() as connection:
            await connection.execute(delete(digest).where(digest.c.server_id == server_id))
            await self._database.announce(connection)

    async def _change(
        self,
        server_id: int,
        values: Mapping[str, object],
        *conditions: ColumnElement[bool],
        warning: Notice | None = None,
        announced: bool = True,
    ) -> None:
        async with self._database.transaction() as connection:
            changed = await connection.execute(
                update(digest).where(digest.c.server_id == server_id, *conditions).values(**values)
            )
            if changed.rowcount and warning:
                await insert_notices(connection, warning)
            if announced:
                await self._database.announce(connection)


def _columns(config: DigestConfig) -> dict[str, object]:
    return {
        "channel_id": config.target.channel_id,
        "role_id": config.target.role_id,
        "publish": config.target.publish,
        "tag_id": config.target.tag_id,
        "at": f"{config.at:%H:%M}",
        "zone": config.zone,
        "weekdays": "".join(map(str, sorted(config.weekdays))),
        "topics": sorted(config.topics),
        "when_empty": config.when_empty,
        "language": config.language,
        "set_by": config.set_by,
    }


def _schedule(row: RowMapping, stories: Mapping[str, date]) -> Schedule:
    config = DigestConfig(
        target=Target(row["channel_id"], row["role_id"], row["publish"], row["tag_id"]),
        at=time.fromisoformat(row["at"]),
        zone=row["zone"],
        weekdays=frozenset(map(int, row["weekdays"])),
        topics=frozenset(row["topics"]),
        when_empty=row["when_empty"],
        language=row["language"],
        set_by=row["set_by"],
    )
    return Schedule(
        server_id=row["server_id"],
        config=config,
        next_at=row["next_at"],
        next_day=row["next_day"],
        paused=row["paused"],
        paused_until=row["paused_until"],
        last_day=row["last_day"],
        last_base_version=row["last_base_version"],
        stories=stories,
    )
