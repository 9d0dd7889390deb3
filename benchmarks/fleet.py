"""What servers cost a fleet: processor, memory, and queries and rows of PostgreSQL.

`python -m benchmarks.fleet [--servers 20000] [--digests 2000] [--commands 2000]` starts four
processes with four shards each, before a small Discord that has the servers and a real PostgreSQL.
It reads what they use while they rest, while digests are due in some of the servers at once, and
while commands are asked one after another in all shards.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from sqlalchemy import text

from bot.facts.build import build
from bot.facts.load import Folders
from tests.databases import running_postgres
from tests.fleet import Fleet
from tests.forks import Forks
from tests.test_run import ROOT

PROCESSES = ("0-3/16", "4-7/16", "8-11/16", "12-15/16")
_SHARDS = 16
_REST = 30.0  # seconds
_LONGEST = 500.0  # seconds for all digests
_COUNTED = """
SELECT xact_commit, tup_returned + tup_fetched, tup_inserted + tup_updated + tup_deleted
FROM pg_stat_database WHERE datname = current_database()
"""


@dataclass(frozen=True)
class Usage:
    """What was used so far: by the processes, and of the database."""

    at: float
    cpu: float
    commits: int
    read: int
    written: int

    def __sub__(self, before: Usage) -> Usage:
        return Usage(
            self.at - before.at,
            self.cpu - before.cpu,
            self.commits - before.commits,
            self.read - before.read,
            self.written - before.written,
        )

    def __str__(self) -> str:
        return (
            f"{self.at:.0f} s, {self.cpu:.1f} s of processor, {self.commits} transactions,"
            f" {self.read} rows read, {self.written} written"
        )


def _cpu(pid: int) -> float:
    """Seconds of the processor that a process has used, with all threads."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(each.read_text().split()[0]) for each in threads) / 1e9


def _memory(pid: int) -> float:
    """MiB that a process holds alone, without what it shares with the one that forked it."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


async def _usage(fleet: Fleet) -> Usage:
    await asyncio.sleep(1.5)  # the database's own count is a second late
    async with fleet.state.database.transaction() as connection:
        commits, read, written = (await connection.execute(text(_COUNTED))).one()
    cpu = sum(_cpu(run.process_id) for run in fleet.runs)
    return Usage(monotonic(), cpu, commits, read, written)


async def _digests(fleet: Fleet, number: int) -> None:
    """Have digests due at once in so many servers, and wait for all."""
    await fleet.due(numbers=range(number))
    end = monotonic() + _LONGEST
    while len(fleet.discord.posts) < number and monotonic() < end:  # noqa: ASYNC110
        await asyncio.sleep(0.5)
    print(f"digests posted: {len(fleet.discord.posts)} of {number}")


async def _commands(fleet: Fleet, number: int) -> None:
    for first in range(number):
        (asked,) = await fleet.ask([first % len(fleet.servers)])
        await asked.replied()


async def measure(fleet: Fleet, digests: int, commands: int) -> None:
    """Start the processes, and print what they use."""
    began = monotonic()
    fleet.hurries = "sessions"
    for each in PROCESSES:
        fleet.start(each)
    await fleet.serving(*(f"{each}/{_SHARDS}" for each in range(_SHARDS)), seconds=300)
    print(f"all connected after {monotonic() - began:.0f} s")
    await asyncio.sleep(20)
    memory = [f"{_memory(run.process_id):.0f}" for run in fleet.runs]
    print(f"memory of the processes, with {len(fleet.servers)} servers: {', '.join(memory)} MiB")
    before = await _usage(fleet)
    await asyncio.sleep(_REST)
    print(f"at rest: {(after := await _usage(fleet)) - before}")
    await _digests(fleet, digests)
    print(f"{digests} digests: {(before := await _usage(fleet)) - after}")
    await _commands(fleet, commands)
    print(f"{commands} commands: {await _usage(fleet) - before}")
    await fleet.has_lost_none()


@asynccontextmanager
async def _opened(servers: int) -> AsyncGenerator[Fleet]:
    with (
        tempfile.TemporaryDirectory() as name,
        running_postgres() as postgres,
        Forks() as forks,
    ):
        folder = Path(name)
        data = folder / "data"
        build(Folders(ROOT / "facts", ROOT / "seeds"), data)
        url = postgres.new_database()
        async with Fleet.opened(url, data, folder, forks, servers, tells=False) as fleet:
            yield fleet


async def main() -> None:
    """Run, and print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--servers", type=int, default=20_000)
    parser.add_argument("--digests", type=int, default=2_000)
    parser.add_argument("--commands", type=int, default=2_000)
    given = parser.parse_args()
    async with _opened(given.servers) as fleet:
        await measure(fleet, given.digests, given.commands)


if __name__ == "__main__":
    asyncio.run(main())
