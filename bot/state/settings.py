"""What the moderators of servers chose; cached in memory, so no command waits for the database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, delete, select, update

from bot.state.database import Database
from bot.state.tables import deletion, server


@dataclass(frozen=True)
class Settings:
    """One server's settings; None if it chose nothing.

    `approval` says that a briefing needs a second moderator. `channel_id` and `zone` are the
    channel and time zone of briefings by default.
    """

    server_id: int
    language: str | None = None
    moderator_role_id: int | None = None
    approval: bool = False
    log_channel_id: int | None = None
    channel_id: int | None = None
    zone: str | None = None
    left_at: datetime | None = None


class ServerSettings:
    """The settings of every server that this process serves: `load` reads them, `of` answers.

    Every method that is a coroutine raises DatabaseUnavailable.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[int, Settings] = {}

    async def load(self) -> None:
        """Read the settings."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(
                select(server).where(self._database.serves(server.c.server_id))
            )
            self._known = {row["server_id"]: _settings(row) for row in rows.mappings()}

    def of(self, server_id: int | None) -> Settings:
        """A server's settings; the defaults if it chose nothing. No I/O."""
        return self._known.get(server_id or 0) or Settings(server_id or 0)

    async def choose_language(self, server_id: int, language: str | None) -> None:
        """Set a server's language; None for its language in Discord."""
        await self._choose(server_id, {"language": language})

    async def choose_role(self, server_id: int, role_id: int | None) -> None:
        """Set the role that may moderate besides members with Manage Server."""
        await self._choose(server_id, {"moderator_role_id": role_id})

    async def choose_approval(self, server_id: int, approval: bool) -> None:
        """Set whether a briefing needs a second moderator."""
        await self._choose(server_id, {"approval": approval})

    async def choose_log(self, server_id: int, channel_id: int | None) -> None:
        """Set the channel in which the audit log is posted."""
        await self._choose(server_id, {"log_channel_id": channel_id})

    async def choose_defaults(
        self, server_id: int, channel_id: int | None, zone: str | None
    ) -> None:
        """Set the channel and time zone of briefings by default."""
        await self._choose(server_id, {"channel_id": channel_id, "zone": zone})

    async def left(self, server_ids: Iterable[int], at: datetime) -> None:
        """Note that the bot left servers, unless that is known already."""
        await self._move(server.c.server_id.in_(list(server_ids)) & server.c.left_at.is_(None), at)

    async def returned(self, server_ids: Iterable[int]) -> None:
        """Note that the bot is in servers again that it had left."""
        if returned := [each for each in server_ids if self.of(each).left_at]:
            await self._move(server.c.server_id.in_(returned), None)

    async def _move(self, which: ColumnElement[bool], left_at: datetime | None) -> None:
        async with self._database.transaction() as connection:
            rows = await connection.execute(
                update(server).where(which).values(left_at=left_at).returning(server)
            )
            now = [_settings(row) for row in rows.mappings()]
            await self._database.announce(connection)
        self._known |= {each.server_id: each for each in now}

    def present(self) -> frozenset[int]:
        """The known servers that the bot has not left. No I/O."""
        return frozenset(each for each, known in self._known.items() if not known.left_at)

    async def delete(self, server_id: int, at: datetime) -> None:
        """Delete a server's row, and with it everything stored about the server.

        That it was deleted is noted, for what other processes have yet to write.
        """
        deleted = {"deleted_at": at}
        async with self._database.transaction() as connection:
            await connection.execute(delete(server).where(server.c.server_id == server_id))
            await connection.execute(
                self._database.insert(deletion)
                .values(server_id=server_id, **deleted)
                .on_conflict_do_update(index_elements=["server_id"], set_=deleted)
            )
            await self._database.announce(connection)
        self._known.pop(server_id, None)

    async def was_deleted_since(self, server_id: int, instant: datetime) -> bool:
        """Whether everything stored about a server was deleted, at an instant or later."""
        async with self._database.transaction() as connection:
            deleted = await connection.execute(
                select(deletion.c.server_id).where(
                    deletion.c.server_id == server_id, deletion.c.deleted_at >= instant
                )
            )
            return deleted.first() is not None

    def left_before(self, instant: datetime) -> frozenset[int]:
        """The servers that the bot left before an instant. No I/O."""
        left = ((each, known.left_at) for each, known in self._known.items())
        return frozenset(each for each, left_at in left if left_at and left_at < instant)

    async def purge(self, server_id: int, left_before: datetime) -> bool:
        """Delete a server that the bot left before an instant; returns whether it did."""
        async with self._database.transaction() as connection:
            purged = await connection.execute(
                delete(server).where(
                    server.c.server_id == server_id, server.c.left_at < left_before
                )
            )
            await self._database.announce(connection)
        if is_purged := purged.rowcount == 1:
            self._known.pop(server_id, None)
        return is_purged

    async def _choose(self, server_id: int, chosen: dict[str, str | int | bool | None]) -> None:
        async with self._database.transaction() as connection:
            await connection.execute(
                self._database.insert(server)
                .values(server_id=server_id, **chosen)
                .on_conflict_do_update(index_elements=["server_id"], set_=chosen)
            )
            await self._database.announce(connection)
            rows = await connection.execute(select(server).where(server.c.server_id == server_id))
            kept = _settings(rows.mappings().one())
        self._known[server_id] = kept


def _settings(row: RowMapping) -> Settings:
    return Settings(
        server_id=row["server_id"],
        language=row["language"],
        moderator_role_id=row["moderator_role_id"],
        approval=row["approval"],
        log_channel_id=row["log_channel_id"],
        channel_id=row["channel_id"],
        zone=row["zone"],
        left_at=row["left_at"],
    )
