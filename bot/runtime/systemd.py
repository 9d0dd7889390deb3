"""What systemd hears of the bot if it started it as `Type=notify`: ready, alive, stopping.

The messages are those of sd_notify(3): text in a datagram to the socket that the environment names.
"""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import suppress


def notify(message: str) -> None:
    """Send a message to systemd, if it listens; the bot never waits for it."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.setblocking(False)
        line.connect(f"\0{address[1:]}" if address.startswith("@") else address)
        line.send(message.encode())


async def keep_alive() -> None:
    """Say twice in each of systemd's intervals that the event loop still runs; until cancelled.

    Without a watchdog it returns at once.
    """
    microseconds = int(os.environ.get("WATCHDOG_USEC", "0"))
    while microseconds:
        notify("WATCHDOG=1")
        await asyncio.sleep(microseconds / 2_000_000)
