"""The verbs that answer in the terminal as the bot would in Discord: `ask` and `digest`."""

from __future__ import annotations

import codecs
import signal
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, NoReturn, TextIO

import typer

from bot.cli.errors import FAULTS, WRONG_USE, fail, worded
from bot.cli.shared import (
    DEFAULT_CONFIG,
    ConfigPath,
    LanguageOption,
    base_folders,
    language_or_default,
    open_state,
    progress_bar,
    settings_or_shipped,
    start_logs,
    typed_day,
)

if TYPE_CHECKING:
    from bot.answers.service import AnswerService
    from bot.compose.digest_material import DigestHistory
    from bot.compose.digest_run import DigestReader
    from bot.config import Config


def ask(
    question: Annotated[
        str | None, typer.Argument(help="Such as '/event tokyo summit'; else one a line on stdin.")
    ] = None,
    config: ConfigPath = DEFAULT_CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
    language: LanguageOption = None,
) -> None:
    """Answer in the terminal, as the bot would in Discord."""
    import asyncio

    with worded():
        settings = settings_or_shipped(config)
        lines = [question] if question is not None else _lines(sys.stdin)
        spoken = language_or_default(language, settings)
        bad = asyncio.run(_ask(settings, lines, spoken, as_json, alone=question is not None))
    if bad:
        raise typer.Exit(WRONG_USE if question is not None else FAULTS)


async def _ask(
    settings: Config, lines: Iterable[str], language: str, as_json: bool, alone: bool
) -> int:
    """Print the reply to each line; returns how many lines were not a question."""
    from bot.terminal import Refusal, ask_all

    service = await open_service(settings)
    bad = 0
    try:
        async for reply in ask_all(service, lines, language):
            if as_json:
                typer.echo(reply.json())
            elif isinstance(reply, Refusal):
                prefix = "" if alone else f"line {reply.line}: "
                typer.echo(f"{prefix}{reply.error}", err=True)
            else:
                typer.echo(reply.text + ("" if alone else "\n"))
            bad += isinstance(reply, Refusal)
    finally:
        await service.store.close()
    return bad


async def open_service(settings: Config) -> AnswerService:
    """The service over the base; logs are set up only if there is something to log."""
    from bot.answers.lifecycle import build_service, open_last_service
    from bot.facts.errors import BaseError

    try:
        folders = base_folders(settings)
        return await build_service(folders, settings.data, progress_bar(), settings.host)
    except (BaseError, OSError) as error:
        start_logs(settings)
        return await open_last_service(settings.data, error, settings.host)


def _lines(stream: TextIO) -> Iterator[str]:
    """The lines of a stream; bytes that are not UTF-8 become replacement characters."""
    if stream.isatty():
        yield from _typed()
        return
    mark = codecs.BOM_UTF8  # which some programs write first
    for raw in stream.buffer:
        yield raw.removeprefix(mark).decode("utf-8", "replace")
        mark = b""


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def _typed() -> Iterator[str]:
    """The lines that a person types after a prompt, until Ctrl+C or Ctrl+D."""
    # asyncio would only note a first Ctrl+C, and go on waiting for the line.
    signal.signal(signal.SIGINT, _interrupt)
    typer.echo("Type a question, such as /event tokyo summit. Ctrl+C ends this.", err=True)
    while True:
        typer.echo("> ", nl=False, err=True)
        line = sys.stdin.readline()
        if not line:  # Ctrl+D
            return
        yield line


def digest(
    day: Annotated[
        str,
        typer.Option("--date", metavar="DATE", help="The day, as 2026-12-01; today if left out."),
    ] = "",
    topics: Annotated[
        str, typer.Option(help="Ids of topics, separated by commas; all if left out.")
    ] = "",
    server: Annotated[
        int | None, typer.Option(help="A server's id: print that server's next digest.")
    ] = None,
    number: Annotated[
        int, typer.Option("--days", min=1, help="How many digests to print, one after another.")
    ] = 1,
    weekly: Annotated[bool, typer.Option("--weekly", help="One digest a week.")] = False,
    config: ConfigPath = DEFAULT_CONFIG,
    language: LanguageOption = None,
) -> None:
    """Print the digest of a day without sending it."""
    import asyncio

    with worded():
        settings = settings_or_shipped(config)
        start_logs(settings)
        chosen = frozenset(part.strip() for part in topics.split(",") if part.strip())
        if server is not None and (chosen or language or weekly):
            fail("A server's digest has its own days, topics and language; leave out the options.")
        asked = _DigestOptions(server, chosen, language_or_default(language, settings), weekly)
        first = typed_day(day) if day else date.today()
        asyncio.run(_digests(settings, first, number, asked))


@dataclass(frozen=True)
class _DigestOptions:
    """Whose digests to print: a server's, or those that a new one with these settings would get."""

    server: int | None
    topics: frozenset[str]
    language: str
    is_weekly: bool


async def _digests(settings: Config, first: date, number: int, asked: _DigestOptions) -> None:
    """Print digests as text, with a rule between two."""
    from bot.cards.plain import plain
    from bot.compose.digest_run import run
    from bot.texts.catalogues import words_in

    service = await open_service(settings)
    try:
        reader, history = await _reader(settings, service, asked)
        async for day, digest in run(service.store, reader, first, number, history):
            if number > 1:
                typer.echo(f"{'' if day == first else chr(10)}── {day} ──\n")
            typer.echo(plain(service.page(digest.card), words_in(digest.card.language)))
    finally:
        await service.store.close()


async def _reader(
    settings: Config, service: AnswerService, asked: _DigestOptions
) -> tuple[DigestReader, DigestHistory]:
    """Who reads the digests, and what they have read before: a server, or one that is new."""
    from bot.compose.digest_material import DigestHistory
    from bot.compose.digest_run import DigestReader
    from bot.texts.catalogues import words_in

    if asked.server is not None:
        return await _server(settings, service, asked.server)
    known = _topics(service)
    if unknown := sorted(asked.topics.difference(known)):
        fail(f"No topic `{unknown[0]}`; there are {', '.join(known)}.")
    return DigestReader(words_in(asked.language), asked.topics, asked.is_weekly), DigestHistory()


async def _server(
    settings: Config, service: AnswerService, server: int
) -> tuple[DigestReader, DigestHistory]:
    """A server that has a digest, and what it has read; fails if it has none."""
    from bot.delivery.digest_composer import DigestComposer

    async with open_state(settings) as state:
        schedule = await state.digests.get(server) if state else None
        if not state or not schedule:
            fail(f"Server {server} has no digest; a moderator sets one up with /digest set.")
        composer = DigestComposer(service, state)
        return composer.reader(schedule), await composer.history(service.store, schedule)


def _topics(service: AnswerService) -> list[str]:
    return sorted(topic.id for topic in service.store.things.of_kind("topic"))
