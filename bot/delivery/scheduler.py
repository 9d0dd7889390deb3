"""When something is due, and who sees to it then. Any number of processes may run one each.

The next instant of everything that comes due is kept in memory, so a tick costs no query; the
database is read again only when it was changed. What fails, fails alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.delivery.delivery_errors import DeliveryError, Refused, Throttled, Unauthorized
from bot.delivery.outbox import Clock, RetryAt
from bot.delivery.rate_limiter import RateLimiter, jitter
from bot.state.errors import DatabaseUnavailable
from bot.state.posts import MessageRef
from bot.state.state import State

log = structlog.stdlib.get_logger("factdesk.delivery")

KEPT_AFTER_LEAVING = timedelta(days=30)
"""How long a server's settings are kept after the bot was removed from it."""

KEPT_POSTS = timedelta(days=90)
"""How long it is known what was posted."""

_SHORTEST_SLEEP = timedelta(milliseconds=50)
_BETWEEN_READS = timedelta(seconds=5)
_AFTER_A_FAULT = timedelta(minutes=5)
_LAST_WAIT = 5.0  # seconds for what is being sent when the process stops


@dataclass(frozen=True)
class Rules:
    """How the scheduler keeps time.

    What is due together is spread over `spread`; it looks up at least every `tick`; after `retry`
    it tries again where the state was away.
    """

    spread: timedelta = timedelta(seconds=55)
    tick: timedelta = timedelta(seconds=30)
    retry: timedelta = timedelta(seconds=30)
    workers: int = 16


@dataclass(frozen=True)
class Finished:
    """Seen to; `next` is when it comes round again, None where it does not."""

    next: datetime | None


class Job(Protocol):
    """One kind of thing that comes due: when each is, and what is done then."""

    async def next_due(self) -> Mapping[str, datetime]:
        """When each is due next, by its key. Raises DatabaseUnavailable."""
        ...

    async def run(self, key: str, now: datetime) -> Finished | RetryAt:
        """See to one that is due. Raises DatabaseUnavailable and DeliveryError."""
        ...


class Publisher(Protocol):
    """Publishes posts; may raise what `outcomes` names."""

    async def publish(self, message_ref: MessageRef) -> None:
        """Publish a post of an announcement channel to the servers that follow it."""
        ...


class Scheduler:
    """Sees to everything that comes due. `run` it as a task of the process."""

    def __init__(
        self,
        state: State,
        jobs: Sequence[Job],
        publisher: Publisher,
        rate_limiter: RateLimiter,
        clock: Clock,
        rules: Rules = Rules(),
    ) -> None:
        self._state = state
        self._jobs = jobs
        self._publisher = publisher
        self._rate_limiter = rate_limiter
        self._clock = clock
        self._rules = rules
        self._changes = state.change_feed()
        self._next_due: dict[tuple[int, str], datetime] = {}
        self._not_before: dict[tuple[int, str], datetime] = {}
        self._at_work: dict[tuple[int, str], asyncio.Task[None]] = {}
        self._room = asyncio.Semaphore(rules.workers)
        self._publishing: asyncio.Task[None] | None = None
        self._may_publish = True
        self._publish_not_before: datetime | None = None
        self._clean_at: datetime | None = None
        self._is_refused = False
        self._is_away = False
        self._is_stale = True
        self._read_at: datetime | None = None

    def refresh(self) -> None:
        """Have everything that comes due read again: the open base is another one now."""
        self._is_stale = True

    async def run(self) -> None:
        """See to what is due, until cancelled; or until Discord refuses the token."""
        try:
            while not self._is_refused:
                await self._read_changes()
                now = self._clock()
                for each in self._due(now):
                    self._at_work[each] = asyncio.create_task(self._run(each))
                if self._may_publish and not self._publishing and self._is_time_to_publish(now):
                    self._publishing = asyncio.create_task(self._publish())
                await self._enforce_retention(now)
                await asyncio.sleep(self._until_next(now))
            log.error("Discord refuses the token; nothing is sent any more")
        finally:
            await self._stop()

    # --- what is due, and when to look again

    async def _read_changes(self) -> None:
        """Read again what is due when, where anything may have changed.

        A busy minute changes it all the time by itself, so this is not done at every turn.
        """
        now = self._clock()
        if self._read_at and abs(now - self._read_at) < min(self._rules.tick, _BETWEEN_READS):
            return
        try:
            self._is_stale = await self._changes.has_changed() or self._is_stale
            self._read_at = now
            if self._is_stale:
                self._is_stale = False  # whatever changes while this reads is read next time
                await self._state.settings.load()
                self._next_due = {
                    (number, key): at
                    for number, one in enumerate(self._jobs)
                    for key, at in (await one.next_due()).items()
                }
            self._is_away = False
        except DatabaseUnavailable as error:
            self._is_stale = True
            if not self._is_away:
                log.warning("the state is away; what is known goes on", reason=error.reason)
            self._is_away = True

    def _at(self, each: tuple[int, str]) -> datetime:
        """When one is to be seen to: its time, its own place in the minute, or a retry."""
        at = self._next_due[each] + jitter(each[1], self._rules.spread)
        return max(at, self._not_before.get(each, at))

    def _due(self, now: datetime) -> list[tuple[int, str]]:
        free = (each for each in self._next_due if each not in self._at_work)
        return [each for each in free if self._at(each) <= now]

    def _until_next(self, now: datetime) -> float:
        """Seconds to sleep: until the next is due, and no longer than a tick."""
        instants = [self._at(each) for each in self._next_due if each not in self._at_work]
        until = min(instants, default=now + self._rules.tick) - now
        return max(_SHORTEST_SLEEP, min(until, self._rules.tick)).total_seconds()

    # --- one that is due

    async def _run(self, each: tuple[int, str]) -> None:
        """See to one; whatever goes wrong stays here."""
        number, key = each
        try:
            async with self._room:
                if self._is_refused:
                    return
                outcome = await self._jobs[number].run(key, self._clock())
        except Unauthorized:
            self._is_refused = True
        except (DatabaseUnavailable, DeliveryError) as error:
            log.warning("not settled; it is tried again", of=key, reason=repr(error))
            self._not_before[each] = self._clock() + self._rules.retry
        except Exception:
            log.exception("not settled, by a fault of the program", of=key)
            self._not_before[each] = self._clock() + _AFTER_A_FAULT
        else:
            self._keep(each, outcome)
        finally:
            self._at_work.pop(each, None)

    def _keep(self, each: tuple[int, str], outcome: Finished | RetryAt) -> None:
        """Remember when to look at one again."""
        if isinstance(outcome, RetryAt):
            self._not_before[each] = outcome.at
            return
        self._not_before.pop(each, None)
        self._may_publish = True
        # A moderator may have changed it meanwhile, which then counts.
        self._is_stale = True
        if outcome.next:
            self._next_due[each] = outcome.next
        else:
            self._next_due.pop(each, None)

    # --- what comes after

    def _is_time_to_publish(self, now: datetime) -> bool:
        return self._publish_not_before is None or self._publish_not_before <= now

    async def _publish(self) -> None:
        """Publish what waits for it, one post after the other."""
        self._may_publish = False
        try:
            for post in await self._state.posts.unpublished():
                assert post.message_ref, "only what was sent waits to be published"
                await self._rate_limiter.acquire()
                is_done = await self._is_published(post.message_ref)
                await self._state.posts.mark_published(post.post_id, is_done)
        except Throttled as error:
            self._publish_later(error.wait)
        except Unauthorized:
            self._is_refused = True
        except (DatabaseUnavailable, DeliveryError) as error:
            log.warning("publishing waits", reason=repr(error))
            self._publish_later(self._rules.retry)
        except Exception:
            log.exception("publishing waits, by a fault of the program")
            self._publish_later(_AFTER_A_FAULT)
        finally:
            self._publishing = None

    def _publish_later(self, wait: timedelta) -> None:
        self._may_publish, self._publish_not_before = True, self._clock() + wait

    async def _is_published(self, message_ref: MessageRef) -> bool:
        try:
            await self._publisher.publish(message_ref)
        except Refused as error:
            log.warning(
                "a post cannot be published", channel=message_ref.channel_id, reason=error.reason
            )
            return False
        return True

    async def _enforce_retention(self, now: datetime) -> None:
        """Write what was put off; once a day, forget what need not be known any more."""
        try:
            await self._state.public_answers.write()
            if self._clean_at and now < self._clean_at:
                return
            await self._state.settings.purge(now - KEPT_AFTER_LEAVING)
            await self._state.posts.forget(now - KEPT_POSTS)
            await self._state.briefings.forget(now - KEPT_POSTS)
            await self._state.public_answers.forget(now - KEPT_POSTS)
            await self._state.base_versions.forget_unused()
            self._clean_at = now + timedelta(days=1)
        except DatabaseUnavailable as error:
            log.warning("the state is away; tidying waits", reason=error.reason)
            self._clean_at = now + self._rules.retry

    async def _stop(self) -> None:
        """Let what is being sent come to its end, for a while; then stop."""
        tasks = [*self._at_work.values(), *([self._publishing] if self._publishing else [])]
        if tasks:
            _, unfinished = await asyncio.wait(tasks, timeout=_LAST_WAIT)
            for task in unfinished:
                task.cancel()
        await self._changes.close()
