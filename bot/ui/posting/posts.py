"""Scheduled posts: a card as everyone in a channel sees it, and its button.

The button's custom id carries the post's id, so that a post can be found again in a channel's
history, and its reader can ask what was corrected since.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Iterable, Mapping
from typing import Self

import discord
import structlog
from discord import ui

from bot.answers.context import AnswerContext
from bot.answers.service import AnswerService
from bot.cards.pages import Page
from bot.compose.corrections_since import corrections_since
from bot.delivery.fact_versions import seen_facts
from bot.state.errors import DatabaseUnavailable
from bot.texts.catalogues import Words, words_in
from bot.ui.components import messages, payload
from bot.ui.components.client import Interaction
from bot.ui.components.language import reader_words
from bot.ui.components.payload import ReadyView
from bot.ui.components.persistent_items import PersistentItem, button, row_of
from bot.ui.questions import replies

log = structlog.stdlib.get_logger("factdesk.ui")

TEMPLATE = r"post:(?P<post_id>[a-z2-7]{20})"


def view(
    service: AnswerService,
    page: Page,
    post_id: str,
    role_id: int | None = None,
    note: str | None = None,
    posted_by: int | None = None,
    edited_by: int | None = None,
    pictured: bool = False,
) -> ui.LayoutView:
    """The view of a post: the role that it notifies, its page, and the post's own button.

    `note` is markdown at the top of a preview; `posted_by` is the member responsible, and
    `edited_by` the one who edited it since, if any. `pictured` says that the file of the card's
    picture is sent along.
    """
    layout = without_button(service, page, role_id, note, posted_by, edited_by, pictured)
    label = words_in(page.card.language)("digest.corrections-since")
    layout.add_item(row_of(CorrectionsButton.make(label, post_id)))
    return layout


def without_button(
    service: AnswerService,
    page: Page,
    role_id: int | None = None,
    note: str | None = None,
    posted_by: int | None = None,
    edited_by: int | None = None,
    pictured: bool = False,
) -> ui.LayoutView:
    """The same without the button, for a draft that must not be taken for a post."""
    role = f"<@&{role_id}>" if role_id else None
    signature = posted_by and _signature(words_in(page.card.language), posted_by, edited_by)
    above = [payload.text(text) for text in (note, role, signature) if text]
    return ReadyView([*above, *replies.page_components(service, page, pictured)])


def _signature(words: Words, posted_by: int, edited_by: int | None) -> str:
    said = [words("briefing.ui.posted-by", person=f"<@{posted_by}>")]
    if edited_by:
        said.append(words("briefing.ui.edited-by", person=f"<@{edited_by}>"))
    return f"-# {' · '.join(said)}"


def carries(message: discord.Message, post_id: str) -> bool:
    """Whether a message is the post of this id."""
    return f"post:{post_id}" in custom_ids(message.components)


def custom_ids(components: Iterable[object]) -> set[str]:
    """The custom ids of a message's controls."""
    found: set[str] = set()
    for component in components:
        found.add(getattr(component, "custom_id", None) or "")
        found |= custom_ids(getattr(component, "children", ()))
    return found


class CorrectionsButton(PersistentItem, template=TEMPLATE):
    """Asks, privately, what of a post was corrected since."""

    @classmethod
    def make(cls, label: str, post_id: str) -> Self:
        """The button of a post."""
        return cls(button(label, f"post:{post_id}"))

    async def press(self, interaction: Interaction, match: re.Match[str]) -> None:
        """Answer with the corrections."""
        facts = interaction.client.state.posts.facts(match["post_id"])
        await show_corrections(interaction, facts)


async def show_corrections(interaction: Interaction, shown: Awaitable[Mapping[str, str]]) -> None:
    """Answer privately what was corrected since in the facts of a message."""
    # Deferred first: an unavailable database may take longer than Discord waits.
    await interaction.response.defer(ephemeral=True, thinking=True)
    service, words = interaction.client.service, reader_words(interaction)
    try:
        facts = await seen_facts(interaction.client.state, await shown)
    except DatabaseUnavailable as error:
        log.warning("the database is unavailable for a reader's request", reason=error.reason)
        layout = messages.view(_away(words))
    else:
        context = AnswerContext(service.store, words, {})
        layout = replies.view(service, await corrections_since(context, facts))
    await interaction.followup.send(view=layout, ephemeral=True)


def _away(words: Words) -> messages.ReplyText:
    return messages.ReplyText(words("post.away"), (words("post.away.help"),))
