"""Discord's limits on what a message may hold, and our own on what a phone shows well.

Discord's numbers are from its developer documentation (August 2026).
"""

TEXT = 4_000
"""Characters in all text parts of one Components V2 message."""

ALT_TEXT = 1_024
"""Characters in the description of a picture."""

BUTTON_LABEL = 80
BUTTONS_IN_ROW = 5
CUSTOM_ID = 100
CHOICES = 25
CHOICE_LABEL = 100
THREAD_TITLE = 100
FORM_TEXT = 45
"""Characters of a form's title, and of a field's label."""

OVERVIEW = 700
"""Characters on the overview of a thing: with its sources and buttons, a screen and a half."""

PICTURE = 400
"""Characters that take as much of a phone's screen as a picture does."""

FIRST_PAGE = 830
"""Characters of body on a card's first page: what a phone shows without much scrolling."""

ONLY_PAGE = 2_800
"""Characters of body on the page of a part or a one-page card: its sources still fit a message."""

DIGEST = 1_600
"""Characters of a digest: what people read over a coffee, its sources included."""

FURTHER_PAGE = 1_600
"""Characters of body on the pages after the first."""

MOST_PAGES = 6
"""Pages of a card with parts: few read on, and other cards have what is left out."""


def shorten(text: str, limit: int) -> str:
    """The text, cut at `limit` characters with an ellipsis if it is longer."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
