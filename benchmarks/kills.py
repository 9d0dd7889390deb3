"""Whether each post and notice is made once while the processes that make them are killed.

`python -m benchmarks.kills [--kills 300] [--seed 1] [--database sqlite]` runs two processes that
post every server's digest of the day, on each database, and kills them at random moments and at
random points of a delivery. Some servers refuse their digest, so their moderators are to be warned;
so are those of whose digest nobody can tell whether it was posted. Each server's log channel is to
get an announcement. It prints what became of all that, and fails if anything was made twice or is
missing.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
from collections import Counter
from datetime import date, datetime, timedelta

from benchmarks.delivering import Grounds
from bot.state.notices import Notice
from tests.databases import DATABASES
from tests.delivery import world
from tests.delivery.case import DAY, TODAY, Case, until
from tests.delivery.discord import refusing
from tests.delivery.world import NOON, Kind

KINDS: tuple[Kind, ...] = ("text", "announcement", "thread", "forum", "blind") * 6
REFUSING = range(0, len(KINDS), 5)  # the servers whose channel refuses the digest
LANES = 2  # cases at a time
KILLS_A_DAY = 12
ODDS = 0.02  # of being killed at each point of a delivery
PAUSES = (0, 0, 0, 5, 30, 150, 300)  # seconds that pass before a process starts again

FAULTS = ("duplicates", "missing", "other", "notices doubled", "notices missing")
COUNTED = ("kills", "posts", "unknown", "notices", *FAULTS)


async def begin_day(case: Case, day: date) -> None:
    """Have every server's digest due, some refused, and an announcement made in each log."""
    now = datetime.combine(day, NOON.timetz())
    for number, kind in enumerate(KINDS):
        server, person = world.server_id(number), world.moderator_id(number)
        made = Notice(server, "setting", now, "approval.off", member_id=person)
        await case.state.notices.add(made)
        if number in REFUSING:
            await case.state.digests.resume(server, now, day)
            case.discord.faults[world.channel_id(number, kind)] = [refusing(403, 50013)] * 99


async def run_day(case: Case, day: date, chance: random.Random) -> int:
    """Post a day's digests while processes are killed; returns how many were killed."""
    await begin_day(case, day)
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
    await until("every notice to be delivered", case.has_told_all)
    await last.kill()
    return kills


async def is_settled(case: Case, day: date) -> bool:
    """Whether every server's digest of a day is finished, and everybody heard of it."""
    days = [schedule.next_day for schedule in await case.state.digests.all()]
    is_over = all(next_day is None or next_day > day for next_day in days)
    return is_over and await case.has_told_all()


async def count_up(case: Case, day: date) -> Counter[str]:
    """What became of a day's posts and notices."""
    counts: Counter[str] = Counter()
    for number, kind in enumerate(KINDS):
        messages = len(case.of(day, number, kind))
        post = await case.post(number, day)
        status = "refused" if number in REFUSING else post.status if post else "none"
        counts["posts"] += messages
        counts["duplicates"] += max(0, messages - 1)
        counts["missing"] += not messages and status == "sent"
        counts["unknown"] += status == "unknown"
        counts["other"] += status not in {"sent", "unknown", "refused"}
        counts += count_notices(case, number, is_warned=status != "sent")
    return counts


def count_notices(case: Case, number: int, is_warned: bool) -> Counter[str]:
    """What became of a server's notices; they are taken away, as the next day brings the same."""
    warnings, log = case.discord.told(number), case.discord.posts(number, "log")
    announcements = [each for each in log if "turning approval" in each["content"]]
    expected = 1 + is_warned
    found = len(warnings) + len(announcements)
    case.discord.messages[world.dm_id(number)].clear()
    log.clear()
    return Counter(
        {
            "notices": found,
            "notices doubled": max(0, found - expected),
            "notices missing": max(0, expected - found),
        }
    )


async def lane(grounds: Grounds, kills: int, seed: int) -> Counter[str]:
    """Run days until so many processes were killed."""
    chance = random.Random(seed)  # noqa: S311
    total: Counter[str] = Counter()
    async with grounds.case() as case:
        await case.due(*KINDS)
        for number in range(len(KINDS)):
            log_id = world.channel_id(number, "log")
            await case.state.settings.choose_log(world.server_id(number), log_id)
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
    parser.add_argument("--database", choices=DATABASES, action="append")
    given = parser.parse_args()
    faults = 0
    for database in given.database or DATABASES:
        async with Grounds.opened(database) as grounds:
            lanes = [
                lane(grounds, given.kills // LANES, given.seed + number) for number in range(LANES)
            ]
            total = sum(await asyncio.gather(*lanes), Counter[str]())
        print(f"{database}:", ", ".join(f"{total[name]} {name}" for name in COUNTED), flush=True)
        faults += sum(total[name] for name in FAULTS)
    return min(1, faults)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
