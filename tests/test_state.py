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
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Date,
    Integer,
    String,
    Text,
    event,
    insert,
    select,
    text,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.util import await_only

from bot.state.base_versions import BaseVersions
from bot.state.change_feed import ChangeFeed
from bot.state.column_types import Ids, Instant
from bot.state.digest_progress import Occurrence
from bot.state.digests import DigestConfig, Digests, Schedule, Target
from bot.state.errors import DatabaseUnavailable
from bot.state.leases import Busy, Lease, Leases
from bot.state.posts import Contents, EndStatus, MessageRef, Post, Posts, Slot
from bot.state.rate_limit import RateLimit
from bot.state.settings import ServerSettings, Settings
from bot.state.state import State
from bot.state.tables import (
    base_version_fact,
    digest,
    digest_story,
    metadata,
    post,
    post_fact,
    server,
)
from tests.databases import Postgres, running_postgres, stories_of

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
TODAY = NOW.date()
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LEASE = 90 * timedelta(seconds=1)

SERVER = 2**60 + 1  # ids are larger than 32 bits
OTHER = 2**60 + 2
CONFIG = DigestConfig(
    target=Target(channel_id=2**60 + 3, role_id=2**60 + 4, publish=True, tag_id=2**60 + 5),
    at=time(7, 5),
    zone="America/Argentina/ComodRivadavia",
    weekdays=frozenset({0, 2, 6}),
    topics=frozenset({"export-controls", "shuttle-diplomacy"}),
    when_empty="story",
    language="ko",
    set_by=2**60 + 6,
)
PLAIN = DigestConfig(
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
CONTENTS = Contents({"summit/visits": "v1", "summit/talks": "v2"}, "a-summit", "edition-1")
PLACE = MessageRef(message_id=2**60 + 7, channel_id=2**60 + 8)

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
async def filled(state: State) -> State:
    """A state that has a server with a digest, due now."""
    await state.digests.put(SERVER, CONFIG, NOW, TODAY)
    return state


async def fill(connection: AsyncConnection) -> None:
    """Put a row into every table; columns of one type have one value, so references hold."""
    values: dict[type, object] = {
        BigInteger: SERVER,
        Boolean: True,
        Date: TODAY,
        Ids: (),
        Instant: NOW,
        Integer: 1,
        JSON: {},
        String: "09",
        Text: "",
    }
    for table in metadata.sorted_tables:
        row = {column.name: values[type(column.type)] for column in table.columns}
        await connection.execute(insert(table).values(row))


async def lease(state: State, slot: Slot = SLOT, now: datetime = NOW) -> Lease:
    """A claim that is granted."""
    leased = await state.leases.acquire(slot, CONTENTS, now, LEASE)
    assert isinstance(leased, Lease)
    return leased


async def count(state: State) -> dict[str, int]:
    """How many rows each table has."""
    async with state.database.transaction() as connection:
        return {
            table.name: len((await connection.execute(select(table))).all())
            for table in metadata.sorted_tables
        }


LEASED = Lease(SLOT.post_id, NOW, 1)
CALLS: dict[str, Callable[[State], Awaitable[object]]] = {
    "settings.load": lambda state: state.settings.load(),
    "settings.choose_language": lambda state: state.settings.choose_language(SERVER, "ja"),
    "settings.choose_role": lambda state: state.settings.choose_role(SERVER, 1),
    "settings.choose_approval": lambda state: state.settings.choose_approval(SERVER, True),
    "settings.choose_log": lambda state: state.settings.choose_log(SERVER, 1),
    "settings.choose_defaults": lambda state: state.settings.choose_defaults(SERVER, 1, "UTC"),
    "settings.left": lambda state: state.settings.left([SERVER], NOW),
    "settings.returned": lambda state: state.settings.returned([OTHER]),
    "settings.delete": lambda state: state.settings.delete(SERVER, NOW),
    "settings.purge": lambda state: state.settings.purge(SERVER, NOW),
    "digests.get": lambda state: state.digests.get(SERVER),
    "digests.all": lambda state: state.digests.all(),
    "digests.next_due": lambda state: state.digests.next_due(),
    "digests.last_post_day": lambda state: state.digests.last_post_day(SERVER),
    "digests.put": lambda state: state.digests.put(SERVER, CONFIG, NOW, TODAY),
    "digests.advance": lambda state: state.digests.advance(SERVER, TODAY, Occurrence(NOW, TODAY)),
    "digests.pause": lambda state: state.digests.pause(SERVER, "moderator"),
    "digests.pause_and_warn": lambda state: state.digests.pause_and_warn(
        SERVER, "no-channel", CONFIG, NOW
    ),
    "digests.resume": lambda state: state.digests.resume(SERVER, NOW, TODAY),
    "digests.remove": lambda state: state.digests.remove(SERVER),
    "leases.acquire": lambda state: state.leases.acquire(SLOT, CONTENTS, NOW, LEASE),
    "leases.renew": lambda state: state.leases.renew(LEASED, NOW, LEASE),
    "leases.replace": lambda state: state.leases.replace(LEASED, CONTENTS, SLOT.channel_id),
    "leases.postpone": lambda state: state.leases.postpone(LEASED, NOW),
    "leases.release": lambda state: state.leases.release(LEASED),
    "posts.record": lambda state: state.posts.record(SLOT, PLACE, None, NOW, publish=True),
    "posts.end": lambda state: state.posts.end(SLOT, "failed", "late", NOW),
    "posts.reopen": lambda state: state.posts.reopen(SLOT.post_id),
    "posts.replace_facts": lambda state: state.posts.replace_facts(SLOT.post_id, CONTENTS),
    "posts.last_sent_at": lambda state: state.posts.last_sent_at("digest"),
    "posts.shown_facts": lambda state: state.posts.shown_facts("digest"),
    "posts.get": lambda state: state.posts.get(SLOT.post_id),
    "posts.last_digest": lambda state: state.posts.last_digest(SERVER),
    "posts.facts": lambda state: state.posts.facts(SLOT.post_id),
    "posts.unpublished": lambda state: state.posts.unpublished(),
    "posts.mark_published": lambda state: state.posts.mark_published(SLOT.post_id, done=True),
    "posts.forget": lambda state: state.posts.forget(NOW),
    "rate_limit.reserve": lambda state: state.rate_limit.reserve(1, MINUTE, NOW),
    "settings.was_deleted_since": lambda state: state.settings.was_deleted_since(1, NOW),
    "rate_limit.claim": lambda state: state.rate_limit.claim("a", MINUTE, NOW),
    "rate_limit.pause": lambda state: state.rate_limit.pause(HOUR, NOW),
    "base_versions.remember": lambda state: state.base_versions.remember("e", {"a/b": "v"}, {}),
    "base_versions.facts": lambda state: state.base_versions.facts("e2"),
    "base_versions.forget_unused": lambda state: state.base_versions.forget_unused("e"),
}
"""Every method, as it might be called."""

ANNOUNCED = {
    *(name for name in CALLS if name.startswith("settings.choose_")),
    *(f"digests.{name}" for name in ("put", "pause", "resume", "remove")),
    "settings.left",
    "settings.delete",
}
"""Those that change what processes keep in memory."""


LOOKED_UP = {
    "posts.last_digest": "post_server_id_index",
    "digests.last_post_day": "post_server_id_index",
    "posts.last_sent_at": "post_kind_status_ended_at_index",
    "posts.shown_facts": "post_kind_status_ended_at_index",
    "posts.unpublished": "post_waiting_index",
}
"""Which index finds posts. PostgreSQL uses none in a table as small as one of tests."""


@pytest.mark.parametrize("name", LOOKED_UP)
async def test_posts_are_found_without_reading_all(tmp_path: Path, name: str) -> None:
    state, asked = await State.open(f"sqlite:///{tmp_path / 'state.db'}"), list[Any]()
    event.listen(
        state.database.engine.sync_engine,
        "before_cursor_execute",
        lambda *given: asked.append(given[2:4]),
    )
    await CALLS[name](state)
    statement, values = next(each for each in asked if "FROM post" in each[0])
    async with state.database.transaction() as connection:
        plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        assert LOOKED_UP[name] in str(plan.all())
    await state.close()


class TestInstants:
    """Instants are aware, and the same on both databases."""

    async def test_come_back_aware_and_in_utc(self, state: State) -> None:
        exact = datetime(2026, 3, 29, 0, 59, 59, 123456, tzinfo=UTC)
        await state.digests.put(SERVER, CONFIG, exact, TODAY)
        schedule = await state.digests.get(SERVER)
        assert schedule
        assert (schedule.next_at, schedule.next_at and schedule.next_at.tzinfo) == (exact, UTC)

    @pytest.mark.parametrize("zone", ["Asia/Seoul", "America/St_Johns", "Pacific/Kiritimati"])
    async def test_of_other_zones_are_converted(self, state: State, zone: str) -> None:
        there = datetime(2026, 11, 22, 9, 0, tzinfo=ZoneInfo(zone))
        await state.digests.put(SERVER, CONFIG, there, TODAY)
        assert await state.digests.next_due() == {SERVER: there}

    async def test_at_which_clocks_go_back_stay_two(self, state: State) -> None:
        for fold in (0, 1):
            twice = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"), fold=fold)
            await state.digests.put(SERVER + fold, CONFIG, twice, TODAY)
        next_due = await state.digests.next_due()
        assert next_due[SERVER + 1] - next_due[SERVER] == HOUR

    async def test_without_a_zone_are_refused(self, state: State) -> None:
        with pytest.raises(ValueError, match="an instant without its zone"):
            await state.digests.put(SERVER, CONFIG, NOW.replace(tzinfo=None), TODAY)
        assert await state.digests.all() == ()

    async def test_are_compared_as_instants(self, state: State) -> None:
        """Also where what is compared with comes in another zone."""
        await state.settings.choose_language(SERVER, "ja")
        await state.settings.left([SERVER], NOW)
        a_second_before = (NOW - timedelta(seconds=1)).astimezone(ZoneInfo("Pacific/Kiritimati"))
        assert not await state.settings.purge(SERVER, a_second_before)
        assert await state.settings.purge(SERVER, NOW + timedelta(seconds=1))


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

    async def test_go_with_everything_of_the_server(self, filled: State, open_state: Open) -> None:
        for server_id in (SERVER, OTHER):
            slot = replace(SLOT, server_id=server_id)
            await filled.digests.put(server_id, CONFIG, NOW, TODAY)
            await lease(filled, slot)
            await filled.posts.record(slot, PLACE, "summit/visits", NOW, publish=False)
        await filled.settings.load()
        await filled.settings.delete(SERVER, NOW)
        assert filled.settings.present() == {OTHER}
        assert await filled.digests.get(SERVER) is None
        assert await filled.posts.last_digest(SERVER) is None
        assert await filled.posts.facts(SLOT.post_id) == {}
        assert await stories_of(filled, SERVER) == {}
        per_server = (server, digest, post, digest_story)
        rows = await count(filled)
        assert {rows[table.name] for table in per_server} == {1}
        assert rows[post_fact.name] == 2
        assert (await open_state()).settings.present() == {OTHER}

    async def test_of_a_server_that_was_left_are_kept(self, filled: State) -> None:
        await filled.settings.choose_language(SERVER, "ja")
        await filled.settings.left([SERVER, OTHER], NOW)
        assert filled.settings.present() == frozenset()
        assert filled.settings.of(SERVER) == Settings(SERVER, "ja", left_at=NOW)
        assert filled.settings.of(OTHER) == Settings(OTHER), "nothing is kept of an unknown server"
        await filled.settings.left([SERVER], NOW + DAY)
        assert filled.settings.of(SERVER).left_at == NOW, "it was left when it was left"
        await filled.settings.returned([SERVER, OTHER])
        assert filled.settings.of(SERVER) == Settings(SERVER, "ja")
        assert filled.settings.present() == {SERVER}
        assert await filled.digests.next_due() == {SERVER: NOW}

    async def test_are_purged_after_an_instant_only(self, filled: State) -> None:
        await filled.settings.choose_language(OTHER, "ko")
        await filled.settings.left([SERVER], NOW)
        assert filled.settings.left_before(NOW) == frozenset()
        assert not await filled.settings.purge(SERVER, NOW)
        assert filled.settings.of(SERVER).left_at
        soon = NOW + timedelta(microseconds=1)
        assert filled.settings.left_before(soon) == {SERVER}
        assert not await filled.settings.purge(OTHER, soon), "who stays is not purged"
        assert await filled.settings.purge(SERVER, soon)
        assert filled.settings.of(SERVER) == Settings(SERVER)
        assert await filled.digests.all() == ()
        assert filled.settings.present() == {OTHER}


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
    async def test_of_each_kind_are_seen(self, filled: State, open_state: Open, name: str) -> None:
        async with watch(await open_state()) as changes:
            await CALLS[name](filled)
            await comes(changes)

    @pytest.mark.parametrize("name", sorted(ANNOUNCED))
    async def test_of_each_kind_are_seen_by_the_same(self, filled: State, name: str) -> None:
        async with watch(filled) as changes:
            await CALLS[name](filled)
            await comes(changes)

    async def test_by_which_a_post_is_to_be_published_are_seen(self, filled: State) -> None:
        await filled.leases.acquire(SLOT, CONTENTS, NOW, LEASE)
        async with watch(filled) as changes:
            await filled.posts.record(SLOT, PLACE, None, NOW, publish=True)
            await comes(changes)

    async def test_by_which_nothing_is_due_are_not_seen_by_the_same(self, filled: State) -> None:
        later = Occurrence(NOW + DAY, TODAY + DAY)
        async with watch(filled) as changes:
            await filled.leases.acquire(SLOT, CONTENTS, NOW, LEASE)
            await filled.posts.record(SLOT, PLACE, None, NOW, publish=False, following=later)
            await filled.digests.advance(SERVER, TODAY + DAY, later)
            await nothing_comes(changes)

    async def test_that_failed_are_not_announced(self, filled: State, open_state: Open) -> None:
        async with watch(await open_state()) as changes:
            with pytest.raises(ValueError, match="without its zone"):
                await filled.digests.resume(SERVER, NOW.replace(tzinfo=None), TODAY)
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
                await changes.has_changed()
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
async def watch(state: State) -> AsyncGenerator[ChangeFeed]:
    """A watch over changes that is ended in the end; whatever was before has been seen."""
    changes = state.change_feed()
    try:
        assert await changes.has_changed(), "true the first time"
        assert not await changes.has_changed()
        yield changes
    finally:
        await changes.close()


async def comes(changes: ChangeFeed) -> None:
    """Wait until a change is seen: what PostgreSQL announces takes its time to arrive."""
    async with asyncio.timeout(20):
        while not await changes.has_changed():  # noqa: ASYNC110 - it is asked, it does not tell
            await asyncio.sleep(0.01)


async def nothing_comes(changes: ChangeFeed) -> None:
    """No change is seen, also not what should not be announced, in the time that it would take."""
    await asyncio.sleep(0.1)
    assert not await changes.has_changed()


class TestDigests:
    """Where each digest stands."""

    @pytest.mark.parametrize("config", [CONFIG, PLAIN])
    async def test_come_back_as_they_were_put(self, state: State, config: DigestConfig) -> None:
        await state.digests.put(SERVER, config, NOW, TODAY)
        expected = Schedule(SERVER, config, NOW, TODAY)
        assert await state.digests.get(SERVER) == expected
        await state.digests.put(OTHER, PLAIN, NOW, TODAY)
        assert await state.digests.all() == (expected, Schedule(OTHER, PLAIN, NOW, TODAY))
        assert await state.digests.get(3) is None

    async def test_are_changed_by_putting_them_again(self, filled: State) -> None:
        """What was chosen is replaced, a pause ends, and what was posted stays known."""
        await lease(filled)
        await filled.posts.record(SLOT, PLACE, None, NOW, publish=False)
        await filled.digests.pause(SERVER, "no-channel")
        await filled.digests.put(SERVER, PLAIN, NOW + DAY, TODAY + DAY)
        assert await filled.digests.get(SERVER) == Schedule(
            SERVER,
            PLAIN,
            NOW + DAY,
            TODAY + DAY,
            last_day=TODAY,
            last_base_version=CONTENTS.base_version,
        )

    async def test_leave_the_settings_of_the_server_alone(self, state: State) -> None:
        await state.settings.choose_language(SERVER, "ja")
        await state.digests.put(SERVER, CONFIG, NOW, TODAY)
        await state.settings.load()
        assert state.settings.of(SERVER).language == "ja"

    async def test_advance_unless_they_were_moved_meanwhile(self, filled: State) -> None:
        await filled.digests.pause(SERVER, "moderator", NOW + DAY, NOW + DAY, TODAY)
        await filled.digests.advance(SERVER, TODAY, Occurrence(NOW + DAY, TODAY + DAY))
        advanced = Schedule(SERVER, CONFIG, NOW + DAY, TODAY + DAY)
        assert await filled.digests.get(SERVER) == advanced, "and a pause ends"
        await filled.digests.advance(SERVER, TODAY, Occurrence(NOW + 2 * DAY, TODAY + 2 * DAY))
        assert await filled.digests.get(SERVER) == advanced
        await filled.digests.pause(SERVER, "moderator")
        paused = await filled.digests.get(SERVER)
        await filled.digests.advance(
            SERVER, TODAY + DAY, Occurrence(NOW + 2 * DAY, TODAY + 2 * DAY)
        )
        assert await filled.digests.get(SERVER) == paused, "a pause without an end stands"

    async def test_pause_and_go_on(self, filled: State) -> None:
        await filled.digests.pause(SERVER, "no-permission")
        assert await filled.digests.get(SERVER) == Schedule(
            SERVER, CONFIG, None, None, paused="no-permission"
        )
        until = NOW + 3 * DAY
        await filled.digests.pause(SERVER, "moderator", until, until + HOUR, TODAY + 3 * DAY)
        assert await filled.digests.get(SERVER) == Schedule(
            SERVER, CONFIG, until + HOUR, TODAY + 3 * DAY, "moderator", until
        )
        await filled.digests.resume(SERVER, NOW + DAY, TODAY + DAY)
        assert await filled.digests.get(SERVER) == Schedule(SERVER, CONFIG, NOW + DAY, TODAY + DAY)

    async def test_that_two_processes_stop_warn_once(self, filled: State) -> None:
        for _ in range(2):
            await filled.digests.pause_and_warn(SERVER, "no-permission", CONFIG, NOW)
        assert len(await filled.notices.due()) == 1
        await filled.digests.pause_and_warn(SERVER, "no-channel", CONFIG, NOW)
        assert len(await filled.notices.due()) == 2, "what is wrong now is another thing"

    async def test_that_come_are_those_of_present_servers(self, filled: State) -> None:
        for server_id, in_days in ((1, 1), (2, 2), (3, 3)):
            await filled.digests.put(server_id, PLAIN, NOW + in_days * DAY, TODAY + in_days * DAY)
        await filled.digests.pause(1, "archived")
        await filled.digests.pause(2, "moderator", NOW + 9 * DAY, NOW + 9 * DAY, TODAY + 9 * DAY)
        await filled.settings.left([3], NOW)
        assert await filled.digests.next_due() == {SERVER: NOW, 2: NOW + 9 * DAY}

    async def test_know_the_latest_day_that_was_claimed(self, filled: State) -> None:
        assert await filled.digests.last_post_day(SERVER) is None
        await filled.posts.end(replace(SLOT, day=TODAY - DAY), "skipped", "empty", NOW)
        assert await filled.digests.last_post_day(SERVER) == TODAY - DAY
        await lease(filled)
        await filled.digests.put(OTHER, PLAIN, NOW, TODAY)
        await lease(filled, replace(SLOT, server_id=OTHER, day=TODAY + DAY))
        assert await filled.digests.last_post_day(SERVER) == TODAY

    async def test_that_are_turned_off_leave_what_they_posted(self, filled: State) -> None:
        await lease(filled)
        await filled.digests.remove(SERVER)
        assert await filled.digests.get(SERVER) is None
        assert await filled.digests.next_due() == {}
        assert await filled.digests.last_post_day(SERVER) == TODAY


class TestPosts:
    """Each post once, whoever posts it."""

    async def test_are_claimed_by_one(self, filled: State, open_state: Open) -> None:
        states = [filled, *[await open_state() for _ in range(3)]]
        leased = await asyncio.gather(
            *(states[number % 4].leases.acquire(SLOT, CONTENTS, NOW, LEASE) for number in range(20))
        )
        assert leased.count(Lease(SLOT.post_id, NOW, 1)) == 1
        assert leased.count(Busy(NOW + LEASE)) == 19
        assert await filled.posts.facts(SLOT.post_id) == CONTENTS.facts

    async def test_that_were_edited_show_the_new_facts_alone(self, filled: State) -> None:
        await lease(filled)
        await filled.posts.record(SLOT, PLACE, None, NOW, publish=False)
        edited = Contents({"summit/another": "v2"}, None, "another base")
        await filled.posts.replace_facts(SLOT.post_id, edited)
        assert await filled.posts.facts(SLOT.post_id) == edited.facts

    async def test_are_reopened_unless_they_are_made_or_under_way(self, filled: State) -> None:
        await lease(filled)
        await filled.posts.reopen(SLOT.post_id)
        assert await filled.posts.get(SLOT.post_id)
        await filled.posts.end(SLOT, "failed", "late", NOW)
        await filled.posts.reopen(SLOT.post_id)
        assert await filled.posts.get(SLOT.post_id) is None
        await lease(filled)
        await filled.posts.record(SLOT, PLACE, None, NOW, publish=False)
        await filled.posts.reopen(SLOT.post_id)
        assert await filled.posts.get(SLOT.post_id)

    async def test_of_a_kind_were_sent_last_when_one_was(self, filled: State) -> None:
        await lease(filled)
        assert await filled.posts.last_sent_at("digest") is None
        await filled.posts.record(SLOT, PLACE, None, NOW + MINUTE, publish=False)
        assert await filled.posts.last_sent_at("digest") == NOW + MINUTE
        assert await filled.posts.last_sent_at("briefing") is None

    async def test_are_taken_over_by_one(self, filled: State, open_state: Open) -> None:
        await lease(filled)
        states = [filled, *[await open_state() for _ in range(3)]]
        later = NOW + LEASE
        leased = await asyncio.gather(
            *(
                states[number % 4].leases.acquire(SLOT, CONTENTS, later, LEASE)
                for number in range(20)
            )
        )
        assert leased.count(Lease(SLOT.post_id, NOW, 2)) == 1
        assert leased.count(Busy(later + LEASE)) == 19

    async def test_are_held_as_long_as_their_lease(self, filled: State, open_state: Open) -> None:
        first, other = await lease(filled), await open_state()
        assert first.is_first
        a_moment_before = NOW + LEASE - timedelta(microseconds=1)
        assert await other.leases.acquire(SLOT, CONTENTS, a_moment_before, LEASE) == Busy(
            NOW + LEASE
        )
        assert await filled.leases.renew(first, a_moment_before, LEASE)
        assert await other.leases.acquire(SLOT, CONTENTS, NOW + LEASE, LEASE) == Busy(
            a_moment_before + LEASE
        )
        taken = await lease(other, now=NOW + 2 * LEASE)
        assert taken == Lease(SLOT.post_id, NOW, 2)
        assert not taken.is_first

    async def test_are_lost_to_who_takes_them_over(self, filled: State, open_state: Open) -> None:
        first, other = await lease(filled), await open_state()
        assert not await filled.leases.renew(first, NOW + LEASE, LEASE), "the lease is over"
        taken = await lease(other, now=NOW + LEASE)
        sent = Contents({"summit/talks": "v3"}, None, "edition-2")
        await other.leases.replace(taken, sent, SLOT.channel_id)
        assert not await filled.leases.renew(first, NOW + LEASE, LEASE)
        await filled.leases.replace(first, CONTENTS, SLOT.channel_id)
        await filled.leases.postpone(first, NOW + 9 * HOUR)
        await filled.leases.release(first)
        assert await filled.posts.facts(SLOT.post_id) == sent.facts
        held = await filled.leases.acquire(SLOT, CONTENTS, NOW + LEASE, LEASE)
        assert held == Busy(NOW + 2 * LEASE)
        await other.posts.record(SLOT, PLACE, None, NOW, publish=False)
        schedule = await filled.digests.get(SERVER)
        assert schedule
        assert schedule.last_base_version == "edition-2"

    async def test_are_lost_also_to_oneself(self, filled: State) -> None:
        """A task that hangs has lost the claim to the next one of its own process."""
        first = await lease(filled)
        taken = await lease(filled, now=NOW + LEASE)
        assert not await filled.leases.renew(first, NOW + LEASE, LEASE)
        assert await filled.leases.renew(taken, NOW + LEASE, LEASE)

    async def test_hold_what_was_sent_in_the_place_of_what_was_claimed(self, filled: State) -> None:
        leased = await lease(filled)
        sent = Contents({"summit/talks": "v3", "summit/dinner": "v1"}, None, "edition-2")
        await filled.leases.replace(leased, sent, SLOT.channel_id)
        assert await filled.posts.facts(SLOT.post_id) == sent.facts
        await filled.leases.replace(leased, Contents({}, None, "edition-3"), SLOT.channel_id)
        assert await filled.posts.facts(SLOT.post_id) == {}

    async def test_are_recorded_once_by_whichever_process(
        self, filled: State, open_state: Open
    ) -> None:
        other = await open_state()
        await lease(filled)
        await other.posts.record(SLOT, PLACE, "summit/visits", NOW + MINUTE, publish=True)
        recorded = Post(
            SLOT.post_id, SERVER, "digest", None, TODAY, NOW, "sent", None, PLACE, NOW + MINUTE
        )
        assert await filled.posts.get(SLOT.post_id) == recorded
        assert await filled.posts.unpublished() == (recorded,)
        await filled.posts.mark_published(SLOT.post_id, done=True)
        elsewhere = MessageRef(1, 2)
        await filled.posts.record(SLOT, elsewhere, "summit/talks", NOW + HOUR, publish=True)
        assert await filled.posts.get(SLOT.post_id) == recorded
        assert await filled.posts.unpublished() == ()
        assert await stories_of(filled, SERVER) == {"summit/visits": TODAY}
        assert await other.leases.acquire(SLOT, CONTENTS, NOW + DAY, LEASE) == Busy(None)
        schedule = await filled.digests.get(SERVER)
        assert schedule
        assert (schedule.last_day, schedule.last_base_version) == (TODAY, CONTENTS.base_version)

    async def test_that_nobody_knows_any_more_are_not_recorded(self, state: State) -> None:
        """The server's data were deleted while its post was on its way."""
        await state.posts.record(SLOT, PLACE, "summit/visits", NOW, publish=True)
        assert not any((await count(state)).values())

    async def test_that_were_not_sent_are_given_back(self, filled: State, open_state: Open) -> None:
        await filled.leases.release(await lease(filled))
        assert await filled.posts.get(SLOT.post_id) is None
        assert await filled.posts.facts(SLOT.post_id) == {}
        assert await filled.digests.last_post_day(SERVER) is None
        assert (await lease(await open_state())).is_first

    async def test_are_postponed(self, filled: State, open_state: Open) -> None:
        other, until = await open_state(), NOW + 5 * MINUTE
        await filled.leases.postpone(await lease(filled), until)
        assert await other.leases.acquire(SLOT, CONTENTS, NOW + LEASE, LEASE) == Busy(until)
        assert (await lease(other, now=until)).attempts == 2

    @pytest.mark.parametrize("ending", ["skipped", "failed", "unknown"])
    async def test_end(self, filled: State, ending: EndStatus) -> None:
        """Also those that were never claimed; and what ended stays as it ended."""
        never_leased = replace(SLOT, day=TODAY - DAY)
        await lease(filled)
        for slot in (SLOT, never_leased):
            await filled.posts.end(slot, ending, "late", NOW)
            await filled.posts.end(slot, "failed", "other", NOW + DAY)
            ended = await filled.posts.get(slot.post_id)
            assert ended == Post(
                slot.post_id, SERVER, "digest", None, slot.day, NOW, ending, "late", None, NOW
            )
            assert await filled.leases.acquire(slot, CONTENTS, NOW + DAY, LEASE) == Busy(None)

    async def test_that_were_sent_do_not_end_otherwise(self, filled: State) -> None:
        await lease(filled)
        await filled.posts.record(SLOT, PLACE, None, NOW, publish=False)
        sent = await filled.posts.get(SLOT.post_id)
        await filled.posts.end(SLOT, "failed", "late", NOW + DAY)
        assert await filled.posts.get(SLOT.post_id) == sent

    async def test_that_are_found_after_all_are_sent(self, filled: State) -> None:
        await lease(filled)
        await filled.posts.end(SLOT, "unknown", "unreadable", NOW)
        await filled.posts.record(SLOT, PLACE, None, NOW + DAY, publish=False)
        assert await filled.posts.get(SLOT.post_id) == Post(
            SLOT.post_id, SERVER, "digest", None, TODAY, NOW, "sent", None, PLACE, NOW + DAY
        )

    async def test_of_a_digest_say_when_the_next_is_due(self, filled: State) -> None:
        later = Occurrence(NOW + DAY, TODAY + DAY)
        await filled.digests.put(SERVER, CONFIG, NOW, TODAY)
        await filled.leases.acquire(SLOT, CONTENTS, NOW, LEASE)
        await filled.posts.record(SLOT, PLACE, "a-summit", NOW, publish=False, following=later)
        schedule = await filled.digests.get(SERVER)
        assert schedule
        assert (schedule.next_at, schedule.next_day) == (later.instant, later.day)
        assert (schedule.last_day, schedule.stories["a-summit"]) == (TODAY, TODAY)

    async def test_of_a_digest_leave_a_next_one_that_was_moved_meanwhile(
        self, filled: State
    ) -> None:
        await filled.digests.put(SERVER, CONFIG, NOW + 2 * DAY, TODAY + 2 * DAY)
        await filled.leases.acquire(SLOT, CONTENTS, NOW, LEASE)
        later = Occurrence(NOW + DAY, TODAY + DAY)
        await filled.posts.record(SLOT, PLACE, None, NOW, publish=False, following=later)
        schedule = await filled.digests.get(SERVER)
        assert schedule
        assert (schedule.next_day, schedule.last_day) == (TODAY + 2 * DAY, TODAY)

    async def test_say_which_stories_were_told_last(self, filled: State) -> None:
        for days, story in enumerate(("a", "b", "a", None)):
            slot = replace(SLOT, day=TODAY + days * DAY)
            await lease(filled, slot)
            await filled.posts.record(slot, PLACE, story, NOW, publish=False)
        assert await stories_of(filled, SERVER) == {
            "a": TODAY + 2 * DAY,
            "b": TODAY + DAY,
        }
        assert await stories_of(filled, OTHER) == {}

    async def test_are_published_or_cannot_be(self, filled: State) -> None:
        slots = [replace(SLOT, day=TODAY + days * DAY) for days in range(4)]
        for number, slot in enumerate(slots):
            await lease(filled, slot)
            asked = number != 2
            await filled.posts.record(slot, PLACE, None, NOW - number * MINUTE, publish=asked)
        await filled.posts.mark_published(slots[3].post_id, done=False)
        waiting = [each.post_id for each in await filled.posts.unpublished()]
        assert waiting == [slots[1].post_id, slots[0].post_id], "who waits longest comes first"

    async def test_of_long_ago_are_forgotten(self, filled: State) -> None:
        """Those that ended; which stories they told stays known, so that none is repeated."""
        old, fresh = SLOT, replace(SLOT, day=TODAY + DAY)
        pending = replace(SLOT, day=TODAY + 2 * DAY)
        for slot, ended in ((old, NOW), (fresh, NOW + DAY)):
            await lease(filled, slot)
            await filled.posts.record(slot, PLACE, f"of-{slot.day.day}", ended, publish=False)
        await filled.leases.acquire(pending, CONTENTS, NOW + HOUR, LEASE)
        never_settled = replace(SLOT, day=TODAY + 3 * DAY)
        await lease(filled, never_settled)
        await filled.posts.forget(NOW)
        assert await filled.posts.get(old.post_id), "not before the instant"
        await filled.posts.forget(NOW + timedelta(microseconds=1))
        assert await filled.posts.get(old.post_id) is None
        assert await filled.posts.facts(old.post_id) == {}
        assert await filled.posts.get(fresh.post_id)
        assert await filled.posts.get(pending.post_id)
        assert await filled.posts.get(never_settled.post_id) is None
        assert set(await stories_of(filled, SERVER)) == {"of-22", "of-23"}

    async def test_of_a_server_the_last_one_is_known(self, filled: State) -> None:
        assert await filled.posts.last_digest(SERVER) is None
        await lease(filled)
        await filled.posts.end(replace(SLOT, day=TODAY + DAY), "skipped", "empty", NOW)
        await filled.posts.end(replace(SLOT, day=TODAY - DAY), "skipped", "late", NOW + DAY)
        last = await filled.posts.last_digest(SERVER)
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
        await first.digests.put(SERVER, CONFIG, NOW, TODAY)
        held = await lease(first)

        def give_back(_: object, __: object, statement: str, *___: object) -> None:
            if statement.startswith("INSERT INTO post "):
                await_only(first.leases.release(held))

        event.listen(second.database.engine.sync_engine, "after_cursor_execute", give_back)
        assert await second.leases.acquire(SLOT, CONTENTS, NOW, LEASE) == Busy(NOW)
        assert (await lease(second)).is_first
        await first.close()
        await second.close()


class TestRateLimit:
    """One rate limit for all processes."""

    SPACING = timedelta(milliseconds=25)

    async def test_gives_no_instant_twice(self, state: State, open_state: Open) -> None:
        """Neither when there is nothing yet to go by, nor later."""
        limits = [state.rate_limit, (await open_state()).rate_limit]
        for _ in range(2):
            firsts = await asyncio.gather(
                *(limits[number % 2].reserve(3, self.SPACING, NOW) for number in range(20))
            )
            given = [first + acquire * self.SPACING for first in firsts for acquire in range(3)]
            assert len(set(given)) == 60
            start = min(given)
            assert sorted(given) == [start + acquire * self.SPACING for acquire in range(60)]

    async def test_begins_now(self, state: State) -> None:
        assert await state.rate_limit.reserve(4, self.SPACING, NOW) == NOW
        assert await state.rate_limit.reserve(1, self.SPACING, NOW) == NOW + 4 * self.SPACING
        assert await state.rate_limit.reserve(1, self.SPACING, NOW + HOUR) == NOW + HOUR, (
            "nothing is saved"
        )

    async def test_is_held(self, state: State, open_state: Open) -> None:
        other = (await open_state()).rate_limit
        until = NOW + 20 * timedelta(seconds=1)
        await state.rate_limit.pause(until - NOW, NOW)
        assert await other.reserve(1, self.SPACING, NOW) == until
        await state.rate_limit.pause(timedelta(0), NOW)
        assert await other.reserve(1, self.SPACING, NOW) == until + self.SPACING, (
            "it is not shortened"
        )

    async def test_is_not_stopped_by_a_wrong_clock(self, state: State, open_state: Open) -> None:
        other = (await open_state()).rate_limit
        await state.rate_limit.reserve(5, self.SPACING, NOW + HOUR)
        assert await other.reserve(1, self.SPACING, NOW) == NOW
        assert await other.reserve(1, self.SPACING, NOW) == NOW + self.SPACING

    async def test_is_held_as_long_as_discord_says(self, state: State, open_state: Open) -> None:
        await state.rate_limit.pause(HOUR, NOW)
        other = (await open_state()).rate_limit
        for number in range(3):
            at = NOW + HOUR + number * self.SPACING
            assert await other.reserve(1, self.SPACING, NOW) == at, "each has its own instant"

    async def test_is_held_by_no_wrong_clock(self, state: State, open_state: Open) -> None:
        other = (await open_state()).rate_limit
        await state.rate_limit.pause(HOUR, NOW + 1_000 * HOUR)
        assert await other.reserve(1, self.SPACING, NOW) == NOW
        await other.pause(HOUR, NOW)
        assert await other.reserve(1, self.SPACING, NOW) == NOW + HOUR


class TestBaseVersions:
    """The bases that digests were drawn from."""

    async def test_are_remembered_once(self, state: State, open_state: Open) -> None:
        facts = {"summit/visits": "v1", "summit/talks": "v2"}
        others = [await open_state() for _ in range(2)]
        await asyncio.gather(
            *(each.base_versions.remember("e1", facts, {}) for each in [state, *others])
        )
        await state.base_versions.remember("e1", {"summit/visits": "another"}, {})
        assert (await count(state))[base_version_fact.name] == 2
        assert await (await open_state()).base_versions.facts("e1") == facts

    async def test_that_are_unknown_have_no_facts(self, state: State, open_state: Open) -> None:
        other = await open_state()
        assert await state.base_versions.facts("e1") is None
        await other.base_versions.remember("e1", {"summit/visits": "v1"}, {})
        assert await state.base_versions.facts("e1") == {"summit/visits": "v1"}, "known by now"

    async def test_that_were_unknown_can_be_remembered(
        self, state: State, open_state: Open
    ) -> None:
        assert await state.base_versions.facts("e1") is None
        await state.base_versions.remember("e1", {"summit/visits": "v1"}, {})
        assert await (await open_state()).base_versions.facts("e1") == {"summit/visits": "v1"}

    async def test_that_no_digest_was_drawn_from_are_forgotten(
        self, filled: State, open_state: Open
    ) -> None:
        for base_version in (CONTENTS.base_version, "unused"):
            await filled.base_versions.remember(base_version, {"summit/visits": base_version}, {})
        await lease(filled)
        await filled.posts.record(SLOT, PLACE, None, NOW, publish=False)
        await filled.base_versions.forget_unused("present")
        for base_versions in (filled.base_versions, (await open_state()).base_versions):
            assert await base_versions.facts("unused") is None
            assert await base_versions.facts(CONTENTS.base_version) == {
                "summit/visits": CONTENTS.base_version
            }


def test_every_method_is_called_without_a_database() -> None:
    families = {
        "settings": ServerSettings,
        "digests": Digests,
        "leases": Leases,
        "posts": Posts,
        "rate_limit": RateLimit,
        "base_versions": BaseVersions,
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
        with pytest.raises(DatabaseUnavailable) as away:
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
            await state.digests.put(OTHER, CONFIG, NOW, TODAY)
            await state.settings.load()
            await state.settings.left([OTHER], NOW)
            changes = state.change_feed()
            assert await changes.has_changed()
        for reason in (await refusals(state)).values():
            assert "very-secret" not in reason
            assert "SELECT" not in reason
        await asyncio.sleep(0.1)  # for the end of the connection to arrive
        with pytest.raises(DatabaseUnavailable):
            await changes.has_changed()
        assert state.settings.of(OTHER).left_at == NOW, "what is known goes on"
        await changes.close()
        await state.close()
        with pytest.raises(DatabaseUnavailable) as away:
            await State.open(url)
        assert "very-secret" not in str(away.value)

    async def test_sqlite_that_another_program_locks(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("bot.state.database._BUSY", 0.01)
        path = tmp_path / "state.db"
        state = await State.open(f"sqlite:///{path}")
        await state.digests.put(OTHER, CONFIG, NOW, TODAY)
        await state.settings.load()
        await state.settings.left([OTHER], NOW)
        with closing(sqlite3.connect(path, isolation_level=None)) as another:
            another.execute("BEGIN IMMEDIATE")
            assert set((await refusals(state)).values()) == {"database is locked"}
            with pytest.raises(DatabaseUnavailable, match="database is locked"):
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
        with pytest.raises(DatabaseUnavailable, match="database or disk is full"):
            await state.base_versions.remember("e", facts, {})
        assert not any((await count(state)).values()), "nothing is left of it"
        assert await state.base_versions.facts("e") is None
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
        with pytest.raises(DatabaseUnavailable) as away:
            await State.open(url.replace("{tmp}", str(tmp_path)))
        assert reason in away.value.reason
        await only_these_threads(before)
        assert "very-secret" not in away.value.reason

    async def test_a_database_that_is_not_there(self, postgres: Postgres) -> None:
        url = postgres.new_database()
        with pytest.raises(DatabaseUnavailable, match='database "nowhere" does not exist'):
            await State.open(re.sub(r"state_\d+", "nowhere", url))

    async def test_reasons_are_the_databases_own_words(self, state: State) -> None:
        """Without the statement, its values, and the names of the driver's classes."""
        async with state.database.transaction() as connection:
            await connection.execute(text("DROP TABLE rate_limit"))
        with pytest.raises(DatabaseUnavailable) as away:
            await state.rate_limit.reserve(1, MINUTE, NOW)
        assert away.value.reason in (
            "no such table: rate_limit",
            'relation "rate_limit" does not exist',
        )

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


def test_a_start_on_sqlite_does_not_wait_for_postgresql() -> None:
    """Its dialect takes a twentieth of the start."""
    program = (
        "import sys, bot.runtime.client; print('sqlalchemy.dialects.postgresql' in sys.modules)"
    )
    called = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert called.stdout.strip() == b"False"


@pytest.mark.parametrize("cancels", [1, 2])
async def test_a_transaction_that_is_cancelled_leaves_nothing_behind(
    tmp_path: Path, cancels: int
) -> None:
    """Nor is the connection that it had in the middle of it, even if cancelled again meanwhile."""
    state = await State.open(f"sqlite:///{tmp_path / 'state.db'}")
    for rests in range(12):
        task = asyncio.create_task(state.rate_limit.reserve(1, MINUTE, NOW + HOUR))
        for _ in range(rests):
            await asyncio.sleep(0.0003)
        for _ in range(cancels):
            task.cancel()
            await asyncio.sleep(0)
        await asyncio.wait({task})
        async with state.database.transaction() as connection:
            await connection.execute(text("DELETE FROM rate_limit"))
    assert await state.rate_limit.reserve(1, MINUTE, NOW) == NOW
    await state.close()


async def test_a_transaction_waits_only_so_long_for_those_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.state.one_connection._PATIENCE", 0.05)
    state = await State.open(f"sqlite:///{tmp_path / 'state.db'}")
    async with state.database.transaction():
        with pytest.raises(DatabaseUnavailable):
            await state.rate_limit.reserve(1, MINUTE, NOW)
    assert await state.rate_limit.reserve(1, MINUTE, NOW) == NOW
    await state.close()
