"""The cog of `/settings`: what is stored, language, who moderates, how briefings go, delete."""

from __future__ import annotations

from typing import Literal

import discord
import structlog
from discord.app_commands import Choice, Transform
from discord.ext import commands

from bot.facts.errors import BaseError, FaultyBase
from bot.ui.components.authorization import require_manage_server
from bot.ui.components.client import Interaction, guild_of, server_id_of
from bot.ui.components.language import reader_words
from bot.ui.components.localised import text
from bot.ui.components.markdown import escape, field
from bot.ui.components.mentions import look_up
from bot.ui.components.messages import ReplyText, UserError, answer
from bot.ui.components.moderator_commands import Subcommand, group
from bot.ui.digests.options import ChannelOption, complete_zones, read_zone
from bot.ui.settings.changing import change_log, change_role, require_access
from bot.ui.settings.guarded import announce
from bot.ui.settings.overview import DeleteButton, default_lines, stored_lines

log = structlog.stdlib.get_logger("factdesk.cogs")


class SettingsCommands(commands.Cog, name="Settings"):
    """Adds `/settings`, and handles the button that deletes everything."""

    def __init__(self, bot: commands.AutoShardedBot) -> None:
        self.bot = bot

    async def cog_load(self) -> None:
        """Add the commands and the button."""
        self.bot.tree.add_command(group("settings", _subcommands()))
        self.bot.add_dynamic_items(DeleteButton)


def _subcommands() -> list[Subcommand]:
    languages = [
        Choice(name=text(f"settings.language.{each}"), value=each)
        for each in ("discord", "en", "ko", "ja")
    ]
    approval = [Choice(name=text(f"settings.approval.{each}"), value=each) for each in _APPROVAL]
    return [
        Subcommand("show", _show),
        Subcommand("language", _language, choices={"language": languages}),
        Subcommand("role", _role),
        Subcommand("approval", _approval, choices={"approval": approval}),
        Subcommand("log", _log),
        Subcommand("defaults", _defaults, suggest={"timezone": complete_zones}),
        Subcommand("reload", _reload),
        Subcommand("delete", _delete),
    ]


async def _show(interaction: Interaction) -> None:
    """Show everything that is stored about the server."""
    words, state = reader_words(interaction), interaction.client.state
    server_id = server_id_of(interaction)
    await state.settings.load()
    schedule, settings = await state.digests.get(server_id), state.settings.of(server_id)
    mentions = await look_up(
        guild_of(interaction),
        words,
        [schedule.config.target] if schedule else [],
        channel_ids=[settings.log_channel_id, settings.channel_id],
        role_ids=[settings.moderator_role_id],
    )
    lines = stored_lines(mentions, settings, schedule)
    posts = (words("settings.posts"),)
    await answer(interaction, ReplyText(words("settings.stored"), lines, posts))


async def _language(
    interaction: Interaction, language: Literal["discord", "en", "ko", "ja"]
) -> None:
    """Choose the language of public replies and of the digest."""
    words = reader_words(interaction)
    chosen = None if language == "discord" else language
    await interaction.client.state.settings.choose_language(server_id_of(interaction), chosen)
    line = field(words, words("settings.field.language"), words(f"settings.language.{language}"))
    where = words("settings.language.help")
    await answer(interaction, ReplyText(words("settings.language.chosen"), (line, where)))


async def _role(interaction: Interaction, role: discord.Role | None = None) -> None:
    """Choose the role that may moderate, or none."""
    words = reader_words(interaction)
    await change_role(interaction, role)
    if role:
        lines = (words("settings.role.may", role=role.mention), words("settings.role.hidden"))
    else:
        lines = (words("settings.role.alone", permission=words("permission.manage_guild")),)
    await answer(interaction, ReplyText(words("settings.role.chosen"), lines))


_APPROVAL = ("on", "off")


async def _approval(interaction: Interaction, approval: Literal["on", "off"]) -> None:
    """Choose whether a briefing needs a second moderator."""
    words = reader_words(interaction)
    await announce(interaction, f"approval.{approval}")
    await interaction.client.state.settings.choose_approval(
        server_id_of(interaction), approval == "on"
    )
    line = words(f"settings.approval.{approval}.help")
    await answer(interaction, ReplyText(words("settings.approval.chosen"), (line,)))


async def _log(
    interaction: Interaction, channel: Transform[discord.Object, ChannelOption] | None = None
) -> None:
    """Choose the log channel, or none."""
    words = reader_words(interaction)
    await change_log(interaction, channel.id if channel else None)
    if channel:
        line = words("settings.log.there", channel=f"<#{channel.id}>")
    else:
        line = words("settings.log.nowhere")
    await answer(interaction, ReplyText(words("settings.log.chosen"), (line,)))


async def _defaults(
    interaction: Interaction,
    channel: Transform[discord.Object, ChannelOption] | None = None,
    timezone: str | None = None,
) -> None:
    """Choose the default channel and time zone of briefings.

    An option left out keeps its value; without any option, both are reset.
    """
    words, settings = reader_words(interaction), interaction.client.state.settings
    server_id = server_id_of(interaction)
    former = settings.of(server_id)
    channel_id = former.channel_id if timezone else None
    zone = former.zone if channel else None
    if channel:
        await require_access(interaction, channel.id)
        channel_id = channel.id
    if timezone:
        zone = read_zone(timezone, words)
    await settings.choose_defaults(server_id, channel_id, zone)
    mentions = await look_up(guild_of(interaction), words, channel_ids=[channel_id])
    lines = default_lines(mentions, settings.of(server_id))
    await answer(interaction, ReplyText(words("settings.defaults.chosen"), lines))


async def _reload(interaction: Interaction) -> None:
    """Rebuild the base from its files and answer from it; for the bot's owner only."""
    words, bot = reader_words(interaction), interaction.client
    if not await bot.is_owner(interaction.user):
        raise UserError(words("settings.reload.refused"), words("settings.reload.refused.help"))
    try:
        is_new = await bot.reload_base()
    except FaultyBase as error:
        listed = [f"- {escape(str(fault))}" for fault in error.faults[:_MOST_FAULTS]]
        count = words.count("settings.reload.faults", len(error.faults))
        raise UserError(words("settings.reload.faulty"), count, *listed) from error
    except (BaseError, OSError) as error:
        log.warning("the base could not be built", reason=str(error))
        raise UserError(
            words("settings.reload.failed"), words("settings.reload.failed.help")
        ) from error
    title = words("settings.reload.done" if is_new else "settings.reload.same")
    await answer(interaction, ReplyText(title, (words("settings.reload.help"),) if is_new else ()))


_MOST_FAULTS = 5  # that a reply lists; `check` lists all


async def _delete(interaction: Interaction) -> None:
    """Ask for confirmation to delete everything."""
    require_manage_server(interaction)
    words = reader_words(interaction)
    await answer(
        interaction,
        ReplyText(words("settings.delete"), (words("settings.delete.help"),)),
        DeleteButton.make(words("settings.delete.button")),
    )
