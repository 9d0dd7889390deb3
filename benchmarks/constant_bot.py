"""A discord.py bot that knows one command and answers it with a constant: the floor of any price.

`python -m benchmarks.constant_bot PORT` connects to a small Discord on that port.
"""

from __future__ import annotations

import sys

import discord
from discord import app_commands, ui
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

TOKEN = "a-constant-token"  # noqa: S105
CHOICES = [
    app_commands.Choice(name=f"Choice {n} of an autocomplete", value=f"{n}") for n in range(10)
]


class ConstantBot(discord.Client):
    """Answers `/event`."""

    def __init__(self) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
        )
        self.tree = app_commands.CommandTree(self)

    async def setup_hook(self) -> None:
        """Upload the command."""
        command: app_commands.Command[app_commands.Group, ..., None] = app_commands.Command(
            name="event", description="A constant.", callback=answer
        )
        command.autocomplete("name")(complete)
        self.tree.add_command(command)
        await self.tree.sync()


async def answer(
    interaction: discord.Interaction[ConstantBot], name: str, private: bool = False
) -> None:
    """Twelve texts, as a message."""
    layout = ui.LayoutView(timeout=None)
    box = ui.Container[ui.LayoutView]()
    for number in range(12):
        box.add_item(ui.TextDisplay(f"Part {number} of a reply that is always the same."))
    layout.add_item(box)
    await interaction.response.send_message(view=layout, ephemeral=private)


async def complete(
    interaction: discord.Interaction[ConstantBot], typed: str
) -> list[app_commands.Choice[str]]:
    """Ten choices."""
    return CHOICES


if __name__ == "__main__":
    port = int(sys.argv[1])
    Route.BASE = f"http://127.0.0.1:{port}/api/v10"
    DiscordWebSocket.DEFAULT_GATEWAY = URL(f"ws://127.0.0.1:{port}/gateway")
    ConstantBot().run(TOKEN, log_handler=None)
