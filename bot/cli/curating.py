"""The verbs for curating a base: `check`, `build`, `verify`, `schema` and `facts`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.errors import FAULTS, fail, sentence_of, worded
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


def check_all(config: ConfigPath = DEFAULT_CONFIG) -> None:
    """List what is wrong with settings, facts and state."""
    import asyncio

    from bot.facts.build import check
    from bot.facts.errors import FaultyBase

    with worded():
        settings = read_settings(config)
        base, faults = check(base_folders(settings), settings.data)
        topics = frozenset(base.topics) if base else frozenset[str]()
        problems = [*_unwritable(settings.data), *asyncio.run(_state_problems(settings, topics))]
        for problem in problems:
            typer.echo(problem, err=True)
        if faults:
            raise FaultyBase(faults)
        if problems:
            raise typer.Exit(FAULTS)
    typer.echo("No faults.")


def _unwritable(data: Path) -> Iterator[str]:
    """What keeps Factdesk from writing to its folder, or from making it."""
    from tempfile import TemporaryFile

    folder = next(path for path in (data, *data.parents) if path.exists())
    try:
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        yield (
            f"Nothing can be written to {data}: {error.strerror}."
            " Give the folder to the user that runs Factdesk, or choose another as `data`."
        )


async def _state_problems(settings: Config, topics: frozenset[str]) -> list[str]:
    from datetime import UTC, datetime

    from bot.delivery.checkup import obstacles
    from bot.state.errors import StateError

    try:
        async with open_state(settings) as state:
            found = await obstacles(state, topics, datetime.now(UTC)) if state else []
    except StateError as error:
        return [sentence_of(error) or str(error)]
    return [_OBSTACLES[each.kind].format(**vars(each)) for each in found]


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
    """Build the base if its files changed."""
    from bot.facts.build import build

    with worded():
        settings = read_settings(config)
        built = build(base_folders(settings), settings.data, progress_bar())
    typer.echo(f"{'Built' if built.was_built else 'Unchanged:'} {built.path.name}")


def verify(
    copies: Annotated[
        Path,
        typer.Argument(
            metavar="DIR", exists=True, file_okay=False, help="The folder of the copies (*.txt)."
        ),
    ],
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Compare the facts with copies of the articles."""
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
    """Show what the base has and how well it is supported."""
    from rich.console import Console

    from bot.facts.errors import FaultyBase
    from bot.facts.load import load
    from bot.verification.coverage import show

    with worded():
        base, faults = load(base_folders(read_settings(config)))
        if base is None or faults:
            raise FaultyBase(faults)
        show(base, Console())
