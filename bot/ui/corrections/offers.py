"""Corrections that moderators are offered for what they posted: what changed, and three buttons.

The buttons carry the id of the correction, so they outlive the process.
"""

from __future__ import annotations

import re
from typing import Any, Self, get_args

import discord
from discord import ui
from discord.utils import utcnow

from bot.answers.service import AnswerService
from bot.cards.card import Card
from bot.cards.limits import BUTTON_LABEL, shorten
from bot.state.briefings import AuditEntry, Briefing
from bot.state.corrections import Correction, Settlement
from bot.state.state import State
from bot.texts.catalogues import Words
from bot.texts.catalogues import words as words_of
from bot.ui.briefings.audit_log import tell
from bot.ui.components.markdown import escape
from bot.ui.components.messages import Notice, UserError, answer
from bot.ui.components.permissions import pressed, spoken
from bot.ui.posting import posts
from bot.ui.questions import replies
from bot.ui.questions.replies import Interaction

TEMPLATE = r"c:(?P<settlement>posted|edited|dismissed):(?P<correction_id>[a-z2-7]{20})"

_MOST = 5  # corrections that are shown at once
_STYLES = {
    "posted": discord.ButtonStyle.primary,
    "edited": discord.ButtonStyle.primary,
    "dismissed": discord.ButtonStyle.secondary,
}


def offer(
    service: AnswerService,
    card: Card,
    correction_id: str,
    post_id: str | None = None,
    note: str | None = None,
) -> ui.LayoutView:
    """The offer of a correction: what changed, and what may be done about it.

    `post_id` is the offer's own, where it stands in a channel; `note` is markdown above it.
    """
    if post_id:
        layout = posts.view(service, card, post_id, note=note)
    else:
        layout = posts.without_button(service, card, note=note)
    row: ui.ActionRow[Any] = ui.ActionRow()
    words = words_of(card.language)
    for settlement in get_args(Settlement):
        label = words(f"correction.button.{settlement}")
        row.add_item(SettleButton(label, settlement, correction_id))
    row.add_item(LookButton(words("correction.button.look"), correction_id))
    layout.add_item(row)
    return layout


class LookButton(
    ui.DynamicItem[ui.Button[Any]], template=r"c:look:(?P<correction_id>[a-z2-7]{20})"
):
    """Tells which post it is that calls for a correction."""

    def __init__(self, label: str, correction_id: str) -> None:
        self.correction_id = correction_id
        super().__init__(
            ui.Button(label=shorten(label, BUTTON_LABEL), custom_id=f"c:look:{correction_id}")
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: ui.Item[Any], match: re.Match[str]
    ) -> Self:
        """The button that was pressed."""
        return cls(getattr(item, "label", None) or "…", match["correction_id"])

    async def callback(self, interaction: Interaction) -> None:
        """Answer the press."""
        await pressed(interaction, lambda: _look(interaction, self.correction_id))


async def _look(interaction: Interaction, correction_id: str) -> None:
    words = spoken(interaction)
    correction = await _required(interaction, correction_id)
    told = await _note(interaction.client.state, words, correction)
    if told is None:
        raise UserError(words("correction.gone"), words("correction.gone.help"))
    await answer(interaction, Notice(words("correction.button.look"), (told,)))


class SettleButton(ui.DynamicItem[ui.Button[Any]], template=TEMPLATE):
    """Settles a correction: has it posted, has the post edited, or leaves it."""

    def __init__(self, label: str, settlement: Settlement, correction_id: str) -> None:
        self.settlement: Settlement = settlement
        self.correction_id = correction_id
        super().__init__(
            ui.Button(
                label=shorten(label, BUTTON_LABEL),
                custom_id=f"c:{settlement}:{correction_id}",
                style=_STYLES[settlement],
            )
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: ui.Item[Any], match: re.Match[str]
    ) -> Self:
        """The button that was pressed."""
        settlement: Any = match["settlement"]
        return cls(getattr(item, "label", None) or "…", settlement, match["correction_id"])

    async def callback(self, interaction: Interaction) -> None:
        """Answer the press."""
        await pressed(
            interaction, lambda: _settle(interaction, self.correction_id, self.settlement)
        )


async def _settle(interaction: Interaction, correction_id: str, settlement: Settlement) -> None:
    words, now = spoken(interaction), utcnow()
    state: State = interaction.client.state
    correction = await _required(interaction, correction_id)
    briefing = await _briefing(state, correction)
    post = await state.posts.get(correction.post_id)
    if briefing is None or post is None or post.status != "sent":
        raise UserError(words("correction.gone"), words("correction.gone.help"))
    if correction.status != "open" and correction.member_id is None:
        raise UserError(words("correction.superseded"), words("correction.superseded.help"))
    settle = state.corrections.settle
    is_first = await settle(
        correction_id, settlement, briefing.briefing_id, interaction.user.id, now
    )
    if not is_first:
        raise UserError(words("correction.settled"), words("correction.settled.help"))
    entry = AuditEntry(now, interaction.user.id, "corrected", settlement)
    said = words(f"correction.done.{settlement}")
    await answer(interaction, Notice(words("correction.done"), (said,)))
    language = replies.language(interaction, private=False)
    channel_id = state.settings.of(briefing.server_id).log_channel_id
    await tell(interaction.client, channel_id, words_of(language), briefing, entry)


async def _required(interaction: Interaction, correction_id: str) -> Correction:
    """A correction of this server.

    Raises UserError where there is none, and DatabaseUnavailable.
    """
    state: State = interaction.client.state
    correction = await state.corrections.get(correction_id)
    if correction is None or correction.server_id != interaction.guild_id:
        words = spoken(interaction)
        raise UserError(words("correction.gone"), words("correction.gone.help"))
    return correction


async def _note(state: State, words: Words, correction: Correction) -> str | None:
    """Which post calls for a correction, as Discord's markdown; None where it is gone."""
    post = await state.posts.get(correction.post_id)
    briefing = await _briefing(state, correction)
    if not post or not post.message_ref or not briefing:
        return None
    link = f"https://discord.com/channels/{correction.server_id}/{post.message_ref.link}"
    headline = f"**{escape(briefing.plan.text.headline)}**"
    return words("correction.of", headline=headline, link=link)


async def _briefing(state: State, correction: Correction) -> Briefing | None:
    post = await state.posts.get(correction.post_id)
    return await state.briefings.get(post.name) if post and post.name else None


async def show_open(interaction: Interaction) -> None:
    """Show a server's moderators what they have not settled yet, each with its buttons."""
    words = spoken(interaction)
    state: State = interaction.client.state
    assert interaction.guild_id, "moderators' commands are for servers"
    waiting = await state.corrections.open(interaction.guild_id)
    if not waiting:
        raise UserError(words("correction.none"), words("correction.none.help"))
    title = words.count("correction.open", len(waiting))
    small = (words("correction.more"),) if len(waiting) > _MOST else ()
    await answer(interaction, Notice(title, (words("correction.open.help"),), small))
    for correction in waiting[:_MOST]:
        await _show(interaction, correction)


async def _show(interaction: Interaction, correction: Correction) -> None:
    card = await interaction.client.corrections.card(correction)
    note = await _note(interaction.client.state, words_of(card.language), correction)
    layout = offer(interaction.client.service, card, correction.correction_id, note=note)
    await interaction.followup.send(view=layout, ephemeral=True)
