"""The audit log of a briefing in words: who did what, when, and what it changed."""

from __future__ import annotations

from collections.abc import Iterator

from discord.utils import format_dt

from bot.cards.limits import TEXT, shorten
from bot.state.audit_log import AuditEntry
from bot.state.briefing_plan import FieldValue
from bot.state.briefing_record import Briefing
from bot.texts.catalogues import Words
from bot.ui.components.markdown import escape
from bot.ui.components.mentions import Mentions

_SHOWN = 150  # characters of an earlier or later wording
_HISTORY = TEXT - 300  # characters of a history; the rest is for its title


def history(
    mentions: Mentions, briefing: Briefing, audit_log: tuple[AuditEntry, ...]
) -> tuple[str, ...]:
    """The entries as markdown, latest first; the earliest are only counted if they do not fit."""
    words = mentions.words
    lines: list[str] = []
    left = _HISTORY
    for entry in reversed(audit_log):
        line = f"{format_dt(entry.at, 'f')} · {sentence(mentions, briefing, entry)}"
        left -= len(line) + 1
        if left < 0:
            lines.append(words.count("briefing.step.earlier", len(audit_log) - len(lines)))
            break
        lines.append(line)
    return tuple(lines)


def log_line(words: Words, briefing: Briefing, entry: AuditEntry) -> str:
    """An entry as one line for the log channel, without its time."""
    name = f"**{escape(shorten(briefing.plan.text.headline, _SHOWN))}**"
    headline = words("typography.bracketed", text=name, remark=f"`{briefing.briefing_id}`")
    return f"{sentence(Mentions(words), briefing, entry)} · {headline}"


def changed_ids(audit_log: tuple[AuditEntry, ...], field: str) -> Iterator[int]:
    """The ids of channels or roles that a briefing had at some time."""
    for entry in audit_log:
        for value in (entry.changes or {}).get(field, ()):
            if isinstance(value, int):
                yield value


def sentence(mentions: Mentions, briefing: Briefing, entry: AuditEntry) -> str:
    """Who did what, and what it changed, as markdown."""
    words = mentions.words
    person = f"<@{entry.member_id}>" if entry.member_id else "Factdesk"
    said = words(f"briefing.step.{entry.kind}", person=person)
    details = list(_details(mentions, briefing, entry))
    if not details:
        return said
    return words("typography.labelled", label=said, text=words.series(details))


def _details(mentions: Mentions, briefing: Briefing, entry: AuditEntry) -> Iterator[str]:
    words = mentions.words
    for field, (old, new) in (entry.changes or {}).items():
        yield _change(mentions, field, old, new)
    if not entry.detail:
        return
    match entry.kind:
        case "posted":
            channel_id = int(entry.detail.partition("/")[0])
            link = f"https://discord.com/channels/{briefing.server_id}/{entry.detail}"
            yield mentions.channel(channel_id) if channel_id in mentions.gone else link
        case "sent-back":
            yield words("typography.quoted", text=escape(entry.detail))
        case "blocked" | "review":
            yield reason(words, entry.detail)
        case "corrected":
            yield settled(words, entry.detail)
        case "uncorrected":
            yield words(f"correction.problem.{entry.detail}")
        case "unedited":
            yield words("briefing.unedited")
        case _:
            yield escape(entry.detail)


def _change(mentions: Mentions, field: str, old: FieldValue, new: FieldValue) -> str:
    words = mentions.words
    name = words(f"briefing.step.field.{field}")
    if isinstance(old, list) and isinstance(new, list):  # of facts
        facts = [*(f"− `{key}`" for key in old), *(f"+ `{key}`" for key in new)]
        return f"{name} {words.series(facts)}"
    return f"{name} {_value(mentions, field, old)} → {_value(mentions, field, new)}"


def _value(mentions: Mentions, field: str, value: FieldValue) -> str:
    words = mentions.words
    if value is None:
        return words("briefing.step.none")
    match field:
        case "channel" if isinstance(value, int):
            return mentions.channel(value)
        case "role" if isinstance(value, int):
            return mentions.role(value)
        case "publish":
            return words("briefing.step.yes" if value else "briefing.step.no")
        case "language":
            return words(f"settings.language.{value}")
        case "headline" | "remarks":
            one_line = " ".join(str(value).split())
            return words("typography.quoted", text=escape(shorten(one_line, _SHOWN)))
        case _:
            return escape(str(value))


PROBLEMS = (
    "no-channel", "no-access", "no-permission", "archived", "no-tag", "no-role", "refused",
    "unknown", "late", "changed", "unapproved", "unattended",
)  # fmt: skip
"""Every reason why a briefing was not posted that has its own text."""


def reason(words: Words, problem: str) -> str:
    """Why a briefing was not posted, and what to do about it."""
    known = problem if problem in PROBLEMS else "refused"
    return words(f"briefing.problem.{known}")


def settled(words: Words, settlement: str) -> str:
    """How a correction was settled."""
    return words(f"correction.settled.{settlement}")


def warning(words: Words, briefing: Briefing, problem: str, server: str) -> str:
    """The message to moderators that a briefing was not posted, as markdown."""
    headline = escape(shorten(briefing.plan.text.headline, _SHOWN))
    said = words(
        "briefing.problem.held", headline=f"**{headline}**", server=f"**{escape(server)}**"
    )
    again = words("briefing.problem.see", id=briefing.briefing_id)
    return f"{said} {reason(words, problem)} {again}"
