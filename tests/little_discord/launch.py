"""`python -m tests.little_discord.launch PORT run …`: the real program, talking to loopback.

Only the two addresses of discord.py are changed. Everything else is `python -m bot run …`. With
IN_A_HURRY in the environment, shards and sessions that wait for seconds wait for tenths of one;
with IN_A_HURRY=all, digests too.
"""

import gc
import os
import sys
from datetime import timedelta
from functools import partial


def main() -> None:
    """Point discord.py at the port given first, and run the program with the rest."""
    gc.disable()  # as `run` does before it imports what is imported here already
    from discord.gateway import DiscordWebSocket
    from discord.http import Route
    from yarl import URL

    from bot.cli import app

    port = int(sys.argv.pop(1))
    Route.BASE = f"http://127.0.0.1:{port}/api/v10"
    DiscordWebSocket.DEFAULT_GATEWAY = URL(f"ws://127.0.0.1:{port}/gateway")
    sys.argv[0] = "bot"
    if hurried := os.environ.get("IN_A_HURRY"):
        hurry(with_digests=hurried == "all")
    sys.exit(app.main())


def hurry(with_digests: bool) -> None:
    """Shorten what is long for the sake of Discord, or of processes on other machines."""
    from bot.delivery.scheduler import SchedulerSettings
    from bot.runtime import client, session_starts
    from bot.state import fences

    fences.POLL, fences.SETTLE = 0.1, 1.0
    session_starts.SPACING = timedelta(seconds=0.5)
    session_starts.MARGIN = timedelta(seconds=0.2)
    if with_digests:
        at_once = SchedulerSettings(spread=timedelta(0), tick=timedelta(seconds=0.5))
        client.Wiring = partial(client.Wiring, scheduler=at_once)  # type: ignore[misc]


if __name__ == "__main__":
    main()
