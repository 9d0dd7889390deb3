"""`/about`: what the bot is, who runs it, how to ask, and how to read its labels."""

from __future__ import annotations

from collections.abc import Iterator

from bot import __version__
from bot.answers.context import AnswerContext, Command
from bot.cards.card import Card, Line, Section
from bot.cards.wording import day_words

_COMMANDS = (
    "ask", "event", "actor", "topic", "timeline", "search", "source", "corrections", "find",
    "suggest",
)  # fmt: skip
_FINGERPRINT = 8  # characters of a base's fingerprint that tell it from any other
_LABELS = ("citation", "stated", "inferred", "planned", "claim", "account", "caution")


async def answer(context: AnswerContext) -> Card:
    """The help, with how much the open base holds."""
    words, info = context.words, context.store.info
    counts = await context.store.counts()
    held = [words.count(f"about.count.{table}", counts[table]) for table in counts]
    return Card(
        question=COMMAND.question(),
        language=words.language,
        title=words("about.title"),
        found=True,
        subtitle=info.title,
        sections=(
            Section(
                (
                    Line(info.about),
                    Line(words("about.held", held=words.list(held))),
                ),
                listed=False,
            ),
            Section(tuple(_imprint(context)), listed=False, small=True),
            Section(
                tuple(Line(words(f"about.ask.{name}")) for name in _COMMANDS), words("about.ask")
            ),
            Section(
                tuple(Line(words(f"about.mark.{label}")) for label in _LABELS), words("about.marks")
            ),
            Section((Line(words("about.private")), Line(words("about.stored"))), listed=False),
        ),
    )


def _imprint(context: AnswerContext) -> Iterator[Line]:
    """The versions of program and base, and what the host says about itself."""
    words, store, host = context.words, context.store, context.host
    base = store.fingerprint[:_FINGERPRINT]
    yield Line(words("about.version", version=__version__, base=base))
    if store.changed_on:
        yield Line(words("about.changed", date=day_words(store.changed_on, words)))
    if host.name:
        yield Line(host.name, label=words("about.host"))
    if page := host.privacy_page:
        yield Line(page, label=words("about.privacy"), link=page)
    if page := host.report_page:
        yield Line(page, label=words("about.report"), link=page)


COMMAND = Command("about", (), answer)
