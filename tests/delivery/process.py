"""A process that delivers, and that can be made to fail.

The scheduler, the courier, the state and discord.py are the real ones; the client is logged in over
HTTP alone, and its servers are put into its cache as the gateway would.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import secrets
import signal
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Literal

import discord
from discord.http import Route

from bot import logs
from bot.answers.desk import Desk
from bot.answers.opening import open_desk
from bot.cards.card import Card, Line, Question, Section
from bot.delivery.courier import Courier, Parcel, Timing
from bot.delivery.digests import DigestRound, Draft
from bot.delivery.pace import Pace
from bot.delivery.scheduler import Rules, Scheduler
from bot.facts.load import Folders
from bot.facts.model import Citation
from bot.state.database import Database
from bot.state.digests import Schedule
from bot.state.posts import Claim, Contents, Place, Posts, Slot
from bot.state.state import State
from bot.ui import messenger, posts
from tests.delivery import world

Point = Literal[
    "before-claim",
    "after-claim",
    "before-send",  # the claim has just been prolonged
    "before-request",
    "after-send",
    "before-record",
    "after-record",
    "after-publishing",
]
FACT = "ferry-agreement/signed"


@dataclass(frozen=True)
class Orders:
    """How a process delivers, and where it meets its end.

    At `point` the process waits until `gathered` posts have come there; then it gets `signal`.
    Besides, it is killed with the probability `odds` at every point. `stumbles` are servers for
    which the composer fails.
    """

    database: str
    discord_port: int
    clock: str
    base: str
    servers: int
    lease: float = 4
    sending: float = 2
    nonce: float = 120
    retry: float = 0.2
    spread: float = 0
    tick: float = 0.1
    workers: int = 16
    point: Point | None = None
    gathered: int = 1
    signal: int = signal.SIGKILL
    odds: float = 0
    stumbles: tuple[int, ...] = ()

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


class Trap:
    """Where the process meets its end."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._here = 0
        self._all_here = asyncio.Event()

    async def pass_by(self, point: Point) -> None:
        """Come to a point on the way of a post."""
        if random.random() < self._orders.odds:  # noqa: S311
            os.kill(os.getpid(), signal.SIGKILL)
        if point != self._orders.point or self._all_here.is_set():
            return
        self._here += 1
        if self._here == self._orders.gathered:
            self._all_here.set()
            os.kill(os.getpid(), self._orders.signal)
        await self._all_here.wait()


class LineComposer:
    """Composes cards of one line."""

    def __init__(self, orders: Orders, trap: Trap) -> None:
        self._orders = orders
        self._trap = trap

    async def __call__(self, schedule: Schedule, day: date, is_late: bool) -> Draft:
        """A digest with one fact, marked late where it is."""
        await self._trap.pass_by("before-claim")
        if schedule.server_id in map(world.server_id, self._orders.stumbles):
            raise RuntimeError("this server's digest cannot be composed")
        line = Line("They signed.", (Citation(source="ferry-report", paragraph=4),))
        card = Card(
            question=Question("about"),
            language="en",
            title=f"Digest of {day}",
            found=True,
            sections=(Section((line,)),),
            subtitle="late" if is_late else None,
        )
        return Draft(card, Contents({FACT: "v1"}, FACT, "small"), worth_posting=True)


class TrappedMessenger(messenger.DiscordMessenger):
    """The real messenger, with points around what it does."""

    def __init__(self, trap: Trap, client: discord.Client, render: messenger.Render) -> None:
        super().__init__(client, render, _wording, lambda member: True)
        self._trap = trap

    async def send(self, parcel: Parcel) -> Place:
        await self._trap.pass_by("before-request")
        place = await super().send(parcel)
        await self._trap.pass_by("after-send")
        return place

    async def publish(self, place: Place) -> None:
        await super().publish(place)
        await self._trap.pass_by("after-publishing")


class TrappedPosts(Posts):
    """The real ledger, with points around a claim's renewal and around a record."""

    def __init__(self, trap: Trap, database: Database) -> None:
        super().__init__(database, worker=secrets.token_hex(16))
        self._trap = trap

    async def renew(self, claim: Claim, now: datetime, lease: timedelta) -> bool:
        await self._trap.pass_by("after-claim")
        is_mine = await super().renew(claim, now, lease)
        await self._trap.pass_by("before-send")
        return is_mine

    async def record(
        self, slot: Slot, place: Place, focused: str | None, at: datetime, publish: bool
    ) -> None:
        await self._trap.pass_by("before-record")
        await super().record(slot, place, focused, at, publish)
        await self._trap.pass_by("after-record")


def _wording(about: object, problem: str) -> str:
    return f"{problem}: {about}"


def _view(desk: Desk, parcel: Parcel) -> discord.ui.LayoutView:
    return posts.view(desk, parcel.card, parcel.post_id, parcel.target.role_id)


async def deliver(orders: Orders) -> None:
    """Deliver until the process ends, or until Discord refuses the token."""
    trap = Trap(orders)
    state = await State.open(orders.database)
    state.posts = TrappedPosts(trap, state.database)
    desk = await open_desk(orders.folders, orders.data)

    clock = partial(world.clock, Path(orders.clock))
    pace = Pace(state.budget, clock)
    client = _client(messenger.trace(pace.hold))
    sender = TrappedMessenger(trap, client, partial(_view, desk))
    timing = Timing(*map(_seconds, (orders.lease, orders.sending, orders.nonce, orders.retry)))
    courier = Courier(state.posts, pace, sender, clock, timing)
    digests = DigestRound(state, LineComposer(orders, trap), courier, sender, clock)
    rules = Rules(
        spread=_seconds(orders.spread),
        tick=_seconds(orders.tick),
        retry=_seconds(orders.retry),
        workers=orders.workers,
    )
    scheduler = Scheduler(state, [digests], sender, pace, clock, rules)
    try:
        await client.login(world.TOKEN)
        _take_in(client, orders.servers)
        await scheduler.run()
    finally:
        await client.close()
        await desk.store.close()
        await state.close()


def _client(trace: Any) -> discord.Client:
    return discord.Client(
        intents=discord.Intents(guilds=True),
        member_cache_flags=discord.MemberCacheFlags.none(),
        chunk_guilds_at_startup=False,
        max_messages=None,
        allowed_mentions=discord.AllowedMentions.none(),
        max_ratelimit_timeout=30.0,
        http_trace=trace,
    )


def _take_in(client: discord.Client, servers: int) -> None:
    """Put the servers into the client's cache, as their GUILD_CREATE would."""
    state: Any = client._connection  # pyright: ignore[reportPrivateUsage]
    add: Callable[[Any], object] = state._add_guild_from_data
    for number in range(servers):
        add(world.guild(number))


def _seconds(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def main(orders: str) -> None:
    """Follow the orders, as they are written, in a process of one's own."""
    followed = Orders(**json.loads(orders))
    Route.BASE = f"http://127.0.0.1:{followed.discord_port}/api/v10"
    logs.configure("json")
    asyncio.run(deliver(followed))
