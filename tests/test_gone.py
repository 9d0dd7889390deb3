"""What was deleted on Discord, or from the base, is nowhere shown as if it were there."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import discord
import pytest
from simcord import ChannelHandle

from bot.delivery.delivery_errors import OutcomeUnknown
from bot.state.digests import Target
from bot.texts.catalogues import words_in
from bot.ui.components import channels
from bot.ui.components.mentions import look_up
from tests.conftest import Server
from tests.moderating import lines, posted, private
from tests.newsroom import Newsroom, actions, aside, need_approval, newsroom, number, said
from tests.test_digest_commands import SOON, allow_all

OVERVIEWS = ("settings show", "digest show", "digest preview", "briefing list")


@pytest.fixture
def room(server: Server) -> Newsroom:
    """The server with two moderators."""
    return newsroom(server)


def make(room: Newsroom, name: str) -> ChannelHandle:
    """A channel of the server."""
    guild = room.server.channel.guild
    assert guild
    return guild.create_text_channel(name)


def role(room: Newsroom, name: str) -> Any:
    """A role that everyone may notify."""
    guild = room.server.channel.guild
    assert guild
    return guild.create_role(name, mentionable=True)


def delete(room: Newsroom, *deleted: Any) -> None:
    """Delete channels and roles."""
    backend, server_id = room.server.env.backend, room.server.bot.guilds[0].id
    for each in deleted:
        if isinstance(each, ChannelHandle):
            backend.delete_channel(each.id)
        else:
            backend.delete_role(server_id, each.id)


async def targeting(room: Newsroom, channel: ChannelHandle, notified: Any) -> str:
    """A draft of a briefing for a channel that notifies a role; its number."""
    card = await room.begin()
    await room.do(card, "where")
    await room.pick(card, "channel", channel)
    await room.pick(card, "role", notified)
    await room.do(card, "open")
    return number(card)


# --- every overview


async def test_no_overview_mentions_what_was_deleted(room: Newsroom) -> None:
    names = ("log", "defaults", "digest", "briefing")
    log, defaults, digest, briefing = (make(room, name) for name in names)
    editors, readers = role(room, "editors"), role(room, "readers")
    await allow_all(room)
    await room.ask("settings role", role=editors)
    await room.ask("settings log", channel=log)
    await room.ask("settings defaults", channel=defaults)
    await room.ask("digest set", channel=digest, role=readers, **SOON)
    await room.advance(minutes=7)
    draft = await targeting(room, briefing, readers)
    await _choose_topic(room, "no-such-topic")
    deleted = (log, defaults, digest, briefing, editors, readers)
    alive = {each: "\n".join(await room.ask(each)) for each in OVERVIEWS}
    delete(room, *deleted)

    shown = {each: "\n".join(await room.ask(each)) for each in OVERVIEWS}
    card = await room.run("briefing edit", briefing=draft)
    shown["card"] = said(card)
    shown["history"] = "\n".join(await room.ask("briefing history", briefing=draft))
    shown["preview"] = said(aside(await room.do(card, "preview")))
    refused = await room.server.asker.slash(room.server.channel, "settings show")
    shown["refusal"] = "\n".join(lines(private(refused)))
    shown["submit"] = said(aside(await room.do(card, "submit")))
    await room.do(card, "where")
    shown["where"] = said(card)
    for name, text in shown.items():
        dead = [each.id for each in deleted if f"{each.id}>" in text or f"/{each.id}/" in text]
        assert not dead, f"{name}: {text}"
    assert "a deleted channel" not in "\n".join(alive.values())
    assert shown["settings show"].count("a deleted channel") == 3
    assert "**Moderators’ role**: a deleted role" in shown["settings show"]
    assert "**Notifies**: a deleted role" in shown["digest show"]
    assert "**Topics**: no-such-topic (no longer in the base)" in shown["digest show"]
    assert "Its channel no longer exists. Choose another" in shown["digest show"]
    assert "Its channel no longer exists. Choose another" in shown["digest preview"]
    assert "its channel was deleted" in shown["briefing list"]
    assert "**Where**: a deleted channel · notifies a deleted role" in shown["card"]
    assert "There is no log channel" in shown["card"]
    assert shown["history"].count("a deleted channel") == 2, "the former and the present one"


async def _choose_topic(room: Newsroom, topic: str) -> None:
    """Have the digest tell of one topic, as if the base had it when it was chosen."""
    digests, server_id = room.server.bot.state.digests, room.server.bot.guilds[0].id
    schedule = await digests.get(server_id)
    assert schedule
    assert schedule.next_at
    assert schedule.next_day
    config = replace(schedule.config, topics=frozenset({topic}))
    await digests.put(server_id, config, schedule.next_at, schedule.next_day)


async def test_a_deleted_role_is_refused_before_it_is_due_and_named(room: Newsroom) -> None:
    channel, readers = room.server.channel, role(room, "readers")
    await room.ask("digest set", channel=channel, role=readers, **SOON)
    draft = await targeting(room, channel, readers)
    await room.ask("digest pause")
    delete(room, readers)
    for command in ("digest resume", "digest now"):
        title, help_line = await room.ask(command)
        assert title == "### The role to notify no longer exists."
        assert "/digest set" in help_line
    schedule = await room.server.bot.state.digests.get(room.server.bot.guilds[0].id)
    assert schedule
    assert schedule.paused == "moderator"
    card = await room.run("briefing edit", briefing=draft)
    refused = aside(await room.do(card, "submit"))
    assert lines(refused)[0] == "**The role to notify no longer exists.**"
    assert "Choose another one under Where, or none." in said(card)
    again = await room.ask("digest set", channel=channel, **SOON)
    assert "**Notifies**: nobody" in again, "a deleted role is not kept"
    await room.advance(minutes=7)
    assert len(posted(channel)) == 1


async def test_a_request_is_not_said_to_be_where_nobody_can_read_it(room: Newsroom) -> None:
    log = make(room, "log")
    await room.ask("settings log", channel=log)
    await need_approval(room)
    card = await room.ready()
    delete(room, log)
    await room.do(card, "submit")
    assert said(card).startswith("Approval requested. Another moderator can approve it with")


async def test_a_post_whose_channel_was_deleted_is_said_to_be_deleted(room: Newsroom) -> None:
    channel = make(room, "news")
    card = await room.begin()
    await room.do(card, "where")
    await room.pick(card, "channel", channel)
    await room.do(card, "open")
    await room.do(card, "submit")
    await room.advance(minutes=2)
    shown = await room.run("briefing show", briefing=number(card))
    assert "remove" in actions(shown)
    delete(room, channel)
    shown = await room.run("briefing show", briefing=number(card))
    assert "**Status**: posted, later deleted" in said(shown)
    assert "remove" not in actions(shown)


# --- what is not gone


class Guild(SimpleNamespace):
    """A server that has neither the channel nor the role in its cache."""

    unavailable = False

    def get_role(self, role_id: int) -> None:
        """No role is known."""


@pytest.mark.parametrize(
    ("found", "is_gone"),
    [("no-channel", True), ("no-access", False), ("archived", False), (None, False)],
)
async def test_only_what_discord_says_is_gone_counts_as_gone(
    monkeypatch: pytest.MonkeyPatch, found: str | None, is_gone: bool
) -> None:
    async def find(*_: object) -> str:
        if found is None:
            raise OutcomeUnknown("Discord answered with 503")
        return found

    monkeypatch.setattr(channels, "find", find)
    mentions = await look_up(cast(discord.Guild, Guild()), words_in("en"), channel_ids=[7, None])
    assert mentions.channel(7) == ("a deleted channel" if is_gone else "<#7>")


async def test_no_role_is_gone_while_the_server_is_not_available(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def find(*_: object) -> str:
        return "no-channel"

    monkeypatch.setattr(channels, "find", find)
    guild = cast(discord.Guild, Guild())
    target = Target(7, 8)
    assert (await look_up(guild, words_in("en"), [target])).role(8) == "a deleted role"
    guild.unavailable = True
    mentions = await look_up(guild, words_in("en"), [target])
    assert mentions.role(8) == "<@&8>"
    assert mentions.missing(target) == "no-channel"
    assert mentions.missing(replace(target, channel_id=9)) is None
