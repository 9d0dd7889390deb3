"""Commands and buttons for moderators: who may use them, and the reply if they fail.

Whether a moderator may post in a channel is in `channels`; both are checked again when a briefing
is due, by `DiscordModerators.may_post` in `ui/posting/moderators.py`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from inspect import signature

import discord
import structlog
from discord import app_commands

from bot.delivery.delivery_errors import DeliveryError
from bot.state.errors import DatabaseUnavailable
from bot.texts.catalogues import Words
from bot.ui.components.channels import has_role
from bot.ui.components.client import Interaction
from bot.ui.components.language import reader_words
from bot.ui.components.localised import text
from bot.ui.components.messages import Notice, UserError, answer
from bot.ui.components.submitted import require_storable

log = structlog.stdlib.get_logger("factdesk.ui")

_NEEDED = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    read_message_history=True,
)

Action = Callable[..., Coroutine[object, None, None]]
Slash = app_commands.Command[app_commands.Group, ..., None]
Choices = list[app_commands.Choice[str]]
Completion = Callable[[Interaction, str], Coroutine[object, None, Choices]]


@dataclass(frozen=True)
class Subcommand:
    """A command of a group: what it does, and what its options offer to choose from."""

    name: str
    act: Action
    choices: Mapping[str, Choices] = field(default_factory=dict[str, Choices])
    suggest: Mapping[str, Completion] = field(default_factory=dict[str, Completion])


def group(name: str, subcommands: Sequence[Subcommand]) -> app_commands.Group:
    """A group of commands that Discord shows in servers only, to those with Manage Server."""
    made = app_commands.Group(
        name=name,
        description=text(f"{name}.command"),
        guild_only=True,
        default_permissions=discord.Permissions(manage_guild=True),
    )
    for subcommand in subcommands:
        made.add_command(_command(name, subcommand))
    return made


def _command(group: str, subcommand: Subcommand) -> Slash:
    name = subcommand.name

    @wraps(subcommand.act)
    async def run(interaction: Interaction, **options: object) -> None:
        async def act() -> None:
            typed = (option for option in options.values() if isinstance(option, str))
            require_storable(reader_words(interaction), *typed)
            await subcommand.act(interaction, **options)

        await moderate(interaction, act)

    # discord.py would look the names in the annotations up in this module.
    read = signature(subcommand.act, eval_str=True)
    run.__signature__ = read  # type: ignore[attr-defined]
    options = [option for option in read.parameters if option != "interaction"]
    run = app_commands.describe(**{o: text(f"{group}.option.{name}.{o}") for o in options})(run)
    run = app_commands.choices(**subcommand.choices)(run)
    run = app_commands.autocomplete(**subcommand.suggest)(run)
    return app_commands.Command(
        name=name, description=text(f"{group}.command.{name}"), callback=run
    )


async def moderate(interaction: Interaction, act: Callable[[], Awaitable[None]]) -> None:
    """Do what a moderator asks for; refuse anyone else privately.

    The answer is deferred first: an unavailable database may take longer than Discord waits.
    """

    async def deferred() -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await act()
        await interaction.client.show_unreached(interaction)

    await moderators_only(interaction, deferred)


async def moderators_only(interaction: Interaction, act: Callable[[], Awaitable[None]]) -> None:
    """Like `moderate`, for an action that answers by itself, such as with a form."""
    words = reader_words(interaction)
    if not may_moderate(interaction):
        await answer(interaction, _refusal(interaction, words))
        return
    if interaction.client.get_guild(interaction.guild_id or 0) is None:
        await answer(interaction, _not_here(interaction, words))
        return
    try:
        await act()
    except UserError as error:
        await answer(interaction, error.notice)
    except DeliveryError as error:
        log.warning("Discord did not answer a moderator's request", reason=repr(error))
        await answer(
            interaction, Notice(words("moderating.no-answer"), (words("moderating.away.help"),))
        )
    except DatabaseUnavailable as error:
        log.warning("the database is unavailable for a moderator's request", reason=error.reason)
        await answer(
            interaction, Notice(words("moderating.away"), (words("moderating.away.help"),))
        )


def invitation(application_id: int) -> str:
    """The link that invites the bot to a server, with the least permissions that it needs."""
    return discord.utils.oauth_url(
        application_id, permissions=_NEEDED, scopes=("bot", "applications.commands")
    )


def addition(application_id: int) -> str:
    """The link that adds the commands to a member's own account."""
    link = discord.utils.oauth_url(application_id, scopes=("applications.commands",))
    return f"{link}&integration_type=1"  # a user, not a server


def _not_here(interaction: Interaction, words: Words) -> Notice:
    """The commands can be in a server that the bot itself was not invited to."""
    link = invitation(interaction.application_id)
    return Notice(words("moderating.not-here"), (words("moderating.not-here.help", link=link),))


def may_moderate(interaction: Interaction) -> bool:
    """Whether the user has Manage Server, or the role that the server's moderators chose."""
    member = interaction.user
    if interaction.guild_id is None or not isinstance(member, discord.Member):
        return False
    return interaction.permissions.manage_guild or _has_role(member, _chosen_role(interaction))


def require_manage_server(interaction: Interaction) -> None:
    """Raise UserError if a moderator has only the role: what guards others needs the permission."""
    if not interaction.permissions.manage_guild:
        words = reader_words(interaction)
        needed = words("moderating.needs", permission=words("permission.manage_guild"))
        raise UserError(words("moderating.guarded"), needed)


def moderates(member: discord.Member, role_id: int | None) -> bool:
    """Whether a member has Manage Server, or the role that the server's moderators chose."""
    return member.guild_permissions.manage_guild or _has_role(member, role_id)


def _has_role(member: discord.Member, role_id: int | None) -> bool:
    return role_id is not None and member.get_role(role_id) is not None


def _chosen_role(interaction: Interaction) -> int | None:
    return interaction.client.state.settings.of(interaction.guild_id).moderator_role_id


def _refusal(interaction: Interaction, words: Words) -> Notice:
    role_id, guild = _chosen_role(interaction), interaction.guild
    permission = words("permission.manage_guild")
    if guild and role_id and has_role(guild, role_id):
        needed = words("moderating.needs-role", permission=permission, role=f"<@&{role_id}>")
    else:
        needed = words("moderating.needs", permission=permission)
    return Notice(words("moderating.refused"), (needed,))
