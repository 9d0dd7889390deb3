"""`/settings reload`: whoever runs the bot has it answer from the base as its files are now."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.config import Config
from tests.conftest import ROOT, Server, texts
from tests.moderating import ModeratedServer, moderated
from tests.test_digest_composer import ONE, TODAY

BEFORE = "the day is not given."
AFTER = "no day is given."


@pytest.fixture
def own_config(config: Config, tmp_path: Path, bot_state_url: str) -> Config:
    """The settings of a bot whose base and state are the test's own."""
    facts, data = tmp_path / "facts", tmp_path / "data"
    shutil.copytree(ROOT / "facts", facts)
    shutil.copytree(config.data, data)
    return config.model_copy(update={"state": bot_state_url, "facts": facts, "data": data})


@pytest.fixture
def mod(server: Server) -> ModeratedServer:
    """The server with a moderator who has Manage Server and owns the bot."""
    mod = moderated(server)
    server.bot.owner_id = mod.moderator.id
    return mod


def write(mod: ModeratedServer, says: str) -> None:
    """Have the lead of GSOMIA end with another clause."""
    file = mod.server.config.facts / "topics" / "gsomia.yaml"
    text = file.read_text("utf-8")
    assert BEFORE in text
    file.write_text(text.replace(BEFORE, says), "utf-8")


async def shown(mod: ModeratedServer) -> str:
    """What the bot answers about GSOMIA."""
    server = mod.server
    answer = (await server.asker.slash(server.channel, "topic", name="gsomia")).response
    assert answer
    return "\n".join(texts(answer.components))


async def test_a_changed_base_answers_at_once(mod: ModeratedServer) -> None:
    assert await mod.ask("settings reload") == ["### Nothing changed: the same base stays in use."]
    assert BEFORE in await shown(mod)
    write(mod, AFTER)
    assert (await mod.ask("settings reload"))[0] == "### The new base is in use."
    assert AFTER in await shown(mod)


async def test_digests_from_the_base_before_are_forgotten(mod: ModeratedServer) -> None:
    compose = mod.server.bot.compose
    await compose(ONE, TODAY, is_late=False)
    kept: Mapping[object, object] = vars(compose)["_kept"]
    assert kept
    write(mod, AFTER)
    await mod.ask("settings reload")
    assert not kept, "they would keep that base in memory"


async def test_a_base_with_faults_is_refused_and_the_one_before_goes_on(
    mod: ModeratedServer,
) -> None:
    write(mod, "\nlead: twice")
    refused = await mod.ask("settings reload")
    assert refused[0] == "### The base has faults, so the previous one stays in use."
    assert any("gsomia.yaml" in line for line in refused[2:]), refused
    assert BEFORE in await shown(mod)


async def test_two_reloads_at_once_both_end_well(mod: ModeratedServer) -> None:
    write(mod, AFTER)
    bot = mod.server.bot
    assert sorted(await asyncio.gather(bot.reload_base(), bot.reload_base())) == [False, True]
    assert AFTER in await shown(mod)


async def test_whoever_does_not_run_the_bot_is_refused(mod: ModeratedServer) -> None:
    mod.server.bot.owner_id = mod.moderator.id + 1
    refused = await mod.ask("settings reload")
    assert refused[0] == "### Only the bot’s owner can reload the base."
