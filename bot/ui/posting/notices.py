"""Notices to moderators as messages, sent to a channel or a member and found there again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import discord
from discord import ui
from discord.utils import format_dt

from bot.answers.service import AnswerService
from bot.cards.limits import shorten
from bot.delivery.delivery_errors import HistoryUnreadable
from bot.delivery.jobs.notice_contents import (
    ApprovalRequest,
    BriefingWarning,
    CorrectionWaits,
    DigestWarning,
    EntryLine,
    OutgoingNotice,
    SettingStep,
    TextContent,
    Welcome,
)
from bot.state.posts import MessageRef
from bot.texts.catalogues import Words
from bot.ui.briefings import audit_log, request
from bot.ui.components.error_mapping import delivery_errors
from bot.ui.components.markdown import escape
from bot.ui.digests import overview
from bot.ui.posting.messenger import CLOCK_ERROR, MOST_SEARCHED, require_history
from bot.ui.posting.posts import custom_ids

Message = str | ui.LayoutView
RenderNotice = Callable[[OutgoingNotice], Message]

_LONGEST = 2_000  # characters of a message of plain text


def render(service: AnswerService, words: Words, server: str, outgoing: OutgoingNotice) -> Message:
    """A notice as a text in markdown, or with buttons; `server` is the server's name."""
    content = outgoing.content
    if isinstance(content, ApprovalRequest):
        return request.view(service, words, content.prepared, content.member_id)
    return worded(words, server, content, outgoing.slot.due_at)


def worded(words: Words, server: str, content: TextContent, at: datetime) -> str:
    """A notice in words, as markdown, with the time of its cause.

    The time, which has its seconds in the markdown, tells it apart from an earlier one that says
    the same: it is found again by its text.
    """
    if isinstance(content, Welcome):  # there is one for each arrival
        return shorten(_worded(words, server, content), _LONGEST)
    when = f" · {format_dt(at, 'f')}"
    return shorten(_worded(words, server, content), _LONGEST - len(when)) + when


def _welcome(words: Words, server: str, welcome: Welcome) -> str:
    asked = [f"- {escape(question)}" for question in welcome.questions[words.language]]
    lines = [words("welcome", server=f"**{escape(server)}**"), words("welcome.setup")]
    return "\n".join([*lines, words("welcome.ask"), *asked] if asked else lines)


def _worded(words: Words, server: str, content: TextContent) -> str:
    match content:
        case EntryLine(briefing, entry):
            return audit_log.log_line(words, briefing, entry)
        case BriefingWarning(briefing, problem):
            return audit_log.warning(words, briefing, problem, server)
        case DigestWarning(schedule, problem):
            return overview.warning(words, schedule, problem, server)
        case SettingStep(step, member_id, value):
            person = f"<@{member_id}>"
            return words(f"settings.step.{step}", person=person, value=value or "")
        case CorrectionWaits(briefing):
            headline = f"**{escape(briefing.plan.text.headline)}**"
            return words("correction.waits", headline=headline, server=f"**{escape(server)}**")
        case Welcome():
            return _welcome(words, server, content)


class DiscordNotifier:
    """Sends notices through a logged-in client; every method may raise a DeliveryError."""

    def __init__(self, client: discord.Client, render: RenderNotice) -> None:
        self._client = client
        self._render = render

    async def send(self, outgoing: OutgoingNotice) -> MessageRef:
        """Send a notice; it mentions nobody."""
        message, channel = self._render(outgoing), self._channel(outgoing)
        nobody = discord.AllowedMentions.none()
        with delivery_errors():
            if isinstance(message, str):
                sent = await channel.send(message, nonce=outgoing.post_id, allowed_mentions=nobody)
            else:
                sent = await channel.send(
                    view=message, nonce=outgoing.post_id, allowed_mentions=nobody
                )
        return MessageRef(sent.id, sent.channel.id)

    async def find(self, outgoing: OutgoingNotice, since: datetime) -> MessageRef | None:
        """Look for a notice in the history since an instant; None if it certainly is not there.

        Raises HistoryUnreadable if the bot may not read the history.
        """
        wanted, own = _signs(self._render(outgoing)), self._client.user
        after = since - CLOCK_ERROR
        with delivery_errors():
            guild = self._client.get_guild(outgoing.slot.server_id)
            known = guild.get_channel(outgoing.target.channel_id) if guild else None
            if isinstance(known, discord.TextChannel):
                require_history(known)
            try:
                history = self._channel(outgoing).history(limit=MOST_SEARCHED, after=after)
                async for message in history:
                    if message.author == own and wanted <= _signs_of(message):
                        return MessageRef(message.id, message.channel.id)
            except discord.Forbidden as error:
                raise HistoryUnreadable from error
        return None

    async def has_nonce(self, outgoing: OutgoingNotice) -> bool:
        """Discord refuses to make the same notice twice."""
        return True

    def _channel(self, outgoing: OutgoingNotice) -> discord.PartialMessageable:
        return self._client.get_partial_messageable(outgoing.target.channel_id)


def _signs(message: Message) -> frozenset[str]:
    """By what a notice is known again: its text, or the custom ids of its buttons."""
    if isinstance(message, str):
        return frozenset({message.strip()})
    return frozenset(custom_ids(message.children)) - {""}


def _signs_of(message: discord.Message) -> frozenset[str]:
    return frozenset({message.content, *custom_ids(message.components)})
