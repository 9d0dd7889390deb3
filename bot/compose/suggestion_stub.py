"""An accepted suggestion as a stub of a fact: YAML for a curator to paste and complete.

What the member wrote appears only in comments, never as a citation: a fact needs an article and a
paragraph, and only a curator has read these.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from textwrap import wrap

from bot.facts.load import Base
from bot.parsing.typed_text import clean_text
from bot.state.suggestions import Suggestion

_WIDTH = 98  # characters of a comment line after its `# `
_LONGEST = 1_000  # characters of a line that a member wrote
_NOTHING = "something that the base lacks"


def stub(suggestion: Suggestion, base: Base, added: date) -> str:
    """The stub of a fact, to be pasted into a list of `facts:`, with the suggestion as comments.

    `added` is the day on which the fact is to enter the base.
    """
    comments = "\n".join(f"# {line}" for line in _comments(suggestion, base))
    return f"""{comments}
- id:
  says:
  kind:
  cites: [{{source: , paragraph: }}]
  added: {added}
"""


def _comments(suggestion: Suggestion, base: Base) -> Iterator[str]:
    """What was suggested; no line has a character that could end a comment."""
    made = suggestion.made_at.date()
    about = _about(suggestion.thing, base)
    yield f"Suggestion {suggestion.suggestion_id} of {made}, about {about}"
    yield f"From server {suggestion.server_id}"
    if wording := _wording(suggestion.thing, base):
        yield from _lines("The fact says:", wording)
    if suggestion.source:
        yield from _lines("It says:", suggestion.text)
        yield from _lines("Source:", suggestion.source)
    else:
        yield from _lines("A question that no fact answered:", suggestion.text)
    if file := base.files.get(_owner(suggestion.thing)):
        yield file.path


def _about(thing: str | None, base: Base) -> str:
    if thing is None:
        return _NOTHING
    kinds = {named.id: kind for kind, named in base.things()}
    return f"{clean_text(thing)} ({kinds.get(_owner(thing), 'not in the base any more')})"


def _owner(thing: str | None) -> str:
    """The id of the thing that a suggestion is about, or that owns the fact it is about."""
    return (thing or "").partition("/")[0]


def _wording(thing: str | None, base: Base) -> str | None:
    """What the fact that a suggestion is about says now."""
    said = (fact.says for owner, _, fact in base.facts() if f"{owner}/{fact.id}" == thing)
    return next(said, None)


def _lines(lead: str, text: str) -> Iterator[str]:
    """A text after its lead, on one line if it fits, or in lines below the lead."""
    # YAML knows further line breaks, each of which would end a comment: none is left.
    cleaned = (clean_text(line, _LONGEST) for line in text.splitlines())
    lines = [part for line in cleaned for part in wrap(line, _WIDTH - 2, break_long_words=False)]
    if len(lines) == 1 and len(lead) + len(lines[0]) < _WIDTH:
        yield f"{lead} {lines[0]}"
        return
    yield lead
    yield from (f"  {line}" for line in lines)
