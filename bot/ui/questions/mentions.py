"""Questions in messages: in direct messages, and where the bot is mentioned.

Discord shows the bot the text of these messages without a privileged intent.
"""

from __future__ import annotations

import re

import discord
import structlog
from discord import ui

from bot.cards.card import Question
from bot.texts.catalogues import choose
from bot.ui.components.client import FactdeskClient
from bot.ui.questions.replies import note_public_answer

log = structlog.stdlib.get_logger("factdesk.ui")

_HANGUL, _KANA_OR_HAN = re.compile("[가-힣]"), re.compile("[ぁ-ヿ一-鿿]")


async def answer_message(client: FactdeskClient, message: discord.Message) -> None:
    """Reply to a message that asks the bot something; other messages are left alone."""
    question = _question_in(client, message)
    if question is None:
        return
    answer = await client.replies.reply(question, _language(client, message))

    async def send(layout: ui.LayoutView, files: list[discord.File]) -> discord.Message:
        return await message.reply(view=layout, files=files, mention_author=False)

    try:
        sent = await client.replies.send(answer, send)
    except discord.HTTPException as error:
        log.warning(
            "a mention could not be answered", channel=message.channel.id, reason=str(error)
        )
        return
    if message.guild:
        note_public_answer(client, answer.facts, sent.id, message.guild.id, message.channel.id)


def _question_in(client: FactdeskClient, message: discord.Message) -> Question | None:
    """What a message asks; None if it is a bot's, or none of the bot's business."""
    if message.author.bot or client.user is None:
        return None
    mention = re.compile(rf"<@!?{client.user.id}>")
    if message.guild and not mention.search(message.content):
        return None
    text = mention.sub(" ", message.content).strip()
    return Question("ask", {"question": text}) if text else Question("about")


def _language(client: FactdeskClient, message: discord.Message) -> str:
    """The server's language; in a direct message, the one that its letters belong to."""
    if guild := message.guild:
        chosen = client.state.settings.of(guild.id).language
        return chosen or choose(str(guild.preferred_locale), client.config.language)
    if _HANGUL.search(message.content):
        return "ko"
    return "ja" if _KANA_OR_HAN.search(message.content) else choose("en")
