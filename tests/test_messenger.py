"""Looking for a post in a channel's history: found, absent, or nobody can tell."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import discord
import pytest

from bot.cards.card import Card, Picture, Question
from bot.delivery.delivery_errors import HistoryUnreadable, OutcomeUnknown
from bot.delivery.outbox import OutgoingPost
from bot.pictures.chart import Chart
from bot.state.digests import Target
from bot.state.posts import MessageRef, Slot
from bot.ui.components.pictures import PicturedMessage
from bot.ui.posting.messenger import MOST_SEARCHED, DiscordMessenger
from bot.ui.posting.moderators import DiscordModerators
from tests.conftest import Server

LEASED = datetime.fromisoformat("2026-01-01T12:00:00+00:00")


def post_in(channel_id: int) -> OutgoingPost:
    """A digest that goes to a channel."""
    slot = Slot(1, "digest", LEASED.date(), LEASED, channel_id)
    return OutgoingPost(slot, Target(channel_id), Card(Question("digest"), "en", "A digest", True))


def messenger(server: Server) -> DiscordMessenger:
    """The messenger of a running bot, which renders nothing here."""

    async def draw(_: Chart) -> None:
        return None

    message = PicturedMessage(lambda _: discord.ui.LayoutView(), None, draw)
    return DiscordMessenger(server.bot, lambda _: message)


async def test_an_edited_post_keeps_its_picture_drawn_again(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def draw(_: Chart) -> bytes:
        return b"png"

    edits: list[list[discord.File]] = []
    pictured: list[bool] = []

    async def edit(
        _: discord.PartialMessage, *, attachments: list[discord.File], **_rest: object
    ) -> None:
        edits.append(attachments)

    def view(has_picture: bool) -> discord.ui.LayoutView:
        pictured.append(has_picture)
        return discord.ui.LayoutView()

    monkeypatch.setattr(discord.PartialMessage, "edit", edit)
    made = PicturedMessage(view, Picture("A chart", Chart("", (), (), (), ""), ()), draw)
    editing = DiscordMessenger(server.bot, lambda _: made)
    await editing.edit(MessageRef(1, server.channel.id), post_in(server.channel.id))
    assert pictured == [True]
    assert [file.filename for file in edits[0]] == ["chart.png"]


async def test_who_added_the_bot_is_unknown_while_the_server_is_away() -> None:
    def get_guild(_: int) -> SimpleNamespace:
        return SimpleNamespace(unavailable=True, me=None)

    away: Any = SimpleNamespace(get_guild=get_guild)
    moderators = DiscordModerators(away, lambda _: True, lambda _: None)
    with pytest.raises(OutcomeUnknown):
        await moderators.channel_id(1, "adder")


@pytest.mark.parametrize(
    ("messages", "is_certain"), [(MOST_SEARCHED - 1, True), (MOST_SEARCHED + 1, False)]
)
async def test_a_post_is_absent_only_if_the_whole_history_was_searched(
    server: Server, monkeypatch: pytest.MonkeyPatch, messages: int, is_certain: bool
) -> None:
    async def history(
        _: discord.TextChannel, *, limit: int, after: datetime
    ) -> AsyncIterator[SimpleNamespace]:
        assert after < LEASED
        for _number in range(min(limit, messages)):
            yield SimpleNamespace(author=SimpleNamespace(id=1), components=[])

    monkeypatch.setattr(discord.TextChannel, "history", history)
    looking = messenger(server).find(post_in(server.channel.id), LEASED)

    if is_certain:
        assert await looking is None
    else:
        with pytest.raises(HistoryUnreadable):
            await looking


@pytest.mark.parametrize(
    ("since", "is_certain"),
    [(timedelta(hours=3), False), (timedelta(hours=-3), True)],
    ids=["all archived since", "archived before"],
)
async def test_a_forum_is_searched_as_far_back_as_the_post_may_have_been_made(
    server: Server, monkeypatch: pytest.MonkeyPatch, since: timedelta, is_certain: bool
) -> None:
    guild = server.channel.guild
    assert guild
    forum = guild.create_forum_channel("digests")

    async def archived(_: discord.ForumChannel, *, limit: int) -> AsyncIterator[SimpleNamespace]:
        for _number in range(limit):
            yield SimpleNamespace(owner_id=1, archive_timestamp=LEASED + since)

    monkeypatch.setattr(discord.ForumChannel, "archived_threads", archived)
    looking = messenger(server).find(post_in(forum.id), LEASED)

    if is_certain:
        assert await looking is None
    else:
        with pytest.raises(HistoryUnreadable):
            await looking
