"""Words in texts without spaces: the whole text is searched, and a number is not cut."""

from __future__ import annotations

import pytest

from bot.matching.wide_texts import WideTexts

TEXTS = WideTexts(
    {"2023년3월": [1, 2], "13월": [3], "東京首脳会談": [4], "首脳": [5], "3월3일": [6]}
)


@pytest.mark.parametrize(
    ("word", "first", "found"),
    [
        ("3월", False, {1, 2, 6}),
        ("3일", False, {6}),
        ("首脳", False, {4, 5}),
        ("首脳", True, {5}),
        ("東京首脳会談首脳", False, set[int]()),
        ("東", True, {4}),
        ("談", True, set[int]()),
        ("1", True, {3}),
    ],
)
def test_a_word_is_found_anywhere_or_at_the_beginning(
    word: str, first: bool, found: set[int]
) -> None:
    assert TEXTS.with_word(word, first=first) == found


def test_no_texts_have_no_word() -> None:
    assert WideTexts({}).with_word("東京") == set()
