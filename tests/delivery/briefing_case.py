"""One case of moderators' briefings: how they get ready, and what became of them and their posts.

What follows a post belongs to it: the corrections that it calls for, and its edits.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from bot.delivery.briefing_editor import BriefingEditor, briefing_post, briefing_slot
from bot.delivery.jobs.briefings import BriefingProblem
from bot.state.briefing_plan import BriefingPlan, BriefingText, PostingTime
from bot.state.briefing_record import Briefing, BriefingStatus
from bot.state.corrections import Correction, Settlement, correction_id
from bot.state.digests import Target
from bot.state.notices import Notice
from bot.state.posts import Contents, MessageRef, Post, PostKind, PostStatus, Slot
from bot.texts.catalogues import words_in
from tests.delivery import world
from tests.delivery.composing import FACT
from tests.delivery.discord import Fault, FaultyDiscord, problem_of
from tests.delivery.scene import MINUTE, TODAY, Ground, Scene
from tests.delivery.world import NOON, Kind, Time
from tests.little_discord.payloads import JSON
from tests.patience import until

HEADLINE = "Where the ferry stands"
TOLD = (FACT, "ferry-agreement/gap")


class BriefingCase(Scene):
    """What a test of briefings works with, one briefing for each server. Use `opened`."""

    def __init__(self, ground: Ground, time: Time, discord: FaultyDiscord) -> None:
        super().__init__(ground, time, discord)
        self._ids: dict[int, str] = {}
        self._plans: dict[int, BriefingPlan] = {}
        self._versions: dict[int, dict[str, str]] = {}

    # --- how they get ready

    async def due(self, *kinds: Kind, at: timedelta = timedelta(0), publish: bool = False) -> None:
        """Have servers' briefings ready, one for a channel of each kind, for a time from noon."""
        first = self.orders.servers
        self.orders = replace(self.orders, servers=first + len(kinds))
        when = PostingTime((NOON + at).replace(tzinfo=None), "UTC", NOON + at) if at else None
        text = BriefingText("ferry-line", None, None, "en", HEADLINE, TOLD)
        for number, kind in enumerate(kinds, first):
            target = Target(world.channel_id(number, kind), publish=publish)
            await self._begin(number, BriefingPlan(text, target, when))
            await self.submit(number)
        await self._tell_nobody()

    async def _tell_nobody(self) -> None:
        """Drop what moderators would be told of the preparations."""
        await self.state.notices.end(await self.state.notices.due())

    async def _begin(self, number: int, plan: BriefingPlan) -> None:
        server, role = world.server_id(number), world.role_id(number)
        self.discord.members[server] = [role]
        await self.state.settings.choose_role(server, role)
        await self.state.settings.choose_log(server, world.channel_id(number, "log"))
        author = world.moderator_id(number)
        begun = await self._editor().begin(server, plan, author, self.time.now())
        self._ids[number], self._plans[number] = begun.briefing.briefing_id, plan

    async def submit(self, number: int) -> None:
        """Have a server's briefing posted when it is due: its author says so, seeing it now."""
        self._versions[number] = await self.versions()
        author = world.moderator_id(number)
        prepared = await self._editor().prepare(await self.briefing(number))
        await self._editor().submit(prepared, author, self.time.now())

    def _editor(self) -> BriefingEditor:
        return BriefingEditor(self.service, self.state, _Strangers())

    async def posted(self, *kinds: Kind) -> None:
        """Have servers' briefings posted already, one in a channel of each kind."""
        first = self.orders.servers
        await self.due(*kinds)
        for number, kind in enumerate(kinds, first):
            briefing, now = await self.briefing(number), self.time.now()
            slot = briefing_slot(briefing, now)
            message_ref = self.discord.put(number, kind, _body(slot.post_id))
            contents = Contents(await self.versions(), None, "before")
            await self.state.leases.acquire(slot, contents, now, 2 * MINUTE)
            await self.state.posts.record(slot, message_ref, None, now, publish=False)
            move = self.state.briefings.move
            await move(briefing, "posted", "posted", now, None, message_ref.link)
        await self._tell_nobody()

    def correct(self) -> None:
        """Correct a fact in the base over which processes start from now on."""
        assert self._ground.corrected
        self.orders = replace(self.orders, base=str(self._ground.corrected))

    async def settle(self, settlement: Settlement, numbers: Iterable[int]) -> None:
        """Find what servers' posts call for in the base as it is, and settle it at once."""
        for number in numbers:
            server, now = world.server_id(number), self.time.now()
            post = await self.post(number)
            corrections = self.state.corrections
            found = await corrections.open_for_post(server, post.post_id, await self.changed(), now)
            person = world.moderator_id(number)
            moderated = settlement, self._ids[number], person, now
            assert await corrections.settle(found.correction_id, *moderated)

    async def amend(self, number: int, headline: str) -> None:
        """Change the headline of what is posted, and ask for its edit."""
        briefing, person = await self.briefing(number), world.moderator_id(number)
        text = replace(briefing.plan.text, headline=headline)
        plan = self._plans[number] = replace(briefing.plan, text=text)
        await self.state.post_edits.make(briefing, plan, person, self.time.now())

    async def log_into(self, number: int, kind: Kind) -> None:
        """Have a server's log in another of its channels."""
        channel_id = world.channel_id(number, kind)
        await self.state.settings.choose_log(world.server_id(number), channel_id)

    def plan(self, *kinds: Kind, faults: Iterable[Fault]) -> None:
        """Let the first posts in the servers' channels, one for each kind, meet faults."""
        faults = list(faults)
        for number, kind in enumerate(kinds):
            self.discord.faults[world.channel_id(number, kind)] = list(faults)

    # --- how they stand

    async def briefing(self, number: int) -> Briefing:
        """A server's briefing as it stands."""
        briefing = await self.state.briefings.get(self._ids[number])
        assert briefing, "a briefing is kept"
        return briefing

    async def post(self, number: int) -> Post:
        """What is recorded of a server's briefing, which must be something."""
        post = await briefing_post(self.state, await self.briefing(number))
        assert post, f"server {number}: nothing is recorded"
        return post

    async def correction(self, number: int) -> Correction:
        """The correction that a server's post calls for, which must be kept."""
        post = await self.post(number)
        found = correction_id(post.post_id, await self.changed())
        correction = await self.state.corrections.get(found)
        assert correction, f"server {number}: no correction is kept"
        return correction

    async def follower(self, kind: PostKind, number: int) -> tuple[str, Post | None]:
        """The id of the offer of a server's correction, or of its reply, and what is recorded."""
        post = await self.post(number)
        name = correction_id(post.post_id, await self.changed())
        slot = Slot(world.server_id(number), kind, TODAY, NOON, 0, name)
        return slot.post_id, await self.state.posts.get(slot.post_id)

    async def versions(self) -> dict[str, str]:
        """The versions of what the briefings tell, in the base as it is."""
        versions = await self.service.store.versions()
        return {key: versions[key] for key in TOLD}

    async def changed(self) -> dict[str, str]:
        """What was corrected, in the version that it has now."""
        return {FACT: (await self.versions())[FACT]}

    def carriers(self, number: int, kind: Kind, post_id: str) -> list[JSON]:
        """The messages in a server's channel that are a post of the bot's."""
        messages = self.discord.posts(number, kind)
        return [message for message in messages if f"'post:{post_id}'" in str(message)]

    def lines(self, number: int) -> list[str]:
        """What is told of steps in a server's log channel."""
        said = (message["content"] for message in self.discord.posts(number, "log"))
        return [text for text in said if text and not problem_of(text)]

    async def each_step_told(self, number: int) -> None:
        """Wait until nothing is left to tell; check that each step since is in the log once."""

        async def is_told() -> bool:
            return not await self.state.notices.due()

        await until("everybody to be told", is_told)
        lines = self.lines(number)
        steps = [
            kind for kind in await self.audit_log(number) if kind not in ("began", "scheduled")
        ]
        assert len(lines) == len(set(lines)) == len(steps), lines

    async def announce(self, number: int) -> None:
        """Announce, as a command does, that a server's approval is about to be turned off."""
        server, person = world.server_id(number), world.moderator_id(number)
        await self.state.notices.add(
            Notice(server, "setting", self.time.now(), "approval.off", member_id=person)
        )

    async def announced(self, number: int, times: int) -> None:
        """Wait until nothing is left to tell; check how often approval is announced to be off."""

        async def is_told() -> bool:
            return not await self.state.notices.due()

        await until("everybody to be told", is_told)
        found = [line for line in self.lines(number) if "turning approval of briefings off" in line]
        assert len(found) == times, found

    def sent(self) -> int:
        """How many requests came to make a post elsewhere than in a log channel."""
        return sum(attempt.kind not in ("log", "staff") for attempt in self.discord.attempts)

    # --- what became of them

    async def settled(self) -> None:
        """Wait until no briefing is ready any more, whatever became of it."""

        async def are_settled() -> bool:
            return not await self.state.briefings.next_due()

        await until("every briefing to be settled", are_settled)

    async def once(self, *kinds: Kind, first: int = 0, told: BriefingProblem | None = None) -> None:
        """Check that each server's briefing was posted once, is recorded, and noted once.

        `told` is of what its moderators were told before.
        """
        for number, kind in enumerate(kinds, first):
            where = f"server {number} ({kind})"
            post = await self.post(number)
            found = self.discord.posts(number, kind)
            assert found == self.carriers(number, kind, post.post_id), where
            assert len(found) == 1, f"{where}: {len(found)} messages"
            assert (post.status, post.message_ref) == ("sent", _message_ref(found[0])), where
            assert await self.state.posts.facts(post.post_id) == self._versions[number], where
            briefing = await self.briefing(number)
            assert (briefing.status, briefing.reason) == ("posted", None), where
            assert (await self.audit_log(number)).count("posted") == 1, where
            assert len([x for x in self.lines(number) if _message_ref(found[0]).link in x]) <= 1, (
                where
            )
            assert self._told(number) == ([told] if told else []), where

    def _told(self, number: int) -> list[str]:
        return [problem_of(text) or "" for text in self.discord.told(number)]

    async def audit_log(self, number: int) -> list[str]:
        """The kinds of all steps of a server's briefing."""
        return [entry.kind for entry in await self.state.briefings.audit_log(self._ids[number])]

    async def held_back(
        self,
        number: int,
        kind: Kind,
        status: BriefingStatus,
        problem: BriefingProblem,
        seen: int = 0,
    ) -> None:
        """Check that a briefing is kept whole for its moderators, who are told why, once."""
        briefing = await self.briefing(number)
        assert (briefing.status, briefing.reason) == (status, problem), number
        assert briefing.plan == self._plans[number]
        assert len(self.discord.posts(number, kind)) == seen, number
        await self.told(number, problem)
        audit_log = await self.audit_log(number)
        assert audit_log.count("blocked") + audit_log.count("review") == 1, (
            f"server {number}: {audit_log}"
        )

    async def offered(self, numbers: Iterable[int]) -> None:
        """Wait until servers' corrections are offered; check that each is once, and is open."""
        for number in numbers:
            await self.ended("offer", number, "sent")
            offer_id, offer = await self.follower("offer", number)
            found = self.carriers(number, "log", offer_id)
            assert len(found) == 1, f"server {number}: {len(found)} offers"
            assert offer
            assert offer.message_ref == _message_ref(found[0])
            correction = await self.correction(number)
            assert correction.status == "open"
            assert f"c:posted:{correction.correction_id}" in str(found[0])

    async def replied(self, *kinds: Kind) -> None:
        """Wait until servers' corrections are posted; check that each is once, as a reply."""
        for number, kind in enumerate(kinds):
            where = f"server {number} ({kind})"
            await self.ended("correction", number, "sent")
            reply_id, reply = await self.follower("correction", number)
            first, *others = self.discord.posts(number, kind)
            assert others == self.carriers(number, kind, reply_id), where
            assert len(others) == 1, f"{where}: {len(others)} replies"
            assert reply
            assert reply.message_ref == _message_ref(others[0]), where
            assert others[0]["message_reference"]["message_id"] == first["id"], where
            assert others[0]["channel_id"] == first["channel_id"], where
            assert (await self.correction(number)).status == "posted", where
            assert not self.discord.told(number), where

    async def reopened(self, number: int, problem: str) -> None:
        """Wait until a correction is open again; check that it is noted why, once."""

        async def is_open() -> bool:
            return (await self.correction(number)).status == "open"

        await until("the correction to be open again", is_open)
        said = words_in("en")("briefing.step.uncorrected", person="Factdesk")
        await until("the log channel to be told", lambda: said in str(self.lines(number)))
        audit_log = await self.state.briefings.audit_log(self._ids[number])
        assert [entry.detail for entry in audit_log if entry.kind == "uncorrected"] == [problem]
        assert str(self.lines(number)).count(said) == 1

    async def ended(self, kind: PostKind, number: int, status: PostStatus) -> None:
        """Wait until it is recorded what became of an offer or a reply."""

        async def has_ended() -> bool:
            _, post = await self.follower(kind, number)
            return post is not None and post.status == status

        await until(f"the {kind} of server {number} to be {status}", has_ended)

    async def edits_done(self, numbers: Iterable[int] | None = None) -> None:
        """Wait until no post of the servers is to be edited any more."""
        awaited = {self._ids[number] for number in (self._ids if numbers is None else numbers)}

        async def are_done() -> bool:
            return not awaited & (await self.state.post_edits.due()).keys()

        await until("every post to be edited", are_done)

    async def says(self, number: int, kind: Kind, headline: str) -> None:
        """Check that a server's post, and it alone, says what its briefing says in this base."""
        post = await self.post(number)
        (message,) = self.discord.posts(number, kind)
        assert self.carriers(number, kind, post.post_id) == [message]
        assert headline in str(message), number
        assert (await self.briefing(number)).plan.text.headline == headline
        assert await self.state.posts.facts(post.post_id) == await self.versions(), number


class _Strangers:
    """Members who are called by their numbers."""

    async def name(self, server_id: int, member_id: int) -> str:
        return str(member_id)


def _message_ref(message: JSON) -> MessageRef:
    return MessageRef(int(message["id"]), int(message["channel_id"]))


def _body(post_id: str) -> JSON:
    button = {"type": 2, "style": 2, "label": "…", "custom_id": f"post:{post_id}"}
    return {"flags": 1 << 15, "components": [{"type": 1, "components": [button]}]}
