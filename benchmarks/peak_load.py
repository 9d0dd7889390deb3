"""What it costs to post the digests of 2,500 servers that are due in the same minute.

`python -m benchmarks.peak_load [--servers 2500] [--database sqlite] [--processes 1]` posts digests
of the shipped base, in three languages and with pictures, to a Discord on loopback that answers in
50 to 150 ms. Servers began on thirty different days, so that many read different digests. It prints
when the last post was made, the most requests in any second, how many posts failed, and for each
post the time of processor, the transactions and the rows of PostgreSQL. At last it prints the
longest time for which a process's event loop, and so every answer, stood still.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import random
import re
import sys
from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, thread_time

from discord.http import Route
from sqlalchemy import text

from benchmarks.delivering import Grounds
from bot import logs
from bot.facts.load import Folders
from bot.state.state import State
from bot.state.tables import digest, digest_story
from tests.databases import DATABASES
from tests.delivery import world
from tests.delivery.case import DAY, TODAY, Case, until
from tests.delivery.deliverer import Deliverer
from tests.delivery.orders import Orders
from tests.delivery.process import deliver, discord_at
from tests.delivery.world import NOON, Kind
from tests.forks import ROOT

DUE_IN = timedelta(minutes=60)
AHEAD = timedelta(seconds=5)
LONGEST = 300.0  # seconds to wait for the last post
REAL = {"lease": 90, "sending": 45, "retry": 30, "spread": 55, "tick": 30}
"""The timing of production."""

_LANGUAGES = ("en", "ko", "ja")
_BEGAN = 30  # days on which the servers began, one after another
_STARTED = 25.0  # seconds after which a process has begun all that it does after a start
_RESTED = 5.0  # seconds in which one that rests uses next to no processor
_LOOK = 0.02  # seconds between looks at the loop
_COUNTED = """
SELECT xact_commit, tup_returned + tup_fetched, tup_inserted + tup_updated + tup_deleted
FROM pg_stat_database WHERE datname = current_database()
"""


@dataclass(frozen=True)
class Usage:
    """What was used so far: seconds of processor, and of the database if it counts."""

    cpu: float
    transactions: int = 0
    read: int = 0
    written: int = 0

    def since(self, before: Usage, posts: int) -> str:
        """What each post has used since."""
        cost = f"{(self.cpu - before.cpu) / posts * 1000:.1f} ms of processor"
        if not self.transactions:
            return cost
        counts = (
            self.transactions - before.transactions,
            self.read - before.read,
            self.written - before.written,
        )
        transactions, read, written = (f"{each / posts:.1f}" for each in counts)
        return f"{cost}, {transactions} transactions, {read} rows read, {written} written"


async def usage(state: State, processes: list[Deliverer]) -> Usage:
    """What the processes and the database have used so far."""
    cpu = sum(_cpu(each.process_id) for each in processes)
    if state.database.is_sqlite:
        return Usage(cpu)
    await asyncio.sleep(1.5)  # the database's own count is a second late
    async with state.database.transaction() as connection:
        return Usage(cpu, *(await connection.execute(text(_COUNTED))).one())


async def rested(processes: list[Deliverer]) -> None:
    """Wait until the processes have drawn charts ahead, which they begin soon after a start."""
    await asyncio.sleep(_STARTED)
    while True:
        before = sum(_cpu(each.process_id) for each in processes)
        await asyncio.sleep(_RESTED)
        used = sum(_cpu(each.process_id) for each in processes) - before
        if used < len(processes) * _RESTED / 20:
            return


def _cpu(pid: int) -> float:
    """Seconds of the processor that a process has used, with all threads."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(each.read_text().split()[0]) for each in threads) / 1e9


def deliver_watched() -> None:
    """Deliver, and write to the log for how long the loop stood still."""
    orders = Orders(**json.loads(sys.argv[1]))
    Route.BASE = discord_at(orders.discord_port)
    logs.configure("json")
    asyncio.run(_watched(orders))


async def _watched(orders: Orders) -> None:
    offset = timedelta(0)

    async def follow_clock() -> None:
        nonlocal offset
        while True:
            written = Path(orders.clock).read_text("ascii")  # noqa: ASYNC240
            offset = timedelta(seconds=float(written))
            await asyncio.sleep(1)

    async def freeze() -> None:
        await asyncio.sleep(_STARTED)
        gc.collect()
        gc.freeze()  # as production does once it is ready

    # A clock that reads no file, as production's reads none.
    world.clock = lambda _: datetime.now(UTC) + offset
    beside = [asyncio.create_task(each) for each in (follow_clock(), freeze())]
    delivering = asyncio.create_task(deliver(orders, nullcontext()))
    while not delivering.done():
        began, worked = monotonic(), thread_time()
        await asyncio.sleep(_LOOK)
        stop, own = monotonic() - began - _LOOK, thread_time() - worked
        if stop > _LOOK / 4:
            print(f"stop {stop * 1000:.0f} {own * 1000:.0f}", file=sys.stderr)
    for task in beside:
        task.cancel()
    await delivering


def shipped_base(folder: Path) -> Folders:
    """The base of this repository, as if it were written to a folder."""
    for name in ("facts", "seeds"):
        (folder / name).symlink_to(ROOT / name)
    return Folders(folder / "facts", folder / "seeds")


async def vary(case: Case, servers: int, stories: list[str]) -> None:
    """Let the servers have different languages and days on which they began."""
    past = [
        {"server_id": world.server_id(number), "story": stories[(number + ago) % len(stories)]}
        | {"day": TODAY - ago * DAY}
        for number in range(servers)
        for ago in range(1, number % _BEGAN)
    ]
    async with case.state.database.transaction() as connection:
        for number, language in enumerate(_LANGUAGES):
            of_it = digest.c.server_id / 100 % len(_LANGUAGES) == number
            await connection.execute(digest.update().where(of_it).values(language=language))
        await connection.execute(digest.update().values(when_empty="story"))
        if past:
            await connection.execute(digest_story.insert(), past)


async def at_peak(case: Case, servers: int, processes: int) -> str:
    """Post the digests; returns a line with the figures."""
    kinds: list[Kind] = ["text"] * servers
    await case.due(*kinds, at=DUE_IN)
    stories = [path.stem for path in sorted((ROOT / "facts" / "stories").glob("*.yaml"))]
    await vary(case, servers, stories)
    started = [
        case.start_process(
            main="benchmarks.peak_load:deliver_watched", composes="digests", **REAL | {"tick": 1}
        )
        for _ in range(processes)
    ]
    await until("logins", lambda: len(case.discord.times) == 2 * processes, LONGEST)
    await rested(started)
    case.discord.delay = lambda: random.uniform(0.05, 0.15)  # noqa: S311
    case.discord.times.clear()
    gc.collect()
    gc.disable()  # a collection here would be counted as requests that come together
    before, logged = await usage(case.state, started), [len(each.log) for each in started]
    case.time.pass_by(NOON + DUE_IN - AHEAD - case.time.now())
    due_at = monotonic() + AHEAD.total_seconds()
    await until("the last post", lambda: len(case.discord.attempts) >= servers, LONGEST)
    took = case.discord.attempts[-1].at - due_at
    await asyncio.sleep(3)
    gc.enable()
    used = (await usage(case.state, started)).since(before, servers)
    logs = [each.log[length:] for each, length in zip(started, logged, strict=True)]
    await case.settled()
    statuses: Counter[str] = Counter()
    for number in range(servers):
        post = await case.post(number)
        statuses[post.status if post else "none"] += 1
    messages = sum(len(case.discord.posts(number, "text")) for number in range(servers))
    return (
        f"last post after {took:.1f} s, at most {most_in_a_second(case.discord.times)} requests"
        f" a second, {servers - statuses['sent']} failed, {messages} messages; a post: {used};"
        f" {longest_stop(logs)}"
    )


def longest_stop(logs: list[str]) -> str:
    """The longest stop of a loop by the logs, and the longest that was its own work."""
    stops = [tuple(map(int, each)) for log in logs for each in re.findall(r"stop (\d+) (\d+)", log)]
    longest, own = (max((stop[each] for stop in stops), default=0) for each in (0, 1))
    return f"longest stop {longest} ms, longest work {own} ms"


def most_in_a_second(times: list[float]) -> int:
    """The most of these times within any one second."""
    first = most = 0
    for last, time in enumerate(times):
        while times[first] < time - 1:
            first += 1
        most = max(most, last - first + 1)
    return most


async def main() -> None:
    """Run, and print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--servers", type=int, default=2500)
    parser.add_argument("--database", choices=DATABASES, action="append")
    parser.add_argument("--processes", type=int, action="append")
    given = parser.parse_args()
    for database in given.database or DATABASES:
        async with Grounds.opened(database, shipped_base) as grounds:
            for processes in given.processes or (1, 2):
                async with grounds.case() as case:
                    figures = await at_peak(case, given.servers, processes)
                print(f"{database}, {processes} process(es): {figures}", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
