"""A question in plain words as it was understood: its kind and its terms."""

from __future__ import annotations

from dataclasses import dataclass

from bot.matching.question_kinds import QuestionKind, kind_of
from bot.matching.question_terms import TermReader, Terms, plain_text
from bot.matching.vocabulary import Vocabulary


@dataclass(frozen=True)
class Asked:
    """A question as it was understood; `repaired` pairs each typo with the word taken for it."""

    text: str
    plain: str
    kind: QuestionKind
    terms: Terms
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
        repaired=tuple(repaired.items()),
    )
