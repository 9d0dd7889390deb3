"""The verb that writes an answer's picture to a file: `picture timeline`, `picture topic`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.answering import open_service
from bot.cli.errors import FAULTS, fail, worded
from bot.cli.shared import (
    DEFAULT_CONFIG,
    ConfigPath,
    LanguageOption,
    language_or_default,
    settings_or_shipped,
)

if TYPE_CHECKING:
    from bot.cards.card import Question
    from bot.config import Config

picture = typer.Typer(
    help="Write the chart of a timeline or a topic as a PNG.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Output = Annotated[Path, typer.Option("-o", "--output", help="The PNG file to write.")]


@picture.command("timeline")
def draw_timeline(
    output: Output,
    first: Annotated[str, typer.Option("--from", help="First year, month or day.")] = "",
    last: Annotated[str, typer.Option("--to", help="Last year, month or day.")] = "",
    actor: Annotated[str, typer.Option(help="Only events with this actor.")] = "",
    topic: Annotated[str, typer.Option(help="Only events on this topic.")] = "",
    config: ConfigPath = DEFAULT_CONFIG,
    language: LanguageOption = None,
) -> None:
    """Write the chart of a timeline."""
    options = {"from": first, "to": last, "actor": actor, "topic": topic}
    _draw("timeline", options, output, config, language)


@picture.command("topic")
def draw_topic(
    name: Annotated[str, typer.Argument(help="The topic's name.")],
    output: Output,
    config: ConfigPath = DEFAULT_CONFIG,
    language: LanguageOption = None,
) -> None:
    """Write the chart of a topic's events."""
    _draw("topic", {"name": name}, output, config, language)


def _draw(
    command: str, options: dict[str, str], output: Path, config: Path, language: str | None
) -> None:
    import asyncio

    from bot.cards.card import Question

    with worded():
        settings = settings_or_shipped(config)
        spoken = language_or_default(language, settings)
        png, alt = asyncio.run(_picture(settings, Question(command, options), spoken))
        output.write_bytes(png)
        typer.echo(f"{output}: {alt}")


async def _picture(settings: Config, question: Question, language: str) -> tuple[bytes, str]:
    """The picture of an answer and what it shows; fails if the answer has none."""
    from bot.pictures.drawing import png
    from bot.pictures.font import MissingLetters

    service = await open_service(settings)
    try:
        page = service.page(await service.answer(question, language))
        if not page.card.found:
            fail(page.card.title, FAULTS)
        if not page.picture:
            fail("No picture: fewer than three events have a date.", FAULTS)
        return png(page.picture.chart), page.picture.alt
    except MissingLetters as error:
        fail(f"No picture: the font has no {error.letters}", FAULTS)
    finally:
        await service.store.close()
