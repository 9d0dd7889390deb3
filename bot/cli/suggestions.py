"""The verb `suggestions`: what moderators accepted, on its way into the base."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Annotated

import typer

from bot import logs
from bot.cli.errors import fail, worded
from bot.cli.shared import DEFAULT_CONFIG, ConfigPath, base_folders, open_state
from bot.config import Config, read_config
from bot.facts.errors import FaultyBase
from bot.facts.load import load


def suggestions(
    config: ConfigPath = DEFAULT_CONFIG,
    done: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Forget this one, as it is settled; may be repeated."),
    ] = None,
) -> None:
    """Print the suggestions that moderators accepted, as stubs of facts to fill in."""
    with worded():
        settings = read_config(config)
        logs.configure(settings.log)
        if done:
            asyncio.run(_settle(settings, frozenset(done)))
        else:
            asyncio.run(_print_stubs(settings))


async def _print_stubs(settings: Config) -> None:
    from bot.compose.suggestion_stub import stub

    base, faults = load(base_folders(settings))
    if base is None:
        raise FaultyBase(faults)
    async with open_state(settings) as state:
        accepted = await state.suggestions.accepted() if state else ()
    if accepted:
        typer.echo("\n".join(stub(each, base, date.today()) for each in accepted), nl=False)
    else:
        typer.echo("No suggestion is accepted.", err=True)


async def _settle(settings: Config, ids: frozenset[str]) -> None:
    """Forget accepted suggestions; ends with a sentence where there is none of an id."""
    async with open_state(settings) as state:
        gone = await state.suggestions.settle(ids) if state else frozenset[str]()
    for each in sorted(gone):
        typer.echo(f"Forgot {each}.")
    if unknown := sorted(ids - gone):
        fail(f"No accepted suggestion `{unknown[0]}`.")
