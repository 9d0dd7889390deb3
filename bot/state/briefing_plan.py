"""What a briefing says, where and when it is posted, and how that is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypedDict

from sqlalchemy import RowMapping

from bot.state.digests import Target

FieldValue = str | int | bool | list[str] | None
PlanChanges = Mapping[str, tuple[FieldValue, FieldValue]]
"""The values before and after of each field that was changed; of `facts`, those removed and added.

The fields are headline, remarks, language, facts, channel, role, publish, tag and when.
"""


@dataclass(frozen=True)
class PostingTime:
    """A time that a moderator entered: local time, time zone, and the instant they give."""

    wall: datetime
    zone: str
    at: datetime

    @property
    def typed(self) -> str:
        """The local time as forms show it."""
        return f"{self.wall:%Y-%m-%d %H:%M}"


@dataclass(frozen=True)
class BriefingText:
    """What a briefing says: its subject (a thing, or else a period), facts by key, remarks."""

    thing: str | None
    first: date | None
    last: date | None
    language: str
    headline: str
    facts: tuple[str, ...]
    remarks: str | None = None


@dataclass(frozen=True)
class BriefingPlan:
    """What is posted, where and when. Without `when`, it is posted as soon as it is ready."""

    text: BriefingText
    target: Target | None = None
    when: PostingTime | None = None


def plan_changes(old: BriefingPlan, new: BriefingPlan) -> PlanChanges:
    """What differs between two plans."""
    before, after = _fields(old), _fields(new)
    changes = {name: (before[name], after[name]) for name in after if before[name] != after[name]}
    removed = [key for key in old.text.facts if key not in new.text.facts]
    added = [key for key in new.text.facts if key not in old.text.facts]
    return changes | {"facts": (removed, added)} if "facts" in changes else changes


def _fields(plan: BriefingPlan) -> dict[str, FieldValue]:
    target, when = plan.target, plan.when
    return {
        "headline": plan.text.headline,
        "remarks": plan.text.remarks,
        "language": plan.text.language,
        "facts": list(plan.text.facts),
        "channel": target.channel_id if target else None,
        "role": target.role_id if target else None,
        "publish": target.publish if target else False,
        "tag": target.tag_id if target else None,
        "when": f"{when.typed} {when.zone}" if when else None,
    }


class TextColumn(TypedDict):
    """What a text says, as JSON. Its subject is left out: it never changes."""

    headline: str
    facts: list[str]
    remarks: str | None
    language: str


def text_column(text: BriefingText) -> TextColumn:
    """What a text says."""
    return {
        "headline": text.headline,
        "facts": list(text.facts),
        "remarks": text.remarks,
        "language": text.language,
    }


def text_from(column: TextColumn, present: BriefingText) -> BriefingText:
    """The text in a column, on the subject of the present one."""
    return replace(
        present,
        headline=column["headline"],
        facts=tuple(column["facts"]),
        remarks=column["remarks"],
        language=column["language"],
    )


def plan_columns(plan: BriefingPlan) -> dict[str, object]:
    """The columns of table `briefing` that hold a plan."""
    text, target, when = plan.text, plan.target, plan.when
    return {
        "thing": text.thing,
        "first": text.first,
        "last": text.last,
        "language": text.language,
        "headline": text.headline,
        "facts": text.facts,
        "remarks": text.remarks,
        "channel_id": target.channel_id if target else None,
        "role_id": target.role_id if target else None,
        "publish": target.publish if target else False,
        "tag_id": target.tag_id if target else None,
        "wall": when.wall.isoformat(timespec="minutes") if when else None,
        "zone": when.zone if when else None,
        "wall_at": when.at if when else None,
    }


def plan_from(row: RowMapping) -> BriefingPlan:
    """The plan in a row of table `briefing`."""
    text = BriefingText(
        thing=row["thing"],
        first=row["first"],
        last=row["last"],
        language=row["language"],
        headline=row["headline"],
        facts=row["facts"],
        remarks=row["remarks"],
    )
    target = (
        Target(row["channel_id"], row["role_id"], row["publish"], row["tag_id"])
        if row["channel_id"]
        else None
    )
    when = (
        PostingTime(datetime.fromisoformat(row["wall"]), row["zone"], row["wall_at"])
        if row["wall"]
        else None
    )
    return BriefingPlan(text, target, when)
