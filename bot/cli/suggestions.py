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
    forget: Annotated[
        int | None,
        typer.Option(metavar="MEMBER", help="Delete all that this member suggested, by their id."),
    ] = None,
) -> None:
    """Print accepted suggestions as stubs of facts."""
    import asyncio

    with worded():
        settings = read_settings(config)
        start_logs(settings)
        if forget is not None:
            asyncio.run(_forget_member(settings, forget))
        elif done:
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


async def _forget_member(settings: Config, member_id: int) -> None:
    """Delete a member's suggestions, for one who cannot do so because they left the server."""
    async with open_state(settings) as state:
        number = await state.suggestions.forget_member(member_id) if state else 0
    typer.echo(f"Deleted {number} suggestions of member {member_id}.")


async def _settle(settings: Config, ids: frozenset[str]) -> None:
    """Forget accepted suggestions; fails if an id is unknown."""
    async with open_state(settings) as state:
        gone = await state.suggestions.settle(ids) if state else frozenset[str]()
    for each in sorted(gone):
        typer.echo(f"Forgot {each}.")
    if unknown := sorted(ids - gone):
        fail(f"No accepted suggestion `{unknown[0]}`.")
