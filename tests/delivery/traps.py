"""The real parts of delivery, with points around what they do: there a process meets its end."""

from __future__ import annotations

import asyncio
import os
import random
import secrets
import signal
from collections.abc import Mapping
from datetime import datetime, timedelta

import discord

from bot.delivery.jobs.notice_contents import BriefingWarning, DigestWarning, OutgoingNotice
from bot.delivery.outbox import OutgoingPost
from bot.state.audit_log import AuditAction
from bot.state.briefing_record import Briefing, BriefingStatus
from bot.state.briefings import Briefings
from bot.state.corrections import Correction, Corrections
from bot.state.database import Database
from bot.state.digest_progress import Occurrence
from bot.state.leases import Busy, Lease, Leases
from bot.state.post_edits import PostEdits
from bot.state.posts import Contents, EndStatus, MessageRef, Posts, Slot
from bot.ui.posting import messenger
from bot.ui.posting.notices import DiscordNotifier, Message, RenderNotice
from tests.delivery.orders import Orders, Point


class Trap:
    """Where the process meets its end. `database` is set once it is open."""

    database: Database

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
            # A stopped process keeps SQLite's lock, which needs its one connection: this has it.
            async with self.database.transaction():
                self._all_here.set()
                os.kill(os.getpid(), self._orders.signal)
        await self._all_here.wait()


class TrappedMessenger(messenger.DiscordMessenger):
    """The real messenger, with points around sending, publishing and editing."""

    def __init__(self, trap: Trap, client: discord.Client, render: messenger.Render) -> None:
        super().__init__(client, render)
        self._trap = trap

    async def send(self, outgoing: OutgoingPost) -> MessageRef:
        await self._trap.pass_by("before-request")
        message_ref = await super().send(outgoing)
        await self._trap.pass_by("after-send")
        return message_ref

    async def publish(self, message_ref: MessageRef) -> None:
        await super().publish(message_ref)
        await self._trap.pass_by("after-publishing")

    async def edit(self, message_ref: MessageRef, outgoing: OutgoingPost) -> None:
        await self._trap.pass_by("before-edit")
        await super().edit(message_ref, outgoing)
        await self._trap.pass_by("after-edit")


class TrappedLeases(Leases):
    """The real leases, with points around taking and renewing one."""

    def __init__(self, trap: Trap, database: Database) -> None:
        super().__init__(database, worker=secrets.token_hex(16))
        self._trap = trap
        self._notices = set[str]()

    async def acquire(
        self, slot: Slot, contents: Contents, now: datetime, lease_time: timedelta
    ) -> Lease | Busy:
        if slot.kind == "notice":
            self._notices.add(slot.post_id)
            await self._trap.pass_by("notice-before-claim")
        else:
            await self._trap.pass_by("before-claim")
        lease = await super().acquire(slot, contents, now, lease_time)
        if isinstance(lease, Lease) and lease.is_first:  # it is sent next
            await self._leave(slot.post_id)
        return lease

    async def renew(self, lease: Lease, now: datetime, lease_time: timedelta) -> bool:
        is_mine = await super().renew(lease, now, lease_time)
        await self._leave(lease.post_id)
        return is_mine

    async def _leave(self, post_id: str) -> None:
        is_notice = post_id in self._notices
        await self._trap.pass_by("notice-after-claim" if is_notice else "after-claim")


class TrappedPosts(Posts):
    """The real record of posts, with points around what becomes of a post."""

    def __init__(self, trap: Trap, database: Database) -> None:
        super().__init__(database)
        self._trap = trap

    async def record(
        self,
        slot: Slot,
        message_ref: MessageRef,
        story: str | None,
        at: datetime,
        publish: bool,
        following: Occurrence | None = None,
    ) -> None:
        is_notice = slot.kind == "notice"
        await self._trap.pass_by("notice-before-record" if is_notice else "before-record")
        await super().record(slot, message_ref, story, at, publish, following)
        await self._trap.pass_by("notice-after-record" if is_notice else "after-record")

    async def end(self, slot: Slot, status: EndStatus, reason: str, at: datetime) -> None:
        await super().end(slot, status, reason, at)
        if slot.kind != "notice":
            await self._trap.pass_by("after-end")

    async def replace_facts(self, post_id: str, contents: Contents) -> None:
        await super().replace_facts(post_id, contents)
        await self._trap.pass_by("after-rewrite")


class TrappedBriefings(Briefings):
    """The real briefings, with points after what is noted of one."""

    def __init__(self, trap: Trap, database: Database) -> None:
        super().__init__(database)
        self._trap = trap

    async def begin_posting(self, old: Briefing, at: datetime) -> Briefing:
        posting = await super().begin_posting(old, at)
        await self._trap.pass_by("after-begun")
        return posting

    async def move(
        self,
        old: Briefing,
        status: BriefingStatus,
        kind: AuditAction,
        at: datetime,
        member_id: int | None,
        detail: str | None = None,
        **values: object,
    ) -> Briefing:
        moved = await super().move(old, status, kind, at, member_id, detail, **values)
        await self._trap.pass_by("after-move")
        return moved


class TrappedPostEdits(PostEdits):
    """The real edits, with a point after one is made."""

    def __init__(self, trap: Trap, database: Database) -> None:
        super().__init__(database)
        self._trap = trap

    async def end(self, old: Briefing, at: datetime) -> None:
        await super().end(old, at)
        await self._trap.pass_by("after-editing")


class TrappedCorrections(Corrections):
    """The real corrections, with a point before one is kept."""

    def __init__(self, trap: Trap, database: Database) -> None:
        super().__init__(database)
        self._trap = trap

    async def open_for_post(
        self, server_id: int, post_id: str, facts: Mapping[str, str], at: datetime
    ) -> Correction:
        await self._trap.pass_by("before-offer")
        return await super().open_for_post(server_id, post_id, facts, at)


class TrappedNotifier(DiscordNotifier):
    """The real notifier, with points around sending; warnings are marked with their problem."""

    def __init__(self, trap: Trap, client: discord.Client, render: RenderNotice) -> None:
        super().__init__(client, lambda outgoing: _marked(outgoing, render(outgoing)))
        self._trap = trap

    async def send(self, outgoing: OutgoingNotice) -> MessageRef:
        await self._trap.pass_by("notice-before-request")
        message_ref = await super().send(outgoing)
        await self._trap.pass_by("notice-after-send")
        return message_ref


def _marked(outgoing: OutgoingNotice, message: Message) -> Message:
    match outgoing.content:
        case DigestWarning(_, problem) | BriefingWarning(_, problem):
            return f"warning {problem}: {message}"
        case _:
            return message
