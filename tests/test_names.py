"""Names in text: titles around them, mentions in running text, and names that no article has."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers.lifecycle import open_service
from bot.cards.card import Question
from bot.cards.plain import plain
from bot.facts.load import Base, Folders, load
from bot.matching.mention_finder import MentionFinder
from bot.matching.normalize import LONGEST, normalize, normalized_words
from bot.matching.titles import split_title
from bot.texts.catalogues import words_in
from tests.small_base import write_small_base

ROOT = Path(__file__).parent.parent


@given(st.text("a2+.' -", max_size=250))
def test_a_long_text_is_normalized_piece_by_piece(text: str) -> None:
    pieces = [normalize(part) for piece in text.split() for part in _pieces(piece)]
    assert normalized_words(text) == " ".join(pieces).split()


def _pieces(text: str) -> list[str]:
    return [text[start : start + LONGEST] for start in range(0, len(text), LONGEST)]


@pytest.mark.parametrize(
    ("typed", "name", "title"),
    [
        ("Mr Kishida", "kishida", "mr"),
        ("Pres. Yoon", "yoon", "pres"),
        ("prime minister kishida", "kishida", "prime minister"),
        ("kishida-san", "kishida", "san"),
        ("US government", "us", "government"),
        ("岸田氏", "岸田", "氏"),
        ("岸田さんは", "岸田", "さん"),
        ("金総書記", "金", "総書記"),
        ("文前大統領", "文", "大統領"),
        ("日本政府は", "日本", "政府"),
        ("김성한 실장", "김성한", "실장"),
        ("문재인 전 대통령", "문재인", "대통령"),
        ("윤 대통령은", "윤", "대통령"),
        ("미국 정부", "미국", "정부"),
        ("한국은", "한국", ""),
        ("日本は", "日本", ""),
        ("former adviser", "former adviser", ""),
        ("president of china", "president of china", ""),
        ("president", "president", ""),
        ("susan", "susan", ""),
        ("대통령", "대통령", ""),
    ],
)
def test_a_title_or_a_particle_is_no_part_of_a_name(typed: str, name: str, title: str) -> None:
    assert split_title(normalize(typed)) == (name, title)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("what about thaad?", True),
        ("THAAD는 뭐야?", True),
        ("THAADの配備", True),
        ("사드배치는요", True),
        ("반사드림", False),
        ("thaads", False),
        ("tha ad", False),
    ],
)
def test_a_name_is_found_whole_and_in_any_case(text: str, named: bool) -> None:
    finder = MentionFinder([("thaad", ["thaad", "사드"])], any_case=True)

    assert bool(finder.named(text)) is named


@pytest.fixture(scope="module")
def shipped() -> Base:
    base, _ = load(Folders(ROOT / "facts", ROOT / "seeds"))
    assert base
    return base


def test_nothing_in_the_base_is_listed_as_absent(shipped: Base) -> None:
    finder = MentionFinder(
        (key, [*map(normalize, name.forms)]) for key, name in shipped.absent.names.items()
    )
    said = [text for _, _, fact in shipped.facts() for text in (fact.says, fact.caution or "")]

    assert {text: finder.named(text) for text in said if finder.named(text)} == {}
    assert len(shipped.absent.names) >= 60


async def test_an_absent_name_is_said_to_be_absent(tmp_path: Path) -> None:
    service = await open_service(write_small_base(tmp_path), tmp_path / "var")
    answers = {
        "eastport": "en",
        "the ferry to Eastport and the old pier": "en",
        "이스트포트는": "ko",
        "イーストポートの": "ja",
    }
    cards = [
        await service.answer(Question("event", {"name": text}), language)
        for text, language in answers.items()
    ]
    await service.store.close()

    assert [card.title for card in cards] == [
        "The articles do not mention Eastport.",
        "The articles do not mention Eastport and Old Pier.",
        "기사에는 이스트포트 관련 언급이 없습니다.",
        "記事には「イーストポート」への言及がありません。",
    ]
    assert [action.question for action in cards[0].actions] == [Question("about")]
    assert [card.unanswered for card in cards] == [*answers]
    assert "What the articles cover" in plain(service.page(cards[0]), words_in("en"))
