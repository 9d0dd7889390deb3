"""One post's way: claim, send, record. Whatever breaks in between, it is posted once.

A claim whose outcome is not known is looked up before anything is sent again: found, it is
recorded; absent, it is sent under the same nonce, which Discord knows for some minutes; where the
history cannot be read and the nonce is too old, nobody can tell, and that is what is recorded.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.cards.card import Card
from bot.delivery.delivery_errors import (
    HistoryUnreadable,
    OutcomeUnknown,
    Refused,
    Throttled,
    Unauthorized,
)
from bot.delivery.rate_limiter import RateLimiter
from bot.state.digests import BlockReason, Target
from bot.state.leases import Busy, Lease, Leases
from bot.state.posts import Contents, MessageRef, Posts, Slot

log = structlog.stdlib.get_logger("factdesk.delivery")


Clock = Callable[[], datetime]
"""Tells the present instant, aware."""


@dataclass(frozen=True)
class OutgoingPost:
    """What is sent: a post of a slot with its card, and where it goes.

    `posted_by` is the member who stands behind it, `reply_to` the message in the same channel that
    it answers to; None where there is none.
    """

    slot: Slot
    target: Target
    card: Card
    posted_by: int | None = None
    reply_to: int | None = None

    @property
    def post_id(self) -> str:
        """What tells the post apart from every other."""
        return self.slot.post_id


class Sender(Protocol):
    """The way to Discord; each method may raise what `outcomes` names."""

    async def send(self, outgoing: OutgoingPost) -> MessageRef:
        """Send a post, with its id as the nonce; returns where it is."""
        ...

    async def find(self, outgoing: OutgoingPost, since: datetime) -> MessageRef | None:
        """Look for a post that may have been sent since an instant."""
        ...

    async def has_nonce(self, outgoing: OutgoingPost) -> bool:
        """Whether Discord itself keeps the post from being made twice for some minutes."""
        ...


@dataclass(frozen=True)
class Timing:
    """How long a claim is held, a send may take (less than that), and a nonce is surely known."""

    lease_time: timedelta = timedelta(seconds=90)
    sending: timedelta = timedelta(seconds=45)
    nonce: timedelta = timedelta(minutes=2)
    retry: timedelta = timedelta(seconds=30)


@dataclass(frozen=True)
class Delivered:
    """The post is settled.

    `message_ref` is where it is now; None if it was settled before.
    """

    message_ref: MessageRef | None


@dataclass(frozen=True)
class RetryAt:
    """Not settled: look at it again at an instant."""

    at: datetime


@dataclass(frozen=True)
class Blocked:
    """A moderator must act first; the post was not made."""

    reason: BlockReason


@dataclass(frozen=True)
class Undetermined:
    """Nobody can tell whether the post was made."""


Outcome = Delivered | RetryAt | Blocked | Undetermined

_LONGEST_WAIT = timedelta(minutes=10)


class Outbox:
    """Takes posts to Discord. One courier serves a process."""

    def __init__(
        self,
        leases: Leases,
        posts: Posts,
        rate_limiter: RateLimiter,
        sender: Sender,
        clock: Clock,
        timing: Timing = Timing(),
    ) -> None:
        self._leases = leases
        self._posts = posts
        self._rate_limiter = rate_limiter
        self._sender = sender
        self._clock = clock
        self._timing = timing
        self._unrecorded: dict[str, MessageRef] = {}

    async def deliver(self, outgoing: OutgoingPost, contents: Contents) -> Outcome:
        """Take a post as far as it goes now. Raises DatabaseUnavailable, and Unauthorized.

        Where the state goes away on the way, the claim stands and is settled another time.
        """
        await self._rate_limiter.acquire()
        slot = outgoing.slot
        lease = await self._leases.acquire(slot, contents, self._clock(), self._timing.lease_time)
        if isinstance(lease, Busy):
            return Delivered(None) if lease.until is None else RetryAt(lease.until)
        try:
            message_ref = None if lease.is_fresh else await self._look_up(lease, outgoing)
            if message_ref is None:
                message_ref = await self._send(lease, outgoing, contents)
        except Refused as error:
            return await self._give_back(lease, slot, error.reason)
        except Throttled as error:
            return await self._wait(lease, error)
        except (OutcomeUnknown, TimeoutError) as error:
            return await self._postpone(lease, error)
        except HistoryUnreadable:
            await self._posts.end(slot, "unknown", "unreadable", self._clock())
            return Undetermined()
        except Unauthorized:
            await self._leases.postpone(lease, self._clock())
            raise
        if message_ref is None:
            return RetryAt(self._clock() + self._timing.retry)
        return await self._record(outgoing, message_ref, contents)

    async def settle(self, outgoing: OutgoingPost, contents: Contents) -> Outcome:
        """Find out what became of a post that is too late to be sent; nothing is sent.

        Raises DatabaseUnavailable, and Unauthorized.
        """
        slot = outgoing.slot
        lease = await self._leases.acquire(slot, contents, self._clock(), self._timing.lease_time)
        if isinstance(lease, Busy):
            return Delivered(None) if lease.until is None else RetryAt(lease.until)
        message_ref = None
        if not lease.is_fresh:
            await self._rate_limiter.acquire()
            try:
                message_ref = await self._find(lease, outgoing)
            except (Refused, Throttled, OutcomeUnknown, TimeoutError, HistoryUnreadable):
                await self._posts.end(slot, "unknown", "unreadable", self._clock())
                return Undetermined()
        if message_ref:
            return await self._record(outgoing, message_ref, contents)
        await self._posts.end(slot, "skipped", "late", self._clock())
        return Delivered(None)

    async def _look_up(self, lease: Lease, outgoing: OutgoingPost) -> MessageRef | None:
        """Where the post is, if it is there; None where it may be sent (again)."""
        try:
            return await self._find(lease, outgoing)
        except HistoryUnreadable:
            is_known = self._clock() - lease.leased_at < self._timing.nonce
            if is_known and await self._sender.has_nonce(outgoing):
                return None
            raise

    async def _find(self, lease: Lease, outgoing: OutgoingPost) -> MessageRef | None:
        """Where the post is; None where it certainly is not."""
        if outgoing.post_id in self._unrecorded:
            return self._unrecorded[outgoing.post_id]
        async with asyncio.timeout(self._timing.sending.total_seconds()):
            # Where it goes may have been changed since it may have been sent.
            there = replace(outgoing.target, channel_id=lease.channel_id)
            return await self._sender.find(replace(outgoing, target=there), lease.leased_at)

    async def _send(
        self, lease: Lease, outgoing: OutgoingPost, contents: Contents
    ) -> MessageRef | None:
        """Send the post, unless the claim was lost meanwhile: then nothing is sent."""
        if not lease.is_fresh:
            await self._leases.replace(lease, contents, outgoing.target.channel_id)
        asked = self._clock()
        is_mine = await self._leases.renew(lease, asked, self._timing.lease_time)
        # A process that stood still meanwhile may have lost again what it was told is its own.
        if not is_mine or self._clock() - asked > self._timing.lease_time - self._timing.sending:
            log.warning("a claim was lost before sending", post=lease.post_id)
            return None
        async with asyncio.timeout(self._timing.sending.total_seconds()):
            return await self._sender.send(outgoing)

    async def _record(
        self, outgoing: OutgoingPost, message_ref: MessageRef, contents: Contents
    ) -> Outcome:
        self._unrecorded[outgoing.post_id] = message_ref
        publish = outgoing.target.publish
        await self._posts.record(
            outgoing.slot, message_ref, contents.fact_of_the_day, self._clock(), publish
        )
        del self._unrecorded[outgoing.post_id]
        return Delivered(message_ref)

    async def _give_back(self, lease: Lease, slot: Slot, reason: BlockReason) -> Outcome:
        if lease.is_fresh:
            await self._leases.release(lease)
        else:
            await self._posts.end(slot, "failed", reason, self._clock())
        return Blocked(reason)

    async def _wait(self, lease: Lease, error: Throttled) -> Outcome:
        if error.everywhere:
            await self._rate_limiter.hold(error.seconds)
        until = self._clock() + error.wait
        await self._leases.postpone(lease, until)
        return RetryAt(until)

    async def _postpone(self, lease: Lease, error: Exception) -> Outcome:
        delay = min(self._timing.retry * 2 ** (lease.attempts - 1), _LONGEST_WAIT)
        until = self._clock() + delay
        log.warning(
            "it is not known whether a post was made; it will be looked up",
            post=lease.post_id,
            attempt=lease.attempts,
            reason=str(error) or "no answer",
        )
        await self._leases.postpone(lease, until)
        return RetryAt(until)
