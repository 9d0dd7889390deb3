"""A question in plain words as it was understood: its kind and its terms."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from bot.matching.question_kinds import QuestionKind, kind_of
from bot.matching.question_orders import Order, order_in
from bot.matching.question_terms import TermReader, Terms, plain_text
from bot.matching.term_weights import TermWeights
from bot.matching.vocabulary import Vocabulary

# Words for what became of something: articles seldom tell what came after them.
_LATER = re.compile(
    r"\b(?:(?<!until )now|nowadays|today|currently|still|anymore|yet|since then|ever since|later"
    r"|afterwards?|eventually|in the end|end(?:ed)? up|so far|replaced|successor|succeeded"
    r"|outcome|what happened after|who (?:is|was|became|came|comes|will be)\b.* after"
    r"|next (?:president|prime minister|leader|advis[eo]r|minister))\b"
    r"|아직|지금|요즘|현재|그 ?후|그 ?뒤|이후로|나중|후임|다음 ?(?:대통령|총리)"
    r"|今も|まだ|現在|その後|後任|最終的|次の(?:大統領|首相|総理)",
    re.IGNORECASE,
)

_PAIR = re.compile("[가-힣一-鿿]{2}")
_LAST = frozenset({"last", "latest", "recent", "마지", "지막", "최근", "最後", "最新", "直近"})
_SENTENCE_ENDS = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n+")
_ASKS = re.compile(
    r"[?？]$"
    r"|^(?:(?:and|but|so|ok|okay|wait|hey|then)\W+)*(?:who|whom|whose|what|which|when|where|why|how"
    r"|is|are|was|were|did|does|do|has|have|had|can|could|will|would)(?:'?s)?\b"
    r"|누가|누구|언제|어디|왜|뭐|무엇|(?:나요|니까|는가|을까)$|誰|いつ|どこ|なぜ|か$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Asked:
    """A question as it was understood; `repaired` pairs each typo with the word taken for it.

    `is_later` says that it asks what became of something, and `order` which event of a series it
    means.
    """

    text: str
    plain: str
    kind: QuestionKind
    terms: Terms
    is_later: bool
    order: Order | None
    repaired: tuple[tuple[str, str], ...] = ()


def understand(
    text: str, reader: TermReader, vocabulary: Vocabulary, weights: TermWeights
) -> Asked:
    """Read a question, with its typos repaired, as terms of a base with these weights."""
    plain = plain_text(text)
    repaired = vocabulary.repairs(plain.split())
    order = order_in(text)
    mended = " ".join(repaired.get(word, word) for word in plain.split())
    return Asked(
        text=text,
        plain=mended,
        kind=kind_of(text),
        terms=_that_matter(reader.read(mended), order, weights),
        is_later=bool(_LATER.search(text)),
        order=order,
        repaired=tuple(repaired.items()),
    )


def _that_matter(terms: Terms, order: Order | None, weights: TermWeights) -> Terms:
    """The terms without endings of known words, and without the word for the last of a series.

    An ending is an unknown pair of letters next to a known one. The last event is found by its
    date; others say "last" by accident.
    """
    known = [word for word in terms.words if weights.knows(word) and _PAIR.fullmatch(word)]
    begins, ends = {pair[0] for pair in known}, {pair[1] for pair in known}

    def matters(word: str) -> bool:
        if order == "last" and word in _LAST:
            return False
        is_next_to_known = word[0] in ends or word[-1] in begins
        return weights.knows(word) or not (is_next_to_known and _PAIR.fullmatch(word))

    return replace(terms, words=tuple(filter(matters, terms.words)))


def question_in(message: str) -> str | None:
    """The last sentence of a message that asks something; None if none does."""
    sentences = (sentence.strip() for sentence in _SENTENCE_ENDS.split(message))
    return next((each for each in reversed([*sentences]) if _ASKS.search(each)), None)
