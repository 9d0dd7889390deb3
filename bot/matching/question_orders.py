"""Which place in a series a question asks for: the first, the last, the one before, the next."""

from __future__ import annotations

import re
from typing import Literal

Order = Literal["first", "last", "previous", "next"]

# The first that fits counts: "the last one before 2023" asks for a previous one.
_SIGNS: tuple[tuple[Order, str], ...] = (
    (
        "previous",
        r"\bprevious|\bpreceding\b|\bprior\b|\b(?:one|time|meeting|round|talks?|summit) before\b"
        r"|\blast\b.* before\b|\bbefore\b.* last\b|\bbefore [12]\d{3}\b|[12]\d{3}年(?:より前|以前)"
        r"|이전|직전|지난번|전번|전에.* 마지막|마지막.* 전에|前回|直前|(?:一つ|ひとつ|その)前",
    ),
    ("next", r"\bnext\b|\bfollowing\b|\bupcoming\b|\bsubsequent|다음|차기|次回|次の"),
    (
        "first",
        r"\b(?:first|1st|inaugural|earliest)\b(?! place)(?!.*\b(?:in \w+ years|since)\b)"
        r"|첫|최초|처음|제?1(?:차|회)|初(?!めまして)|最初|第[1一]回",
    ),
    (
        "last",
        r"(?:^|\b(?:the|most|their) (?:very )?)(?:last|latest|recent)\b|\blast time\b"
        r"|마지막|최근|最後|直近|最新",
    ),
)
_PATTERNS: list[tuple[Order, re.Pattern[str]]] = [
    (order, re.compile(signs, re.IGNORECASE)) for order, signs in _SIGNS
]


def order_in(question: str) -> Order | None:
    """The place in a series that a question asks for."""
    return next((order for order, signs in _PATTERNS if signs.search(question)), None)
