"""Answers as replies: who sees them, and what a press on their buttons does."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import discord
from discord import ui

from bot.answers.service import AnswerService
from bot.cards.card import Action, Card, Question
from bot.cards.pages import Page
from bot.facts.records import ThingRecord
from bot.state.public_answers import PublicAnswer
from bot.texts.catalogues import words_in
from bot.ui.components import brief_this, custom_ids, layout, payload, submitted
from bot.ui.components.authorization import may_moderate
from bot.ui.components.client import FactdeskClient, Interaction, is_in_server_of_ours
from bot.ui.components.finished_replies import FinishedReply
from bot.ui.components.language import reader_words, reply_language
from bot.ui.components.payload import Component, Components, ReadyView
from bot.ui.components.persistent_items import PersistentItem
from bot.ui.suggestions.passing_on import pass_on_button

Sent = discord.InteractionCallbackResponse[FactdeskClient]


async def reply(interaction: Interaction, question: Question, private: bool) -> None:
    """Answer a command: publicly in the server's language, privately in the reader's.

    An answer without facts is private.
    """
    private = private or _is_kept_private(interaction)
    replies, language = interaction.client.replies, reply_language(interaction, private)
    answer = await replies.reply(question, language)
    own_language = reply_language(interaction, private=True)
    if not answer.found and own_language != language:
        answer = await replies.reply(question, own_language)
    await _send(interaction, question, answer, private=private or not answer.found)


def _is_kept_private(interaction: Interaction) -> bool:
    """Whether Discord shows the reply to nobody else.

    In a server that has not added the bot, a public one needs the permission Use External Apps.
    """
    if interaction.guild_id is None or is_in_server_of_ours(interaction):
        return False
    return not interaction.permissions.use_external_apps


def _privately(
    interaction: Interaction, question: Question, answer: FinishedReply
) -> FinishedReply:
    """A private answer, from which a moderator can begin a briefing."""
    is_here = interaction.client.get_guild(interaction.guild_id or 0) is not None
    if not (is_here and answer.facts and may_moderate(interaction)):
        return answer
    row = brief_this.row(reader_words(interaction), interaction.client.service, question)
    return answer.with_row(row) if row else answer


async def _send(
    interaction: Interaction, question: Question, answer: FinishedReply, private: bool
) -> None:
    if private:
        answer = _privately(interaction, question, answer)

    async def send(layout: ui.LayoutView, files: list[discord.File]) -> Sent:
        return await interaction.response.send_message(view=layout, files=files, ephemeral=private)

    sent = await interaction.client.replies.send(answer, send)
    if private or not is_in_server_of_ours(interaction):
        return
    if interaction.guild_id and interaction.channel_id and sent.message_id:
        where = interaction.guild_id, interaction.channel_id
        note_public_answer(interaction.client, answer.facts, sent.message_id, *where)


def note_public_answer(
    client: FactdeskClient,
    facts: Mapping[str, str],
    message_id: int,
    server_id: int,
    channel_id: int,
) -> None:
    """Remember which facts a public answer showed, so that corrections of them are found."""
    answered = PublicAnswer(
        message_id=message_id,
        server_id=server_id,
        channel_id=channel_id,
        facts=facts,
        answered_at=discord.utils.utcnow(),
    )
    client.state.public_answers.note(answered)


def view(service: AnswerService, card: Card, pictured: bool = False) -> ReadyView:
    """The page of an answer that its question asks for, with its buttons."""
    return ReadyView(page_components(service, service.page(card), pictured))


def page_components(service: AnswerService, page: Page, pictured: bool = False) -> Components:
    """A page of an answer, with its buttons.

    `pictured` says that it is sent with the file of its picture.
    """

    def make_button(action: Action, turn: bool) -> Component:
        return ask_button(action, turn, service)

    def make_menu(things: Sequence[ThingRecord], hint: str) -> Component:
        return related_menu(things, hint, service, card.language)

    card, texts = page.card, words_in(page.card.language)
    further = [pass_on_button(texts, card.unanswered)] if card.unanswered else []
    return layout.components(page, texts, make_button, make_menu, further, pictured)


def ask_button(action: Action, turn: bool, service: AnswerService) -> Component:
    """The button of an action; `turn` says that its answer replaces the page."""
    is_part = turn and not action.question.sources
    style = discord.ButtonStyle.primary if is_part else discord.ButtonStyle.secondary
    return payload.button(action.label, custom_ids.encode(action.question, service, turn), style)


def related_menu(
    things: Sequence[ThingRecord], hint: str, service: AnswerService, language: str
) -> Component:
    """The menu of things, whose values are the custom ids of the questions about them."""
    options = ((service.label(each.id, language), custom_ids.of_thing(each)) for each in things)
    return payload.menu("related", hint, options)


class AskButton(PersistentItem, template=custom_ids.TEMPLATE):
    """A button that asks the question in its custom id.

    A press on a public reply answers the presser privately; in a private reply, a turned page
    replaces the page before.
    """

    async def press(self, interaction: Interaction, match: re.Match[str]) -> None:
        """Answer the question."""
        await _answer(interaction, match)


class RelatedMenu(PersistentItem, template=r"related"):
    """A menu of things; the answer about the picked one is private."""

    async def press(self, interaction: Interaction, match: re.Match[str]) -> None:
        """Answer the question that was picked."""
        (picked,) = submitted.picked(interaction)
        await _answer(interaction, re.fullmatch(custom_ids.TEMPLATE, picked))


async def _answer(interaction: Interaction, match: re.Match[str] | None) -> None:
    """Answer the question in a custom id, or show what can be asked if no command asks it now."""
    service, message = interaction.client.service, interaction.message
    asked = match and custom_ids.decode(match, service, message)
    question, turn = asked or (Question("about"), False)
    replies = interaction.client.replies
    answer = await replies.reply(question, reply_language(interaction, private=True))
    if turn and message and message.flags.ephemeral:

        async def edit(layout: ui.LayoutView, files: list[discord.File]) -> object:
            return await interaction.response.edit_message(view=layout, attachments=files)

        await replies.send(_privately(interaction, question, answer), edit)
    else:
        await _send(interaction, question, answer, private=True)
