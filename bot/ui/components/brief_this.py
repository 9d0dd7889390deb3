"""**Brief this** below a private answer: its custom id holds the question.

The button that acts on it is `BriefButton` in `ui/briefings/from_answer.py`.
"""

from __future__ import annotations

from bot.answers.service import AnswerService
from bot.cards.card import Question
from bot.cards.limits import CUSTOM_ID
from bot.texts.catalogues import Words
from bot.ui.components import custom_ids, payload
from bot.ui.components.payload import Component

PREFIX = "B:"


def row(words: Words, service: AnswerService, question: Question) -> Component | None:
    """The row with the button; None if the question is too long for one."""
    custom_id = f"{PREFIX}{custom_ids.encode(question, service)}"
    if len(custom_id) > CUSTOM_ID:
        return None
    return payload.row([payload.button(words("briefing.ui.brief"), custom_id)])
