"""The bot as commands and buttons know it, and an interaction that leads to it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Protocol

import discord
from discord.ext import commands

from bot.answers.service import AnswerService
from bot.config import Config
from bot.delivery.briefing_editor import BriefingEditor
from bot.delivery.digest_composer import DigestComposer
from bot.delivery.jobs.corrections import CorrectionPosts
from bot.delivery.jobs.digests import DigestJob
from bot.delivery.jobs.notices import NoticeJob
from bot.metrics import Metrics
from bot.state.posts import MessageRef
from bot.state.state import State
from bot.ui.components.finished_replies import FinishedReplies

if TYPE_CHECKING:
    from bot.ui.components.sent_forms import SentForms


class Messages(Protocol):
    """What commands do to messages of the bot that are posted already."""

    async def delete(self, message_ref: MessageRef) -> None:
        """Delete a message if it is still there. Raises DeliveryError."""
        ...


class FactdeskClient(commands.AutoShardedBot, ABC):
    """What the user interface needs of the bot; the attributes are set in `setup_hook`.

    `compose` makes the digest of a server's day, as `digests` posts it and a preview shows it;
    `editor` takes briefings from draft to ready.
    """

    config: Config
    metrics: Metrics
    service: AnswerService
    replies: FinishedReplies
    state: State
    messenger: Messages
    compose: DigestComposer
    digests: DigestJob
    editor: BriefingEditor
    corrections: CorrectionPosts
    notices: NoticeJob
    forms: SentForms

    @abstractmethod
    async def reload_base(self) -> bool:
        """Build the base if its files changed, and answer from it; returns whether it is new.

        Raises BaseError, or OSError if a file cannot be read; the present base then stays.
        """

    @abstractmethod
    async def show_unreached(self, interaction: Interaction) -> None:
        """Show a moderator the notices that reached nobody in their server."""


Interaction = discord.Interaction[FactdeskClient]
"""A command, a press or a sent form. Rename an attribute of the client, and pyright complains."""


def is_in_server_of_ours(interaction: Interaction) -> bool:
    """Whether the bot, or its commands alone, were added to the server of an interaction.

    Not so in direct messages, nor where only the member has added the bot, to their own account.
    """
    server_id = interaction.guild_id
    if server_id is None:
        return False
    return interaction.is_guild_integration() or interaction.client.get_guild(server_id) is not None


def guild_of(interaction: Interaction) -> discord.Guild:
    """The server of an interaction that only happens in servers."""
    assert interaction.guild, "this command is for servers only"
    return interaction.guild


def member_of(interaction: Interaction) -> discord.Member:
    """The member behind an interaction that only happens in servers."""
    assert isinstance(interaction.user, discord.Member), "this command is for servers only"
    return interaction.user


def server_id_of(interaction: Interaction) -> int:
    """The id of that server, which is known even while the server is not available."""
    assert interaction.guild_id, "this command is for servers only"
    return interaction.guild_id
