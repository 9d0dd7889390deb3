"""One case of servers' digests: how they are set up, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import select

from bot.delivery.recurrence import EVERY_DAY
from bot.state.digests import DigestConfig, Schedule, Target
from bot.state.posts import MessageRef, Post, Slot
from bot.state.tables import rate_limit
from tests.delivery import world
from tests.delivery.composing import FACT
from tests.delivery.discord import Fault
from tests.delivery.scene import DAY, TODAY, Ground, Scene
from tests.delivery.world import NOON, Kind
from tests.little_discord.payloads import JSON
from tests.patience import until

__all__ = ["DAY", "TODAY", "Case", "Ground", "until"]


class Case(Scene):
    """What a test of digests works with. Use `opened`."""

    async def due(self, *kinds: Kind, at: timedelta = timedelta(0), publish: bool = False) -> None:
        """Set servers' digests up, one in a channel of each kind, for a time from noon on."""
        first = self.orders.servers
        self.orders = replace(self.orders, servers=first + len(kinds))
        for number, kind in enumerate(kinds, first):
            await self.set_up(number, kind, at, publish)

    async def set_up(
        self, number: int, kind: Kind, at: timedelta = timedelta(0), publish: bool = False
    ) -> None:
        """Set a server's digest up; it must be among those that the processes know."""
        instant = NOON + at
        config = DigestConfig(
            target=Target(world.channel_id(number, kind), publish=publish),
            at=instant.time(),
            zone="UTC",
            weekdays=EVERY_DAY,
            topics=frozenset(),
            when_empty="skip",
            language="en",
            set_by=world.moderator_id(number),
        )
        await self.state.digests.put(world.server_id(number), config, instant, instant.date())

    async def schedule(self, number: int) -> Schedule:
        """A server's digest as it stands."""
        schedule = await self.state.digests.get(world.server_id(number))
        assert schedule, "a digest that was set up is kept"
        return schedule

    async def post(self, number: int, day: date = TODAY) -> Post | None:
        """What is recorded of a server's day."""
        slot = Slot(world.server_id(number), "digest", day, NOON, 0)
        return await self.state.posts.get(slot.post_id)

    def plan(self, *kinds: Kind, faults: Iterable[Fault]) -> None:
        """Let the first posts of the servers, one for each kind, meet faults."""
        faults = list(faults)
        for number, kind in enumerate(kinds):
            self.plan_for(number, kind, faults)

    def plan_for(self, number: int, kind: Kind, faults: Iterable[Fault]) -> None:
        """Let the first posts of a server meet faults."""
        self.discord.faults[world.channel_id(number, kind)] = list(faults)

    async def held(self) -> None:
        """Wait until every process has been kept from sending, for however long."""
        kept = select(rate_limit.c.free_at).where(rate_limit.c.name == "held")

        async def was_held() -> bool:
            async with self.state.database.transaction() as connection:
                return (await connection.execute(kept)).first() is not None

        await until("all sending to be held", was_held)

    async def settled(self, numbers: Iterable[int] | None = None, day: date = TODAY) -> None:
        """Wait until the servers' digests of a day are past, whatever became of them."""
        waiting = set(range(self.orders.servers) if numbers is None else numbers)

        async def are_settled() -> bool:
            for number in list(waiting):
                next_day = (await self.schedule(number)).next_day
                if next_day and next_day <= day:
                    return False
                waiting.discard(number)
            return True

        await until(f"the digests of {day}", are_settled)

    async def has_told_all(self) -> bool:
        """Whether no notice to moderators is left to deliver."""
        return not await self.state.notices.due()

    async def published(self, number: int) -> None:
        """Wait until a server's digest, and everything else, is published."""
        assert await self.post(number)
        await self.all_published()

    def of(self, day: date, number: int, kind: Kind) -> list[JSON]:
        """The messages of a server's local day that exist."""
        posts = self.discord.posts(number, kind)
        return [message for message in posts if f"Digest of {day}" in str(message)]

    async def once(self, *kinds: Kind, first: int = 0, day: date = TODAY) -> None:
        """Check that each server's digest was made once, is recorded, and was followed up."""
        for number, kind in enumerate(kinds, first):
            where = f"server {number} ({kind})"
            found = self.of(day, number, kind)
            assert len(found) == 1, f"{where}: {len(found)} messages"
            post = await self.post(number, day)
            assert post, where
            assert post.status == "sent", f"{where}: {post}"
            assert post.message_ref == MessageRef(
                int(found[0]["id"]), int(found[0]["channel_id"])
            ), where
            assert await self.state.posts.facts(post.post_id) == {FACT: "v1"}, where
            schedule = await self.schedule(number)
            assert schedule.next_day == day + DAY, where
            assert schedule.last_day == day, where
            assert not schedule.paused, where
            assert not self.discord.told(number), where

    async def unknown(self, number: int, seen: int) -> None:
        """Check that nobody claims to know of a post of which so many exist, and all are told."""
        assert len(self.discord.posts(number, "blind")) == seen
        post = await self.post(number)
        assert post
        assert (post.status, post.reason) == ("unknown", "unreadable")
        assert (await self.schedule(number)).next_day == TODAY + DAY
        await self.told(number, "unknown")
