"""The verbs that run the bot: `try` on a page of this machine, `run` in Discord."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from bot.cli.errors import FAULTS, fail, worded
from bot.cli.shared import (
    DEFAULT_CONFIG,
    ConfigPath,
    read_settings,
    settings_or_shipped,
    start_logs,
    with_shards,
)
from bot.cli.token import REFUSED, REPLACE, read_token

if TYPE_CHECKING:
    from bot.config import Config


def try_out(
    config: ConfigPath = DEFAULT_CONFIG,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="The page's port; any free one if left out."),
    ] = None,
    browse: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
) -> None:
    """Open the bot on a page of this machine: no token, no network."""
    # Before the page is served, exiting needs no cleanup: the next build removes abandoned drafts.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, frame: os._exit(0))
    import asyncio

    if sys.stderr.isatty():
        typer.echo("Starting the bot; this takes a few seconds.", err=True)
    from bot import local_page

    with worded():
        settings = settings_or_shipped(config)
        start_logs(settings)
        try:
            asyncio.run(local_page.serve_page(settings, port, _show_page, _say_found, browse))
        except local_page.MissingExtra:
            fail("The local page needs an extra: add [try] to what you installed, as '.[try]'")
        except local_page.UnusablePort as error:
            fail(f"Port {port}: {error}. Choose another with --port, or leave it out.")


def _show_page(address: str, keys: bool) -> None:
    """Say where the page is, and what to type there; Find facts has a key if `keys` are read."""
    from bot.local_page import THINGS_TO_TYPE

    typer.echo(f"Factdesk answers at {address}")
    typer.echo("Type there, for example:")
    for example in THINGS_TO_TYPE:
        typer.echo(f"  {example}")
    typer.echo("Ctrl+C ends it.")
    if keys:
        typer.echo("Press f and Enter here to run Find facts on the newest message there.")


def _say_found(reader: str | None) -> None:
    """Say who sees what Find facts has answered; None if there was no message."""
    if reader is None:
        typer.echo("There is no message yet: write one on the page.")
    else:
        typer.echo(f"Find facts has answered; {reader} sees it on the page.")


def health(config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Ask the running bot whether it can do its work; the exit code is 1 if it cannot."""
    import json
    from http.client import HTTPConnection, HTTPException

    with worded():
        address = read_settings(config).monitoring_address
        if address is None:
            fail(f"Set `monitoring` in {config} first, such as 127.0.0.1:9464.")
        connection = HTTPConnection(*address, timeout=5)
        try:
            connection.request("GET", "/health")
            found = json.loads(connection.getresponse().read())
        except (OSError, HTTPException, ValueError) as error:
            fail(f"No bot answers at {address.host}:{address.port}: {error}.", FAULTS)
    for name, check in found["checks"].items():
        _show_check(name, check["fine"], check["detail"])
    raise typer.Exit(0 if found["healthy"] else FAULTS)


def _show_check(name: str, is_fine: bool, detail: str) -> None:
    typer.echo(f"{name:<10} {'fine' if is_fine else 'WRONG':<6} {detail}")


def run(
    config: ConfigPath = DEFAULT_CONFIG,
    shards: Annotated[
        str | None,
        typer.Option(metavar="FIRST-LAST", help="This process's shards, with --of; all if unset."),
    ] = None,
    of: Annotated[
        int | None, typer.Option(min=1, help="Into how many shards the servers are divided.")
    ] = None,
    only_check: Annotated[
        bool,
        typer.Option("--once-check", help="Say whether the bot would run, and end; the code says."),
    ] = False,
) -> None:
    """Connect to Discord with the token in DISCORD_TOKEN."""
    import asyncio
    import gc

    gc.disable()  # what is loaded here stays: to look for garbage in it takes a seventh of the time
    from bot.runtime import event_loop, serve
    from bot.runtime.client import Factdesk

    gc.freeze()
    gc.enable()
    with worded():
        settings = with_shards(read_settings(config), os.environ, shards, of)
        token = read_token(os.environ)
        start_logs(settings, secret=token)
        if only_check:
            raise typer.Exit(asyncio.run(_check_once(settings, token)))
        try:
            event_loop.run(serve.serve(Factdesk(settings), token))
        except serve.RefusedToken:
            fail(f"{REFUSED}, {REPLACE}.")
        except serve.RefusedShards:
            _fail_for_shards(settings)
        except serve.RefusedConnection as error:
            fail(f"Discord does not let the bot connect: {error}.")
        except serve.UnreachableDiscord as error:
            fail(f"Discord cannot be reached: {error}. Try again later.", FAULTS)


async def _check_once(settings: Config, token: str) -> int:
    """Show each thing that a start needs; returns the exit code."""
    import logging

    from bot.cli.preflight import checks

    logging.getLogger().setLevel(logging.WARNING)
    code = 0
    async for check in checks(settings, token):
        _show_check(check.name, check.is_fine, check.detail)
        code = code if check.is_fine else FAULTS
    return code


def _fail_for_shards(settings: Config) -> NoReturn:
    if settings.shards is None:
        fail("Discord now wants more shards; start again, and the bot asks how many.", FAULTS)
    fail(
        f"Discord refuses shards {settings.shards}: a shard serves 2,500 servers at most. Divide"
        " the servers into more."
    )
