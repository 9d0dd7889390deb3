"""Corrections that moderators are offered for what they posted: what changed, and three buttons.

The buttons carry the id of the correction, so they outlive the process.
"""

from __future__ import annotations

import re
from typing import Self, cast, get_args

import discord
from discord import ui
from discord.utils import utcnow

from bot.answers.service import AnswerService
from bot.cards.pages import Page
from bot.state.briefing_record import Briefing
from bot.state.corrections import Correction, Settlement
from bot.state.posts import Post
from bot.state.state import State
from bot.texts.catalogues import Words, words_in
from bot.ui.components import channels
from bot.ui.components.client import Interaction, guild_of, member_of, server_id_of
from bot.ui.components.language import reader_words
from bot.ui.components.markdown import escape
from bot.ui.components.mentions import look_up
from bot.ui.components.messages import ReplyText, UserError, answer
from bot.ui.components.moderator_commands import moderate
from bot.ui.components.persistent_items import PersistentItem, button, row_of
from bot.ui.posting import posts

TEMPLATE = r"c:(?P<settlement>posted|edited|dismissed):(?P<correction_id>[a-z2-7]{20})"

_MOST = 5  # corrections that are shown at once
_STYLES = {
    "posted": discord.ButtonStyle.primary,
    "edited": discord.ButtonStyle.primary,
    "dismissed": discord.ButtonStyle.secondary,
}


def offer(
    service: AnswerService,
    page: Page,
    correction_id: str,
    post_id: str | None = None,
    note: str | None = None,
) -> ui.LayoutView:
    """The offer of a correction: what changed, and what may be done about it.

    `post_id` is the offer's own, if it was posted in a channel; `note` is markdown above it.
    """
    if post_id:
        layout = posts.view(service, page, post_id, note=note)
    else:
        layout = posts.without_button(service, page, note=note)
    words = words_in(page.card.language)
    settle = [
        SettleButton.make(words(f"correction.button.{settlement}"), settlement, correction_id)
        for settlement in get_args(Settlement)
    ]
    look = LookButton.make(words("correction.button.look"), correction_id)
    layout.add_item(row_of(*settle, look))
    return layout


class LookButton(PersistentItem, template=r"c:look:(?P<correction_id>[a-z2-7]{20})"):
    """Shows which post a correction is about."""

    @classmethod
    def make(cls, label: str, correction_id: str) -> Self:
        """The button of a correction."""
        return cls(button(label, f"c:look:{correction_id}"))

    async def press(self, interaction: Interaction, match: re.Match[str]) -> None:
        """Answer with the post."""
        await moderate(interaction, lambda: _look(interaction, match["correction_id"]))


async def _look(interaction: Interaction, correction_id: str) -> None:
    words = reader_words(interaction)
    correction = await _required(interaction, correction_id)
    note = await _note(interaction, words, correction)
    if note is None:
        raise UserError(words("correction.gone"), words("correction.gone.help"))
    await answer(interaction, ReplyText(words("correction.button.look"), (note,)))


class SettleButton(PersistentItem, template=TEMPLATE):
    """Settles a correction: has it posted, has the post edited, or dismisses it."""

    @classmethod
    def make(cls, label: str, settlement: Settlement, correction_id: str) -> Self:
        """The button that settles a correction in one way."""
        return cls(button(label, f"c:{settlement}:{correction_id}", _STYLES[settlement]))

    async def press(self, interaction: Interaction, match: re.Match[str]) -> None:
        """Settle the correction."""
        settlement = cast(Settlement, match["settlement"])
        await moderate(
            interaction, lambda: _settle(interaction, match["correction_id"], settlement)
        )


async def _settle(interaction: Interaction, correction_id: str, settlement: Settlement) -> None:
    words, state, now = reader_words(interaction), interaction.client.state, utcnow()
    correction = await _required(interaction, correction_id)
    briefing = await _briefing(state, correction)
    post = await state.posts.get(correction.post_id)
    if briefing is None or post is None or post.status != "sent":
        raise UserError(words("correction.gone"), words("correction.gone.help"))
    target = briefing.plan.target
    if target and settlement != "dismissed":
        if await _is_unreachable(interaction, post):
            raise UserError(words("correction.unreachable"), words("correction.unreachable.help"))
        await channels.require_own_access_to(member_of(interaction), target, words)
    if correction.status != "open" and correction.member_id is None:
        raise UserError(words("correction.superseded"), words("correction.superseded.help"))
    is_first = await state.corrections.settle(
        correction_id, settlement, briefing.briefing_id, interaction.user.id, now
    )
    if not is_first:
        raise UserError(words("correction.settled"), words("correction.settled.help"))
    said = words(f"correction.done.{settlement}")
    await answer(interaction, ReplyText(words("correction.done"), (said,)))
    await interaction.client.notices.deliver_now(briefing.server_id)


async def _required(interaction: Interaction, correction_id: str) -> Correction:
    """A correction of this server.

    Raises UserError where there is none, and DatabaseUnavailable.
    """
    correction = await interaction.client.state.corrections.get(correction_id)
    if correction is None or correction.server_id != interaction.guild_id:
        words = reader_words(interaction)
        raise UserError(words("correction.gone"), words("correction.gone.help"))
    return correction


async def _note(interaction: Interaction, words: Words, correction: Correction) -> str | None:
    """Which post calls for a correction, as Discord's markdown; None where it is gone."""
    state = interaction.client.state
    post = await state.posts.get(correction.post_id)
    briefing = await _briefing(state, correction)
    if not post or not post.message_ref or not briefing:
        return None
    headline = f"**{escape(briefing.plan.text.headline)}**"
    if await _is_unreachable(interaction, post):
        return words("correction.of", headline=headline, link=words("gone.channel"))
    link = f"https://discord.com/channels/{correction.server_id}/{post.message_ref.link}"
    return words("correction.of", headline=headline, link=link)


async def _is_unreachable(interaction: Interaction, post: Post) -> bool:
    """Whether the channel, thread or forum post that holds a post was deleted."""
    assert post.message_ref, "a post that was sent has a message"
    channel_id = post.message_ref.channel_id
    mentions = await look_up(
        guild_of(interaction), reader_words(interaction), channel_ids=[channel_id]
    )
    return channel_id in mentions.gone


async def _briefing(state: State, correction: Correction) -> Briefing | None:
    post = await state.posts.get(correction.post_id)
    return await state.briefings.get(post.name) if post and post.name else None


async def show_open(interaction: Interaction) -> None:
    """Show a server's moderators what they have not settled yet, each with its buttons."""
    words = reader_words(interaction)
    waiting = await interaction.client.state.corrections.list_open(server_id_of(interaction))
    if not waiting:
        raise UserError(words("correction.none"), words("correction.none.help"))
    title = words.count("correction.open", len(waiting))
    small = (words("correction.more"),) if len(waiting) > _MOST else ()
    await answer(interaction, ReplyText(title, (words("correction.open.help"),), small))
    for correction in waiting[:_MOST]:
        await _show(interaction, correction)


async def _show(interaction: Interaction, correction: Correction) -> None:
    card = await interaction.client.corrections.card(correction)
    note = await _note(interaction, words_in(card.language), correction)
    service = interaction.client.service
    layout = offer(service, service.page(card), correction.correction_id, note=note)
    await interaction.followup.send(view=layout, ephemeral=True)
