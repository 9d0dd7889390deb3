"""Passing a question that nothing answers on to the server's moderators, as a suggestion.

The press is the member's consent: without it, no question is kept.
"""

from __future__ import annotations

import re

from bot.texts.catalogues import Words
from bot.ui.components import payload
from bot.ui.components.client import Interaction, is_in_server_of_ours
from bot.ui.components.language import reader_words
from bot.ui.components.long_texts import key_of, text_in
from bot.ui.components.messages import ReplyText, answer
from bot.ui.components.payload import Component
from bot.ui.components.persistent_items import PersistentItem
from bot.ui.suggestions.form import keep


def pass_on_button(words: Words, question: str) -> Component:
    """The button of a question."""
    return payload.button(words("ask.pass-on"), f"suggest:ask:{key_of(question)}")


class PassOnButton(PersistentItem, template=r"suggest:ask:(?P<key>[0-9a-f]{8})"):
    """Passes on the question that its message shows."""

    async def press(self, interaction: Interaction, match: re.Match[str]) -> None:
        """Keep the question as a suggestion."""
        words = reader_words(interaction)
        question = text_in(interaction.message, match["key"])
        if not is_in_server_of_ours(interaction):
            await answer(interaction, ReplyText(words("ask.pass-on.server")))
        elif question is None:
            await answer(interaction, ReplyText(words("ask.pass-on.gone")))
        else:
            await interaction.response.defer(ephemeral=True, thinking=True)
            await keep(interaction, None, question, source="")
