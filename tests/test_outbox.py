"""One post's way to Discord: whatever breaks on it, the post is made once, and known to be."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from bot.cards.card import Card, Question
from bot.delivery.delivery_errors import (
    HistoryUnreadable,
    OutcomeUnknown,
    Refused,
    Throttled,
    Unauthorized,
)
from bot.delivery.outbox import (
    Blocked,
    Delivered,
    NothingToSend,
    Outbox,
    OutboxTiming,
    OutgoingPost,
    RetryAt,
    Undetermined,
)
from bot.delivery.rate_limiter import RateLimiter
from bot.state.digests import Target
from bot.state.errors import DatabaseUnavailable
from bot.state.leases import Leases
from bot.state.posts import Contents, MessageRef, Posts, Slot
from tests.databases import stories_of
from tests.test_scheduler import NOW, SERVER, World, state_url, world

__all__ = ["state_url", "world"]

SECOND = timedelta(seconds=1)
HALF_A_MINUTE = 30 * SECOND
LEASE = 90 * SECOND
CHANNEL = 10
SLOT = Slot(SERVER, "digest", NOW.date(), NOW, CHANNEL)
CARD = Card(question=Question("digest", {}), language="en", title="22 November", found=True)
POST = OutgoingPost(SLOT, Target(CHANNEL), CARD)
CONTENTS = Contents({"storm/closed": "v1"}, "the-storm", "base-1")
NEWER = Contents({"storm/closed": "v2"}, None, "base-2")


@dataclass
class Discord:
    """Makes the posts that it is sent; `sending` and `finding` are what it raises next.

    One that raises OutcomeUnknown has made the post if `made_unknown`.
    """

    sent: list[OutgoingPost] = field(default_factory=list[OutgoingPost])
    looked_for: list[tuple[OutgoingPost, datetime]] = field(
        default_factory=list[tuple[OutgoingPost, datetime]]
    )
    sending: list[Exception] = field(default_factory=list[Exception])
    finding: list[Exception] = field(default_factory=list[Exception])
    made_unknown: bool = False
    knows_nonce: bool = True

    async def send(self, outgoing: OutgoingPost) -> MessageRef:
        """Make a post, or raise the next error."""
        error = self.sending.pop(0) if self.sending else None
        if error is None or (self.made_unknown and isinstance(error, OutcomeUnknown)):
            self.sent.append(outgoing)
        if error:
            raise error
        return self._last()

    async def find(self, outgoing: OutgoingPost, since: datetime) -> MessageRef | None:
        """Where the post is, or raise the next error."""
        self.looked_for.append((outgoing, since))
        if self.finding:
            raise self.finding.pop(0)
        return self._last() if self.sent else None

    async def has_nonce(self, outgoing: OutgoingPost) -> bool:
        """Whether a second copy would be the first."""
        return self.knows_nonce

    def _last(self) -> MessageRef:
        return MessageRef(len(self.sent), CHANNEL)


@dataclass
class Process:
    """One process with its outbox; time passes while it waits."""

    world: World
    outbox: Outbox[OutgoingPost]

    async def deliver(self, outgoing: OutgoingPost = POST, contents: Contents = CONTENTS) -> object:
        """Deliver a post."""
        return await self._run(self.outbox.deliver, outgoing, contents)

    async def finish_unsent(
        self, outgoing: OutgoingPost = POST, contents: Contents = CONTENTS
    ) -> object:
        """Find out what became of a post that is too late."""
        return await self._run(self.outbox.finish_unsent, outgoing, contents)

    async def _run(
        self,
        take: Callable[[OutgoingPost, Contents], Awaitable[object]],
        outgoing: OutgoingPost,
        contents: Contents,
    ) -> object:
        async def taken() -> object:
            return await take(outgoing, contents)

        task = asyncio.create_task(taken())
        async with asyncio.timeout(60):
            while not task.done():
                await self.world.time.until(self.world.time.now + SECOND)
        return task.result()


@pytest.fixture
def discord() -> Discord:
    """A Discord that does what it is asked."""
    return Discord()


@pytest.fixture
async def process(world: World, discord: Discord) -> Process:
    """The process that posts; its server has a digest."""
    await world.set_up()
    return await another(world, discord)


async def another(world: World, discord: Discord) -> Process:
    """One more process over the same state."""
    state, clock = await world.open_state(), world.time.clock
    rate_limiter = RateLimiter(state.rate_limit, clock)
    return Process(
        world, Outbox(state.leases, state.posts, rate_limiter, discord, clock, OutboxTiming())
    )


async def became(world: World) -> tuple[str, str | None] | None:
    """The post's status and reason, as another process knows them."""
    post = await world.state.posts.get(SLOT.post_id)
    return (post.status, post.reason) if post else None


async def test_what_is_sent_is_recorded_with_its_place_and_facts(
    world: World, process: Process
) -> None:
    outgoing = replace(POST, target=Target(CHANNEL, publish=True))
    assert await process.deliver(outgoing) == Delivered(MessageRef(1, CHANNEL))
    (waiting,) = await world.state.posts.unpublished()
    assert (waiting.status, waiting.message_ref) == ("sent", MessageRef(1, CHANNEL))
    assert await world.state.posts.facts(SLOT.post_id) == CONTENTS.facts
    assert await stories_of(world.state, SERVER) == {"the-storm": SLOT.day}
    assert (await world.schedule()).last_base_version == "base-1"


async def test_what_was_delivered_is_not_sent_again(
    world: World, process: Process, discord: Discord
) -> None:
    await process.deliver()
    for each in (process, await another(world, discord)):
        assert await each.deliver() == NothingToSend()
        assert await each.finish_unsent() == NothingToSend()
    assert len(discord.sent) == 1
    assert await world.state.posts.unpublished() == ()


async def test_what_is_refused_at_once_can_be_made_when_the_reason_is_gone(
    world: World, process: Process, discord: Discord
) -> None:
    discord.sending = [Refused("no-permission")]
    assert await process.deliver() == Blocked("no-permission")
    assert await became(world) is None
    assert await process.deliver() == Delivered(MessageRef(1, CHANNEL))


async def test_what_is_refused_after_it_may_have_been_sent_has_failed(
    world: World, process: Process, discord: Discord
) -> None:
    discord.sending = [OutcomeUnknown(), Refused("no-access")]
    await process.deliver()
    await world.time.until(NOW + HALF_A_MINUTE)
    assert await process.deliver() == Blocked("no-access")
    assert await became(world) == ("failed", "no-access")


async def test_what_is_throttled_waits_as_long_as_discord_says(
    world: World, process: Process, discord: Discord
) -> None:
    discord.sending = [Throttled(20)]
    until = NOW + 20 * SECOND
    assert await process.deliver() == RetryAt(until)
    second = await another(world, discord)
    assert await second.deliver() == RetryAt(until), "it is nobody's before"
    await world.time.until(until)
    assert await second.deliver() == Delivered(MessageRef(1, CHANNEL))


@pytest.mark.parametrize("was_made", [True, False])
async def test_what_may_have_been_made_is_looked_up_before_it_is_sent(
    world: World, process: Process, discord: Discord, was_made: bool
) -> None:
    discord.sending, discord.made_unknown = [OutcomeUnknown()], was_made
    assert await process.deliver() == RetryAt(NOW + HALF_A_MINUTE)
    assert discord.looked_for == [], "at first nobody can have sent it"
    await world.time.until(NOW + HALF_A_MINUTE)
    moved = replace(POST, target=Target(CHANNEL + 1))
    second = await another(world, discord)
    assert await second.deliver(moved, NEWER) == Delivered(MessageRef(1, CHANNEL))
    ((looked_for, at),) = discord.looked_for
    assert (looked_for.target.channel_id, at) == (CHANNEL, NOW), "it may be where it was to go"
    (sent,) = discord.sent
    assert sent.target.channel_id == (CHANNEL if was_made else CHANNEL + 1)
    told = CONTENTS if was_made else NEWER
    assert await world.state.posts.facts(SLOT.post_id) == told.facts
    assert (await world.schedule()).last_base_version == told.base_version


async def test_it_waits_longer_each_time_and_never_longer_than_ten_minutes(
    world: World, process: Process, discord: Discord
) -> None:
    discord.sending = [OutcomeUnknown() for _ in range(7)]
    waits: list[int] = []
    for _ in range(7):
        start = world.time.now
        outcome = await process.deliver()
        assert isinstance(outcome, RetryAt)
        waits.append(round((outcome.at - start).total_seconds()))
        await world.time.until(outcome.at)
    assert waits == [30, 60, 120, 240, 480, 600, 600]


async def test_a_send_without_an_end_is_looked_up_later(
    world: World, process: Process, discord: Discord
) -> None:
    discord.sending = [TimeoutError()]
    assert await process.deliver() == RetryAt(NOW + HALF_A_MINUTE)
    assert await became(world) == ("leased", None)


@pytest.mark.parametrize(
    ("age", "knows_nonce", "is_sent"),
    [(119, True, True), (120, True, False), (119, False, False)],
)
async def test_if_the_history_is_unreadable_only_the_nonce_allows_another_send(
    world: World, process: Process, discord: Discord, age: int, knows_nonce: bool, is_sent: bool
) -> None:
    discord.sending, discord.finding = [OutcomeUnknown()], [HistoryUnreadable()]
    discord.knows_nonce = knows_nonce
    await process.deliver()
    await world.time.until(NOW + age * SECOND)
    outcome = await process.deliver()
    assert outcome == (Delivered(MessageRef(1, CHANNEL)) if is_sent else Undetermined())
    assert await became(world) == (("sent", None) if is_sent else ("unknown", "unreadable"))
    assert len(discord.sent) == is_sent


async def test_a_refused_token_leaves_the_post_to_be_made(
    world: World, process: Process, discord: Discord
) -> None:
    discord.sending = [Unauthorized()]
    with pytest.raises(Unauthorized):
        await process.deliver()
    assert await became(world) == ("leased", None)
    second = await another(world, discord)
    assert await second.deliver() == Delivered(MessageRef(1, CHANNEL)), "and at once"


async def test_a_post_of_another_process_is_left_to_it(world: World, process: Process) -> None:
    await world.state.leases.acquire(SLOT, CONTENTS, NOW, LEASE)
    assert await process.deliver() == RetryAt(NOW + LEASE)
    assert await process.finish_unsent() == RetryAt(NOW + LEASE)


@pytest.mark.parametrize("name", ["acquire", "renew"])
@pytest.mark.parametrize(("stood_still", "is_sent"), [(45, True), (46, False)])
async def test_a_process_that_stood_still_too_long_sends_nothing(
    world: World,
    process: Process,
    discord: Discord,
    monkeypatch: pytest.MonkeyPatch,
    stood_still: int,
    is_sent: bool,
    name: str,
) -> None:
    """Between the word that the lease is its own and the send: the send could outlast the lease."""
    word = getattr(Leases, name)

    async def stand_still(*args: object, **kwargs: object) -> object:
        answer = await word(*args, **kwargs)
        world.time.now += stood_still * SECOND
        return answer

    if name == "renew":
        await world.state.leases.acquire(SLOT, CONTENTS, NOW, LEASE)
        await world.time.until(NOW + LEASE)
    monkeypatch.setattr(Leases, name, stand_still)
    now = world.time.now
    outcome = await process.deliver()
    assert outcome == (
        Delivered(MessageRef(1, CHANNEL))
        if is_sent
        else RetryAt(now + stood_still * SECOND + HALF_A_MINUTE)
    )
    assert len(discord.sent) == is_sent


async def test_what_could_not_be_recorded_is_recorded_later_without_a_look(
    world: World, process: Process, discord: Discord, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise DatabaseUnavailable("gone for a moment")

    with monkeypatch.context() as broken:
        broken.setattr(Posts, "record", fail)
        with pytest.raises(DatabaseUnavailable):
            await process.deliver()
    await world.time.until(NOW + LEASE)
    discord.finding = [HistoryUnreadable()]
    assert await process.deliver() == Delivered(MessageRef(1, CHANNEL))
    assert len(discord.sent) == 1
    assert await became(world) == ("sent", None)


# A post that is too late


async def test_what_is_too_late_and_was_never_sent_is_skipped(
    world: World, process: Process, discord: Discord
) -> None:
    assert await process.finish_unsent() == NothingToSend()
    assert await became(world) == ("skipped", "late")
    assert discord.looked_for == []
    assert discord.sent == []


@pytest.mark.parametrize("was_made", [True, False])
async def test_what_is_too_late_and_may_have_been_made_is_looked_up(
    world: World, process: Process, discord: Discord, was_made: bool
) -> None:
    discord.sending, discord.made_unknown = [OutcomeUnknown()], was_made
    await process.deliver()
    await world.time.until(NOW + 7 * 60 * 60 * SECOND)
    found = Delivered(MessageRef(1, CHANNEL)) if was_made else NothingToSend()
    assert await process.finish_unsent() == found
    assert await became(world) == (("sent", None) if was_made else ("skipped", "late"))
    assert len(discord.looked_for) == 1


@pytest.mark.parametrize(
    "error",
    [
        Refused("no-access"),
        OutcomeUnknown(),
        TimeoutError(),
        HistoryUnreadable(),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_what_is_too_late_and_cannot_be_looked_up_stays_unknown(
    world: World, process: Process, discord: Discord, error: Exception
) -> None:
    discord.sending = [OutcomeUnknown()]
    await process.deliver()
    await world.time.until(NOW + HALF_A_MINUTE)
    discord.finding = [error]
    assert await process.finish_unsent() == Undetermined()
    assert await became(world) == ("unknown", "unreadable")
    assert discord.sent == []


async def test_what_is_too_late_is_looked_up_once_a_limit_is_over(
    world: World, process: Process, discord: Discord
) -> None:
    discord.sending, discord.made_unknown = [OutcomeUnknown()], True
    await process.deliver()
    await world.time.until(NOW + HALF_A_MINUTE)
    discord.finding = [Throttled(20)]
    later = await process.finish_unsent()
    assert later == RetryAt(NOW + HALF_A_MINUTE + 20 * SECOND)
    assert await became(world) == ("leased", None)
    await world.time.until(NOW + HALF_A_MINUTE + 20 * SECOND)
    assert await process.finish_unsent() == Delivered(MessageRef(1, CHANNEL))
