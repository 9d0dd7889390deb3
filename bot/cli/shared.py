"""What verbs share: options and what they mean, what the settings lead to, a progress bar."""

from __future__ import annotations

import sys
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.errors import fail
from bot.config import Config
from bot.facts.load import Folders

if TYPE_CHECKING:
    from bot.state.state import State

ConfigPath = Annotated[Path, typer.Option("--config", help="The settings.", show_default=True)]
DEFAULT_CONFIG = Path("config.yaml")

LanguageOption = Annotated[str | None, typer.Option(help="en, ko or ja.")]


def language_or_default(wished: str | None, settings: Config) -> str:
    """The wished language, or the settings' own; ends with a sentence where it is not spoken."""
    from bot.texts.catalogues import LANGUAGES

    if wished and wished not in LANGUAGES:
        fail(f"No language `{wished}`; there are {', '.join(LANGUAGES)}.")
    return wished or settings.language


def typed_day(typed: str) -> date:
    """The day that was typed; ends with a sentence where it is none."""
    try:
        return date.fromisoformat(typed)
    except ValueError:
        fail(f"`{typed}` is no day of the calendar; write it as 2026-12-01.")


def base_folders(settings: Config) -> Folders:
    """The folders that the base is built from."""
    return Folders(settings.facts, settings.seeds)


@asynccontextmanager
async def open_state(settings: Config) -> AsyncGenerator[State | None]:
    """The state; None where nobody has told the bot anything yet."""
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
