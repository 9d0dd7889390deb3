"""`/briefing` as moderators meet it: drafted, worked on, approved, posted, corrected, exported."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

import discord
import pytest
from simcord import ChannelHandle, MemberActor, ResponseMessage
from simcord.backend import serializers
from structlog.testing import capture_logs

from bot.cards.card import Question
from bot.compose.briefing import Subject, propose
from bot.compose.briefing_size import SIZES, SizeName
from bot.delivery.delivery_errors import OutcomeUnknown
from bot.delivery.outbox import OutgoingPost
from bot.state.audit_log import AuditAction, AuditEntry
from bot.state.briefing_plan import BriefingPlan, BriefingText, PostingTime, plan_changes
from bot.state.briefing_record import BriefingStatus
from bot.state.digests import Target
from bot.state.posts import MessageRef
from bot.texts.catalogues import LANGUAGES, words_in
from bot.ui.briefings.actions import BUTTONS
from bot.ui.briefings.audit_log import PROBLEMS, sentence, warning
from bot.ui.briefings.controls import Key
from bot.ui.briefings.posting_time import read_when
from bot.ui.components.mentions import Mentions
from bot.ui.components.messages import UserError
from bot.ui.posting.messenger import DiscordMessenger
from bot.ui.posting.moderators import DiscordModerators
from tests.conftest import Server, buttons, texts
from tests.databases import on_every_database
from tests.moderating import lines, posted, private
from tests.newsroom import (
    Newsroom,
    actions,
    alert,
    aside,
    filled,
    menu,
    menu_values,
    message,
    need_approval,
    newsroom,
    number,
    said,
    show_controls,
    show_to,
)
from tests.test_commands import speak
from tests.test_digest_commands import AWAY, REFUSED, allow_all, break_state, make

OWN = "### You wrote it or changed it last, so you cannot approve it."

NOW = datetime(2026, 1, 1, tzinfo=UTC)
"""Where simcord's clock starts: on a Thursday, at 09:00 in Seoul."""


@pytest.fixture
def room(server: Server) -> Newsroom:
    """The server with two moderators."""
    return newsroom(server)


# --- the life of a briefing


@on_every_database
async def test_a_briefing_from_draft_to_post_over_restarts(room: Newsroom) -> None:
    channel = room.server.channel
    guild = channel.guild
    assert guild
    role = guild.create_role("readers", mentionable=True)
    card = await room.begin()
    assert "**Status**: draft" in said(card)
    assert "No channel chosen." in said(card)
    await room.server.restart()
    await room.fill(card, "text", headline="What of GSOMIA?", remarks="Mind the dates.")
    assert said(card).startswith("### What of GSOMIA?")
    await room.server.restart()
    await room.do(card, "where")
    await room.pick(card, "channel", channel)
    await room.pick(card, "role", role)
    await room.server.restart()
    await room.do(card, "open")
    assert f"<#{channel.id}> · notifies <@&{role.id}>" in said(card)
    preview = aside(await room.do(card, "preview"))
    await room.do(card, "submit")
    assert said(card).startswith("It will be posted within a minute.")
    await room.server.restart()
    await room.advance(minutes=2)
    await room.advance(minutes=10)
    (post,) = posted(channel)
    assert post == preview.components, "the preview was what came, to the last control"
    assert texts(post)[:2] == [
        f"<@&{role.id}>",
        f"-# Posted by <@{room.moderator.id}> with Factdesk",
    ]
    (remarks,) = [text for text in texts(post) if "Mind the dates." in text]
    assert remarks.startswith("**Remarks by keeper, not from the sources**")
    (sent,) = sent_to(room, channel)
    assert (sent["allowed_mentions"]["parse"], sent["allowed_mentions"]["roles"]) == ([], [role.id])
    history = await room.ask("briefing history", briefing=number(card))
    assert [line.split(" · ")[1] for line in history[1:]] == [
        f"Posted by the bot: {message(channel).jump_url}",
        f"<@{room.moderator.id}> posted or scheduled it",
        f"<@{room.moderator.id}> edited it: role none → <@&{role.id}>",
        f"<@{room.moderator.id}> edited it: channel none → <#{channel.id}>",
        f"<@{room.moderator.id}> edited it: headline “GSOMIA, the military intelligence pact:"
        " what the articles say” → “What of GSOMIA?”; remarks none → “Mind the dates.”",
        f"<@{room.moderator.id}> started the draft",
    ]


def sent_to(room: Newsroom, channel: ChannelHandle) -> list[dict[str, Any]]:
    """What the bot asked Discord to post in a channel."""
    requests = room.server.env.http_requests
    path = f"/channels/{channel.id}/messages"
    return [r.json or {} for r in requests if r.method == "POST" and r.path == path]


async def test_a_briefing_is_posted_at_its_wall_time_and_not_before(room: Newsroom) -> None:
    card = await room.ready()
    await room.fill(card, "when", when="2026-01-01 9:30 am", zone="seoul")
    assert "2026-01-01 09:30 · Seoul (Asia/Seoul) · <t:1767227400:F>" in said(card)
    await room.do(card, "submit")
    assert said(card).startswith("It will be posted <t:1767227400:F>")
    await room.advance(minutes=28)
    assert posted(room.server.channel) == []
    await room.server.restart()
    await room.advance(minutes=4)
    assert len(posted(room.server.channel)) == 1


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        (("2026-01-02", "Asia/Seoul"), "“2026-01-02” has no time of day."),
        (("09:00", "Asia/Seoul"), "“09:00” has no day."),
        (("2026-01-02 09:00", ""), "Add a time zone as well."),
        (("soon", "Asia/Seoul"), "“soon” is not a time the bot understands."),
        (("2026-01 09:00", "Asia/Seoul"), "“2026-01 09:00” is not a time the bot understands."),
        (("2026-01-02 9", "Asia/Seoul"), "“2026-01-02 9” is not a time the bot understands."),
        (("thursday 18:00", "Asia/Seoul"), "“thursday 18:00”: that weekday is today."),
        (("2026-01-02 09:00", "Atlantis"), "“Atlantis” is not a time zone the bot knows."),
        (("today 08:59", "Asia/Seoul"), "2026-01-01 08:59 has already passed."),
        (("2027-01-05 09:00", "Asia/Seoul"), "2027-01-05 09:00 is more than a year ahead."),
        (("9999-12-31 09:00", "Asia/Seoul"), "9999-12-31 09:00 is more than a year ahead."),
    ],
)
def test_a_time_that_cannot_be_kept_is_refused(typed: tuple[str, str], title: str) -> None:
    with pytest.raises(UserError) as refused:
        read_when(words_in("en"), *typed, NOW)
    assert refused.value.reply.title.startswith(title)
    assert refused.value.reply.lines


@pytest.mark.parametrize(
    ("typed", "wall"),
    [
        ("today 18:00", "2026-01-01T18:00"),
        ("금요일 9시", "2026-01-02T09:00"),
        ("in 30 minutes", "2026-01-01T09:31"),
    ],
)
def test_a_time_is_meant_in_its_zone_and_falls_on_a_full_minute(typed: str, wall: str) -> None:
    when = read_when(words_in("en"), typed, "Asia/Seoul", NOW + timedelta(seconds=20))
    assert when
    assert when.wall.isoformat(timespec="minutes") == wall
    assert when.at == when.wall.replace(tzinfo=ZoneInfo("Asia/Seoul"))


async def test_a_refused_form_comes_back_filled_in_after_a_restart(room: Newsroom) -> None:
    card = await room.ready()
    await room.fill(card, "when", when="someday 9", zone="seoul")
    assert said(card).startswith("### “someday 9” is not a time the bot understands.")
    await room.server.restart()
    again = await room.do(card, "when")
    assert again.modal
    assert filled(again.modal) == {"when": "someday 9", "zone": "seoul"}
    await room.moderator.submit_modal(again, {"when": "tomorrow 9am", "zone": "seoul"})
    assert "2026-01-02 09:00 · Seoul (Asia/Seoul)" in said(card)


async def test_a_refused_choice_says_so_on_the_card(room: Newsroom) -> None:
    card = await room.begin()
    await room.do(card, "where")
    room.deny(room.server.channel, send_messages=True)
    refused = await room.pick(card, "channel", room.server.channel)
    assert not refused.followups
    assert said(card).startswith("**The bot lacks permissions there.**")
    assert "where" not in actions(card), "the panel of the choice is still there"


@pytest.mark.parametrize(
    ("typed", "instant"),
    [
        (("2026-03-29 02:30", "Europe/Berlin"), "2026-03-29T01:00"),
        (("2026-10-25 02:30", "Europe/Berlin"), "2026-10-25T00:30"),
        (("29 March 2026 2:30 am", "berlin"), "2026-03-29T01:00"),
        (("2026년 3월 1일 오전 9시", "서울"), "2026-03-01T00:00"),
    ],
)
def test_skipped_and_repeated_times_are_read_as_the_digests_are(
    typed: tuple[str, str], instant: str
) -> None:
    when = read_when(words_in("en"), *typed, NOW)
    assert when
    assert when.at.isoformat(timespec="minutes") == f"{instant}+00:00"
    assert read_when(words_in("en"), " ", "Asia/Seoul", NOW) is None


def test_the_second_of_two_equal_times_stays_when_the_form_comes_back_unchanged() -> None:
    wall, zone = datetime(2026, 10, 25, 2, 30), "Europe/Berlin"
    second = PostingTime(wall, zone, datetime(2026, 10, 25, 1, 30, tzinfo=UTC))
    assert read_when(words_in("en"), "2026-10-25 02:30", zone, NOW, second) == second
    with pytest.raises(UserError):
        read_when(words_in("en"), "2026-10-25 02:30", zone, second.at, second)


async def test_a_day_that_a_zone_left_out_is_refused() -> None:
    now = discord.utils.parse_time("2011-12-01T00:00:00+00:00")
    with pytest.raises(UserError, match="2011-12-30"):
        read_when(words_in("en"), "2011-12-30 09:00", "Pacific/Apia", now)


# --- facts


async def test_facts_are_added_and_removed_page_by_page(room: Newsroom) -> None:
    card = await room.begin(topic="forced-labour")
    await room.do(card, "facts")
    first = menu(card)
    facts = await room.server.bot.service.store.facts("forced-labour")
    says = {record.key: record.fact.says for record in facts}
    shown = said(card).replace("\\", "")
    for place, option in enumerate(first["options"], 1):
        assert option["label"].startswith(f"{place}. ")
        assert says.get(option["value"], "") in shown, "each fact is shown whole"
    assert len(first["options"]) <= 10
    chosen = [option["value"] for option in first["options"] if option.get("default")]
    assert chosen
    await room.do(card, "facts", page=2)
    second = [option["value"] for option in menu(card)["options"]]
    kept = [option["value"] for option in menu(card)["options"] if option.get("default")]
    added = next(value for value in second if value not in kept)
    await room.pick(card, "facts", *kept, added, page=2)
    await room.do(card, "facts")
    await room.pick(card, "facts", *chosen[1:], page=1)
    assert [o["value"] for o in menu(card)["options"] if o.get("default")] == chosen[1:]
    await room.do(card, "open")
    history = await room.ask("briefing history", briefing=number(card))
    assert f"facts − `{chosen[0]}`" in history[1]
    assert f"facts + `{added}`" in history[2]


async def test_one_press_drafts_the_facts_again_in_another_size(room: Newsroom) -> None:
    card = await room.begin(topic="gsomia")
    briefing_id = number(card)
    await room.do(card, "facts")
    sizes: tuple[SizeName, ...] = ("full", "short")
    drafted: tuple[str, ...] = ()
    for size in sizes:
        await room.do(card, size)
        briefing = await room.server.bot.state.briefings.get(briefing_id)
        assert briefing
        store = room.server.bot.service.store
        drafted = (await propose(store, words_in("en"), Subject("gsomia"), size)).facts
        assert briefing.plan.text.facts == drafted
    await room.do(card, "open")
    assert f"{len(drafted)} facts · " in "\n".join(lines(card))


async def test_what_there_is_no_room_for_is_told_and_nothing_chosen_is_not_posted(
    room: Newsroom,
) -> None:
    card = await room.ready(topic="forced-labour")
    await room.do(card, "facts")
    await pick_on_each_page(room, card, everything=True)
    assert "does not fit; remove others to make room" in said(card)
    await room.do(card, "open")
    assert re.search(r"\d+ chosen facts do not fit and will be left out.", said(card))
    await room.do(card, "facts")
    await pick_on_each_page(room, card, everything=False)
    await room.do(card, "open")
    assert "No fact chosen." in said(card)
    await room.do(card, "submit")
    assert alert(card) == ["**No fact chosen.**", "Choose at least one under Facts."]


async def pick_on_each_page(room: Newsroom, card: ResponseMessage, *, everything: bool) -> None:
    """Choose every fact or none, page by page."""
    page = 1
    while True:
        values = [option["value"] for option in menu(card)["options"]] if everything else []
        await room.pick(card, "facts", *values, page=page)
        page += 1
        if not any(b["custom_id"].endswith(f":{page}") for b in buttons(card.components)):
            return
        await room.do(card, "facts", page=page)


# --- the target


async def test_bot_and_moderator_must_both_be_able_to_post_there(room: Newsroom) -> None:
    guild = room.server.channel.guild
    assert guild
    card = await room.begin()
    await room.do(card, "where")
    room.deny(room.server.channel, send_messages=True)
    await room.pick(card, "channel", room.server.channel)
    assert alert(card)[0] == "**The bot lacks permissions there.**"
    assert "- **Send Messages**" in alert(card)
    room.deny(room.server.channel)
    closed = guild.create_text_channel("closed")
    deny_member(room, closed)
    await room.pick(card, "channel", closed)
    assert alert(card)[0] == "**You do not have permission to post there.**"
    await room.pick(card, "channel", room.server.channel)
    assert f"<#{room.server.channel.id}>" in said(card)
    room.deny(room.server.channel, mention_everyone=True)
    quiet = guild.create_role("quiet")
    await room.pick(card, "role", quiet)
    assert any(line.startswith("- **Mention @everyone") for line in alert(card))
    room.deny(room.server.channel)
    await room.pick(card, "role", quiet)
    assert alert(card)[0] == "**You do not have permission to notify that role.**"
    await room.pick(card, "role", guild.default_role)
    assert alert(card)[0] == "**A briefing cannot notify everyone.**"


def deny_member(room: Newsroom, channel: ChannelHandle) -> None:
    """Keep the moderator from writing in a channel."""
    from simcord.backend.models import Overwrite
    from simcord.enums import OverwriteType

    denied = discord.Permissions(send_messages=True).value
    overwrite = Overwrite(room.moderator.id, OverwriteType.MEMBER, deny=denied)
    room.server.env.backend.set_overwrite(channel.id, overwrite)


async def test_permissions_are_checked_again_when_it_is_to_be_posted(room: Newsroom) -> None:
    card = await room.ready()
    room.deny(room.server.channel, send_messages=True)
    refused = lines(aside(await room.do(card, "submit")))
    assert "- **Send Messages**" in refused
    room.deny(room.server.channel)
    await room.fill(card, "when", when="2026-01-01 09:30", zone="Asia/Seoul")
    await room.do(card, "submit")
    room.deny(room.server.channel, send_messages=True)
    await room.advance(minutes=35)
    shown = await room.run("briefing show", briefing=number(card))
    assert "**Status**: not posted. The bot may not post in the channel." in said(shown)
    room.deny(room.server.channel)
    await room.do(shown, "submit")  # its time has passed, so it is posted at once
    await room.advance(minutes=2)
    assert len(posted(room.server.channel)) == 1


async def test_whoever_signs_must_still_be_able_to_post_there_themselves(room: Newsroom) -> None:
    log = await room.log_to()
    card = await room.ready()
    await room.fill(card, "when", when="2026-01-01 09:30", zone="Asia/Seoul")
    await room.do(card, "submit")
    deny_member(room, room.server.channel)
    await room.advance(minutes=35)
    assert posted(room.server.channel) == []
    shown = await room.run("briefing show", briefing=number(card))
    assert "**Status**: held. Those who signed or approved it" in said(shown)
    told = [each.content for each in log.history() if "was not posted" in (each.content or "")]
    assert len(told) == 1, "moderators are told, and not whoever lost the right"
    assert any("held" in line for line in await room.ask("briefing list"))
    theirs = await show_to(room.second, room, number(card))
    await room.do(theirs, "approve", room.second)  # and stands behind it from now on
    await room.advance(minutes=2)
    assert len(posted(room.server.channel)) == 1


async def test_what_is_cancelled_while_it_is_checked_stays_cancelled(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = await room.ready()
    await room.fill(card, "when", when="2026-01-01 09:30", zone="Asia/Seoul")
    await room.do(card, "submit")

    async def cancel_and_refuse(self: DiscordModerators, *_: object) -> bool:
        state = room.server.bot.state
        briefing = await state.briefings.get(number(card))
        assert briefing
        if briefing.status == "ready":
            await state.briefings.move(briefing, "cancelled", "cancelled", briefing.changed_at, 1)
        return False

    monkeypatch.setattr(DiscordModerators, "may_post", cancel_and_refuse)
    await room.advance(minutes=35)
    shown = await room.run("briefing show", briefing=number(card))
    assert "**Status**: cancelled" in said(shown)


async def test_on_its_way_to_discord_nobody_can_change_it(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = await room.ready()
    seen: list[list[str]] = []
    send = DiscordMessenger.send

    async def look_and_send(self: DiscordMessenger, outgoing: OutgoingPost) -> MessageRef:
        briefing = await room.server.bot.state.briefings.get(number(card))
        assert briefing
        seen.append([briefing.status])
        return await send(self, outgoing)

    monkeypatch.setattr(DiscordMessenger, "send", look_and_send)
    await room.do(card, "submit")
    await room.advance(minutes=2)
    assert seen == [["posting"]]
    state = room.server.bot.state
    posted_one = await state.briefings.get(number(card))
    assert posted_one
    await state.briefings.move(posted_one, "posting", "scheduled", posted_one.changed_at, None)
    shown = await room.run("briefing edit", briefing=number(card))
    assert "**Status**: being posted" in said(shown)
    assert set(actions(shown)) == {"preview", "history"}
    refused = await room.run("briefing cancel", briefing=number(card))
    assert lines(refused)[0] == "### The briefing’s status does not allow that."


async def test_an_announcement_is_published_where_that_is_wished(room: Newsroom) -> None:
    _, channel = make(room, "news")
    card = await room.begin()
    await room.do(card, "where")
    await room.pick(card, "channel", channel)
    await room.do(card, "publish")
    assert "published to the servers that follow the channel" in said(card)
    await room.do(card, "open")
    await room.do(card, "submit")
    await room.advance(minutes=3)
    assert len(posted(channel)) == 1
    published = [r for r in room.server.env.http_requests if r.path.endswith("/crosspost")]
    assert len(published) == 1


async def test_a_forum_gets_a_post_with_its_tag_and_a_thread_gets_one_too(room: Newsroom) -> None:
    _, forum = make(room, "forum")
    backend = room.server.env.backend
    tag_id = str(backend.snowflake())
    emoji = {"emoji_id": None, "emoji_name": None}
    tag = {"id": tag_id, "name": "Briefings", "moderated": False, **emoji}
    backend.edit_channel(forum.id, {"available_tags": [tag]})
    payload = dict(serializers.channel_payload(backend, backend.get_channel(forum.id)))
    backend.emit("CHANNEL_UPDATE", {**payload, "flags": 1 << 4})
    card = await room.begin()
    await room.do(card, "where")
    await room.pick(card, "channel", forum)
    await room.do(card, "open")
    await room.do(card, "submit")
    assert alert(card)[0] == "**This forum requires a tag on each post.**"
    await room.do(card, "where")
    await room.pick(card, "tag", tag_id)
    await room.do(card, "open")
    await room.do(card, "submit")
    await room.advance(minutes=2)
    (thread,) = forum.threads
    assert backend.get_channel(thread.id).applied_tags == [int(tag_id)]
    assert "Posted by" in texts(posted(thread)[0])[0]
    _, thread = make(room, "thread")
    other = await room.begin(topic="forced-labour")
    await room.do(other, "where")
    await room.pick(other, "channel", thread)
    await room.do(other, "open")
    await room.do(other, "submit")
    await room.advance(minutes=2)
    assert len(posted(thread)) == 1


# --- approval


async def test_a_second_moderator_approves_and_the_author_cannot(room: Newsroom) -> None:
    await need_approval(room)
    card = await room.ready()
    await room.do(card, "submit")
    assert "waiting for a second moderator" in said(card)
    await room.advance(minutes=5)
    assert posted(room.server.channel) == []
    assert "approve" not in actions(card)
    await room.server.restart()
    theirs = await show_to(room.second, room, number(card))
    await room.do(theirs, "approve", room.second)
    assert f"**Approved by**: <@{room.second.id}>" in said(theirs)
    await room.advance(minutes=2)
    (post,) = posted(room.server.channel)
    assert texts(post)[0] == f"-# Posted by <@{room.moderator.id}> with Factdesk"


async def test_an_author_who_presses_approve_anyway_is_refused(room: Newsroom) -> None:
    await need_approval(room)
    card = await room.ready()
    await room.do(card, "submit")
    waiting = await room.server.bot.state.briefings.get(number(card))
    assert waiting
    public = await show_controls(room, waiting.version, waiting.briefing_id)
    approve = Key("approve", waiting.briefing_id, waiting.version).custom_id("b")
    refused = private(await room.moderator.click(public, custom_id=approve))
    assert lines(refused)[0] == OWN
    assert await room.server.bot.state.briefings.get(number(card)) == waiting


async def test_an_edit_withdraws_an_approval(room: Newsroom) -> None:
    await need_approval(room)
    card = await room.ready()
    await room.fill(card, "when", when="2026-01-01 09:20", zone="Asia/Seoul")
    await room.do(card, "submit")
    theirs = await show_to(room.second, room, number(card))
    await room.do(theirs, "approve", room.second)
    mine = await room.run("briefing edit", briefing=number(card))
    assert "to be posted" in said(mine)
    await room.fill(mine, "text", remarks="One word more.")
    assert said(mine).startswith("It is a draft again")
    assert "**Approved by**" not in said(mine)
    await room.advance(minutes=30)
    assert posted(room.server.channel) == []


async def test_a_briefing_is_sent_back_with_a_remark(room: Newsroom) -> None:
    await need_approval(room)
    card = await room.ready()
    await room.do(card, "submit")
    theirs = await show_to(room.second, room, number(card))
    shown = await room.do(theirs, "back", room.second)
    await room.second.submit_modal(shown, {"remark": "The *second* fact is old. @everyone"})
    assert "**Status**: draft" in said(theirs)
    history = await room.ask("briefing history", briefing=number(card))
    assert history[1].endswith(
        f"<@{room.second.id}> sent it back: “The \\*second\\* fact is old. @\u200beveryone”"
    )


async def test_a_remark_for_what_was_taken_back_meanwhile_is_not_lost(room: Newsroom) -> None:
    await need_approval(room)
    card = await room.ready()
    await room.do(card, "submit")
    theirs = await show_to(room.second, room, number(card))
    shown = await room.do(theirs, "back", room.second)
    await room.do(card, "draft")
    await room.second.submit_modal(shown, {"remark": "The second fact is old."})
    assert said(theirs).startswith("### Someone else changed the briefing in the meantime.")
    assert "The second fact is old." in said(theirs)
    assert actions(theirs) == ["open"]


@on_every_database
async def test_approval_is_asked_for_in_the_log_channel_where_each_step_is_told(
    room: Newsroom,
) -> None:
    await need_approval(room)
    log = await room.log_to()
    card = await room.ready()
    await room.do(card, "submit")
    assert f"Approval requested in <#{log.id}>" in said(card)
    sent = [each for each in log.history() if not each.flags.ephemeral]
    (request,) = [each for each in sent if each.components]
    told = [each.content for each in sent if each.content]
    assert len(told) == 3
    assert all(f"`{number(card)}`" in line and "<t:" in line for line in told)
    assert [s["allowed_mentions"] for s in sent_to(room, log)] == [{"parse": []}] * 4
    shown = [part.to_dict() for part in request.components]
    preview = aside(await room.do(card, "preview"))
    note, *rest = texts(shown)  # type: ignore[arg-type]
    assert note == f"Not posted yet: <@{room.moderator.id}> asks for approval of this draft."
    assert rest == texts(preview.components)
    assert not [b for b in buttons(shown) if b["custom_id"].startswith("post:")]  # type: ignore[arg-type]
    await room.server.restart()
    approve = next(b["custom_id"] for b in buttons(shown) if b["custom_id"].startswith("b:approve"))  # type: ignore[arg-type]
    own = await room.moderator.click(request, custom_id=approve)
    assert lines(private(own))[0] == OWN
    refused = await room.server.asker.click(request, custom_id=approve)
    assert lines(private(refused)) == REFUSED
    done = private(await room.second.click(request, custom_id=approve))
    assert said(done).startswith("It will be posted within a minute.")
    again = private(await room.second.click(request, custom_id=approve))
    assert said(again).startswith("Someone else changed the briefing in the meantime.")
    await room.advance(minutes=2)
    last = [each.content for each in log.history() if each.content][-1]
    assert last.startswith(f"Posted by the bot: {message(room.server.channel).jump_url}")


async def test_a_log_channel_that_is_gone_stops_nothing(room: Newsroom) -> None:
    log = await room.log_to()
    room.server.env.backend.delete_channel(log.id)
    with capture_logs() as logs:
        card = await room.ready()
        await room.do(card, "submit")
    assert said(card).startswith("It will be posted")
    assert {entry["log_level"] for entry in logs} == {"warning"}
    shown = await room.second.slash(room.server.channel, "settings show")
    assert not shown.followups, "what was to be logged is not kept for the next moderator"


# --- two at once, others, and none


async def test_the_second_of_two_is_told_and_nothing_is_overwritten(room: Newsroom) -> None:
    mine = await room.begin()
    theirs = await show_to(room.second, room, number(mine), "edit")
    shown = await room.do(theirs, "text", room.second)
    await room.fill(mine, "text", headline="Mine")
    written = {"headline": "Theirs", "remarks": "Long ```thoughts```", "language": ["en"]}
    await room.second.submit_modal(shown, written)
    assert said(theirs).startswith("### Someone else changed the briefing in the meantime.")
    assert "**Headline, as it is now**\n```\nMine\n```" in said(theirs)
    assert "Use my text instead" in [b["label"] for b in buttons(theirs.components)]
    again = await room.do(theirs, "text", room.second)
    assert again.modal
    assert filled(again.modal) == written, "what was typed in vain comes back"
    await room.do(theirs, "open", room.second)
    assert said(theirs).startswith("### Mine")
    for action in ("where", "facts", "when", "cancel", "text"):
        stale = await show_to(room.second, room, number(mine), "edit")
        await room.fill(mine, "text", headline=f"Mine before {action}")
        await room.do(stale, action, room.second)
        assert said(stale).startswith("Someone else changed the briefing in the meantime."), action
    assert "**Status**: draft" in said(mine)


async def test_whoever_may_not_is_refused_at_each_command_button_menu_and_form(
    room: Newsroom,
) -> None:
    await need_approval(room)
    channel, asker = room.server.channel, room.server.asker
    card = await room.ready()
    await room.do(card, "facts")
    await allow_all(room)
    briefing_id = number(await room.run("briefing show", briefing="gsomia"))
    for name in ("show", "edit", "cancel", "history", "export"):
        refused = await asker.slash(channel, f"briefing {name}", briefing=briefing_id)
        assert lines(private(refused)) == REFUSED, name
    for name in ("list", "corrections"):
        assert lines(private(await asker.slash(channel, f"briefing {name}"))) == REFUSED
    refused = await asker.slash(channel, "briefing new", topic="gsomia")
    assert lines(private(refused)) == REFUSED
    offered = await asker.autocomplete(channel, "briefing show", "briefing", "")
    assert offered == []
    before = await room.server.bot.state.briefings.get(briefing_id)
    assert before
    public = await show_controls(room, before.version, briefing_id)
    for action in BUTTONS:
        custom_id = Key(action, briefing_id, before.version).custom_id("b")
        refused = await asker.click(public, custom_id=custom_id)
        assert lines(private(refused)) == REFUSED, action
    for action, value in menu_values(room).items():
        custom_id = Key(action, briefing_id, before.version).custom_id("bs")
        refused = await asker.select(public, [value], custom_id=custom_id)
        assert lines(private(refused)) == REFUSED, action
    assert await room.server.bot.state.briefings.get(briefing_id) == before


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("draft", None),
        ("waiting", None),
        ("waiting", "changed"),
        ("ready", None),
        ("posting", None),
        ("posted", None),
        ("cancelled", None),
        ("blocked", "no-channel"),
    ],
)
async def test_a_button_that_the_card_does_not_show_changes_nothing(
    room: Newsroom, status: BriefingStatus, reason: str | None
) -> None:
    await need_approval(room)
    briefing_id = number(await room.ready())
    briefings, now = room.server.bot.state.briefings, room.server.env.now()
    draft = await briefings.get(briefing_id)
    assert draft
    before = await briefings.move(draft, status, "edited", now, 1, "{}", reason=reason)
    entries = await briefings.audit_log(briefing_id)
    shown = {*actions(await room.run("briefing edit", briefing=briefing_id))}
    if "facts" in shown:
        shown |= SIZES.keys()  # they are on the panel of the facts
    public = await show_controls(room, before.version, briefing_id)
    for action in BUTTONS.keys() - shown:
        custom_id = Key(action, briefing_id, before.version).custom_id("b")
        await room.moderator.click(public, custom_id=custom_id)
        assert await briefings.get(briefing_id) == before, action
    assert await briefings.audit_log(briefing_id) == entries


@pytest.mark.parametrize("status", ["posting", "posted", "cancelled"])
async def test_a_menu_that_the_card_does_not_show_changes_nothing(
    room: Newsroom, status: BriefingStatus
) -> None:
    card = await room.ready()
    briefing_id = number(card)
    await room.do(card, "facts")
    await pick_on_each_page(room, card, everything=False)
    briefings, now = room.server.bot.state.briefings, room.server.env.now()
    draft = await briefings.get(briefing_id)
    assert draft
    before = await briefings.move(draft, status, "edited", now, 1, "{}")
    public = await show_controls(room, before.version, briefing_id)
    for action, value in menu_values(room).items():
        custom_id = Key(action, briefing_id, before.version).custom_id("bs")
        await room.moderator.select(public, [value], custom_id=custom_id)
        assert await briefings.get(briefing_id) == before, action


async def test_a_control_of_an_older_version_changes_nothing(room: Newsroom) -> None:
    briefing_id = number(await room.ready())
    before = await room.server.bot.state.briefings.get(briefing_id)
    assert before
    old = before.version - 1
    public = await show_controls(room, old, briefing_id)
    for action in BUTTONS:
        custom_id = Key(action, briefing_id, old).custom_id("b")
        shown = private(await room.moderator.click(public, custom_id=custom_id))
        assert said(shown).startswith("Someone else changed the briefing in the meantime."), action
    for action, value in menu_values(room).items():
        custom_id = Key(action, briefing_id, old).custom_id("bs")
        shown = private(await room.moderator.select(public, [value], custom_id=custom_id))
        assert said(shown).startswith("Someone else changed the briefing in the meantime."), action
    assert await room.server.bot.state.briefings.get(briefing_id) == before


async def test_a_post_is_published_only_where_others_can_follow(room: Newsroom) -> None:
    briefing_id = number(await room.ready())
    before = await room.server.bot.state.briefings.get(briefing_id)
    assert before
    public = await show_controls(room, before.version, briefing_id)
    custom_id = Key("publish", briefing_id, before.version).custom_id("b")
    refused = private(await room.moderator.click(public, custom_id=custom_id))
    assert lines(refused)[0] == "### The briefing’s status does not allow that."


async def test_somebody_who_lost_the_right_has_a_form_open_in_vain(room: Newsroom) -> None:
    card = await room.begin()
    shown = await room.do(card, "text")
    guild = room.server.channel.guild
    assert guild
    role_id = guild.roles["keepers"].id
    room.server.env.backend.remove_member_role(guild.id, room.moderator.id, role_id)
    result = await room.moderator.submit_modal(shown, {"headline": "X", "language": ["en"]})
    assert lines(aside(result)) == REFUSED
    assert "### X" not in said(card)


async def test_another_servers_briefings_are_unknown_here(room: Newsroom) -> None:
    text = BriefingText("gsomia", None, None, "en", "Theirs", ("gsomia/what",))
    now = room.server.env.now()
    other = await room.server.bot.state.briefings.begin(77, BriefingPlan(text), "base", 5, now)
    assert (await room.ask("briefing show", briefing=other.briefing_id))[0] == (
        f"### No briefing here matches “{other.briefing_id}”."
    )
    public = await show_controls(room, 1, other.briefing_id)
    for action in BUTTONS:
        custom_id = Key(action, other.briefing_id, 1).custom_id("b")
        refused = lines(private(await room.moderator.click(public, custom_id=custom_id)))
        assert refused[0] == "### There is no such briefing here.", action
    for action, value in menu_values(room).items():
        custom_id = Key(action, other.briefing_id, 1).custom_id("bs")
        refused = lines(private(await room.moderator.select(public, [value], custom_id=custom_id)))
        assert refused[0] == "### There is no such briefing here.", action
    assert await room.server.bot.state.briefings.get(other.briefing_id) == other


async def test_a_state_that_is_away_is_told_plainly(room: Newsroom, tmp_path: Path) -> None:
    card = await room.ready()
    await break_state(room.server, tmp_path)
    with capture_logs() as logs:
        assert await room.ask("briefing list") == AWAY
        assert await room.ask("briefing new", topic="gsomia") == AWAY
        for action in ("text", "facts", "submit", "preview", "cancel"):
            assert lines(aside(await room.do(card, action))) == AWAY, action
    assert {entry["log_level"] for entry in logs} == {"warning"}


# --- hostile remarks


async def test_what_cannot_be_kept_is_refused_and_named(room: Newsroom) -> None:
    card = await room.begin()
    for entered, named in (
        ({"remarks": "a\0b"}, "contains U+0000"),
        ({"headline": "a\ud800b"}, "contains U+D800"),
    ):
        result = await room.fill(card, "text", None, **entered)
        assert named in lines(aside(result))[0]
    await room.fill(card, "text", headline="Kept")
    assert "### Kept" in said(card)


HOSTILE = (
    "@everyone @here <@1> <@&2> <#3> **bold** # big\n- [link](https://x.example) `code` ||x||\n"
    "> quote :smile: <t:1:F> https://evil.example"
)


async def test_remarks_are_shown_as_typed_and_notify_nobody(room: Newsroom) -> None:
    card = await room.ready()
    await room.fill(card, "text", headline="@everyone **now**", remarks=HOSTILE)
    await room.do(card, "submit")
    await room.advance(minutes=2)
    (post,) = posted(room.server.channel)
    (sent,) = sent_to(room, room.server.channel)
    assert sent["allowed_mentions"].keys() <= {"parse", "replied_user"}
    assert sent["allowed_mentions"]["parse"] == []
    (remarks,) = [text for text in texts(post) if "Remarks by keeper" in text]
    assert "@\u200beveryone" in remarks
    assert "\\*\\*bold\\*\\*" in remarks
    assert "\\<@1>" in remarks
    assert "https\\://" in remarks
    heading, _, typed = remarks.partition("\n")
    assert heading == "**Remarks by keeper, not from the sources**"
    assert not re.search(r"(?<!\\)[*_`|<]", typed)
    assert "@everyone" not in "".join(texts(post))


# --- after posting


async def test_a_post_is_edited_and_deleted(room: Newsroom) -> None:
    log = await room.log_to()
    card = await room.ready()
    await room.do(card, "submit")
    await room.advance(minutes=2)
    mine = await room.run("briefing edit", briefing=number(card))
    assert "**Status**: posted: https://discord.com/channels/" in said(mine)
    assert set(actions(mine)) == {"text", "facts", "preview", "history", "remove"}
    await room.fill(mine, "text", headline="Better", remarks="Mine.")
    assert said(mine).startswith("Saved.")
    await room.advance(minutes=2)
    (post,) = posted(room.server.channel)
    assert "## Better" in texts(post)[1]
    assert "corrected on" not in texts(post)[1], "nothing was corrected"
    theirs = await show_to(room.second, room, number(card), "edit")
    result = await room.fill(theirs, "text", room.second, remarks="Not mine.")
    assert lines(aside(result))[0] == "### The remarks are signed by someone else."
    await room.fill(theirs, "text", room.second, remarks="")
    assert said(theirs).startswith("Saved.")
    await room.do(theirs, "remove", room.second)
    assert said(theirs).startswith("### Delete the post?")
    await room.server.restart()
    await room.do(theirs, "delete", room.second)
    assert "**Status**: posted, later deleted" in said(theirs)
    assert posted(room.server.channel) == []
    history = await room.ask("briefing history", briefing=number(card))
    assert history[1].split(" · ")[1].startswith(f"<@{room.second.id}> deleted the post")
    assert any("deleted the post" in (each.content or "") for each in log.history())


async def test_where_approval_is_needed_the_author_cannot_change_a_post_alone(
    room: Newsroom,
) -> None:
    card = await room.ready()
    await room.do(card, "submit")
    await room.advance(minutes=2)
    await need_approval(room)
    mine = await room.run("briefing edit", briefing=number(card))
    await room.fill(mine, "text", headline="Mine alone")
    assert said(mine).startswith("Saved. Another moderator must approve the edit")
    await room.advance(minutes=2)
    (post,) = posted(room.server.channel)
    assert "Mine alone" not in str(post)
    theirs = await show_to(room.second, room, number(card))
    await room.do(theirs, "drop", room.second)
    assert "Mine alone" not in said(theirs)
    theirs = await show_to(room.second, room, number(card), "edit")
    await room.fill(theirs, "text", room.second, headline="Ours")
    await room.do(await room.run("briefing show", briefing=number(card)), "accept")
    await room.advance(minutes=2)
    (post,) = posted(room.server.channel)
    assert "## Ours" in texts(post)[1]


async def test_a_cancelled_briefing_can_be_taken_up_again(room: Newsroom) -> None:
    card = await room.ready()
    await room.fill(card, "when", when="2026-01-01 09:20", zone="Asia/Seoul")
    await room.do(card, "submit")
    shown = await room.run("briefing cancel", briefing=number(card))
    assert "**Status**: cancelled" in said(shown)
    await room.advance(minutes=30)
    assert posted(room.server.channel) == []
    await room.do(shown, "draft")
    assert "**Status**: draft" in said(shown)
    await room.do(shown, "submit")
    assert alert(shown) == ["**The time set for it has passed.**", "Choose another under When."]


# --- finding, listing, exporting


async def test_briefings_are_listed_found_and_belong_to_the_server(room: Newsroom) -> None:
    assert (await room.ask("briefing list"))[1] == "None yet. Draft one with /briefing new."
    card = await room.begin()
    await room.begin(**{"from": "2023-03", "to": "2023-04"})
    listed = await show_list(room.second, room)
    assert len([line for line in listed if line.startswith("- **")]) == 2
    offered = await room.second.autocomplete(
        room.server.channel, "briefing show", "briefing", "gsomia"
    )
    assert [choice["value"] for choice in offered] == [number(card)]
    for typed in (offered[0]["value"], offered[0]["name"], "GSOMIA"):
        assert number(await show_to(room.second, room, typed)) == number(card), typed
    refused = await room.ask("briefing show", briefing="articles say")
    assert refused[0] == "### No briefing here matches “articles say”."
    assert len([line for line in refused if line.startswith("- ")]) == 2


async def test_a_list_of_the_longest_headlines_fits(room: Newsroom) -> None:
    card = await room.begin()
    text = BriefingText("gsomia", None, None, "en", "*_" * 40, ("gsomia/what",))
    state, now = room.server.bot.state, room.server.env.now()
    guild = room.server.channel.guild
    assert guild
    for _ in range(30):
        await state.briefings.begin(guild.id, BriefingPlan(text), "base", 5, now)
    listed = await show_list(room.second, room)
    assert listed[0] == "### Briefings of this server"
    assert len("\n".join(listed)) <= 4_000
    assert (await show_to(room.second, room, number(card))) is not None


async def test_one_that_is_listed_no_more_is_found_by_its_number(room: Newsroom) -> None:
    card = await room.begin()
    text = BriefingText("gsomia", None, None, "en", "Later", ("gsomia/what",))
    state, later = room.server.bot.state, room.server.env.now() + timedelta(days=1)
    guild = room.server.channel.guild
    assert guild
    for _ in range(101):
        await state.briefings.begin(guild.id, BriefingPlan(text), "base", 5, later)
    assert number(await show_to(room.second, room, number(card))) == number(card)


async def test_a_headline_that_nobody_could_see_is_none(room: Newsroom) -> None:
    card = await room.begin()
    before = said(card).splitlines()[0]
    await room.fill(card, "text", headline="\u200b\u2060")
    assert before in said(card)


async def test_a_briefing_about_what_the_base_has_no_more_can_be_seen_and_cancelled(
    room: Newsroom,
) -> None:
    state, now = room.server.bot.state, room.server.env.now()
    guild = room.server.channel.guild
    assert guild
    text = BriefingText("gone", None, None, "en", "On what is gone", ("gone/fact",))
    old = await state.briefings.begin(guild.id, BriefingPlan(text), "base", 5, now)
    shown = await show_to(room.second, room, old.briefing_id, "edit")
    assert "1 chosen fact is no longer in the base" in said(shown)
    shown = await show_to(room.second, room, old.briefing_id, "cancel")
    assert "**Status**: cancelled" in said(shown)


async def test_discord_that_does_not_answer_is_told_plainly(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = await room.log_to()
    card = await room.ready()

    async def away(*_: object) -> str:
        raise OutcomeUnknown("503")

    monkeypatch.setattr(DiscordModerators, "name", away)
    refused = await room.run("briefing export", briefing=number(card))
    assert lines(refused)[0] == "### Discord is not responding."
    done = aside(await room.do(card, "cancel"))
    assert lines(done)[0] == "### Done, but the card cannot be shown."
    assert any("cancelled it" in (each.content or "") for each in log.history())


async def show_list(member: MemberActor, room: Newsroom) -> list[str]:
    return lines(private(await member.slash(room.server.channel, "briefing list")))


@pytest.mark.parametrize(
    ("options", "title"),
    [
        ({}, "A briefing has one subject."),
        ({"topic": "gsomia", "event": "tokyo summit"}, "A briefing has one subject."),
        ({"topic": "gsomia", "from": "2023"}, "A briefing has one subject."),
        ({"topic": "zzzqqq"}, "No topic matches “zzzqqq”."),
        ({"from": "soon"}, "“soon” is not a day the bot understands."),
        ({"from": "2024", "to": "2023"}, "The period ends before it begins: 2024 to 2023."),
    ],
)
async def test_what_a_briefing_cannot_be_about_is_refused(
    room: Newsroom, options: dict[str, Any], title: str
) -> None:
    assert (await room.ask("briefing new", **options))[0] == f"### {title}"
    assert (await room.ask("briefing list"))[1] == "None yet. Draft one with /briefing new."


@pytest.mark.parametrize(
    "options", [{"actor": "기시다"}, {"event": "tokyo summit"}, {"to": "2000"}, {"from": "2023"}]
)
async def test_a_briefing_is_about_anything_of_the_base(
    room: Newsroom, options: dict[str, Any]
) -> None:
    assert "**Status**: draft" in said(await room.begin(**options))


async def test_a_briefing_is_exported_with_its_sources(room: Newsroom) -> None:
    card = await room.begin()
    await room.fill(card, "text", headline="A *star*", remarks="# Mine\n1. first")
    file = await room.run("briefing export", briefing=number(card))
    (attachment,) = file.attachments
    assert attachment.filename == f"briefing-{number(card)}.md"
    text = (await attachment.read()).decode()
    assert text.startswith("# A \\*star\\*\n")
    assert "## Sources" in text
    assert re.search(r"^- .*\\\[1 ¶\d", text, re.MULTILINE)
    assert "\n\n\\# Mine\n\n1\\. first\n" in text
    assert "Exported from Factdesk on 1 January 2026" in text


# --- languages


@pytest.mark.parametrize(
    ("reader", "status"), [("ko", "**상태**: 초안"), ("ja", "**状況**：下書き")]
)
async def test_cards_are_in_the_readers_language_and_posts_in_their_own(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch, reader: str, status: str
) -> None:
    speak(monkeypatch, reader=reader, guild="en-US")
    card = await room.ready()
    assert status in said(card)
    english = said(card).splitlines()[0]
    assert english == "### GSOMIA, the military intelligence pact: what the articles say"
    await room.fill(card, "text", language=["ja"])
    assert said(card).splitlines()[0].endswith("：記事が伝える内容")
    await room.do(card, "submit")
    await room.advance(minutes=2)
    (post,) = posted(room.server.channel)
    assert texts(post)[0] == f"-# <@{room.moderator.id}>さんがFactdeskから投稿"


DETAILS: dict[AuditAction, str] = {
    "uncorrected": "refused",
    "unedited": "no-permission",
    "sent-back": "A remark",
    "posted": "7/8",
    "blocked": "no-channel",
    "review": "changed",
    "corrected": "edited",
}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_step_and_trouble_is_worded(room: Newsroom, language: str) -> None:
    now = room.server.env.now()
    old = BriefingPlan(BriefingText("gsomia", None, None, "en", "A", ("gsomia/what",)))
    new = BriefingPlan(
        BriefingText("gsomia", None, None, "ko", "B", ("gsomia/renewed",), "C"),
        Target(1, 2, publish=True, tag_id=3),
        read_when(words_in("en"), "2026-01-02 09:00", "Asia/Seoul", now),
    )
    state = room.server.bot.state
    briefing = await state.briefings.begin(7, old, "base", 5, now)
    for kind in get_args(AuditAction):
        changes = plan_changes(old, new) if kind == "edited" else None
        entry = AuditEntry(now, 1, kind, DETAILS.get(kind), changes)
        line = sentence(Mentions(words_in(language)), briefing, entry)
        assert not re.search(r"briefing\.[a-z]|correction\.[a-z]|[{}]", line), line
    for problem in (*PROBLEMS, "moderator"):
        held = warning(words_in(language), briefing, problem, "A *server*")
        assert not re.search(r"briefing\.[a-z]|[{}]", held), held
        assert r"A \*server\*" in held


# --- here and now, and from an answer


async def test_a_draft_is_posted_here_and_now_by_one_press(room: Newsroom) -> None:
    card = await room.begin()
    await room.fill(card, "when", when="tomorrow 9am", zone="seoul")
    await room.do(card, "here")
    assert said(card).startswith("It will be posted within a minute.")
    assert "here" not in actions(card)
    await room.advance(minutes=2)
    assert len(posted(room.server.channel)) == 1


async def test_posting_here_asks_for_approval_where_that_is_on(room: Newsroom) -> None:
    await need_approval(room)
    card = await room.begin()
    await room.do(card, "here")
    assert said(card).startswith("Approval requested.")
    await room.advance(minutes=2)
    assert posted(room.server.channel) == []
    theirs = await show_to(room.second, room, number(card))
    assert "here" not in actions(theirs), "only its author has it posted"


async def test_posting_here_is_refused_before_anything_changes(room: Newsroom) -> None:
    card = await room.begin()
    room.deny(room.server.channel, send_messages=True)
    await room.do(card, "here")
    assert alert(card)[0] == "**The bot lacks permissions there.**"
    assert "No channel chosen." in said(card)
    room.deny(room.server.channel)
    await room.do(card, "here")
    assert said(card).startswith("It will be posted within a minute.")


async def test_posting_here_is_not_offered_where_nothing_can_be_posted(room: Newsroom) -> None:
    guild = room.server.channel.guild
    assert guild
    stage = guild.create_voice_channel("stage")
    card = private(await room.moderator.slash(stage, "briefing new", topic="gsomia"))
    assert "submit" in actions(card)
    assert "here" not in actions(card)


def brief_buttons(message: ResponseMessage) -> list[str]:
    """The custom ids of the buttons that begin a briefing."""
    return [b["custom_id"] for b in buttons(message.components) if b["custom_id"].startswith("B:")]


async def test_a_briefing_begins_from_a_private_answer_after_a_restart(room: Newsroom) -> None:
    channel, question = room.server.channel, "when was GSOMIA renewed?"
    asked = await room.moderator.slash(channel, "ask", question=question, private=True)
    (custom_id,) = brief_buttons(private(asked))
    await room.server.restart()
    card = private(await room.moderator.click(private(asked), custom_id=custom_id))
    assert "**Status**: draft" in said(card)
    briefing = await room.server.bot.state.briefings.get(number(card))
    assert briefing
    answer = await room.server.bot.replies.reply(Question("ask", {"question": question}), "en")
    assert set(briefing.plan.text.facts) <= set(answer.facts)
    assert briefing.plan.text.facts


async def test_only_moderators_see_the_button_and_nobody_below_a_public_answer(
    room: Newsroom,
) -> None:
    channel = room.server.channel
    members = await room.server.asker.slash(channel, "event", name="tokyo summit", private=True)
    assert brief_buttons(private(members)) == []
    public = (await room.moderator.slash(channel, "event", name="tokyo summit")).response
    assert public
    assert brief_buttons(public) == []
    first = buttons(public.components)[0]["custom_id"]
    pressed = await room.moderator.click(public, custom_id=first)
    (custom_id,) = brief_buttons(private(pressed))
    card = private(await room.moderator.click(private(pressed), custom_id=custom_id))
    briefing = await room.server.bot.state.briefings.get(number(card))
    assert briefing
    assert briefing.plan.text.thing == "tokyo-summit"


@pytest.mark.parametrize(
    ("command", "options", "thing"),
    [
        ("ask", {"question": "when was GSOMIA renewed?"}, None),
        ("topic", {"name": "gsomia"}, "gsomia"),
        ("timeline", {"from": "2023-03", "to": "2023-04"}, None),
    ],
)
async def test_a_briefing_begins_from_a_members_public_answer(
    room: Newsroom, command: str, options: dict[str, str], thing: str | None
) -> None:
    asked = (await room.server.asker.slash(room.server.channel, command, **options)).response
    assert asked
    shown = await room.moderator.context_menu(room.server.channel, "Brief this", asked)
    briefing = await room.server.bot.state.briefings.get(number(private(shown)))
    assert briefing
    text = briefing.plan.text
    assert text.facts
    assert thing in (None, text.thing)
    assert (text.first is not None) == (command == "timeline")


async def test_there_is_nothing_to_brief_in_what_is_no_answer(room: Newsroom) -> None:
    message = await room.server.asker.send(room.server.channel, "Good morning")
    refused = await room.moderator.context_menu(room.server.channel, "Brief this", message)
    assert lines(private(refused))[0] == "### There is nothing here to brief."


# --- what changed


async def test_approvers_see_what_changed_word_by_word(room: Newsroom) -> None:
    await need_approval(room)
    card = await room.ready()
    await room.fill(card, "text", headline="GSOMIA at work", remarks="Mind the dates.")
    await room.do(card, "submit")
    theirs = await show_to(room.second, room, number(card))
    first = aside(await room.do(theirs, "changes", room.second))
    assert "first version sent for approval" in said(first)
    await room.fill(theirs, "back", room.second, remark="Which dates?")
    mine = await show_to(room.moderator, room, number(card), "edit")
    await room.fill(mine, "text", headline="GSOMIA at rest", remarks="Mind the year 2016.")
    await room.do(mine, "submit")
    theirs = await show_to(room.second, room, number(card))
    changed = aside(await room.do(theirs, "changes", room.second))
    assert lines(changed) == [
        "### What changed",
        "- GSOMIA at ~~work~~ **rest**",
        "- Mind the ~~dates~~ **year 2016**.",
    ]


async def test_an_edit_of_a_post_is_compared_with_the_post(room: Newsroom) -> None:
    card = await room.ready()
    await room.fill(card, "text", headline="GSOMIA at work")
    await room.do(card, "submit")
    await room.advance(minutes=2)
    await need_approval(room)
    mine = await show_to(room.moderator, room, number(card), "edit")
    await room.fill(mine, "text", headline="GSOMIA at long last")
    theirs = await show_to(room.second, room, number(card))
    changed = aside(await room.do(theirs, "changes", room.second))
    assert lines(changed)[1:] == ["- GSOMIA at ~~work~~ **long last**"]
