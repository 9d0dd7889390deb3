"""Whether each post is made once while the processes that make them are killed at random.

`python -m benchmarks.kills [--kills 300] [--seed 1]` runs two processes that post every server's
digest of the day, on each database, and kills them at random moments and at random points of a
delivery. It prints what became of the posts, and fails if one was made twice or is missing.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
from collections import Counter
from datetime import date, timedelta

from benchmarks.delivering import Grounds
from tests.databases import DATABASES
from tests.delivery.case import DAY, TODAY, Case
from tests.delivery.world import Kind

KINDS: tuple[Kind, ...] = ("text", "announcement", "thread", "forum", "blind") * 6
LANES = 2  # cases at a time
KILLS_A_DAY = 12
ODDS = 0.02  # of being killed at each point of a delivery
PAUSES = (0, 0, 0, 5, 30, 150, 300)  # seconds that pass before a process starts again


async def run_day(case: Case, day: date, chance: random.Random) -> int:
    """Post a day's digests while processes are killed; returns how many were killed."""
    working = [case.start_process(odds=ODDS) for _ in range(2)]
    kills = 0
    while kills < KILLS_A_DAY and not await is_settled(case, day):
        await asyncio.sleep(chance.uniform(0.05, 1.2))
        victim = chance.randrange(len(working))
        await working[victim].kill()
        kills += 1
        case.time.pass_by(timedelta(seconds=chance.choice(PAUSES)))
        working[victim] = case.start_process(odds=ODDS)
    kills += sum(deliverer.has_ended for deliverer in working)
    for deliverer in working:
        await deliverer.kill()
    last = case.start_process()
    await case.settled(day=day)
    await last.kill()
    return kills


async def is_settled(case: Case, day: date) -> bool:
    """Whether every server's digest of a day is finished."""
    days = [schedule.next_day for schedule in await case.state.digests.all()]
    return all(next_day is None or next_day > day for next_day in days)


async def count_up(case: Case, day: date) -> Counter[str]:
    """What became of a day's posts."""
    counts: Counter[str] = Counter()
    for number, kind in enumerate(KINDS):
        messages = len(case.of(day, number, kind))
        post = await case.post(number, day)
        status = post.status if post else "none"
        counts["posts"] += messages
        counts["duplicates"] += max(0, messages - 1)
        counts["missing"] += not messages and status != "unknown"
        counts["unknown"] += status == "unknown"
        counts["other"] += status not in {"sent", "unknown"}
    return counts


async def lane(grounds: Grounds, kills: int, seed: int) -> Counter[str]:
    """Run days until so many processes were killed."""
    chance = random.Random(seed)  # noqa: S311
    total: Counter[str] = Counter()
    async with grounds.case() as case:
        await case.due(*KINDS)
        day = TODAY
        while total["kills"] < kills:
            total["kills"] += await run_day(case, day, chance)
            total += await count_up(case, day)
            day += DAY
            case.time.begin(day)
    return total


async def main() -> int:
    """Run, and print the figures; returns 1 if a post was made twice or is missing."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    faults = 0
    for database in DATABASES:
        async with Grounds.opened(database) as grounds:
            lanes = [
                lane(grounds, given.kills // LANES, given.seed + number) for number in range(LANES)
            ]
            total = sum(await asyncio.gather(*lanes), Counter[str]())
        names = ("kills", "posts", "duplicates", "missing", "unknown", "other")
        print(f"{database}:", ", ".join(f"{total[name]} {name}" for name in names), flush=True)
        faults += total["duplicates"] + total["missing"] + total["other"]
    return min(1, faults)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
