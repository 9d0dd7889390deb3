"""What becomes of a briefing, and of its post, when the base is corrected."""

from __future__ import annotations

import shutil
from pathlib import Path

import discord
import pytest
from simcord import ChannelHandle, ResponseMessage

from bot.config import Config
from bot.delivery.delivery_errors import OutcomeUnknown, Refused, Throttled
from bot.delivery.jobs.notices import Place
from bot.delivery.outbox import OutgoingPost
from bot.facts.load import Folders
from bot.state.audit_log import AuditEntry
from bot.state.posts import MessageRef, Slot
from bot.texts.catalogues import words_in
from bot.ui.posting.messenger import DiscordMessenger
from bot.ui.posting.moderators import DiscordModerators
from tests.conftest import ROOT, Server, buttons, texts
from tests.databases import on_every_database
from tests.made_once import build_once
from tests.moderating import lines, posted, private
from tests.newsroom import (
    Newsroom,
    aside,
    menu,
    message,
    need_approval,
    newsroom,
    number,
    said,
    show_to,
)
from tests.test_digest_commands import REFUSED


@pytest.fixture
def room(server: Server) -> Newsroom:
    """The server with two moderators."""
    return newsroom(server)


@pytest.fixture
def own_config(config: Config, tmp_path: Path, bot_state_url: str) -> Config:
    """The settings of a bot with a state and a folder of bases that are the test's own."""
    data = tmp_path / "data"
    shutil.copytree(config.data, data)
    return config.model_copy(update={"state": bot_state_url, "data": data})


YEARLY = "The intelligence pact GSOMIA is renewed every year."
RENEWED = f"says: {YEARLY}\n"
ONCE_A_YEAR = (
    "says: The intelligence pact GSOMIA is renewed once a year.\n    was:\n"
    f"      - date: 2026-11-25\n        said: {YEARLY}\n        why: A test of corrections.\n"
)
WITHDRAWN = RENEWED + "    withdrawn: {date: 2026-11-25, why: A test of corrections.}\n"
ACT = "by what act GSOMIA"
BY_WHICH_ACT = "by which act GSOMIA"
KIND = "    kind: background\n    about: [gsomia-normalised]\n"
WAS = (
    "    was:\n      - date: 2026-11-26\n        why: Another test of corrections.\n"
    "        said: No article says on which day or by what act the pact was normalised.\n" + KIND
)


def correct(config: Config, folder: Path, *changes: tuple[str, str]) -> None:
    """Build a base in which facts of GSOMIA are others than in the shipped one."""
    facts = folder / "facts"
    shutil.rmtree(facts, ignore_errors=True)
    shutil.copytree(ROOT / "facts", facts)
    file = facts / "topics" / "gsomia.yaml"
    text = file.read_text("utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    file.write_text(text, "utf-8")
    build_once(Folders(facts, config.seeds), config.data, kept=folder.parent / "built")


async def with_renewal(room: Newsroom, **options: str) -> ResponseMessage:
    """A draft that tells the fact that is to be corrected: curators put it first."""
    return await room.ready(topic="gsomia", **options)


async def posted_with_renewal(room: Newsroom, **options: str) -> ResponseMessage:
    """A posted briefing that tells it."""
    card = await with_renewal(room, **options)
    await room.do(card, "submit")
    await room.advance(minutes=2)
    return card


def offers(log: ChannelHandle) -> list[discord.Message]:
    """The corrections that were offered, the oldest first."""
    return sorted((each for each in log.history() if each.components), key=lambda each: each.id)


def button(offer: discord.Message, beginning: str) -> str:
    """The custom id of an offer's button."""
    shown = [part.to_dict() for part in offer.components]
    ids = [each["custom_id"] for each in buttons(shown)]  # type: ignore[arg-type]
    return next(each for each in ids if each.startswith(beginning))


def told_in(offer: discord.Message) -> str:
    """The text of an offer."""
    return "\n".join(texts([part.to_dict() for part in offer.components]))  # type: ignore[misc]


async def offered(
    room: Newsroom, folder: Path, **options: str
) -> tuple[ResponseMessage, ChannelHandle, discord.Message]:
    """A posted briefing's card, the log channel, and the correction that is offered there."""
    log = await room.log_to()
    card = await posted_with_renewal(room, **options)
    correct(room.server.config, folder, (RENEWED, ONCE_A_YEAR))
    await room.advance(minutes=2)
    (offer,) = offers(log)
    return card, log, offer


# --- before it is posted


@pytest.mark.parametrize("change", [ONCE_A_YEAR, WITHDRAWN])
async def test_nobody_posts_what_was_changed_since_they_saw_it(
    room: Newsroom, tmp_path: Path, change: str
) -> None:
    card = await with_renewal(room)
    correct(room.server.config, tmp_path, (RENEWED, change))
    await room.advance(minutes=1)
    await room.do(card, "submit")
    assert said(card).startswith("Facts in this briefing have been corrected since")
    await room.advance(minutes=2)
    assert posted(room.server.channel) == []
    await room.do(card, "submit")
    assert said(card).startswith("It will be posted within a minute.")
    await room.advance(minutes=2)
    (post,) = posted(room.server.channel)
    assert ("once a year" in "\n".join(texts(post))) == (change == ONCE_A_YEAR)


async def test_nobody_approves_what_was_changed_since_it_was_asked_for(
    room: Newsroom, tmp_path: Path
) -> None:
    await need_approval(room)
    log = await room.log_to()
    card = await with_renewal(room)
    await room.do(card, "submit")
    (request,) = offers(log)
    assert YEARLY in told_in(request)
    correct(room.server.config, tmp_path, (RENEWED, ONCE_A_YEAR))
    await room.advance(minutes=1)
    approve = button(request, "b:approve")
    shown = private(await room.second.click(request, custom_id=approve))
    assert said(shown).startswith("Facts in this briefing have been corrected since")
    await room.advance(minutes=2)
    assert posted(room.server.channel) == []
    await room.do(shown, "approve", room.second)
    await room.advance(minutes=2)
    assert len(posted(room.server.channel)) == 1


async def test_an_approver_sees_the_corrected_facts_first(room: Newsroom, tmp_path: Path) -> None:
    await need_approval(room)
    card = await with_renewal(room)
    await room.do(card, "submit")
    correct(room.server.config, tmp_path, (RENEWED, ONCE_A_YEAR))
    await room.advance(minutes=1)
    theirs = await show_to(room.second, room, number(card))
    changed = said(aside(await room.do(theirs, "changes", room.second)))
    assert "first version" not in changed
    assert YEARLY in changed
    assert changed.index("once a year") < changed.index("What changed")


async def test_posting_here_keeps_the_plan_until_corrections_are_seen(
    room: Newsroom, tmp_path: Path
) -> None:
    card = await with_renewal(room)
    await room.fill(card, "when", when="2026-01-01 12:30", zone="Asia/Seoul")
    correct(room.server.config, tmp_path, (RENEWED, ONCE_A_YEAR))
    await room.advance(minutes=1)
    await room.do(card, "here")
    assert said(card).startswith("Facts in this briefing have been corrected since")
    briefing = await room.server.bot.state.briefings.get(number(card))
    assert briefing
    assert briefing.plan.when, "nothing has been done yet"
    await room.do(card, "here")
    assert said(card).startswith("It will be posted within a minute.")


async def test_a_ready_briefing_whose_fact_is_withdrawn_is_held_once(
    room: Newsroom, tmp_path: Path
) -> None:
    card = await with_renewal(room)
    await room.fill(card, "when", when="2026-01-01 09:30", zone="Asia/Seoul")
    await room.do(card, "submit")
    correct(room.server.config, tmp_path, (RENEWED, WITHDRAWN))
    await room.advance(minutes=35)
    assert posted(room.server.channel) == []
    shown = await room.run("briefing edit", briefing=number(card))
    assert "**Status**: held. A fact in it" in said(shown)
    assert "1 chosen fact is no longer in the base" in said(shown)
    briefing = await room.server.bot.state.briefings.get(number(card))
    assert briefing
    assert briefing.base_version == room.server.bot.service.store.fingerprint, "as it is seen now"
    await room.do(shown, "submit")
    await room.advance(minutes=2)
    assert len(posted(room.server.channel)) == 1


async def test_picking_facts_goes_by_the_menu_that_was_seen(room: Newsroom, tmp_path: Path) -> None:
    card = await room.ready(**{"from": "2023", "to": "2023"})
    briefing_id = number(card)
    await room.do(card, "facts")
    first = [o["value"] for o in menu(card)["options"]]
    await room.do(card, "facts", page=2)
    second = [o["value"] for o in menu(card)["options"]]
    await room.pick(card, "facts", *second[:2], page=2)
    await room.do(card, "facts", page=1)
    seen = [o["value"] for o in menu(card)["options"]]
    chosen = [o["value"] for o in menu(card)["options"] if o.get("default")]
    assert seen == first
    owner, fact = first[0].split("/")
    (file,) = (ROOT / "facts").rglob(f"{owner}.yaml")
    withdraw(room.server.config, tmp_path, file.relative_to(ROOT / "facts"), fact)
    await room.advance(minutes=1)
    await room.pick(card, "facts", *chosen, page=1)
    briefing = await room.server.bot.state.briefings.get(briefing_id)
    assert briefing
    assert set(second[:2]) <= set(briefing.plan.text.facts), "they stood on the other page"


def withdraw(config: Config, folder: Path, file: Path, fact: str) -> None:
    """Build a base in which a fact is withdrawn."""
    facts = folder / "facts"
    shutil.copytree(ROOT / "facts", facts)
    lines = (facts / file).read_text("utf-8").splitlines()
    place = lines.index(f"  - id: {fact}")
    lines.insert(place + 1, "    withdrawn: {date: 2026-11-25, why: A test of corrections.}")
    (facts / file).write_text("\n".join([*lines, ""]), "utf-8")
    build_once(Folders(facts, config.seeds), config.data, kept=folder.parent / "built")


# --- after it was posted


@on_every_database
@pytest.mark.parametrize("settlement", ["posted", "edited", "dismissed"])
async def test_a_correction_is_offered_with_both_wordings_and_settled_once(
    room: Newsroom, tmp_path: Path, settlement: str
) -> None:
    log = await room.log_to()
    card = await posted_with_renewal(room)
    post = message(room.server.channel)
    correct(room.server.config, tmp_path, (RENEWED, ONCE_A_YEAR))
    await room.advance(minutes=2)
    (offer,) = [each for each in log.history() if each.components]
    shown = [part.to_dict() for part in offer.components]
    told = "\n".join(texts(shown))  # type: ignore[arg-type]
    assert YEARLY in told
    assert "The intelligence pact GSOMIA is renewed once a year." in told
    ids = [button["custom_id"] for button in buttons(shown)]  # type: ignore[arg-type]
    pressed = next(each for each in ids if each.startswith(f"c:{settlement}:"))
    refused = await room.server.asker.click(offer, custom_id=pressed)
    assert lines(private(refused)) == REFUSED
    look = next(each for each in ids if each.startswith("c:look:"))
    assert post.jump_url in said(private(await room.second.click(offer, custom_id=look)))
    waiting = private(await room.second.slash(room.server.channel, "briefing corrections"))
    assert said(waiting).startswith("### 1 correction is waiting")
    done = private(await room.second.click(offer, custom_id=pressed))
    assert said(done).startswith("### Done.")
    again = private(await room.second.click(offer, custom_id=pressed))
    assert said(again).startswith("### This correction has already been handled.")
    await room.advance(minutes=3)
    now = [each for each in room.server.channel.history() if not each.flags.ephemeral]
    said_now = "\n".join(texts([part.to_dict() for part in now[0].components]))  # type: ignore[misc]
    if settlement == "posted":
        assert len(now) == 2
        (reply,) = [each for each in now if each.reference]
        assert reply.reference
        assert reply.reference.message_id == post.id
    else:
        assert len(now) == 1
    assert ("corrected on" in said_now) == (settlement == "edited")
    history = await room.ask("briefing history", briefing=number(card))
    assert any(f"<@{room.second.id}> handled a correction" in line for line in history)
    assert (await room.ask("briefing corrections"))[0] == "### No correction is waiting."


async def test_any_edit_that_brings_a_corrected_fact_is_marked_and_settles_the_offer(
    room: Newsroom, tmp_path: Path
) -> None:
    card = await posted_with_renewal(room)
    correct(room.server.config, tmp_path, (RENEWED, ONCE_A_YEAR))
    await room.advance(minutes=2)
    shown = await room.ask("briefing corrections")
    assert shown[0] == "### 1 correction is waiting"
    for headline in ("Better", "Better still"):
        mine = await room.run("briefing edit", briefing=number(card))
        await room.fill(mine, "text", headline=headline)
        await room.advance(minutes=2)
        (post,) = posted(room.server.channel)
        told = "\n".join(texts(post))
        assert f"## {headline}\n" in told
        assert "corrected on 1 January 2026" in told
        assert "The intelligence pact GSOMIA is renewed once a year." in told
        assert (await room.ask("briefing corrections"))[0] == "### No correction is waiting."


async def test_a_correction_that_discord_refuses_is_told_and_open_again(
    room: Newsroom, tmp_path: Path
) -> None:
    card, log, offer = await offered(room, tmp_path, language="ko")
    pressed = button(offer, "c:posted:")
    room.deny(room.server.channel, send_messages=True)
    for _ in range(2):
        done = private(await room.second.click(offer, custom_id=pressed))
        assert said(done).startswith("### Done.")
        await room.advance(minutes=3)
        assert len(posted(room.server.channel)) == 1
        assert any("unclear whether a correction" in each.content for each in log.history())
        assert (await room.ask("briefing corrections"))[0].startswith("### 1 correction is waiting")
    room.deny(room.server.channel)
    await room.second.click(offer, custom_id=pressed)
    await room.advance(minutes=3)
    posts = ["\n".join(texts(post)) for post in posted(room.server.channel)]
    in_its_language = [words_in("ko")("correction.title") in text for text in posts]
    assert sorted(in_its_language) == [False, True], "the server's language is English"
    history = await room.ask("briefing history", briefing=number(card))
    assert len([line for line in history if "unclear whether a correction" in line]) == 2


async def test_a_post_that_discord_will_not_have_edited_is_told(room: Newsroom) -> None:
    log = await room.log_to()
    card = await room.ready()
    await room.do(card, "submit")
    await room.advance(minutes=2)
    await message(room.server.channel).delete()
    mine = await room.run("briefing edit", briefing=number(card))
    await room.fill(mine, "text", headline="Better")
    await room.advance(minutes=2)
    assert any("The post could not be edited" in (each.content or "") for each in log.history())
    assert await room.server.bot.state.post_edits.due() == {}


async def test_what_a_moderator_dismissed_does_not_come_back_with_another_change(
    room: Newsroom, tmp_path: Path
) -> None:
    _, log, first = await offered(room, tmp_path)
    await room.second.click(first, custom_id=button(first, "c:dismissed:"))
    correct(room.server.config, tmp_path, (RENEWED, ONCE_A_YEAR), (ACT, BY_WHICH_ACT), (KIND, WAS))
    await room.advance(minutes=2)
    _, second = offers(log)
    assert BY_WHICH_ACT in " ".join(told_in(second).split())
    assert "once a year" not in told_in(second)


async def test_what_is_changed_back_is_open_no_more_and_open_again_if_changed_anew(
    room: Newsroom, tmp_path: Path
) -> None:
    _, _, offer = await offered(room, tmp_path)
    correct(room.server.config, tmp_path)
    await room.advance(minutes=2)
    assert (await room.ask("briefing corrections"))[0] == "### No correction is waiting."
    refused = private(await room.second.click(offer, custom_id=button(offer, "c:posted:")))
    assert said(refused).startswith("### A later change has made this correction unnecessary.")
    await room.advance(minutes=2)
    assert len(posted(room.server.channel)) == 1
    correct(room.server.config, tmp_path, (RENEWED, ONCE_A_YEAR))
    await room.advance(minutes=2)
    assert (await room.ask("briefing corrections"))[0] == "### 1 correction is waiting"
    await room.second.click(offer, custom_id=button(offer, "c:posted:"))
    await room.advance(minutes=2)
    assert len(posted(room.server.channel)) == 2


async def test_no_correction_follows_a_post_that_was_deleted(
    room: Newsroom, tmp_path: Path
) -> None:
    card, _, offer = await offered(room, tmp_path)
    mine = await room.run("briefing edit", briefing=number(card))
    await room.do(mine, "remove")
    await room.do(mine, "delete")
    refused = private(await room.second.click(offer, custom_id=button(offer, "c:posted:")))
    assert said(refused).startswith("### This correction is no longer on record.")
    assert (await room.ask("briefing corrections"))[0] == "### No correction is waiting."
    await room.advance(minutes=2)
    assert posted(room.server.channel) == []


async def test_the_correction_of_a_post_whose_channel_was_deleted_can_only_be_dismissed(
    room: Newsroom, tmp_path: Path
) -> None:
    _, log, offer = await offered(room, tmp_path)
    room.server.env.backend.delete_channel(room.server.channel.id)

    async def press(beginning: str) -> list[str]:
        clicked = await room.moderator.click(offer, custom_id=button(offer, beginning))
        return lines(private(clicked))

    assert (await press("c:look"))[1].endswith("· a deleted channel")
    for settlement in ("posted", "edited"):
        assert (await press(f"c:{settlement}"))[0] == "### The post no longer exists."
    listed = await room.moderator.slash(log, "briefing corrections")
    assert "a deleted channel" in "\n".join(texts(listed.followups[-1].components))
    assert (await press("c:dismissed"))[0] == "### Done."


async def test_an_edit_that_is_refused_leaves_the_correction_open(
    room: Newsroom, tmp_path: Path
) -> None:
    _, log, offer = await offered(room, tmp_path)
    await message(room.server.channel).delete()
    await room.second.click(offer, custom_id=button(offer, "c:edited:"))
    await room.advance(minutes=2)
    assert any("The post could not be edited" in (each.content or "") for each in log.history())
    assert (await room.ask("briefing corrections"))[0] == "### 1 correction is waiting"


async def test_what_was_changed_is_told_also_to_whoever_changes_something_else_first(
    room: Newsroom, tmp_path: Path
) -> None:
    card = await with_renewal(room)
    correct(room.server.config, tmp_path, (RENEWED, ONCE_A_YEAR))
    await room.advance(minutes=1)
    await room.fill(card, "when", when="2026-01-01 12:30", zone="Asia/Seoul")
    assert "1 fact has been corrected since the briefing was last reviewed" in said(card)
    await room.do(card, "submit")
    assert said(card).startswith("Facts in this briefing have been corrected since")


async def test_what_could_not_be_shown_is_not_taken_for_seen(
    room: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = await with_renewal(room)
    correct(room.server.config, tmp_path, (RENEWED, ONCE_A_YEAR))
    await room.advance(minutes=1)
    name, calls = DiscordModerators.name, list[int]()

    async def fail_once(self: DiscordModerators, server_id: int, member_id: int) -> str:
        calls.append(member_id)
        if len(calls) == 1:
            raise OutcomeUnknown("503")
        return await name(self, server_id, member_id)

    monkeypatch.setattr(DiscordModerators, "name", fail_once)
    told = await room.do(card, "submit")
    assert "### Discord is not responding." in said(told.followups[-1])
    await room.do(card, "submit")
    assert said(card).startswith("Facts in this briefing have been corrected since")


@pytest.mark.parametrize("then", ["refused", "edited"])
async def test_an_edit_that_waits_and_one_that_follows_settle_the_correction_together(
    room: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, then: str
) -> None:
    card, _, offer = await offered(room, tmp_path)
    edit, calls = DiscordMessenger.edit, list[int]()

    async def wait_first(self: DiscordMessenger, place: MessageRef, outgoing: OutgoingPost) -> None:
        calls.append(place.message_id)
        if len(calls) == 1:
            raise Throttled(900.0)
        if then == "refused" and len(calls) == 2:
            raise Refused("no-permission")
        await edit(self, place, outgoing)

    monkeypatch.setattr(DiscordMessenger, "edit", wait_first)
    await room.second.click(offer, custom_id=button(offer, "c:edited:"))
    await room.advance(minutes=2)
    mine = await room.run("briefing edit", briefing=number(card))
    await room.fill(mine, "text", headline="Better")
    await room.advance(minutes=20)
    waits = (await room.ask("briefing corrections"))[0]
    (post,) = posted(room.server.channel)
    if then == "edited":
        assert waits == "### No correction is waiting."
        assert "once a year" in "\n".join(texts(post))
        return
    assert waits == "### 1 correction is waiting"
    assert "every year" in "\n".join(texts(post))
    mine = await room.run("briefing edit", briefing=number(card))
    await room.fill(mine, "text", headline="Better")  # the same again
    assert said(mine).startswith("Saved.")
    await room.advance(minutes=2)
    (post,) = posted(room.server.channel)
    assert "once a year" in "\n".join(texts(post))
    assert (await room.ask("briefing corrections"))[0] == "### No correction is waiting."


async def test_a_base_that_is_changed_while_a_briefing_is_sent_is_heeded(
    room: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = await with_renewal(room)
    send, sent = DiscordMessenger.send, list[str]()

    async def change_and_send(self: DiscordMessenger, outgoing: OutgoingPost) -> MessageRef:
        if not sent:
            sent.append(outgoing.post_id)
            correct(room.server.config, tmp_path, (RENEWED, ONCE_A_YEAR))
            await room.server.bot.services.base_watch.reopen()
            await room.server.bot.services.pending_corrections.refresh()
        return await send(self, outgoing)

    monkeypatch.setattr(DiscordMessenger, "send", change_and_send)
    await room.do(card, "submit")
    await room.advance(minutes=5)
    (post,) = posted(room.server.channel)
    assert "every year" in "\n".join(texts(post))
    assert (await room.ask("briefing corrections"))[0] == "### 1 correction is waiting"


async def test_a_correction_that_failed_and_is_needless_is_left(
    room: Newsroom, tmp_path: Path
) -> None:
    card = await posted_with_renewal(room)
    correct(room.server.config, tmp_path, (RENEWED, ONCE_A_YEAR))
    await room.advance(minutes=2)
    bot, now = room.server.bot, room.server.env.now()
    (waiting,) = await bot.state.corrections.list_open()
    settle = bot.state.corrections.settle
    assert await settle(waiting.correction_id, "posted", number(card), 1, now)
    post = await bot.state.posts.get(waiting.post_id)
    assert post
    assert post.message_ref
    # Killed between noting that the reply failed and giving the correction back.
    slot = Slot(
        post.server_id,
        "correction",
        waiting.found_at.date(),
        waiting.found_at,
        post.message_ref.channel_id,
        waiting.correction_id,
    )
    await bot.state.posts.end(slot, "failed", "no-permission", now)
    correct(room.server.config, tmp_path)
    await bot.services.base_watch.reopen()
    await room.advance(minutes=2)
    assert await bot.state.corrections.unposted() == ()


async def test_a_correction_that_somebody_settled_is_not_given_back(
    room: Newsroom, tmp_path: Path
) -> None:
    card = await posted_with_renewal(room)
    correct(room.server.config, tmp_path, (RENEWED, ONCE_A_YEAR))
    await room.advance(minutes=2)
    corrections, now = room.server.bot.state.corrections, room.server.env.now()
    (waiting,) = await corrections.list_open()
    failed = AuditEntry(now, None, "uncorrected", "refused")
    key, briefing_id = waiting.correction_id, number(card)
    assert await corrections.settle(key, "posted", briefing_id, 1, now)
    assert await corrections.reopen(key, briefing_id, failed)
    assert await corrections.settle(key, "dismissed", briefing_id, 2, now)
    assert not await corrections.reopen(key, briefing_id, failed)
    settled = await corrections.get(key)
    assert settled
    assert (settled.status, settled.member_id) == ("dismissed", 2)


# --- without a log channel


def close_direct_messages(patch: pytest.MonkeyPatch) -> None:
    """Have nobody reached by a direct message."""
    real = DiscordModerators.channel_id

    async def refuse(self: DiscordModerators, server_id: int, place: Place) -> int | None:
        if isinstance(place, int):
            raise Refused("refused")
        return await real(self, server_id, place)

    patch.setattr(DiscordModerators, "channel_id", refuse)


async def test_without_a_log_channel_the_author_is_told_of_a_correction_once(
    room: Newsroom, tmp_path: Path
) -> None:
    card = await posted_with_renewal(room)
    assert "There is no log channel" in said(card)
    correct(room.server.config, tmp_path, (RENEWED, ONCE_A_YEAR))
    await room.advance(minutes=2)
    room.server.bot.services.scheduler.refresh()
    await room.advance(minutes=2)
    sent = [
        str(request.json)
        for request in room.server.env.http_requests
        if request.method == "POST" and request.path.endswith("/messages")
    ]
    (told,) = [each for each in sent if "has been corrected" in each]
    assert "/briefing corrections" in told


async def test_a_correction_that_reached_nobody_waits_for_the_next_moderator(
    room: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    close_direct_messages(monkeypatch)
    await posted_with_renewal(room)
    correct(room.server.config, tmp_path, (RENEWED, ONCE_A_YEAR))
    await room.advance(minutes=5)
    asked = await room.second.slash(room.server.channel, "settings show")
    told = asked.followups[-1]
    assert said(told).startswith("### 1 correction is waiting")
    shown = await room.second.click(told, custom_id="c:waiting")
    assert said(private(shown)).startswith("### 1 correction is waiting")
    assert "The intelligence pact GSOMIA is renewed once a year." in said(shown.followups[-1])
    again = await room.second.slash(room.server.channel, "settings show")
    assert not again.followups
