"""The first message on the local page: what can be asked here, and what is for moderators."""

from __future__ import annotations

import re
from typing import Self

import discord

from bot.answers.service import AnswerService
from bot.cards.card import Action, Card, Line, Question, Section
from bot.runtime.client import Factdesk
from bot.texts.catalogues import Words, words
from bot.ui.components.client import Interaction
from bot.ui.components.language import reader_words
from bot.ui.components.messages import Notice, answer
from bot.ui.components.permissions import moderate
from bot.ui.components.persistent_items import PersistentItem, button, row_of
from bot.ui.questions.replies import view


async def greet(client: Factdesk, channel_id: int) -> None:
    """Open the channel with a greeting: a question, an event, the timeline, the moderators' part.

    A base without events gets none.
    """
    if not any(thing.kind == "event" for thing in client.service.store.things.values()):
        return
    client.add_dynamic_items(ModeratorsButton)
    channel = client.get_channel(channel_id)
    assert isinstance(channel, discord.TextChannel), "the local page has one text channel"
    texts = words(client.config.language)
    layout = view(client.service, _card(client.service, texts))
    layout.add_item(row_of(ModeratorsButton.make(texts("page.greeting.moderators"))))
    await channel.send(view=layout)


_SHORT = 32  # characters


def _card(service: AnswerService, texts: Words) -> Card:
    """The greeting, with what most is known about as the example."""
    events = (thing for thing in service.store.things.values() if thing.kind == "event")
    # What most is known about, if its name fits a button on a phone.
    event = max(events, key=lambda t: (len(t.name(texts.language)) <= _SHORT, t.facts))
    name = event.name(texts.language)
    question = texts("page.greeting.question", event=name)
    lines = (
        Line(texts("page.greeting.ask", question=question)),
        Line(texts("page.greeting.press")),
    )
    return Card(
        question=Question("about"),
        language=texts.language,
        title=texts("page.greeting"),
        found=True,
        subtitle=service.store.info.title,
        sections=(Section(lines, listed=False),),
        actions=(
            Action(texts("page.greeting.that"), Question("ask", {"question": question})),
            Action(name, Question("event", {"name": event.id})),
            Action(texts("timeline.title"), Question("timeline")),
        ),
    )


class ModeratorsButton(PersistentItem, template=r"page:moderators"):
    """Says privately what moderators can do, to those who are."""

    @classmethod
    def make(cls, label: str) -> Self:
        """The button."""
        return cls(button(label, "page:moderators"))

    async def press(self, interaction: Interaction, match: re.Match[str]) -> None:
        """Name the commands to begin with."""
        texts = reader_words(interaction)
        lines = (
            texts("page.moderators.digest"),
            texts("page.moderators.briefing"),
            texts("page.moderators.settings"),
        )

        async def say() -> None:
            await answer(interaction, Notice(texts("page.greeting.moderators"), lines))

        await moderate(interaction, say)
