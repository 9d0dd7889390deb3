"""What the moderators of servers chose; kept in memory, so no command waits for the database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from bot.state.database import Database
from bot.state.tables import server


@dataclass(frozen=True)
class Settings:
    """One server's settings; None where it chose nothing.

    `approval` says that a briefing needs a second moderator. `channel_id` and `zone` are where and
    in which time zone its moderators post unless they say otherwise.
    """

    server_id: int
    language: str | None = None
    moderator_role_id: int | None = None
    approval: bool = False
    log_channel_id: int | None = None
    channel_id: int | None = None
    zone: str | None = None
    left_at: datetime | None = None


class SettingsBook:
    """The settings of every server. `load` reads them; `of` answers from memory."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[int, Settings] = {}

    async def load(self) -> None:
        """Read every server's settings. Raises DatabaseUnavailable."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(select(server))
            self._known = {row["server_id"]: Settings(**row) for row in rows.mappings()}

    def of(self, server_id: int | None) -> Settings:
        """A server's settings; the defaults where it chose nothing. No I/O."""
        return self._known.get(server_id or 0) or Settings(server_id or 0)

    async def choose_language(self, server_id: int, language: str | None) -> None:
        """Keep the language of a server; None: whatever Discord tells.

        Raises DatabaseUnavailable.
        """
        await self._choose(server_id, language=language)

    async def choose_role(self, server_id: int, role_id: int | None) -> None:
        """Keep who may moderate besides those with Manage Server. Raises DatabaseUnavailable."""
        await self._choose(server_id, moderator_role_id=role_id)

    async def choose_approval(self, server_id: int, approval: bool) -> None:
        """Keep whether a briefing needs a second moderator. Raises DatabaseUnavailable."""
        await self._choose(server_id, approval=approval)

    async def choose_log(self, server_id: int, channel_id: int | None) -> None:
        """Keep where the moderators' steps are told. Raises DatabaseUnavailable."""
        await self._choose(server_id, log_channel_id=channel_id)

    async def choose_defaults(
        self, server_id: int, channel_id: int | None, zone: str | None
    ) -> None:
        """Keep where and in which zone briefings are posted by default.

        Raises DatabaseUnavailable.
        """
        await self._choose(server_id, channel_id=channel_id, zone=zone)

    async def left(self, server_ids: Iterable[int], at: datetime) -> None:
        """Note that the bot was removed from servers, where that is not known yet."""
        async with self._database.transaction() as connection:
            await connection.execute(
                update(server)
                .where(server.c.server_id.in_(list(server_ids)), server.c.left_at.is_(None))
                .values(left_at=at)
            )
            await self._database.announce(connection)
        await self.load()

    async def returned(self, server_ids: Iterable[int]) -> None:
        """Note that the bot is in servers from which it had been removed."""
        gone = [each for each in server_ids if self.of(each).left_at]
        if not gone:
            return
        async with self._database.transaction() as connection:
            await connection.execute(
                update(server).where(server.c.server_id.in_(gone)).values(left_at=None)
            )
            await self._database.announce(connection)
        await self.load()

    def present(self) -> frozenset[int]:
        """The servers that have settings and from which the bot is not known to be gone."""
        return frozenset(each for each, known in self._known.items() if not known.left_at)

    async def delete(self, server_id: int) -> None:
        """Delete a server's row, and with it all that hangs on it. Raises DatabaseUnavailable."""
        async with self._database.transaction() as connection:
            await connection.execute(delete(server).where(server.c.server_id == server_id))
            await self._database.announce(connection)
        self._known.pop(server_id, None)

    async def purge(self, left_before: datetime) -> int:
        """Forget the servers that the bot left before an instant; returns how many."""
        async with self._database.transaction() as connection:
            gone = await connection.execute(delete(server).where(server.c.left_at < left_before))
            await self._database.announce(connection)
        await self.load()
        return gone.rowcount

    async def _choose(self, server_id: int, **chosen: Any) -> None:
        async with self._database.transaction() as connection:
            await connection.execute(
                self._database.insert(server)
                .values(server_id=server_id, **chosen)
                .on_conflict_do_update(index_elements=["server_id"], set_=chosen)
            )
            await self._database.announce(connection)
            rows = await connection.execute(select(server).where(server.c.server_id == server_id))
            kept = Settings(**rows.mappings().one())
        self._known[server_id] = kept
