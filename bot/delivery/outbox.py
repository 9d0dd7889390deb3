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
from bot.delivery.delivery_errors import Doubtful, Refused, Throttled, Unauthorized, Unreadable
from bot.delivery.rate_limiter import Pace
from bot.state.digests import Pause, Target
from bot.state.posts import Claim, Contents, Held, Place, Posts, Slot

log = structlog.stdlib.get_logger("factdesk.delivery")


Clock = Callable[[], datetime]
"""Tells the present instant, aware."""


@dataclass(frozen=True)
class Parcel:
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

    async def send(self, parcel: Parcel) -> Place:
        """Send a post, with its id as the nonce; returns where it is."""
        ...

    async def find(self, parcel: Parcel, since: datetime) -> Place | None:
        """Look for a post that may have been sent since an instant."""
        ...

    async def has_nonce(self, parcel: Parcel) -> bool:
        """Whether Discord itself keeps the post from being made twice for some minutes."""
        ...


@dataclass(frozen=True)
class Timing:
    """How long a claim is held, a send may take (less than that), and a nonce is surely known."""

    lease: timedelta = timedelta(seconds=90)
    sending: timedelta = timedelta(seconds=45)
    nonce: timedelta = timedelta(minutes=2)
    retry: timedelta = timedelta(seconds=30)


@dataclass(frozen=True)
class Done:
    """The post is settled; `place` is where it was put now, None where it was settled before."""

    place: Place | None


@dataclass(frozen=True)
class Later:
    """Not settled: look at it again at an instant."""

    at: datetime


@dataclass(frozen=True)
class Stuck:
    """A moderator must act first; the post was not made."""

    reason: Pause


@dataclass(frozen=True)
class Unknown:
    """Nobody can tell whether the post was made."""


Outcome = Done | Later | Stuck | Unknown

_LONGEST_WAIT = timedelta(minutes=10)


class Courier:
    """Takes posts to Discord. One courier serves a process."""

    def __init__(
        self,
        posts: Posts,
        pace: Pace,
        sender: Sender,
        clock: Clock,
        timing: Timing = Timing(),
    ) -> None:
        self._posts = posts
        self._pace = pace
        self._sender = sender
        self._clock = clock
        self._timing = timing
        self._unrecorded: dict[str, Place] = {}

    async def deliver(self, parcel: Parcel, contents: Contents) -> Outcome:
        """Take a post as far as it goes now. Raises StateAway, and Unauthorized.

        Where the state goes away on the way, the claim stands and is settled another time.
        """
        await self._pace.turn()
        slot = parcel.slot
        claim = await self._posts.claim(slot, contents, self._clock(), self._timing.lease)
        if isinstance(claim, Held):
            return Done(None) if claim.until is None else Later(claim.until)
        try:
            place = None if claim.is_fresh else await self._look_up(claim, parcel)
            if place is None:
                place = await self._send(claim, parcel, contents)
        except Refused as error:
            return await self._give_back(claim, slot, error.reason)
        except Throttled as error:
            return await self._wait(claim, error)
        except (Doubtful, TimeoutError) as error:
            return await self._postpone(claim, error)
        except Unreadable:
            await self._posts.end(slot, "unknown", "unreadable", self._clock())
            return Unknown()
        except Unauthorized:
            await self._posts.postpone(claim, self._clock())
            raise
        if place is None:
            return Later(self._clock() + self._timing.retry)
        return await self._record(parcel, place, contents)

    async def settle(self, parcel: Parcel, contents: Contents) -> Outcome:
        """Find out what became of a post that is too late to be sent; nothing is sent.

        Raises StateAway, and Unauthorized.
        """
        slot = parcel.slot
        claim = await self._posts.claim(slot, contents, self._clock(), self._timing.lease)
        if isinstance(claim, Held):
            return Done(None) if claim.until is None else Later(claim.until)
        place = None
        if not claim.is_fresh:
            await self._pace.turn()
            try:
                place = await self._find(claim, parcel)
            except (Refused, Throttled, Doubtful, TimeoutError, Unreadable):
                await self._posts.end(slot, "unknown", "unreadable", self._clock())
                return Unknown()
        if place:
            return await self._record(parcel, place, contents)
        await self._posts.end(slot, "skipped", "late", self._clock())
        return Done(None)

    async def _look_up(self, claim: Claim, parcel: Parcel) -> Place | None:
        """Where the post is, if it is there; None where it may be sent (again)."""
        try:
            return await self._find(claim, parcel)
        except Unreadable:
            is_known = self._clock() - claim.claimed_at < self._timing.nonce
            if is_known and await self._sender.has_nonce(parcel):
                return None
            raise

    async def _find(self, claim: Claim, parcel: Parcel) -> Place | None:
        """Where the post is; None where it certainly is not."""
        if parcel.post_id in self._unrecorded:
            return self._unrecorded[parcel.post_id]
        async with asyncio.timeout(self._timing.sending.total_seconds()):
            # Where it goes may have been changed since it may have been sent.
            there = replace(parcel.target, channel_id=claim.channel_id)
            return await self._sender.find(replace(parcel, target=there), claim.claimed_at)

    async def _send(self, claim: Claim, parcel: Parcel, contents: Contents) -> Place | None:
        """Send the post, unless the claim was lost meanwhile: then nothing is sent."""
        if not claim.is_fresh:
            await self._posts.replace(claim, contents, parcel.target.channel_id)
        asked = self._clock()
        is_mine = await self._posts.renew(claim, asked, self._timing.lease)
        # A process that stood still meanwhile may have lost again what it was told is its own.
        if not is_mine or self._clock() - asked > self._timing.lease - self._timing.sending:
            log.warning("a claim was lost before sending", post=claim.post_id)
            return None
        async with asyncio.timeout(self._timing.sending.total_seconds()):
            return await self._sender.send(parcel)

    async def _record(self, parcel: Parcel, place: Place, contents: Contents) -> Outcome:
        self._unrecorded[parcel.post_id] = place
        publish = parcel.target.publish
        await self._posts.record(parcel.slot, place, contents.focus, self._clock(), publish)
        del self._unrecorded[parcel.post_id]
        return Done(place)

    async def _give_back(self, claim: Claim, slot: Slot, reason: Pause) -> Outcome:
        if claim.is_fresh:
            await self._posts.release(claim)
        else:
            await self._posts.end(slot, "failed", reason, self._clock())
        return Stuck(reason)

    async def _wait(self, claim: Claim, error: Throttled) -> Outcome:
        if error.everywhere:
            await self._pace.hold(error.seconds)
        until = self._clock() + error.wait
        await self._posts.postpone(claim, until)
        return Later(until)

    async def _postpone(self, claim: Claim, error: Exception) -> Outcome:
        delay = min(self._timing.retry * 2 ** (claim.attempts - 1), _LONGEST_WAIT)
        until = self._clock() + delay
        log.warning(
            "it is not known whether a post was made; it will be looked up",
            post=claim.post_id,
            attempt=claim.attempts,
            reason=str(error) or "no answer",
        )
        await self._posts.postpone(claim, until)
        return Later(until)
