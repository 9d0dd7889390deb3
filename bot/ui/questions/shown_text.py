"""What a reader sees of a message: its text, and that of what it forwards, embeds or asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import discord


def shown_text(message: discord.Message) -> str:
    """All text of a message that a reader sees, a line each."""
    poll = message.poll
    asked = [poll.question, *(answer.text for answer in poll.answers)] if poll else []
    seen = (*_texts(message), *asked, *(t for s in message.message_snapshots for t in _texts(s)))
    return "\n".join(text for text in seen if text)


def _texts(message: discord.Message | discord.MessageSnapshot) -> Iterator[str | None]:
    yield message.content
    for embed in message.embeds:
        yield from (embed.title, embed.description)
        for field in embed.fields:
            yield from (field.name, field.value)
    yield from _displayed(message.components)


def _displayed(components: Iterable[object]) -> Iterator[str | None]:
    for component in components:
        yield getattr(component, "content", None)
        yield from _displayed(getattr(component, "children", ()))
