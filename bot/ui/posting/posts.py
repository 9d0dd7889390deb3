"""Posts of the bot's own accord: a card as everybody in a channel sees it, and its button.

The button's custom id carries the post's id, so that a post can be found again in a channel's
history, and its reader can ask what was corrected since.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Mapping
from typing import Any, Self

import discord
import structlog
from discord import ui

from bot.answers.context import AnswerContext
from bot.answers.questions.corrections import since
from bot.answers.service import AnswerService
from bot.cards.card import Card
from bot.cards.limits import BUTTON_LABEL, shorten
from bot.state.errors import DatabaseUnavailable
from bot.texts.catalogues import Words, words
from bot.ui.components import messages
from bot.ui.components.error_reporting import report
from bot.ui.questions import replies

log = structlog.stdlib.get_logger("factdesk.ui")

TEMPLATE = r"post:(?P<post_id>[a-z2-7]{20})"


def view(
    service: AnswerService,
    card: Card,
    post_id: str,
    role_id: int | None = None,
    note: str | None = None,
    posted_by: int | None = None,
) -> ui.LayoutView:
    """The view of a post: the role that it tells first, the card, and the post's own button.

    `note` is markdown that stands above all, where a post is only shown. `posted_by` is the member
    who stands behind it, where somebody does.
    """
    layout = without_button(service, card, role_id, note, posted_by)
    row: ui.ActionRow[Any] = ui.ActionRow()
    row.add_item(CorrectionsButton(words(card.language)("digest.corrections-since"), post_id))
    layout.add_item(row)
    return layout


def without_button(
    service: AnswerService,
    card: Card,
    role_id: int | None = None,
    note: str | None = None,
    posted_by: int | None = None,
) -> ui.LayoutView:
    """The same for all to see where it is no post yet, so that nobody takes it for one."""
    layout = ui.LayoutView(timeout=None)
    if note:
        layout.add_item(ui.TextDisplay(note))
    if role_id:
        layout.add_item(ui.TextDisplay(f"<@&{role_id}>"))
    if posted_by:
        said = words(card.language)("briefing.ui.posted-by", person=f"<@{posted_by}>")
        layout.add_item(ui.TextDisplay(f"-# {said}"))
    for item in replies.view(service, card).children:
        layout.add_item(item)
    return layout


def carries(message: discord.Message, post_id: str) -> bool:
    """Whether a message is the post of this id."""
    return f"post:{post_id}" in _custom_ids(message.components)


def _custom_ids(components: Any) -> set[str]:
    found: set[str] = set()
    for component in components:
        found.add(getattr(component, "custom_id", None) or "")
        found |= _custom_ids(getattr(component, "children", ()))
    return found


class CorrectionsButton(ui.DynamicItem[ui.Button[Any]], template=TEMPLATE):
    """Asks, privately, what of a post was corrected since."""

    def __init__(self, label: str, post_id: str) -> None:
        self.post_id = post_id
        super().__init__(ui.Button(label=shorten(label, BUTTON_LABEL), custom_id=f"post:{post_id}"))

    @classmethod
    async def from_custom_id(
        cls, interaction: replies.Interaction, item: ui.Item[Any], match: re.Match[str]
    ) -> Self:
        """The button that was pressed, from its custom id alone."""
        return cls(getattr(item, "label", None) or "…", match["post_id"])

    async def callback(self, interaction: replies.Interaction) -> None:
        """Answer the press. An exception here would reach no handler of discord.py's."""
        try:
            await self._answer(interaction)
        except Exception as error:
            await report(interaction, error)

    async def _answer(self, interaction: replies.Interaction) -> None:
        await tell_corrections(interaction, interaction.client.state.posts.facts(self.post_id))


async def tell_corrections(
    interaction: replies.Interaction, told: Awaitable[Mapping[str, str]]
) -> None:
    """Answer privately what was corrected since of the facts that a message told, by its record."""
    # Announced first: a database that is away may take longer than Discord waits.
    await interaction.response.defer(ephemeral=True, thinking=True)
    service, language = interaction.client.service, replies.language(interaction, private=True)
    try:
        facts = await told
    except DatabaseUnavailable as error:
        log.warning("the state is away; a reader was told", reason=error.reason)
        layout = messages.view(_away(words(language)))
    else:
        layout = replies.view(
            service, await since(AnswerContext(service.store, words(language), {}), facts)
        )
    await interaction.followup.send(view=layout, ephemeral=True)


def _away(words: Words) -> messages.Notice:
    return messages.Notice(words("post.away"), (words("post.away.help"),))
