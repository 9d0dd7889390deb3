"""The cog of `/suggest` and `/suggestions`: members say what is wrong, moderators decide."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.ui.components.client import FactdeskClient, Interaction
from bot.ui.components.localised import text
from bot.ui.components.moderator_commands import Slash, moderate
from bot.ui.suggestions.form import FORM, AboutButton, begin, complete_things, submit
from bot.ui.suggestions.own import OwnButton, show_own
from bot.ui.suggestions.passing_on import PassOnButton
from bot.ui.suggestions.queue import QueueButton, show_queue


class SuggestionCommands(commands.Cog, name="Suggestions"):
    """Adds both commands, and handles their forms and buttons."""

    def __init__(self, bot: FactdeskClient) -> None:
        self.bot = bot

    async def cog_load(self) -> None:
        """Add the commands and the buttons."""
        self.bot.tree.add_command(_suggest_command())
        self.bot.tree.add_command(_suggestions_group())
        self.bot.add_dynamic_items(AboutButton, OwnButton, PassOnButton, QueueButton)
        self.bot.forms.add(FORM, submit)


def _suggest_command() -> Slash:
    made: Slash = app_commands.Command(
        name="suggest", description=text("suggest.command"), callback=_suggest
    )
    made = app_commands.describe(about=text("suggest.option.about"))(made)
    made.autocomplete("about")(complete_things)
    return app_commands.guild_only(made)


def _suggestions_group() -> app_commands.Group:
    """Visible to all: members see their own suggestions there, and moderators the queue as well."""
    made = app_commands.Group(
        name="suggestions", description=text("suggest.group"), guild_only=True
    )
    for name, description, act in (
        ("mine", text("suggest.command.mine"), _mine),
        ("queue", text("suggest.command.queue"), _queue),
    ):
        made.add_command(app_commands.Command(name=name, description=description, callback=act))
    return made


async def _suggest(interaction: Interaction, about: str | None = None) -> None:
    """Open the form of a suggestion."""
    await begin(interaction, about)


async def _mine(interaction: Interaction) -> None:
    """Show what the member suggested."""
    await show_own(interaction)


async def _queue(interaction: Interaction) -> None:
    """Show a moderator what is waiting."""
    await moderate(interaction, lambda: show_queue(interaction))
