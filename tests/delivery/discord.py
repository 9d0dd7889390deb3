"""A Discord that keeps messages and fails as it is told: the endpoints that delivery uses."""

from __future__ import annotations

import asyncio
import json
import re
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import count
from time import monotonic
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from bot.state.posts import MessageRef
from tests.delivery import world
from tests.delivery.world import TOKEN
from tests.little_discord import payloads
from tests.little_discord.journal import Journal
from tests.little_discord.payloads import JSON
from tests.little_discord.server import body_of

API = "/api/v10"
_EPOCH = datetime(2015, 1, 1, tzinfo=UTC)  # from which Discord counts the time in its ids
_CROSSPOSTED = 1 << 1
_REPLY = 19  # the type of a message that answers to another
_TOO_MANY_EDITS = 30046

_WARNING = re.compile(r"warning ([a-z-]+): ")

Answer = Callable[[web.Request, web.Response], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Fault:
    """What becomes of one request to make a post, or to edit one.

    `made` says whether Discord does it all the same. `answer` is given the request and the
    answer that would have been right, and returns what is answered instead.
    """

    answer: Answer
    made: bool


@dataclass(frozen=True)
class Attempt:
    """A request to make a post."""

    number: int
    kind: world.Kind
    nonce: str | None
    at: float


class FaultyDiscord:
    """A Discord on loopback: `async with FaultyDiscord(now) as discord`. It listens at `port`.

    It refuses to make a post twice under one nonce for `nonce_life` seconds. `delay` gives the
    seconds before each answer.
    """

    def __init__(self, now: Callable[[], datetime], nonce_life: float = 180) -> None:
        self.journal = Journal()
        self.port = 0
        self.nonce_life = nonce_life
        self.delay: Callable[[], float] | None = None
        self.faults: dict[int, list[Fault]] = defaultdict(list)
        """What goes wrong with the next requests to make a post, by channel."""
        self.edit_faults: dict[int, list[Fault]] = defaultdict(list)
        """What goes wrong with the next requests to edit a post, by channel."""
        self.next_faults: list[Fault] = []
        """What goes wrong with the next requests but logins, whatever they are for."""
        self.login_faults: list[Fault] = []
        """What goes wrong with the next logins."""
        self.attempts: list[Attempt] = []
        """Every request to make a post, in order."""
        self.messages: dict[int, list[JSON]] = defaultdict(list)
        """The messages that exist, by channel, the oldest first."""
        self.threads: dict[int, JSON] = {}
        """The posts of forums by id; their messages are in `messages` under the same id."""
        self.edits: list[int] = []
        """Every request to edit a message, in order."""
        self.members: dict[int, list[int]] = {}
        """The roles of each server's moderator, by the server; who is not here has left it."""
        self.published: list[int] = []
        """The messages that were published, in order."""
        self.times: list[float] = []
        """When each request came."""
        self._now = now
        self._numbers = count(1)
        app = web.Application(middlewares=[self._doorkeeper])
        for method, path, handler in (
            ("GET", "/users/@me", self._me),
            ("GET", "/oauth2/applications/@me", self._application),
            ("GET", "/users/{user_id}", self._user),
            ("POST", "/users/@me/channels", self._open_dm),
            ("GET", "/channels/{channel_id}", self._channel),
            ("POST", "/channels/{channel_id}/messages", self._post),
            ("POST", "/channels/{channel_id}/threads", self._post),
            ("GET", "/channels/{channel_id}/messages", self._history),
            ("GET", "/channels/{channel_id}/messages/{message_id}", self._message),
            ("PATCH", "/channels/{channel_id}/messages/{message_id}", self._edit),
            ("POST", "/channels/{channel_id}/messages/{message_id}/crosspost", self._publish),
            ("GET", "/channels/{channel_id}/threads/archived/public", self._no_threads),
            ("GET", "/guilds/{guild_id}/threads/active", self._active_threads),
            ("GET", "/guilds/{guild_id}/members/{user_id}", self._member),
        ):
            app.router.add_route(method, API + path, handler)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)

    async def __aenter__(self) -> Self:
        """Start to listen on a free port; return the server."""
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop listening, and cut whatever is still connected."""
        await self._runner.cleanup()

    def posts(self, number: int, kind: world.Kind) -> list[JSON]:
        """The messages in a server's channel; in a forum, those of its posts."""
        channel = world.channel_id(number, kind)
        if kind != "forum":
            return self.messages[channel]
        opened = [thread for thread in self.threads.values() if thread["parent_id"] == str(channel)]
        return [message for thread in opened for message in self.messages[int(thread["id"])]]

    def gut_post(self, number: int) -> None:
        """Leave a newer post of the bot's in a server's forum, whose first message is deleted."""
        forum = world.channel_id(number, "forum")
        post = self._open_post(world.server_id(number), forum, {"name": "Another", "message": {}})
        self.messages[int(post["id"])].clear()

    def put(self, number: int, kind: world.Kind, body: JSON) -> MessageRef:
        """Make a post of the bot's, as it was made before; returns where it is."""
        channel = world.channel_id(number, kind)
        if kind != "forum":
            return MessageRef(int(self._keep(channel, self._new_id(), body)["id"]), channel)
        opened = {"name": "A post", "message": body}
        post = int(self._open_post(world.server_id(number), channel, opened)["id"])
        return MessageRef(post, post)

    def told(self, number: int) -> list[str]:
        """What a server's moderators were told, privately or in a channel of theirs."""
        kinds: tuple[world.Kind, ...] = ("staff", "log")
        channels = (world.dm_id(number), *(world.channel_id(number, kind) for kind in kinds))
        said = (message["content"] for channel in channels for message in self.messages[channel])
        return [text for text in said if text and problem_of(text)]

    async def attempted(self, times: int, seconds: float = 30) -> None:
        """Wait until so many requests to make a post have come."""
        await self.journal.until(
            f"request no. {times} to post",
            lambda: True if len(self.attempts) >= times else None,
            seconds,
        )

    # --- the HTTP API

    @web.middleware
    async def _doorkeeper(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        self.times.append(monotonic())
        if self.delay:
            await asyncio.sleep(self.delay())
        if request.headers.get("Authorization") != f"Bot {TOKEN}":
            return refusal(401, 0)
        path = request.path.removeprefix(API)
        if self.next_faults and "@me" not in path:
            response = await self.next_faults.pop(0).answer(request, answer({}))
        else:
            response = await handler(request)
        self.journal.note(f"http: {request.method} {path} -> {response.status}")
        return response

    async def _me(self, request: web.Request) -> web.StreamResponse:
        return await _met(self.login_faults, request, lambda: answer(payloads.bot_user()))

    async def _application(self, _: web.Request) -> web.Response:
        return answer(payloads.application())

    async def _user(self, request: web.Request) -> web.Response:
        return answer(payloads.user(request.match_info["user_id"]))

    async def _open_dm(self, request: web.Request) -> web.Response:
        person = (await request.json())["recipient_id"]
        number = world.number_of(int(person))
        dm = {"id": str(world.dm_id(number)), "type": 1, "recipients": [payloads.user(person)]}
        return answer(dm)

    async def _member(self, request: web.Request) -> web.Response:
        server, person = (int(request.match_info[key]) for key in ("guild_id", "user_id"))
        if server not in self.members or person != world.moderator_id(world.number_of(server)):
            return refusal(404, 10007)
        member = payloads.member(payloads.user(str(person)))
        return answer(member | {"roles": [str(role) for role in self.members[server]]})

    async def _channel(self, request: web.Request) -> web.Response:
        channel = _channel_of(request)
        if channel in self.threads:
            return answer(self.threads[channel])
        known = world.place_of(channel)
        return answer(world.channel(*known)) if known else refusal(404, 10003)

    def _place_of(self, channel: int) -> tuple[int, world.Kind] | None:
        """The number of the server and the kind of a channel; of a forum's post, the forum's."""
        thread = self.threads.get(channel)
        return world.place_of(int(thread["parent_id"]) if thread else channel)

    async def _post(self, request: web.Request) -> web.StreamResponse:
        channel, body = _channel_of(request), await body_of(request)
        if known := self._place_of(channel):
            self.attempts.append(Attempt(*known, body.get("nonce"), monotonic()))
        make = partial(self._make, request, channel, body)
        return await _met(self.faults[channel], request, make)

    async def _edit(self, request: web.Request) -> web.StreamResponse:
        channel, body = _channel_of(request), await body_of(request)
        message_id = int(request.match_info["message_id"])
        self.edits.append(message_id)
        change = partial(self._change, channel, message_id, body)
        return await _met(self.edit_faults[channel], request, change)

    def _change(self, channel: int, message_id: int, body: JSON) -> web.Response:
        messages = self.messages[channel]
        for message_ref, message in enumerate(messages):
            if message["id"] == str(message_id):
                messages[message_ref] = payloads.edited(message, body)
                return answer(messages[message_ref])
        return refusal(404, 10008)

    def _make(self, request: web.Request, channel: int, body: JSON) -> web.Response:
        known = world.place_of(channel)
        if request.path.endswith("/threads"):
            if not known or known[1] != "forum":
                return refusal(404, 10003)
            return answer(self._open_post(world.server_id(known[0]), channel, body), 201)
        if not self._may_answer(channel, body):
            return refusal(400, 50035)
        return answer(self._same(channel, body) or self._keep(channel, self._new_id(), body))

    def _may_answer(self, channel: int, body: JSON) -> bool:
        """Whether what a message answers to is there, or need not be."""
        reference = body.get("message_reference")
        return (
            not reference
            or not reference.get("fail_if_not_exists", True)
            or self._answered(channel, reference) is not None
        )

    def _answered(self, channel: int, reference: JSON) -> JSON | None:
        asked = str(reference["message_id"])
        return next((each for each in self.messages[channel] if each["id"] == asked), None)

    def _open_post(self, server: int, forum: int, body: JSON) -> JSON:
        thread_id = self._new_id()
        thread = world.thread(thread_id, server, forum, body["name"], self._now())
        self.threads[thread_id] = thread
        return thread | {"message": self._keep(thread_id, thread_id, body["message"])}

    def _same(self, channel: int, body: JSON) -> JSON | None:
        """The message that was made under the same nonce, while that is known."""
        if not body.get("enforce_nonce"):
            return None
        for message in self.messages[channel]:
            age = self._now() - datetime.fromisoformat(message["timestamp"])
            if message.get("nonce") == body["nonce"] and age.total_seconds() < self.nonce_life:
                return message
        return None

    def _keep(self, channel: int, message_id: int, body: JSON) -> JSON:
        made = {"id": str(message_id), "timestamp": self._now().isoformat()}
        message = payloads.message(body, str(channel)) | made | self._reply(channel, body)
        self.messages[channel].append(message)
        return message

    def _reply(self, channel: int, body: JSON) -> JSON:
        """What a message has besides that answers to another; nothing where that is gone."""
        reference = body.get("message_reference")
        answered = self._answered(channel, reference) if reference else None
        if not answered:
            return {}
        told = {"type": 0, "channel_id": str(channel), "message_id": answered["id"]}
        return {"type": _REPLY, "message_reference": told, "referenced_message": answered}

    async def _history(self, request: web.Request) -> web.Response:
        channel = _channel_of(request)
        known = self._place_of(channel)
        if known and known[1] == "blind":
            return answer([])  # as Discord does, rather than to refuse
        after, before = (int(request.query.get(key, 0)) for key in ("after", "before"))
        limit = int(request.query.get("limit", 50))
        found = [
            message
            for message in self.messages[channel]
            if int(message["id"]) > after and (not before or int(message["id"]) < before)
        ]
        return answer(list(reversed(found[:limit] if after else found[-limit:])))

    async def _message(self, request: web.Request) -> web.Response:
        for message in self.messages[_channel_of(request)]:
            if message["id"] == request.match_info["message_id"]:
                return answer(message)
        return refusal(404, 10008)

    async def _publish(self, request: web.Request) -> web.Response:
        for message in self.messages[_channel_of(request)]:
            if message["id"] == request.match_info["message_id"]:
                if message["flags"] & _CROSSPOSTED:
                    return refusal(400, 40033)
                message["flags"] |= _CROSSPOSTED
                self.published.append(int(message["id"]))
                return answer(message)
        return refusal(404, 10008)

    async def _active_threads(self, request: web.Request) -> web.Response:
        server = request.match_info["guild_id"]
        found = [thread for thread in self.threads.values() if thread["guild_id"] == server]
        return answer({"threads": found[::-1], "members": []})

    async def _no_threads(self, _: web.Request) -> web.Response:
        return answer({"threads": [], "members": [], "has_more": False})

    def _new_id(self) -> int:
        passed = self._now() - _EPOCH
        return int(passed.total_seconds() * 1000) << 22 | next(self._numbers)


async def _met(
    planned: list[Fault], request: web.Request, do: Callable[[], web.Response]
) -> web.StreamResponse:
    """What is answered to a request, which meets the first of the planned faults."""
    fault = planned.pop(0) if planned else None
    if fault and not fault.made:
        return await fault.answer(request, answer({}))
    made = do()
    return await fault.answer(request, made) if fault else made


def problem_of(text: str) -> str | None:
    """The problem of which a message warns moderators, as `traps.py` marks it; None for others."""
    found = _WARNING.match(text)
    return found[1] if found else None


def failing(status: int, *, made: bool = True) -> Fault:
    """An error of Discord's own, after the post was made or before."""

    async def fail(_: web.Request, __: web.Response) -> web.Response:
        return refusal(status, 0)

    return Fault(fail, made)


def refusing(status: int, code: int = 0) -> Fault:
    """A refusal with one of Discord's codes; nothing is made."""

    async def refuse(_: web.Request, __: web.Response) -> web.Response:
        return refusal(status, code)

    return Fault(refuse, made=False)


def resetting() -> Fault:
    """The connection is reset after the post was made."""

    async def reset(request: web.Request, right: web.Response) -> web.Response:
        assert request.transport
        request.transport.abort()
        return right

    return Fault(reset, made=True)


def silent() -> Fault:
    """The post is made, and no answer ever comes."""

    async def keep_silent(_: web.Request, right: web.Response) -> web.Response:
        await asyncio.Event().wait()
        return right

    return Fault(keep_silent, made=True)


def limiting(seconds: float, *, everywhere: bool = False) -> Fault:
    """Too many requests: on this route, or of the whole bot."""

    async def limit(_: web.Request, __: web.Response) -> web.Response:
        body = {"message": "You are being rate limited.", "retry_after": seconds}
        response = answer(body | {"global": everywhere}, 429)
        response.headers["Retry-After"] = str(seconds)
        response.headers["X-RateLimit-Scope"] = "global" if everywhere else "user"
        if everywhere:
            response.headers["X-RateLimit-Global"] = "true"
        return response

    return Fault(limit, made=False)


def limiting_edits(seconds: float) -> Fault:
    """Too many edits of messages that are over an hour old."""

    async def limit(_: web.Request, __: web.Response) -> web.Response:
        body = {"message": "Too many edits", "code": _TOO_MANY_EDITS, "retry_after": seconds}
        response = answer(body, 429)
        response.headers["Retry-After"] = str(seconds)
        return response

    return Fault(limit, made=False)


def shielding(seconds: float) -> Fault:
    """Too many requests, as Cloudflare says it, which stands before Discord."""

    async def limit(_: web.Request, __: web.Response) -> web.Response:
        headers = {"Retry-After": str(seconds)}
        return web.Response(status=429, text="error code: 1015", headers=headers)

    return Fault(limit, made=False)


def blocking(status: int, seconds: float, body: str = "<html>Access denied</html>") -> Fault:
    """The whole bot is refused, by Discord's firewall or by a proxy; nothing is made."""

    async def block(_: web.Request, __: web.Response) -> web.Response:
        kind = "text/html" if body.startswith("<") else "application/json"
        headers = {"Retry-After": str(seconds)}
        return web.Response(status=status, text=body, content_type=kind, headers=headers)

    return Fault(block, made=False)


def garbling() -> Fault:
    """The post is made, and the answer is none that anybody expects."""

    async def garble(_: web.Request, __: web.Response) -> web.Response:
        return answer(None)

    return Fault(garble, made=True)


def then(act: Callable[[], Awaitable[None]]) -> Fault:
    """The post is made; `act` happens before the answer, which is the right one."""

    async def wait(_: web.Request, right: web.Response) -> web.Response:
        await act()
        return right

    return Fault(wait, made=True)


def answer(body: Any, status: int = 200) -> web.Response:
    """An answer as Discord gives it."""
    response = web.Response(
        body=json.dumps(body).encode(), status=status, content_type="application/json"
    )
    response.headers["Via"] = "1.1 google"
    return response


def refusal(status: int, code: int) -> web.Response:
    """A refusal as Discord words it."""
    return answer({"code": code, "message": f"Refused with {status}"}, status)


def _channel_of(request: web.Request) -> int:
    return int(request.match_info["channel_id"])
