"""What a moderator does with a briefing. Each action gives back what the moderator is shown.

Those that change a briefing raise Outdated where somebody changed it meanwhile, and all of them
StateAway and Undelivered; Unfit where it cannot be done as it was asked.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

import discord
import structlog
from discord import ui

from bot.answers.service import Desk, clean_text
from bot.compose.briefing import LONGEST_HEADLINE, LONGEST_REMARKS, candidates, propose
from bot.delivery.delivery_errors import Refused, Undelivered
from bot.delivery.jobs.briefings import BriefingEditor, OwnBriefing, Unseen, briefing_slot
from bot.delivery.jobs.corrections import posted
from bot.facts.records import FactRecord
from bot.state.briefings import Briefing, Plan, Step, StepKind, Text
from bot.state.digests import Target
from bot.state.posts import Post
from bot.state.state import State
from bot.texts.catalogues import LANGUAGES, Words
from bot.texts.catalogues import words as words_of
from bot.ui.briefings import panels
from bot.ui.briefings.audit_log import changes, history
from bot.ui.briefings.controls import Form, Panel, Press, Style
from bot.ui.briefings.panels import Sheet
from bot.ui.briefings.posting_time import read_when
from bot.ui.components import channels
from bot.ui.components.messages import Notice, Unfit
from bot.ui.components.permissions import spoken
from bot.ui.posting import posts
from bot.ui.questions.replies import Press as Interaction

log = structlog.stdlib.get_logger("factdesk.ui")

Shown = Panel | Form | Notice | ui.LayoutView


@dataclass(frozen=True)
class Outcome:
    """What the moderator is shown, the step that was taken, if any, and what to heed about it."""

    shows: Shown
    briefing: Briefing
    step: Step | None = None
    alert: str | None = None


@dataclass(frozen=True)
class Job:
    """One thing that a moderator does with a briefing; `given` is what was picked or filled in."""

    interaction: Interaction
    briefing: Briefing
    now: datetime
    page: int = 1
    given: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])

    @property
    def words(self) -> Words:
        """The texts in the moderator's language."""
        return spoken(self.interaction)

    @property
    def member_id(self) -> int:
        """Who does it."""
        return self.interaction.user.id

    @property
    def desk(self) -> Desk:
        """The open base."""
        return self.interaction.client.desk

    @property
    def state(self) -> State:
        """What servers told the bot."""
        return self.interaction.client.state

    @property
    def editor(self) -> BriefingEditor:
        """What takes briefings from draft to ready."""
        return self.interaction.client.editor

    def text(self, name: str) -> str:
        """What was filled into one field, or nothing."""
        return next(iter(self.given.get(name, ())), "")

    def at(self, briefing: Briefing) -> Job:
        """The same for the briefing as it is by now."""
        return replace(self, briefing=briefing)


Act = Callable[[Job], Awaitable[Outcome]]


async def sheet(job: Job) -> Sheet:
    """How the briefing stands, and what would be posted now."""
    briefing = job.briefing
    prepared = await job.editor.prepare(briefing)
    post = await posted(job.state, briefing) if briefing.status == "posted" else None
    approval = job.state.settings.of(briefing.server_id).approval
    return Sheet(briefing, prepared.composed, prepared.changed, post, approval, job.member_id)


async def card(job: Job, alert: str | None = None, *, editing: bool = True) -> Panel:
    """The working card of the briefing."""
    found = await sheet(job)
    return panels.card(job.words, job.desk, found, editing=editing, alert=alert)


async def begun(job: Job) -> Outcome:
    """The working card of a briefing that was just begun."""
    return await _done(job, "began", None)


# ---- Looking ---------------------------------------------------------------------------------


async def show(job: Job) -> Outcome:
    """The working card."""
    return Outcome(await card(job), job.briefing)


async def facts(job: Job) -> Outcome:
    """A page of the facts to choose from."""
    return Outcome(await _facts_panel(job), job.briefing)


async def where(job: Job) -> Outcome:
    """Where to post it."""
    return Outcome(_where_panel(job), job.briefing)


async def ask_text(job: Job) -> Outcome:
    """The form of the headline, the remarks and the language."""
    return Outcome(panels.text_form(job.words, job.briefing), job.briefing)


async def ask_when(job: Job) -> Outcome:
    """The form of the time."""
    settings = job.state.settings.of(job.briefing.server_id)
    return Outcome(panels.when_form(job.words, job.briefing, settings.zone), job.briefing)


async def ask_remark(job: Job) -> Outcome:
    """The form for sending a briefing back."""
    _require_waiting(job)
    return Outcome(panels.remark_form(job.words, job.briefing), job.briefing)


async def preview(job: Job) -> Outcome:
    """The message exactly as it would be posted now."""
    return Outcome(await _as_posted(job), job.briefing)


async def past(job: Job) -> Outcome:
    """Every step of the briefing."""
    told = history(job.words, job.briefing, await job.state.briefings.steps(_id(job)))
    return Outcome(Notice(job.words("briefing.ui.history"), told), job.briefing)


async def _as_posted(job: Job) -> ui.LayoutView:
    prepared = await job.editor.prepare(job.briefing)
    target = job.briefing.plan.target
    return posts.view(
        job.desk,
        prepared.composed.card,
        briefing_slot(job.briefing, job.now).post_id,
        role_id=target.role_id if target else None,
        posted_by=job.briefing.author_id,
    )


async def as_asked(job: Job, note: str) -> ui.LayoutView:
    """The message as it would be posted, below a note instead of with the button of a post."""
    prepared = await job.editor.prepare(job.briefing)
    target = job.briefing.plan.target
    return posts.without_button(
        job.desk,
        prepared.composed.card,
        role_id=target.role_id if target else None,
        note=note,
        posted_by=job.briefing.author_id,
    )


async def _facts_panel(job: Job) -> Panel:
    records = await _candidates(job)
    return panels.facts_panel(job.words, job.desk, await sheet(job), records, job.page)


async def _candidates(job: Job) -> tuple[FactRecord, ...]:
    text = job.briefing.plan.text
    return await candidates(job.desk.store, words_of(text.language), panels.subject(text))


def _where_panel(job: Job) -> Panel:
    target, guild = job.briefing.plan.target, job.interaction.guild
    channel = guild.get_channel_or_thread(target.channel_id) if guild and target else None
    role = guild.get_role(target.role_id) if guild and target and target.role_id else None
    return panels.where_panel(job.words, job.briefing, channel, role)


# ---- Writing ---------------------------------------------------------------------------------


async def write_text(job: Job) -> Outcome:
    """Keep the headline, the remarks and the language that were filled in."""
    text = job.briefing.plan.text
    language = job.text("language") or text.language
    # A headline that nobody could see is none.
    headline = clean_text(job.text("headline"), LONGEST_HEADLINE) or text.headline
    if language in LANGUAGES and language != text.language:
        headline = await _reworded(job, headline, language)
    remarks = job.text("remarks").strip()[:LONGEST_REMARKS] or None
    new = replace(text, headline=headline, remarks=remarks, language=language)
    return await _write(job, replace(job.briefing.plan, text=new))


async def _reworded(job: Job, headline: str, language: str) -> str:
    """The headline in another language, where it is still the one that the bot proposed."""
    text = job.briefing.plan.text
    store, about = job.desk.store, panels.subject(text)
    proposed = await propose(store, words_of(text.language), about)
    if headline != proposed.headline:
        return headline
    return (await propose(store, words_of(language), about)).headline


async def write_facts(job: Job) -> Outcome:
    """Keep what was picked on a page of the facts; what the base has no more is dropped."""
    # As they were shown: by now the page may hold others.
    offered = job.given["offered"]
    known = {record.key for record in await _candidates(job)}
    picked = set(job.given["picked"])
    former = job.briefing.plan.text.facts
    kept = [key for key in former if key in known and (key not in offered or key in picked)]
    added = [key for key in offered if key in picked & known and key not in former]
    text = replace(job.briefing.plan.text, facts=(*kept, *added))
    outcome = await _write(job, replace(job.briefing.plan, text=text))
    try:
        panel = await _facts_panel(job.at(outcome.briefing))
    except Undelivered:  # the change is kept, and the outcome says so
        return outcome
    return replace(outcome, shows=replace(panel, alert=outcome.alert))


async def write_channel(job: Job) -> Outcome:
    """Keep the channel that was picked, once both the bot and the moderator may post there."""
    channel_id = int(job.given["picked"][0])
    former = job.briefing.plan.target
    target = Target(channel_id, former.role_id if former else None)
    await _require_access(job, target)
    return await _write_target(job, target)


async def write_role(job: Job) -> Outcome:
    """Keep the role to notify, or none."""
    target = replace(_target(job), role_id=next(map(int, job.given["picked"]), None))
    if target.role_id == job.briefing.server_id:  # Discord's picker has @everyone among the roles
        raise Unfit(job.words("briefing.ui.everyone"), job.words("briefing.ui.everyone.help"))
    if target.role_id:
        await _require_access(job, target)
    return await _write_target(job, target)


async def write_tag(job: Job) -> Outcome:
    """Keep the forum's tag, or none."""
    return await _write_target(
        job, replace(_target(job), tag_id=int(job.given["picked"][0]) or None)
    )


async def turn_publish(job: Job) -> Outcome:
    """Have the post published to the servers that follow the channel, or not."""
    target = _target(job)
    return await _write_target(job, replace(target, publish=not target.publish))


async def write_when(job: Job) -> Outcome:
    """Keep the time that was filled in."""
    given = (job.text("day"), job.text("time"), job.text("zone"))
    when = read_when(job.words, *given, job.now)
    return await _write(job, replace(job.briefing.plan, when=when))


async def _write_target(job: Job, target: Target) -> Outcome:
    outcome = await _write(job, replace(job.briefing.plan, target=target))
    shows = replace(_where_panel(job.at(outcome.briefing)), alert=outcome.alert)
    return replace(outcome, shows=shows)


async def _write(job: Job, plan: Plan) -> Outcome:
    """Keep a changed plan: a draft again, or, where it is posted, an edit of the post."""
    old = job.briefing
    if plan == old.plan and not await _has_failed(job):
        return Outcome(await card(job, job.words("briefing.ui.unchanged")), old)
    what = changes(old.plan, plan)
    if old.status == "posted":
        if (plan.target, plan.when) != (old.plan.target, old.plan.when):
            raise Unfit(job.words("briefing.ui.not-now"), job.words("briefing.ui.not-now.help"))
        await _require_post(job)
        _require_second(job)
        _require_own_remarks(job, plan.text)
        new = await job.state.briefings.amend(old, plan, job.member_id, job.now, what)
        alert = job.words("briefing.ui.amended")
    elif old.status == "cancelled":
        raise Unfit(job.words("briefing.ui.cancelled"), job.words("briefing.ui.cancelled.help"))
    else:
        if old.status == "posting":
            raise Unfit(job.words("briefing.ui.posting"), job.words("briefing.ui.posting.help"))
        # What was corrected meanwhile is still to be looked over.
        is_seen = not (await job.editor.prepare(old)).changed
        edition = await job.editor.edition() if is_seen or not old.edition else old.edition
        new = await job.state.briefings.rewrite(old, plan, edition, job.member_id, job.now, what)
        alert = _rewritten(job, new)
    return await _done(job.at(new), "edited", what, alert)


async def _has_failed(job: Job) -> bool:
    """Whether Discord refused the last edit of the post."""
    if job.briefing.status != "posted":
        return False
    return (await job.state.briefings.steps(_id(job)))[-1].kind == "unedited"


def _rewritten(job: Job, new: Briefing) -> str | None:
    """What a change has brought about besides."""
    old, alerts = job.briefing, list[str]()
    if old.status != "draft":
        alerts.append(job.words("briefing.ui.draft-again"))
    if new.author_id != old.author_id and new.plan.text.remarks:
        alerts.append(job.words("briefing.ui.signs"))
    return " ".join(alerts) or None


def _require_second(job: Job) -> None:
    """Raise Unfit where an author would change alone what a second moderator approved."""
    old = job.briefing
    if job.state.settings.of(old.server_id).approval and job.member_id == old.author_id:
        raise Unfit(
            job.words("briefing.ui.needs-second"), job.words("briefing.ui.needs-second.help")
        )


def _require_own_remarks(job: Job, text: Text) -> None:
    """Raise Unfit where somebody would put remarks under another's name."""
    old = job.briefing
    if text.remarks not in (None, old.plan.text.remarks) and job.member_id != old.author_id:
        person = f"<@{old.author_id}>"
        raise Unfit(
            job.words("briefing.ui.signed"), job.words("briefing.ui.signed.help", person=person)
        )


# ---- Deciding --------------------------------------------------------------------------------


async def submit(job: Job) -> Outcome:
    """Ask for approval, or have it posted when it is due."""
    is_held = job.briefing.status == "waiting" and job.briefing.reason
    if job.briefing.status not in ("draft", "stuck") and not is_held:
        raise Unfit(job.words("briefing.ui.not-now"), job.words("briefing.ui.not-now.help"))
    await _require_ready(job)
    when = job.briefing.plan.when
    # What was held back past its time is posted at once.
    if job.briefing.status == "draft" and when and when.at <= job.now:
        raise Unfit(job.words("briefing.ui.late"), job.words("briefing.ui.late.help"))
    try:
        new = await job.editor.submit(job.briefing, job.member_id, job.now)
    except Unseen:
        return await _to_look_over(job)
    if new.status == "waiting":
        return await _done(job.at(new), "asked", None, _asked(job))
    return await _done(job.at(new), "scheduled", None, _scheduled(job, new))


def _asked(job: Job) -> str:
    channel_id = job.state.settings.of(job.briefing.server_id).log_channel_id
    if channel_id:
        return job.words("briefing.ui.asked.there", channel=f"<#{channel_id}>")
    return job.words("briefing.ui.asked")


def _scheduled(job: Job, briefing: Briefing) -> str:
    if briefing.due_at and briefing.due_at > job.now:
        return job.words("briefing.ui.scheduled", at=panels.moment(briefing.due_at))
    return job.words("briefing.ui.soon")


async def approve(job: Job) -> Outcome:
    """Approve what somebody else wrote."""
    _require_waiting(job)
    await _require_ready(job)
    try:
        new = await job.editor.approve(job.briefing, job.member_id, job.now)
    except OwnBriefing:
        raise Unfit(job.words("briefing.ui.own"), job.words("briefing.ui.own.help")) from None
    except Unseen:
        return await _to_look_over(job)
    return await _done(job.at(new), "approved", None, _scheduled(job, new))


async def _to_look_over(job: Job) -> Outcome:
    """The card, above which stands that its facts changed since somebody looked it over.

    It is noted as looked over once all is there to show it; its version changes, so a button that
    somebody else saw before lets nothing pass.
    """
    edition = await job.editor.edition()
    found = await sheet(job)
    new = await job.state.briefings.look_over(job.briefing, edition, job.now)
    alert = job.words("briefing.ui.unseen")
    panel = panels.card(job.words, job.desk, replace(found, briefing=new), alert=alert)
    return Outcome(panel, new)


async def send_back(job: Job) -> Outcome:
    """Give it back to whoever wrote it, with a remark."""
    _require_waiting(job)
    remark = clean_text(job.text("remark"), LONGEST_REMARKS)
    new = await job.editor.send_back(job.briefing, job.member_id, remark, job.now)
    return await _done(job.at(new), "sent-back", remark, job.words("briefing.ui.sent-back"))


async def take_back(job: Job) -> Outcome:
    """Make it a draft again, whatever it was on the way to."""
    if job.briefing.status not in ("waiting", "ready", "cancelled"):
        raise Unfit(job.words("briefing.ui.not-now"), job.words("briefing.ui.not-now.help"))
    move = job.state.briefings.move
    new = await move(
        job.briefing,
        "draft",
        "unscheduled",
        job.now,
        job.member_id,
        approver_id=None,
        due_at=None,
        reason=None,
    )
    return await _done(job.at(new), "unscheduled", None)


async def cancel(job: Job) -> Outcome:
    """Leave it be."""
    if job.briefing.status in ("posting", "posted", "cancelled"):
        raise Unfit(job.words("briefing.ui.not-now"), job.words("briefing.ui.not-now.help"))
    new = await job.editor.cancel(job.briefing, job.member_id, job.now)
    return await _done(job.at(new), "cancelled", None)


async def ask_delete(job: Job) -> Outcome:
    """Ask whether the post is to be deleted."""
    await _require_post(job)
    rows = (
        [
            Press(job.words("briefing.ui.delete"), "delete", Style.danger),
            Press(job.words("briefing.ui.keep-it"), "open"),
        ],
    )
    notice = Notice(job.words("briefing.ui.delete.ask"), (job.words("briefing.ui.delete.help"),))
    return Outcome(Panel(job.briefing, notice, rows), job.briefing)


async def delete(job: Job) -> Outcome:
    """Delete the post; what is known of the briefing stays."""
    post = await _require_post(job)
    assert post.place, "a post that was sent has its place"
    try:
        await job.interaction.client.messenger.delete(post.place)
    except Refused:
        raise Unfit(
            job.words("briefing.ui.delete.refused"), job.words("briefing.ui.delete.by-hand")
        ) from None
    noted = job.state.briefings.deleted
    await noted(_id(job), post.post_id, post.place, job.member_id, job.now)
    return await _done(job, "deleted", None)


async def _done(job: Job, kind: StepKind, detail: str | None, alert: str | None = None) -> Outcome:
    """What is shown after a step, and the step."""
    step = Step(job.now, job.member_id, kind, detail)
    shows: Shown
    try:
        shows = await card(job, alert)
    except Undelivered as error:  # the step is taken all the same
        log.warning("Discord did not answer", server=job.briefing.server_id, reason=repr(error))
        undrawn = job.words("briefing.ui.undrawn.help", id=_id(job))
        shows = Notice(job.words("briefing.ui.undrawn"), (*filter(None, [alert]), undrawn))
    return Outcome(shows, job.briefing, step, alert)


# ---- What must be so -------------------------------------------------------------------------


def _require_waiting(job: Job) -> None:
    if job.briefing.status != "waiting":
        raise Unfit(job.words("briefing.ui.not-asked"), job.words("briefing.ui.not-asked.help"))


async def _require_ready(job: Job) -> None:
    """Raise Unfit where the briefing cannot be posted as it is."""
    if job.briefing.plan.target is None:
        raise Unfit(job.words("briefing.ui.todo.channel"), job.words("briefing.ui.where.missing"))
    if not (await sheet(job)).composed.facts:
        raise Unfit(job.words("briefing.ui.todo.facts"), job.words("briefing.ui.facts.missing"))
    channel = await _require_access(job, _target(job))
    if isinstance(channel, discord.ForumChannel) and channel.flags.require_tag:
        tag_id = _target(job).tag_id
        if tag_id is None or channel.get_tag(tag_id) is None:
            raise Unfit(job.words("digest.needs-tag"), job.words("briefing.ui.needs-tag.help"))


async def _require_post(job: Job) -> Post:
    """The post of the briefing. Raises Unfit where it is not there."""
    post = await posted(job.state, job.briefing)
    if job.briefing.status != "posted" or post is None or post.status != "sent":
        raise Unfit(job.words("briefing.ui.no-post"), job.words("briefing.ui.no-post.help"))
    return post


async def _require_access(job: Job, target: Target) -> channels.Postable:
    """The channel, where both the bot and the moderator may post; else raise Unfit."""
    guild, words = job.interaction.guild, job.words
    assert guild, "moderators' commands are for servers"
    channel = await channels.find(guild, target.channel_id)
    if isinstance(channel, str):
        there = f"<#{target.channel_id}>"
        raise Unfit(
            words("briefing.ui.where.unusable"), words("briefing.ui.where.see", channel=there)
        )
    channels.require_access(channel, target.role_id, words)
    member = job.interaction.user
    assert isinstance(member, discord.Member), "moderators are members"
    match channels.lacks(member, channel, target.role_id):
        case "channel":
            there = words("briefing.ui.where.yourself.help", channel=channel.mention)
            raise Unfit(words("briefing.ui.where.yourself"), there)
        case "role":
            role = words("briefing.ui.role.yourself.help", role=f"<@&{target.role_id}>")
            raise Unfit(words("briefing.ui.role.yourself"), role)
        case None:
            return channel


def _target(job: Job) -> Target:
    target = job.briefing.plan.target
    if target is None:
        raise Unfit(job.words("briefing.ui.todo.channel"), job.words("briefing.ui.where.missing"))
    return target


def _id(job: Job) -> str:
    return job.briefing.briefing_id


BUTTONS: Mapping[str, Act] = {
    "open": show,
    "text": ask_text,
    "facts": facts,
    "where": where,
    "when": ask_when,
    "publish": turn_publish,
    "preview": preview,
    "history": past,
    "submit": submit,
    "approve": approve,
    "back": ask_remark,
    "draft": take_back,
    "cancel": cancel,
    "remove": ask_delete,
    "delete": delete,
}
"""What each button does."""

MENUS: Mapping[str, Act] = {
    "facts": write_facts,
    "channel": write_channel,
    "role": write_role,
    "tag": write_tag,
}
"""What each menu does."""

FORMS: Mapping[str, Act] = {"text": write_text, "when": write_when, "back": send_back}
"""What each form does once it is filled in."""

AS_FORMS = ("text", "when", "back")
"""Buttons that open a form, which must be the first answer to the press."""
