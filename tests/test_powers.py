"""What one moderator cannot do alone, to another's name, or through the bot."""

from __future__ import annotations

from typing import Any

import discord
import pytest
from simcord import ChannelHandle, MemberActor
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType

from bot.delivery.delivery_errors import OutcomeUnknown
from bot.state.posts import MessageRef
from bot.texts.catalogues import words_in
from bot.ui.briefings.controls import Key
from bot.ui.components.persistent_items import row_of
from bot.ui.posting.moderators import DiscordModerators
from bot.ui.posting.notices import DiscordNotifier
from bot.ui.settings.overview import DeleteButton
from tests.conftest import Server, texts
from tests.moderating import ids, lines, posted, private
from tests.newsroom import (
    Newsroom,
    actions,
    aside,
    key,
    need_approval,
    newsroom,
    number,
    said,
    show_controls,
    show_to,
)
from tests.test_briefing_corrections import close_direct_messages
from tests.test_digest_commands import SOON


@pytest.fixture
def room(server: Server) -> Newsroom:
    """The server with two moderators."""
    return newsroom(server)


def deny(room: Newsroom, member: MemberActor, channel: ChannelHandle, **rights: bool) -> None:
    """Take rights from a member in a channel."""
    overwrite = Overwrite(member.id, OverwriteType.MEMBER, deny=discord.Permissions(**rights).value)
    room.server.env.backend.set_overwrite(channel.id, overwrite)


def another_moderator(room: Newsroom, name: str, **rights: bool) -> MemberActor:
    """A third member, with Manage Server or with other rights."""
    guild = room.server.channel.guild
    assert guild
    rights = rights or {"manage_guild": True}
    role = guild.create_role(f"{name}s", permissions=discord.Permissions(**rights))
    return guild.add_member(room.server.env.create_user(name), roles=[role])


async def press_anyway(room: Newsroom, action: str, briefing_id: str, by: MemberActor) -> str:
    """Press a button of a briefing that the member's card does not show; the private answer."""
    briefing = await room.server.bot.state.briefings.get(briefing_id)
    assert briefing
    public = await show_controls(room, briefing.version, briefing_id)
    custom_id = Key(action, briefing_id, briefing.version).custom_id("b")
    return "\n".join(lines(private(await by.click(public, custom_id=custom_id))))


def shown_in(message: discord.Message) -> str:
    """The text of a message of components."""
    return "".join(texts([part.to_dict() for part in message.components]))  # type: ignore[misc]


def the_post(room: Newsroom) -> list[str]:
    """The texts of the one post in the channel."""
    found = [texts(each) for each in posted(room.server.channel)]
    (post,) = [each for each in found if "Posted by" in "".join(each)]
    return post


# --- two people


@pytest.mark.parametrize("approval", [True, False])
async def test_nobody_submits_what_another_signs(room: Newsroom, approval: bool) -> None:
    if approval:
        await need_approval(room)
    card = await room.begin()
    await room.fill(card, "text", remarks="NOT FINISHED")
    theirs = await show_to(room.second, room, number(card), "edit")
    await room.do(theirs, "where", room.second)
    await room.second.select(theirs, [room.server.channel], custom_id=key(theirs, "bs", "channel"))
    await room.do(theirs, "open", room.second)
    assert "submit" not in actions(theirs)
    assert f"Only <@{room.moderator.id}>, who signs it, can submit it." in said(theirs)
    refused = await press_anyway(room, "submit", number(card), room.second)
    assert "only its author can submit it" in refused
    await room.advance(minutes=2)
    assert not any("NOT FINISHED" in str(post) for post in posted(room.server.channel))


async def test_who_changed_the_target_last_does_not_approve(room: Newsroom) -> None:
    await need_approval(room)
    third = another_moderator(room, "third")
    card = await room.begin()
    theirs = await show_to(room.second, room, number(card), "edit")
    await room.do(theirs, "where", room.second)
    await room.second.select(theirs, [room.server.channel], custom_id=key(theirs, "bs", "channel"))
    mine = await room.run("briefing edit", briefing=number(card))
    await room.do(mine, "submit")
    assert "approve" not in actions(await show_to(room.second, room, number(card)))
    refused = await press_anyway(room, "approve", number(card), room.second)
    assert "You wrote it or changed it last" in refused
    thirds = await show_to(third, room, number(card))
    await room.do(thirds, "approve", third)
    await room.advance(minutes=2)
    assert any(f"Posted by <@{room.moderator.id}>" in str(p) for p in posted(room.server.channel))


async def test_an_edit_of_an_approved_post_is_a_proposal(room: Newsroom) -> None:
    await need_approval(room)
    log = await room.log_to()
    card = await room.ready()
    await room.do(card, "submit")
    theirs = await show_to(room.second, room, number(card))
    await room.do(theirs, "approve", room.second)
    await room.advance(minutes=2)
    await room.server.bot.state.settings.choose_approval(log.guild.id, False)
    theirs = await show_to(room.second, room, number(card), "edit")
    await room.fill(theirs, "text", room.second, headline="Theirs alone")
    assert said(theirs).startswith("Saved. Another moderator must approve the edit")
    await room.advance(minutes=2)
    assert "Theirs alone" not in str(the_post(room))
    assert "You wrote it or changed it last" in await press_anyway(
        room, "accept", number(card), room.second
    )
    assert len([m for m in log.history() if "approval of this edit" in shown_in(m)]) == 1
    mine = await room.run("briefing show", briefing=number(card))
    preview = aside(await room.do(mine, "preview"))
    assert "## Theirs alone" in "\n".join(texts(preview.components))
    await room.do(mine, "accept")
    assert said(mine).startswith("Saved.")
    await room.advance(minutes=2)
    signature, heading, *_ = the_post(room)
    assert signature == (
        f"-# Posted by <@{room.moderator.id}> with Factdesk · Edited by <@{room.second.id}>"
    )
    assert heading.startswith("## Theirs alone")
    history = await room.ask("briefing history", briefing=number(card))
    assert [line.split(" · ")[1].partition(":")[0] for line in history[1:3]] == [
        f"<@{room.moderator.id}> approved the edit",
        f"<@{room.second.id}> proposed an edit of the post",
    ]


# --- settings that guard others


async def test_the_moderators_role_does_not_change_what_guards_others(room: Newsroom) -> None:
    guild = room.server.channel.guild
    assert guild
    log = await room.log_to()
    await need_approval(room)
    state = room.server.bot.state
    role = guild.create_role("editors")
    await state.settings.choose_role(guild.id, role.id)
    editor = guild.add_member(room.server.env.create_user("editor"), roles=[role])
    for command in await room.server.bot.tree.fetch_commands():
        guild.set_command_permissions(command, {role: True})
    before = state.settings.of(guild.id)
    layout = discord.ui.LayoutView(timeout=None)
    layout.add_item(row_of(DeleteButton.make("Delete")))
    channel = room.server.bot.get_channel(room.server.channel.id)
    assert isinstance(channel, discord.TextChannel)
    question = await channel.send(view=layout)
    for name, options in {
        "approval": {"approval": "off"},
        "role": {},
        "log": {},
        "delete": {},
    }.items():
        asked = await editor.slash(room.server.channel, f"settings {name}", **options)
        assert lines(private(asked)) == [
            "### The moderators’ role is not enough for this.",
            "You need the permission **Manage Server**.",
        ], name
    pressed = await editor.click(question, custom_id="settings:delete")
    assert lines(private(pressed))[0] == "### The moderators’ role is not enough for this."
    assert state.settings.of(guild.id) == before
    assert not log.history(), "nothing is told of what did not happen"


async def test_what_guards_others_is_told_in_the_log_before_it_changes(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    guild = room.server.channel.guild
    assert guild
    log, other = await room.log_to(), guild.create_text_channel("elsewhere")
    role = guild.create_role("editors")
    settings = room.server.bot.state.settings
    told: list[tuple[int, str]] = []
    for name in ("choose_approval", "choose_role", "choose_log", "delete"):
        _note_log_at(monkeypatch, settings, name, log, told)
    person = f"<@{room.moderator.id}>"
    await room.ask("settings approval", approval="on")
    await room.ask("settings approval", approval="off")
    await room.ask("settings role", role=role)
    await room.ask("settings role")
    await room.press(await room.run("settings delete"), "settings:delete")
    assert [text.rpartition(" · ")[0] for _, text in told] == [
        f"{person} is turning approval of briefings on.",
        f"{person} is turning approval of briefings off.",
        f"{person} is making <@&{role.id}> the moderators’ role.",
        f"{person} is removing the moderators’ role: only members with **Manage Server** remain"
        " moderators.",
        f"{person} is deleting everything that Factdesk stores about this server.",
    ]
    await room.log_to("log-2")
    told.clear()
    await room.ask("settings log", channel=other)
    assert [count for count, _ in told] == [5], "told in the log that was"


async def test_what_guards_others_changes_even_if_nobody_can_be_notified(room: Newsroom) -> None:
    log = await room.log_to()
    room.deny(log, send_messages=True)
    done = await room.moderator.slash(room.server.channel, "settings approval", approval="on")
    assert room.server.bot.state.settings.of(log.guild.id).approval
    assert not done.followups, "it was of passing interest"


async def test_what_guards_others_stays_as_it_is_while_discord_is_away(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = await room.log_to()
    monkeypatch.setattr(DiscordModerators, "channel_id", _away)
    refused = await room.moderator.slash(room.server.channel, "settings approval", approval="on")
    assert lines(private(refused))[0] == f"### {words_in('en')('settings.unannounced')}"
    assert not room.server.bot.state.settings.of(log.guild.id).approval
    assert await room.server.bot.state.notices.due_in(log.guild.id) == ()


async def test_what_could_not_be_told_is_told_when_discord_is_back(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = await room.log_to()
    with monkeypatch.context() as away:
        away.setattr(DiscordModerators, "channel_id", _away)
        await room.ready()
    assert list(log.history()) == []
    await room.advance(minutes=10)
    assert len(list(log.history())) >= 1


async def _away(*_: object) -> None:
    raise OutcomeUnknown("Discord answered with 500")


def _note_log_at(
    patch: pytest.MonkeyPatch, settings: Any, name: str, log: Any, told: list[tuple[int, str]]
) -> None:
    """Note, whenever a setting is stored, how many lines the log has and the last of them."""
    real = getattr(settings, name)

    async def note(*args: Any) -> None:
        found = [each.content for each in log.history()]
        told.append((len(found), found[-1] if found else ""))
        await real(*args)

    patch.setattr(settings, name, note)


async def test_approval_is_checked_again_when_it_is_posted(room: Newsroom) -> None:
    guild = room.server.channel.guild
    assert guild
    card = await room.ready()
    await room.fill(card, "when", when="2026-01-01 09:30", zone="Asia/Seoul")
    await room.do(card, "submit")
    await room.server.bot.state.settings.choose_approval(guild.id, True)
    await room.advance(minutes=35)
    assert posted(room.server.channel) == []
    shown = await room.run("briefing show", briefing=number(card))
    assert "**Status**: held. On this server a second moderator approves" in said(shown)
    theirs = await show_to(room.second, room, number(card))
    await room.do(theirs, "approve", room.second)
    await room.advance(minutes=2)
    assert len(posted(room.server.channel)) == 1


# --- nobody gets powers through the bot


@pytest.mark.parametrize("lacking", ["channel", "role"])
async def test_a_digest_goes_only_where_its_moderator_may_post_and_notify(
    room: Newsroom, lacking: str
) -> None:
    guild = room.server.channel.guild
    assert guild
    role = guild.create_role("readers", mentionable=lacking != "role")
    admin = another_moderator(room, "admin", administrator=True)
    channel, setter = room.server.channel, admin if lacking == "role" else room.moderator
    options: dict[str, Any] = {"channel": channel, "role": role, **SOON}
    mine = private(await setter.slash(channel, "digest set", **options))
    if lacking == "channel":
        deny(room, room.moderator, channel, send_messages=True)
    expected = {
        "channel": "### You do not have permission to post there.",
        "role": "### You do not have permission to notify that role.",
    }[lacking]
    before = await room.server.bot.state.digests.get(guild.id)
    assert (await room.ask("digest set", **options))[0] == expected
    kept = await room.ask("digest set", channel=channel, **SOON)
    assert kept[0] == expected, "the role that was chosen before stays"
    assert (await room.ask("digest now"))[0] == expected
    assert (await room.ask("digest resume"))[0] == expected
    if lacking == "channel":
        test = next(i for i in ids(mine) if i.startswith("digest:test"))
        assert (await room.press(mine, test))[0] == expected
        assert (await room.press(mine, "digest:quiet"))[0] == expected
    assert await room.server.bot.state.digests.get(guild.id) == before
    assert posted(channel) == []


async def test_a_tag_of_moderators_is_not_lent(room: Newsroom) -> None:
    guild, backend = room.server.channel.guild, room.server.env.backend
    assert guild
    forum = guild.create_forum_channel("forum")
    tag_id = backend.snowflake()
    tag = {"id": str(tag_id), "name": "Official", "moderated": True}
    tag |= {"emoji_id": None, "emoji_name": None}
    backend.edit_channel(forum.id, {"available_tags": [tag]})
    options: dict[str, Any] = {"channel": forum, "tag": str(tag_id), **SOON}
    refused = await room.ask("digest set", **options)
    assert refused[0] == "### You do not have permission to use that tag."
    manager = another_moderator(room, "manager", manage_guild=True, manage_threads=True)
    done = private(await manager.slash(room.server.channel, "digest set", **options))
    assert lines(done)[0] == "### The digest is set up."


async def test_the_log_goes_only_where_its_moderator_may_post(room: Newsroom) -> None:
    guild = room.server.channel.guild
    assert guild
    log, news = await room.log_to(), guild.create_text_channel("news")
    deny(room, room.moderator, news, send_messages=True)
    refused = await room.ask("settings log", channel=news)
    assert refused[0] == "### You do not have permission to post there."
    assert room.server.bot.state.settings.of(guild.id).log_channel_id == log.id
    assert not log.history(), "nothing is announced of what did not happen"


async def test_a_post_is_changed_only_by_those_who_may_post_there(room: Newsroom) -> None:
    card = await room.ready()
    await room.do(card, "submit")
    await room.advance(minutes=2)
    deny(room, room.second, room.server.channel, send_messages=True)
    theirs = await show_to(room.second, room, number(card), "edit")
    edited = await room.fill(theirs, "text", room.second, headline="Theirs")
    assert lines(aside(edited))[0] == "### You do not have permission to post there."
    for action in ("remove", "delete"):
        refused = await press_anyway(room, action, number(card), room.second)
        assert "You do not have permission to post there." in refused
    assert any("Posted by" in str(post) for post in posted(room.server.channel))


# --- who hears of it


async def test_settings_that_guard_others_wait_while_discord_is_away(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, settings = await room.log_to(), room.server.bot.state.settings
    await need_approval(room)

    async def away(*_: object) -> MessageRef:
        raise OutcomeUnknown("Discord answered with 503")

    monkeypatch.setattr(DiscordNotifier, "send", away)
    refused = await room.ask("settings approval", approval="off")
    assert refused[0] == "### Discord is not responding, so nothing was changed."
    assert settings.of(log.guild.id).approval
    assert await room.server.bot.state.notices.due() == ()


async def test_a_warning_that_reaches_nobody_waits_for_the_next_moderator(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    close_direct_messages(monkeypatch)
    card = await room.ready()
    await room.fill(card, "when", when="2026-01-01 09:30", zone="Asia/Seoul")
    await room.do(card, "submit")
    room.deny(room.server.channel, send_messages=True)
    await room.advance(minutes=35)
    asked = await room.second.slash(room.server.channel, "settings show")
    told = lines(asked.followups[-1])
    assert told[0] == "### Notices that could not be delivered so far:"
    assert "was not posted" in told[1]
    again = await room.second.slash(room.server.channel, "settings show")
    assert not again.followups
