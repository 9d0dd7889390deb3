"""The verb `suggestions`: prints accepted suggestions as stubs of facts, and forgets them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.errors import fail, worded
from bot.cli.shared import (
    DEFAULT_CONFIG,
    ConfigPath,
    base_folders,
    open_state,
    read_settings,
    start_logs,
)

if TYPE_CHECKING:
    from bot.config import Config


def suggestions(
    config: ConfigPath = DEFAULT_CONFIG,
    done: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Forget this one, as it is settled; may be repeated."),
    ] = None,
) -> None:
    """Print the suggestions that moderators accepted, as stubs of facts."""
    import asyncio

    with worded():
        settings = read_settings(config)
        start_logs(settings)
        if done:
            asyncio.run(_settle(settings, frozenset(done)))
        else:
            asyncio.run(_print_stubs(settings))


async def _print_stubs(settings: Config) -> None:
    from datetime import date

    from bot.compose.suggestion_stub import stub
    from bot.facts.errors import FaultyBase
    from bot.facts.load import load

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
    """Forget accepted suggestions; fails if an id is unknown."""
    async with open_state(settings) as state:
        gone = await state.suggestions.settle(ids) if state else frozenset[str]()
    for each in sorted(gone):
        typer.echo(f"Forgot {each}.")
    if unknown := sorted(ids - gone):
        fail(f"No accepted suggestion `{unknown[0]}`.")
