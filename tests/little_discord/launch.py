"""`python -m tests.little_discord.launch PORT run …`: the real program, talking to loopback.

Only the two addresses of discord.py are changed. Everything else is `python -m bot run …`.
"""

import sys

from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

from bot.cli import app


def main() -> None:
    """Point discord.py at the port given first, and run the program with the rest."""
    port = int(sys.argv.pop(1))
    Route.BASE = f"http://127.0.0.1:{port}/api/v10"
    DiscordWebSocket.DEFAULT_GATEWAY = URL(f"ws://127.0.0.1:{port}/gateway")
    sys.argv[0] = "bot"
    sys.exit(app.main())


if __name__ == "__main__":
    main()
