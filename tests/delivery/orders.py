"""What a process that delivers is told: where everything is, and where it meets its end."""

from __future__ import annotations

import json
import signal
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from bot.facts.load import Folders

Point = Literal[
    "after-begun",  # the briefing is on its way, and nobody can change it
    "before-claim",
    "after-claim",
    "before-request",
    "after-send",
    "before-record",
    "after-record",
    "after-end",  # it is known that the post will not be made, or that nobody can tell
    "after-move",  # of a briefing to what became of it
    "after-publishing",
    "before-offer",  # a change of the base was seen, and is not kept yet
    "before-edit",
    "after-edit",
    "after-rewrite",  # the ledger has what the edited post tells
    "after-editing",  # the edit is asked for no more
    "notice-before-claim",
    "notice-after-claim",
    "notice-before-request",
    "notice-after-send",
    "notice-before-record",
    "notice-after-record",
]


@dataclass(frozen=True)
class Orders:
    """What a process delivers and how, and where it meets its end.

    At `point` the process waits until `gathered` posts have come there; then it gets `signal`.
    Besides, it is killed with the probability `odds` at every point. `stumbles` are servers for
    which the composer of digests fails. `composes` says whether digests have one line, or are those
    of the base.
    """

    database: str
    discord_port: int
    clock: str
    base: str
    servers: int
    lease: float = 10
    sending: float = 8  # seconds, also on a busy machine
    nonce: float = 120
    retry: float = 0.2
    spread: float = 0
    tick: float = 0.2
    workers: int = 16
    point: Point | None = None
    gathered: int = 1
    signal: int = signal.SIGKILL
    odds: float = 0
    stumbles: tuple[int, ...] = ()
    composes: Literal["lines", "digests"] = "lines"

    @property
    def folders(self) -> Folders:
        """Where the base's files are."""
        return Folders(Path(self.base) / "facts", Path(self.base) / "seeds")

    @property
    def data(self) -> Path:
        """Where the built base is."""
        return Path(self.base) / "data"

    def written(self) -> str:
        """The orders as the process takes them on its command line."""
        return json.dumps(asdict(self))
