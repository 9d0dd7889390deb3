"""A digest is posted once, whatever breaks: every fault, on each database."""

from __future__ import annotations

import asyncio
import signal
import sys
from datetime import timedelta

import pytest

from bot.state.digests import BlockReason
from bot.state.posts import Slot
from tests.delivery import world
from tests.delivery.case import Case
from tests.delivery.discord import (
    Fault,
    blocking,
    failing,
    garbling,
    limiting,
    refusing,
    resetting,
    shielding,
    silent,
    then,
)
from tests.delivery.orders import Point
from tests.delivery.scene import DAY, HOUR, MINUTE, PAST_LEASE, SECOND, TODAY
from tests.delivery.table import Outcomes, Row, Table
from tests.delivery.world import NOON, Kind
from tests.patience import until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="wants real signals and /proc")

TABLE = Table(Case)
row = TABLE.row

EVERY_KIND: tuple[Kind, ...] = ("text", "announcement", "thread", "forum", "blind")
READABLE, BLIND = EVERY_KIND[:-1], EVERY_KIND.index("blind")
TOMORROW = TODAY + DAY

# --- the process is killed


@row("killed before the claim, back at once", "before-claim")
@row("killed after the claim, back at once", "after-claim", on_both=True)
@row("killed after sending, back at once", "after-send")
@row("killed before the record, back at once", "before-record", on_both=True)
@row("killed after the record, back at once", "after-record")
async def back_at_once(case: Case, point: Point) -> None:
    await case.due(*EVERY_KIND)
    await case.killed(point=point, gathered=len(EVERY_KIND))
    await case.back()
    await case.settled()
    await case.once(*EVERY_KIND)


@row("killed before the claim, back after the nonce's life", "before-claim")
@row("killed after the record, back after the nonce's life", "after-record")
async def back_later_with_nothing_open(case: Case, point: Point) -> None:
    await case.due(*EVERY_KIND)
    await case.killed(point=point, gathered=len(EVERY_KIND))
    case.time.pass_by(9 * MINUTE)
    await case.start()
    await case.settled()
    await case.once(*EVERY_KIND)


@row("killed before sending, back after the nonce's life", "after-claim", 0)
@row("killed after sending, back after the nonce's life", "after-send", 1)
async def back_later(case: Case, point: Point, seen: int) -> None:
    await case.due(*EVERY_KIND)
    await case.killed(point=point, gathered=len(EVERY_KIND))
    case.time.pass_by(9 * MINUTE)
    await case.start()
    await case.settled()
    await case.once(*READABLE)
    await case.unknown(BLIND, seen)


@row("killed after sending, no history, back within a nonce's life of 2 minutes", 120)
@row("killed after sending, no history, back within a nonce's life of 10 minutes", 600)
async def back_within_the_nonce(case: Case, life: int) -> None:
    case.discord.nonce_life = life + 60
    await case.due("blind")
    await case.killed(point="after-send", nonce=life)
    case.time.pass_by((life - 60) * SECOND)
    await case.start(nonce=life)
    await case.settled()
    await case.once("blind")


@row("killed after sending, no history, back after a nonce's life of 2 minutes", 120)
@row("killed after sending, no history, back after a nonce's life of 10 minutes", 600)
async def back_after_the_nonce(case: Case, life: int) -> None:
    case.discord.nonce_life = life + 60
    await case.due("blind")
    await case.killed(point="after-send", nonce=life)
    case.time.pass_by((life + 5) * SECOND)
    await case.start(nonce=life)
    await case.settled()
    await case.unknown(0, seen=1)


@row("killed after sending to a forum, where another post has lost its first message")
async def gutted_post(case: Case) -> None:
    await case.due("forum")
    await case.killed(point="after-send")
    case.discord.gut_post(0)
    case.time.pass_by(9 * MINUTE)
    await case.start()
    await case.settled()
    await case.once("forum")


@row("killed after publishing, before that was noted")
async def published_once(case: Case) -> None:
    await case.due("announcement", publish=True)
    await case.killed(point="after-publishing")
    await case.start()
    await case.published(0)
    await case.once("announcement")
    assert len(case.discord.published) == 1


# --- two processes


@row("two processes", on_both=True)
async def side_by_side(case: Case) -> None:
    kinds = EVERY_KIND * 4
    case.discord.nonce_life = 0  # nothing but the claim keeps them from posting both
    case.discord.delay = lambda: 0.3
    await case.due(*kinds)
    case.start_process(lease=30)
    case.start_process(lease=30)
    await case.settled()
    await case.once(*kinds)
    assert len(case.discord.attempts) == len(kinds)


@row("one of two processes stopped past its lease", "after-claim", on_both=True)
async def stopped_before_sending(case: Case, point: Point) -> None:
    case.discord.nonce_life = 0  # nothing but the check keeps the post from being made twice
    await case.due(*EVERY_KIND)
    stopped = case.start_process(
        point=point, gathered=len(EVERY_KIND), signal=signal.SIGSTOP, lease=30
    )
    await case.stopped(stopped)
    case.time.pass_by(31 * SECOND)
    await case.start()
    await case.settled()
    stopped.send(signal.SIGCONT)
    await case.logged(stopped, "a lease was lost before sending", times=len(EVERY_KIND))
    await case.once(*EVERY_KIND)
    assert len(case.discord.attempts) == len(EVERY_KIND)


@row("one of two processes stopped past its lease, while it sends; resumed in the nonce's life")
async def stopped_while_sending(case: Case) -> None:
    kinds: tuple[Kind, ...] = ("text", "announcement", "thread", "blind")
    await case.due(*kinds)
    stopped = case.start_process(
        point="before-request", gathered=len(kinds), signal=signal.SIGSTOP, sending=60, lease=75
    )
    await case.stopped(stopped)
    case.time.pass_by(76 * SECOND)
    await case.start()
    await case.settled()
    stopped.send(signal.SIGCONT)
    await case.discord.attempted(2 * len(kinds))
    await case.logged(stopped, "digest posted", times=len(kinds))
    await case.once(*kinds)


# --- Discord's answers


@row("500 after Discord has posted", failing(500))
@row("503 after Discord has posted", failing(503))
@row("504 after Discord has posted", failing(504))
@row("408 after Discord has posted", failing(408))
@row("409 after Discord has posted", failing(409))
@row("500 three times after Discord has posted", *3 * [failing(500)])
@row("the connection reset after Discord has posted", resetting())
@row("no answer after Discord has posted", silent())
@row("500 before Discord has posted", failing(500, made=False))
@row("408 before Discord has posted", failing(408, made=False))
@row("409 before Discord has posted", failing(409, made=False))
async def answered_wrongly(case: Case, *faults: Fault) -> None:
    kinds: tuple[Kind, ...] = ("text", "forum", "blind")
    await case.due(*kinds)
    case.plan(*kinds, faults=faults)
    await case.start()
    await case.discord.attempted(len(kinds))
    await case.settled()
    await case.once(*kinds)


@row("429 on the route")
async def limited_for_a_moment(case: Case) -> None:
    await case.due("text")
    case.plan("text", faults=[limiting(0.5)])
    await case.start()
    await case.settled()
    await case.once("text")
    first, second = case.discord.attempts
    assert second.at - first.at >= 0.5


@row("429 on the route, for long")
async def limited_for_long(case: Case) -> None:
    await case.due("text", "text")
    case.plan("text", faults=[limiting(240)])
    await case.start()
    await case.settled([1])
    assert not case.discord.posts(0, "text")
    case.time.pass_by(4 * MINUTE)
    await case.settled()
    await case.once("text", "text")


@row("too many active threads, for a while", 160006)
@row("too many announcement threads, for a while", 160007)
@row("slow mode, for a while", 20016)
async def limit_that_passes(case: Case, code: int) -> None:
    await case.due("forum", "text")
    case.plan("forum", faults=[refusing(400, code)])
    await case.start()
    await case.settled([1])
    assert not case.discord.posts(0, "forum")
    case.time.pass_by(15 * MINUTE)
    await case.settled()
    await case.once("forum", "text")


@row("429 for the whole bot", limiting(3, everywhere=True))
@row("429 from Cloudflare", shielding(3))
@row("403 from Cloudflare", blocking(403, 3))
@row("403 from Cloudflare as JSON", blocking(403, 3, '{"status": 403, "error_code": 1020}'))
@row("403 with the code of Discord's firewall", blocking(403, 3, '{"code": 40333}'))
@row("400 while Discord is overloaded", blocking(400, 3, '{"code": 130000}'))
@row("401 from a proxy", blocking(401, 3))
@row("404 from a proxy", blocking(404, 3))
async def limited_everywhere(case: Case, limit: Fault) -> None:
    await case.due("text", "text", at=MINUTE)
    await case.set_up(0, "text")
    case.plan("text", faults=[limit])
    limited = case.start_process()
    await case.held()
    # What comes due meanwhile waits as well, in whichever process.
    await limited.kill()
    await case.set_up(1, "text")
    await case.start()
    await case.settled()
    await case.once("text", "text")
    first, *others = case.discord.attempts
    assert min(other.at for other in others) - first.at >= 2.9


@row("403 from Cloudflare, to a request for a forum's history", blocking(403, 1))
@row("404 from a proxy, to a request for a forum's history", blocking(404, 1))
async def blocked_while_looking(case: Case, block: Fault) -> None:
    await case.due("forum")
    await case.killed(point="after-send")
    case.time.pass_by(5 * MINUTE)
    case.discord.next_faults = [block]
    await case.start()
    await case.settled()
    await case.once("forum")


@row("429 for the whole bot, longer than a request may take")
async def limited_longer_than_a_request(case: Case) -> None:
    await case.due("text")
    case.plan("text", faults=[limiting(3, everywhere=True)])
    await case.start(sending=1)
    await case.settled()
    await case.once("text")


@row("429 for the whole bot, to a request that makes no post")
async def limited_while_warning(case: Case) -> None:
    await case.due("text")
    case.plan("text", faults=[refusing(403, 50013)])
    case.discord.faults[world.dm_id(0)] = [limiting(3, everywhere=True)]
    await case.start()
    await case.held()
    await case.told(0, "no-permission")


@row("429 for the whole bot while it logs in")
async def limited_at_login(case: Case) -> None:
    await case.due("text")
    case.discord.login_faults = [limiting(0.2, everywhere=True)]
    await case.start()
    await case.settled()
    await case.once("text")


REFUSALS: tuple[tuple[Kind, int, int, BlockReason], ...] = (
    ("text", 403, 50013, "no-permission"),
    ("text", 403, 50001, "no-access"),
    ("text", 403, 0, "no-permission"),
    ("text", 404, 0, "no-channel"),
    ("announcement", 404, 10003, "no-channel"),
    ("thread", 400, 50083, "archived"),
    ("forum", 400, 40067, "no-tag"),
    ("forum", 404, 10003, "no-channel"),
    ("text", 400, 50035, "refused"),
)


@row("403, 404, and refusals that moderators can mend")
async def refused(case: Case) -> None:
    kinds: list[Kind] = [kind for kind, *_ in REFUSALS]
    await case.due(*kinds, "text")
    for number, (kind, status, code, _) in enumerate(REFUSALS):
        case.plan_for(number, kind, [refusing(status, code)])
    before = [(await case.schedule(number)).config for number in range(len(REFUSALS))]
    case.discord.faults[world.dm_id(0)] = [refusing(403, 50007)]  # told in the server instead
    await case.start()
    await case.settled()
    for number, (kind, *_, reason) in enumerate(REFUSALS):
        schedule = await case.schedule(number)
        assert (schedule.paused, schedule.next_at) == (reason, None), number
        assert schedule.config == before[number]
        assert not case.discord.posts(number, kind)
        # A lease that ran out before the request is taken over; a refusal is then kept on record.
        post = await case.post(number)
        assert post is None or (post.status, post.reason) == ("failed", reason), number
        await case.told(number, reason)
    await case.once("text", first=len(REFUSALS))


@row("killed once a digest is paused, before a notice is claimed", "notice-before-claim")
@row("killed after a notice of a pause is claimed", "notice-after-claim")
@row("killed before a notice of a pause is requested", "notice-before-request")
@row("killed after a notice of a pause is sent", "notice-after-send", on_both=True)
@row("killed before a notice of a pause is recorded", "notice-before-record")
@row("killed after a notice of a pause is recorded", "notice-after-record")
async def warned_once(case: Case, point: Point) -> None:
    await case.due("text", "text")
    case.plan_for(0, "text", [refusing(403, 50013)])
    await case.killed(point=point)
    case.time.pass_by(PAST_LEASE)
    await case.start()
    await case.settled()
    await case.told(0, "no-permission")
    await until("no notice to be left", case.has_told_all)
    assert len(case.discord.told(0)) == 1
    await case.once("text", first=1)


@row("500 before Discord has posted, then 403, and killed before the digest is paused")
async def killed_after_a_refusal(case: Case) -> None:
    await case.due("forum")
    case.plan("forum", faults=[failing(500, made=False), refusing(403, 50013)])
    await case.killed(point="after-end")
    await case.start()
    await case.settled()
    await case.told(0, "no-permission")
    assert (await case.schedule(0)).paused == "no-permission"


@row("401")
async def refused_token(case: Case) -> None:
    kinds: tuple[Kind, ...] = ("text",) * 12
    await case.due(*kinds)
    case.plan(*kinds, faults=[refusing(401)])
    deliverer = case.start_process(workers=3)
    assert await deliverer.ended() == 0
    assert "Discord refuses the token" in deliverer.log
    assert len(case.discord.attempts) <= 3  # those that were under way
    case.discord.faults.clear()
    await case.start()
    await case.settled()
    await case.once(*kinds)


# --- the clock


@row("the clock jumps forward before the hour, and back", HOUR)
@row("the clock jumps back before the hour, and forward", -HOUR)
async def clock_jumps_before(case: Case, error: timedelta) -> None:
    await case.due("text", "forum", at=30 * MINUTE)
    await case.start()
    case.time.err(error)
    case.time.pass_by(29 * MINUTE)
    if error > timedelta(0):
        await case.settled()
    else:
        await asyncio.sleep(0.5)
    case.time.err(timedelta(0))
    case.time.pass_by(2 * MINUTE)
    await case.settled()
    case.time.pass_by(DAY)
    await case.settled(day=TOMORROW)
    for day in (TODAY, TOMORROW):
        assert [len(case.of(day, n, k)) for n, k in enumerate(("text", "forum"))] == [1, 1]


@row("the clock jumps forward after the hour, and back", HOUR)
@row("the clock jumps back after the hour, and forward", -HOUR)
async def clock_jumps_after(case: Case, error: timedelta) -> None:
    await case.due("text", "forum")
    await case.start()
    await case.settled()
    await case.once("text", "forum")
    case.time.err(error)
    await asyncio.sleep(0.5)
    case.time.err(timedelta(0))
    case.time.pass_by(DAY)
    await case.settled(day=TOMORROW)
    await case.once("text", "forum", day=TOMORROW)
    assert len(case.discord.attempts) == 4


@row("killed after sending with a clock an hour ahead, which is then set right", HOUR)
@row("killed after sending with a clock an hour behind, which is then set right", -HOUR)
async def killed_with_a_wrong_clock(case: Case, error: timedelta) -> None:
    await case.due("text", "forum", at=min(error, timedelta(0)))
    case.time.err(error)
    await case.killed(point="after-send", gathered=2)
    case.time.err(timedelta(0))
    case.time.pass_by(HOUR + MINUTE)
    await case.start()
    await case.settled()
    await case.once("text", "forum")


@row("asleep over the hour")
async def asleep_over_the_hour(case: Case) -> None:
    await case.due(*EVERY_KIND, at=30 * MINUTE)
    await case.asleep(2 * HOUR)
    await case.settled()
    await case.once(*EVERY_KIND)
    for number, kind in enumerate(EVERY_KIND):
        assert "late" in str(case.discord.posts(number, kind))


@row("asleep for three days")
async def asleep_for_three_days(case: Case) -> None:
    await case.due(*EVERY_KIND, at=30 * MINUTE)
    deliverer = await case.asleep(3 * DAY + HOUR)
    last = TODAY + 3 * DAY
    await case.settled(day=last)
    await case.once(*EVERY_KIND, day=last)
    assert len(case.discord.attempts) == len(EVERY_KIND)
    assert "late" in str(case.discord.posts(0, "text"))
    assert deliverer.log.count('"count": 3, "event": "digests skipped: too late"') == len(
        EVERY_KIND
    )


@row("asleep for three days, and past the last day's grace")
async def asleep_past_grace(case: Case) -> None:
    await case.due("text", "forum", at=30 * MINUTE)
    await case.asleep(3 * DAY + 8 * HOUR)
    last = TODAY + 3 * DAY
    await case.settled(day=last)
    assert not case.discord.attempts
    post = await case.post(0, last)
    assert post
    assert (post.status, post.reason) == ("skipped", "late")


# --- the database


@row("the database is busy while posts are recorded and claimed", on_both=True)
async def busy_database(case: Case) -> None:
    await case.due("text", "forum")
    await case.due("text", at=MINUTE)
    locked = asyncio.Event()

    async def lock() -> None:
        await case.lock()
        locked.set()

    case.plan_for(0, "text", [then(lock)])
    deliverer = await case.start()
    await locked.wait()
    case.time.pass_by(MINUTE)
    await case.logged(deliverer, "DatabaseUnavailable")
    await case.unlock()
    await case.settled()
    await case.once("text", "forum", "text")
    assert len(case.discord.attempts) == 3


@row("the disk is full while posts are recorded and claimed", databases=("sqlite",))
async def full_disk(case: Case) -> None:
    await case.due("text", "forum")
    await case.due("text", at=MINUTE)

    async def fill() -> None:
        deliverer.fill_disk(case.database_file)

    case.plan_for(0, "text", [then(fill)])
    deliverer = case.start_process()
    await case.logged(deliverer, "DatabaseUnavailable")
    case.time.pass_by(MINUTE)
    await case.logged(deliverer, f'"key": "{world.server_id(2)}"')
    assert case.discord.posts(2, "text") == []
    deliverer.clear_disk()
    await case.settled()
    await case.once("text", "forum", "text")


@row("PostgreSQL restarted while posts are recorded", databases=("postgresql",), alone=True)
async def restarted_database(case: Case) -> None:
    await case.due("text", "forum")
    await case.due("text", at=MINUTE)
    restarted = asyncio.Event()

    async def restart() -> None:
        await case.restart_database()
        restarted.set()

    case.plan_for(0, "text", [then(restart)])
    await case.start()
    await restarted.wait()
    await case.settled([0, 1])
    await case.set_up(2, "text")  # which the process hears of, as it listens again
    await case.settled()
    await case.once("text", "forum", "text")


@row("what was posted three months ago is deleted")
async def forgotten(case: Case) -> None:
    await case.due("text", at=HOUR)
    ended = NOON - 91 * DAY
    slot = Slot(world.server_id(0), "digest", ended.date(), ended, 0)
    await case.state.posts.end(slot, "skipped", "late", ended)
    await case.start()

    async def is_gone() -> bool:
        return await case.state.posts.get(slot.post_id) is None

    await until("the post to be deleted", is_gone)


# --- one server's trouble


@row("one server's digest cannot be composed, and another's answer makes no sense")
async def trouble_of_one(case: Case) -> None:
    await case.due(*EVERY_KIND, "text", "text")
    case.plan_for(6, "text", [garbling()])
    await case.start(stumbles=[5])
    await case.settled([0, 1, 2, 3, 4])
    await case.once(*EVERY_KIND)
    case.time.pass_by(6 * MINUTE)
    await case.settled([6])
    await case.once("text", first=6)
    assert (await case.schedule(5)).next_day == TODAY
    assert not case.discord.posts(5, "text")


# --- the table


@pytest.mark.parametrize(("row", "database"), TABLE.on_each_database())
def test_a_post_is_made_once(row: Row, database: str, outcomes: Outcomes) -> None:
    if outcome := outcomes[row.fault, database]:
        raise outcome
