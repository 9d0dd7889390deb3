"""Commands and buttons for moderators: a refusal for everybody else, and the reply if they fail.

Who is a moderator is in `authorization`.
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
from bot.ui.components.authorization import may_moderate, moderator_role_of
from bot.ui.components.channels import role_exists
from bot.ui.components.client import Interaction
from bot.ui.components.invitations import invitation
from bot.ui.components.language import reader_words
from bot.ui.components.localised import text
from bot.ui.components.messages import ReplyText, UserError, answer
from bot.ui.components.submitted import require_storable

log = structlog.stdlib.get_logger("factdesk.ui")

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
    """Do what a moderator asks for, as `moderators_only`, with the reply deferred first.

    An unavailable database may take longer than Discord waits.
    """

    async def deferred() -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await act()
        await interaction.client.show_unreached(interaction)

    await moderators_only(interaction, deferred)


async def moderators_only(interaction: Interaction, act: Callable[[], Awaitable[None]]) -> None:
    """Do what a moderator asks for if the action sends the first reply itself, such as a form.

    Anyone else is refused privately, and so is a server without the bot; errors are reported.
    """
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
        await answer(interaction, error.reply)
    except DeliveryError as error:
        log.warning("Discord did not answer a moderator's request", reason=repr(error))
        await answer(
            interaction, ReplyText(words("moderating.no-answer"), (words("moderating.away.help"),))
        )
    except DatabaseUnavailable as error:
        log.warning("the database is unavailable for a moderator's request", reason=error.reason)
        await answer(
            interaction, ReplyText(words("moderating.away"), (words("moderating.away.help"),))
        )


def _not_here(interaction: Interaction, words: Words) -> ReplyText:
    """The commands can be in a server that the bot itself was not invited to."""
    link = invitation(interaction.application_id)
    return ReplyText(words("moderating.not-here"), (words("moderating.not-here.help", link=link),))


def _refusal(interaction: Interaction, words: Words) -> ReplyText:
    role_id, guild = moderator_role_of(interaction), interaction.guild
    permission = words("permission.manage_guild")
    if guild and role_id and role_exists(guild, role_id):
        needed = words("moderating.needs-role", permission=permission, role=f"<@&{role_id}>")
    else:
        needed = words("moderating.needs", permission=permission)
    return ReplyText(words("moderating.refused"), (needed,))
