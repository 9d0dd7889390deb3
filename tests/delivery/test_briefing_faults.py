"""Briefings, their corrections and their edits: nothing is lost or posted twice, whatever breaks.

Every fault, on each database.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot.delivery.jobs.briefings import BriefingProblem
from bot.state.briefing_record import BriefingStatus
from bot.state.digests import BlockReason
from tests.delivery import world
from tests.delivery.briefing_case import HEADLINE, BriefingCase
from tests.delivery.discord import (
    Fault,
    blocking,
    failing,
    limiting_edits,
    refusing,
    resetting,
    silent,
    then,
)
from tests.delivery.orders import Point
from tests.delivery.scene import HOUR, MINUTE, PAST_LEASE, SECOND
from tests.delivery.table import Outcomes, Row, Table
from tests.delivery.world import Kind
from tests.patience import until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="wants real signals and /proc")

TABLE = Table(BriefingCase)
row = TABLE.row

EVERY_KIND: tuple[Kind, ...] = ("text", "announcement", "thread", "forum", "blind")
FEW: tuple[Kind, ...] = ("text", "forum", "blind")
"""A channel of each way in which a post is looked for.

Where digests have met the same fault in every kind of channel, briefings meet it in these.
"""
LATER = "Where the ferry stands by now"

Happening = Callable[[BriefingCase], Awaitable[None]]

# --- a briefing: the process is killed


@row("killed as it is on its way", "after-begun")
@row("killed before the claim", "before-claim")
@row("killed after the claim", "after-claim", on_both=True)
@row("killed after sending", "after-send")
@row("killed before the record", "before-record", again=True)
@row("killed after the record", "after-record")
@row("killed after it is noted as posted", "after-move")
async def back_at_once(case: BriefingCase, point: Point) -> None:
    await case.due(*FEW)
    await case.killed(point=point, gathered=len(FEW))
    case.time.pass_by(PAST_LEASE)
    await case.start()
    await case.settled()
    await case.once(*FEW)


@row("killed before the claim, back after the nonce's life", "before-claim")
@row("killed after the record, back after the nonce's life", "after-record")
async def back_later_with_nothing_open(case: BriefingCase, point: Point) -> None:
    await case.due(*FEW)
    await case.killed(point=point, gathered=len(FEW))
    case.time.pass_by(9 * MINUTE)
    await case.start()
    await case.settled()
    await case.once(*FEW)


@row("killed before sending, back after the nonce's life", "after-claim", 0)
@row("killed after sending, back after the nonce's life", "after-send", 1)
async def back_later(case: BriefingCase, point: Point, seen: int) -> None:
    await case.due(*EVERY_KIND)
    await case.killed(point=point, gathered=len(EVERY_KIND))
    case.time.pass_by(9 * MINUTE)
    await case.start()
    await case.settled()
    await case.once(*EVERY_KIND[:-1])
    await case.held_back(4, "blind", "blocked", "unknown", seen)


@row("killed again once nobody can tell, before the briefing is stuck")
async def killed_before_stuck(case: BriefingCase) -> None:
    await case.due("blind")
    await case.killed(point="after-send")
    case.time.pass_by(9 * MINUTE)
    await case.killed(point="after-end")
    await case.start()
    await case.settled()
    await case.held_back(0, "blind", "blocked", "unknown", seen=1)


@row("killed after publishing, before that was noted")
async def published_once(case: BriefingCase) -> None:
    await case.due("announcement", publish=True)
    await case.killed(point="after-publishing")
    await case.start()
    await case.all_published()
    await case.once("announcement")
    assert len(case.discord.published) == 1


# --- a briefing: two processes


@row("two processes", on_both=True)
async def side_by_side(case: BriefingCase) -> None:
    kinds = EVERY_KIND * 2
    case.discord.nonce_life = 0  # nothing but the claim keeps them from posting both
    case.discord.delay = lambda: 0.2
    await case.due(*kinds)
    case.start_process(lease=30)
    case.start_process(lease=30)
    await case.settled()
    await case.once(*kinds)
    assert case.sent() == len(kinds)


@row("two processes, one stopped within its lease, while it sends", on_both=True)
async def stopped_within_the_lease(case: BriefingCase) -> None:
    case.discord.nonce_life = 0
    await case.due(*FEW)
    stopped = case.start_process(
        point="before-request", gathered=3, signal=signal.SIGSTOP, sending=30, lease=60
    )
    await case.stopped(stopped)
    other = case.start_process(lease=60)
    await case.logged(other, "logging in")
    await asyncio.sleep(1)
    assert case.sent() == 0
    stopped.send(signal.SIGCONT)
    await case.settled()
    await case.once(*FEW)
    assert case.sent() == len(FEW)


@row("two processes, one stopped between the record and its note", on_both=True)
async def stopped_before_the_note(case: BriefingCase) -> None:
    await case.due(*FEW)
    stopped = case.start_process(point="after-record", gathered=len(FEW), signal=signal.SIGSTOP)
    await case.stopped(stopped)
    await case.start()
    await case.settled()
    stopped.send(signal.SIGCONT)
    await asyncio.sleep(1)
    await case.once(*FEW)


@row("one of two processes stopped past its lease", "after-claim")
async def stopped_before_sending(case: BriefingCase, point: Point) -> None:
    case.discord.nonce_life = 0  # nothing but the check keeps the post from being made twice
    await case.due(*FEW)
    stopped = case.start_process(point=point, gathered=len(FEW), signal=signal.SIGSTOP, lease=30)
    await case.stopped(stopped)
    case.time.pass_by(31 * SECOND)
    await case.start()
    await case.settled()
    stopped.send(signal.SIGCONT)
    await case.logged(stopped, "a lease was lost before sending", times=len(FEW))
    await case.once(*FEW)
    assert case.sent() == len(FEW)


@row("one of two processes stopped past its lease, while it sends; resumed in the nonce's life")
async def stopped_while_sending(case: BriefingCase) -> None:
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
    await until("both to send", lambda: case.sent() == 2 * len(kinds))
    await asyncio.sleep(1)
    await case.once(*kinds)


# --- a briefing: Discord's answers


@row("500 after Discord has posted", failing(500))
@row("500 three times after Discord has posted", *3 * [failing(500)], again=True)
@row("the connection reset after Discord has posted", resetting(), again=True)
@row("no answer after Discord has posted", silent(), again=True)
@row("500 before Discord has posted", failing(500, made=False))
async def answered_wrongly(case: BriefingCase, *faults: Fault) -> None:
    await case.due(*FEW)
    case.plan(*FEW, faults=faults)
    await case.start()
    await case.settled()
    await case.once(*FEW)


REFUSALS: tuple[tuple[Kind, int, int, BlockReason], ...] = (
    ("text", 403, 50013, "no-permission"),
    ("text", 403, 50001, "no-access"),
    ("text", 404, 0, "no-channel"),
    ("announcement", 404, 10003, "no-channel"),
    ("thread", 400, 50083, "archived"),
    ("forum", 400, 40067, "no-tag"),
    ("text", 400, 50035, "refused"),
)


@row("403, 404, and refusals that moderators can mend")
async def refused(case: BriefingCase) -> None:
    kinds: list[Kind] = [kind for kind, *_ in REFUSALS]
    await case.due(*kinds, "text")
    for number, (kind, status, code, _) in enumerate(REFUSALS):
        case.discord.faults[world.channel_id(number, kind)] = [refusing(status, code)]
    await case.start()
    await case.settled()
    for number, (kind, *_, reason) in enumerate(REFUSALS):
        await case.held_back(number, kind, "blocked", reason)
    await case.once("text", first=len(REFUSALS))
    # A moderator has mended it, and says so.
    for number in range(len(REFUSALS)):
        await case.submit(number)
    await case.settled()
    for number, (kind, *_, reason) in enumerate(REFUSALS):
        await case.once(kind, first=number, told=reason)


@row("403 from Cloudflare, to whatever is asked first", blocking(403, 1))
@row("404 from a proxy, to whatever is asked first", blocking(404, 1), again=True)
async def blocked_at_first(case: BriefingCase, block: Fault) -> None:
    await case.due("text")
    case.discord.next_faults = [block]
    await case.start()
    await case.settled()
    await case.once("text")


@row("500 before Discord has posted, then 403, and killed before the briefing is stuck")
async def killed_after_a_refusal(case: BriefingCase) -> None:
    await case.due("forum")
    case.plan("forum", faults=[failing(500, made=False), refusing(403, 50013)])
    await case.killed(point="after-end")
    await case.start()
    await case.settled()
    await case.held_back(0, "forum", "blocked", "no-permission")


# --- what moderators are told: the process is killed, Discord is away


@row("killed once it is held back, before anybody is told", "after-move", on_both=True)
@row("killed before a notice is claimed", "notice-before-claim")
@row("killed after a notice is claimed", "notice-after-claim", again=True)
@row("killed before a notice is requested", "notice-before-request", again=True)
@row("killed after a notice is sent", "notice-after-send", on_both=True)
@row("killed before a notice is recorded", "notice-before-record", again=True)
@row("killed after a notice is recorded", "notice-after-record", again=True)
async def told_once(case: BriefingCase, point: Point) -> None:
    await case.due("text")
    case.plan("text", faults=[refusing(403, 50013)] * 9)
    await case.killed(point=point)
    case.time.pass_by(PAST_LEASE)
    await case.start()
    await case.settled()
    await case.held_back(0, "text", "blocked", "no-permission")
    await case.each_step_told(0)


@row("Discord away when moderators are to be told")
async def told_later(case: BriefingCase) -> None:
    away = [failing(503, made=False), resetting(), failing(500, made=True)]
    await case.due("text")
    case.plan("text", faults=[refusing(403, 50013)] * 9)
    case.discord.faults[world.channel_id(0, "log")] = list(away)
    case.discord.faults[world.dm_id(0)] = list(away)
    await case.start()
    await case.settled()
    await case.held_back(0, "text", "blocked", "no-permission")
    await case.each_step_told(0)


@row("two processes tell moderators", on_both=True)
async def told_by_one(case: BriefingCase) -> None:
    case.discord.nonce_life = 0
    case.discord.delay = lambda: 0.2
    await case.due("text")
    case.plan("text", faults=[refusing(403, 50013)] * 9)
    case.start_process(lease=30)
    case.start_process(lease=30)
    await case.settled()
    await case.held_back(0, "text", "blocked", "no-permission")
    await case.each_step_told(0)


@row("an announcement: killed before the claim", "notice-before-claim", again=True)
@row("an announcement: killed after the claim", "notice-after-claim", again=True)
@row("an announcement: killed before the request", "notice-before-request", again=True)
@row("an announcement: killed after it is sent", "notice-after-send")
@row("an announcement: killed before the record", "notice-before-record", again=True)
@row("an announcement: killed after the record", "notice-after-record", again=True)
async def announced_once(case: BriefingCase, point: Point) -> None:
    await case.posted("text")
    await case.announce(0)
    await case.killed(point=point)
    case.time.pass_by(PAST_LEASE)
    await case.start()
    await case.announced(0, 1)


@row("an announcement: the same as one before, killed before the request", "notice-before-request")
@row("an announcement: the same as one before, killed after it is sent", "notice-after-send")
async def announced_twice(case: BriefingCase, point: Point) -> None:
    await case.posted("text")
    await case.announce(0)
    first = case.start_process()
    await case.announced(0, 1)
    await first.kill()
    case.time.pass_by(10 * MINUTE)
    await case.announce(0)
    await case.killed(point=point)
    case.time.pass_by(PAST_LEASE)
    await case.start()
    await case.announced(0, 2)


# --- a briefing: the clock


@row("asleep over the time")
async def asleep_over_the_time(case: BriefingCase) -> None:
    await case.due(*FEW, at=30 * MINUTE)
    await case.asleep(2 * HOUR)
    await case.settled()
    await case.once(*FEW)


@row("asleep past the grace")
async def asleep_past_the_grace(case: BriefingCase) -> None:
    await case.due(*FEW, at=30 * MINUTE)
    await case.asleep(7 * HOUR)
    await case.settled()
    for number, kind in enumerate(FEW):
        await case.held_back(number, kind, "blocked", "late")
    assert case.sent() == 0


@row("two processes, both back past the grace", on_both=True)
async def late_side_by_side(case: BriefingCase) -> None:
    await case.due(*FEW)
    case.time.pass_by(7 * HOUR)
    case.discord.delay = lambda: 0.3
    case.start_process()
    case.start_process()
    await case.settled()
    await asyncio.sleep(1)
    for number, kind in enumerate(FEW):
        await case.held_back(number, kind, "blocked", "late")


# --- a briefing: what changed while the process was dead


async def corrected(case: BriefingCase) -> None:
    case.correct()


async def role_lost(case: BriefingCase) -> None:
    case.discord.members = {server: [] for server in case.discord.members}


async def gone(case: BriefingCase) -> None:
    case.discord.members.clear()


async def long_past(case: BriefingCase) -> None:
    case.time.pass_by(7 * HOUR)


@row("a fact corrected after the claim", corrected, "waiting", "changed")
@row("the author's role lost after the claim", role_lost, "waiting", "unattended")
@row("the author gone after the claim", gone, "waiting", "unattended")
@row("dead from the claim past the grace", long_past, "blocked", "late")
async def trouble_before_sending(
    case: BriefingCase, happen: Happening, status: BriefingStatus, problem: BriefingProblem
) -> None:
    await case.due(*FEW)
    await case.killed(point="after-claim", gathered=3)
    await happen(case)
    case.time.pass_by(PAST_LEASE)
    await case.start()
    await case.settled()
    for number, kind in enumerate(FEW[:2]):
        await case.held_back(number, kind, status, problem)
    await case.held_back(2, "blind", "blocked", "unknown")


@row("a fact corrected after sending", corrected)
@row("the author's role lost after sending", role_lost)
@row("the author gone after sending", gone)
@row("dead from sending past the grace", long_past)
async def trouble_after_sending(case: BriefingCase, happen: Happening) -> None:
    await case.due(*FEW)
    await case.killed(point="after-send", gathered=3)
    await happen(case)
    case.time.pass_by(PAST_LEASE)
    await case.start()
    await case.settled()
    await case.once(*FEW[:2])
    await case.held_back(2, "blind", "blocked", "unknown", seen=1)


@row("a fact corrected after the claim, and the briefing then asked for again")
async def asked_for_again(case: BriefingCase) -> None:
    await case.due(*FEW[:2])
    await case.killed(point="after-claim", gathered=2)
    case.correct()
    case.time.pass_by(PAST_LEASE)
    await case.start()
    await case.settled()
    for number, kind in enumerate(FEW[:2]):
        await case.held_back(number, kind, "waiting", "changed")
        await case.submit(number)
    await case.settled()
    await case.once(*FEW[:2], told="changed")


# --- a correction is offered


@row("an offer: killed before the correction is kept", "before-offer")
@row("an offer: killed before the claim", "before-claim", again=True)
@row("an offer: killed after the claim", "after-claim")
@row("an offer: killed after sending", "after-send")
@row("an offer: killed before the record", "before-record", again=True)
@row("an offer: killed after the record", "after-record", again=True)
async def offered_once(case: BriefingCase, point: Point) -> None:
    await case.posted(*FEW)
    case.correct()
    await case.killed(point=point, gathered=3)
    case.time.pass_by(PAST_LEASE)
    await case.start()
    await case.offered(range(3))


@row("an offer: killed before sending, back after the nonce's life", "after-claim")
@row("an offer: killed after sending, back after the nonce's life", "after-send")
async def offered_later(case: BriefingCase, point: Point) -> None:
    await case.posted(*FEW)
    case.correct()
    await case.killed(point=point, gathered=3)
    case.time.pass_by(9 * MINUTE)
    await case.start()
    await case.offered(range(3))


@row("an offer: killed after sending, and the log channel cannot be read")
async def offered_blindly(case: BriefingCase) -> None:
    await case.posted("text")
    await case.log_into(0, "blind")
    case.correct()
    await case.killed(point="after-send")
    case.time.pass_by(9 * MINUTE)
    await case.start()
    await case.ended("offer", 0, "unknown")
    offer_id, _ = await case.follower("offer", 0)
    assert len(case.carriers(0, "blind", offer_id)) == 1
    assert (await case.correction(0)).status == "open"  # `/briefing corrections` shows it


@row("an offer: two processes", on_both=True)
async def offered_side_by_side(case: BriefingCase) -> None:
    await case.posted(*FEW)
    case.correct()
    case.discord.nonce_life = 0
    case.discord.delay = lambda: 0.2
    case.start_process(lease=30)
    case.start_process(lease=30)
    await case.offered(range(3))
    assert len(case.discord.attempts) == 3


@row("an offer: the process back again and again")
async def offered_never_again(case: BriefingCase) -> None:
    await case.posted(*FEW)
    case.correct()
    for _ in range(2):
        deliverer = case.start_process()
        await case.offered(range(3))
        await asyncio.sleep(0.5)
        await deliverer.kill()
    assert len(case.discord.attempts) == 3


@row("an offer: refused by Discord")
async def offer_refused(case: BriefingCase) -> None:
    await case.posted("text", "text")
    case.discord.faults[world.channel_id(0, "log")] = [refusing(403, 50013)]
    case.correct()
    await case.start()
    await case.offered([1])
    await case.ended("offer", 0, "failed")
    assert (await case.correction(0)).status == "open"


# --- a correction is posted


@row("a correction: settled while no process runs", None)
@row("a correction: killed before the claim", "before-claim", again=True)
@row("a correction: killed after the claim", "after-claim")
@row("a correction: killed after sending", "after-send")
@row("a correction: killed before the record", "before-record", again=True)
@row("a correction: killed after the record", "after-record")
async def replied_once(case: BriefingCase, point: Point | None) -> None:
    await case.posted(*FEW)
    case.correct()
    await case.settle("posted", range(3))
    if point:
        await case.killed(point=point, gathered=3)
        case.time.pass_by(PAST_LEASE)
    await case.start()
    await case.replied(*FEW)


@row("a correction: killed before sending, back after the nonce's life", "after-claim", 0)
@row("a correction: killed after sending, back after the nonce's life", "after-send", 1)
async def replied_later(case: BriefingCase, point: Point, seen: int) -> None:
    await case.posted(*FEW)
    case.correct()
    await case.settle("posted", range(3))
    await case.killed(point=point, gathered=3)
    case.time.pass_by(9 * MINUTE)
    await case.start()
    await case.replied(*FEW[:2])
    await case.reopened(2, "unknown")
    assert len(case.discord.posts(2, "blind")) == 1 + seen


@row("a correction: killed again once nobody can tell, before it is open again")
async def killed_before_open_again(case: BriefingCase) -> None:
    await case.posted("blind")
    case.correct()
    await case.settle("posted", [0])
    await case.killed(point="after-send")
    case.time.pass_by(9 * MINUTE)
    await case.killed(point="after-end")
    await case.start()
    await case.reopened(0, "unknown")
    assert len(case.discord.posts(0, "blind")) == 2


@row("a correction: 500 after Discord has posted", failing(500))
@row("a correction: the connection reset after Discord has posted", resetting(), again=True)
@row("a correction: no answer after Discord has posted", silent(), again=True)
@row("a correction: 500 before Discord has posted", failing(500, made=False))
async def replied_through(case: BriefingCase, fault: Fault) -> None:
    await case.posted(*FEW)
    case.correct()
    await case.settle("posted", range(3))
    for number in range(3):
        message_ref = (await case.post(number)).message_ref
        assert message_ref
        case.discord.faults[message_ref.channel_id] = [fault]
    await case.start()
    await case.replied(*FEW)


@row("a correction: refused by Discord")
async def reply_refused(case: BriefingCase) -> None:
    await case.posted("text", "text")
    case.correct()
    await case.settle("posted", [0, 1])
    case.discord.faults[world.channel_id(0, "text")] = [refusing(403, 50013)]
    await case.start()
    await case.reopened(0, "refused")
    assert len(case.discord.posts(0, "text")) == 1
    # A moderator has mended it, and has it posted again.
    await case.settle("posted", [0])
    await case.replied("text", "text")


@row("a correction: two processes", on_both=True)
async def replied_side_by_side(case: BriefingCase) -> None:
    await case.posted(*FEW)
    case.correct()
    await case.settle("posted", range(3))
    case.discord.nonce_life = 0
    case.discord.delay = lambda: 0.2
    case.start_process(lease=30)
    case.start_process(lease=30)
    await case.replied(*FEW)
    assert case.sent() == 3


@row("a correction: one of two processes stopped past its lease", "after-claim")
async def stopped_before_replying(case: BriefingCase, point: Point) -> None:
    await case.posted(*FEW)
    case.correct()
    await case.settle("posted", range(3))
    case.discord.nonce_life = 0
    stopped = case.start_process(point=point, gathered=3, signal=signal.SIGSTOP, lease=30)
    await case.stopped(stopped)
    case.time.pass_by(31 * SECOND)
    await case.start()
    await case.replied(*FEW)
    stopped.send(signal.SIGCONT)
    await case.logged(stopped, "a lease was lost before sending", times=3)
    await case.replied(*FEW)


# --- a post is edited


@row("an edit: asked for while no process runs", None)
@row("an edit: killed before the request", "before-edit")
@row("an edit: killed after the request", "after-edit")
@row("an edit: killed after the ledger is rewritten", "after-rewrite")
@row("an edit: killed after all is noted", "after-editing")
async def edited_in_the_end(case: BriefingCase, point: Point | None) -> None:
    await case.posted(*FEW)
    case.correct()
    for number in range(3):
        await case.amend(number, LATER)
    if point:
        await case.killed(point=point, gathered=3)
    await case.start()
    await case.edits_done()
    for number, kind in enumerate(FEW):
        await case.says(number, kind, LATER)


@row("an edit: settled so, and the process dead before anything else")
async def edit_outlives_the_process(case: BriefingCase) -> None:
    await case.posted(*FEW)
    case.correct()
    await case.settle("edited", range(3))
    await case.start()
    await case.edits_done()
    for number, kind in enumerate(FEW):
        await case.says(number, kind, HEADLINE)


@row("an edit: 500 after Discord has edited", failing(500))
@row("an edit: the connection reset after Discord has edited", resetting())
@row("an edit: 500 before Discord has edited", failing(500, made=False))
async def edited_through(case: BriefingCase, fault: Fault) -> None:
    await case.posted("text")
    await case.amend(0, LATER)
    case.discord.edit_faults[world.channel_id(0, "text")] = [fault]
    await case.start()
    await case.edits_done()
    await case.says(0, "text", LATER)


@row("an edit: 429 for long", 1, 240, 4 * MINUTE)
@row("an edit: 429 again and again", 5, 0.1, 15 * MINUTE)
async def edited_later(case: BriefingCase, times: int, seconds: float, wait: timedelta) -> None:
    await case.posted("text", "text")
    for number in (0, 1):
        await case.amend(number, LATER)
    case.discord.edit_faults[world.channel_id(0, "text")] = times * [limiting_edits(seconds)]
    await case.start()
    await case.edits_done([1])
    await until("the edits", lambda: len(case.discord.edits) >= times + 1)
    await asyncio.sleep(0.5)
    assert len(case.discord.edits) == times + 1
    assert LATER not in str(case.discord.posts(0, "text"))
    case.time.pass_by(wait)
    await case.edits_done()
    await case.says(0, "text", LATER)
    await case.says(1, "text", LATER)


@row("an edit: 403 from Cloudflare", blocking(403, 1))
@row("an edit: 404 from a proxy", blocking(404, 1), again=True)
async def edit_blocked(case: BriefingCase, block: Fault) -> None:
    await case.posted("text")
    await case.amend(0, LATER)
    case.discord.edit_faults[world.channel_id(0, "text")] = [block]
    await case.start()
    await until("an edit", lambda: case.discord.edits)
    case.time.pass_by(MINUTE)
    await case.edits_done()
    await case.says(0, "text", LATER)


@row("an edit: 403", 403, 50001)
@row("an edit: 404, as the post is gone", 404, 10008)
async def edit_given_up(case: BriefingCase, status: int, code: int) -> None:
    await case.posted("text", "text")
    for number in (0, 1):
        await case.amend(number, LATER)
    case.discord.edit_faults[world.channel_id(0, "text")] = [refusing(status, code)]
    deliverer = case.start_process()
    await case.edits_done()
    await case.says(1, "text", LATER)
    assert LATER not in str(case.discord.posts(0, "text"))
    assert len(case.discord.edits) == 2
    assert deliverer.log.count("a post cannot be edited") == 1
    assert (await case.briefing(0)).plan.text.headline == LATER
    assert (await case.audit_log(0)).count("unedited") == 1


@row("an edit: asked for again while Discord makes one", on_both=True)
async def edited_twice(case: BriefingCase) -> None:
    await case.posted("text")
    await case.amend(0, "Not this one")

    async def again() -> None:
        await case.amend(0, LATER)

    case.discord.edit_faults[world.channel_id(0, "text")] = [then(again)]
    await case.start()
    await case.edits_done()
    await case.says(0, "text", LATER)


@row(
    "an edit: one of two processes stopped before its request, and the text changed meanwhile",
    on_both=True,
)
async def edited_out_of_turn(case: BriefingCase) -> None:
    await case.posted("text")
    await case.amend(0, "Not this one")
    stopped = case.start_process(point="before-edit", signal=signal.SIGSTOP)
    await case.stopped(stopped)
    await case.amend(0, LATER)
    await case.start()
    await case.edits_done()
    stopped.send(signal.SIGCONT)
    await until("the edits", lambda: len(case.discord.edits) >= 3)
    await case.edits_done()
    await case.says(0, "text", LATER)


# --- the table


@pytest.mark.parametrize(("row", "database"), TABLE.on_each_database())
def test_nothing_is_lost_or_posted_twice(row: Row, database: str, outcomes: Outcomes) -> None:
    if outcome := outcomes[row.fault, database]:
        raise outcome
