"""What behaviour tests stand on: the real base, built once, and the bot in a simulated Discord."""

from __future__ import annotations

import gc
import ipaddress
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import discord
import pytest
import pytest_asyncio
from simcord import ChannelHandle, Env, MemberActor
from xdist.remote import Producer  # pyright: ignore[reportMissingTypeStubs]

from bot.answers.lifecycle import open_service
from bot.answers.service import AnswerService
from bot.config import Config
from bot.delivery.scheduler import SchedulerSettings
from bot.facts.load import Folders
from bot.runtime import base_watch
from bot.runtime.client import Factdesk
from bot.runtime.services import Wiring
from tests.databases import bot_state_url, new_state_url, postgres, state_url
from tests.forks import Forks
from tests.made_once import build_once, made_once, of_all_workers
from tests.sharing import SharedScheduling, order

__all__ = ["bot_state_url", "made_once", "new_state_url", "postgres", "state_url"]

ROOT = Path(__file__).parent.parent
SETTLES_WITHIN = 25.0  # seconds that a busy machine may take for an hour of simcord's time
_LOOKS_EVERY = timedelta(minutes=1)
"""How often the bot looks around in simcord, which waits for whoever wakes while it settles."""


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> SharedScheduling:
    """Have one worker run all tests that share something."""
    return SharedScheduling(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest tests."""
    items.sort(key=order)


def pytest_collection_finish() -> None:
    """Leave thousands of tests out of each collection of garbage: they live as long as we do."""
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def network() -> Iterator[None]:
    """No test reaches further than this machine; one that tries fails and names the address."""
    with pytest.MonkeyPatch.context() as patch:
        _guard(patch, socket.socket, "connect", _host_of_address)
        _guard(patch, socket.socket, "connect_ex", _host_of_address)
        _guard(patch, socket, "getaddrinfo", lambda args: args[0])
        yield


def _guard(
    patch: pytest.MonkeyPatch, owner: object, name: str, host: Callable[[tuple[Any, ...]], object]
) -> None:
    """Let `owner.name` through where the host among its arguments is this machine."""
    real = getattr(owner, name)

    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not _is_here(host(args)):
            pytest.fail(f"a test reached for the network: {name} of {host(args)}")
        return real(*args, **kwargs)

    patch.setattr(owner, name, guarded)


def _host_of_address(args: tuple[Any, ...]) -> object:
    """The host in a socket's address; None where that is the path of an AF_UNIX socket."""
    address = args[1]
    return cast("tuple[Any, ...]", address)[0] if isinstance(address, tuple) else None


def _is_here(host: object) -> bool:
    if isinstance(host, bytes):
        host = host.decode()
    if host in (None, "", "localhost"):
        return True
    try:
        address = ipaddress.ip_address(str(host))
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


@pytest.fixture(scope="session")
def forks() -> Iterator[Forks]:
    """Where tests get processes that need not import anything."""
    with Forks() as forks:
        yield forks


@pytest.fixture(scope="session")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """The settings of a bot over the real base, which is built already."""
    data = tmp_path_factory.mktemp("data")
    config = Config(facts=ROOT / "facts", seeds=ROOT / "seeds", data=data)
    folders = Folders(config.facts, config.seeds)
    build_once(folders, data, kept=of_all_workers(tmp_path_factory) / "built")
    return config


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def service(config: Config) -> AsyncIterator[AnswerService]:
    """The desk over the real base, without Discord."""
    service = await open_service(Folders(config.facts, config.seeds), config.data)
    yield service
    await service.store.close()


@dataclass
class Server:
    """A server with one channel and two members, in which the real bot answers."""

    env: Env
    config: Config
    channel: ChannelHandle
    asker: MemberActor
    reader: MemberActor
    errors: int = 0
    """How many errors the test has caused on purpose."""

    @property
    def bot(self) -> Factdesk:
        """The bot that runs at present."""
        assert isinstance(self.env.bot, Factdesk)
        return self.env.bot

    async def restart(self) -> None:
        """Stop the bot, and start another as a new process would."""
        old = self.bot
        try:
            await self.env.restart_bot(_bot(self.config))
        finally:
            await old.close()


@pytest.fixture
def own_config(config: Config, bot_state_url: str) -> Config:
    """The settings of a bot over the real base, with a state that is the test's own."""
    return config.model_copy(update={"state": bot_state_url})


def _bot(config: Config) -> Factdesk:
    """The real bot."""
    return Factdesk(config, wiring=Wiring(scheduler=SchedulerSettings(tick=_LOOKS_EVERY)))


@pytest.fixture
async def env(own_config: Config, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Env]:
    """A fresh simulated Discord with the real bot, which draws no picture that nobody asks for."""

    async def draw_nothing(_: AnswerService) -> None:
        pass

    monkeypatch.setattr(base_watch, "_POLL_EVERY", _LOOKS_EVERY.total_seconds())
    monkeypatch.setattr(AnswerService, "draw_ahead", draw_nothing)
    env = Env(_bot(own_config), settle_timeout=SETTLES_WITHIN)
    try:
        await env.start()
        yield env
    finally:
        await env.shutdown()
        # simcord leaves the bot open, and the base's thread would keep the process alive.
        await env.bot.close()


@pytest.fixture
def server(env: Env, own_config: Config) -> Iterator[Server]:
    """A fresh server with the real bot in it, which meets no errors but those that are meant."""
    guild = env.create_guild(owner=env.create_user("owner"))
    channel = guild.create_text_channel("ask-the-desk")
    asker, reader = (guild.add_member(env.create_user(name)) for name in ("asker", "reader"))
    server = Server(env, own_config, channel, asker, reader)
    yield server
    if len(env.errors) != server.errors:
        env.raise_errors()
        pytest.fail(f"{server.errors} errors were meant to be met, and none was")


def parts(components: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Every component of a message, the nested ones too."""
    for component in components:
        yield component
        yield from parts(component.get("components", []))


def texts(components: list[dict[str, Any]]) -> list[str]:
    """The text displays of a message, in order."""
    kind = discord.ComponentType.text_display.value
    return [part["content"] for part in parts(components) if part["type"] == kind]


def pictures(components: list[dict[str, Any]]) -> list[str]:
    """The alt texts of the pictures of a message, in order."""
    kind = discord.ComponentType.media_gallery.value
    galleries = [part for part in parts(components) if part["type"] == kind]
    return [item["description"] for each in galleries for item in each["items"]]


def buttons(components: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The buttons of a message, in order."""
    kind = discord.ComponentType.button.value
    return [part for part in parts(components) if part["type"] == kind]
