"""The state as one value: what moderators set up, and what the bot posted."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Self

from bot.shards import UNDIVIDED, Shards
from bot.state.base_versions import BaseVersions
from bot.state.briefings import Briefings
from bot.state.change_feed import ChangeFeed
from bot.state.corrections import Corrections
from bot.state.database import Database
from bot.state.digests import Digests
from bot.state.fact_versions import FactVersions
from bot.state.leases import Leases
from bot.state.notices import Notices
from bot.state.post_edits import PostEdits
from bot.state.posts import Posts
from bot.state.public_answers import PublicAnswers
from bot.state.rate_limit import RateLimit
from bot.state.settings import ServerSettings
from bot.state.suggestions import Suggestions


class State:
    """The open state, one attribute for each kind of thing. Use `State.open`, and `close` it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.settings = ServerSettings(database)
        self.digests = Digests(database)
        self.briefings = Briefings(database)
        self.post_edits = PostEdits(database)
        self.notices = Notices(database)
        self.corrections = Corrections(database)
        self.suggestions = Suggestions(database)
        self.public_answers = PublicAnswers(database)
        self.base_versions = BaseVersions(database)
        self.fact_versions = FactVersions(database)
        self.rate_limit = RateLimit(database)
        self.posts = Posts(database)
        self.worker = secrets.token_hex(16)  # unique to the process
        self.leases = Leases(database, self.worker)

    @classmethod
    async def open(cls, url: str, shards: Shards = UNDIVIDED) -> Self:
        """Open the database at SQLAlchemy's `url`, and read the settings of the shards' servers.

        Raises MissingDriver and DatabaseUnavailable.
        """
        state = cls(await Database.open(url, shards))
        try:
            await state.settings.load()
        except BaseException:
            await state.close()
            raise
        return state

    async def forget_server(self, server_id: int, at: datetime) -> None:
        """Delete everything stored about a server. Raises DatabaseUnavailable."""
        self.public_answers.drop(server_id)
        await self.settings.delete(server_id, at)

    def change_feed(self) -> ChangeFeed:
        """A feed that says whether any process changed the state. Close it when done."""
        return ChangeFeed(self.database)

    async def close(self) -> None:
        """Close every connection to the database."""
        await self.database.close()
