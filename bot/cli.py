"""The command line: one verb for each thing that a host or a curator does.

Exit codes: 0 fine, 1 faults were found, 2 wrong use. Every error of the program is worded here.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, NoReturn, TextIO

import typer

from bot import logs
from bot.config import Config, FaultyConfig, read_config
from bot.documents import Fault
from bot.facts.build import Built, build, check
from bot.facts.errors import FaultyBase, UnreadableBase, UnwritableBase
from bot.facts.load import Folders, load

app = typer.Typer(
    name="factdesk",
    help="A cited-facts desk for Discord.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

ConfigPath = Annotated[Path, typer.Option("--config", help="The settings.", show_default=True)]
DEFAULT_CONFIG = Path("config.yaml")

FAULTS, WRONG_USE = 1, 2


def main() -> None:
    """Run the command line; the program ends with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        _let_write_every_script(stream)
    app()


def _let_write_every_script(stream: TextIO) -> None:
    """A file or pipe gets UTF-8 whatever the locale; a terminal shows `?` for what it lacks."""
    if isinstance(stream, TextIOWrapper):
        encoding = stream.encoding if stream.isatty() else "utf-8"
        stream.reconfigure(encoding=encoding, errors="replace")


@app.command("try")
def try_out(
    config: ConfigPath = DEFAULT_CONFIG,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="The page's port; any free one if left out."),
    ] = None,
    browse: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
) -> None:
    """Open the bot on a page of this machine: no token, no network."""
    # SIGTERM ends the page as Ctrl+C does.
    signal.signal(signal.SIGTERM, lambda number, frame: signal.raise_signal(signal.SIGINT))
    from bot import tryout

    def show(address: str) -> None:
        typer.echo(f"Factdesk answers at {address}")
        typer.echo("Type there, for example:")
        for example in tryout.THINGS_TO_TYPE:
            typer.echo(f"  {example}")
        typer.echo("Ctrl+C ends it.")

    with _worded():
        settings = read_config(config)
        logs.configure(settings.log)
        try:
            asyncio.run(tryout.serve_page(settings, port, show, browse))
        except tryout.MissingExtra:
            _fail("The local page needs the extra `try`: run  pip install -e '.[try]'")
        except tryout.UnusablePort as error:
            _fail(f"Port {port}: {error}. Choose another with --port, or leave it out.")


@app.command()
def ask(
    question: Annotated[
        str | None, typer.Argument(help="Such as '/event tokyo summit'; else one a line on stdin.")
    ] = None,
    config: ConfigPath = DEFAULT_CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
    language: Annotated[str | None, typer.Option(help="en, ko or ja.")] = None,
) -> None:
    """Answer in the terminal, as the bot would in Discord."""
    with _worded():
        settings = read_config(config)
        logs.configure(settings.log)
        lines = [question] if question is not None else _lines(sys.stdin)
        spoken = _language(language, settings)
        bad = asyncio.run(_ask(settings, lines, spoken, as_json, alone=question is not None))
    if bad:
        raise typer.Exit(WRONG_USE if question is not None else FAULTS)


async def _ask(
    settings: Config, lines: Iterable[str], language: str, as_json: bool, alone: bool
) -> int:
    """Print the reply to each line; returns how many lines asked nothing."""
    from bot.answers.opening import open_desk
    from bot.terminal import Refusal, ask_all

    desk = await open_desk(_folders(settings), settings.data, _bar())
    bad = 0
    try:
        async for reply in ask_all(desk, lines, language):
            if as_json:
                typer.echo(reply.json())
            elif isinstance(reply, Refusal):
                place = "" if alone else f"line {reply.line}: "
                typer.echo(f"{place}{reply.error}", err=True)
            else:
                typer.echo(reply.text + ("" if alone else "\n"))
            bad += isinstance(reply, Refusal)
    finally:
        await desk.store.close()
    return bad


@app.command()
def run(config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Connect to Discord, with the token in DISCORD_TOKEN or in the file DISCORD_TOKEN_FILE."""
    from bot.client import RefusedToken, UnreachableDiscord, create_bot, serve

    with _worded():
        settings = read_config(config)
        token = _token()
        logs.configure(settings.log, secret=token)
        try:
            asyncio.run(serve(create_bot(settings), token))
        except RefusedToken:
            _fail(
                "Discord refused the token; copy the bot's token from the Developer Portal"
                " (Bot, Reset Token) into DISCORD_TOKEN."
            )
        except UnreachableDiscord as error:
            _fail(f"Discord cannot be reached: {error}. Try again later.", FAULTS)


@app.command("check")
def check_all(config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Say everything that is wrong with the settings and the facts."""
    with _worded():
        settings = read_config(config)
        _, faults = check(_folders(settings), settings.data)
        if faults:
            raise FaultyBase(faults)
    typer.echo("No faults.")


@app.command("build")
def build_base(config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Build the base that the bot answers from, where its files changed."""
    with _worded():
        settings = read_config(config)
        built = _build_with_bar(settings)
    typer.echo(f"{'Built' if built.fresh else 'Unchanged:'} {built.path.name}")


@app.command()
def verify(
    copies: Annotated[
        Path,
        typer.Argument(
            metavar="DIR", exists=True, file_okay=False, help="The folder of the copies (*.txt)."
        ),
    ],
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Say where the facts say more than the articles' copies do."""
    from bot.facts.verify.rules import verify as verified

    with _worded():
        settings = read_config(config)
        if not any(copies.glob("*.txt")):
            _fail(f"No copies (*.txt) in {copies}; put the articles there, as UTF-8 text.")
        if faults := verified(_folders(settings), copies):
            raise FaultyBase(faults)
    typer.echo("No faults.")


@app.command("schema")
def write_schema(config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Write the JSON Schemas that editors complete from."""
    from bot.facts.schema import unnamed, write_schemas

    with _worded():
        folders = _folders(read_config(config))
        changed = write_schemas(folders)
        if faults := list(unnamed(folders)):
            raise FaultyBase(faults)
    typer.echo(f"Wrote {', '.join(path.name for path in changed)}" if changed else "Unchanged.")


@app.command("facts")
def survey(config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Show what the base holds, what it covers, and what stands on weak ground."""
    from rich.console import Console

    from bot.facts.coverage import show

    with _worded():
        base, faults = load(_folders(read_config(config)))
        if base is None or faults:
            raise FaultyBase(faults)
        show(base, Console())


def _build_with_bar(settings: Config) -> Built:
    return build(_folders(settings), settings.data, _bar())


def _bar() -> Callable[[int, int], None]:
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


def _folders(settings: Config) -> Folders:
    return Folders(settings.facts, settings.seeds)


def _language(wished: str | None, settings: Config) -> str:
    from bot.texts.catalogues import LANGUAGES

    if wished and wished not in LANGUAGES:
        _fail(f"No language `{wished}`; there are {', '.join(LANGUAGES)}.")
    return wished or settings.language


def _lines(stream: TextIO) -> Iterator[str]:
    """The lines of a stream; bytes that are no UTF-8 come as replacement characters."""
    for raw in stream.buffer:
        yield raw.decode("utf-8", "replace")


def _token() -> str:
    """The bot's token from the environment; ends with a sentence where there is none."""
    token = os.environ.get("DISCORD_TOKEN", "").strip()
    path = os.environ.get("DISCORD_TOKEN_FILE", "").strip()
    if not token and path:
        try:
            token = Path(path).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            _fail(f"DISCORD_TOKEN_FILE cannot be read: {path}")
    if token and not (token.isascii() and token.isprintable()):
        _fail("The token holds a line break or a character that no token has; copy it again.")
    if not token:
        _fail(
            "No token: set DISCORD_TOKEN, or DISCORD_TOKEN_FILE to a file that holds it"
            " (`factdesk try` needs none)."
        )
    return token


@contextmanager
def _worded() -> Generator[None]:
    """Turn the program's errors into sentences and exit codes."""
    try:
        yield
    except FaultyConfig as error:
        _list(error.faults)
    except FaultyBase as error:
        _list(error.faults)
    except UnwritableBase as error:
        _fail(
            f"The base could not be written to {error.path.parent}: {error.reason}."
            " Make room or choose another folder as `data`; the base built before stays in use.",
            FAULTS,
        )
    except UnreadableBase as error:
        _fail(
            f"{error.path.name} cannot be opened: {error.reason}. Delete it and build again.",
            FAULTS,
        )
    except BrokenPipeError:
        raise  # whoever read along has gone; click ends the program quietly
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        _fail(f"{place}{error.strerror or error}.", FAULTS)
    except KeyboardInterrupt:
        raise typer.Exit(0) from None


def _list(faults: Iterable[Fault]) -> NoReturn:
    listed = sorted(faults)
    for fault in listed:
        typer.echo(str(fault), err=True)
    typer.echo(f"{len(listed)} {'fault' if len(listed) == 1 else 'faults'}.", err=True)
    raise typer.Exit(FAULTS)


def _fail(sentence: str, code: int = WRONG_USE) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(code)
