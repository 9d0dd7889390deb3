"""The verb `init`: from a token to settings with which `run` starts, and the link that invites."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from bot.cli.environment import env_file, write_environment
from bot.cli.errors import FAULTS, fail, worded
from bot.cli.shared import DEFAULT_CONFIG, ConfigPath
from bot.cli.token import REFUSED, ask_token

if TYPE_CHECKING:
    from discord import AppInfo


def init(context: typer.Context, config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Ask for the token, write the settings, and print the link that invites the bot."""
    import asyncio

    with worded():
        secret = env_file(config)
        if secret.exists():
            fail(f"{secret} is there already. Edit it, or delete it and run init again.")
        token = ask_token(os.environ)
        application = asyncio.run(_application_of(token))
        typer.echo(f"The token is that of {application.name} ({application.id}).")
        _write_settings(config)
        typer.echo(f"Wrote the token to {write_environment(config, token)}, for you alone to read.")
    _say_what_is_next(application, _program(context), config)


async def _application_of(token: str) -> AppInfo:
    """The application that a token belongs to; fails if Discord does not say."""
    import discord

    from bot.runtime.serve import RefusedToken, UnreachableDiscord, log_in

    client = discord.Client(intents=discord.Intents.none())
    try:
        async with client:
            return await log_in(client, token)
    except RefusedToken:
        fail(f"{REFUSED}. Nothing was written.")
    except UnreachableDiscord as error:
        fail(f"Discord cannot be reached: {error}. Nothing was written; try again later.", FAULTS)


def _write_settings(config: Path) -> None:
    from bot.config import shipped

    if config.exists():
        typer.echo(f"{config} is there already and stays as it is.")
        return
    config.write_text((shipped() / "config.yaml").read_text("utf-8"), "utf-8")
    typer.echo(f"Wrote {config}; each setting in it is explained.")


def _say_what_is_next(application: AppInfo, program: str, config: Path) -> None:
    from bot.ui.components.invitations import addition, invitation

    settings = "" if config == DEFAULT_CONFIG else f" --config {config}"
    run = f"{program} run{settings}"
    typer.echo(f"""
Next:
1. Invite the bot to a server. Open this link, and choose the server:
   {invitation(application.id)}
   To use its commands everywhere, add it to your own account as well:
   {addition(application.id)}
2. See whether it would run:
   {run} --once-check
3. Start it:
   {run}""")


def _program(context: typer.Context) -> str:
    """How the program was called, so that what is printed can be copied."""
    name = context.find_root().info_name or "factdesk"
    return name if " " in name or shutil.which(name) else sys.argv[0]
