"""Discord does not answer: each way in which discord.py says so ends in one sentence."""

from __future__ import annotations

from types import SimpleNamespace

import discord
import pytest
from discord.http import HTTPClient

from bot.cli import preflight
from bot.config import Config
from bot.runtime.serve import UnreachableDiscord, log_in

WAYS = pytest.mark.parametrize("error", [TimeoutError(), discord.GatewayNotFound()], ids=repr)


@WAYS
async def test_a_start_says_that_discord_cannot_be_reached(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise error

    client = discord.Client(intents=discord.Intents.none())
    monkeypatch.setattr(client, "login", away)
    with pytest.raises(UnreachableDiscord, match=r"\w+"):
        await log_in(client, "a token")


@WAYS
async def test_a_check_says_so_too(
    error: Exception, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def logged_in(*_: object) -> object:
        return SimpleNamespace(interactions_endpoint_url=None, name="Factdesk", id=1)

    async def away(_: object) -> None:
        raise error

    monkeypatch.setattr(preflight, "log_in", logged_in)
    monkeypatch.setattr(HTTPClient, "get_bot_gateway", away)
    checks = preflight.checks(config, "a token")
    gateway = [await anext(checks) for _ in range(2)][1]
    await checks.aclose()
    assert not gateway.is_fine
    assert gateway.detail == f"Discord cannot be reached: {str(error) or 'it does not answer'}"
