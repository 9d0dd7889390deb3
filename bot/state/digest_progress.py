"""How far a server's digest has come: its last one, the stories it had, and when it is due next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.state.database import Database
from bot.state.tables import digest, digest_story


@dataclass(frozen=True)
class Occurrence:
    """One time of a recurring post: its instant, and the local day that it belongs to."""

    instant: datetime
    day: date


# Made once: to make a statement takes longer than to execute it.
_NOTED = update(digest).where(digest.c.server_id == bindparam("of"))
_ADVANCED = _NOTED.where(digest.c.next_day <= bindparam("past"))
_STORIES = select(digest_story.c.story, digest_story.c.day).where(
    digest_story.c.server_id == bindparam("of")
)


async def note_digest(
    database: Database,
    connection: AsyncConnection,
    server_id: int,
    day: date,
    base_version: str,
    story: str | None,
    following: Occurrence | None,
) -> None:
    """Note the digest of a day that was posted, and when the next one is due if that is given.

    The next one stays as it is if it is after the day already.
    """
    if story:
        await connection.execute(
            database.insert(digest_story).on_conflict_do_update(
                index_elements=["server_id", "story"], set_={"day": literal_column("excluded.day")}
            ),
            {"server_id": server_id, "story": story, "day": day},
        )
    noted = {"of": server_id, "last_day": day, "last_base_version": base_version}
    if following:
        advanced = noted | {"past": day} | advanced_to(following)
        if (await connection.execute(_ADVANCED, advanced)).rowcount:
            return
    await connection.execute(_NOTED, noted)


def advanced_to(following: Occurrence) -> dict[str, object]:
    """The columns of table `digest` for its next run, with which a pause ends."""
    return {
        "next_at": following.instant,
        "next_day": following.day,
        "paused": None,
        "paused_until": None,
    }


async def stories_of(connection: AsyncConnection, server_id: int) -> dict[str, date]:
    """The local day on which each story was last in a server's digest."""
    rows = await connection.execute(_STORIES, {"of": server_id})
    return {row.story: row.day for row in rows}
