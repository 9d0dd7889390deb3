"""The verb that prints a briefing as a moderator would get it drafted: `briefing`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bot.cli.answering import open_service
from bot.cli.errors import fail, worded
from bot.cli.shared import (
    DEFAULT_CONFIG,
    ConfigPath,
    LanguageOption,
    language_or_default,
    settings_or_shipped,
)

if TYPE_CHECKING:
    from bot.answers.service import AnswerService
    from bot.compose.briefing import Subject
    from bot.config import Config
    from bot.parsing.dates import Period


Size = Literal["short", "standard", "full"]

_KINDS = frozenset({"topic", "actor", "event"})


def briefing(
    subject: Annotated[
        str, typer.Argument(help="A topic, an actor or an event, by name or id; or a period.")
    ] = "",
    first: Annotated[str, typer.Option("--from", help="A period: its first year or day.")] = "",
    last: Annotated[str, typer.Option("--to", help="A period: its last year or day.")] = "",
    size: Annotated[Size, typer.Option(help="How long it is.")] = "standard",
    config: ConfigPath = DEFAULT_CONFIG,
    language: LanguageOption = None,
) -> None:
    """Print a briefing as it would be drafted, without sending it."""
    import asyncio

    with worded():
        if bool(subject) == bool(first or last):
            fail("Name a topic, an actor or an event, or give a period with --from and --to.")
        settings = settings_or_shipped(config)
        spoken = language_or_default(language, settings)
        asyncio.run(_briefing(settings, subject, (first, last), size, spoken))


async def _briefing(
    settings: Config, name: str, ends: tuple[str, str], size: Size, language: str
) -> None:
    from bot.cards.plain import plain
    from bot.compose.briefing import compose, propose
    from bot.texts.catalogues import words_in

    service, spoken = await open_service(settings), words_in(language)
    try:
        subject = _thing(service, name) if name else _period(*ends)
        draft = await propose(service.store, spoken, subject, size)
        made = await compose(service.store, spoken, subject, draft)
        typer.echo(plain(service.page(made.card), spoken))
        typer.echo(f"\n{made.length} characters. {more_facts(made.more)} to choose from.", err=True)
    finally:
        await service.store.close()


def more_facts(facts: int) -> str:
    """How many facts there are besides those shown, in words."""
    return "1 more fact" if facts == 1 else f"{facts} more facts"


def _thing(service: AnswerService, typed: str) -> Subject:
    """The topic, actor or event of this id or name; fails with the near ones if none is sure."""
    from bot.compose.briefing import Subject

    things, as_id = service.store.things, "-".join(typed.casefold().split())
    if as_id in things and things[as_id].kind in _KINDS:
        return Subject(as_id)
    finding = service.store.index.find(typed, _KINDS)
    if finding.verdict == "sure":
        return Subject(finding.entries[0].id)
    near = ", ".join(f"{things[entry.id].label} ({entry.id})" for entry in finding.entries)
    hint = f" Near names: {near}." if near else ""
    return fail(f"No topic, actor or event is called `{typed}`.{hint}")


def _period(first: str, last: str) -> Subject:
    from bot.compose.briefing import Subject

    start, end = _dated(first), _dated(last)
    if start and end and end.last < start.first:
        fail("The period ends before it begins.")
    return Subject(first=start and start.first, last=end and end.last)


def _dated(typed: str) -> Period | None:
    from bot.parsing.dates import parse_period

    period = parse_period(typed) if typed else None
    if typed and period is None:
        fail(f"No date: `{typed}`; write 2023, 2023-03 or 2023-03-16.")
    return period
