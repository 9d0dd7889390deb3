"""What the servers that the bot is in cost: the memory that they take, and the time to read them.

    python -m benchmarks.servers [--servers 2500 10000] [--whole]

Feeds servers of usual size, as Discord sends them, to the bot's cache of servers, each number of
them in a process of its own. With `--whole`, discord.py's own cache is measured instead.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import multiprocessing
from pathlib import Path
from time import process_time

import discord

from bot.runtime.server_cache import ServerCachingClient
from tests.little_discord import payloads
from tests.little_discord.servers import server


async def measure(client: discord.AutoShardedClient, servers: int) -> None:
    """Print what so many servers take in the cache of a client."""
    await client._async_setup_hook()  # pyright: ignore[reportPrivateUsage]
    state = client._connection  # pyright: ignore[reportPrivateUsage]
    state.parse_ready(payloads.ready("session", "", (0, 1), ()))  # type: ignore[arg-type]
    before, spent = _memory(), 0.0
    for number in range(servers):
        sent = json.dumps(server(number))
        began = process_time()
        state.parse_guild_create(json.loads(sent))
        spent += process_time() - began
    gc.collect()
    assert len(client.guilds) == servers
    print(
        f"{servers:6} servers: {_memory() - before:.0f} MiB,"
        f" {spent / servers * 1000:.2f} ms of the processor each"
    )


def _measure(servers: int, is_whole: bool) -> None:
    client = discord.AutoShardedClient if is_whole else ServerCachingClient
    asyncio.run(
        measure(client(intents=discord.Intents(guilds=True), shard_count=1, shard_ids=[0]), servers)
    )


def _memory() -> float:
    """MiB that the process holds."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def main() -> None:
    """Measure each number of servers."""
    parser = argparse.ArgumentParser(description="Measure what servers cost.")
    parser.add_argument("--servers", type=int, nargs="+", default=[2_500, 10_000])
    parser.add_argument("--whole", action="store_true")
    given = parser.parse_args()
    for servers in given.servers:
        process = multiprocessing.get_context("spawn").Process(
            target=_measure, args=(servers, given.whole)
        )
        process.start()
        process.join()


if __name__ == "__main__":
    main()
