"""A question in plain words as it was understood: its kind and its terms."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.matching.question_kinds import QuestionKind, kind_of
from bot.matching.question_terms import TermReader, Terms, plain_text
from bot.matching.vocabulary import Vocabulary

# Words for what became of something: articles seldom tell what came after them.
_LATER = re.compile(
    r"\b(?:now|nowadays|today|currently|still|anymore|yet|since then|ever since|later|afterwards?"
    r"|eventually|finally|in the end|end(?:ed)? up|so far|replaced|successor|succeeded|latest"
    r"|outcome|what happened (?:after|to)|who (?:is|was|became|came|comes|will be)\b.* after"
    r"|next (?:president|prime minister|leader|advis[eo]r|minister))\b"
    r"|아직|지금|요즘|현재|결국|그 ?후|그 ?뒤|이후로|나중|후임|최근|다음 ?(?:대통령|총리)"
    r"|今も|まだ|現在|その後|結局|最近|後任|最終的|次の(?:大統領|首相|総理)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Asked:
    """A question as it was understood; `repaired` pairs each typo with the word taken for it.

    `is_later` says that it asks what became of something.
    """

    text: str
    plain: str
    kind: QuestionKind
    terms: Terms
    is_later: bool
    repaired: tuple[tuple[str, str], ...] = ()


def understand(text: str, reader: TermReader, vocabulary: Vocabulary) -> Asked:
    """Read a question, with its typos repaired."""
    plain = plain_text(text)
    repaired = vocabulary.repairs(plain.split())
    mended = " ".join(repaired.get(word, word) for word in plain.split())
    return Asked(
        text=text,
        plain=mended,
        kind=kind_of(text),
        terms=reader.read(mended),
        is_later=bool(_LATER.search(text)),
        repaired=tuple(repaired.items()),
    )
