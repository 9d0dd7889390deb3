"""The suggestions that wait for a moderator: one at a time, with buttons to decide on it."""

from __future__ import annotations

import re
from typing import Literal, Self

import discord
from discord.utils import format_dt, utcnow

from bot.state.suggestions import Decision, Suggestion
from bot.texts.catalogues import Words
from bot.ui.components.client import Interaction, server_id_of
from bot.ui.components.language import reader_words
from bot.ui.components.markdown import field
from bot.ui.components.messages import ReplyText, answer
from bot.ui.components.moderator_commands import moderators_only
from bot.ui.components.persistent_items import PersistentItem, button
from bot.ui.suggestions.wording import (
    Reply,
    index_of,
    replace_reply,
    suggestion_lines,
    turn_buttons,
)

_DECISIONS: dict[str, Decision] = {"accept": "accepted", "decline": "declined"}
_STYLES = {
    "accept": discord.ButtonStyle.success,
    "decline": discord.ButtonStyle.secondary,
    "queue": discord.ButtonStyle.primary,
}


async def show_queue(interaction: Interaction) -> None:
    """Show a moderator what is waiting, the oldest first. Raises DatabaseUnavailable."""
    reply_text, buttons = await _queue(interaction)
    await answer(interaction, reply_text, *buttons)


class QueueButton(
    PersistentItem,
    template=r"suggest:(?P<action>accept|decline|queue):(?P<suggestion_id>[0-9a-f]{8})",
):
    """Decides on a suggestion, or turns to it; for moderators."""

    @classmethod
    def make(
        cls, label: str, action: Literal["accept", "decline", "queue"], suggestion_id: str
    ) -> Self:
        """The button that does one thing with a suggestion."""
        return cls(button(label, f"suggest:{action}:{suggestion_id}", _STYLES[action]))

    async def press(self, interaction: Interaction, match: re.Match[str]) -> None:
        """Decide or turn, if the member is still a moderator."""

        async def reply() -> Reply:
            if decision := _DECISIONS.get(match["action"]):
                return await _decide(interaction, match["suggestion_id"], decision)
            return await _queue(interaction, match["suggestion_id"])

        await moderators_only(interaction, lambda: replace_reply(interaction, reply))


async def _queue(interaction: Interaction, suggestion_id: str = "", *done: str) -> Reply:
    """A suggestion that waits, the oldest by default; `done` lines go before it."""
    words, client = reader_words(interaction), interaction.client
    waiting = await client.state.suggestions.waiting(server_id_of(interaction))
    if not waiting:
        return ReplyText(words("suggest.queue.none"), done), []
    index = index_of(waiting, suggestion_id)
    made = waiting[index]
    reply_text = ReplyText(
        words("suggest.queue", number=index + 1, total=len(waiting)),
        (*done, *suggestion_lines(words, client.service, made), _maker_line(words, made)),
        (words("suggest.queue.next"),),
    )
    accept = QueueButton.make(words("suggest.accept"), "accept", made.suggestion_id)
    decline = QueueButton.make(words("suggest.decline"), "decline", made.suggestion_id)
    turns = turn_buttons(
        words, waiting, index, lambda label, to: QueueButton.make(label, "queue", to)
    )
    return reply_text, [accept, decline, *turns]


def _maker_line(words: Words, made: Suggestion) -> str:
    when = format_dt(made.made_at, "R")
    return field(words, words("suggest.field.from"), f"<@{made.member_id}> · {when}")


async def _decide(interaction: Interaction, suggestion_id: str, decision: Decision) -> Reply:
    """Keep a moderator's decision, and show what waits next."""
    words, suggestions = reader_words(interaction), interaction.client.state.suggestions
    server_id = server_id_of(interaction)
    if await suggestions.decide(server_id, suggestion_id, decision, interaction.user.id, utcnow()):
        done = words("suggest.accepted" if decision == "accepted" else "suggest.declined")
    else:
        done = _decided(words, await suggestions.get(server_id, suggestion_id))
    return await _queue(interaction, "", done)


def _decided(words: Words, found: Suggestion | None) -> str:
    """Why a suggestion cannot be decided on any more."""
    if found is None:
        return words("suggest.gone")
    key = "suggest.was-accepted" if found.status == "accepted" else "suggest.was-declined"
    return words(key, person=f"<@{found.decided_by}>")
