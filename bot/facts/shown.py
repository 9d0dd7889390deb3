"""What readers are shown of a fact, in every language; its version changes with any of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import ConfigDict, Field

from bot.facts.model import Account, Fact, FactKind, Frozen, Language, When, Withdrawal
from bot.facts.records import FactRecord


class _Shown(Frozen):
    """A value that is kept in the state, and read by later versions of this program."""

    model_config = ConfigDict(extra="ignore")


class ShownName(_Shown):
    """What a thing is called in the base's own language, and in others."""

    label: str
    names: dict[Language, str] = Field(default_factory=dict[Language, str])

    def name(self, language: str) -> str:
        """The name in a language, or in the base's own if none is recorded."""
        return next((name for known, name in self.names.items() if known == language), self.label)


class ShownSource(_Shown):
    """An article as a list of sources shows it, and the paragraphs that are cited."""

    title: str
    short: str | None = None
    author: str | None = None
    publisher: str | None = None
    date: str | None = None
    paragraphs: tuple[int, ...] = ()


class ShownFact(_Shown):
    """A fact's statement, label, notes, names and sources, and its event's date and status.

    Its earlier wordings are left out, and so are the order of events and whatever serves finding.

    A field that is added later needs a default: defaults are left out of the version.
    """

    says: str
    owner: ShownName
    claim: FactKind | None = None
    speaker: ShownName | None = None
    is_open: bool = False
    when: When | None = None
    is_planned: bool = False
    sources: tuple[ShownSource, ...] = ()
    inferred: str | None = None
    caution: str | None = None
    accounts: tuple[Account, ...] = ()
    withdrawn: Withdrawal | None = None

    @property
    def saved(self) -> str:
        """It as JSON, without defaults."""
        return self.model_dump_json(exclude_defaults=True)

    @property
    def version(self) -> str:
        """`v` and 15 hexadecimal digits."""
        return version_of(self.saved)


def version_of(saved: str) -> str:
    """The version of what was saved of a fact."""
    shown = json.dumps(json.loads(saved), sort_keys=True)
    return f"v{hashlib.sha256(shown.encode()).hexdigest()[:15]}"


@dataclass(frozen=True)
class SeenFact:
    """The version of a fact that a reader has seen, and what it showed if that is still known."""

    version: str
    shown: ShownFact | None = None


# ---- Versions up to release 0.2.0 --------------------------------------------------------------


def present_versions(record: FactRecord, shown: ShownFact) -> Mapping[str, ShownFact]:
    """What a fact showed in each version that release 0.2.0 gave it, earlier wordings included.

    Those versions knew neither dates nor names; both are taken to be as they are now.
    """
    fact = record.fact
    said = (fact.says, *(wording.said for wording in fact.was))
    worded = [fact.model_copy(update={"says": says, "withdrawn": None}) for says in said]
    return {
        _version_0_2(each): shown.model_copy(
            update={"says": each.says, "withdrawn": each.withdrawn}
        )
        for each in (*worded, fact)
    }


def _version_0_2(fact: Fact) -> str:
    shown = {
        "id": fact.id,
        "says": fact.says,
        "kind": fact.kind,
        "about": fact.about,
        "by": fact.by,
        "cites": [{"source": cite.source, "paragraph": cite.paragraph} for cite in fact.cites],
        "inferred": fact.inferred,
        "caution": fact.caution,
        "accounts": [
            {"source": each.source, "paragraph": each.paragraph, "says": each.says}
            for each in fact.accounts
        ],
        "added": fact.added.isoformat(),
        "withdrawn": fact.withdrawn and fact.withdrawn.model_dump(mode="json"),
    }
    written = json.dumps(shown, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()[:16]
