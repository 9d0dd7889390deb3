"""The gateway: HELLO, heartbeats, IDENTIFY, RESUME, and the events of one shard."""

import json
import zlib
from asyncio import Transport
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import islice
from typing import TypeVar

from aiohttp import WSMsgType, web

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
    events: list[JSON] = field(default_factory=list[JSON])


class Line:
    """One websocket of a bot."""

    def __init__(
        self, socket: web.WebSocketResponse, transport: Transport | None, compress: str
    ) -> None:
        self.socket = socket
        self.session: Session | None = None
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
        self._token = token
        self._journal = journal
        self._sessions: dict[str, Session] = {}
        self._line: Line | None = None

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
        if self._line is line:
            self._line = None
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
        session = Session(f"session-{payloads.new_id()}", body["intents"])
        self._sessions[session.session_id] = session
        line.session = session
        self._line = line
        self.identifies.append(body)
        self._journal.note(f"gateway: IDENTIFY, intents={session.intents}")
        await self.dispatch("READY", payloads.ready(session.session_id, self.url))
        if session.intents & 1:
            await self.dispatch("GUILD_CREATE", payloads.guild())

    async def _resume(self, line: Line, body: JSON) -> None:
        self.resumes.append(body)
        session = self._sessions.get(body["session_id"])
        if session is None:
            self._journal.note("gateway: RESUME of an unknown session")
            await line.send({"op": Op.INVALID_SESSION, "d": False})
            return
        line.session = session
        self._line = line
        missed = list(islice(session.events, body["seq"], None))
        self._journal.note(f"gateway: RESUME, {len(missed)} missed")
        for event in missed:
            await line.send(event)
        await self.dispatch("RESUMED", {})

    async def dispatch(self, name: str, body: JSON) -> None:
        """Send an event to the bot; where it is away just now, its RESUME will bring the event."""
        session = (
            self._line.session if self._line else next(reversed(self._sessions.values()), None)
        )
        if session is None:
            raise LookupError(f"no bot has identified, so none can be sent {name}")
        event = {"op": Op.DISPATCH, "t": name, "s": len(session.events) + 1, "d": body}
        session.events.append(event)
        arrived = self._line is not None and await self._line.send(event)
        self._journal.note(f"gateway: {name}{'' if arrived else ' (kept: nobody is connected)'}")

    async def identified(self, times: int = 1, seconds: float = 15) -> JSON:
        """Wait for the `times`-th IDENTIFY; return its body."""
        return await self._until_nth("IDENTIFY", self.identifies, times, seconds)

    async def resumed(self, times: int = 1, seconds: float = 15) -> JSON:
        """Wait for the `times`-th RESUME; return its body."""
        return await self._until_nth("RESUME", self.resumes, times, seconds)

    async def returned(self, seconds: float = 15) -> None:
        """Wait until a bot is connected and in a session, whether resumed or new."""
        await self._journal.until("a bot in a session", lambda: self._line, seconds)

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

    def drop(self) -> None:
        """Cut the connection abruptly."""
        line, self._line = self._here(), None
        self._journal.note("test: drops the connection")
        line.abort()

    async def ask_to_reconnect(self) -> None:
        """Send op 7, as Discord does every few hours: the bot is to come back with a RESUME."""
        line, self._line = self._here(), None
        self._journal.note("test: asks to reconnect")
        await line.send({"op": Op.RECONNECT, "d": None})

    async def end_session(self) -> None:
        """Send op 9 and forget the session: the bot has to IDENTIFY anew."""
        line, self._line = self._here(), None
        self._sessions.clear()
        self._journal.note("test: ends the session")
        await line.send({"op": Op.INVALID_SESSION, "d": False})

    async def close(self, code: int) -> None:
        """Close the connection with `code`, such as 4004 for a token that was reset meanwhile."""
        line, self._line = self._here(), None
        self._journal.note(f"test: closes the gateway with {code}")
        await line.socket.close(code=code)

    def _here(self) -> Line:
        if self._line is None:
            raise LookupError("no bot is connected to the gateway")
        return self._line


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
