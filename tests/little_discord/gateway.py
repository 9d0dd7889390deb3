"""The gateway: HELLO, heartbeats, IDENTIFY, RESUME, and the events of each shard."""

import asyncio
import json
import zlib
from asyncio import Transport
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import islice
from time import monotonic
from typing import TypeVar

from aiohttp import WSMsgType, web

from bot.shards import Shards
from tests.little_discord import payloads
from tests.little_discord.journal import Journal
from tests.little_discord.payloads import JSON

Seen = TypeVar("Seen")


class Op(IntEnum):
    """The gateway's opcodes that are used here."""

    DISPATCH = 0
    HEARTBEAT = 1
    IDENTIFY = 2
    RESUME = 6
    RECONNECT = 7
    INVALID_SESSION = 9
    HELLO = 10
    HEARTBEAT_ACK = 11


@dataclass
class Session:
    """What outlives a connection: the events sent, so that a RESUME can bring the missed ones."""

    session_id: str
    intents: int
    shard: Shards
    events: list[JSON] = field(default_factory=list[JSON])


class Line:
    """One websocket of a bot."""

    def __init__(
        self, socket: web.WebSocketResponse, transport: Transport | None, compress: str
    ) -> None:
        self.socket = socket
        self.session: Session | None = None
        self.closing: asyncio.Future[bool] | None = None
        self._transport = transport
        self._frame = _FRAMES[compress]() if compress else None

    async def send(self, packet: JSON) -> bool:
        """Send `packet` the way this connection asked for; return whether the bot was there."""
        text = json.dumps(packet)
        try:
            if self._frame:
                await self.socket.send_bytes(self._frame(text.encode()))
            else:
                await self.socket.send_str(text)
        except ConnectionError:
            return False
        return True

    def abort(self) -> None:
        """Cut the connection with no goodbye, as a lost network does."""
        if self._transport is not None:
            self._transport.abort()


class Gateway:
    """The websocket endpoint, what bots said to it, and the ways for a test to disturb it."""

    def __init__(self, token: str, journal: Journal) -> None:
        self.identifies: list[JSON] = []
        self.resumes: list[JSON] = []
        self.close_codes: list[int] = []
        """How each ended connection ended: the bot's code, 1006 where it just went away."""
        self.away = False
        """While true, whoever connects is refused with 503."""
        self.refusals: list[str] = []
        self.url = ""
        self.servers: dict[int, JSON] = {int(payloads.GUILD_ID): payloads.guild()}
        """The servers that the bot is in, by id."""
        self.unavailable: set[int] = set()
        """Those of them that are unavailable for now."""
        self.max_concurrency = 1
        self.every = 0.0
        """The seconds between two IDENTIFY of one bucket; a faster one is refused."""
        self.too_fast = 0
        self.remaining = 999
        """How many sessions may still begin today."""
        self.doubles: list[str] = []
        """Shards that had two holders at a time."""
        self._token = token
        self._journal = journal
        self._sessions: dict[str, Session] = {}
        self._lines: list[Line] = []
        self._identified_at: dict[int, float] = {}

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Hold one websocket until it ends."""
        if self.away:
            self.refusals.append(request.remote or "somebody")
            self._journal.note("gateway: refused, as it is away")
            raise web.HTTPServiceUnavailable
        compress = request.query.get("compress", "")
        if compress and compress not in _FRAMES:
            self._journal.note(f"gateway: refused compress={compress}")
            raise web.HTTPBadRequest(text=f"no such compression: {compress}")
        socket = web.WebSocketResponse(max_msg_size=4096)
        await socket.prepare(request)
        line = Line(socket, request.transport, compress)
        self._journal.note(f"gateway: connected, compress={compress or 'none'}")
        await line.send({"op": Op.HELLO, "d": {"heartbeat_interval": 41250}})
        async for frame in socket:
            if frame.type is WSMsgType.TEXT:
                await self._hear(line, json.loads(frame.data))
        if line.closing:  # else aiohttp would close it with another code
            await line.closing
        if line in self._lines:
            self._lines.remove(line)
        self.close_codes.append(socket.close_code or 1006)
        self._journal.note(f"gateway: closed, {self.close_codes[-1]}")
        return socket

    async def _hear(self, line: Line, packet: JSON) -> None:
        body = packet["d"]
        match packet["op"]:
            case Op.HEARTBEAT:
                await line.send({"op": Op.HEARTBEAT_ACK})
            case Op.IDENTIFY | Op.RESUME if body["token"] != self._token:
                self._journal.note("gateway: a wrong token")
                await line.socket.close(code=4004, message=b"Authentication failed.")
            case Op.IDENTIFY:
                await self._identify(line, body)
            case Op.RESUME:
                await self._resume(line, body)
            case op:
                self._journal.note(f"gateway: ignored op {op}")

    async def _identify(self, line: Line, body: JSON) -> None:
        self.identifies.append(body)
        shard_id, count = body.get("shard", (0, 1))
        if await self._is_too_fast(shard_id % self.max_concurrency, line):
            return
        self.remaining -= 1
        session = Session(
            f"session-{payloads.new_id()}", body["intents"], Shards(shard_id, shard_id, count)
        )
        self._sessions[session.session_id] = session
        self._hold(line, session)
        self._journal.note(f"gateway: IDENTIFY of {session.shard}, intents={session.intents}")
        servers = [each for each in self.servers if (each >> 22) % count == shard_id]
        ready = payloads.ready(session.session_id, self.url, (shard_id, count), servers)
        await self._send(session, "READY", ready)
        for server_id in servers:
            if session.intents & 1 and server_id not in self.unavailable:
                await self._send(session, "GUILD_CREATE", self.servers[server_id])

    async def _is_too_fast(self, bucket: int, line: Line) -> bool:
        last, now = self._identified_at.get(bucket, -self.every), monotonic()
        if now - last < self.every:
            self.too_fast += 1
            self._journal.note(f"gateway: IDENTIFY after {now - last:.2f} s")
            await line.send({"op": Op.INVALID_SESSION, "d": False})
            return True
        self._identified_at[bucket] = now
        return False

    def _hold(self, line: Line, session: Session) -> None:
        line.session = session
        self.doubles += [
            f"{session.shard} and {other.session.shard}"
            for other in self._lines
            if other.session and other.session.shard.overlap(session.shard)
        ]
        self._lines.append(line)

    async def _resume(self, line: Line, body: JSON) -> None:
        self.resumes.append(body)
        session = self._sessions.get(body["session_id"])
        if session is None:
            self._journal.note("gateway: RESUME of an unknown session")
            await line.send({"op": Op.INVALID_SESSION, "d": False})
            return
        self._hold(line, session)
        missed = list(islice(session.events, body["seq"], None))
        self._journal.note(f"gateway: RESUME of {session.shard}, {len(missed)} missed")
        for event in missed:
            await line.send(event)
        await self._send(session, "RESUMED", {})

    async def dispatch(self, name: str, body: JSON) -> None:
        """Send an event to whoever has its server's shard; a RESUME will bring what is missed."""
        server_id = int(body.get("guild_id") or (body["id"] if name.startswith("GUILD") else 0))
        fitting = [each for each in self._sessions.values() if _has(each.shard, server_id)]
        if not fitting:
            raise LookupError(f"no bot has identified, so none can be sent {name}")
        live = [line.session for line in self._lines if line.session in fitting]
        for session in live or fitting[-1:]:
            if session:
                await self._send(session, name, body)

    async def _send(self, session: Session, name: str, body: JSON) -> None:
        event = {"op": Op.DISPATCH, "t": name, "s": len(session.events) + 1, "d": body}
        session.events.append(event)
        line = next((each for each in self._lines if each.session is session), None)
        arrived = line is not None and await line.send(event)
        self._journal.note(f"gateway: {name}{'' if arrived else ' (kept: nobody is connected)'}")

    async def remove(self, server_id: int) -> None:
        """Have the bot removed from a server."""
        del self.servers[server_id]
        await self.dispatch("GUILD_DELETE", {"id": str(server_id)})

    async def lose(self, *server_ids: int) -> None:
        """Let servers be unavailable for now."""
        for server_id in server_ids:
            self.unavailable.add(server_id)
            await self.dispatch("GUILD_DELETE", {"id": str(server_id), "unavailable": True})

    async def find(self, *server_ids: int) -> None:
        """Let servers be available again."""
        for server_id in server_ids:
            self.unavailable.discard(server_id)
            await self.dispatch("GUILD_CREATE", self.servers[server_id])

    @property
    def held(self) -> set[str]:
        """The shards that somebody is connected with."""
        return {str(line.session.shard) for line in self._lines if line.session}

    async def holds(self, *shards: str, seconds: float = 30) -> None:
        """Wait until exactly these shards are connected."""
        wanted = {str(Shards.read(each)) for each in shards}
        await self._journal.until(
            f"shards {sorted(wanted)}", lambda: True if self.held == wanted else None, seconds
        )

    async def identified(self, times: int = 1, seconds: float = 15) -> JSON:
        """Wait for the `times`-th IDENTIFY; return its body."""
        return await self._until_nth("IDENTIFY", self.identifies, times, seconds)

    async def resumed(self, times: int = 1, seconds: float = 15) -> JSON:
        """Wait for the `times`-th RESUME; return its body."""
        return await self._until_nth("RESUME", self.resumes, times, seconds)

    async def returned(self, seconds: float = 15) -> None:
        """Wait until a bot is connected and in a session, whether resumed or new."""
        await self._journal.until("a bot in a session", lambda: self._lines or None, seconds)

    async def closed(self, times: int = 1, seconds: float = 15) -> int:
        """Wait for the end of the `times`-th connection; return its close code."""
        return await self._until_nth("closing of the gateway", self.close_codes, times, seconds)

    async def refused(self, times: int = 1, seconds: float = 15) -> None:
        """Wait until `times` connections were refused because the gateway is `away`."""
        await self._until_nth("refusal of a connection", self.refusals, times, seconds)

    async def _until_nth(self, what: str, seen: list[Seen], times: int, seconds: float) -> Seen:
        return await self._journal.until(
            f"{what} no. {times}",
            lambda: seen[times - 1] if len(seen) >= times else None,
            seconds,
        )

    def drop(self, shard_id: int | None = None) -> None:
        """Cut the connection of a shard abruptly, or the newest one."""
        line = self._taken(shard_id)
        self._journal.note("test: drops the connection")
        line.abort()

    async def ask_to_reconnect(self, shard_id: int | None = None) -> None:
        """Send op 7, as Discord does every few hours: the bot is to come back with a RESUME."""
        line = self._taken(shard_id)
        self._journal.note("test: asks to reconnect")
        await line.send({"op": Op.RECONNECT, "d": None})

    async def end_session(self, shard_id: int | None = None) -> None:
        """Send op 9 and forget the session: the bot has to IDENTIFY anew."""
        line = self._taken(shard_id)
        if line.session:
            del self._sessions[line.session.session_id]
        self._journal.note("test: ends the session")
        await line.send({"op": Op.INVALID_SESSION, "d": False})

    async def close(self, code: int, shard_id: int | None = None) -> None:
        """Close the connection with `code`, such as 4004 for a token that was reset meanwhile."""
        line = self._taken(shard_id)
        self._journal.note(f"test: closes the gateway with {code}")
        line.closing = asyncio.ensure_future(line.socket.close(code=code))
        await line.closing

    def _taken(self, shard_id: int | None) -> Line:
        """The newest connection, or that of a shard; it counts as ended from now on."""
        for line in reversed(self._lines):
            if shard_id is None or (line.session and line.session.shard.first == shard_id):
                self._lines.remove(line)
                return line
        raise LookupError("no bot is connected to the gateway")


def _has(shard: Shards, server_id: int) -> bool:
    return (server_id >> 22) % shard.count == shard.first


def _zlib_stream() -> Callable[[bytes], bytes]:
    stream = zlib.compressobj()

    def frame(data: bytes) -> bytes:
        # discord.py takes the ending of a sync flush for the end of the message.
        return stream.compress(data) + stream.flush(zlib.Z_SYNC_FLUSH)

    return frame


def _zstd_stream() -> Callable[[bytes], bytes]:
    # discord.py asks for this wherever it finds a zstd library, which the standard library lacks
    # before 3.14. The format has blocks that are not compressed at all, so a valid stream can be
    # written by hand: magic number, no flags, a window of 128 KiB.
    head = bytes.fromhex("28b52ffd 00 38")
    largest = 128 * 1024

    def frame(data: bytes) -> bytes:
        nonlocal head
        blocks = [data[at : at + largest] for at in range(0, len(data), largest)]
        framed = head + b"".join((len(b) << 3).to_bytes(3, "little") + b for b in blocks)
        head = b""
        return framed

    return frame


_FRAMES = {"zlib-stream": _zlib_stream, "zstd-stream": _zstd_stream}
