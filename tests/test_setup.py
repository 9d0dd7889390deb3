"""`/setup` as it is met: one card that sets a server up, left and taken up again."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import discord
import pytest
from simcord import GuildHandle, InteractionResult, ResponseMessage, UserHandle

from bot.delivery.delivery_errors import Refused
from bot.state.digests import Schedule
from bot.ui.posting.moderators import DiscordModerators
from tests.conftest import Server, parts
from tests.moderating import ModeratedServer, ids, lines, moderated, posted, private
from tests.test_digest_commands import allow_all, make


@pytest.fixture
def mod(server: Server) -> ModeratedServer:
    """The server with a member who has Manage Server."""
    return moderated(server)


def said(card: ResponseMessage) -> str:
    """The text of a card."""
    return "\n".join(lines(card))


async def pick(
    mod: ModeratedServer, card: ResponseMessage, menu: str, *values: Any
) -> InteractionResult:
    """Pick in a menu of the card."""
    return await mod.moderator.select(card, list(values), custom_id=f"setup-menu:{menu}")


async def go(mod: ModeratedServer, card: ResponseMessage, button: str) -> InteractionResult:
    """Press a button of the card."""
    return await mod.moderator.click(card, custom_id=f"setup:{button}")


async def fill(mod: ModeratedServer, card: ResponseMessage, form: str, text: str) -> None:
    """Open a form of the card, fill it in and send it."""
    await mod.moderator.submit_modal(await go(mod, card, form), {form.partition(":")[0]: text})


async def test_a_server_is_set_up_on_one_card_over_restarts(mod: ModeratedServer) -> None:
    channel, guild = mod.server.channel, mod.server.channel.guild
    assert guild
    role, log = guild.create_role("editors"), guild.create_text_channel("log")
    card = await mod.run("setup")
    assert said(card).count("○") == 4
    assert "**Next:** choose the time zone." in said(card)
    await pick(mod, card, "language", "ko")
    await pick(mod, card, "role", role)
    await mod.server.restart()
    await pick(mod, card, "log", log)
    await fill(mod, card, "zone", "서울")
    assert "✓ **Time zone**: Seoul (Asia/Seoul)" in said(card)
    assert f"✓ **Moderators’ role**: <@&{role.id}>" in said(card)
    await mod.server.restart()
    card = await mod.run("setup")
    await go(mod, card, "digest")
    await pick(mod, card, "channel", channel)
    assert "09:00 · Every day · Seoul (Asia/Seoul)" in said(card)
    await pick(mod, card, "topics", "gsomia")
    await fill(mod, card, "hour", "오후 9시")
    assert "21:00 · Every day · Seoul (Asia/Seoul)" in said(card)
    assert "**Topics**: GSOMIA" in said(card)
    assert "**All set.**" in said(card)
    await go(mod, card, "test")
    assert said(card).startswith("**The test post was sent.**")
    assert len(posted(channel)) == 1
    await go(mod, card, "server")
    assert f"✓ **Daily digest**: <#{channel.id}>" in said(card)


async def test_a_refused_form_comes_back_with_what_was_typed(mod: ModeratedServer) -> None:
    card = await mod.run("setup")
    await fill(mod, card, "zone", "Atlantis ``` city")
    assert said(card).startswith(r"### “Atlantis \`\`\` city” is not a time zone the bot knows.")
    await mod.server.restart()
    again = await go(mod, card, "zone")
    assert again.modal
    assert again.modal["components"][0]["component"]["value"] == "Atlantis ``` city"
    await mod.moderator.submit_modal(again, {"zone": "seoul"})
    assert "✓ **Time zone**: Seoul (Asia/Seoul)" in said(card)
    fresh = await go(mod, card, "zone")
    assert fresh.modal
    assert fresh.modal["components"][0]["component"]["value"] == "Asia/Seoul"


async def test_the_time_zone_is_the_digests_too(mod: ModeratedServer) -> None:
    card = await mod.run("setup")
    await go(mod, card, "digest")
    assert "setup-menu:channel" not in str(card.components), "the time zone comes first"
    await fill(mod, card, "zone:digest", "seoul")
    await pick(mod, card, "channel", mod.server.channel)
    await go(mod, card, "server")
    await fill(mod, card, "zone", "tokyo")
    await go(mod, card, "digest")
    assert "Tokyo (Asia/Tokyo)" in said(card)


def menu_ids(card: ResponseMessage) -> set[int]:
    """The ids of the menus of a card, by which a client keeps what they show."""
    found = parts(card.components)
    return {part["id"] for part in found if part.get("custom_id", "").startswith("setup-menu:")}


async def test_no_menu_of_a_step_is_taken_for_one_of_the_other(mod: ModeratedServer) -> None:
    card = await mod.run("setup")
    await fill(mod, card, "zone", "seoul")
    server = menu_ids(card)
    await go(mod, card, "digest")
    await pick(mod, card, "channel", mod.server.channel)
    digest = menu_ids(card)
    assert (len(server), len(digest)) == (3, 2)
    assert not server & digest


async def digest_of(mod: ModeratedServer) -> Schedule:
    """The server's digest as it is stored."""
    guild = mod.server.channel.guild
    assert guild
    schedule = await mod.server.bot.state.digests.get(guild.id)
    assert schedule
    return schedule


async def with_digest(mod: ModeratedServer) -> ResponseMessage:
    """The card at the digest, which is set up."""
    card = await mod.run("setup")
    await go(mod, card, "digest")
    await fill(mod, card, "zone:digest", "seoul")
    assert "setup-menu:channel" in str(card.components), (
        "a form leads back to the step it was opened at"
    )
    await pick(mod, card, "channel", mod.server.channel)
    return card


@pytest.mark.parametrize("until", [{}, {"until": "2026-01-09"}])
async def test_a_paused_digest_stays_paused_while_it_is_changed(
    mod: ModeratedServer, until: dict[str, str]
) -> None:
    card = await with_digest(mod)
    await mod.ask("digest pause", **until)
    paused = await digest_of(mod)
    await go(mod, card, "server")
    await fill(mod, card, "zone", "tokyo")
    await go(mod, card, "digest")
    await fill(mod, card, "hour", "21:00")
    await pick(mod, card, "topics", "gsomia")
    await pick(mod, card, "channel", mod.server.channel)
    changed = await digest_of(mod)
    assert changed.config.topics == {"gsomia"}
    assert (changed.config.zone, changed.config.at) == ("Asia/Tokyo", time(21))
    assert (changed.paused, changed.next_day) == ("moderator", paused.next_day)
    assert changed.next_at == changed.paused_until
    assert "paused" in said(card).lower()


async def test_a_digest_without_its_channel_resumes_in_another_alone(mod: ModeratedServer) -> None:
    card = await with_digest(mod)
    state, guild = mod.server.bot.state, mod.server.channel.guild
    assert guild
    await state.digests.pause(guild.id, "no-channel")
    await fill(mod, card, "hour", "21:00")
    assert (await digest_of(mod)).paused == "no-channel"
    await pick(mod, card, "channel", guild.create_text_channel("other"))
    assert (await digest_of(mod)).paused is None


async def test_what_was_typed_for_a_digest_turned_off_meanwhile_is_shown(
    mod: ModeratedServer,
) -> None:
    card = await with_digest(mod)
    form = await go(mod, card, "hour")
    await mod.ask("digest off")
    await mod.moderator.submit_modal(form, {"hour": "오후 9시"})
    assert "오후 9시" in said(card)
    assert ids(card) == ["setup:digest"]
    assert await mod.server.bot.state.digests.all() == ()


async def test_a_role_that_the_bot_does_not_know_leaves_the_present_one(
    mod: ModeratedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    guild = mod.server.channel.guild
    assert guild
    editors, writers = guild.create_role("editors"), guild.create_role("writers")
    card = await mod.run("setup")
    await pick(mod, card, "role", editors)

    def unknown(_guild: discord.Guild, _role_id: int) -> None:
        return None

    monkeypatch.setattr(discord.Guild, "get_role", unknown)
    await pick(mod, card, "role", writers)
    assert said(card).startswith("**That role no longer exists")
    assert mod.server.bot.state.settings.of(guild.id).moderator_role_id == editors.id


async def test_a_refusal_is_on_the_card_and_changes_nothing(mod: ModeratedServer) -> None:
    card = await mod.run("setup")
    await fill(mod, card, "zone", "seoul")
    await go(mod, card, "digest")
    mod.deny(mod.server.channel, send_messages=True)
    refused = await pick(mod, card, "channel", mod.server.channel)
    assert not refused.followups
    assert said(card).startswith("**The bot lacks permissions there.**")
    assert "setup:hour" not in ids(card)
    everyone = mod.server.channel.guild
    assert everyone
    await go(mod, card, "server")
    await pick(mod, card, "role", everyone.default_role)
    assert "cannot be the moderators’ role.**" in said(card)


async def test_the_card_says_what_the_bot_lacks_and_who_can_give_it(mod: ModeratedServer) -> None:
    channel, guild = mod.server.channel, mod.server.channel.guild
    assert guild
    await mod.ask("settings log", channel=channel)
    mod.deny(channel, send_messages=True, read_message_history=True)
    shown = said(await mod.run("setup"))
    lacking = "**Send Messages** and **Read Message History**"
    assert f"**In <#{channel.id}> the bot lacks:** {lacking}." in shown
    assert f"<@{guild.owner.id}>, can" in shown
    assert "**Next:** give the bot these permissions" in shown


async def test_only_those_who_manage_the_server_set_it_up(mod: ModeratedServer) -> None:
    guild = mod.server.channel.guild
    assert guild
    role = guild.create_role("editors")
    await mod.ask("settings role", role=role)
    await allow_all(mod)
    card = await mod.run("setup")
    asker = mod.server.asker
    for roles in ([], [role]):
        mod.server.env.backend.edit_member(guild.id, asker.id, {"role_ids": [r.id for r in roles]})
        refused = private(await asker.slash(mod.server.channel, "setup"))
        assert "**Manage Server**" in lines(refused)[1]
    menus = [part["custom_id"] for part in parts(card.components) if part["type"] in (3, 6, 8)]
    assert menus == ["setup-menu:language", "setup-menu:role", "setup-menu:log"]


# --- arriving in a server


def arrive(server: Server) -> tuple[GuildHandle, UserHandle]:
    """A server that the bot was just added to, and the member who added it."""
    env = server.env
    adder, guild = env.create_user("adder"), env.create_guild("Newcomers")
    added = discord.AuditLogAction.bot_add.value
    bot_id = env.backend.bot_user.id
    env.backend.record_audit_log(guild.id, added, target_id=bot_id, user_id=adder.id)
    return guild, adder


async def join(mod: ModeratedServer, guild: GuildHandle) -> None:
    """Have the bot hear that it was added: simcord says only that a server is available."""
    joined = mod.server.bot.get_guild(guild.id)
    assert joined
    await mod.server.bot.on_guild_join(joined)
    await mod.advance(minutes=1)


def direct_messages(server: Server, user: UserHandle) -> list[str]:
    """What the bot wrote to a user."""
    backend = server.env.backend
    channel_id = backend.dm_channels.get(user.id)
    return [message.content for message in backend.messages.get(channel_id or 0, {}).values()]


async def test_whoever_adds_the_bot_is_welcomed_once(mod: ModeratedServer) -> None:
    server = mod.server
    guild, adder = arrive(server)
    await join(mod, guild)
    (welcome,) = direct_messages(server, adder)
    first, setup, ask, *questions = welcome.splitlines()
    assert first.startswith("Factdesk is now on **Newcomers**")
    assert "**/setup**" in setup
    stories = await server.bot.service.store.stories()
    assert ask == "Try **/ask** with:"
    assert {q.removeprefix("- ") for q in questions} < {s.next_question("en") for s in stories}
    assert len(questions) == 3
    for _ in range(2):
        await server.restart()
        await mod.advance(minutes=1)
    assert direct_messages(server, adder) == [welcome]
    assert await server.bot.state.notices.due_in(guild.id) == ()


async def test_an_arrival_that_was_missed_is_welcomed_at_the_next_start(
    mod: ModeratedServer,
) -> None:
    _, adder = arrive(mod.server)
    await mod.server.restart()
    await mod.advance(minutes=1)
    assert len(direct_messages(mod.server, adder)) == 1


async def test_without_an_audit_log_the_system_channel_is_told(mod: ModeratedServer) -> None:
    guild, adder = arrive(mod.server)
    hall = guild.create_text_channel("hall")
    backend = mod.server.env.backend
    backend.get_guild(guild.id).audit_log_entries.clear()
    backend.edit_guild(guild.id, {"system_channel_id": hall.id})
    await join(mod, guild)
    (welcome,) = [message.content for message in hall.history()]
    assert welcome.startswith("Factdesk is now on **Newcomers**")
    assert direct_messages(mod.server, adder) == []


async def test_where_nobody_can_be_reached_nothing_is_kept(mod: ModeratedServer) -> None:
    guild, _ = arrive(mod.server)
    mod.server.env.backend.get_guild(guild.id).audit_log_entries.clear()
    await join(mod, guild)
    assert guild.id not in mod.server.bot.state.settings.present()
    assert await mod.server.bot.state.notices.due_in(guild.id) == ()


async def test_a_welcome_that_reaches_nobody_after_all_is_dropped(
    mod: ModeratedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object) -> None:
        raise Refused("refused")

    monkeypatch.setattr(DiscordModerators, "channel_id", refuse)
    guild, _ = arrive(mod.server)
    await join(mod, guild)
    notices = mod.server.bot.state.notices
    assert (*await notices.due_in(guild.id), *await notices.unreached(guild.id)) == ()


async def test_a_server_that_the_bot_has_been_in_is_not_welcomed(mod: ModeratedServer) -> None:
    guild, adder = arrive(mod.server)
    backend = mod.server.env.backend
    joined = mod.server.env.now() - timedelta(days=2)
    backend.get_member(guild.id, backend.bot_user.id).joined_at = joined.isoformat()
    await mod.server.restart()
    await mod.advance(minutes=1)
    assert direct_messages(mod.server, adder) == []


async def test_a_thread_is_shown_as_chosen(mod: ModeratedServer) -> None:
    _, thread = make(mod, "thread")
    card = await mod.run("setup")
    await pick(mod, card, "log", thread)
    menus = [part for part in parts(card.components) if part.get("custom_id") == "setup-menu:log"]
    assert [value["id"] for menu in menus for value in menu["default_values"]] == [thread.id]
