"""A small Discord of our own: the parts of API v10 that `python -m bot run` needs, on loopback.

simcord replaces discord.py's sockets, so it never sees a login, a heartbeat, a resume or the end of
a process. This one does: the bot runs as a process of its own and talks to real sockets.
"""

from tests.little_discord.server import Interaction, LittleDiscord

__all__ = ["Interaction", "LittleDiscord"]
