"""The cog of `/suggest` and `/suggestions`: members say what is wrong, moderators decide."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.ui.components.client import Interaction
from bot.ui.components.error_reporting import reported
from bot.ui.components.localised import text
from bot.ui.components.permissions import Slash, moderate
from bot.ui.components.submitted import form_id
from bot.ui.suggestions.forms import (
    FORM,
    AboutButton,
    SuggestionButton,
    begin,
    complete_things,
    show_own,
    show_queue,
    submit,
)


class SuggestionCommands(commands.Cog, name="Suggestions"):
    """Puts both commands on the command tree, and hears their forms and buttons."""

    def __init__(self, bot: commands.Bot) -> None:
        self.bot = bot

    async def cog_load(self) -> None:
        """Add the commands and the buttons."""
        self.bot.tree.add_command(_suggest_command())
        self.bot.tree.add_command(_suggestions_group())
        self.bot.add_dynamic_items(AboutButton, SuggestionButton)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Interaction) -> None:
        """Take what was entered into a form, whichever process opened it."""
        if match := FORM.fullmatch(form_id(interaction) or ""):
            await reported(interaction, submit(interaction, match["thing"]))


def _suggest_command() -> Slash:
    made: Slash = app_commands.Command(
        name="suggest", description=text("suggest.command"), callback=_suggest
    )
    made = app_commands.describe(about=text("suggest.option.about"))(made)
    made.autocomplete("about")(complete_things)
    return app_commands.guild_only(made)


def _suggestions_group() -> app_commands.Group:
    """Everybody's: a member sees their own there, and moderators the queue besides."""
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
