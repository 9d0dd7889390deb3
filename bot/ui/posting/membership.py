"""Which servers the bot is in, as the gateway and Discord's API say."""

from __future__ import annotations

import discord

from bot.ui.components.error_mapping import delivery_errors


class DiscordMembership:
    """Looks servers up through a logged-in client."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    def is_here(self, server_id: int) -> bool:
        """Whether this process has the server from the gateway, available or not. No I/O."""
        return self._client.get_guild(server_id) is not None

    async def has_left(self, server_id: int) -> bool:
        """Whether Discord knows no such server for the bot. Raises DeliveryError.

        A server that merely refuses access is not one that the bot left.
        """
        with delivery_errors():
            try:
                await self._client.fetch_guild(server_id, with_counts=False)
            except discord.NotFound:
                return True
            except discord.Forbidden:
                return False
        return False
