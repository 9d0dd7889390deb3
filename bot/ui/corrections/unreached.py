"""Notices that reached nobody, shown once to the next moderator who uses the bot."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Self

import structlog

from bot.delivery.delivery_errors import DeliveryError
from bot.delivery.jobs.notice_contents import ApprovalRequest, Content, CorrectionWaits
from bot.state.errors import DatabaseUnavailable
from bot.texts.catalogues import Words
from bot.ui.components.client import Interaction, guild_of
from bot.ui.components.language import reader_words
from bot.ui.components.markdown import escape
from bot.ui.components.messages import ReplyText, answer
from bot.ui.components.moderator_commands import moderate
from bot.ui.components.persistent_items import PersistentItem, button
from bot.ui.corrections.offers import show_open
from bot.ui.posting import notices

log = structlog.stdlib.get_logger("factdesk.ui")


class WaitingButton(PersistentItem, template=r"c:waiting"):
    """Shows the corrections that wait for a moderator."""

    @classmethod
    def make(cls, label: str) -> Self:
        """The button."""
        return cls(button(label, "c:waiting"))

    async def press(self, interaction: Interaction, match: re.Match[str]) -> None:
        """Show them."""
        await moderate(interaction, lambda: show_open(interaction))


async def show_unreached(interaction: Interaction) -> None:
    """Show a moderator, after the reply, the notices that reached nobody in the server."""
    client = interaction.client
    try:
        unreached = await client.state.notices.unreached(guild_of(interaction).id)
        contents = [(each.made_at, await client.notices.content(each)) for each in unreached]
        if present := [(at, content) for at, content in contents if content]:
            await _show(interaction, present)
        if unreached:
            await client.state.notices.end([each.notice_id for each in unreached])
    except (DatabaseUnavailable, DeliveryError) as error:
        log.warning("the notices that reached nobody could not be shown", reason=repr(error))


async def _show(interaction: Interaction, contents: list[tuple[datetime, Content]]) -> None:
    words, server = reader_words(interaction), guild_of(interaction).name
    corrections = sum(isinstance(content, CorrectionWaits) for _, content in contents)
    lines = [
        _line(words, server, content, at)
        for at, content in contents
        if not isinstance(content, CorrectionWaits)
    ]
    if not corrections:
        await answer(interaction, ReplyText(words("moderating.unreached"), tuple(lines)))
        return
    title = words.count("correction.open", corrections)
    show = WaitingButton.make(words("correction.waiting.show"))
    await answer(interaction, ReplyText(title, tuple(lines)), show)


def _line(words: Words, server: str, content: Content, at: datetime) -> str:
    if isinstance(content, ApprovalRequest):
        briefing = content.prepared.briefing
        headline = f"**{escape(briefing.plan.text.headline)}**"
        return words("briefing.ui.waits", headline=headline, id=briefing.briefing_id)
    return notices.worded(words, server, content, at)
