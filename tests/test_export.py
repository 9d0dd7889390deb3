"""A briefing as a Markdown file."""

from __future__ import annotations

from bot.cards.card import Card, Line, Question, Section
from bot.cards.pages import page
from bot.compose.export import markdown
from bot.texts.catalogues import words_in

EN = words_in("en")


def test_lists_are_lists_and_other_lines_paragraphs() -> None:
    told = Section(
        (Line("They met.", notes=(Line("In Seoul."),)), Line("They sign.", label="A plan")), "Known"
    )
    remarks = Section((Line("I was there."), Line("It *rained*.")), "Remarks", listed=False)
    card = Card(Question("about"), "en", "The pier", found=True, sections=(told, remarks))
    assert (
        markdown(page(card, {}, EN), EN, ["Made on 1 December."])
        == """\
# The pier

## Known

- They met.
  - In Seoul.
- *A plan*: They sign.

## Remarks

I was there.

It \\*rained\\*.

Made on 1 December.
"""
    )
