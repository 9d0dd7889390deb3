"""How long it takes to post the digests of 2,500 servers that are due in the same minute.

`python -m benchmarks.peak_load [--servers 2500]` posts them with one process and with two, on each
database, to a Discord on loopback that answers in 50 to 150 ms. It prints when the last post was
made, the most requests in any second, and how many posts failed.
"""

from __future__ import annotations

import argparse
import asyncio
import random
from collections import Counter
from datetime import timedelta
from time import monotonic

from benchmarks.delivering import Grounds
from tests.databases import DATABASES
from tests.delivery.case import Case, until
from tests.delivery.world import NOON, Kind

DUE_IN = timedelta(minutes=60)
AHEAD = timedelta(seconds=5)
LONGEST = 300.0  # seconds to wait for the last post
REAL = {"lease": 90, "sending": 45, "retry": 30, "spread": 55, "tick": 30}
"""The timing of production."""


async def at_peak(case: Case, servers: int, processes: int) -> str:
    """Post the digests; returns a line with the figures."""
    kinds: list[Kind] = ["text"] * servers
    await case.due(*kinds, at=DUE_IN)
    for _ in range(processes):
        case.start_process(**REAL | {"tick": 1})
    await until("logins", lambda: len(case.discord.times) == 2 * processes, LONGEST)
    await asyncio.sleep(5)
    case.discord.delay = lambda: random.uniform(0.05, 0.15)  # noqa: S311
    case.discord.times.clear()
    case.time.pass_by(NOON + DUE_IN - AHEAD - case.time.now())
    due_at = monotonic() + AHEAD.total_seconds()
    await until("the last post", lambda: len(case.discord.attempts) >= servers, LONGEST)
    took = case.discord.attempts[-1].at - due_at
    await case.settled()
    statuses: Counter[str] = Counter()
    for number in range(servers):
        post = await case.post(number)
        statuses[post.status if post else "none"] += 1
    messages = sum(len(case.discord.posts(number, "text")) for number in range(servers))
    return (
        f"last post after {took:.1f} s, at most {most_in_a_second(case.discord.times)} requests"
        f" a second, {servers - statuses['sent']} failed, {messages} messages"
    )


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
    given = parser.parse_args()
    for database in DATABASES:
        async with Grounds.opened(database) as grounds:
            for processes in (1, 2):
                async with grounds.case() as case:
                    figures = await at_peak(case, given.servers, processes)
                print(f"{database}, {processes} process(es): {figures}", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
