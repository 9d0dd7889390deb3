"""What is kept of the bot's servers: the roles, and the channels that posts can go to, packed.

discord.py keeps objects of all that a server has. Here one is made at each look-up, and the rest is
fetched from Discord when it is needed. Why: docs/decisions/0009. Everything that relies on private
names of discord.py for that is in this module.
"""

from __future__ import annotations

import json
import zlib
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import discord
from discord.state import AutoShardedConnectionState

if TYPE_CHECKING:
    from discord.types import gateway
    from discord.types.guild import Guild as GuildPayload

Payload = Mapping[str, object]
Maker = Callable[..., object]
"""A class of discord.py, which makes an object of a payload."""

_SERVER_KEYS = (
    "id",
    "name",
    "owner_id",
    "preferred_locale",
    "unavailable",
    "system_channel_id",
    "public_updates_channel_id",
    "members",  # without the privileged intent, the bot itself
    # discord.py makes a value of its own for each server that lacks one of these.
    "verification_level",
    "default_message_notifications",
)


class _Kind(NamedTuple):
    """Objects of one kind: discord.py's classes by Discord's type, and the keys that are kept.

    Objects of other types are not kept.
    """

    classes: Mapping[int | None, Maker]
    keys: tuple[str, ...]


_ROLE = _Kind({None: discord.Role}, ("name", "permissions", "position", "mentionable"))
_CHANNEL = _Kind(
    {0: discord.TextChannel, 5: discord.TextChannel, 15: discord.ForumChannel},
    (
        *("type", "name", "position", "flags", "permission_overwrites"),
        *("available_tags", "default_auto_archive_duration"),  # of a forum
    ),
)


class _Packed(MutableMapping[int, object]):
    """A server's objects of one kind by id: their payloads as one compressed text, a line each.

    An object is made at each look-up, so changing it changes nothing here: payloads are `put`.
    """

    __slots__ = ("_ids", "_kind", "_server", "_text")

    def __init__(self, server: _Server, kind: _Kind, payloads: Iterable[Payload]) -> None:
        self._server = server
        self._kind = kind
        self._write(self._lines(payloads))

    def put(self, payload: Payload) -> None:
        """Keep a payload, in place of an earlier one with its id."""
        self._write(self._read() | self._lines([payload]))

    def __getitem__(self, key: int) -> object:
        if key not in self:
            raise KeyError(key)
        payload = {"id": key, **json.loads(self._read()[key])}
        return self._server.make(self._kind.classes[payload.get("type")], payload)

    def __setitem__(self, key: int, value: object) -> None:
        """Do nothing: discord.py stores an object here whose payload was `put` already."""

    def __delitem__(self, key: int) -> None:
        lines = self._read()
        del lines[key]
        self._write(lines)

    def __contains__(self, key: object) -> bool:
        return key in self._keys()

    def __iter__(self) -> Iterator[int]:
        return iter(self._keys())

    def __len__(self) -> int:
        return len(self._keys())

    def _keys(self) -> memoryview[int]:
        return memoryview(self._ids).cast("Q")

    def _lines(self, payloads: Iterable[Payload]) -> dict[int, bytes]:
        return {
            int(str(payload["id"])): json.dumps(
                {key: payload[key] for key in self._kind.keys if key in payload},
                separators=(",", ":"),
            ).encode()
            for payload in payloads
            if payload.get("type") in self._kind.classes
        }

    def _read(self) -> dict[int, bytes]:
        lines = zlib.decompress(self._text).split(b"\n")
        return dict(zip(self._keys(), lines, strict=False))  # a text without lines has an empty one

    def _write(self, lines: dict[int, bytes]) -> None:
        self._ids = array("Q", list(lines)).tobytes()
        self._text = zlib.compress(b"\n".join(lines.values()), 9)


class _Server(discord.Guild):
    """A server with what the bot needs of it."""

    __slots__ = ()
    # Any: discord.py declares dictionaries of objects.
    _channels: Any
    _roles: Any

    def _from_data(self, guild: GuildPayload) -> None:
        kept = {key: value for key, value in guild.items() if key in _SERVER_KEYS}
        super()._from_data(cast("GuildPayload", kept))
        self._roles = _Packed(self, _ROLE, guild.get("roles", ()))
        if "channels" in guild or not self._channels:  # an update of a server brings none
            self._channels = _Packed(self, _CHANNEL, guild.get("channels", ()))

    def _resolve_channel(self, id: int | None, /) -> Any:
        """Where a command or a message comes from: only its id is used, so nothing is unpacked.

        Any: discord.py declares channels alone, though it gives a PartialMessageable itself.
        """
        return id and discord.PartialMessageable(self._state, id, self.id)

    def make(self, kind: Maker, payload: Payload) -> object:
        """A channel or a role of the server from its payload."""
        return kind(guild=self, state=self._state, data=payload)

    def put_channel(self, payload: Payload) -> None:
        """Keep a channel as it is now."""
        self._channels.put(payload)

    def put_role(self, payload: Payload) -> None:
        """Keep a role as it is now."""
        self._roles.put(payload)


class _Cache(AutoShardedConnectionState[discord.AutoShardedClient]):
    """discord.py's cache with servers of our own. What it overrides are handlers of events."""

    def _add_guild_from_data(self, data: GuildPayload) -> discord.Guild:
        server = _Server(data=data, state=self)
        self._add_guild(server)
        return server

    def get_channel(self, id: int | None) -> Any:  # Any: the values of `_channels` are
        """A cached channel of any server; the placeholders of `_resolve_channel` are ignored."""
        found = (server.get_channel(id) for server in self.guilds) if id else ()
        return self._get_private_channel(id) or next(filter(None, found), None)

    def parse_channel_create(self, data: gateway.ChannelCreateEvent) -> None:
        super().parse_channel_create(data)
        self._put_channel(data)

    def parse_channel_update(self, data: gateway.ChannelUpdateEvent) -> None:
        super().parse_channel_update(data)
        self._put_channel(data)

    def _put_channel(self, data: Payload) -> None:
        if server := self._server(data):
            server.put_channel(data)

    def parse_guild_role_create(self, data: gateway.GuildRoleCreateEvent) -> None:
        super().parse_guild_role_create(data)
        self._put_role(data)

    def parse_guild_role_update(self, data: gateway.GuildRoleUpdateEvent) -> None:
        super().parse_guild_role_update(data)
        self._put_role(data)

    def _put_role(self, data: gateway.GuildRoleCreateEvent | gateway.GuildRoleUpdateEvent) -> None:
        if server := self._server(data):
            server.put_role(data["role"])

    def parse_thread_create(self, data: object) -> None:
        """Nothing: threads are not kept."""

    parse_thread_update = parse_thread_list_sync = parse_thread_create

    def _server(self, data: Payload) -> _Server | None:
        """The server of an event, unless it is not here yet."""
        server = self._get_guild(int(str(data.get("guild_id", 0))))
        return server if isinstance(server, _Server) else None


class ServerCachingClient(discord.AutoShardedClient):
    """A client with this cache."""

    def _get_state(self, **options: Any) -> _Cache:  # Any: they are discord.py's own
        return _Cache(
            dispatch=self.dispatch,
            handlers=self._handlers,
            hooks=self._hooks,
            http=self.http,
            **options,
        )
