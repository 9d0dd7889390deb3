"""What a correction shows of a fact besides its statement: old and new, side by side."""

from __future__ import annotations

from typing import Any

import pytest

from bot.answers.changed_parts import changed_parts
from bot.facts.model import Account
from bot.facts.shown import ShownFact, ShownName
from bot.texts.catalogues import words_in

PIER = ShownName(label="Pier")


def account(says: str) -> Account:
    """What one article says where articles differ."""
    return Account(source="ferry-report", paragraph=5, says=says)


@pytest.mark.parametrize(
    ("before", "now", "shown"),
    [
        ({}, {}, []),
        ({}, {"caution": "Not a plan."}, ["Caution: none → Not a plan."]),
        (
            {"accounts": (account("Forty."), account("Fifty."))},
            {"accounts": (account("Forty."), account("Sixty."))},
            ["Sources differ: Forty. / Fifty. → Forty. / Sixty."],
        ),
        (
            {"claim": "opinion"},
            {"claim": "plan"},
            ["Label: Opinion in the article → Plan, according to the article"],
        ),
        (
            {"claim": "plan", "speaker": ShownName(label="Greta Holm")},
            {"is_open": True},
            ["Label: Plan, Greta Holm → Not established"],
        ),
    ],
)
def test_each_part_that_changed_is_shown_as_it_was_and_as_it_is(
    before: dict[str, Any], now: dict[str, Any], shown: list[str]
) -> None:
    old, new = (ShownFact(says="It is closed.", owner=PIER, **each) for each in (before, now))
    found = changed_parts(words_in("en"), old, new)
    assert [f"{line.label}: {line.text}" for line in found] == shown
