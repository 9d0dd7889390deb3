"""Times of day as people type them: `09:00`, `9am`, `9:30 pm`, `9시`, `오후 9시 반`, `午後9時`.

Nothing is guessed: a bare `9` may be morning or evening, so it gives None. `9시` and `9時` are read
on the clock of 24 hours, but from 7 on only: `3시` may as well be the afternoon.
"""

from __future__ import annotations

import re
from datetime import time
from typing import Literal

from bot.parsing.dates import plain_text

_HALVES = "오전|오후|午前|午後"
_PARTS = {
    **dict.fromkeys(("아침", "저녁", "朝", "夕方"), range(4, 12)),
    **dict.fromkeys(("밤", "夜"), range(6, 12)),  # 4 at night is before dawn
}
_SPOKEN = re.compile(
    rf"(?P<half>{_HALVES}|{'|'.join(_PARTS)})?"
    r" ?(?P<hour>\d{1,2}) ?[시時]"
    r"(?: ?(?:(?P<minute>\d{1,2}) ?[분分]|(?P<thirty>[반半])))?",
    re.ASCII,
)
_FORMS = (
    re.compile(r"(?P<hour>\d{1,2}):(?P<minute>\d{2})", re.ASCII),
    re.compile(r"(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))? ?(?P<half>[ap])\.?m\.?", re.ASCII),
    _SPOKEN,
    re.compile(rf"(?P<half>{_HALVES}) ?(?P<hour>\d{{1,2}}):(?P<minute>\d{{2}})", re.ASCII),
)
_AFTERNOON = ("p", "오후", "午後", "저녁", "밤", "夕方", "夜")
_NOON = ("noon", "정오", "正午")
_EITHER_HALF = range(1, 7)  # hours that people say without a half of the day, and mean either


def parse_time(text: str) -> time | Literal["half"] | None:
    """The time of day that a text names, to the minute; None if it is none.

    `half` if it may be morning or afternoon.
    """
    plain = plain_text(text)
    if plain in _NOON:
        return time(12)
    for form in _FORMS:
        if match := form.fullmatch(plain):
            found = _time(match.groupdict())
            is_bare = form is _SPOKEN and not match["half"]
            return "half" if found and is_bare and found.hour in _EITHER_HALF else found
    return None


def _time(parts: dict[str, str | None]) -> time | None:
    hour = int(parts["hour"] or 0)
    minute = 30 if parts.get("thirty") else int(parts["minute"] or 0)
    half = parts.get("half")
    if half and (hour > 12 or hour not in _PARTS.get(half, range(13))):
        return None  # an hour after midnight belongs to two nights
    if half:
        hour = hour % 12 + (12 if half in _AFTERNOON else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None
