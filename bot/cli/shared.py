"""Helpers that verbs share: options, settings, folders, the state, a progress bar.

The modules of this folder import what a verb needs inside it, to keep `--help` fast.
"""

from __future__ import annotations

import sys
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.environment import read_environment
from bot.cli.errors import fail

if TYPE_CHECKING:
    from bot.config import Config
    from bot.facts.load import Folders
    from bot.state.state import State

ConfigPath = Annotated[Path, typer.Option("--config", help="The settings.", show_default=True)]
DEFAULT_CONFIG = Path("config.yaml")

LanguageOption = Annotated[str | None, typer.Option(help="en, ko or ja.")]


def read_settings(path: Path) -> Config:
    """The settings in a file; fails without any. Raises FaultyConfig with every fault.

    The variables in the file `.env` beside it are set, too.
    """
    from bot.config import read_config

    if path == DEFAULT_CONFIG and not path.exists():
        fail(
            f"There is no {path} in {Path.cwd()}. Run factdesk in the folder that has it, or name"
            " it with --config; `factdesk init` writes one."
        )
    read_environment(path)
    return read_config(path)


def settings_or_shipped(path: Path) -> Config:
    """The settings in a file; where there are none, those of the base that Factdesk comes with.

    For verbs that answer. One that changes something must be run where its settings are.
    """
    from bot.config import Config, shipped

    if path != DEFAULT_CONFIG or path.exists():
        return read_settings(path)
    typer.echo(f"No {path} here: this is the base that Factdesk comes with.", err=True)
    data = Path(typer.get_app_dir("factdesk"))
    return Config(facts=shipped() / "facts", seeds=shipped() / "seeds", data=data)


def with_shards(
    settings: Config, environment: Mapping[str, str], shards: str | None, of: int | None
) -> Config:
    """The settings with the shards of this process, if the command line or FACTDESK_SHARDS names
    them; fails if they are no shards.
    """
    from bot.config import read_shards

    if (shards is None) != (of is None):
        fail("--shards and --of belong together, such as --shards 0-9 --of 100.")
    written = f"{shards}/{of}" if shards else environment.get("FACTDESK_SHARDS", "").strip()
    if not written:
        return settings
    try:
        named = read_shards(written)
    except ValueError as error:
        fail(f"{error}.")
    return settings.model_copy(update={"shards": named})


def start_logs(settings: Config, secret: str | None = None) -> None:
    """Set up logging as configured; `secret` never appears in a log."""
    from bot import logs

    logs.configure(settings.log, secret=secret)


def language_or_default(language: str | None, settings: Config) -> str:
    """The given language, or that of the settings; fails if there are no texts in it."""
    from bot.texts.catalogues import LANGUAGES

    if language and language not in LANGUAGES:
        fail(f"No language `{language}`; there are {', '.join(LANGUAGES)}.")
    return language or settings.language


def typed_day(typed: str) -> date:
    """The typed day; fails if there is no such day."""
    try:
        return date.fromisoformat(typed)
    except ValueError:
        fail(f"`{typed}` is not a day of the calendar; write it as 2026-12-01.")


def base_folders(settings: Config) -> Folders:
    """The folders that the base is built from."""
    from bot.facts.load import Folders

    return Folders(settings.facts, settings.seeds)


@asynccontextmanager
async def open_state(settings: Config) -> AsyncGenerator[State | None]:
    """The state, or None if no database is set and the bot has not run yet."""
    from bot.state.state import State

    if settings.state is None and not settings.state_file.exists():
        yield None
        return
    state = await State.open(settings.state_address)
    try:
        yield state
    finally:
        await state.close()


def progress_bar() -> Callable[[int, int], None]:
    """A progress bar on standard error that shows once a build takes longer than a second."""
    if not sys.stderr.isatty():
        return lambda done, total: None
    from rich.console import Console
    from rich.progress import Progress

    started = time.monotonic()
    bar = Progress(console=Console(stderr=True), transient=True)
    task = bar.add_task("Building the base")

    def advance(done: int, total: int) -> None:
        if time.monotonic() - started > 1:
            bar.start()
        bar.update(task, completed=done, total=total)
        if done >= total:
            bar.stop()

    return advance
