"""The command line: one verb for each thing that a host or a curator does.

Exit codes: 0 fine, 1 faults were found, 2 wrong use. Every error of the program is worded here.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncGenerator, Callable, Generator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, date, datetime
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, TextIO

import typer

from bot import logs
from bot.config import Config, FaultyConfig, read_config
from bot.documents import Fault
from bot.facts.build import Built, build, check
from bot.facts.errors import FaultyBase, UnreadableBase, UnwritableBase
from bot.facts.load import Folders, load
from bot.state.errors import MissingDriver, StateAway

if TYPE_CHECKING:
    from bot.answers.desk import Desk
    from bot.cards.card import Card
    from bot.delivery.checkup import Obstacle
    from bot.state.state import State

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
    # Until the page is served nothing needs an ending: a later build clears what one leaves behind.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, frame: os._exit(0))
    from bot import tryout

    def show(address: str, keys: bool) -> None:
        typer.echo(f"Factdesk answers at {address}")
        typer.echo("Type there, for example:")
        for example in tryout.THINGS_TO_TYPE:
            typer.echo(f"  {example}")
        typer.echo("Ctrl+C ends it.")
        if keys:
            typer.echo("Press f and Enter here to run Find facts on the newest message there.")

    def found(reader: str | None) -> None:
        if reader is None:
            typer.echo("There is no message yet: write one on the page.")
        else:
            typer.echo(f"Find facts has answered; {reader} sees it on the page.")

    with _worded():
        settings = read_config(config)
        logs.configure(settings.log)
        try:
            asyncio.run(tryout.serve_page(settings, port, show, found, browse))
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
    """Say everything that is wrong with settings, facts and state, so what stops a digest."""
    with _worded():
        settings = read_config(config)
        base, faults = check(_folders(settings), settings.data)
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
    from bot.delivery.checkup import obstacles

    async with _state(settings) as state:
        return await obstacles(state, topics, datetime.now(UTC)) if state else []


_OBSTACLES = {
    "paused": "Server {server_id}: its digest is paused ({detail}). A moderator mends that and "
    "writes /digest resume.",
    "zone": "Server {server_id}: its digest's time zone `{detail}` is not known here. A moderator "
    "sets another with /digest set.",
    "topic": "Server {server_id}: its digest has the topic `{detail}`, which the base does not. A "
    "moderator chooses others with /digest set.",
    "overdue": "Server {server_id}: its digest has been due since {detail}. Is the bot running?",
}


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


@app.command()
def digest(
    day: Annotated[str, typer.Option("--date", metavar="DATE", help="The day, as 2026-12-01.")],
    topics: Annotated[
        str, typer.Option(help="Ids of topics, with commas between; all if left out.")
    ] = "",
    server: Annotated[
        int | None, typer.Option(help="A server's id: its digest, after what it was told before.")
    ] = None,
    config: ConfigPath = DEFAULT_CONFIG,
    language: Annotated[str | None, typer.Option(help="en, ko or ja.")] = None,
) -> None:
    """Print the digest of a day, as a server's first or as a given server's; nothing is sent."""
    with _worded():
        settings = read_config(config)
        logs.configure(settings.log)
        chosen = frozenset(part.strip() for part in topics.split(",") if part.strip())
        if server is not None and (chosen or language):
            _fail("A server's digest has its own topics and language; leave out the options.")
        spoken = _language(language, settings)
        typer.echo(asyncio.run(_digest(settings, _day(day), server, chosen, spoken)))


async def _digest(
    settings: Config, day: date, server: int | None, topics: frozenset[str], language: str
) -> str:
    """A digest as text."""
    from bot.answers.digest import Told, compose
    from bot.answers.opening import open_desk
    from bot.cards.plain import plain
    from bot.texts.catalogues import words

    desk = await open_desk(_folders(settings), settings.data, _bar())
    try:
        if server is not None:
            card = await _server_digest(settings, desk, server, day)
        else:
            known = _topics(desk)
            if unknown := sorted(topics.difference(known)):
                _fail(f"No topic `{unknown[0]}`; there are {', '.join(known)}.")
            card = (await compose(desk.store, words(language), day, Told(), topics)).card
        return plain(desk.page(card), words(card.language))
    finally:
        await desk.store.close()


async def _server_digest(settings: Config, desk: Desk, server: int, day: date) -> Card:
    """The card of a server's digest; ends with a sentence where it has none."""
    from bot.delivery.digests import DigestComposer

    async with _state(settings) as state:
        schedule = await state.digests.get(server) if state else None
        if not state or not schedule:
            _fail(f"Server {server} has no digest; a moderator sets one up with /digest set.")
        return (await DigestComposer(desk, state)(schedule, day, is_late=False)).card


@app.command()
def suggestions(
    config: ConfigPath = DEFAULT_CONFIG,
    done: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Forget this one, as it is settled; may be repeated."),
    ] = None,
) -> None:
    """Print the suggestions that moderators accepted, as stubs of facts to fill in."""
    with _worded():
        settings = read_config(config)
        logs.configure(settings.log)
        if done:
            asyncio.run(_settle(settings, frozenset(done)))
        else:
            asyncio.run(_print_stubs(settings))


async def _print_stubs(settings: Config) -> None:
    from bot.answers.stubs import stub

    base, faults = load(_folders(settings))
    if base is None:
        raise FaultyBase(faults)
    async with _state(settings) as state:
        accepted = await state.suggestions.accepted() if state else ()
    if accepted:
        typer.echo("\n".join(stub(each, base, date.today()) for each in accepted), nl=False)
    else:
        typer.echo("No suggestion is accepted.", err=True)


async def _settle(settings: Config, ids: frozenset[str]) -> None:
    """Forget accepted suggestions; ends with a sentence where there is none of an id."""
    async with _state(settings) as state:
        gone = await state.suggestions.settle(ids) if state else frozenset[str]()
    for each in sorted(gone):
        typer.echo(f"Forgot {each}.")
    if unknown := sorted(ids - gone):
        _fail(f"No accepted suggestion `{unknown[0]}`.")


@asynccontextmanager
async def _state(settings: Config) -> AsyncGenerator[State | None]:
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


def _topics(desk: Desk) -> list[str]:
    return sorted(head.id for head in desk.store.heads.values() if head.kind == "topic")


def _day(typed: str) -> date:
    """The day that was typed; ends with a sentence where it is none."""
    try:
        return date.fromisoformat(typed)
    except ValueError:
        _fail(f"`{typed}` is no day of the calendar; write it as 2026-12-01.")


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
    except MissingDriver as error:
        _fail(f"This state needs the extra `{error.extra}`: pip install -e '.[{error.extra}]'")
    except StateAway as error:
        _fail(f"The state cannot be used: {error.reason}. See `state` in config.yaml.", FAULTS)
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
