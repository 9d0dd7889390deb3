"""The scheduler over a real state, with a clock that the test moves: one digest a local day.

Discord is a list of what was sent; time passes only when everything else rests.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from structlog.testing import capture_logs

from bot.cards.card import Card, Question
from bot.delivery import scheduler as scheduler_module
from bot.delivery.delivery_errors import OutcomeUnknown, Refused, Throttled, Unauthorized
from bot.delivery.departures import DepartureJob
from bot.delivery.digest_composer import DigestDraft
from bot.delivery.jobs.digests import Composer, DigestJob, recurrence
from bot.delivery.outbox import (
    Blocked,
    Delivered,
    NothingToSend,
    Outbox,
    OutboxTiming,
    OutgoingPost,
    RetryAt,
)
from bot.delivery.publishing import PublishingJob
from bot.delivery.rate_limiter import RateLimiter
from bot.delivery.recurrence import EVERY_DAY, next_occurrence
from bot.delivery.retention import RetentionJob
from bot.delivery.scheduler import Finished, Scheduler, SchedulerSettings
from bot.metrics import Metrics
from bot.state.digests import DigestConfig, Digests, Schedule, Target
from bot.state.errors import DatabaseUnavailable
from bot.state.posts import Contents, MessageRef, Slot
from bot.state.public_answers import PublicAnswer
from bot.state.state import State
from tests.databases import DATABASES, SQLITE_BY_DEFAULT, fresh_database
from tests.moved_time import Time

SERVER = 1
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
EIGHT = DigestConfig(
    target=Target(channel_id=10),
    at=time(8, 0),
    zone="UTC",
    weekdays=EVERY_DAY,
    topics=frozenset(),
    when_empty="skip",
    language="en",
    set_by=2,
)

# Nobody waits for room here: a task that waits for another cannot be told from one at work.
SETTINGS = SchedulerSettings(tick=HOUR, workers=1_000)
SHORT = replace(SETTINGS, tick=timedelta(seconds=30))

# From both ends of the world to the middle, with steps of whole and part hours.
ZONES = """
Pacific/Kiritimati Pacific/Apia Pacific/Chatham Pacific/Auckland Asia/Kamchatka Australia/Lord_Howe
Australia/Sydney Australia/Adelaide Asia/Tokyo Asia/Seoul Australia/Eucla Asia/Shanghai Asia/Jakarta
Asia/Yangon Asia/Dhaka Asia/Kathmandu Asia/Kolkata Asia/Karachi Asia/Kabul Asia/Dubai Asia/Tehran
Europe/Moscow Africa/Nairobi Europe/Kyiv Africa/Cairo Europe/Berlin Africa/Casablanca Europe/London
Atlantic/Azores America/Nuuk America/Sao_Paulo America/St_Johns America/Santiago America/Halifax
America/New_York America/Chicago America/Denver America/Los_Angeles America/Anchorage
Pacific/Marquesas
"""


@dataclass
class Servers:
    """Which servers the gateway has announced, and which Discord says the bot is not in."""

    announced: set[int] = field(default_factory=set[int])
    gone: set[int] = field(default_factory=set[int])
    unknown: set[int] = field(default_factory=set[int])
    """Those about which Discord does not answer."""
    asked: list[int] = field(default_factory=list[int])

    def is_here(self, server_id: int) -> bool:
        """Whether the gateway has announced a server."""
        return server_id in self.announced

    async def has_left(self, server_id: int) -> bool:
        """Whether the bot is not in a server any more."""
        self.asked.append(server_id)
        if server_id in self.unknown:
            raise OutcomeUnknown("Discord answered with 500")
        return server_id in self.gone


@dataclass(frozen=True)
class Sent:
    """A digest that was sent."""

    server_id: int
    at: datetime
    day: date
    is_late: bool


@dataclass
class Discord:
    """Keeps what it is sent; `answers` and `publishing` are what it raises next."""

    time: Time
    sent: list[Sent] = field(default_factory=list[Sent])
    posts: dict[str, MessageRef] = field(default_factory=dict[str, MessageRef])
    answers: list[Exception] = field(default_factory=list[Exception])
    publishing: list[Exception] = field(default_factory=list[Exception])
    published: list[MessageRef] = field(default_factory=list[MessageRef])

    async def send(self, outgoing: OutgoingPost) -> MessageRef:
        """Keep a post, or raise the next answer."""
        if self.answers:
            raise self.answers.pop(0)
        day, is_late = date.fromisoformat(outgoing.card.title), bool(outgoing.card.subtitle)
        self.sent.append(Sent(outgoing.slot.server_id, self.time.now, day, is_late))
        message_ref = MessageRef(len(self.sent), outgoing.target.channel_id)
        self.posts[outgoing.post_id] = message_ref
        return message_ref

    async def find(self, outgoing: OutgoingPost, since: datetime) -> MessageRef | None:
        """Where a post is that was sent."""
        return self.posts.get(outgoing.post_id)

    async def has_nonce(self, outgoing: OutgoingPost) -> bool:
        """Whether Discord knows the nonce of a post."""
        return outgoing.post_id in self.posts

    async def publish(self, message_ref: MessageRef) -> None:
        """Publish a post, or raise the next answer."""
        if self.publishing:
            raise self.publishing.pop(0)
        self.published.append(message_ref)

    def days(self, server_id: int = SERVER) -> list[date]:
        """The local days whose digest a server was sent."""
        return [sent.day for sent in self.sent if sent.server_id == server_id]


async def compose(schedule: Schedule, day: date, is_late: bool) -> DigestDraft:
    """A digest that says its day and whether it is late; on Mondays, nothing happened."""
    card = Card(
        question=Question("digest", {}),
        language="en",
        title=day.isoformat(),
        found=True,
        subtitle="late" if is_late else None,
    )
    contents = Contents({"a/b": "v"}, "a-story", "edition")
    return DigestDraft(card, contents, has_more_than_story=day.weekday() != 0)


@dataclass
class World:
    """Servers, their moderators' process, and the scheduler's, which may be ended and begun."""

    time: Time
    discord: Discord
    state: State
    open_state: Callable[[], Awaitable[State]]
    membership: Servers = field(default_factory=Servers)
    running: asyncio.Task[None] | None = None
    has_faults: bool = False
    """Whether the test means the program to be at fault."""

    async def begin(
        self, composer: Composer = compose, settings: SchedulerSettings = SETTINGS
    ) -> DigestJob:
        """Begin a scheduler of digests, as a process of its own."""
        state, clock = await self.open_state(), self.time.clock
        rate_limiter = RateLimiter(state.rate_limit, clock)
        outbox = Outbox(
            state.leases, state.posts, rate_limiter, self.discord, clock, OutboxTiming()
        )
        digests = DigestJob(state, composer, outbox, clock)
        jobs = {
            "digest": digests,
            "publishing": PublishingJob(state.posts, self.discord, rate_limiter),
            "departure": DepartureJob(state, self.membership),
            "retention": RetentionJob(state, self.membership, lambda: "base"),
        }
        scheduler = Scheduler(state, jobs, clock, settings, Metrics())
        self.running = asyncio.create_task(scheduler.run())
        await self.time.rest()
        return digests

    async def warned(self) -> list[tuple[int, str | None]]:
        """The servers whose moderators are to be warned, and of what."""
        notices = [await self.state.notices.get(key) for key in await self.state.notices.due()]
        return [(each.server_id, each.detail) for each in notices if each]

    async def end(self) -> None:
        """End the scheduler."""
        if self.running:
            self.running.cancel()
            await asyncio.wait({self.running})
            self.running = None

    async def set_up(self, config: DigestConfig = EIGHT, server_id: int = SERVER) -> Schedule:
        """Set a digest up, from now on."""
        run = next_occurrence(recurrence(config), self.time.now)
        await self.state.digests.put(server_id, config, run.instant, run.day)
        return await self.schedule(server_id)

    async def schedule(self, server_id: int = SERVER) -> Schedule:
        """Where a digest stands."""
        schedule = await self.state.digests.get(server_id)
        assert schedule
        return schedule


@pytest.fixture(params=SQLITE_BY_DEFAULT)
def state_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh database. What the scheduler reads and writes, `test_state.py` tries on both."""
    return fresh_database(request.param, request, tmp_path)


on_both_databases = pytest.mark.parametrize("state_url", DATABASES, indirect=True)
"""Marks a test of what two processes do at the same time."""


@pytest.fixture
async def world(state_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """A world in which it is noon on a Sunday, without servers."""
    time = Time(NOW)
    monkeypatch.setattr(asyncio, "sleep", time.sleep)
    async with AsyncExitStack() as opened:

        async def open_state() -> State:
            state = await State.open(state_url)
            opened.push_async_callback(state.close)
            return state

        world = World(time, Discord(time), await open_state(), open_state)
        opened.push_async_callback(world.end)
        with capture_logs() as told:
            yield world
    assert any("bug" in each["event"] for each in told) == world.has_faults


def at(text: str) -> datetime:
    """An instant as text, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


async def test_what_is_due_is_posted_once(world: World) -> None:
    await world.set_up()
    await world.begin()
    await world.time.until(at("2026-11-24 07:59"))
    assert world.discord.sent == []
    await world.time.until(at("2026-11-24 23:00"))
    assert world.discord.days() == [date(2026, 11, 24)], "on Monday nothing happened"
    (sent,) = world.discord.sent
    assert at("2026-11-24 08:00") <= sent.at < at("2026-11-24 08:01")
    assert not sent.is_late
    schedule = await world.schedule()
    assert (schedule.next_at, schedule.next_day) == (at("2026-11-25 08:00"), date(2026, 11, 25))
    assert (schedule.last_day, schedule.last_base_version) == (date(2026, 11, 24), "edition")


async def test_a_digest_that_was_removed_meanwhile_is_not_posted(world: World) -> None:
    digests = await world.begin()
    assert await digests.run(str(SERVER), NOW) == Finished(None, makes_others_due=False)


async def test_what_may_have_been_sent_is_not_skipped_for_being_empty(world: World) -> None:
    await world.set_up()
    monday = Slot(SERVER, "digest", date(2026, 11, 23), at("2026-11-23 08:00"), 10)
    await world.time.until(at("2026-11-23 07:55"))
    await world.state.leases.acquire(monday, Contents({}, None, "e"), world.time.now, MINUTE)
    await world.begin(settings=SHORT)
    await world.time.until(at("2026-11-23 08:05"))
    assert world.discord.days() == [date(2026, 11, 23)], "it was looked for, and was not there"


async def test_what_is_late_within_the_grace_says_so(world: World) -> None:
    await world.set_up()
    await world.time.until(at("2026-11-24 13:59"))
    for _ in range(2):
        await world.begin()
        await world.time.until(at("2026-11-24 14:30"))
        await world.end()
    assert [(sent.day, sent.is_late) for sent in world.discord.sent] == [(date(2026, 11, 24), True)]


async def test_what_is_older_is_skipped(world: World) -> None:
    await world.set_up()
    await world.time.until(at("2026-11-24 14:01"))
    await world.begin()
    assert world.discord.sent == []
    skipped = await world.state.posts.last_digest(SERVER)
    assert skipped
    assert (skipped.day, skipped.status, skipped.reason) == (date(2026, 11, 24), "skipped", "late")
    assert (await world.schedule()).next_at == at("2026-11-25 08:00")
    await world.time.until(at("2026-11-25 08:01"))
    assert [(sent.day, sent.is_late) for sent in world.discord.sent] == [
        (date(2026, 11, 25), False)
    ]


@pytest.mark.parametrize(("hour", "days"), [(9, [26]), (20, [])])
async def test_after_three_days_of_sleep_the_last_one_may_be_made_up(
    world: World, hour: int, days: list[int]
) -> None:
    await world.set_up()
    await world.time.until(at(f"2026-11-26 {hour:02}:00"))
    await world.begin()
    assert [day.day for day in world.discord.days()] == days
    await world.time.until(at("2026-11-27 12:00"))
    assert [day.day for day in world.discord.days()] == [*days, 27]


@pytest.mark.parametrize(
    ("zone", "change"),
    [
        ("Europe/Berlin", "2026-03-29"),
        ("Europe/Berlin", "2026-10-25"),
        ("Australia/Lord_Howe", "2026-04-05"),
        ("Australia/Lord_Howe", "2026-10-04"),
        ("Africa/Cairo", "2026-04-24"),
        pytest.param("America/New_York", "2026-03-08", marks=pytest.mark.matrix),
        pytest.param("America/New_York", "2026-11-01", marks=pytest.mark.matrix),
        pytest.param("America/Santiago", "2026-04-05", marks=pytest.mark.matrix),
        pytest.param("America/Santiago", "2026-09-06", marks=pytest.mark.matrix),
        pytest.param("Africa/Cairo", "2026-10-30", marks=pytest.mark.matrix),
    ],
)
async def test_where_clocks_change_there_is_one_a_day(world: World, zone: str, change: str) -> None:
    """At each half hour of the night, from the day before to the day after."""
    day = date.fromisoformat(change)
    world.time.now = datetime.combine(day - DAY, time(0, 0), ZoneInfo(zone)).astimezone(UTC) - HOUR
    for number in range(10):
        wall = time(number // 2, 30 * (number % 2))
        await world.set_up(
            replace(EIGHT, zone=zone, at=wall, when_empty="story"), server_id=number + 1
        )
    await world.begin()
    await world.time.until(
        datetime.combine(day + 2 * DAY, time(0, 0), ZoneInfo(zone)).astimezone(UTC) - MINUTE
    )
    for number in range(10):
        assert world.discord.days(number + 1) == [day - DAY, day, day + DAY]
    assert not any(sent.is_late for sent in world.discord.sent)


@pytest.mark.parametrize(
    "zone", ["Asia/Seoul", pytest.param("Asia/Tokyo", marks=pytest.mark.matrix)]
)
async def test_in_the_east_the_day_is_the_local_one(world: World, zone: str) -> None:
    """From midnight to nine there, it is still the day before in UTC."""
    for hour in range(10):
        await world.set_up(
            replace(EIGHT, zone=zone, at=time(hour, 0), when_empty="story"), server_id=hour + 1
        )
    await world.begin()
    await world.time.until(NOW + 5 * DAY)
    for hour in range(10):
        sent = [each for each in world.discord.sent if each.server_id == hour + 1]
        assert [each.day.day for each in sent] == [23, 24, 25, 26, 27]
        assert {each.at.astimezone(ZoneInfo(zone)).hour for each in sent} == {hour}
        assert all(each.at.astimezone(ZoneInfo(zone)).date() == each.day for each in sent)


async def test_a_day_on_which_nothing_happened_is_left_out_or_tells_one_fact(
    world: World,
) -> None:
    await world.set_up(EIGHT, server_id=1)
    await world.set_up(replace(EIGHT, when_empty="story"), server_id=2)
    await world.begin()
    await world.time.until(at("2026-11-23 09:00"))
    assert world.discord.days(1) == []
    assert world.discord.days(2) == [date(2026, 11, 23)]
    left_out = await world.state.posts.last_digest(1)
    assert left_out
    assert (left_out.status, left_out.reason) == ("skipped", "empty")


async def test_only_the_weekdays_that_were_chosen(world: World) -> None:
    await world.set_up(replace(EIGHT, weekdays=frozenset({1, 5})))
    await world.begin()
    await world.time.until(NOW + 14 * DAY)
    assert [day.day for day in world.discord.days()] == [24, 28, 1, 5]


async def test_a_pause_lasts_until_it_ends(world: World) -> None:
    await world.set_up()
    await world.begin()
    await world.state.digests.pause(SERVER, "moderator")
    await world.time.until(at("2026-11-26 12:00"))
    assert world.discord.sent == []
    following = next_occurrence(recurrence(EIGHT), world.time.now)
    await world.state.digests.resume(SERVER, following.instant, following.day)
    await world.time.until(at("2026-11-27 12:00"))
    assert [day.day for day in world.discord.days()] == [27]
    until = at("2026-12-01 12:00")
    following = next_occurrence(recurrence(EIGHT), until)
    await world.state.digests.pause(SERVER, "moderator", until, following.instant, following.day)
    await world.time.until(at("2026-12-02 12:00"))
    assert [day.day for day in world.discord.days()] == [27, 2]
    assert (await world.schedule()).paused is None


@pytest.mark.parametrize("hours", [-13, -2, -1, 1, 2, 5])
async def test_where_a_zones_rules_have_changed_there_is_one_a_day(
    world: World, hours: int
) -> None:
    """The stored instant was worked out by other rules than those of today."""
    await world.set_up(replace(EIGHT, when_empty="story"))
    await world.state.digests.put(
        SERVER,
        replace(EIGHT, when_empty="story"),
        at("2026-11-23 08:00") + hours * HOUR,
        date(2026, 11, 23),
    )
    await world.begin()
    await world.time.until(at("2026-11-26 12:00"))
    assert [day.day for day in world.discord.days()] == [23, 24, 25, 26]


async def test_a_zone_that_is_gone_pauses_the_digest(world: World) -> None:
    await world.set_up()
    await world.state.digests.put(
        SERVER, replace(EIGHT, zone="Mars/Base"), NOW + HOUR, date(2026, 11, 23)
    )
    await world.begin()
    await world.time.until(NOW + DAY)
    assert (await world.schedule()).paused == "no-zone"
    assert await world.warned() == [(SERVER, "no-zone")]


async def test_one_servers_fault_does_not_stop_the_others(world: World) -> None:
    faults: list[datetime] = []
    world.has_faults = True

    async def fail_for_one(schedule: Schedule, day: date, is_late: bool) -> DigestDraft:
        if schedule.server_id == 1 and world.time.now < at("2026-11-24 08:20"):
            faults.append(world.time.now)
            raise KeyError("a fault of ours")
        return await compose(schedule, day, is_late)

    for server_id in (1, 2, 3):
        await world.set_up(server_id=server_id)
    await world.time.until(at("2026-11-24 07:55"))
    await world.begin(fail_for_one, SHORT)
    await world.time.until(at("2026-11-24 08:05"))
    assert [world.discord.days(server_id) for server_id in (1, 2, 3)] == [
        [],
        [date(2026, 11, 24)],
        [date(2026, 11, 24)],
    ]
    await world.time.until(at("2026-11-24 09:00"))
    assert world.discord.days(1) == [date(2026, 11, 24)]
    assert 2 <= len(faults) <= 12, "it is tried again, and not all the time"


async def test_a_refusal_pauses_one_server_and_tells_its_moderators(world: World) -> None:
    for server_id in (1, 2):
        await world.set_up(server_id=server_id)
    world.discord.answers = [Refused("no-permission")]
    await world.begin()
    await world.time.until(at("2026-11-25 12:00"))
    ((stopped, reason),) = await world.warned()
    assert reason == "no-permission"
    assert (await world.schedule(stopped)).paused == "no-permission"
    assert world.discord.days(stopped) == []
    assert [day.day for day in world.discord.days(3 - stopped)] == [24, 25]


async def test_a_day_that_failed_does_not_pause_a_digest_that_goes_on(world: World) -> None:
    await world.set_up()
    world.discord.answers = [OutcomeUnknown(), Refused("no-access")]
    await world.time.until(at("2026-11-24 07:55"))
    digests = await world.begin(settings=SHORT)
    await world.time.until(at("2026-11-24 09:00"))
    assert (await world.schedule()).paused == "no-access"
    following = next_occurrence(recurrence(EIGHT), world.time.now)
    await world.state.digests.resume(SERVER, following.instant, following.day)
    now = asyncio.create_task(digests.post_now(SERVER))
    await world.time.until(at("2026-11-24 10:00"))
    assert await now == NothingToSend(), "the day's digest has failed for good"
    assert (await world.schedule()).paused is None


async def test_what_is_put_off_comes_when_it_was_put_off_to(world: World) -> None:
    looks: list[datetime] = []

    async def look(schedule: Schedule, day: date, is_late: bool) -> DigestDraft:
        looks.append(world.time.now)
        return await compose(schedule, day, is_late)

    world.discord.answers = [Throttled(1_500), OutcomeUnknown(), OutcomeUnknown()]
    await world.time.until(at("2026-11-24 07:55"))
    await world.set_up()
    await world.begin(look, SHORT)
    await world.time.until(at("2026-11-24 08:24"))
    assert world.discord.sent == []
    await world.time.until(at("2026-11-24 08:45"))
    assert world.discord.days() == [date(2026, 11, 24)]
    assert world.discord.answers == []
    assert len(looks) == 4, "and nobody looks at it in between"


async def test_a_refused_token_stops_everything(world: World) -> None:
    for server_id in (1, 2):
        await world.set_up(replace(EIGHT, at=time(8 + server_id, 0)), server_id=server_id)
    world.discord.answers = [Unauthorized()]
    await world.begin()
    assert world.running
    running = world.running
    await world.time.until(at("2026-11-25 12:00"))
    assert running.done()
    assert world.discord.sent == []
    assert (await world.schedule(1)).paused is None, "it is no server's fault"


async def test_what_waits_for_a_worker_is_not_sent_with_a_refused_token(world: World) -> None:
    for server_id in (1, 2):
        await world.set_up(server_id=server_id)
    world.discord.answers = [Unauthorized()]
    await world.time.until(at("2026-11-24 07:55"))
    await world.begin(settings=replace(SHORT, workers=1, spread=timedelta()))
    await world.time.until(at("2026-11-24 09:00"))
    assert world.discord.sent == []


async def test_what_does_not_end_is_ended_with_the_scheduler(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduler_module, "_SHUTDOWN_TIMEOUT", 0.01)
    ended: list[str] = []

    async def hang(schedule: Schedule, day: date, is_late: bool) -> DigestDraft:
        try:
            await asyncio.sleep(DAY.total_seconds())
            return await compose(schedule, day, is_late)
        finally:
            ended.append("hung")

    await world.set_up()
    await world.time.until(at("2026-11-24 07:55"))
    await world.begin(hang, SHORT)
    await world.time.until(at("2026-11-24 08:05"))
    await world.end()
    await world.time.rest()
    assert ended == ["hung"]


async def test_posts_are_published_after_they_were_posted(world: World) -> None:
    await world.set_up(replace(EIGHT, target=Target(10, publish=True)), server_id=1)
    await world.set_up(replace(EIGHT, target=Target(20)), server_id=2)
    world.discord.publishing = [Throttled(600), Throttled(60)]
    await world.time.until(at("2026-11-24 07:55"))
    await world.begin(settings=SHORT)
    await world.time.until(at("2026-11-24 08:05"))
    assert len(world.discord.sent) == 2
    assert world.discord.published == []
    await world.time.until(at("2026-11-24 08:15"))
    assert [message_ref.channel_id for message_ref in world.discord.published] == [10]
    assert await world.state.posts.unpublished() == ()


async def test_what_was_left_to_publish_is_published_by_the_next_process(world: World) -> None:
    await world.set_up()
    slot = Slot(SERVER, "digest", date(2026, 11, 21), NOW - DAY, 10)
    await world.state.leases.acquire(slot, Contents({}, None, "e"), NOW, MINUTE)
    await world.state.posts.record(slot, MessageRef(1, 10), None, NOW, publish=True)
    world.discord.publishing = [Refused("no-permission")]
    await world.begin()
    assert world.discord.published == []
    assert await world.state.posts.unpublished() == (), "it cannot be published"


async def test_what_is_gone_when_it_is_to_be_published_is_not(world: World) -> None:
    rate_limiter = RateLimiter(world.state.rate_limit, world.time.clock)
    job = PublishingJob(world.state.posts, world.discord, rate_limiter)
    leased = Slot(SERVER, "digest", NOW.date(), NOW, 10)
    await world.set_up()
    await world.state.leases.acquire(leased, Contents({}, None, "e"), NOW, MINUTE)
    for key in ("forgotten", leased.post_id):
        assert await job.run(key, NOW) == Finished(None, makes_others_due=False)
    assert world.discord.published == []


async def test_servers_are_forgotten_after_thirty_days(world: World) -> None:
    for server_id in (1, 2):
        await world.set_up(server_id=server_id)
    world.membership.gone.add(1)
    await world.state.settings.left([1], NOW)
    await world.time.until(NOW + 29 * DAY)
    await world.begin()
    await world.time.until(NOW + 29 * DAY + 23 * HOUR)
    assert await world.state.digests.get(1)
    await world.time.until(NOW + 31 * DAY)
    assert await world.state.digests.get(1) is None
    assert await world.state.digests.get(2)
    assert world.discord.days(1) == []


async def test_posts_are_forgotten_after_ninety_days(world: World) -> None:
    await world.set_up()
    await world.begin()
    await world.time.until(at("2026-11-24 09:00"))
    await world.end()
    (first,) = world.discord.posts
    await world.time.until(at("2027-02-22 07:00"))
    await world.begin()
    assert await world.state.posts.get(first)
    await world.time.until(at("2027-02-23 09:00"))
    assert await world.state.posts.get(first) is None


@on_both_databases
async def test_what_another_process_changes_counts_from_the_next_look(world: World) -> None:
    await world.begin(settings=SHORT)
    await world.time.until(NOW + HOUR)
    await world.set_up(replace(EIGHT, at=time(13, 10), when_empty="story"))
    await world.time.until(NOW + 2 * HOUR)
    assert [day.day for day in world.discord.days()] == [22]
    await world.set_up(replace(EIGHT, at=time(15, 0), when_empty="story"))
    await world.state.settings.left([SERVER], world.time.now)
    await world.time.until(NOW + 4 * HOUR)
    assert [day.day for day in world.discord.days()] == [22]


class Quiet:
    """A round in which nothing ever comes due; it counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def next_due(self) -> Mapping[str, datetime]:
        """Nothing."""
        self.asked += 1
        return {}

    async def run(self, key: str, now: datetime) -> Finished | RetryAt:
        """Never called."""
        raise AssertionError(key)


class Ending:
    """A job with an item that is due in an hour, and that ends in each way in turn."""

    def __init__(self, *endings: Finished | RetryAt | Exception) -> None:
        self._endings = list(endings)

    async def next_due(self) -> Mapping[str, datetime]:
        """The item, until every ending has come."""
        return {"one": NOW + HOUR} if self._endings else {}

    async def run(self, key: str, now: datetime) -> Finished | RetryAt:
        """The next ending."""
        ending = self._endings.pop(0)
        if isinstance(ending, Exception):
            raise ending
        return ending


async def test_counts_how_each_item_ended_and_how_late_it_was(world: World) -> None:
    state, metrics = await world.open_state(), Metrics()
    away, bug, later = DatabaseUnavailable("away"), ValueError(), RetryAt(NOW + 2 * HOUR)
    job = Ending(away, bug, later, Finished(None))
    world.has_faults = True
    scheduler = Scheduler(state, {"item": job}, world.time.clock, SHORT, metrics)
    world.running = asyncio.create_task(scheduler.run())
    await world.time.until(NOW + 3 * HOUR)
    shown = metrics.exposition().decode().splitlines()
    for ending in ("unavailable", "failed", "later", "finished"):
        assert f'factdesk_jobs_total{{job="item",outcome="{ending}"}} 1.0' in shown
    count = 'factdesk_job_lateness_seconds_bucket{job="item",le="%s"} %s'
    assert count % ("120.0", "2.0") in shown, "a bug is left for five minutes"
    assert count % ("+Inf", "4.0") in shown


async def test_another_base_has_everything_read_again(world: World) -> None:
    state, quiet = await world.open_state(), Quiet()
    scheduler = Scheduler(state, {"quiet": quiet}, world.time.clock, SETTINGS, Metrics())
    assert scheduler.looked_at is None
    world.running = asyncio.create_task(scheduler.run())
    await world.time.until(NOW + HOUR)
    assert scheduler.looked_at == NOW + HOUR
    assert scheduler.waiting == 0
    asked = quiet.asked
    await world.time.until(NOW + 2 * HOUR)
    assert quiet.asked == asked, "nothing changed"
    scheduler.refresh()
    await world.time.until(NOW + 3 * HOUR)
    assert quiet.asked == asked + 1


class Held:
    """A job with an item that is due in an hour, and that a moderator moves while it is run."""

    def __init__(self) -> None:
        self.at = NOW + HOUR
        self.runs: list[datetime] = []

    async def next_due(self) -> Mapping[str, datetime]:
        """The item."""
        return {"one": self.at}

    async def run(self, key: str, now: datetime) -> Finished:
        """Take an hour, in which it is moved, and say what was true before."""
        self.runs.append(now)
        if len(self.runs) == 1:
            await asyncio.sleep(HOUR.total_seconds())
        return Finished(NOW + 9 * HOUR, makes_others_due=False)


async def test_what_was_moved_while_it_ran_is_due_as_it_was_moved(world: World) -> None:
    state, held = await world.open_state(), Held()
    scheduler = Scheduler(state, {"held": held}, world.time.clock, SHORT, Metrics())
    world.running = asyncio.create_task(scheduler.run())
    await world.time.until(NOW + HOUR + 2 * MINUTE)
    assert scheduler.waiting == 1
    held.at = NOW + 5 * HOUR
    scheduler.refresh()
    await world.time.until(NOW + 6 * HOUR)
    assert len(held.runs) == 2
    assert held.runs[1] < NOW + 5 * HOUR + 2 * MINUTE


@on_both_databases
async def test_digests_have_nothing_read_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for server_id in range(1, 9):
        await world.set_up(server_id=server_id)
    await world.time.until(at("2026-11-24 07:00"))
    await world.begin(settings=SHORT)
    await world.time.until(at("2026-11-24 07:55"))
    reads: list[object] = []
    read = Digests.next_due

    async def note(digests: Digests) -> dict[int, datetime]:
        reads.append(digests)
        return await read(digests)

    monkeypatch.setattr(Digests, "next_due", note)
    await world.time.until(at("2026-11-25 08:05"))
    assert len(world.discord.sent) == 2 * 8
    assert len(reads) <= 1, "retention is run once a day"


async def test_answers_are_written_while_nothing_is_due(world: World) -> None:
    state = await world.open_state()
    scheduler = Scheduler(state, {}, world.time.clock, SHORT, Metrics())
    world.running = asyncio.create_task(scheduler.run())
    await world.time.until(NOW + MINUTE)
    state.public_answers.note(PublicAnswer(1, SERVER, 10, {"a/b": "v"}, NOW))
    await world.time.until(NOW + 2 * MINUTE)
    assert await world.state.public_answers.facts(1) == {"a/b": "v"}


async def test_a_changed_setting_counts_from_the_next_look(world: World) -> None:
    state = await world.open_state()
    scheduler = Scheduler(state, {}, world.time.clock, SHORT, Metrics())
    world.running = asyncio.create_task(scheduler.run())
    await world.time.until(NOW + MINUTE)
    await world.state.settings.choose_log(SERVER, 30)
    await world.time.until(NOW + 2 * MINUTE)
    assert state.settings.of(SERVER).log_channel_id == 30


async def test_a_state_that_is_away_for_a_while_is_read_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change that was seen while nothing could be read is not forgotten."""
    await world.begin()

    async def fail(_: Digests) -> dict[int, datetime]:
        raise DatabaseUnavailable("gone for a moment")

    with monkeypatch.context() as broken:
        broken.setattr(Digests, "next_due", fail)
        await world.set_up()
        await world.time.until(NOW + 2 * HOUR)
    await world.time.until(at("2026-11-24 12:00"))
    assert [day.day for day in world.discord.days()] == [24]


@on_both_databases
async def test_two_processes_post_each_digest_once(world: World) -> None:
    for server_id in range(1, 9):
        await world.set_up(server_id=server_id)
    await world.begin()
    first = world.running
    await world.begin()
    await world.time.until(NOW + 4 * DAY)
    for server_id in range(1, 9):
        assert [day.day for day in world.discord.days(server_id)] == [24, 25, 26]
    assert first
    first.cancel()
    await asyncio.wait({first})


@on_both_databases
async def test_now_is_once_a_day_too(world: World) -> None:
    await world.set_up(replace(EIGHT, at=time(13, 0), when_empty="story"))
    digests = await world.begin()
    outcomes = [asyncio.create_task(digests.post_now(SERVER)) for _ in range(2)]
    await world.time.until(NOW + MINUTE)
    again = asyncio.create_task(digests.post_now(SERVER))
    await world.time.until(NOW + 2 * MINUTE)
    assert {each.result() for each in outcomes} == {Delivered(MessageRef(1, 10)), NothingToSend()}
    assert await again == NothingToSend(), "the day's digest is settled"
    await world.time.until(at("2026-11-23 14:00"))
    assert [day.day for day in world.discord.days()] == [22, 23]


async def test_now_that_is_refused_pauses_the_digest(world: World) -> None:
    await world.set_up(replace(EIGHT, when_empty="story"))
    digests = await world.begin()
    world.discord.answers = [Refused("no-access")]
    now = asyncio.create_task(digests.post_now(SERVER))
    await world.time.until(NOW + MINUTE)
    assert await now == Blocked("no-access")
    assert (await world.schedule()).paused == "no-access"


class TestManyZones:
    """Long, so on one database only."""

    @pytest.fixture
    def state_url(self, tmp_path: Path) -> str:
        """A fresh SQLite."""
        return f"sqlite:///{tmp_path / 'state.db'}"

    @pytest.mark.parametrize(
        "every", [pytest.param(1, id="all", marks=pytest.mark.matrix), pytest.param(5, id="some")]
    )
    async def test_of_servers_in_many_zones(self, world: World, every: int) -> None:
        """With a scheduler that ends and begins again at any time: one a server and local day."""
        dice = random.Random(7)  # noqa: S311 - chance that comes again
        world.time.now = start = at("2026-03-25 00:00")  # Europe changes its clocks on the 29th
        wishes = [
            replace(
                EIGHT,
                zone=zone,
                at=time(dice.randrange(24), dice.choice((0, 5, 30, 45))),
                when_empty="story",
            )
            for zone in ZONES.split()[::every]
        ]
        for server_id, config in enumerate(wishes):
            await world.set_up(config, server_id)
        end = start + 9 * DAY
        while world.time.now < end:
            await world.begin()
            await world.time.until(min(end, world.time.now + dice.random() * 3 * DAY))
            await world.end()
            await world.time.until(world.time.now + dice.random() * 5 * HOUR)
        await world.begin()
        await world.time.until(world.time.now + MINUTE)
        sent = Counter((each.server_id, each.day) for each in world.discord.sent)
        assert set(sent.values()) == {1}
        for server_id, config in enumerate(wishes):
            assert world.discord.days(server_id) == expected(config, start, world.time.now)


def expected(config: DigestConfig, start: datetime, end: datetime) -> list[date]:
    """The local days on which the wall time came, told without the scheduler's own arithmetic."""
    zone = ZoneInfo(config.zone)
    first = start.astimezone(zone).date() - DAY
    days = (first + number * DAY for number in range(40))
    return [
        day
        for day in days
        if start < datetime.combine(day, config.at, zone).astimezone(UTC) <= end - 2 * MINUTE
    ]
