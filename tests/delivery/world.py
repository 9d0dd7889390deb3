"""The servers of the tests, and the time: what the Discord here and the processes both know."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Literal, get_args

from tests.little_discord import payloads
from tests.little_discord.payloads import APPLICATION_ID, JSON

TOKEN = "0nly-f0r-tests"
BOT_ID = int(APPLICATION_ID)
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
"""When every case begins."""

Kind = Literal["text", "announcement", "thread", "forum", "blind", "staff", "log"]
"""The channels of each server. In `blind` the bot may not read the history."""

KINDS: tuple[Kind, ...] = get_args(Kind)
_TYPES: dict[Kind, int] = {
    "text": 0, "announcement": 5, "forum": 15, "blind": 0, "staff": 0, "log": 0,
}  # fmt: skip
_READ_MESSAGE_HISTORY = 1 << 16
_SEND_MESSAGES_IN_THREADS = 1 << 38
_FIRST_SERVER = 300_000_000_000_000_000
_AFTER_SERVERS = 400_000_000_000_000_000


def server_id(number: int) -> int:
    """The id of a server by its number."""
    return _FIRST_SERVER + number * 100


def channel_id(number: int, kind: Kind) -> int:
    """The id of a server's channel."""
    return server_id(number) + 1 + KINDS.index(kind)


def moderator_id(number: int) -> int:
    """The id of the member who set a server's digest up, and wrote its briefing."""
    return server_id(number) + 50


def dm_id(number: int) -> int:
    """The id of the direct messages with that member."""
    return server_id(number) + 51


def role_id(number: int) -> int:
    """The id of the role that moderators have in a server."""
    return server_id(number) + 52


def number_of(anything: int) -> int:
    """The number of the server to which an id belongs."""
    return (anything - _FIRST_SERVER) // 100


def place_of(channel: int) -> tuple[int, Kind] | None:
    """The number of the server and the kind of a channel by its id."""
    kind = (channel - _FIRST_SERVER) % 100
    is_known = _FIRST_SERVER < channel < _AFTER_SERVERS and 0 < kind <= len(KINDS)
    return (number_of(channel), KINDS[kind - 1]) if is_known else None


def guild(number: int) -> JSON:
    """A server, as GUILD_CREATE brings it."""
    body = payloads.guild()
    everyone = body["roles"][0] | {"id": str(server_id(number))}
    moderators = {"id": str(role_id(number)), "name": "Moderators"}
    moderators["permissions"] = str(_SEND_MESSAGES_IN_THREADS)
    return body | {
        "id": str(server_id(number)),
        "name": f"Server {number}",
        "roles": [everyone, everyone | moderators],
        "channels": [channel(number, kind) for kind in _TYPES],
        "threads": [channel(number, "thread")],
        "public_updates_channel_id": str(channel_id(number, "staff")),
    }


def channel(number: int, kind: Kind) -> JSON:
    """A channel of a server."""
    if kind == "thread":
        parent = channel_id(number, "text")
        return thread(channel_id(number, kind), server_id(number), parent, "A thread", NOON)
    denied = _READ_MESSAGE_HISTORY if kind == "blind" else 0
    overwrite = {"id": str(server_id(number)), "type": 0, "allow": "0", "deny": str(denied)}
    return {
        "id": str(channel_id(number, kind)),
        "guild_id": str(server_id(number)),
        "type": _TYPES[kind],
        "name": kind,
        "position": 0,
        "permission_overwrites": [overwrite],
    }


def thread(thread_id: int, server: int, parent: int, name: str, made: datetime) -> JSON:
    """A thread that the bot has opened, or a forum's post."""
    return {
        "id": str(thread_id),
        "guild_id": str(server),
        "parent_id": str(parent),
        "owner_id": APPLICATION_ID,
        "type": 11,
        "name": name,
        "message_count": 0,
        "member_count": 1,
        "thread_metadata": {
            "archived": False,
            "auto_archive_duration": 1440,
            "archive_timestamp": made.isoformat(),
            "create_timestamp": made.isoformat(),
            "locked": False,
        },
    }


class Time:
    """The time of a case, which begins at noon and goes on as it does everywhere.

    `pass_by` lets it leap. Processes read their clock from `file`; `err` makes theirs wrong.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self._offset = NOON - datetime.now(UTC)
        self._error = timedelta(0)
        self._write()

    def now(self) -> datetime:
        """What time it is."""
        return datetime.now(UTC) + self._offset

    def pass_by(self, passed: timedelta) -> None:
        """Let time pass, everywhere at once."""
        self._offset += passed
        self._write()

    def begin(self, day: date) -> None:
        """Go on to noon of a day."""
        self.pass_by(datetime.combine(day, NOON.timetz()) - self.now())

    def err(self, error: timedelta) -> None:
        """Set the processes' clock wrong by so much."""
        self._error = error
        self._write()

    def _write(self) -> None:
        # Renamed into place, so that no process reads half of it.
        written = self.file.with_suffix(".new")
        written.write_text(repr((self._offset + self._error).total_seconds()), "ascii")
        written.replace(self.file)


def clock(file: Path) -> datetime:
    """What a process's clock shows."""
    return datetime.now(UTC) + timedelta(seconds=float(file.read_text("ascii")))
