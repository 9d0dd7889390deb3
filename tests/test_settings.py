"""`/settings` as moderators meet it: what is stored, the language, the role, delete."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.state import tables
from tests.conftest import Server, texts
from tests.moderating import ModeratedServer, ids, lines, moderated, posted, private
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
def mod(server: Server) -> ModeratedServer:
    """The server with somebody who has Manage Server."""
    return moderated(server)


async def test_everything_that_is_stored_is_shown(mod: ModeratedServer) -> None:
    assert (await mod.ask("settings show"))[1:8] == [
        "**Language**: As set in Discord for the server",
        "**Moderators’ role**: none",
        "**Approval of briefings**: Not needed",
        "**Log channel**: none",
        "**Channel of new briefings**: none",
        "**Time zone of briefings**: none",
        "**Daily digest**: none",
    ]
    guild = mod.server.channel.guild
    assert guild
    role = guild.create_role("editors")
    await mod.ask("settings language", language="ja")
    await mod.ask("settings role", role=role)
    await mod.ask("digest set", channel=mod.server.channel, **SOON)
    await mod.server.restart()
    said = await mod.ask("settings show")
    assert said[1:3] == [
        "**Language**: Japanese (日本語)",
        f"**Moderators’ role**: <@&{role.id}>",
    ]
    assert f"in <#{mod.server.channel.id}>, set up by <@{mod.moderator.id}>" in said[7]
    assert "90 days" in said[8]


async def test_the_chosen_language_is_that_of_public_replies_and_of_the_digest(
    mod: ModeratedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    speak(monkeypatch, reader="ja", guild="en-US")
    channel = mod.server.channel
    await mod.ask("digest set", channel=channel, **SOON)
    said = await mod.ask("settings language", language="ko")
    assert said[0] == "### 言語を設定しました。"
    public = (await mod.server.asker.slash(channel, "timeline")).response
    assert public
    assert texts(public.components)[0].startswith("## 연표")
    hidden = (await mod.server.asker.slash(channel, "timeline", private=True)).response
    assert hidden
    assert texts(hidden.components)[0].startswith("## 年表")
    await mod.advance(minutes=7)
    assert any("-# 일일 다이제스트" in texts(post)[0] for post in posted(channel))
    await mod.ask("settings language", language="discord")
    back = (await mod.server.asker.slash(channel, "timeline")).response
    assert back
    assert texts(back.components)[0].startswith("## Timeline")


async def test_the_role_is_chosen_and_dropped_and_discords_own_part_is_told(
    mod: ModeratedServer,
) -> None:
    guild = mod.server.channel.guild
    assert guild
    role = guild.create_role("editors")
    said = await mod.ask("settings role", role=role)
    assert said[1].startswith(f"<@&{role.id}> may now use /digest, /briefing, /settings")
    assert "Integrations" in said[2]
    dropped = await mod.ask("settings role")
    assert dropped[1].startswith("Only members with **Manage Server**")
    refused = await mod.ask("settings role", role=guild.default_role)
    assert refused[0] == "### @\u200beveryone cannot be the moderators’ role."


async def test_what_briefings_go_by_is_chosen_kept_and_dropped(
    mod: ModeratedServer,
) -> None:
    channel = mod.server.channel
    said = await mod.ask("settings approval", approval="on")
    assert said[1].startswith(
        "From now on, a briefing is posted only after a moderator other than its author"
    )
    said = await mod.ask("settings log", channel=channel)
    assert f"is now posted in <#{channel.id}>" in said[1]
    await mod.ask("settings defaults", timezone="seoul")
    said = await mod.ask("settings defaults", channel=channel)
    chosen = [
        f"**Channel of new briefings**: <#{channel.id}>",
        "**Time zone of briefings**: Seoul (Asia/Seoul)",
    ]
    assert said[1:] == chosen
    await mod.server.restart()
    shown = await mod.ask("settings show")
    assert shown[3:7] == [
        "**Approval of briefings**: By a second moderator",
        f"**Log channel**: <#{channel.id}>",
        *chosen,
    ]
    new = await mod.ask("briefing new", topic="gsomia")
    assert f"**Where**: <#{channel.id}> · notifies nobody" in new
    await mod.ask("settings log")
    await mod.ask("settings defaults")
    await mod.ask("settings approval", approval="off")
    assert [line.split(": ")[1] for line in (await mod.ask("settings show"))[3:7]] == [
        "Not needed",
        "none",
        "none",
        "none",
    ]


async def test_a_channel_where_the_bot_cannot_write_is_refused(
    mod: ModeratedServer,
) -> None:
    mod.deny(mod.server.channel, send_messages=True)
    for command in ("log", "defaults"):
        refused = await mod.ask(f"settings {command}", channel=mod.server.channel)
        assert refused[0] == "### The bot lacks permissions there.", command


async def test_a_typed_option_that_cannot_be_kept_is_refused_and_named(
    mod: ModeratedServer,
) -> None:
    for typed, named in (("Asia/Seoul\0", "contains U+0000"), ("\ud800", "contains U+D800")):
        assert named in (await mod.ask("settings defaults", timezone=typed))[0]


async def test_a_forum_is_no_log_channel(mod: ModeratedServer) -> None:
    _, forum = make(mod, "forum")
    refused = await mod.ask("settings log", channel=forum)
    assert refused[0] == "### The log channel cannot be a forum."


async def test_a_refusal_names_the_role_that_may(mod: ModeratedServer) -> None:
    guild = mod.server.channel.guild
    assert guild
    role = guild.create_role("editors")
    await mod.ask("settings role", role=role)
    await allow_all(mod)
    asked = await mod.server.asker.slash(mod.server.channel, "settings show")
    assert lines(private(asked))[1].endswith(f"or the role <@&{role.id}>.")


async def test_everything_is_deleted_once_a_button_confirms_it(
    mod: ModeratedServer,
) -> None:
    channel = mod.server.channel
    await mod.ask("settings language", language="ko")
    await mod.ask("digest set", channel=channel, **SOON)
    await mod.ask("digest now")
    question = await mod.run("settings delete")
    assert (await mod.ask("digest show"))[0] == "### The daily digest of this server"
    await mod.server.restart()
    # A public answer is written later on; by then it must not bring the server back.
    await mod.server.asker.slash(channel, "event", name="tokyo summit")
    said = await mod.press(question, "settings:delete")
    assert said[0] == "### Everything stored about this server is deleted."
    assert (await mod.ask("digest show"))[0] == "### No digest is set up here."
    shown = await mod.ask("settings show")
    assert shown[1] == "**Language**: As set in Discord for the server"
    state = mod.server.bot.state
    before = len(posted(channel))
    assert await state.posts.last_digest(mod.server.bot.guilds[0].id) is None
    await mod.advance(minutes=10)
    assert len(posted(channel)) == before, "what was posted stays, and nothing follows"
    async with state.database.transaction() as connection:
        kept = [(await connection.execute(select(t))).all() for t in (tables.server, tables.answer)]
    assert kept == [[], []]


async def test_the_bot_itself_refuses_whoever_may_not(mod: ModeratedServer) -> None:
    channel, asker = mod.server.channel, mod.server.asker
    await allow_all(mod)
    for name, options in SUBCOMMANDS.items():
        refused = lines(private(await asker.slash(channel, f"settings {name}", **options)))
        assert refused == REFUSED, name
    assert (await mod.ask("settings show"))[1] == "**Language**: As set in Discord for the server"


async def test_a_state_that_is_away_is_told_plainly(mod: ModeratedServer, tmp_path: Path) -> None:
    question = await mod.run("settings delete")
    await break_state(mod.server, tmp_path)
    with capture_logs() as logs:
        for name in SUBCOMMANDS.keys() - {"delete"}:
            assert await mod.ask(f"settings {name}", **SUBCOMMANDS[name]) == AWAY, name
        assert await mod.press(question, ids(question)[0]) == AWAY
    assert len([e for e in logs if "unavailable for a moderator" in e["event"]]) == len(SUBCOMMANDS)
