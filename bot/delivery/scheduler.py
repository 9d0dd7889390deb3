"""What is due, and which job handles it. Any number of processes may run a scheduler each.

When each item is due is kept in memory, so a tick costs no query; the database is read again only
after it changed. A failure affects only the item that failed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog

from bot.delivery.agenda import Agenda, DueItem
from bot.delivery.delivery_errors import DeliveryError, Unauthorized
from bot.delivery.outbox import Clock, RetryAt
from bot.delivery.rate_limiter import jitter
from bot.metrics import JobOutcome, Metrics
from bot.state.errors import DatabaseUnavailable
from bot.state.state import State

log = structlog.stdlib.get_logger("factdesk.delivery")

AT_ONCE = datetime.fromtimestamp(0, UTC)
"""When an item is due that only waits for a free worker."""

_SHORTEST_SLEEP = timedelta(milliseconds=50)
_BETWEEN_READS = timedelta(seconds=5)
_AFTER_A_BUG = timedelta(minutes=5)
_SHUTDOWN_TIMEOUT = 5.0  # seconds for what is being sent when the process stops


@dataclass(frozen=True)
class SchedulerSettings:
    """How the scheduler keeps time.

    Items that are due together are spread over `spread`. The scheduler looks at least every `tick`,
    and tries again after `retry` if the database or Discord was unavailable.
    """

    spread: timedelta = timedelta(seconds=55)
    tick: timedelta = timedelta(seconds=30)
    retry: timedelta = timedelta(seconds=30)
    workers: int = 16


@dataclass(frozen=True)
class Finished:
    """The item is handled; `next` is when it is due again, if it is.

    `makes_others_due` says that handling it may have made other items due, which the state does not
    announce.
    """

    next: datetime | None
    makes_others_due: bool = True


class Job(Protocol):
    """One kind of work: when its items are due, and how to handle one."""

    async def next_due(self) -> Mapping[str, datetime]:
        """When each item is due next, by its key. Raises DatabaseUnavailable."""
        ...

    async def run(self, key: str, now: datetime) -> Finished | RetryAt:
        """Handle an item that is due. Raises DatabaseUnavailable and DeliveryError."""
        ...


class Scheduler:
    """Runs jobs, given by name, when their items are due. Its `run` is a task of the process."""

    def __init__(
        self,
        state: State,
        jobs: Mapping[str, Job],
        clock: Clock,
        settings: SchedulerSettings,
        metrics: Metrics,
    ) -> None:
        self._state = state
        self._jobs = jobs
        self._clock = clock
        self._settings = settings
        self._metrics = metrics
        self._changes = state.change_feed()
        self._next_due: dict[DueItem, datetime] = {}
        self._agenda = Agenda()
        self._not_before: dict[DueItem, datetime] = {}
        self._running: dict[DueItem, asyncio.Task[None]] = {}
        self._workers = asyncio.Semaphore(settings.workers)
        self._read_at: datetime | None = None
        self._is_stale = True
        self._is_state_lost = False
        self._is_token_refused = False

    @property
    def looked_at(self) -> datetime | None:
        """When it looked last what is due; None before the first time."""
        return self._read_at

    @property
    def waiting(self) -> int:
        """How many items wait for their time, or for a worker."""
        return len(self._next_due)

    def refresh(self) -> None:
        """Read again what is due: the answer service has another base."""
        self._is_stale = True

    async def run(self) -> None:
        """Run what is due, until cancelled or until Discord refuses the token."""
        try:
            while not self._is_token_refused:
                await self._sync_with_state()
                now = self._clock()
                for item in self._agenda.take(now):
                    self._running[item] = asyncio.create_task(self._run(item))
                await asyncio.sleep(self._until_next(now))
            log.error("Discord refuses the token; nothing is sent any more")
        finally:
            await self._stop()

    # --- what is due, and when to look again

    async def _sync_with_state(self) -> None:
        """Write the answers noted meanwhile; read again what is due if anything changed.

        A busy minute changes something all the time, so this waits a few seconds in between.
        """
        now = self._clock()
        if self._read_at and abs(now - self._read_at) < min(self._settings.tick, _BETWEEN_READS):
            return
        try:
            await self._state.public_answers.write()
            self._is_stale = await self._changes.has_changed() or self._is_stale
            self._read_at = now
            if self._is_stale:
                self._is_stale = False  # what changes during the read is read next time
                await self._read_next_due()
            self._is_state_lost = False
        except DatabaseUnavailable as error:
            self._is_stale = True
            if not self._is_state_lost:
                log.warning("the state is unavailable; known items still run", reason=error.reason)
            self._is_state_lost = True

    async def _read_next_due(self) -> None:
        await self._state.settings.load()
        self._next_due = {
            DueItem(name, key): at
            for name, job in self._jobs.items()
            for key, at in (await job.next_due()).items()
        }
        waiting = (item for item in self._next_due if item not in self._running)
        self._agenda.replace({item: self._at(item) for item in waiting})

    def _at(self, item: DueItem) -> datetime:
        """When to run an item: when it is due, plus its jitter, but not before its retry."""
        at = self._next_due[item] + jitter(item.key, self._settings.spread)
        return max(at, self._not_before.get(item, at))

    def _until_next(self, now: datetime) -> float:
        """Seconds to sleep: until the next item is due, and no longer than a tick."""
        first, tick = self._agenda.first(), self._settings.tick
        until = min(first - now, tick) if first else tick
        return max(_SHORTEST_SLEEP, until).total_seconds()

    # --- one item that is due

    async def _run(self, item: DueItem) -> None:
        """Run one item; no failure goes further than this."""
        due, became = self._next_due.get(item), "failed"
        try:
            async with self._workers:
                if self._is_token_refused:
                    return
                outcome = await self._jobs[item.job].run(item.key, self._clock())
        except Unauthorized:
            self._is_token_refused = True
        except (DatabaseUnavailable, DeliveryError) as error:
            became = "unavailable"
            log.warning("failed; will be retried", job=item.job, key=item.key, reason=repr(error))
            self._not_before[item] = self._clock() + self._settings.retry
        except Exception:
            log.exception("failed on a bug; will be retried", job=item.job, key=item.key)
            self._not_before[item] = self._clock() + _AFTER_A_BUG
        else:
            became = "later" if isinstance(outcome, RetryAt) else "finished"
            self._reschedule(item, outcome, due)
        finally:
            self._running.pop(item, None)
            if item in self._next_due:
                self._agenda.put(item, self._at(item))
            self._count(item, became, due)

    def _count(self, item: DueItem, became: JobOutcome, due: datetime | None) -> None:
        late = (self._clock() - due).total_seconds() if due and due != AT_ONCE else None
        self._metrics.job(item.job, became, late)

    def _reschedule(self, item: DueItem, outcome: Finished | RetryAt, due: datetime | None) -> None:
        """Remember when an item that was `due` is due again."""
        if isinstance(outcome, RetryAt):
            self._not_before[item] = outcome.at
            return
        self._not_before.pop(item, None)
        self._is_stale = self._is_stale or outcome.makes_others_due
        if self._next_due.get(item) != due:
            return  # a moderator changed it meanwhile, and that was read
        if outcome.next:
            self._next_due[item] = outcome.next
        else:
            self._next_due.pop(item, None)

    async def _stop(self) -> None:
        """Let what is being sent finish, for a few seconds; then stop."""
        if self._running:
            _, unfinished = await asyncio.wait(self._running.values(), timeout=_SHUTDOWN_TIMEOUT)
            for task in unfinished:
                task.cancel()
        await self._changes.close()
