"""Discord's errors as delivery errors, and the trace that sees limits of the whole bot.

There are three kinds of 429, and each ends as Throttled. A limit of the whole bot, or a firewall's,
also holds all processes: `trace` reports it. A limit of one route is waited out by discord.py
unless that takes too long. A limit of one channel or server (`_PASSING`) delays only what it
stopped.

Error codes are those of Discord's developer documentation (August 2026).
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import cast

import aiohttp
import discord
import structlog

from bot.delivery.delivery_errors import (
    DeliveryError,
    OutcomeUnknown,
    Refused,
    Throttled,
    Unauthorized,
)
from bot.state.digests import BlockReason

_BY_CODE: dict[int, BlockReason] = {
    10003: "no-channel",  # unknown channel
    10004: "no-channel",  # unknown server
    50001: "no-access",
    50013: "no-permission",
    50024: "no-channel",  # not possible in a channel of this kind
    50083: "archived",
    160005: "archived",  # locked
    40067: "no-tag",
}
_BY_STATUS: dict[int, BlockReason] = {403: "no-permission", 404: "no-channel"}
_PASSING = frozenset({
    20016,  # slow mode
    20022, 20028, 20029,  # messages to a channel, or to a server, or edits of announcements
    30046,  # edits of messages that are over an hour old
    160006, 160007,  # active threads
})  # fmt: skip
"""Limits of one channel or server that pass by themselves."""

_BETWEEN_TRIES = 900.0  # seconds until what such a limit stopped is tried again

_OF_THE_BOT = frozenset({
    None,  # no code: this is not Discord's own answer
    40002,  # the bot's account is to be verified
    40004, 40006,  # sending, or what was asked for, is switched off for now
    40062, 130000,  # overloaded
    40333,  # Discord's firewall
})  # fmt: skip
"""Codes of refusals that are about the whole bot, so no channel is to blame."""

_UNCERTAIN = (408, 409)  # timeout and conflict: the request may have been carried out
_LONG_WAIT = 60.0  # seconds to leave Discord alone if it does not say how long

_JSON = "json"

log = structlog.stdlib.get_logger("factdesk.delivery")

_IS_SENT_ONCE: ContextVar[bool] = ContextVar("is_sent_once", default=False)
_IS_DELIVERY: ContextVar[bool] = ContextVar("is_delivery", default=False)


_UNCOUNTED = re.compile(r"/api/v\d+/(interactions|webhooks|gateway)\b")
"""Requests that Discord does not count against the bot, and the one before it is connected."""


def trace(
    before_connection: Callable[[], Awaitable[None]],
    before_request: Callable[[], Awaitable[None]],
    on_limit: Callable[[float], Awaitable[None]],
) -> aiohttp.TraceConfig:
    """What to watch a client's requests for.

    `before_connection` is awaited before each connection to the gateway, `before_request` before
    each request that counts against the bot's limit.

    If Discord limits the whole bot, or something before Discord blocks it, `on_limit` gets the
    seconds, and a delivery's request ends with Throttled. discord.py would wait inside the request,
    and never send anything again if that wait were cancelled; and it would mistake a block for a
    refusal by the channel. An error of Discord's server ends a request that must be `sent_once`,
    which discord.py would otherwise repeat.
    """

    async def count(_: object, __: object, request: aiohttp.TraceRequestStartParams) -> None:
        if request.url.scheme in ("ws", "wss"):
            await before_connection()
        elif not _UNCOUNTED.match(request.url.path):
            await before_request()

    async def check(_: object, __: object, request: aiohttp.TraceRequestEndParams) -> None:
        answer = request.response
        if answer.status >= 500 and _IS_SENT_ONCE.get():
            raise OutcomeUnknown(f"Discord answered with {answer.status}")
        if await _is_about_the_bot(answer):
            seconds = _retry_after(answer.headers)
            log.warning("the bot as a whole is refused", status=answer.status, wait=seconds)
            await on_limit(seconds)
            if _IS_DELIVERY.get():
                raise Throttled(seconds)

    config = aiohttp.TraceConfig()
    config.on_request_start.append(count)
    config.on_request_end.append(check)
    return config


async def _is_about_the_bot(answer: aiohttp.ClientResponse) -> bool:
    """Whether an answer refuses the bot as a whole, whatever the request was."""
    if answer.status == 429:
        return "X-RateLimit-Global" in answer.headers or _JSON not in answer.content_type
    if not 400 <= answer.status < 500 or answer.status in _UNCERTAIN:
        return False
    return await _code(answer) in _OF_THE_BOT


async def _code(answer: aiohttp.ClientResponse) -> object:
    """Discord's code in an answer; None if it has none."""
    try:
        body: object = json.loads(await answer.text())
    except ValueError:
        return None
    return cast("dict[str, object]", body).get("code") if isinstance(body, dict) else None


@contextmanager
def sent_once() -> Generator[None]:
    """Keep the requests in the block from being repeated after an error of Discord's server."""
    with _flagged(_IS_SENT_ONCE):
        yield


@contextmanager
def delivery_errors() -> Generator[None]:
    """Turn what discord.py and the connection raise in the block into delivery errors."""
    try:
        with _flagged(_IS_DELIVERY):
            yield
    except discord.RateLimited as error:
        raise Throttled(error.retry_after) from error
    except discord.HTTPException as error:
        raise _delivery_error(error) from error
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        raise OutcomeUnknown(repr(error)) from error


@contextmanager
def _flagged(flag: ContextVar[bool]) -> Generator[None]:
    before = flag.set(True)
    try:
        yield
    finally:
        flag.reset(before)


def _delivery_error(error: discord.HTTPException) -> DeliveryError:
    if error.code in _PASSING:
        return Throttled(_BETWEEN_TRIES)
    match error.status:
        case 401:
            return Unauthorized()
        case 429:  # discord.py waits out all but those of Discord's firewall
            return Throttled(_retry_after(error.response.headers))
        case status if status >= 500 or status in _UNCERTAIN:
            return OutcomeUnknown(str(error))
        case status:
            return Refused(_BY_CODE.get(error.code) or _BY_STATUS.get(status) or "refused")


def _retry_after(headers: Mapping[str, str]) -> float:
    """The seconds that an answer says to wait."""
    try:
        return float(headers["Retry-After"])
    except (KeyError, ValueError):
        return _LONG_WAIT
