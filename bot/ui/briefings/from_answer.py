"""**Brief this**: a button below a private answer, and an entry in the menu of messages.

A public answer looks the same to everyone, so it cannot have a button for moderators alone; Discord
shows the entry of the menu to those with Manage Server only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import discord
from discord import app_commands

from bot.cards.card import Question
from bot.ui.briefings.beginning import begin_from_answer
from bot.ui.components import brief_this, custom_ids
from bot.ui.components.client import Interaction
from bot.ui.components.language import reply_language
from bot.ui.components.localised import text
from bot.ui.components.moderator_commands import moderate
from bot.ui.components.persistent_items import PersistentItem
from bot.ui.posting.posts import custom_ids as ids_in


class BriefButton(PersistentItem, template=rf"{brief_this.PREFIX}(?P<question>.+)"):
    """Begins a briefing with the answer to the question in its custom id."""

    async def press(self, interaction: Interaction, match: re.Match[str]) -> None:
        """Begin it."""
        await moderate(interaction, lambda: _begin(interaction, match["question"]))


async def _begin(interaction: Interaction, encoded: str) -> None:
    question = _decoded(interaction, encoded, interaction.message)
    language = reply_language(interaction, private=False)
    facts: Iterable[str] = ()
    if question:
        facts = (await interaction.client.replies.reply(question, language)).facts
    await begin_from_answer(interaction, question, tuple(facts))


def brief_menu() -> app_commands.ContextMenu:
    """The entry in the menu of messages, for the bot's public answers."""

    async def brief(interaction: Interaction, message: discord.Message) -> None:
        await moderate(interaction, lambda: _begin_with(interaction, message))

    menu = app_commands.ContextMenu(name=text("briefing.ui.brief"), callback=brief)
    menu.guild_only = True
    menu.default_permissions = discord.Permissions(manage_guild=True)
    return menu


async def _begin_with(interaction: Interaction, message: discord.Message) -> None:
    facts = await interaction.client.state.public_answers.facts(message.id)
    await begin_from_answer(interaction, _question_of(interaction, message), tuple(facts))


def _question_of(interaction: Interaction, message: discord.Message) -> Question | None:
    """What a message of the bot answers: its button for sources asks the same."""
    if message.author != interaction.client.user:
        return None
    found = (_decoded(interaction, each, message) for each in ids_in(message.components))
    return next((question for question in found if question and question.sources), None)


def _decoded(
    interaction: Interaction, custom_id: str, message: discord.Message | None
) -> Question | None:
    match = re.fullmatch(custom_ids.TEMPLATE, custom_id)
    asked = match and custom_ids.decode(match, interaction.client.service, message)
    return asked[0] if asked else None
