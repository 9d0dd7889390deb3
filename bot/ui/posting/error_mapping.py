"""Discord's errors as delivery errors, for a client that is watched with `trace`.

Error codes are those of Discord's developer documentation (August 2026).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

import aiohttp
import discord

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
_TOO_MANY_EDITS = 30046  # of messages that are over an hour old
_BETWEEN_EDITS = 900.0  # seconds until an old message is edited again
_LONG_WAIT = 60.0  # seconds to leave Discord alone if it does not say how long

_IS_SENT_ONCE: ContextVar[bool] = ContextVar("is_sent_once", default=False)
_IS_DELIVERY: ContextVar[bool] = ContextVar("is_delivery", default=False)


def trace(on_limit: Callable[[float], Awaitable[None]]) -> aiohttp.TraceConfig:
    """What to watch a client's requests for.

    If Discord limits the whole bot, `on_limit` gets the seconds, and a delivery's request ends with
    Throttled: discord.py would wait inside the request, and if that wait is cancelled, it never
    sends anything again. An error of Discord's server ends a request that must be `sent_once`:
    discord.py would repeat it.
    """

    async def check(_: object, __: object, request: aiohttp.TraceRequestEndParams) -> None:
        answer = request.response
        if answer.status >= 500 and _IS_SENT_ONCE.get():
            raise OutcomeUnknown(f"Discord answered with {answer.status}")
        if answer.status == 429 and answer.headers.get("X-RateLimit-Global"):
            seconds = _retry_after(answer.headers)
            await on_limit(seconds)
            if _IS_DELIVERY.get():
                raise Throttled(seconds, everywhere=True)

    config = aiohttp.TraceConfig()
    config.on_request_end.append(check)
    return config


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
        raise Throttled(error.retry_after, everywhere=False) from error
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
    if error.code == _TOO_MANY_EDITS:
        return Throttled(_BETWEEN_EDITS, everywhere=False)
    match error.status:
        case 401:
            return Unauthorized()
        case 429:  # discord.py waits out all but those of Discord's firewall
            return Throttled(_retry_after(error.response.headers), everywhere=True)
        case status if status >= 500:
            return OutcomeUnknown(str(error))
        case status:
            return Refused(_BY_CODE.get(error.code) or _BY_STATUS.get(status) or "refused")


def _retry_after(headers: Mapping[str, str]) -> float:
    """The seconds that an answer says to wait."""
    try:
        return float(headers["Retry-After"])
    except (KeyError, ValueError):
        return _LONG_WAIT
