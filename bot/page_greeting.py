"""The first message on the local page: what can be asked here, and what is for moderators."""

from __future__ import annotations

import re
from typing import Self

import discord

from bot.answers.service import AnswerService
from bot.answers.things_to_ask import known_event, things_to_ask
from bot.cards.card import Action, Card, Line, Question, Section
from bot.runtime.client import Factdesk
from bot.texts.catalogues import Words, words_in
from bot.ui.components.client import Interaction
from bot.ui.components.language import reader_words
from bot.ui.components.messages import ReplyText, answer
from bot.ui.components.moderator_commands import moderate
from bot.ui.components.persistent_items import PersistentItem, button, row_of
from bot.ui.questions.replies import view


async def greet(client: Factdesk, channel_id: int) -> None:
    """Open the channel with a greeting: a question, an event, the timeline, the moderators' part.

    A base without events gets none.
    """
    if known_event(client.service.store, words_in(client.config.language)) is None:
        return
    client.add_dynamic_items(ModeratorsButton)
    channel = client.get_channel(channel_id)
    assert isinstance(channel, discord.TextChannel), "the local page has one text channel"
    words = words_in(client.config.language)
    (question,) = await things_to_ask(client.service.store, words, 1)
    layout = view(client.service, _card(client.service, words, question))
    layout.add_item(row_of(ModeratorsButton.make(words("page.greeting.moderators"))))
    await channel.send(view=layout)


def _card(service: AnswerService, words: Words, question: str) -> Card:
    """The greeting, with a question and with the event about which most is known as examples."""
    event = known_event(service.store, words)
    assert event, "the base has events"
    name = event.name(words.language)
    lines = (
        Line(words("page.greeting.ask", question=question)),
        Line(words("page.greeting.press")),
    )
    return Card(
        question=Question("about"),
        language=words.language,
        title=words("page.greeting"),
        found=True,
        subtitle=service.store.info.title,
        sections=(Section(lines, listed=False),),
        actions=(
            Action(words("page.greeting.that"), Question("ask", {"question": question})),
            Action(name, Question("event", {"name": event.id})),
            Action(words("timeline.title"), Question("timeline")),
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
        words = reader_words(interaction)
        lines = (
            words("page.moderators.setup"),
            words("page.moderators.briefing"),
        )

        async def say() -> None:
            await answer(interaction, ReplyText(words("page.greeting.moderators"), lines))

        await moderate(interaction, say)
