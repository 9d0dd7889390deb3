"""Settings that protect moderators from one another: who may change them; their announcement."""

from __future__ import annotations

from discord.utils import utcnow

from bot.state.notices import Notice
from bot.ui.components.authorization import require_manage_server
from bot.ui.components.client import Interaction, server_id_of
from bot.ui.components.language import reader_words
from bot.ui.components.messages import UserError


async def announce(interaction: Interaction, step: str, value: str | None = None) -> None:
    """Announce in the log channel what a member is about to change; `value` is Discord's markdown.

    Raises UserError if the member lacks Manage Server, or if Discord does not
    answer: the change must not take effect unannounced.
    """
    require_manage_server(interaction)
    notice = Notice(
        server_id_of(interaction), "setting", utcnow(), step, value, interaction.user.id
    )
    if not await interaction.client.notices.announce(notice):
        words = reader_words(interaction)
        raise UserError(words("settings.unannounced"), words("settings.unannounced.help"))
