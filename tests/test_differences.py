"""What differs between two wordings of a card, and what a briefing said before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from bot.cards.card import Card, Line, Question, Section
from bot.compose.differences import changed_lines
from bot.facts.model import Citation
from bot.state.audit_log import AuditEntry
from bot.state.briefing_plan import BriefingPlan, BriefingText, plan_changes
from bot.state.briefing_record import Briefing
from bot.state.digests import Target
from bot.state.earlier_text import earlier_text
from bot.texts.catalogues import words_in
from bot.ui.briefings.changes import changes

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def card(*lines: str, source: str = "a") -> Card:
    """A card with a line for each text, each cited."""
    cite = Citation(source=source, paragraph=1)
    section = Section(tuple(Line(text, (cite,)) for text in lines), heading="Known")
    return Card(Question("about"), "en", "Title", found=True, sections=(section,))


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        (["It was signed."], ["It was signed."], []),
        (["It was signed."], ["It was renewed."], ["- It was ~~signed~~ **renewed**."]),
        (["One."], ["One.", "Two came."], ["- **Two came.**"]),
        (["One.", "Two came."], ["One."], ["- ~~Two came.~~"]),
        (["両国は合意した。"], ["両国は署名した。"], ["- 両国は~~合意~~ **署名**した。"]),
        (["3월에 만났다."], ["4월에 만났다."], ["- ~~3월에~~ **4월에** 만났다."]),
    ],
)
def test_words_are_struck_through_and_bold(
    old: Sequence[str], new: Sequence[str], shown: Sequence[str]
) -> None:
    found = changes(words_in("en"), changed_lines(card(*old), card(*new, source="b")))
    assert list(found) == shown


def test_what_there_is_no_room_for_is_counted() -> None:
    found = changes(words_in("en"), changed_lines(card(), card(*["x" * 900] * 6)))
    assert found[-1] == "2 more lines changed."
    assert len(found) == 5


def test_the_text_before_is_worked_out_from_the_log() -> None:
    first = BriefingText("gsomia", None, None, "en", "First", ("a/1", "a/2"), "Mine")
    second = BriefingText("gsomia", None, None, "ko", "Second", ("a/1", "a/3"))
    log = [
        AuditEntry(NOW, 1, "began"),
        AuditEntry(NOW, 1, "asked"),
        AuditEntry(NOW, 2, "sent-back", "why?"),
        AuditEntry(
            NOW, 1, "edited", changes=plan_changes(BriefingPlan(first), BriefingPlan(second))
        ),
        AuditEntry(NOW, 1, "asked"),
    ]
    briefing = Briefing("1", 7, 4, "waiting", BriefingPlan(second), 1, 1, None, NOW)
    before = earlier_text(briefing, log)
    assert before == first
    assert earlier_text(briefing, log[:2]) is None


def test_where_a_briefing_is_to_be_posted_is_compared_with_nowhere() -> None:
    text = BriefingText("gsomia", None, None, "en", "First", ("a/1",))
    changed = plan_changes(BriefingPlan(text), BriefingPlan(text, target=Target(10, publish=True)))
    assert changed == {"channel": (None, 10), "publish": (False, True)}
