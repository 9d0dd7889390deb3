"""The cog of the members' questions: `/event`, `/actor`, `/topic`, `/timeline` and the rest."""

from __future__ import annotations

from discord.ext import commands

from bot.answers.commands import COMMANDS
from bot.ui.questions.replies import AskButton, RelatedMenu
from bot.ui.questions.slash import message_menu, slash_command


class QuestionCommands(commands.Cog):
    """Adds a command for every question of the table, and handles the buttons of answers."""

    def __init__(self, bot: commands.AutoShardedBot) -> None:
        self.bot = bot

    async def cog_load(self) -> None:
        """Add the commands, the button and the menu."""
        for command in COMMANDS.values():
            made = message_menu(command) if command.on_message else slash_command(command)
            self.bot.tree.add_command(made)
        self.bot.add_dynamic_items(AskButton, RelatedMenu)
