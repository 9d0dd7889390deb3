"""The bot's cache of servers: it says the same as discord.py's own, and keeps next to nothing."""

from __future__ import annotations

import gc
from collections.abc import AsyncGenerator, Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import discord
import pytest
from discord.state import AutoShardedConnectionState

from bot.runtime import server_cache
from bot.runtime.server_cache import ServerCachingClient
from tests.little_discord import payloads
from tests.little_discord.payloads import JSON
from tests.little_discord.servers import server

KEPT = discord.TextChannel | discord.ForumChannel


@dataclass(frozen=True)
class Clients:
    """A client with our cache and one with discord.py's, which hear the same of two servers."""

    ours: discord.AutoShardedClient
    whole: discord.AutoShardedClient
    sent: JSON
    """The first server, as it arrived."""

    def hear(self, name: str, body: JSON) -> None:
        """Have both hear an event."""
        for client in (self.ours, self.whole):
            state(client).parsers[name](deepcopy(body))

    @property
    def pair(self) -> Sequence[discord.Guild]:
        """The first server in our cache, and in discord.py's."""
        return [found(client, self.sent["id"]) for client in (self.ours, self.whole)]


def state(client: discord.AutoShardedClient) -> Any:
    """The cache of a client."""
    return client._connection  # pyright: ignore[reportPrivateUsage]


def found(client: discord.Client, server_id: str) -> discord.Guild:
    """A server that a client has."""
    guild = client.get_guild(int(server_id))
    assert guild
    return guild


@pytest.fixture
async def clients() -> AsyncGenerator[Clients]:
    """Both clients, in two servers."""
    both = [
        client(intents=discord.Intents(guilds=True), shard_count=1, shard_ids=[0])
        for client in (ServerCachingClient, discord.AutoShardedClient)
    ]
    made = Clients(both[0], both[1], server(1))
    for client in both:
        await client._async_setup_hook()  # pyright: ignore[reportPrivateUsage]
    announced = [int(server(number)["id"]) for number in (1, 2, 3)]  # the third does not come
    made.hear("READY", payloads.ready("session", "", (0, 1), announced))
    for number in (1, 2):
        made.hear("GUILD_CREATE", server(number))
    yield made
    for client in both:
        await client.close()


def said(guild: discord.Guild) -> dict[str, object]:
    """All that the bot asks of a server."""
    me = guild.me
    return {
        "server": (guild.name, guild.owner_id, guild.preferred_locale, guild.unavailable),
        "me": (me.id, me.joined_at, me.guild_permissions, me.roles),
        "everyone": guild.default_role,
        "places": (guild.system_channel, guild.public_updates_channel),
        "roles": {
            role.id: (role.name, role.permissions, role.position, role.mentionable)
            for role in guild.roles
        },
        "channels": {
            channel.id: (
                (channel.name, channel.type, channel.position, channel.permissions_for(me)),
                [
                    (role, channel.overwrites_for(role), channel.permissions_for(role))
                    for role in guild.roles
                ],
                channel.overwrites_for(me),
                _of_its_kind(channel),
            )
            for channel in guild.channels
            if isinstance(channel, KEPT) and channel.type is not discord.ChannelType.media
        },
    }


def _of_its_kind(channel: KEPT) -> object:
    if isinstance(channel, discord.TextChannel):
        return channel.is_news()
    return (
        channel.flags.require_tag,
        channel.default_auto_archive_duration,  # of a thread that is made without another
        [(tag.id, tag.name, tag.moderated) for tag in channel.available_tags],
    )


# ---- The same as discord.py's own ------------------------------------------------------------


def test_a_server_is_the_same(clients: Clients) -> None:
    ours, whole = (said(guild) for guild in clients.pair)
    assert ours == whole
    assert len(clients.pair[0].channels) == 28
    assert len(clients.pair[0].roles) == 25


def _channel(sent: JSON, kind: int = 0) -> JSON:
    """A channel of a server, as an event has it."""
    channel = next(each for each in sent["channels"] if each["type"] == kind)
    return {**channel, "guild_id": sent["id"]}


def _role(sent: JSON, place: int = 1, **changed: object) -> JSON:
    """An event about one of the bot's roles."""
    return {"guild_id": sent["id"], "role": sent["roles"][place] | changed}


def _me(sent: JSON, roles: Sequence[str]) -> JSON:
    return payloads.member(payloads.bot_user()) | {"guild_id": sent["id"], "roles": roles}


EVENTS: dict[str, tuple[str, Callable[[JSON], JSON]]] = {
    "a server is renamed": (
        "GUILD_UPDATE",
        lambda sent: {
            **{key: sent[key] for key in sent if key not in ("channels", "members", "threads")},
            "name": "Renamed",
            "preferred_locale": "ko",
            "roles": sent["roles"][:5],
        },
    ),
    "a server is away": ("GUILD_DELETE", lambda sent: {"id": sent["id"], "unavailable": True}),
    "a channel is made": ("CHANNEL_CREATE", lambda sent: _channel(sent) | {"id": "77"}),
    "a channel is hidden": (
        "CHANNEL_UPDATE",
        lambda sent: (
            _channel(sent)
            | {
                "permission_overwrites": [
                    {"id": sent["id"], "type": 0, "allow": "0", "deny": "1024"},
                    {"id": payloads.APPLICATION_ID, "type": 1, "allow": "2048", "deny": "0"},
                ]
            }
        ),
    ),
    "a channel is for announcements": ("CHANNEL_UPDATE", lambda sent: _channel(sent) | {"type": 5}),
    "a forum has other tags": (
        "CHANNEL_UPDATE",
        lambda sent: (
            _channel(sent, 15)
            | {"flags": 16, "available_tags": _channel(sent, 15)["available_tags"][:1]}
        ),
    ),
    "a channel is deleted": ("CHANNEL_DELETE", _channel),
    "a category is deleted": ("CHANNEL_DELETE", lambda sent: _channel(sent, 4)),
    "a role is made": ("GUILD_ROLE_CREATE", lambda sent: _role(sent, id="78")),
    "a role may do everything": ("GUILD_ROLE_UPDATE", lambda sent: _role(sent, permissions="8")),
    "a role is deleted": (
        "GUILD_ROLE_DELETE",
        lambda sent: {"guild_id": sent["id"], "role_id": sent["roles"][1]["id"]},
    ),
    "the bot has other roles": (
        "GUILD_MEMBER_UPDATE",
        lambda sent: _me(sent, [sent["roles"][5]["id"]]),
    ),
}


@pytest.mark.parametrize("event", EVENTS)
def test_an_event_changes_the_same(clients: Clients, event: str) -> None:
    name, body = EVENTS[event]
    before = said(clients.pair[0])
    clients.hear(name, body(clients.sent))
    ours, whole = (said(guild) for guild in clients.pair)
    assert ours == whole
    assert (ours != before) == ("category" not in event)


def test_a_server_comes_back_as_it_is_now(clients: Clients) -> None:
    clients.hear("GUILD_DELETE", {"id": clients.sent["id"], "unavailable": True})
    gone = _channel(clients.sent)
    left = [each for each in clients.sent["channels"] if each["id"] != gone["id"]]
    clients.hear("GUILD_CREATE", clients.sent | {"channels": left})
    ours, _ = clients.pair
    assert not ours.unavailable
    assert ours.get_channel(int(gone["id"])) is None
    assert len(ours.channels) == 27


def test_a_removal_removes_it(clients: Clients) -> None:
    clients.hear("GUILD_DELETE", {"id": clients.sent["id"]})
    assert clients.ours.get_guild(int(clients.sent["id"])) is None


def test_a_channel_is_found_in_its_server_alone(clients: Clients) -> None:
    first, other = _channel(clients.sent), _channel(server(2))
    for channel in (first, other):
        kept = clients.ours.get_channel(int(channel["id"]))
        assert isinstance(kept, discord.TextChannel)
        assert str(kept.guild.id) == channel["guild_id"]
    assert clients.pair[0].get_channel(int(other["id"])) is None
    assert clients.ours.get_channel(79) is None


@pytest.mark.parametrize("server_id", [server(3)["id"], "80"])
def test_events_of_a_server_that_is_not_here_change_no_other(
    clients: Clients, server_id: str
) -> None:
    present = clients.ours.guilds[:2]
    before = [said(guild) for guild in present]
    for name, body in EVENTS.values():
        clients.hear(name, body(clients.sent | {"id": server_id}))
    assert [said(guild) for guild in present] == before


# ---- What is not kept ------------------------------------------------------------------------


def test_threads_are_not_kept(clients: Clients) -> None:
    thread = clients.sent["threads"][0] | {"guild_id": clients.sent["id"]}
    listed = {"guild_id": clients.sent["id"], "threads": [thread], "members": []}
    for name in ("THREAD_CREATE", "THREAD_UPDATE", "THREAD_DELETE"):
        clients.hear(name, thread)
    clients.hear("THREAD_LIST_SYNC", listed)
    ours, whole = clients.pair
    assert (len(ours.threads), len(whole.threads)) == (0, 1)


@pytest.mark.parametrize("kind", [0, 2, 11])
def test_a_command_comes_from_any_channel(clients: Clients, kind: int) -> None:
    """Discord promises no more of the channel than its id, its type and its name."""
    sent = payloads.interaction(2, {}, "ko", clients.sent["id"], "81")
    sent["channel"] = {"id": "81", "type": kind, "name": "anywhere"}
    interaction: Any = discord.Interaction(data=sent, state=state(clients.ours))  # type: ignore[arg-type]
    assert interaction.guild is clients.pair[0]
    assert interaction.channel_id == 81


def test_no_objects_are_kept(clients: Clients) -> None:
    for number in range(4, 6):
        state(clients.ours).parse_guild_create(server(number))
    assert said(found(clients.ours, server(4)["id"]))
    gc.collect()
    kinds = discord.Role | discord.abc.GuildChannel | discord.Thread | discord.Emoji
    kept = [
        each
        for each in gc.get_objects()
        if isinstance(each, kinds) and each.guild and each.guild._state is state(clients.ours)  # pyright: ignore[reportPrivateUsage]
    ]
    assert kept == []


# ---- What it relies on -----------------------------------------------------------------------


def test_what_it_overrides_is_there() -> None:
    """Were a name changed in discord.py, nothing would call ours."""
    pairs = (
        (server_cache._Cache, AutoShardedConnectionState),  # pyright: ignore[reportPrivateUsage]
        (server_cache._Server, discord.Guild),  # pyright: ignore[reportPrivateUsage]
        (ServerCachingClient, discord.AutoShardedClient),
    )
    own = {"make", "put_channel", "put_role", "_put_channel", "_put_role", "_server"}
    for ours, base in pairs:
        named = {name for name in vars(ours) if not name.startswith("__")}
        assert {name for name in named if not hasattr(base, name)} <= own
    assert {"_channels", "_roles"} <= set(discord.Guild.__slots__)
