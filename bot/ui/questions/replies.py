"""Answers as replies: in whose language, seen by whom, and what a press on their buttons does."""

from __future__ import annotations

import re
from typing import Any, Self

import discord
from discord import ui

from bot.answers.service import AnswerService
from bot.cards.card import Action, Card, Question
from bot.cards.limits import BUTTON_LABEL, shorten
from bot.state.answers import Answered
from bot.texts.catalogues import choose, words
from bot.ui.components import custom_ids, layout
from bot.ui.components.error_reporting import report

Interaction = discord.Interaction[Any]


async def reply(
    interaction: Interaction, service: AnswerService, question: Question, private: bool
) -> None:
    """Answer a command: publicly in the server's language, privately in the reader's.

    What could not be answered is told to the asker alone.
    """
    card = await service.answer(question, language(interaction, private))
    if not card.found and not private:
        card = await service.answer(question, language(interaction, private=True))
    await _send(interaction, service, card, private=private or not card.found)


def language(interaction: Interaction, private: bool) -> str:
    """The language of a reply: the reader's where it is private or outside servers.

    In public, the one that the server's moderators chose, or else what Discord tells of the server.
    """
    if private or interaction.guild_locale is None:
        return choose(str(interaction.locale))
    chosen = interaction.client.state.settings.of(interaction.guild_id).language
    return chosen or language_of_discord(interaction)


def language_of_discord(interaction: Interaction) -> str:
    """The language of a server as Discord tells it, or the host's where nobody here speaks it."""
    told = str(interaction.guild_locale) if interaction.guild_locale else None
    return choose(told, interaction.client.config.language)


async def _send(
    interaction: Interaction, service: AnswerService, card: Card, private: bool
) -> None:
    sent = await interaction.response.send_message(view=view(service, card), ephemeral=private)
    if not private and interaction.guild_id and interaction.channel_id and sent.message_id:
        answered = Answered(
            message_id=sent.message_id,
            server_id=interaction.guild_id,
            channel_id=interaction.channel_id,
            facts=service.page(card).facts(),
            answered_at=interaction.created_at,
        )
        interaction.client.state.answers.note(answered)


def view(service: AnswerService, card: Card) -> ui.LayoutView:
    def button(action: Action, turn: bool) -> AskButton:
        return AskButton(
            action.label, action.question, turn, custom_ids.encode(action.question, service, turn)
        )

    return layout.view(service.page(card), words(card.language), button)


class AskButton(ui.DynamicItem[ui.Button[Any]], template=custom_ids.TEMPLATE):
    """A button that asks a question; its custom id says which, so it needs no state.

    A press on a public reply answers the presser privately; in a private reply, a turned page
    takes the place of the one before.
    """

    def __init__(self, label: str, question: Question, turn: bool, custom_id: str) -> None:
        self.question = question
        self.turn = turn
        style = discord.ButtonStyle.primary if turn else discord.ButtonStyle.secondary
        super().__init__(
            ui.Button(label=shorten(label, BUTTON_LABEL), custom_id=custom_id, style=style)
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: ui.Item[Any], match: re.Match[str]
    ) -> Self:
        """The button that was pressed, from its custom id alone."""
        decoded = custom_ids.decode(match, interaction.client.service)
        # Where nothing asks it any more, the help says what can be asked.
        question, turn = decoded or (Question("about"), False)
        label = getattr(item, "label", None) or "…"
        return cls(label, question, turn, match.string)

    async def callback(self, interaction: Interaction) -> None:
        """Answer the press. An exception here would reach no handler of discord.py's."""
        try:
            await self._answer(interaction)
        except Exception as error:
            await report(interaction, error)

    async def _answer(self, interaction: Interaction) -> None:
        service: AnswerService = interaction.client.service
        card = await service.answer(self.question, language(interaction, private=True))
        message = interaction.message
        if self.turn and message and message.flags.ephemeral:
            await interaction.response.edit_message(view=view(service, card))
        else:
            await _send(interaction, service, card, private=True)
