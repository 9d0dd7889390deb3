"""The state as one value: everything that servers told the bot, and what it has posted."""

from __future__ import annotations

import secrets
from typing import Self

from bot.state.answers import Answers
from bot.state.base_versions import BaseVersions
from bot.state.briefings import Briefings
from bot.state.change_feed import ChangeFeed
from bot.state.corrections import Corrections
from bot.state.database import Database
from bot.state.digests import Digests
from bot.state.posts import Posts
from bot.state.rate_limit import RateLimit
from bot.state.settings import SettingsBook
from bot.state.suggestions import Suggestions


class State:
    """The open state. Use `State.open`, and close it when done."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.settings = SettingsBook(database)
        self.digests = Digests(database)
        self.briefings = Briefings(database)
        self.corrections = Corrections(database)
        self.suggestions = Suggestions(database)
        self.answers = Answers(database)
        self.base_versions = BaseVersions(database)
        self.rate_limit = RateLimit(database)
        # Each process claims posts in a name of its own.
        self.posts = Posts(database, worker=secrets.token_hex(16))

    @classmethod
    async def open(cls, url: str) -> Self:
        """Open the state at SQLAlchemy's `url`, and read every server's settings.

        Raises MissingDriver and DatabaseUnavailable.
        """
        state = cls(await Database.open(url))
        try:
            await state.settings.load()
        except BaseException:
            await state.close()
            raise
        return state

    async def forget_server(self, server_id: int) -> None:
        """Forget everything that is stored about a server. Raises DatabaseUnavailable."""
        self.answers.drop(server_id)
        await self.settings.delete(server_id)

    def changes(self) -> ChangeFeed:
        """A watch over what other processes change."""
        return ChangeFeed(self.database)

    async def close(self) -> None:
        """Close the database."""
        await self.database.close()
