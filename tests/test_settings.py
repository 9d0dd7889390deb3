"""`/settings` as moderators meet it: what is stored, the language, the role, delete."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.state import tables
from tests.conftest import Server, texts
from tests.moderating import Desk, ids, lines, moderated, posted, private
from tests.test_commands import speak
from tests.test_digest_commands import AWAY, REFUSED, SOON, allow_all, break_state, make

SUBCOMMANDS: dict[str, dict[str, Any]] = {
    "show": {},
    "language": {"language": "ko"},
    "role": {},
    "approval": {"approval": "on"},
    "log": {},
    "defaults": {},
    "delete": {},
}


@pytest.fixture
def desk(server: Server) -> Desk:
    """The server with somebody who has Manage Server."""
    return moderated(server)


async def test_everything_that_is_stored_is_shown(desk: Desk) -> None:
    assert (await desk.ask("settings show"))[1:8] == [
        "**Language**: As set in Discord for the server",
        "**Moderators’ role**: none",
        "**Approval of briefings**: Not needed",
        "**Log channel**: none",
        "**Channel of new briefings**: none",
        "**Time zone of briefings**: none",
        "**Daily digest**: none",
    ]
    guild = desk.server.channel.guild
    assert guild
    role = guild.create_role("editors")
    await desk.ask("settings language", language="ja")
    await desk.ask("settings role", role=role)
    await desk.ask("digest set", channel=desk.server.channel, **SOON)
    await desk.server.restart()
    said = await desk.ask("settings show")
    assert said[1:3] == [
        "**Language**: Japanese (日本語)",
        f"**Moderators’ role**: <@&{role.id}>",
    ]
    assert f"in <#{desk.server.channel.id}>, set up by <@{desk.moderator.id}>" in said[7]
    assert "90 days" in said[8]


async def test_the_chosen_language_is_that_of_public_replies_and_of_the_digest(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    speak(monkeypatch, reader="ja", guild="en-US")
    channel = desk.server.channel
    await desk.ask("digest set", channel=channel, **SOON)
    said = await desk.ask("settings language", language="ko")
    assert said[0] == "### 言語を設定しました。"
    public = (await desk.server.asker.slash(channel, "timeline")).response
    assert public
    assert texts(public.components)[0].startswith("## 연표")
    hidden = (await desk.server.asker.slash(channel, "timeline", private=True)).response
    assert hidden
    assert texts(hidden.components)[0].startswith("## 年表")
    await desk.advance(minutes=7)
    assert any(texts(post)[0].startswith("## 일일 다이제스트") for post in posted(channel))
    await desk.ask("settings language", language="discord")
    back = (await desk.server.asker.slash(channel, "timeline")).response
    assert back
    assert texts(back.components)[0].startswith("## Timeline")


async def test_the_role_is_chosen_and_dropped_and_discords_own_part_is_told(desk: Desk) -> None:
    guild = desk.server.channel.guild
    assert guild
    role = guild.create_role("editors")
    said = await desk.ask("settings role", role=role)
    assert said[1].startswith(f"<@&{role.id}> may use /digest, /briefing, /settings")
    assert "Integrations" in said[2]
    dropped = await desk.ask("settings role")
    assert dropped[1].startswith("Only members with **Manage Server**")
    refused = await desk.ask("settings role", role=guild.default_role)
    assert refused[0] == "### Everyone cannot be moderators."


async def test_what_briefings_go_by_is_chosen_kept_and_dropped(desk: Desk) -> None:
    channel = desk.server.channel
    said = await desk.ask("settings approval", approval="on")
    assert said[1].startswith("From now on, a briefing is posted only once another moderator")
    said = await desk.ask("settings log", channel=channel)
    assert f"posted in <#{channel.id}> from now on" in said[1]
    await desk.ask("settings defaults", timezone="seoul")
    said = await desk.ask("settings defaults", channel=channel)
    chosen = [
        f"**Channel of new briefings**: <#{channel.id}>",
        "**Time zone of briefings**: Seoul (Asia/Seoul)",
    ]
    assert said[1:] == chosen
    await desk.server.restart()
    shown = await desk.ask("settings show")
    assert shown[3:7] == [
        "**Approval of briefings**: By a second moderator",
        f"**Log channel**: <#{channel.id}>",
        *chosen,
    ]
    new = await desk.ask("briefing new", topic="gsomia")
    assert f"**Where**: <#{channel.id}> · notifies nobody" in new
    await desk.ask("settings log")
    await desk.ask("settings defaults")
    await desk.ask("settings approval", approval="off")
    assert [line.split(": ")[1] for line in (await desk.ask("settings show"))[3:7]] == [
        "Not needed",
        "none",
        "none",
        "none",
    ]


async def test_a_channel_where_the_bot_cannot_write_is_refused(desk: Desk) -> None:
    desk.deny(desk.server.channel, send_messages=True)
    for command in ("log", "defaults"):
        refused = await desk.ask(f"settings {command}", channel=desk.server.channel)
        assert refused[0] == "### The bot lacks permissions there.", command


async def test_a_forum_is_no_log_channel(desk: Desk) -> None:
    _, forum = make(desk, "forum")
    refused = await desk.ask("settings log", channel=forum)
    assert refused[0] == "### The log channel cannot be a forum."


async def test_a_refusal_names_the_role_that_may(desk: Desk) -> None:
    guild = desk.server.channel.guild
    assert guild
    role = guild.create_role("editors")
    await desk.ask("settings role", role=role)
    await allow_all(desk)
    asked = await desk.server.asker.slash(desk.server.channel, "settings show")
    assert lines(private(asked))[1].endswith(f"or the role <@&{role.id}>.")


async def test_everything_is_deleted_once_a_button_confirms_it(desk: Desk) -> None:
    channel = desk.server.channel
    await desk.ask("settings language", language="ko")
    await desk.ask("digest set", channel=channel, **SOON)
    await desk.ask("digest now")
    question = await desk.run("settings delete")
    assert (await desk.ask("digest show"))[0] == "### The daily digest of this server"
    await desk.server.restart()
    # A public answer is written later on; by then it must not bring the server back.
    await desk.server.asker.slash(channel, "event", name="tokyo summit")
    said = await desk.press(question, "settings:delete")
    assert said[0] == "### Everything about this server is deleted."
    assert (await desk.ask("digest show"))[0] == "### No digest is set up here."
    shown = await desk.ask("settings show")
    assert shown[1] == "**Language**: As set in Discord for the server"
    state = desk.server.bot.state
    before = len(posted(channel))
    assert await state.posts.last(desk.server.bot.guilds[0].id) is None
    await desk.advance(minutes=10)
    assert len(posted(channel)) == before, "what was posted stays, and nothing follows"
    async with state.database.transaction() as connection:
        kept = [(await connection.execute(select(t))).all() for t in (tables.server, tables.answer)]
    assert kept == [[], []]


async def test_the_bot_itself_refuses_whoever_may_not(desk: Desk) -> None:
    channel, asker = desk.server.channel, desk.server.asker
    await allow_all(desk)
    for name, options in SUBCOMMANDS.items():
        refused = lines(private(await asker.slash(channel, f"settings {name}", **options)))
        assert refused == REFUSED, name
    assert (await desk.ask("settings show"))[1] == "**Language**: As set in Discord for the server"


async def test_a_state_that_is_away_is_told_plainly(desk: Desk, tmp_path: Path) -> None:
    question = await desk.run("settings delete")
    await break_state(desk.server, tmp_path)
    with capture_logs() as logs:
        for name in SUBCOMMANDS.keys() - {"delete"}:
            assert await desk.ask(f"settings {name}", **SUBCOMMANDS[name]) == AWAY, name
        assert await desk.press(question, ids(question)[0]) == AWAY
    assert len([e for e in logs if "a moderator was told" in e["event"]]) == len(SUBCOMMANDS)
