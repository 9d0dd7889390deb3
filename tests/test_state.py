"""The state on both databases: what is kept, who may change it, and what happens without one."""

from __future__ import annotations

import asyncio
import inspect
import re
import sqlite3
import subprocess
import sys
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import BigInteger, Boolean, Date, Integer, String, Text, event, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.util import await_only

from bot.state.base_versions import Editions
from bot.state.change_feed import Changes
from bot.state.digests import Digests, Schedule, Target, Wish
from bot.state.errors import StateAway
from bot.state.posts import Claim, Contents, Ending, Held, Place, Post, Posts, Slot
from bot.state.rate_limit import Budget
from bot.state.settings import Settings, SettingsBook
from bot.state.state import State
from bot.state.tables import (
    Instant,
    digest,
    edition_fact,
    focus,
    metadata,
    post,
    post_fact,
    server,
)
from tests.databases import Postgres, running_postgres

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
TODAY = NOW.date()
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LEASE = 90 * timedelta(seconds=1)

SERVER = 2**60 + 1  # ids are larger than 32 bits
OTHER = 2**60 + 2
WISH = Wish(
    target=Target(channel_id=2**60 + 3, role_id=2**60 + 4, publish=True, tag_id=2**60 + 5),
    at=time(7, 5),
    zone="America/Argentina/ComodRivadavia",
    weekdays=frozenset({0, 2, 6}),
    topics=frozenset({"export-controls", "shuttle-diplomacy"}),
    when_empty="focus",
    language="ko",
    set_by=2**60 + 6,
)
PLAIN = Wish(
    target=Target(channel_id=1),
    at=time(0, 0),
    zone="UTC",
    weekdays=frozenset(range(7)),
    topics=frozenset(),
    when_empty="skip",
    language="en",
    set_by=2,
)
SLOT = Slot(SERVER, "digest", TODAY, NOW, channel_id=2**60 + 3)
CONTENTS = Contents({"summit/visits": "v1", "summit/talks": "v2"}, "summit/visits", "edition-1")
PLACE = Place(message_id=2**60 + 7, channel_id=2**60 + 8)

Open = Callable[[], Awaitable[State]]


@pytest.fixture
async def open_state(state_url: str) -> AsyncIterator[Open]:
    """Opens the test's database, each time as a process of its own would."""
    async with AsyncExitStack() as opened:

        async def open_it() -> State:
            state = await State.open(state_url)
            opened.push_async_callback(state.close)
            return state

        yield open_it


@pytest.fixture
async def state(open_state: Open) -> State:
    """The open state, with nothing in it."""
    return await open_state()


@pytest.fixture
async def desk(state: State) -> State:
    """A state that has a server with a digest, due now."""
    await state.digests.put(SERVER, WISH, NOW, TODAY)
    return state


async def fill(connection: AsyncConnection) -> None:
    """Put a row into every table; columns of one type have one value, so references hold."""
    values: dict[type, object] = {
        BigInteger: SERVER,
        Boolean: True,
        Date: TODAY,
        Instant: NOW,
        Integer: 1,
        String: "09",
        Text: "",
    }
    for table in metadata.sorted_tables:
        row = {column.name: values[type(column.type)] for column in table.columns}
        await connection.execute(insert(table).values(row))


async def claim(state: State, slot: Slot = SLOT, now: datetime = NOW) -> Claim:
    """A claim that is granted."""
    claimed = await state.posts.claim(slot, CONTENTS, now, LEASE)
    assert isinstance(claimed, Claim)
    return claimed


async def count(state: State) -> dict[str, int]:
    """How many rows each table has."""
    async with state.database.transaction() as connection:
        return {
            table.name: len((await connection.execute(select(table))).all())
            for table in metadata.sorted_tables
        }


CLAIM = Claim(SLOT.post_id, NOW, 1)
CALLS: dict[str, Callable[[State], Awaitable[object]]] = {
    "settings.load": lambda state: state.settings.load(),
    "settings.choose_language": lambda state: state.settings.choose_language(SERVER, "ja"),
    "settings.choose_role": lambda state: state.settings.choose_role(SERVER, 1),
    "settings.choose_approval": lambda state: state.settings.choose_approval(SERVER, True),
    "settings.choose_log": lambda state: state.settings.choose_log(SERVER, 1),
    "settings.choose_defaults": lambda state: state.settings.choose_defaults(SERVER, 1, "UTC"),
    "settings.left": lambda state: state.settings.left([SERVER], NOW),
    "settings.returned": lambda state: state.settings.returned([OTHER]),
    "settings.delete": lambda state: state.settings.delete(SERVER),
    "settings.purge": lambda state: state.settings.purge(NOW),
    "digests.get": lambda state: state.digests.get(SERVER),
    "digests.all": lambda state: state.digests.all(),
    "digests.coming": lambda state: state.digests.coming(),
    "digests.claimed_day": lambda state: state.digests.claimed_day(SERVER),
    "digests.put": lambda state: state.digests.put(SERVER, WISH, NOW, TODAY),
    "digests.advance": lambda state: state.digests.advance(SERVER, TODAY, NOW, TODAY),
    "digests.pause": lambda state: state.digests.pause(SERVER, "moderator"),
    "digests.stop": lambda state: state.digests.stop(SERVER, "no-channel", WISH),
    "digests.resume": lambda state: state.digests.resume(SERVER, NOW, TODAY),
    "digests.remove": lambda state: state.digests.remove(SERVER),
    "posts.claim": lambda state: state.posts.claim(SLOT, CONTENTS, NOW, LEASE),
    "posts.renew": lambda state: state.posts.renew(CLAIM, NOW, LEASE),
    "posts.replace": lambda state: state.posts.replace(CLAIM, CONTENTS, SLOT.channel_id),
    "posts.postpone": lambda state: state.posts.postpone(CLAIM, NOW),
    "posts.release": lambda state: state.posts.release(CLAIM),
    "posts.record": lambda state: state.posts.record(SLOT, PLACE, None, NOW, publish=True),
    "posts.end": lambda state: state.posts.end(SLOT, "failed", "late", NOW),
    "posts.reopen": lambda state: state.posts.reopen(SLOT.post_id),
    "posts.rewrite": lambda state: state.posts.rewrite(SLOT.post_id, CONTENTS),
    "posts.latest": lambda state: state.posts.latest("digest"),
    "posts.told": lambda state: state.posts.told("digest"),
    "posts.get": lambda state: state.posts.get(SLOT.post_id),
    "posts.last": lambda state: state.posts.last(SERVER),
    "posts.facts": lambda state: state.posts.facts(SLOT.post_id),
    "posts.focused": lambda state: state.posts.focused(SERVER),
    "posts.unpublished": lambda state: state.posts.unpublished(),
    "posts.published": lambda state: state.posts.published(SLOT.post_id, done=True),
    "posts.forget": lambda state: state.posts.forget(NOW),
    "budget.take": lambda state: state.budget.take(1, MINUTE, NOW),
    "budget.hold": lambda state: state.budget.hold(NOW),
    "editions.remember": lambda state: state.editions.remember("e", {"a/b": "v"}),
    "editions.facts": lambda state: state.editions.facts("e2"),
    "editions.forget_unused": lambda state: state.editions.forget_unused(),
}
"""Every method, as it might be called."""

ANNOUNCED = {
    *(name for name in CALLS if name.startswith("settings.choose_")),
    *(f"digests.{name}" for name in ("put", "advance", "pause", "resume", "remove")),
    "settings.left",
    "settings.delete",
}
"""Those that change what other processes keep in memory."""


class TestInstants:
    """Instants are aware, and the same on both databases."""

    async def test_come_back_aware_and_in_utc(self, state: State) -> None:
        exact = datetime(2026, 3, 29, 0, 59, 59, 123456, tzinfo=UTC)
        await state.digests.put(SERVER, WISH, exact, TODAY)
        schedule = await state.digests.get(SERVER)
        assert schedule
        assert (schedule.next_at, schedule.next_at and schedule.next_at.tzinfo) == (exact, UTC)

    @pytest.mark.parametrize("zone", ["Asia/Seoul", "America/St_Johns", "Pacific/Kiritimati"])
    async def test_of_other_zones_are_converted(self, state: State, zone: str) -> None:
        there = datetime(2026, 11, 22, 9, 0, tzinfo=ZoneInfo(zone))
        await state.digests.put(SERVER, WISH, there, TODAY)
        assert await state.digests.coming() == {SERVER: there}

    async def test_at_which_clocks_go_back_stay_two(self, state: State) -> None:
        for fold in (0, 1):
            twice = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"), fold=fold)
            await state.digests.put(SERVER + fold, WISH, twice, TODAY)
        coming = await state.digests.coming()
        assert coming[SERVER + 1] - coming[SERVER] == HOUR

    async def test_without_a_zone_are_refused(self, state: State) -> None:
        with pytest.raises(ValueError, match="an instant without its zone"):
            await state.digests.put(SERVER, WISH, NOW.replace(tzinfo=None), TODAY)
        assert await state.digests.all() == ()

    async def test_are_compared_as_instants(self, state: State) -> None:
        """Also where what is compared with comes in another zone."""
        await state.settings.choose_language(SERVER, "ja")
        await state.settings.left([SERVER], NOW)
        a_second_before = (NOW - timedelta(seconds=1)).astimezone(ZoneInfo("Pacific/Kiritimati"))
        assert await state.settings.purge(a_second_before) == 0
        assert await state.settings.purge(NOW + timedelta(seconds=1)) == 1


class TestSettings:
    """What moderators chose."""

    async def test_are_answered_without_the_database(self, state: State) -> None:
        await state.settings.choose_language(SERVER, "ja")
        await state.close()
        assert state.settings.of(SERVER).language == "ja"
        assert state.settings.of(OTHER) == Settings(OTHER)
        assert state.settings.of(None) == Settings(0)

    async def test_are_chosen_and_cleared(self, state: State, open_state: Open) -> None:
        chosen = state.settings
        await chosen.choose_language(SERVER, "ko")
        await chosen.choose_role(SERVER, 77)
        assert chosen.of(SERVER) == Settings(SERVER, "ko", 77)
        await chosen.choose_language(SERVER, None)
        assert chosen.of(SERVER) == Settings(SERVER, None, 77)
        await chosen.choose_role(SERVER, None)
        await chosen.choose_language(SERVER, "en")
        assert chosen.of(SERVER) == Settings(SERVER, "en", None)
        assert (await open_state()).settings.of(SERVER) == Settings(SERVER, "en", None)

    async def test_go_with_everything_of_the_server(self, desk: State, open_state: Open) -> None:
        for server_id in (SERVER, OTHER):
            slot = replace(SLOT, server_id=server_id)
            await desk.digests.put(server_id, WISH, NOW, TODAY)
            await claim(desk, slot)
            await desk.posts.record(slot, PLACE, "summit/visits", NOW, publish=False)
        await desk.settings.load()
        await desk.settings.delete(SERVER)
        assert desk.settings.present() == {OTHER}
        assert await desk.digests.get(SERVER) is None
        assert await desk.posts.last(SERVER) is None
        assert await desk.posts.facts(SLOT.post_id) == {}
        assert await desk.posts.focused(SERVER) == {}
        per_server = (server, digest, post, focus)
        rows = await count(desk)
        assert {rows[table.name] for table in per_server} == {1}
        assert rows[post_fact.name] == 2
        assert (await open_state()).settings.present() == {OTHER}

    async def test_of_a_server_that_was_left_are_kept(self, desk: State) -> None:
        await desk.settings.choose_language(SERVER, "ja")
        await desk.settings.left([SERVER, OTHER], NOW)
        assert desk.settings.present() == frozenset()
        assert desk.settings.of(SERVER) == Settings(SERVER, "ja", left_at=NOW)
        assert desk.settings.of(OTHER) == Settings(OTHER), "nothing is kept of an unknown server"
        await desk.settings.left([SERVER], NOW + DAY)
        assert desk.settings.of(SERVER).left_at == NOW, "it was left when it was left"
        await desk.settings.returned([SERVER, OTHER])
        assert desk.settings.of(SERVER) == Settings(SERVER, "ja")
        assert desk.settings.present() == {SERVER}
        assert await desk.digests.coming() == {SERVER: NOW}

    async def test_are_purged_after_an_instant_only(self, desk: State) -> None:
        await desk.settings.choose_language(OTHER, "ko")
        await desk.settings.left([SERVER], NOW)
        assert await desk.settings.purge(NOW) == 0
        assert desk.settings.of(SERVER).left_at
        assert await desk.settings.purge(NOW + timedelta(microseconds=1)) == 1
        assert desk.settings.of(SERVER) == Settings(SERVER)
        assert await desk.digests.all() == ()
        assert desk.settings.present() == {OTHER}, "who stays is not purged"


class TestChanges:
    """Two processes see what the other one changed."""

    async def test_are_seen_by_the_other(self, state: State, open_state: Open) -> None:
        other = await open_state()
        async with watch(other) as changes:
            await state.settings.choose_language(SERVER, "ja")
            await comes(changes)
            await other.settings.load()
            assert other.settings.of(SERVER).language == "ja"
            await nothing_comes(changes)

    @pytest.mark.parametrize("name", sorted(ANNOUNCED))
    async def test_of_each_kind_are_seen(self, desk: State, open_state: Open, name: str) -> None:
        async with watch(await open_state()) as changes:
            await CALLS[name](desk)
            await comes(changes)

    async def test_that_failed_are_not_announced(self, desk: State, open_state: Open) -> None:
        async with watch(await open_state()) as changes:
            with pytest.raises(ValueError, match="without its zone"):
                await desk.digests.resume(SERVER, NOW.replace(tzinfo=None), TODAY)
            await nothing_comes(changes)


class TestListening:
    """On PostgreSQL, changes are heard over a connection, which may be lost."""

    @pytest.fixture
    def state_url(self, postgres: Postgres) -> str:
        """A fresh database on PostgreSQL alone."""
        return postgres.new_database()

    async def test_is_taken_up_again_after_the_connection_was_cut(
        self, state: State, open_state: Open
    ) -> None:
        other = await open_state()
        async with watch(other) as changes:
            for number in range(20):  # more often than a pool has connections
                await cut(state)
                await comes(changes)
                await nothing_comes(changes)
                await state.settings.choose_role(SERVER, number)
                await comes(changes)

    async def test_is_taken_up_again_after_the_server_restarted(
        self, state: State, open_state: Open, postgres: Postgres
    ) -> None:
        other = await open_state()
        async with watch(other) as changes:
            await asyncio.to_thread(postgres.restart)
            await state.settings.choose_language(SERVER, "ja")
            await comes(changes)
            await nothing_comes(changes)
            await other.settings.load()
            assert other.settings.of(SERVER).language == "ja"
            await state.settings.choose_language(SERVER, "ko")
            await comes(changes)

    async def test_keeps_one_connection(self, state: State, open_state: Open) -> None:
        async with watch(state) as changes:
            for _ in range(30):
                await changes.seen()
            assert await connections(await open_state()) <= 2


async def cut(state: State) -> None:
    """Cut every other connection to the database, as a firewall would."""
    others = "FROM pg_stat_activity WHERE datname = current_database() AND pid != pg_backend_pid()"
    async with state.database.transaction() as connection:
        await connection.execute(text(f"SELECT pg_terminate_backend(pid) {others}"))
        while (await connection.execute(text(f"SELECT count(*) {others}"))).scalar_one():
            await connection.execute(text("SELECT pg_stat_clear_snapshot()"))


async def connections(state: State) -> int:
    """How many connections to the database others hold."""
    async with state.database.transaction() as connection:
        counted = await connection.execute(
            text(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid != pg_backend_pid()"
            )
        )
        return counted.scalar_one()


@asynccontextmanager
async def watch(state: State) -> AsyncGenerator[Changes]:
    """A watch over changes that is ended in the end; whatever was before has been seen."""
    changes = state.changes()
    try:
        assert await changes.seen(), "true the first time"
        assert not await changes.seen()
        yield changes
    finally:
        await changes.close()


async def comes(changes: Changes) -> None:
    """Wait until a change is seen: what PostgreSQL announces takes its time to arrive."""
    async with asyncio.timeout(20):
        while not await changes.seen():  # noqa: ASYNC110 - it is asked, it does not tell
            await asyncio.sleep(0.01)


async def nothing_comes(changes: Changes) -> None:
    """No change is seen, also not what should not be announced, in the time that it would take."""
    await asyncio.sleep(0.1)
    assert not await changes.seen()


class TestDigests:
    """Where each digest stands."""

    @pytest.mark.parametrize("wish", [WISH, PLAIN])
    async def test_come_back_as_they_were_put(self, state: State, wish: Wish) -> None:
        await state.digests.put(SERVER, wish, NOW, TODAY)
        expected = Schedule(SERVER, wish, NOW, TODAY)
        assert await state.digests.get(SERVER) == expected
        await state.digests.put(OTHER, PLAIN, NOW, TODAY)
        assert await state.digests.all() == (expected, Schedule(OTHER, PLAIN, NOW, TODAY))
        assert await state.digests.get(3) is None

    async def test_are_changed_by_putting_them_again(self, desk: State) -> None:
        """What was chosen is replaced, a pause ends, and what was posted stays known."""
        await claim(desk)
        await desk.posts.record(SLOT, PLACE, None, NOW, publish=False)
        await desk.digests.pause(SERVER, "no-channel")
        await desk.digests.put(SERVER, PLAIN, NOW + DAY, TODAY + DAY)
        assert await desk.digests.get(SERVER) == Schedule(
            SERVER,
            PLAIN,
            NOW + DAY,
            TODAY + DAY,
            last_day=TODAY,
            last_edition=CONTENTS.edition,
        )

    async def test_leave_the_settings_of_the_server_alone(self, state: State) -> None:
        await state.settings.choose_language(SERVER, "ja")
        await state.digests.put(SERVER, WISH, NOW, TODAY)
        await state.settings.load()
        assert state.settings.of(SERVER).language == "ja"

    async def test_advance_unless_they_were_moved_meanwhile(self, desk: State) -> None:
        await desk.digests.pause(SERVER, "moderator", NOW + DAY, NOW + DAY, TODAY)
        await desk.digests.advance(SERVER, TODAY, NOW + DAY, TODAY + DAY)
        advanced = Schedule(SERVER, WISH, NOW + DAY, TODAY + DAY)
        assert await desk.digests.get(SERVER) == advanced, "and a pause ends"
        await desk.digests.advance(SERVER, TODAY, NOW + 2 * DAY, TODAY + 2 * DAY)
        assert await desk.digests.get(SERVER) == advanced
        await desk.digests.pause(SERVER, "moderator")
        paused = await desk.digests.get(SERVER)
        await desk.digests.advance(SERVER, TODAY + DAY, NOW + 2 * DAY, TODAY + 2 * DAY)
        assert await desk.digests.get(SERVER) == paused, "a pause without an end stands"

    async def test_pause_and_go_on(self, desk: State) -> None:
        await desk.digests.pause(SERVER, "no-permission")
        assert await desk.digests.get(SERVER) == Schedule(
            SERVER, WISH, None, None, paused="no-permission"
        )
        until = NOW + 3 * DAY
        await desk.digests.pause(SERVER, "moderator", until, until + HOUR, TODAY + 3 * DAY)
        assert await desk.digests.get(SERVER) == Schedule(
            SERVER, WISH, until + HOUR, TODAY + 3 * DAY, "moderator", until
        )
        await desk.digests.resume(SERVER, NOW + DAY, TODAY + DAY)
        assert await desk.digests.get(SERVER) == Schedule(SERVER, WISH, NOW + DAY, TODAY + DAY)

    async def test_that_come_are_those_of_present_servers(self, desk: State) -> None:
        for server_id, in_days in ((1, 1), (2, 2), (3, 3)):
            await desk.digests.put(server_id, PLAIN, NOW + in_days * DAY, TODAY + in_days * DAY)
        await desk.digests.pause(1, "archived")
        await desk.digests.pause(2, "moderator", NOW + 9 * DAY, NOW + 9 * DAY, TODAY + 9 * DAY)
        await desk.settings.left([3], NOW)
        assert await desk.digests.coming() == {SERVER: NOW, 2: NOW + 9 * DAY}

    async def test_know_the_latest_day_that_was_claimed(self, desk: State) -> None:
        assert await desk.digests.claimed_day(SERVER) is None
        await desk.posts.end(replace(SLOT, day=TODAY - DAY), "skipped", "empty", NOW)
        assert await desk.digests.claimed_day(SERVER) == TODAY - DAY
        await claim(desk)
        await desk.digests.put(OTHER, PLAIN, NOW, TODAY)
        await claim(desk, replace(SLOT, server_id=OTHER, day=TODAY + DAY))
        assert await desk.digests.claimed_day(SERVER) == TODAY

    async def test_that_are_turned_off_leave_what_they_posted(self, desk: State) -> None:
        await claim(desk)
        await desk.digests.remove(SERVER)
        assert await desk.digests.get(SERVER) is None
        assert await desk.digests.coming() == {}
        assert await desk.digests.claimed_day(SERVER) == TODAY


class TestPosts:
    """Each post once, whoever posts it."""

    async def test_are_claimed_by_one(self, desk: State, open_state: Open) -> None:
        states = [desk, *[await open_state() for _ in range(3)]]
        claimed = await asyncio.gather(
            *(states[number % 4].posts.claim(SLOT, CONTENTS, NOW, LEASE) for number in range(20))
        )
        assert claimed.count(Claim(SLOT.post_id, NOW, 1)) == 1
        assert claimed.count(Held(NOW + LEASE)) == 19
        assert await desk.posts.facts(SLOT.post_id) == CONTENTS.facts

    async def test_are_taken_over_by_one(self, desk: State, open_state: Open) -> None:
        await claim(desk)
        states = [desk, *[await open_state() for _ in range(3)]]
        later = NOW + LEASE
        claimed = await asyncio.gather(
            *(states[number % 4].posts.claim(SLOT, CONTENTS, later, LEASE) for number in range(20))
        )
        assert claimed.count(Claim(SLOT.post_id, NOW, 2)) == 1
        assert claimed.count(Held(later + LEASE)) == 19

    async def test_are_held_as_long_as_their_lease(self, desk: State, open_state: Open) -> None:
        first, other = await claim(desk), await open_state()
        assert first.is_fresh
        a_moment_before = NOW + LEASE - timedelta(microseconds=1)
        assert await other.posts.claim(SLOT, CONTENTS, a_moment_before, LEASE) == Held(NOW + LEASE)
        assert await desk.posts.renew(first, a_moment_before, LEASE)
        assert await other.posts.claim(SLOT, CONTENTS, NOW + LEASE, LEASE) == Held(
            a_moment_before + LEASE
        )
        taken = await claim(other, now=NOW + 2 * LEASE)
        assert taken == Claim(SLOT.post_id, NOW, 2)
        assert not taken.is_fresh

    async def test_are_lost_to_who_takes_them_over(self, desk: State, open_state: Open) -> None:
        first, other = await claim(desk), await open_state()
        assert not await desk.posts.renew(first, NOW + LEASE, LEASE), "the lease is over"
        taken = await claim(other, now=NOW + LEASE)
        sent = Contents({"summit/talks": "v3"}, None, "edition-2")
        await other.posts.replace(taken, sent, SLOT.channel_id)
        assert not await desk.posts.renew(first, NOW + LEASE, LEASE)
        await desk.posts.replace(first, CONTENTS, SLOT.channel_id)
        await desk.posts.postpone(first, NOW + 9 * HOUR)
        await desk.posts.release(first)
        assert await desk.posts.facts(SLOT.post_id) == sent.facts
        held = await desk.posts.claim(SLOT, CONTENTS, NOW + LEASE, LEASE)
        assert held == Held(NOW + 2 * LEASE)
        await other.posts.record(SLOT, PLACE, None, NOW, publish=False)
        schedule = await desk.digests.get(SERVER)
        assert schedule
        assert schedule.last_edition == "edition-2"

    async def test_are_lost_also_to_oneself(self, desk: State) -> None:
        """A task that hangs has lost the claim to the next one of its own process."""
        first = await claim(desk)
        taken = await claim(desk, now=NOW + LEASE)
        assert not await desk.posts.renew(first, NOW + LEASE, LEASE)
        assert await desk.posts.renew(taken, NOW + LEASE, LEASE)

    async def test_hold_what_was_sent_in_the_place_of_what_was_claimed(self, desk: State) -> None:
        claimed = await claim(desk)
        sent = Contents({"summit/talks": "v3", "summit/dinner": "v1"}, None, "edition-2")
        await desk.posts.replace(claimed, sent, SLOT.channel_id)
        assert await desk.posts.facts(SLOT.post_id) == sent.facts
        await desk.posts.replace(claimed, Contents({}, None, "edition-3"), SLOT.channel_id)
        assert await desk.posts.facts(SLOT.post_id) == {}

    async def test_are_recorded_once_by_whichever_process(
        self, desk: State, open_state: Open
    ) -> None:
        other = await open_state()
        await claim(desk)
        await other.posts.record(SLOT, PLACE, "summit/visits", NOW + MINUTE, publish=True)
        recorded = Post(
            SLOT.post_id, SERVER, "digest", None, TODAY, NOW, "sent", None, PLACE, NOW + MINUTE
        )
        assert await desk.posts.get(SLOT.post_id) == recorded
        assert await desk.posts.unpublished() == (recorded,)
        await desk.posts.published(SLOT.post_id, done=True)
        elsewhere = Place(1, 2)
        await desk.posts.record(SLOT, elsewhere, "summit/talks", NOW + HOUR, publish=True)
        assert await desk.posts.get(SLOT.post_id) == recorded
        assert await desk.posts.unpublished() == ()
        assert await desk.posts.focused(SERVER) == {"summit/visits": TODAY}
        assert await other.posts.claim(SLOT, CONTENTS, NOW + DAY, LEASE) == Held(None)
        schedule = await desk.digests.get(SERVER)
        assert schedule
        assert (schedule.last_day, schedule.last_edition) == (TODAY, CONTENTS.edition)

    async def test_that_nobody_knows_any_more_are_not_recorded(self, state: State) -> None:
        """The server's data were deleted while its post was on its way."""
        await state.posts.record(SLOT, PLACE, "summit/visits", NOW, publish=True)
        assert not any((await count(state)).values())

    async def test_that_were_not_sent_are_given_back(self, desk: State, open_state: Open) -> None:
        await desk.posts.release(await claim(desk))
        assert await desk.posts.get(SLOT.post_id) is None
        assert await desk.posts.facts(SLOT.post_id) == {}
        assert await desk.digests.claimed_day(SERVER) is None
        assert (await claim(await open_state())).is_fresh

    async def test_are_postponed(self, desk: State, open_state: Open) -> None:
        other, until = await open_state(), NOW + 5 * MINUTE
        await desk.posts.postpone(await claim(desk), until)
        assert await other.posts.claim(SLOT, CONTENTS, NOW + LEASE, LEASE) == Held(until)
        assert (await claim(other, now=until)).attempts == 2

    @pytest.mark.parametrize("ending", ["skipped", "failed", "unknown"])
    async def test_end(self, desk: State, ending: Ending) -> None:
        """Also those that were never claimed; and what ended stays as it ended."""
        never_claimed = replace(SLOT, day=TODAY - DAY)
        await claim(desk)
        for slot in (SLOT, never_claimed):
            await desk.posts.end(slot, ending, "late", NOW)
            await desk.posts.end(slot, "failed", "other", NOW + DAY)
            ended = await desk.posts.get(slot.post_id)
            assert ended == Post(
                slot.post_id, SERVER, "digest", None, slot.day, NOW, ending, "late", None, NOW
            )
            assert await desk.posts.claim(slot, CONTENTS, NOW + DAY, LEASE) == Held(None)

    async def test_that_were_sent_do_not_end_otherwise(self, desk: State) -> None:
        await claim(desk)
        await desk.posts.record(SLOT, PLACE, None, NOW, publish=False)
        sent = await desk.posts.get(SLOT.post_id)
        await desk.posts.end(SLOT, "failed", "late", NOW + DAY)
        assert await desk.posts.get(SLOT.post_id) == sent

    async def test_that_are_found_after_all_are_sent(self, desk: State) -> None:
        await claim(desk)
        await desk.posts.end(SLOT, "unknown", "unreadable", NOW)
        await desk.posts.record(SLOT, PLACE, None, NOW + DAY, publish=False)
        assert await desk.posts.get(SLOT.post_id) == Post(
            SLOT.post_id, SERVER, "digest", None, TODAY, NOW, "sent", None, PLACE, NOW + DAY
        )

    async def test_say_what_was_in_focus_last(self, desk: State) -> None:
        for days, fact in enumerate(("a/a", "b/b", "a/a", None)):
            slot = replace(SLOT, day=TODAY + days * DAY)
            await claim(desk, slot)
            await desk.posts.record(slot, PLACE, fact, NOW, publish=False)
        assert await desk.posts.focused(SERVER) == {
            "a/a": TODAY + 2 * DAY,
            "b/b": TODAY + DAY,
        }
        assert await desk.posts.focused(OTHER) == {}

    async def test_are_published_or_cannot_be(self, desk: State) -> None:
        slots = [replace(SLOT, day=TODAY + days * DAY) for days in range(4)]
        for number, slot in enumerate(slots):
            await claim(desk, slot)
            asked = number != 2
            await desk.posts.record(slot, PLACE, None, NOW - number * MINUTE, publish=asked)
        await desk.posts.published(slots[3].post_id, done=False)
        waiting = [each.post_id for each in await desk.posts.unpublished()]
        assert waiting == [slots[1].post_id, slots[0].post_id], "who waits longest comes first"

    async def test_of_long_ago_are_forgotten(self, desk: State) -> None:
        """Those that ended; what was in focus stays known, so that it is not repeated."""
        old, fresh = SLOT, replace(SLOT, day=TODAY + DAY)
        pending = replace(SLOT, day=TODAY + 2 * DAY)
        for slot, ended in ((old, NOW), (fresh, NOW + DAY)):
            await claim(desk, slot)
            await desk.posts.record(slot, PLACE, f"of/{slot.day.day}", ended, publish=False)
        await desk.posts.claim(pending, CONTENTS, NOW + HOUR, LEASE)
        never_settled = replace(SLOT, day=TODAY + 3 * DAY)
        await claim(desk, never_settled)
        await desk.posts.forget(NOW)
        assert await desk.posts.get(old.post_id), "not before the instant"
        await desk.posts.forget(NOW + timedelta(microseconds=1))
        assert await desk.posts.get(old.post_id) is None
        assert await desk.posts.facts(old.post_id) == {}
        assert await desk.posts.get(fresh.post_id)
        assert await desk.posts.get(pending.post_id)
        assert await desk.posts.get(never_settled.post_id) is None
        assert set(await desk.posts.focused(SERVER)) == {"of/22", "of/23"}

    async def test_of_a_server_the_last_one_is_known(self, desk: State) -> None:
        assert await desk.posts.last(SERVER) is None
        await claim(desk)
        await desk.posts.end(replace(SLOT, day=TODAY + DAY), "skipped", "empty", NOW)
        await desk.posts.end(replace(SLOT, day=TODAY - DAY), "skipped", "late", NOW + DAY)
        last = await desk.posts.last(SERVER)
        assert last
        assert (last.day, last.status, last.reason) == (TODAY + DAY, "skipped", "empty")

    def test_have_an_id_of_their_own_that_fits_a_nonce(self) -> None:
        assert SLOT.post_id == Slot(SERVER, "digest", TODAY, NOW + DAY, 1).post_id
        others = {
            replace(SLOT, server_id=SERVER + server_id, day=TODAY + days * DAY).post_id
            for server_id in range(10)
            for days in range(10)
        }
        assert len(others) == 100
        assert {len(each) for each in others} == {20}, "Discord takes 25"

    async def test_that_vanish_while_they_are_claimed_come_later(self, postgres: Postgres) -> None:
        """Another process gives its claim back between one's two looks at it."""
        url = postgres.new_database()
        first, second = await State.open(url), await State.open(url)
        await first.digests.put(SERVER, WISH, NOW, TODAY)
        held = await claim(first)

        def give_back(_: object, __: object, statement: str, *___: object) -> None:
            if statement.startswith("INSERT INTO post "):
                await_only(first.posts.release(held))

        event.listen(second.database.engine.sync_engine, "after_cursor_execute", give_back)
        assert await second.posts.claim(SLOT, CONTENTS, NOW, LEASE) == Held(NOW)
        assert (await claim(second)).is_fresh
        await first.close()
        await second.close()


class TestBudget:
    """One budget for all processes."""

    SPACING = timedelta(milliseconds=25)

    async def test_gives_no_instant_twice(self, state: State, open_state: Open) -> None:
        """Neither when there is nothing yet to go by, nor later."""
        budgets = [state.budget, (await open_state()).budget]
        for _ in range(2):
            firsts = await asyncio.gather(
                *(budgets[number % 2].take(3, self.SPACING, NOW) for number in range(20))
            )
            given = [first + turn * self.SPACING for first in firsts for turn in range(3)]
            assert len(set(given)) == 60
            start = min(given)
            assert sorted(given) == [start + turn * self.SPACING for turn in range(60)]

    async def test_begins_now(self, state: State) -> None:
        assert await state.budget.take(4, self.SPACING, NOW) == NOW
        assert await state.budget.take(1, self.SPACING, NOW) == NOW + 4 * self.SPACING
        assert await state.budget.take(1, self.SPACING, NOW + HOUR) == NOW + HOUR, (
            "nothing is saved"
        )

    async def test_is_held(self, state: State, open_state: Open) -> None:
        other = (await open_state()).budget
        until = NOW + 20 * timedelta(seconds=1)
        await state.budget.hold(until)
        assert await other.take(1, self.SPACING, NOW) == until
        await state.budget.hold(NOW)
        assert await other.take(1, self.SPACING, NOW) == until + self.SPACING, "it is not shortened"

    async def test_is_not_stopped_by_a_wrong_clock(self, state: State, open_state: Open) -> None:
        other = (await open_state()).budget
        await state.budget.take(5, self.SPACING, NOW + HOUR)
        assert await other.take(1, self.SPACING, NOW) == NOW
        assert await other.take(1, self.SPACING, NOW) == NOW + self.SPACING

    async def test_is_held_as_long_as_discord_says(self, state: State, open_state: Open) -> None:
        await state.budget.hold(NOW + HOUR)
        other = (await open_state()).budget
        assert await other.take(1, self.SPACING, NOW) == NOW + HOUR


class TestEditions:
    """The bases that digests were drawn from."""

    async def test_are_remembered_once(self, state: State, open_state: Open) -> None:
        facts = {"summit/visits": "v1", "summit/talks": "v2"}
        others = [await open_state() for _ in range(2)]
        await asyncio.gather(*(each.editions.remember("e1", facts) for each in [state, *others]))
        await state.editions.remember("e1", {"summit/visits": "another"})
        assert (await count(state))[edition_fact.name] == 2
        assert await (await open_state()).editions.facts("e1") == facts

    async def test_that_are_unknown_have_no_facts(self, state: State, open_state: Open) -> None:
        other = await open_state()
        assert await state.editions.facts("e1") is None
        await other.editions.remember("e1", {"summit/visits": "v1"})
        assert await state.editions.facts("e1") == {"summit/visits": "v1"}, "known by now"

    async def test_that_were_unknown_can_be_remembered(
        self, state: State, open_state: Open
    ) -> None:
        assert await state.editions.facts("e1") is None
        await state.editions.remember("e1", {"summit/visits": "v1"})
        assert await (await open_state()).editions.facts("e1") == {"summit/visits": "v1"}

    async def test_that_no_digest_was_drawn_from_are_forgotten(
        self, desk: State, open_state: Open
    ) -> None:
        for edition in (CONTENTS.edition, "unused"):
            await desk.editions.remember(edition, {"summit/visits": edition})
        await claim(desk)
        await desk.posts.record(SLOT, PLACE, None, NOW, publish=False)
        await desk.editions.forget_unused()
        for editions in (desk.editions, (await open_state()).editions):
            assert await editions.facts("unused") is None
            assert await editions.facts(CONTENTS.edition) == {"summit/visits": CONTENTS.edition}


def test_every_method_is_called_without_a_database() -> None:
    families = {
        "settings": SettingsBook,
        "digests": Digests,
        "posts": Posts,
        "budget": Budget,
        "editions": Editions,
    }
    methods = {
        f"{family}.{name}"
        for family, of in families.items()
        for name, member in vars(of).items()
        if inspect.iscoroutinefunction(member) and not name.startswith("_")
    }
    assert methods == set(CALLS)


async def refusals(state: State) -> dict[str, str]:
    """What each method says that the state is away for."""
    said: dict[str, str] = {}
    for name, call in CALLS.items():
        with pytest.raises(StateAway) as away:
            await call(state)
        said[name] = away.value.reason
    return said


async def only_these_threads(before: set[threading.Thread]) -> None:
    """Wait for the thread of a failed connection to SQLite, as aiosqlite does not."""
    async with asyncio.timeout(30):
        while set(threading.enumerate()) - before:  # noqa: ASYNC110 - it tells nobody of its end
            await asyncio.sleep(0.01)


class TestAway:
    """Where the database does not answer, every method says so, in plain words."""

    async def test_postgresql_that_is_stopped(self) -> None:
        with running_postgres() as own:
            url = own.new_database().replace("postgres:@", "postgres:very-secret@")
            state = await State.open(url)
            await state.settings.left([OTHER], NOW)
            await state.digests.put(OTHER, WISH, NOW, TODAY)
            await state.settings.load()
            await state.settings.left([OTHER], NOW)
            changes = state.changes()
            assert await changes.seen()
        for reason in (await refusals(state)).values():
            assert "very-secret" not in reason
            assert "SELECT" not in reason
        await asyncio.sleep(0.1)  # for the end of the connection to arrive
        with pytest.raises(StateAway):
            await changes.seen()
        assert state.settings.of(OTHER).left_at == NOW, "what is known goes on"
        await changes.close()
        await state.close()
        with pytest.raises(StateAway) as away:
            await State.open(url)
        assert "very-secret" not in str(away.value)

    async def test_sqlite_that_another_program_locks(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("bot.state.database._BUSY", 0.01)
        path = tmp_path / "state.db"
        state = await State.open(f"sqlite:///{path}")
        await state.digests.put(OTHER, WISH, NOW, TODAY)
        await state.settings.load()
        await state.settings.left([OTHER], NOW)
        with closing(sqlite3.connect(path, isolation_level=None)) as another:
            another.execute("BEGIN IMMEDIATE")
            assert set((await refusals(state)).values()) == {"database is locked"}
            with pytest.raises(StateAway, match="database is locked"):
                await State.open(f"sqlite:///{path}")
        await state.settings.choose_language(SERVER, "ja")
        await state.close()

    async def test_sqlite_that_another_program_locks_for_a_moment(self, tmp_path: Path) -> None:
        path = tmp_path / "state.db"
        state = await State.open(f"sqlite:///{path}")
        with closing(sqlite3.connect(path, isolation_level=None)) as another:
            another.execute("BEGIN IMMEDIATE")
            choosing = asyncio.create_task(state.settings.choose_language(SERVER, "ja"))
            await asyncio.sleep(0.2)
            assert not choosing.done()
            another.execute("ROLLBACK")
        await choosing
        await state.close()

    async def test_a_disk_that_is_full(self, tmp_path: Path) -> None:
        state = await State.open(f"sqlite:///{tmp_path / 'state.db'}")
        async with state.database.transaction() as connection:
            pages = (await connection.execute(text("PRAGMA page_count"))).scalar_one()
            await connection.execute(text(f"PRAGMA max_page_count = {pages + 2}"))
        facts = {f"summit/{number}": "v" for number in range(1000)}
        with pytest.raises(StateAway, match="database or disk is full"):
            await state.editions.remember("e", facts)
        assert not any((await count(state)).values()), "nothing is left of it"
        assert await state.editions.facts("e") is None
        await state.close()

    @pytest.mark.parametrize(
        ("url", "reason"),
        [
            ("", "write sqlite:///FILE"),
            ("no address", "write sqlite:///FILE"),
            ("postgresql://me:very-secret@host:port/state", "write sqlite:///FILE"),
            ("mysql://me:very-secret@localhost/state", "no database `mysql` here"),
            ("sqlite://", "write sqlite:///FILE"),
            ("sqlite:///:memory:", "write sqlite:///FILE"),
            ("sqlite:///{tmp}", "unable to open database file"),
            ("sqlite:///{tmp}/file/state.db", "File exists"),
            ("sqlite:////proc/nowhere/state.db", "No such file or directory"),
            ("postgresql://me:very-secret@127.0.0.1:1/state", "Connect call failed"),
            ("postgresql://me:very-secret@127.0.0.1:1/state?colour=red", "colour"),
        ],
    )
    async def test_an_address_that_leads_nowhere(
        self, tmp_path: Path, url: str, reason: str
    ) -> None:
        (tmp_path / "file").touch()
        before = set(threading.enumerate())
        with pytest.raises(StateAway) as away:
            await State.open(url.replace("{tmp}", str(tmp_path)))
        assert reason in away.value.reason
        await only_these_threads(before)
        assert "very-secret" not in away.value.reason

    async def test_a_database_that_is_not_there(self, postgres: Postgres) -> None:
        url = postgres.new_database()
        with pytest.raises(StateAway, match='database "nowhere" does not exist'):
            await State.open(re.sub(r"state_\d+", "nowhere", url))

    async def test_reasons_are_the_databases_own_words(self, state: State) -> None:
        """Without the statement, its values, and the names of the driver's classes."""
        async with state.database.transaction() as connection:
            await connection.execute(text("DROP TABLE budget"))
        with pytest.raises(StateAway) as away:
            await state.budget.take(1, MINUTE, NOW)
        assert away.value.reason in ("no such table: budget", 'relation "budget" does not exist')

    def test_a_driver_that_is_not_installed(self, tmp_path: Path) -> None:
        """In a process in which asyncpg cannot be imported; SQLite needs nothing of it."""
        program = """
import asyncio, sys
sys.modules["asyncpg"] = None
from bot.state.errors import MissingDriver
from bot.state.state import State
try:
    asyncio.run(State.open("postgresql://me:very-secret@127.0.0.1:1/state"))
except MissingDriver as missing:
    print(missing.extra)
asyncio.run(State.open(sys.argv[1]))
"""
        done = subprocess.run(
            [sys.executable, "-c", program, f"sqlite:///{tmp_path / 'state.db'}"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.stdout, done.returncode) == ("postgresql\n", 0), done.stderr
