"""The verbs `backup` and `restore`, for a state in SQLite."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.errors import fail, worded
from bot.cli.shared import DEFAULT_CONFIG, ConfigPath, read_settings

if TYPE_CHECKING:
    from bot.config import Config
    from bot.state.backup import Copy


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The copy to write.")],
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Copy the state into one file, even while the bot runs."""
    from bot.state.backup import back_up

    with worded():
        state = _state_file(read_settings(config))
        copied = back_up(state, file)
    typer.echo(f"Copied {state} to {file}: {_described(copied)}.")


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A copy that `backup` wrote.")],
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Restore the state from such a copy."""
    from bot.state.backup import restore as put_back

    with worded():
        state = _state_file(read_settings(config))
        copied, kept = put_back(file, state)
    typer.echo(f"Restored {state} from {file}: {_described(copied)}.")
    if kept:
        typer.echo(f"The state before is kept in {kept}; delete it once you do not need it.")


def _state_file(settings: Config) -> Path:
    """The SQLite file of the state; fails if it is in PostgreSQL."""
    from bot.state import address

    location = address.read(settings.state_address)
    if not isinstance(location, Path):
        fail("The state is in PostgreSQL; use pg_dump and pg_restore, as docs/hosting.md says.")
    return location


def _described(copied: Copy) -> str:
    servers = "1 server" if copied.servers == 1 else f"{copied.servers} servers"
    return f"{servers}, tables of version {copied.revision}"
