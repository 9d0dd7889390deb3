"""A member's own suggestions: one at a time, with its status and a button to delete it."""

from __future__ import annotations

import re
from typing import Literal, Self

import discord

from bot.state.errors import DatabaseUnavailable
from bot.state.suggestions import Suggestion
from bot.texts.catalogues import Words
from bot.ui.components.client import Interaction, server_id_of
from bot.ui.components.language import reader_words
from bot.ui.components.markdown import field
from bot.ui.components.messages import ReplyText, answer
from bot.ui.components.persistent_items import PersistentItem, button
from bot.ui.suggestions.wording import (
    Reply,
    index_of,
    replace_reply,
    report_unavailable,
    suggestion_lines,
    turn_buttons,
)

_STYLES = {"delete": discord.ButtonStyle.danger, "mine": discord.ButtonStyle.primary}


async def show_own(interaction: Interaction) -> None:
    """Show a member what they have suggested in the server, the latest first."""
    # Deferred first: a database that is unavailable may take longer than Discord waits.
    await interaction.response.defer(ephemeral=True, thinking=True)
    try:
        reply_text, buttons = await _own(interaction)
    except DatabaseUnavailable as error:
        await report_unavailable(interaction, error)
    else:
        await answer(interaction, reply_text, *buttons)


class OwnButton(
    PersistentItem,
    template=r"suggest:(?P<action>delete|mine):(?P<suggestion_id>[0-9a-f]{8})",
):
    """Deletes a member's own suggestion, or turns to it."""

    @classmethod
    def make(cls, label: str, action: Literal["delete", "mine"], suggestion_id: str) -> Self:
        """The button that does one thing with a suggestion."""
        return cls(button(label, f"suggest:{action}:{suggestion_id}", _STYLES[action]))

    async def press(self, interaction: Interaction, match: re.Match[str]) -> None:
        """Delete or turn."""
        act = _delete if match["action"] == "delete" else _own
        await replace_reply(interaction, lambda: act(interaction, match["suggestion_id"]))


async def _own(interaction: Interaction, suggestion_id: str = "", *done: str) -> Reply:
    """One of a member's suggestions, the latest by default; `done` lines go before it."""
    words, client = reader_words(interaction), interaction.client
    own = await client.state.suggestions.by_member(server_id_of(interaction), interaction.user.id)
    if not own:
        return ReplyText(words("suggest.mine.none"), (*done, words("suggest.mine.none.help"))), []
    own = own[::-1]
    index = index_of(own, suggestion_id)
    made = own[index]
    reply_text = ReplyText(
        words("suggest.mine", number=index + 1, total=len(own)),
        (*done, *suggestion_lines(words, client.service, made), _status_line(words, made)),
    )
    delete = OwnButton.make(words("suggest.delete"), "delete", made.suggestion_id)
    turns = turn_buttons(words, own, index, lambda label, to: OwnButton.make(label, "mine", to))
    return reply_text, [delete, *turns]


def _status_line(words: Words, made: Suggestion) -> str:
    status = words(f"suggest.status.{made.status}")
    return field(words, words("suggest.field.status"), status)


async def _delete(interaction: Interaction, suggestion_id: str) -> Reply:
    """Delete a member's suggestion, and show the latest of the others."""
    words, suggestions = reader_words(interaction), interaction.client.state.suggestions
    await suggestions.delete(server_id_of(interaction), interaction.user.id, suggestion_id)
    return await _own(interaction, "", words("suggest.deleted"))
