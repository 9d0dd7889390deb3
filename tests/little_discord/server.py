"""The HTTP API and, for tests, the hand of the member who types and presses."""

import json
from collections.abc import Awaitable, Callable, Sequence
from time import monotonic
from types import TracebackType
from typing import Any, Self, cast

from aiohttp import web

from tests.little_discord import payloads
from tests.little_discord.gateway import Gateway
from tests.little_discord.journal import Journal
from tests.little_discord.payloads import APPLICATION_ID, GUILD_ID, JSON
from tests.patience import patience

API = "/api/v10"
ANSWER_WITHIN = patience(3)
"""Discord's own limit, in seconds: a first answer that comes later is refused with 10062."""

MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, UPDATE, CHOICES = 4, 5, 6, 7, 8
EPHEMERAL = 1 << 6


class Interaction:
    """An interaction that the test sent, and what the bot has done with it so far."""

    def __init__(self, body: JSON, journal: Journal) -> None:
        self.body = body
        self.callback: JSON | None = None
        """The first answer: `type` and `data`, as the bot sent them."""
        self.original: JSON | None = None
        """What the bot sent for the reply's present form: of the answer, or of a later edit."""
        self.message: JSON | None = None
        """The reply as a message, to press its buttons; after an update, the pressed message."""
        self.refused = 0
        """How many answers came too late, or after another."""
        self.followups: list[JSON] = []
        """What the bot sent as follow-ups."""
        self.sent_at = monotonic()
        self._journal = journal
        name = body["data"].get("name") or body["data"].get("custom_id")
        self._what = f"interaction {name!r}"

    async def answered(self, seconds: float = 10) -> JSON:
        """Wait for the first answer; return its `type` and `data`."""
        return await self._journal.until(
            f"an answer to {self._what}", lambda: self.callback, seconds
        )

    async def replied(self, seconds: float = 10) -> JSON:
        """Wait for the reply itself, also where it was deferred; return what the bot sent."""
        return await self._journal.until(f"a reply to {self._what}", lambda: self.original, seconds)

    async def chosen(self, seconds: float = 10) -> list[JSON]:
        """Wait for the answer to an autocomplete; return its choices."""
        answer = await self.answered(seconds)
        if answer["type"] != CHOICES:
            raise AssertionError(f"{self._what} was answered with type {answer['type']}")
        return answer["data"]["choices"]


class LittleDiscord:
    """A Discord with one application and one member, on loopback.

    The bot is in one guild with one channel, unless the gateway has other `servers`.

    `async with LittleDiscord(token) as discord` listens at `discord.port`.
    """

    def __init__(self, token: str) -> None:
        self.journal = Journal()
        self.gateway = Gateway(token, self.journal)
        self.port = 0
        self.commands: list[JSON] = []
        """The global commands as uploaded last, with their ids."""
        self.syncs = 0
        self.interactions: dict[str, Interaction] = {}
        """Every interaction sent, by its token."""
        self.posts: list[JSON] = []
        """What the bot sent to channels: the bodies, in order."""
        self.messages: dict[str, JSON] = {}
        """The messages in channels, by id."""
        self.recommended_shards = 1
        self.asked_about: list[int] = []
        """The servers that the bot looked up."""
        self._token = token
        app = web.Application(middlewares=[self._doorkeeper], client_max_size=32 * 1024 * 1024)
        app.router.add_get("/gateway", self.gateway.serve)
        for method, path, handler in (
            ("GET", "/users/@me", self._me),
            ("GET", "/oauth2/applications/@me", self._application),
            ("GET", "/gateway", self._gateway),
            ("GET", "/gateway/bot", self._gateway_bot),
            ("GET", f"/applications/{APPLICATION_ID}/commands", self._get_commands),
            ("PUT", f"/applications/{APPLICATION_ID}/commands", self._put_commands),
            ("POST", "/interactions/{interaction_id}/{token}/callback", self._callback),
            ("POST", f"/webhooks/{APPLICATION_ID}/{{token}}", self._followup),
            ("GET", f"/webhooks/{APPLICATION_ID}/{{token}}/messages/@original", self._original),
            ("PATCH", f"/webhooks/{APPLICATION_ID}/{{token}}/messages/@original", self._edit_reply),
            ("POST", "/channels/{channel_id}/messages", self._post),
            ("GET", "/channels/{channel_id}/messages", self._history),
            ("PATCH", "/channels/{channel_id}/messages/{message_id}", self._edit_post),
            ("GET", "/channels/{channel_id}", self._channel),
            ("GET", "/guilds/{guild_id}", self._guild),
        ):
            app.router.add_route(method, API + path, handler)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)

    async def __aenter__(self) -> Self:
        """Start to listen on a free port; return the server."""
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]
        self.gateway.url = f"ws://127.0.0.1:{self.port}/gateway"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Stop listening, and cut whatever is still connected."""
        await self._runner.cleanup()

    # --- the member's hand

    async def slash(
        self,
        command: str,
        options: dict[str, Any] | None = None,
        *,
        locale: str = "en-US",
        server_id: int = int(GUILD_ID),
    ) -> Interaction:
        """Send a slash command ("event", or "briefing new"); return the interaction."""
        data = self._command(command, options or {}, None)
        return await self._interact(2, data, locale, server_id=server_id)

    async def typing(
        self, command: str, options: dict[str, Any], focused: str, *, locale: str = "en-US"
    ) -> Interaction:
        """Send what a client sends for each key typed in `focused`; return the interaction."""
        return await self._interact(4, self._command(command, options, focused), locale)

    async def press(
        self,
        message: JSON,
        custom_id: str,
        values: Sequence[str] | None = None,
        *,
        locale: str = "en-US",
    ) -> Interaction:
        """Press a button by its id, or choose `values` in a select; return the interaction."""
        there = {
            p["custom_id"]: p for p in payloads.parts(message["components"]) if "custom_id" in p
        }
        if custom_id not in there:
            raise LookupError(f"nothing to press with the id {custom_id!r}, only {list(there)}")
        data: JSON = {
            "custom_id": custom_id,
            "component_type": there[custom_id]["type"],
            "id": there[custom_id]["id"],
        }
        if values is not None:
            data["values"] = list(values)
        return await self._interact(3, data, locale, message)

    async def synced(self, times: int = 1, seconds: float = 15) -> list[JSON]:
        """Wait for the `times`-th upload of commands; return the commands."""
        return await self.journal.until(
            f"upload of commands no. {times}",
            lambda: self.commands if self.syncs >= times else None,
            seconds,
        )

    async def posted(self, times: int = 1, seconds: float = 15) -> JSON:
        """Wait for the `times`-th message sent to a channel; return what the bot sent."""
        return await self.journal.until(
            f"message no. {times} in a channel",
            lambda: self.posts[times - 1] if len(self.posts) >= times else None,
            seconds,
        )

    async def _interact(
        self,
        kind: int,
        data: JSON,
        locale: str,
        message: JSON | None = None,
        server_id: int = int(GUILD_ID),
    ) -> Interaction:
        there = self.gateway.servers[server_id]
        body = payloads.interaction(kind, data, locale, there["id"], there["channels"][0]["id"])
        if message is not None:
            body["message"] = message
        interaction = Interaction(body, self.journal)
        interaction.message = message
        self.interactions[body["token"]] = interaction
        await self.gateway.dispatch("INTERACTION_CREATE", body)
        return interaction

    def _command(self, path: str, given: dict[str, Any], focused: str | None) -> JSON:
        # A client offers only what was uploaded, and takes the options' types from there.
        name, *inner = path.split()
        known = {command["name"]: command for command in self.commands}
        if name not in known:
            raise LookupError(f"no command /{name} was uploaded, only {sorted(known)}")
        described = known[name]
        data: JSON = {"id": described["id"], "name": name, "type": 1}
        level = data
        for part in inner:
            described = next(o for o in described["options"] if o["name"] == part)
            deeper: JSON = {"name": part, "type": described["type"]}
            level["options"] = [deeper]
            level = deeper
        kinds = {option["name"]: option["type"] for option in described.get("options", [])}
        level["options"] = [
            {"name": option, "type": kinds[option], "value": value}
            | ({"focused": True} if option == focused else {})
            for option, value in given.items()
        ]
        return data

    # --- the HTTP API

    @web.middleware
    async def _doorkeeper(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        # Interactions carry their right to answer in the path; all else needs the bot's token.
        path = request.path.removeprefix(API)
        is_open = path.startswith(("/interactions/", "/webhooks/")) or path == "/gateway"
        if not is_open and request.headers.get("Authorization") != f"Bot {self._token}":
            response = _refusal(401, 0, "401: Unauthorized")
        else:
            try:
                response = await handler(request)
            except web.HTTPException as error:
                if error.status not in {404, 405}:
                    raise
                response = _refusal(error.status, 0, f"{error.status}: {error.reason}")
        if request.path.startswith(API):
            self.journal.note(f"http: {request.method} {path} -> {response.status}")
        return response

    async def _me(self, _: web.Request) -> web.Response:
        return _answer(payloads.bot_user())

    async def _application(self, _: web.Request) -> web.Response:
        return _answer(payloads.application())

    async def _gateway(self, _: web.Request) -> web.Response:
        return _answer({"url": self.gateway.url})

    async def _gateway_bot(self, _: web.Request) -> web.Response:
        limit = {
            "total": 1000,
            "remaining": self.gateway.remaining,
            "reset_after": 1000,
            "max_concurrency": self.gateway.max_concurrency,
        }
        shards = self.recommended_shards
        return _answer({"url": self.gateway.url, "shards": shards, "session_start_limit": limit})

    async def _channel(self, request: web.Request) -> web.Response:
        for body in self.gateway.servers.values():
            channel = body["channels"][0]
            if channel["id"] == request.match_info["channel_id"]:
                return _answer(channel | {"guild_id": body["id"]})
        return _refusal(404, 10003, "Unknown Channel")

    async def _guild(self, request: web.Request) -> web.Response:
        self.asked_about.append(int(request.match_info["guild_id"]))
        known = self.gateway.servers.get(self.asked_about[-1])
        return _answer(known) if known else _refusal(404, 10004, "Unknown Guild")

    async def _get_commands(self, _: web.Request) -> web.Response:
        return _answer(self.commands)

    async def _put_commands(self, request: web.Request) -> web.Response:
        ids = {(command["type"], command["name"]): command["id"] for command in self.commands}
        self.commands = []
        for uploaded in await request.json():
            # A menu entry is uploaded without a description, and Discord gives it an empty one.
            given = {"type": 1, "description": "", "application_id": APPLICATION_ID}
            command = given | uploaded
            known = ids.get((command["type"], command["name"]))
            self.commands.append(
                command | {"id": known or payloads.new_id(), "version": payloads.new_id()}
            )
        self.syncs += 1
        return _answer(self.commands)

    async def _callback(self, request: web.Request) -> web.Response:
        interaction = self.interactions.get(request.match_info["token"])
        if interaction is None:
            return _refusal(404, 10062, "Unknown interaction")
        if monotonic() - interaction.sent_at > ANSWER_WITHIN:
            interaction.refused += 1
            return _refusal(404, 10062, "Unknown interaction")
        if interaction.callback is not None:
            interaction.refused += 1
            return _refusal(400, 40060, "Interaction has already been acknowledged.")
        sent = await body_of(request)
        interaction.callback = sent
        data: JSON = sent.get("data") or {}
        match sent["type"]:
            case 4:
                interaction.original = data
                interaction.message = payloads.message(data)
            case 7 if interaction.message is not None:
                interaction.original = data
                interaction.message = payloads.edited(interaction.message, data)
            case _:
                pass
        if request.query.get("with_response") not in {"1", "true"}:
            return web.Response(status=204)
        about = {"id": interaction.body["id"], "type": interaction.body["type"]}
        if interaction.original is None or interaction.message is None:
            about["response_message_loading"] = sent["type"] == DEFERRED_MESSAGE
            about["response_message_ephemeral"] = bool(data.get("flags", 0) & EPHEMERAL)
            return _answer({"interaction": about})
        about["response_message_id"] = interaction.message["id"]
        resource = {"type": sent["type"], "message": interaction.message}
        return _answer({"interaction": about, "resource": resource})

    async def _original(self, request: web.Request) -> web.Response:
        interaction = self.interactions.get(request.match_info["token"])
        if interaction is None or interaction.message is None:
            return _refusal(404, 10008, "Unknown Message")
        return _answer(interaction.message)

    async def _edit_reply(self, request: web.Request) -> web.Response:
        interaction = self.interactions.get(request.match_info["token"])
        if interaction is None or interaction.callback is None:
            return _refusal(404, 10015, "Unknown Webhook")
        sent = await body_of(request)
        interaction.original = sent
        if interaction.message is None:
            interaction.message = payloads.message(sent)
        else:
            interaction.message = payloads.edited(interaction.message, sent)
        return _answer(interaction.message)

    async def _followup(self, request: web.Request) -> web.Response:
        interaction = self.interactions.get(request.match_info["token"])
        if interaction is None or interaction.callback is None:
            return _refusal(404, 10015, "Unknown Webhook")
        sent = await body_of(request)
        if interaction.callback["type"] == DEFERRED_MESSAGE and interaction.message is None:
            # As on Discord, the first follow-up fills in for a deferred reply.
            interaction.original = sent
            interaction.message = payloads.message(sent)
            return _answer(interaction.message)
        interaction.followups.append(sent)
        return _answer(payloads.message(sent))

    async def _post(self, request: web.Request) -> web.Response:
        channel_id = request.match_info["channel_id"]
        if channel_id not in self._channels():
            return _refusal(404, 10003, "Unknown Channel")
        sent = await body_of(request)
        nonce = sent.get("nonce")
        if nonce is not None and sent.get("enforce_nonce"):
            for message in self.messages.values():
                if message.get("nonce") == nonce:
                    return _answer(message)
        message = payloads.message(sent, channel_id)
        self.posts.append(sent)
        self.messages[message["id"]] = message
        return _answer(message)

    def _channels(self) -> set[str]:
        return {body["channels"][0]["id"] for body in self.gateway.servers.values()}

    async def _history(self, request: web.Request) -> web.Response:
        channel_id = request.match_info["channel_id"]
        if channel_id not in self._channels():
            return _refusal(404, 10003, "Unknown Channel")
        there = [each for each in self.messages.values() if each["channel_id"] == channel_id]
        newest_first = list(reversed(there))
        return _answer(newest_first[: int(request.query.get("limit", 50))])

    async def _edit_post(self, request: web.Request) -> web.Response:
        shown = self.messages.get(request.match_info["message_id"])
        if shown is None:
            return _refusal(404, 10008, "Unknown Message")
        message = payloads.edited(shown, await body_of(request))
        self.messages[message["id"]] = message
        return _answer(message)


def _answer(body: Any, status: int = 200) -> web.Response:
    # discord.py reads JSON only where the type is exactly this, with no charset behind it.
    return web.Response(
        body=json.dumps(body).encode(), status=status, content_type="application/json"
    )


def _refusal(status: int, code: int, message: str) -> web.Response:
    return _answer({"code": code, "message": message}, status)


async def body_of(request: web.Request) -> JSON:
    """The JSON of a request, and the names of its files if it has any."""
    # With files, the JSON is one field of a form.
    if request.content_type != "multipart/form-data":
        return cast("JSON", await request.json())
    form = await request.post()
    body: JSON = json.loads(cast("str", form["payload_json"]))
    files = [part for part in form.values() if isinstance(part, web.FileField)]
    return body | {"files": [file.filename for file in files]}
