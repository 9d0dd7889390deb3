"""What servers cost a fleet: processor, memory, and transactions and rows of PostgreSQL.

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
from dataclasses import astuple, dataclass
from datetime import timedelta
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
_SETTLED = 90.0  # seconds in which a process does what it does once a day
_WRITTEN = 40.0  # seconds after which answers are noted in the database
_REST = 60.0  # seconds
_UNTIL_DUE = timedelta(minutes=4)  # long enough to set all digests up
_LONGEST = 500.0  # seconds for all digests
_FLUSHED = 11.0  # seconds after which a connection that rests has reported what it did
_COUNTED = """
SELECT
    (SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()),
    sum(seq_scan + coalesce(idx_scan, 0))::bigint,
    sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint,
    sum(n_tup_ins + n_tup_upd + n_tup_del)::bigint
FROM pg_stat_user_tables
"""


@dataclass(frozen=True)
class Usage:
    """What was used so far: by the processes, and of the database's tables."""

    seconds: float
    cpu: float
    commits: float
    scans: float
    read: float
    written: float

    def since(self, before: Usage, share: float = 1) -> Usage:
        """What was used since, or each of several shares of that."""
        now, then = astuple(self), astuple(before)
        return Usage(*((a - b) / share for a, b in zip(now, then, strict=True)))

    def __str__(self) -> str:
        return (
            f"{self.seconds:.4g} s, {self.cpu:.4g} s of processor, {self.commits:.4g} transactions,"
            f" {self.scans:.4g} scans, {self.read:.4g} rows read, {self.written:.4g} written"
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
    at, cpu = monotonic(), sum(_cpu(run.process_id) for run in fleet.runs)
    await asyncio.sleep(_FLUSHED)
    async with fleet.state.database.transaction() as connection:
        counted = (await connection.execute(text(_COUNTED))).one()
    return Usage(at, cpu, *counted)


async def _digests(fleet: Fleet, number: int) -> None:
    """Wait until so many digests, which are due at once, are posted."""
    await fleet.discord.posted(seconds=_LONGEST)
    began = monotonic()
    while len(fleet.discord.posts) < number and monotonic() - began < _LONGEST:  # noqa: ASYNC110
        await asyncio.sleep(0.5)
    print(f"digests posted: {len(fleet.discord.posts)} of {number} in {monotonic() - began:.0f} s")


async def _commands(fleet: Fleet, number: int) -> None:
    for first in range(number):
        (asked,) = await fleet.ask([first % len(fleet.servers)])
        await asked.replied()
    await asyncio.sleep(_WRITTEN)


async def measure(fleet: Fleet, digests: int, commands: int) -> None:
    """Start the processes, and print what they use."""
    began = monotonic()
    fleet.hurries = "sessions"
    for each in PROCESSES:
        fleet.start(each)
    await fleet.serving(*(f"{each}/{_SHARDS}" for each in range(_SHARDS)), seconds=300)
    print(f"all connected after {monotonic() - began:.0f} s")
    await asyncio.sleep(_SETTLED)
    memory = [f"{_memory(run.process_id):.0f}" for run in fleet.runs]
    print(f"memory of the processes, with {len(fleet.servers)} servers: {', '.join(memory)} MiB")
    before = await _usage(fleet)
    await asyncio.sleep(_REST - _FLUSHED)
    rested = await _usage(fleet)
    print(f"an hour at rest: {rested.since(before, _REST / 3600)}")
    await fleet.due(_UNTIL_DUE, range(digests))
    waiting = await _usage(fleet)
    await _digests(fleet, digests)
    posted = await _usage(fleet)
    print(f"a digest of {digests}: {posted.since(waiting, digests)}")
    await _commands(fleet, commands)
    print(f"a command of {commands}: {(await _usage(fleet)).since(posted, commands)}")
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
