"""Delivers a post exactly once: lease it, send it, record it.

If the outcome of an earlier attempt is unknown, the post is looked up before it is sent again. If
it is found, it is recorded. If it is absent, it is sent under the same nonce, which Discord
remembers for some minutes. If the history cannot be read and the nonce is too old, the post is
recorded as unknown.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

import structlog

from bot.cards.card import Card
from bot.delivery.delivery_errors import (
    DeliveryError,
    HistoryUnreadable,
    OutcomeUnknown,
    Refused,
    Throttled,
    Unauthorized,
)
from bot.delivery.rate_limiter import RateLimiter
from bot.state.digest_progress import Occurrence
from bot.state.digests import BlockReason, Target
from bot.state.leases import Busy, Lease, Leases
from bot.state.posts import Contents, MessageRef, Posts, Slot

log = structlog.stdlib.get_logger("factdesk.delivery")


Clock = Callable[[], datetime]
"""Returns the current time, with its time zone."""


@dataclass(frozen=True)
class Outgoing:
    """A message to send: its slot, its target and, of a digest, when the next is due."""

    slot: Slot
    target: Target
    following: Occurrence | None = field(default=None, kw_only=True)

    @property
    def post_id(self) -> str:
        """The id of the post, the same in every process."""
        return self.slot.post_id


@dataclass(frozen=True)
class OutgoingPost(Outgoing):
    """A card to send.

    `posted_by` is the member who answers for it, `edited_by` the one who edited it since, and
    `reply_to` the message in the same channel that it replies to; each may be None.
    """

    card: Card
    posted_by: int | None = None
    edited_by: int | None = None
    reply_to: int | None = None


Sent = TypeVar("Sent", bound=Outgoing)
_Sent = TypeVar("_Sent", bound=Outgoing, contravariant=True)


class Sender(Protocol[_Sent]):
    """Sends messages to Discord; methods may raise DeliveryError."""

    async def send(self, outgoing: _Sent) -> MessageRef:
        """Send a post, with its id as the nonce; returns its message."""
        ...

    async def find(self, outgoing: _Sent, since: datetime) -> MessageRef | None:
        """Look for a post that may have been sent since an instant."""
        ...

    async def has_nonce(self, outgoing: _Sent) -> bool:
        """Whether Discord itself rejects a second copy of the post for some minutes."""
        ...


@dataclass(frozen=True)
class OutboxTiming:
    """How long a lease lasts, a request may take (less than that) and Discord knows a nonce."""

    lease_time: timedelta = timedelta(seconds=90)
    sending: timedelta = timedelta(seconds=45)
    nonce: timedelta = timedelta(minutes=2)
    retry: timedelta = timedelta(seconds=30)


@dataclass(frozen=True)
class Delivered:
    """The post is there."""

    message_ref: MessageRef


@dataclass(frozen=True)
class NothingToSend:
    """The post was finished before, or is skipped."""


@dataclass(frozen=True)
class RetryAt:
    """Not finished: try again at an instant."""

    at: datetime


@dataclass(frozen=True)
class Blocked:
    """A moderator must act first; the post was not made."""

    reason: BlockReason


@dataclass(frozen=True)
class Undetermined:
    """It cannot be found out whether the post was made."""


Outcome = Delivered | NothingToSend | RetryAt | Blocked | Undetermined

_LONGEST_WAIT = timedelta(minutes=10)


class Outbox(Generic[Sent]):
    """Delivers messages of one sort to Discord; a process has one outbox for each."""

    def __init__(
        self,
        leases: Leases,
        posts: Posts,
        rate_limiter: RateLimiter,
        sender: Sender[Sent],
        clock: Clock,
        timing: OutboxTiming,
    ) -> None:
        self._leases = leases
        self._posts = posts
        self._rate_limiter = rate_limiter
        self._sender = sender
        self._clock = clock
        self._timing = timing
        self._unrecorded: dict[str, MessageRef] = {}

    async def deliver(self, outgoing: Sent, contents: Contents) -> Outcome:
        """Deliver a post as far as possible now. Raises DatabaseUnavailable and Unauthorized.

        If the state becomes unavailable meanwhile, the lease stays and a later attempt finishes.
        """
        await self._rate_limiter.acquire()
        lease = await self._lease(outgoing, contents)
        if isinstance(lease, Busy):
            return NothingToSend() if lease.until is None else RetryAt(lease.until)
        try:
            message_ref = None if lease.is_first else await self._look_up(lease, outgoing)
            if message_ref is None:
                message_ref = await self._send(lease, outgoing, contents)
        except (DeliveryError, TimeoutError) as error:
            return await self._after_failure(lease, outgoing.slot, error)
        if message_ref is None:
            return RetryAt(self._clock() + self._timing.retry)
        return await self._record(outgoing, message_ref, contents)

    async def finish_unsent(self, outgoing: Sent, contents: Contents) -> Outcome:
        """Finish a post that must not be sent any more: record it if it was, else skip it.

        Raises DatabaseUnavailable and Unauthorized.
        """
        slot, lease = outgoing.slot, await self._lease(outgoing, contents)
        if isinstance(lease, Busy):
            return NothingToSend() if lease.until is None else RetryAt(lease.until)
        message_ref = None
        if not lease.is_first:
            await self._rate_limiter.acquire()
            try:
                message_ref = await self._find(lease, outgoing)
            except Throttled as error:
                return await self._after_limit(lease, error)
            except (Refused, OutcomeUnknown, TimeoutError, HistoryUnreadable):
                await self._posts.end(slot, "unknown", "unreadable", self._clock())
                return Undetermined()
        if message_ref:
            return await self._record(outgoing, message_ref, contents)
        await self._posts.end(slot, "skipped", "late", self._clock())
        return NothingToSend()

    async def _lease(self, outgoing: Sent, contents: Contents) -> Lease | Busy:
        lease_time = self._timing.lease_time
        return await self._leases.acquire(outgoing.slot, contents, self._clock(), lease_time)

    async def _look_up(self, lease: Lease, outgoing: Sent) -> MessageRef | None:
        """The message, if the post is there; None if it may be sent (again)."""
        try:
            return await self._find(lease, outgoing)
        except HistoryUnreadable:
            is_known = self._clock() - lease.leased_at < self._timing.nonce
            if is_known and await self._sender.has_nonce(outgoing):
                return None
            raise

    async def _find(self, lease: Lease, outgoing: Sent) -> MessageRef | None:
        """The message; None if the post certainly was not made."""
        if outgoing.post_id in self._unrecorded:
            return self._unrecorded[outgoing.post_id]
        async with asyncio.timeout(self._timing.sending.total_seconds()):
            # The target may have changed since the earlier attempt.
            target = replace(outgoing.target, channel_id=lease.channel_id)
            return await self._sender.find(replace(outgoing, target=target), lease.leased_at)

    async def _send(self, lease: Lease, outgoing: Sent, contents: Contents) -> MessageRef | None:
        """Send the post; None if the lease was lost meanwhile, and nothing is sent."""
        is_mine, since = True, lease.leased_at
        if not lease.is_first:
            await self._leases.replace(lease, contents, outgoing.target.channel_id)
            since = self._clock()
            is_mine = await self._leases.renew(lease, since, self._timing.lease_time)
        # If the process was paused meanwhile, the lease may have run out since.
        if not is_mine or self._clock() - since > self._timing.lease_time - self._timing.sending:
            log.warning("a lease was lost before sending", post=lease.post_id)
            return None
        async with asyncio.timeout(self._timing.sending.total_seconds()):
            return await self._sender.send(outgoing)

    async def _record(self, outgoing: Sent, message_ref: MessageRef, contents: Contents) -> Outcome:
        self._unrecorded[outgoing.post_id] = message_ref
        await self._posts.record(
            outgoing.slot,
            message_ref,
            contents.story,
            self._clock(),
            outgoing.target.publish,
            outgoing.following,
        )
        del self._unrecorded[outgoing.post_id]
        return Delivered(message_ref)

    async def _after_failure(self, lease: Lease, slot: Slot, error: Exception) -> Outcome:
        """Note why a post was not confirmed. Raises Unauthorized."""
        match error:
            case Refused():
                return await self._after_refusal(lease, slot, error.reason)
            case Throttled():
                return await self._after_limit(lease, error)
            case HistoryUnreadable():
                await self._posts.end(slot, "unknown", "unreadable", self._clock())
                return Undetermined()
            case Unauthorized():
                await self._leases.postpone(lease, self._clock())
                raise error
            case _:
                return await self._after_silence(lease, error)

    async def _after_refusal(self, lease: Lease, slot: Slot, reason: BlockReason) -> Outcome:
        if lease.is_first:
            await self._leases.release(lease)
        else:
            await self._posts.end(slot, "failed", reason, self._clock())
        return Blocked(reason)

    async def _after_limit(self, lease: Lease, error: Throttled) -> Outcome:
        until = self._clock() + error.wait
        await self._leases.postpone(lease, until)
        return RetryAt(until)

    async def _after_silence(self, lease: Lease, error: Exception) -> Outcome:
        delay = min(self._timing.retry * 2 ** (lease.attempts - 1), _LONGEST_WAIT)
        until = self._clock() + delay
        log.warning(
            "a post may have been made; it will be looked up",
            post=lease.post_id,
            attempt=lease.attempts,
            reason=str(error) or "no answer",
        )
        await self._leases.postpone(lease, until)
        return RetryAt(until)
