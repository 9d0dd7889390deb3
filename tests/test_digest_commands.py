"""`/digest` as moderators meet it: each of its commands, its buttons, and a digest's whole life."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any, get_args

import discord
import pytest
from simcord import ChannelHandle, SetupError
from simcord.backend import serializers
from structlog.testing import capture_logs

from bot.delivery.jobs.digests import DigestProblem
from bot.parsing.times import parse_time
from bot.state.digests import BlockReason, DigestConfig, Schedule, Target
from bot.state.posts import Contents, MessageRef, Slot
from bot.texts.catalogues import LANGUAGES, words_in
from bot.ui.components.messages import UserError
from bot.ui.digests.options import read_time
from bot.ui.digests.overview import WEEKDAYS, warning
from tests.conftest import Server, buttons, pictures, texts
from tests.moderating import ModeratedServer, ids, lines, moderated, posted, private
from tests.test_commands import speak

# simcord's clock starts on Thursday, 1 January 2026, at 09:00 in Seoul.
SOON: dict[str, Any] = {"time": "09:05", "timezone": "Asia/Seoul"}

SUBCOMMANDS: dict[str, dict[str, Any]] = {
    "set": SOON,
    "preview": {},
    "show": {},
    "pause": {},
    "resume": {},
    "off": {},
    "now": {},
}


@pytest.fixture
def mod(server: Server) -> ModeratedServer:
    """The server with somebody who has Manage Server."""
    return moderated(server)


async def set_up(mod: ModeratedServer, **options: Any) -> list[str]:
    """Set the digest up five minutes ahead."""
    return await mod.ask("digest set", **{"channel": mod.server.channel, **SOON, **options})


def stamp(found: list[str]) -> list[str]:
    """Discord's timestamps in some lines."""
    return re.findall(r"<t:\d+:[FR]>", "\n".join(found))


# --- the life of a digest


async def test_a_digest_is_posted_at_its_hour_each_day_and_once(
    mod: ModeratedServer,
) -> None:
    channel = mod.server.channel
    said = await set_up(mod)
    assert said[0] == "### The digest is set up."
    assert f"**Channel**: <#{channel.id}>" in said
    assert "**When**: 09:05 · Every day · Seoul (Asia/Seoul)" in said
    assert "**Notifies**: nobody" in said
    assert said[-1] == "**Next**: <t:1767225900:F> (<t:1767225900:R>)"
    shown = await mod.moderator.slash(channel, "digest preview")
    assert "The next digest is due <t:1767225900:F>" in lines(private(shown))[1]
    await mod.advance(minutes=4)
    assert posted(channel) == []
    await mod.advance(minutes=3)
    (post,) = posted(channel)
    (preview,) = shown.followups
    assert texts(post) == texts(preview.components), "the preview was what came"
    assert buttons(post) == buttons(preview.components)
    assert pictures(post) == pictures(preview.components)
    [alt] = pictures(post)
    assert alt.startswith("Timeline, ")
    assert "[1]" in "".join(texts(post))
    await mod.server.restart()
    await answers_its_question(mod, channel)
    await mod.advance(hours=23, minutes=50)
    assert len(posted(channel)) == 1
    await mod.advance(minutes=10)
    assert [texts(each)[0].splitlines()[1].split(" · ")[:2] for each in posted(channel)] == [
        ["-# Daily digest", "1 January 2026"],
        ["-# Daily digest", "2 January 2026"],
    ]
    assert len({button_id(each) for each in posted(channel)}) == 2


async def answers_its_question(mod: ModeratedServer, channel: ChannelHandle) -> None:
    """The button below a story asks a question, and only the presser sees the answer."""
    [message] = [each for each in channel.history() if each.author.bot and not each.flags.ephemeral]
    question = next(b for b in buttons(posted(channel)[0]) if b["custom_id"].startswith("ask:"))
    answer = private(await mod.server.reader.click(message, custom_id=question["custom_id"]))
    assert f"-# {question['label']}" in lines(answer)[1].replace("\\", "")
    assert "[1]" in "".join(texts(answer.components))


def button_id(post: list[dict[str, Any]]) -> str:
    """The id that a post's own button carries."""
    (found,) = [b["custom_id"] for b in buttons(post) if b["custom_id"].startswith("post:")]
    assert re.fullmatch(r"post:[a-z2-7]{20}", found)
    return found


async def test_only_the_chosen_role_is_notified(mod: ModeratedServer) -> None:
    guild = mod.server.channel.guild
    assert guild
    role = guild.create_role("readers", mentionable=True)
    await set_up(mod, role=role)
    await mod.advance(minutes=7)
    sent = [
        request.json
        for request in mod.server.env.http_requests
        if request.method == "POST" and request.path.endswith("/messages")
    ]
    (body,) = [body for body in sent if body]
    mentions = body["allowed_mentions"]
    assert (mentions["parse"], mentions["roles"]) == ([], [role.id])
    (post,) = posted(mod.server.channel)
    assert texts(post)[0] == f"<@&{role.id}>"


async def test_the_role_can_be_dropped_by_a_button_that_outlives_the_process(
    mod: ModeratedServer,
) -> None:
    guild = mod.server.channel.guild
    assert guild
    role = guild.create_role("readers", mentionable=True)
    message = await mod.run("digest set", channel=mod.server.channel, role=role, **SOON)
    await mod.server.restart()
    said = await mod.press(message, "digest:quiet")
    assert "**Notifies**: nobody" in said
    await mod.advance(minutes=7)
    (post,) = posted(mod.server.channel)
    assert "-# Daily digest" in texts(post)[0]


async def test_a_paused_digest_is_not_posted_until_it_is_resumed(
    mod: ModeratedServer,
) -> None:
    await set_up(mod)
    assert (await mod.ask("digest pause"))[0] == "### The digest is paused."
    await mod.advance(minutes=10)
    assert posted(mod.server.channel) == []
    shown = await mod.ask("digest show")
    assert "**The digest is paused.**" in shown
    assert "A moderator paused it. /digest resume starts it again." in shown
    assert not [line for line in shown if line.startswith("**Next**")]
    said = await mod.ask("digest resume")
    assert said[0] == "### The digest is running again."
    assert stamp(said)[0] == "<t:1767312300:F>", "today's hour is over"
    assert (await mod.ask("digest resume"))[0] == "### The digest is not paused."


async def test_a_pause_with_an_end_goes_on_with_the_first_digest_of_that_day(
    mod: ModeratedServer,
) -> None:
    await set_up(mod, weekdays="workdays")
    said = await mod.ask("digest pause", until="3 January 2026")
    monday = "<t:1767571500:F>"
    assert stamp(said)[0] == monday
    shown = await mod.ask("digest show")
    assert any(line.startswith(f"It is paused and resumes {monday}") for line in shown)
    preview = await mod.run("digest preview")
    assert monday not in lines(preview)[1], "a preview is of what would come next"
    assert "The digest is paused" in lines(preview)[2]
    await mod.advance(minutes=10)
    assert posted(mod.server.channel) == []


@pytest.mark.parametrize(
    ("until", "said"),
    [
        ("soon", "“soon” is not a day the bot understands."),
        ("2026-02", "“2026-02” is not a day the bot understands."),
        ("2026-01-01", "“2026-01-01” is not within the coming year."),
        ("2027-01-03", "“2027-01-03” is not within the coming year."),
        ("9999-12-31", "“9999-12-31” is not within the coming year."),
    ],
)
async def test_a_pause_ends_on_a_day_to_come(mod: ModeratedServer, until: str, said: str) -> None:
    await set_up(mod)
    answer = await mod.ask("digest pause", until=until)
    assert answer[0] == f"### {said}"
    assert "2026-12-24" in answer[1]
    assert "**Next**: <t:1767225900:F> (<t:1767225900:R>)" in await mod.ask("digest show")


async def test_todays_digest_can_be_had_before_its_time_and_only_once(
    mod: ModeratedServer,
) -> None:
    channel = mod.server.channel
    await set_up(mod)
    said = await mod.ask("digest now")
    assert said[0] == "### Today’s digest is posted."
    (post,) = [message for message in channel.history() if not message.flags.ephemeral]
    assert post.jump_url in said[1]
    assert said[2].startswith("**Next**: <t:1767312300:F>")
    again = await mod.ask("digest now")
    assert again[0] == "### Today’s digest has already been handled."
    assert again[1].startswith("**Last**: 1 January 2026, posted <t:17672")
    assert post.jump_url in again[1]
    await mod.advance(minutes=10)
    assert len(posted(channel)) == 1
    assert "1 January 2026, posted" in "\n".join(await mod.ask("digest show"))


async def test_a_digest_that_is_posted_by_hand_stays_paused(
    mod: ModeratedServer,
) -> None:
    await set_up(mod)
    await mod.ask("digest pause", until="2026-01-20")
    said = await mod.ask("digest now")
    assert said[0] == "### Today’s digest is posted."
    assert said[2].startswith("It is paused and resumes <t:1768867500:F>")
    await mod.advance(days=1, minutes=10)
    assert len(posted(mod.server.channel)) == 1
    shown = await mod.ask("digest show")
    assert any(line.startswith("It is paused and resumes <t:1768867500:F>") for line in shown)


async def test_a_digest_that_is_off_comes_no_more_and_its_posts_stay(
    mod: ModeratedServer,
) -> None:
    await set_up(mod)
    await mod.ask("digest now")
    assert (await mod.ask("digest off"))[0] == "### The digest is off."
    await mod.advance(minutes=10)
    assert len(posted(mod.server.channel)) == 1
    for command in SUBCOMMANDS.keys() - {"set"}:
        said = await mod.ask(f"digest {command}")
        assert said[0] == "### No digest is set up here.", command
        assert said[1] == "Set one up with /setup or /digest set.", command


async def test_a_day_without_news_is_skipped_where_that_is_wished(
    mod: ModeratedServer,
) -> None:
    await set_up(mod, when_empty="skip")
    assert "nothing will be posted" in lines(await mod.run("digest preview"))[2]
    await mod.advance(minutes=7)
    assert posted(mod.server.channel) == []
    shown = await mod.ask("digest show")
    assert shown[-1] == "**Last**: 1 January 2026, not posted: there was no news"
    changed = await set_up(mod, when_empty="story")
    assert "**On a day without news**: Post the story alone" in changed
    assert "nothing will be posted" not in "".join(await mod.ask("digest preview"))
    await mod.advance(hours=24)
    assert len(posted(mod.server.channel)) == 1


async def test_a_day_on_which_every_story_has_been_told_is_skipped(mod: ModeratedServer) -> None:
    await set_up(mod, topics="japan-defence-policy")
    await mod.advance(minutes=7)
    assert len(posted(mod.server.channel)) == 1
    assert "nothing will be posted" in lines(await mod.run("digest preview"))[2]
    await mod.advance(hours=24)
    assert len(posted(mod.server.channel)) == 1
    shown = await mod.ask("digest show")
    assert shown[-1] == "**Last**: 2 January 2026, not posted: there was no news"


# --- setting it up


async def test_what_is_left_out_stays_as_it_was(mod: ModeratedServer) -> None:
    guild = mod.server.channel.guild
    assert guild
    role = guild.create_role("readers", mentionable=True)
    await set_up(mod, topics="gsomia", role=role, weekdays="weekend", when_empty="skip")
    said = await set_up(mod, time="21:30")
    assert said[0] == "### The digest’s settings are changed."
    assert "**When**: 21:30 · Saturday and Sunday · Seoul (Asia/Seoul)" in said
    assert "**Topics**: GSOMIA, the military intelligence pact" in said
    assert f"**Notifies**: <@&{role.id}>" in said
    assert "**On a day without news**: Post nothing" in said
    assert said[-1] == "-# Options that you left out stay as they were."
    assert "**Topics**: All topics" in await set_up(mod, topics="all")


@pytest.mark.parametrize(
    ("options", "title", "hint"),
    [
        ({"time": "9"}, "“9” is not a time", "21:30"),
        ({"time": "25:00"}, "“25:00” is not a time", "9am"),
        ({"timezone": "Atlantis"}, "“Atlantis” is not a time zone", "Asia/Seoul"),
        ({"topics": "gsomia, zzzqqq"}, "No topic matches “zzzqqq”.", "commas"),
        ({"publish": True}, "Only announcement channels can publish.", "publish"),
        ({"tag": "news"}, "Only forums have tags.", "tag"),
    ],
)
async def test_what_cannot_be_understood_is_refused_with_the_right_form(
    mod: ModeratedServer, options: dict[str, Any], title: str, hint: str
) -> None:
    said = await set_up(mod, **options)
    assert title in said[0]
    assert hint in "\n".join(said[1:])
    assert (await mod.ask("digest show"))[0] == "### No digest is set up here."


async def test_everyone_is_no_role_to_notify(mod: ModeratedServer) -> None:
    guild = mod.server.channel.guild
    assert guild
    said = await set_up(mod, role=guild.default_role)
    assert said[0] == "### The digest cannot notify everyone."


async def test_zones_are_suggested_and_understood_as_suggested(
    mod: ModeratedServer,
) -> None:
    channel = mod.server.channel
    offered = await mod.moderator.autocomplete(channel, "digest set", "timezone", "tok")
    assert offered[0]["value"] == "Asia/Tokyo"
    for given in (offered[0]["value"], offered[0]["name"], "tokyo", "도쿄"):
        assert "Tokyo (Asia/Tokyo)" in (await set_up(mod, timezone=given))[2], given


async def test_topics_are_suggested_one_behind_the_other(mod: ModeratedServer) -> None:
    channel = mod.server.channel

    async def offered(typed: str) -> list[dict[str, Any]]:
        choices = await mod.moderator.autocomplete(channel, "digest set", "topics", typed)
        assert len(choices) <= 25
        assert all(len(choice["name"]) <= 100 >= len(choice["value"]) for choice in choices)
        return choices

    assert (await offered(""))[0] == {"name": "All topics", "value": "all"}
    assert (await offered("forced lab"))[0]["value"] == "forced-labour"
    second = (await offered("forced-labour, gso"))[0]
    assert second["value"] == "forced-labour,gsomia"
    many = (
        "forced-labour,gsomia,nuclear-consultative-group,indo-pacific-strategy,north-korea-threat"
    )
    third = (await offered(f"{many}, export"))[0]
    assert third["name"].endswith("Japan’s export controls") or "xport" in third["name"]
    assert await offered("zzzqqq, gso") == []
    assert "Forced labour" in (await set_up(mod, topics=second["value"]))[3]
    said = await set_up(mod, topics=third["value"])
    assert len(said[3].split(", ")) > 5, "marks stand for ids that there is no room for"


@pytest.mark.parametrize(
    ("kind", "denied", "named"),
    [
        ("text", {"view_channel": True}, ["View Channel"]),
        ("text", {"send_messages": True}, ["Send Messages"]),
        (
            "text",
            {"send_messages": True, "read_message_history": True},
            ["Send Messages", "Read Message History"],
        ),
        ("thread", {"send_messages_in_threads": True}, ["Send Messages in Threads"]),
        ("forum", {"send_messages": True}, ["Create Posts"]),
        ("news", {"read_message_history": True}, ["Read Message History"]),
    ],
)
async def test_each_missing_permission_is_named_and_nothing_is_set_up(
    mod: ModeratedServer, kind: str, denied: dict[str, bool], named: list[str]
) -> None:
    parent, channel = make(mod, kind)
    mod.deny(parent, **denied)
    said = await set_up(mod, channel=channel)
    assert said[0] == "### The bot lacks permissions there."
    assert said[1] == f"In <#{channel.id}> it needs:"
    assert [line for line in said if line.startswith("- ")] == [f"- **{name}**" for name in named]
    assert (await mod.ask("digest show"))[0] == "### No digest is set up here."
    mod.deny(parent)
    assert (await set_up(mod, channel=channel))[0] == "### The digest is set up."


def make(mod: ModeratedServer, kind: str) -> tuple[ChannelHandle, ChannelHandle]:
    """A channel of a kind, behind the one that its permissions hang on."""
    guild = mod.server.channel.guild
    assert guild
    match kind:
        case "thread":
            parent = guild.create_text_channel("news")
            backend = mod.server.env.backend
            thread = backend.create_thread(parent.id, "digests", mod.moderator.id)
            return parent, ChannelHandle(mod.server.env, guild, thread)
        case "forum":
            channel = guild.create_forum_channel("forum")
        case "news":
            channel = guild.create_news_channel("news")
        case _:
            channel = guild.create_text_channel("news")
    return channel, channel


async def test_a_role_that_would_not_be_notified_is_told(mod: ModeratedServer) -> None:
    guild = mod.server.channel.guild
    assert guild
    mod.deny(mod.server.channel, mention_everyone=True)
    said = await set_up(mod, role=guild.create_role("quiet"))
    assert "- **Mention @everyone, @here, and All Roles**" in said
    role = guild.create_role("loud", mentionable=True)
    assert (await set_up(mod, role=role))[0] == "### The digest is set up."


async def test_a_locked_thread_is_refused(mod: ModeratedServer) -> None:
    _, thread = make(mod, "thread")
    mod.server.env.backend.edit_channel(thread.id, {}, thread_metadata={"locked": True})
    assert (await set_up(mod, channel=thread))[0] == "### The thread is locked."


async def test_a_digest_goes_into_a_thread(mod: ModeratedServer) -> None:
    _, thread = make(mod, "thread")
    await set_up(mod, channel=thread)
    await mod.advance(minutes=7)
    assert len(posted(thread)) == 1


async def test_a_forum_gets_a_post_of_its_own_with_its_tag(
    mod: ModeratedServer,
) -> None:
    _, forum = make(mod, "forum")
    backend = mod.server.env.backend
    tag_id = backend.snowflake()
    tag = {"id": str(tag_id), "name": "Digest", "moderated": False}
    tag |= {"emoji_id": None, "emoji_name": None}
    backend.edit_channel(forum.id, {"available_tags": [tag]})
    # simcord's channels have no flags; this one says that a tag is required.
    payload = dict(serializers.channel_payload(backend, backend.get_channel(forum.id)))
    backend.emit("CHANNEL_UPDATE", {**payload, "flags": 1 << 4})
    refused = await set_up(mod, channel=forum)
    assert refused[0] == "### This forum requires a tag on each post."
    unknown = await set_up(mod, channel=forum, tag="zzzqqq")
    assert unknown[0] == "### The forum has no tag “zzzqqq”."
    choices = await mod.moderator.autocomplete(
        mod.server.channel, "digest set", "tag", "dig", channel=forum
    )
    assert choices == [{"name": "Digest", "value": str(tag_id)}]
    said = await set_up(mod, channel=forum, tag=choices[0]["value"])
    assert "**Tag**: Digest" in said
    await mod.advance(minutes=7)
    (thread,) = forum.threads
    assert f"## {thread.name}" in texts(posted(thread)[0])[0]
    assert backend.get_channel(thread.id).applied_tags == [tag_id]
    assert "Daily digest" in texts(posted(thread)[0])[0]


async def test_an_announcement_is_published_where_that_is_wished(
    mod: ModeratedServer,
) -> None:
    _, channel = make(mod, "news")
    said = await set_up(mod, channel=channel, publish=True)
    assert "**Published**: to the servers that follow the channel" in said
    await mod.advance(minutes=9)
    published = [r for r in mod.server.env.http_requests if r.path.endswith("/crosspost")]
    assert len(published) == 1
    elsewhere = await set_up(mod)
    assert not [line for line in elsewhere if line.startswith("**Published**")]


# --- the test post


async def test_a_test_post_can_be_sent_also_after_a_restart(
    mod: ModeratedServer,
) -> None:
    channel = mod.server.channel
    message = await mod.run("digest set", channel=channel, **SOON)
    button = f"digest:test:{channel.id}"
    assert ids(message) == [button]
    assert (await mod.press(message, button))[0] == "### The test post was sent."
    await mod.server.restart()
    mod.deny(channel, send_messages=True)
    said = await mod.press(message, button)
    assert said[0] == "### The bot lacks permissions there."
    assert "- **Send Messages**" in said
    mod.deny(channel)
    assert (await mod.press(message, button))[0] == "### The test post was sent."
    assert [texts(post)[0][:20] for post in posted(channel)] == ["This is a test post."] * 2


async def test_a_test_post_that_discord_refuses_is_explained(
    mod: ModeratedServer,
) -> None:
    _, channel = make(mod, "text")
    message = await mod.run("digest set", channel=channel, **SOON)
    button = f"digest:test:{channel.id}"
    mod.server.env.inject_error("POST", "/channels/*/messages", status=400, code=50035)
    said = await mod.press(message, button)
    assert said[0] == "### The test post could not be sent."
    assert "try again" in said[1]
    mod.server.env.backend.delete_channel(channel.id)
    assert "no longer exists" in (await mod.press(message, button))[1]


async def test_a_forum_gets_a_test_post_of_its_own(mod: ModeratedServer) -> None:
    _, forum = make(mod, "forum")
    message = await mod.run("digest set", channel=forum, **SOON)
    assert (await mod.press(message, f"digest:test:{forum.id}"))[0].startswith("### The test")
    assert [thread.name for thread in forum.threads] == ["Test post"]


# --- what stops it


async def test_a_lost_permission_pauses_the_digest_and_its_moderator_is_told(
    mod: ModeratedServer,
) -> None:
    channel = mod.server.channel
    await set_up(mod)
    mod.deny(channel, send_messages=True)
    await mod.advance(minutes=7)
    (told,) = direct_messages(mod)
    assert told.startswith("**Test Guild**: the daily digest is paused.\nThe bot may not post in")
    shown = await mod.ask("digest show")
    assert "**The digest is paused.**" in shown
    assert any(line.startswith("The bot may not post in") for line in shown)
    for command in ("resume", "now"):
        assert "- **Send Messages**" in await mod.ask(f"digest {command}")
    mod.deny(channel)
    assert (await mod.ask("digest resume"))[0] == "### The digest is running again."
    assert (await mod.ask("digest now"))[0] == "### Today’s digest is posted."


def direct_messages(mod: ModeratedServer) -> list[str]:
    """What the bot wrote to the moderator."""
    backend = mod.server.env.backend
    channel_id = backend.dm_channels.get(mod.moderator.id)
    if channel_id is None:
        return []
    return [message.content for message in backend.messages[channel_id].values()]


async def test_a_deleted_channel_pauses_the_digest_and_says_what_to_do(
    mod: ModeratedServer,
) -> None:
    _, channel = make(mod, "text")
    await set_up(mod, channel=channel)
    mod.server.env.backend.delete_channel(channel.id)
    await mod.advance(minutes=7)
    for said in (
        await mod.ask("digest resume"),
        await mod.ask("digest now"),
    ):
        assert said[0] == "### The digest cannot be posted with its current settings."
        assert "no longer exists. Choose another with /digest set." in said[1]
    assert (await set_up(mod))[0] == "### The digest’s settings are changed."


async def test_where_only_the_commands_are_installed_the_bot_says_how_to_invite_it(
    mod: ModeratedServer,
) -> None:
    message = await mod.run("digest set", channel=mod.server.channel, **SOON)
    options: dict[str, dict[str, Any]] = {
        **{f"digest {name}": given for name, given in SUBCOMMANDS.items()},
        "digest set": {"channel": mod.server.channel, **SOON},
        **{f"settings {name}": {} for name in ("show", "role", "log", "defaults", "delete")},
        "settings language": {"language": "ko"},
        "settings approval": {"approval": "on"},
        "briefing new": {"topic": "gsomia"},
        "briefing show": {"briefing": "0"},
        **{f"briefing {name}": {} for name in ("list", "corrections")},
        "suggestions queue": {},
    }
    connection: Any = mod.server.bot._connection  # pyright: ignore[reportPrivateUsage]
    connection._guilds.clear()
    answers = {command: await mod.ask(command, **given) for command, given in options.items()}
    answers["a button"] = await mod.press(message, ids(message)[0])
    for command, (title, help_line, *_) in answers.items():
        assert title.startswith("### The bot is not a member of this server"), command
        assert "scope=bot+applications.commands" in help_line
        assert "permissions=274877975552" in help_line
    asked = await mod.server.asker.slash(mod.server.channel, "about")
    assert asked.response, "members' commands do without"
    assert (await mod.server.asker.slash(mod.server.channel, "suggest")).modal


async def test_a_deleted_role_pauses_the_digest_and_says_what_to_do(mod: ModeratedServer) -> None:
    guild = mod.server.channel.guild
    assert guild
    role = guild.create_role("readers", mentionable=True)
    await set_up(mod, role=role)
    mod.server.env.backend.delete_role(guild.id, role.id)
    await mod.advance(minutes=7)
    assert posted(mod.server.channel) == []
    said = "\n".join(await mod.ask("digest show"))
    assert "The digest is paused." in said
    assert "The role to notify no longer exists. Choose another with /digest set" in said


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("problem", [*get_args(BlockReason), "unknown"])
def test_every_problem_is_worded(language: str, problem: DigestProblem) -> None:
    config = DigestConfig(
        Target(7), time(9), "Asia/Seoul", WEEKDAYS["every"], frozenset(), "story", "en", 1
    )
    schedule = Schedule(3, config, None, None)
    said = warning(words_in(language), schedule, problem, "A *server*")
    assert said.startswith(r"**A \*server\***")
    assert "{" not in said
    assert "digest." not in said


# --- who may


async def allow_all(mod: ModeratedServer) -> None:
    """Have Discord show the commands to a member without permissions, as an admin may."""
    guild = mod.server.channel.guild
    assert guild
    for command in await mod.server.bot.tree.fetch_commands():
        guild.set_command_permissions(command, {mod.server.asker: True})


async def test_discord_shows_the_commands_to_moderators_alone(
    mod: ModeratedServer,
) -> None:
    with pytest.raises(SetupError, match="not visible"):
        await mod.server.asker.slash(mod.server.channel, "digest show")


async def test_the_bot_itself_refuses_whoever_may_not_at_each_command_and_button(
    mod: ModeratedServer,
) -> None:
    channel, asker = mod.server.channel, mod.server.asker
    guild = channel.guild
    assert guild
    role = guild.create_role("readers", mentionable=True)
    message = await mod.run("digest set", channel=channel, role=role, **SOON)
    await allow_all(mod)
    before = await mod.ask("digest show")
    for name, options in SUBCOMMANDS.items():
        given = {**options, **({"channel": channel} if name == "set" else {})}
        refused = lines(private(await asker.slash(channel, f"digest {name}", **given)))
        assert refused == REFUSED, name
    public = await show_buttons(mod.server, *ids(message))
    for button in ids(message):
        assert lines(private(await asker.click(public, custom_id=button))) == REFUSED, button
    assert await mod.ask("digest show") == before
    assert len(posted(channel)) == 1, "the message with the buttons alone"


REFUSED = ["### Only moderators can do this.", "You need the permission **Manage Server**."]


async def test_the_role_that_moderators_chose_may(mod: ModeratedServer) -> None:
    channel = mod.server.channel
    guild = channel.guild
    assert guild
    role = guild.create_role("editors")
    editor = guild.add_member(mod.server.env.create_user("editor"), roles=[role])
    for command in await mod.server.bot.tree.fetch_commands():
        guild.set_command_permissions(command, {role: True})
    assert lines(private(await editor.slash(channel, "digest show"))) == REFUSED
    await mod.ask("settings role", role=role)
    await mod.server.restart()
    said = lines(private(await editor.slash(channel, "digest set", channel=channel, **SOON)))
    assert said[0] == "### The digest is set up."


# --- languages, and a state that is away


@pytest.mark.parametrize(
    ("reader", "title", "when"),
    [
        ("ko", "### 다이제스트를 설정했습니다.", "**일정**: 09:05 · 매일 · 서울(Asia/Seoul)"),
        (
            "ja",
            "### ダイジェストを設定しました。",
            "**日時**：09:05 · 毎日 · ソウル（Asia/Seoul）",
        ),
    ],
)
async def test_replies_are_in_the_readers_language(
    mod: ModeratedServer,
    monkeypatch: pytest.MonkeyPatch,
    reader: str,
    title: str,
    when: str,
) -> None:
    speak(monkeypatch, reader=reader, guild="en-US")
    said = await set_up(mod)
    assert said[0] == title
    assert when in said
    await mod.advance(minutes=7)
    (post,) = posted(mod.server.channel)
    assert "-# Daily digest" in texts(post)[0], "the post is in the server's"


async def test_the_post_is_in_the_language_that_discord_tells_of_the_server(
    mod: ModeratedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    speak(monkeypatch, reader="en-US", guild="ko")
    await set_up(mod)
    await mod.advance(minutes=7)
    (post,) = posted(mod.server.channel)
    assert "-# 일일 다이제스트" in texts(post)[0]


async def test_a_state_that_is_away_is_told_plainly(mod: ModeratedServer, tmp_path: Path) -> None:
    message = await mod.run("digest set", channel=mod.server.channel, **SOON)
    await break_state(mod.server, tmp_path)
    with capture_logs() as logs:
        for name, options in SUBCOMMANDS.items():
            given = {
                **options,
                **({"channel": mod.server.channel} if name == "set" else {}),
            }
            assert await mod.ask(f"digest {name}", **given) == AWAY, name
        assert await mod.press(message, ids(message)[0]) == AWAY
    told = [entry for entry in logs if "a moderator's request" in entry["event"]]
    assert len(told) == len(SUBCOMMANDS) + 1
    asked = await mod.server.asker.slash(mod.server.channel, "about")
    assert asked.response, "members' commands do without"
    assert not asked.response.ephemeral


AWAY = [
    "### The settings cannot be reached right now.",
    "Nothing was changed. Please try again in a minute.",
]


async def break_state(server: Server, folder: Path) -> None:
    """Put a folder in the place of the database's file."""
    await server.bot.state.database.close()
    _replace_by_folder(folder / "state.db")


def _replace_by_folder(database: Path) -> None:
    for file in database.parent.glob(f"{database.name}*"):
        file.unlink()
    database.mkdir()


# --- the button of a post


async def test_the_button_of_a_post_tells_that_nothing_was_corrected(
    mod: ModeratedServer,
) -> None:
    await set_up(mod)
    await mod.ask("digest now")
    (post,) = [m for m in mod.server.channel.history() if not m.flags.ephemeral]
    button = button_id(posted(mod.server.channel)[0])
    await mod.server.restart()
    said = lines(private(await mod.server.reader.click(post, custom_id=button)))
    assert said[:2] == [
        "## Corrected since",
        "-# Nothing in this post has been corrected since.",
    ]


async def test_the_button_tells_what_was_corrected_and_what_is_not_known(
    mod: ModeratedServer, tmp_path: Path
) -> None:
    bot = mod.server.bot
    versions = await bot.service.store.versions()
    key = next(iter(versions))
    held = {key: "an older one", **{k: versions[k] for k in list(versions)[1:4]}}
    await set_up(mod)
    now = mod.server.env.now()
    server_id = bot.guilds[0].id
    slot = Slot(server_id, "digest", date(2025, 12, 31), now, mod.server.channel.id)
    contents = Contents(held, None, "older")
    await bot.state.leases.acquire(slot, contents, now, timedelta(minutes=1))
    await bot.state.posts.record(
        slot, MessageRef(1, mod.server.channel.id), None, now, publish=False
    )
    message = await show_buttons(mod.server, f"post:{slot.post_id}", f"post:{'a' * 20}")
    reader = mod.server.reader
    answer = private(await reader.click(message, custom_id=f"post:{slot.post_id}"))
    assert "Changed since: the caution" in "\n".join(lines(answer))
    assert "[1]" in "\n".join(lines(answer))
    unknown = lines(private(await reader.click(message, custom_id=f"post:{'a' * 20}")))
    assert unknown[0] == "## There is no record of what this post contained."
    await break_state(mod.server, tmp_path)
    with capture_logs() as logs:
        away = lines(private(await reader.click(message, custom_id=f"post:{slot.post_id}")))
    assert away[0] == "### This cannot be looked up right now."
    assert [entry["log_level"] for entry in logs] == ["warning"]


async def show_buttons(server: Server, *custom_ids: str) -> discord.Message:
    """A message for all to see with such buttons."""
    layout = discord.ui.LayoutView(timeout=None)
    row: discord.ui.ActionRow[Any] = discord.ui.ActionRow()
    for custom_id in custom_ids:
        row.add_item(discord.ui.Button(label=custom_id, custom_id=custom_id))
    layout.add_item(row)
    channel = server.bot.get_channel(server.channel.id)
    assert isinstance(channel, discord.TextChannel)
    return await channel.send(view=layout)


# --- times of day


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("09:00", time(9)),
        ("9:00", time(9)),
        ("21:30", time(21, 30)),
        ("0:05", time(0, 5)),
        ("９：３０", time(9, 30)),
        ("9am", time(9)),
        ("9 PM", time(21)),
        ("9:30 p.m.", time(21, 30)),
        ("12am", time(0)),
        ("12 pm", time(12)),
        ("9시", time(9)),
        ("오전 9시", time(9)),
        ("오후 9시 30분", time(21, 30)),
        ("오후 9시반", time(21, 30)),
        ("21시 5분", time(21, 5)),
        ("오후 9:30", time(21, 30)),
        ("午前9時", time(9)),
        ("午後9時30分", time(21, 30)),
        ("午後0時半", time(12, 30)),
        ("21時", time(21)),
        ("noon", time(12)),
        ("저녁 7시", time(19)),
        ("朝9時", time(9)),
    ],
)
def test_times_are_understood_as_people_type_them(typed: str, understood: time) -> None:
    assert parse_time(typed) == understood


@pytest.mark.parametrize(
    "typed",
    ["", "9", "900", "24:00", "9:60", "9:5", "13pm", "오후 21시", "9:00:00", "at 9:00",
     "-9:00", "9;00", "9:00 KST", "٩:٠٠", "25시", "9時60分"],
)  # fmt: skip
def test_what_could_be_two_times_or_none_is_not_understood(typed: str) -> None:
    assert parse_time(typed) is None


@pytest.mark.parametrize("typed", ["1시", "6시 반", "3時", "05時"])
def test_a_bare_hour_before_seven_is_no_time_of_day_yet(typed: str) -> None:
    assert parse_time(typed) == "half"
    with pytest.raises(UserError) as refused:
        read_time(typed, words_in("ko"))
    assert refused.value.reply.title.endswith("오전인지 오후인지 분명하지 않습니다.")
