"""`/about`: what the bot is, how to ask, and how to read its labels."""

from __future__ import annotations

from bot.answers.context import AnswerContext, Command
from bot.cards.card import Card, Line, Section

_COMMANDS = (
    "ask", "event", "actor", "topic", "timeline", "search", "source", "corrections", "find",
    "suggest",
)  # fmt: skip
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
            Section(
                tuple(Line(words(f"about.ask.{name}")) for name in _COMMANDS), words("about.ask")
            ),
            Section(
                tuple(Line(words(f"about.mark.{label}")) for label in _LABELS), words("about.marks")
            ),
            Section((Line(words("about.private")), Line(words("about.stored"))), listed=False),
        ),
    )


COMMAND = Command("about", (), answer)
