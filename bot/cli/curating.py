"""The verbs for curating a base: `check`, `build`, `verify`, `schema` and `facts`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.errors import FAULTS, fail, worded
from bot.cli.shared import (
    DEFAULT_CONFIG,
    ConfigPath,
    base_folders,
    open_state,
    progress_bar,
    read_settings,
)

if TYPE_CHECKING:
    from bot.config import Config
    from bot.delivery.checkup import Obstacle


def check_all(config: ConfigPath = DEFAULT_CONFIG) -> None:
    """List everything wrong with settings, facts and state, and what would stop a digest."""
    import asyncio

    from bot.facts.build import check
    from bot.facts.errors import FaultyBase

    with worded():
        settings = read_settings(config)
        base, faults = check(base_folders(settings), settings.data)
        topics = frozenset(base.topics) if base else frozenset[str]()
        found = asyncio.run(_obstacles(settings, topics))
        for obstacle in found:
            typer.echo(_OBSTACLES[obstacle.kind].format(**vars(obstacle)), err=True)
        if faults:
            raise FaultyBase(faults)
        if found:
            raise typer.Exit(FAULTS)
    typer.echo("No faults.")


async def _obstacles(settings: Config, topics: frozenset[str]) -> list[Obstacle]:
    from datetime import UTC, datetime

    from bot.delivery.checkup import obstacles

    async with open_state(settings) as state:
        return await obstacles(state, topics, datetime.now(UTC)) if state else []


_OBSTACLES = {
    "paused": "Server {server_id}: its digest is paused ({detail}). A moderator must fix that and "
    "run /digest resume.",
    "zone": "Server {server_id}: its digest's time zone `{detail}` is not known here. A moderator "
    "must set another with /digest set.",
    "topic": "Server {server_id}: its digest has the topic `{detail}`, which the base does not "
    "have. A moderator must choose others with /digest set.",
    "overdue": "Server {server_id}: its digest has been due since {detail}. Is the bot running?",
}


def build_base(config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Build the base that the bot answers from, if its files changed."""
    from bot.facts.build import build

    with worded():
        settings = read_settings(config)
        built = build(base_folders(settings), settings.data, progress_bar())
    typer.echo(f"{'Built' if built.fresh else 'Unchanged:'} {built.path.name}")


def verify(
    copies: Annotated[
        Path,
        typer.Argument(
            metavar="DIR", exists=True, file_okay=False, help="The folder of the copies (*.txt)."
        ),
    ],
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Compare the facts with copies of the articles, and list what the copies do not support."""
    from bot.facts.errors import FaultyBase
    from bot.verification.rules import verify as verified

    with worded():
        settings = read_settings(config)
        if not any(copies.glob("*.txt")):
            fail(f"No copies (*.txt) in {copies}; put the articles there, as UTF-8 text.")
        if faults := verified(base_folders(settings), copies):
            raise FaultyBase(faults)
    typer.echo("No faults.")


def write_schema(config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Write the JSON Schemas with which editors complete facts."""
    from bot.facts.errors import FaultyBase
    from bot.facts.schema import unnamed, write_schemas

    with worded():
        folders = base_folders(read_settings(config))
        changed = write_schemas(folders)
        if faults := list(unnamed(folders)):
            raise FaultyBase(faults)
    typer.echo(f"Wrote {', '.join(path.name for path in changed)}" if changed else "Unchanged.")


def survey(config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Show what the base has, what it covers, and which facts are weakly supported."""
    from rich.console import Console

    from bot.facts.errors import FaultyBase
    from bot.facts.load import load
    from bot.verification.coverage import show

    with worded():
        base, faults = load(base_folders(read_settings(config)))
        if base is None or faults:
            raise FaultyBase(faults)
        show(base, Console())
