"""Dates: no more precise than they were given, in files, in words and in questions."""

from __future__ import annotations

from datetime import date, timedelta
from time import process_time, struct_time
from typing import Any, cast

import edtf
import pytest
from edtf.parser import EDTFObject
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cards.wording import dated_words, day_words, span_words
from bot.facts.dates import FORMS, DateFault, Precision, parse_date
from bot.facts.model import When
from bot.facts.records import Dated
from bot.parsing.dates import parse_period
from bot.texts.catalogues import LANGUAGES, words_in


@pytest.mark.parametrize(
    ("text", "precision", "first", "last"),
    [
        ("2023-03-16", "day", "2023-03-16", "2023-03-16"),
        ("2024-02-29", "day", "2024-02-29", "2024-02-29"),
        ("2023-03", "month", "2023-03-01", "2023-03-31"),
        ("2023-02", "month", "2023-02-01", "2023-02-28"),
        ("2023-21", "season", "2023-03-01", "2023-05-31"),
        ("2019-22", "season", "2019-06-01", "2019-08-31"),
        ("2019-23", "season", "2019-09-01", "2019-11-30"),
        ("2019-24", "season", "2019-12-01", "2020-02-29"),
        ("2023", "year", "2023-01-01", "2023-12-31"),
        ("0001", "year", "0001-01-01", "0001-12-31"),
        ("202X", "decade", "2020-01-01", "2029-12-31"),
        ("19XX", "century", "1900-01-01", "1999-12-31"),
        ("2023-03~", "month", "2023-03-01", "2023-03-31"),
        ("2023-03-16/2023-03-17", "day", "2023-03-16", "2023-03-17"),
        ("2022-03/2023", "month", "2022-03-01", "2023-12-31"),
        ("2023-03-16/2023-03", "day", "2023-03-16", "2023-03-31"),
        ("1910/1945", "year", "1910-01-01", "1945-12-31"),
        ("2018-21/2019-22", "season", "2018-03-01", "2019-08-31"),
        ("201X/202X", "decade", "2010-01-01", "2029-12-31"),
        ("2022/..", "year", "2022-01-01", "9999-12-31"),
        ("../2022-03", "month", "0001-01-01", "2022-03-31"),
    ],
)
def test_a_date_covers_the_days_that_it_may_mean(
    text: str, precision: Precision, first: str, last: str
) -> None:
    span = parse_date(text)
    assert span.precision == precision
    assert date.fromordinal(span.first).isoformat() == first
    assert date.fromordinal(span.last).isoformat() == last


def test_every_form_that_a_fault_names_can_be_written() -> None:
    for form in FORMS.replace(" (spring)", "").split(", "):
        assert parse_date(form).first <= parse_date(form).last


@pytest.mark.parametrize(
    ("text", "approximate", "uncertain"),
    [
        ("2023-03-16", False, False),
        ("2023-03~", True, False),
        ("2023-03-16?", False, True),
        ("2023%", True, True),
        ("2022~/2023", True, False),
        ("2022/2023-04?", False, True),
        ("2022~/..", True, False),
        ("../2023%", True, True),
    ],
)
def test_what_is_approximate_or_uncertain_stays_so(
    text: str, approximate: bool, uncertain: bool
) -> None:
    span = parse_date(text)
    assert (span.approximate, span.uncertain) == (approximate, uncertain)


@pytest.mark.parametrize(
    ("text", "is_interval", "is_day"),
    [
        ("2023-03-16", False, True),
        ("2023-03-16?", False, True),
        ("2023-03", False, False),
        ("2023/2023", False, False),
        ("2023-03-16/2023-03-17", True, False),
        ("2022/..", True, False),
        ("../2023-03-16", True, False),
    ],
)
def test_a_day_is_one_single_day_and_an_interval_two_dates(
    text: str, is_interval: bool, is_day: bool
) -> None:
    span = parse_date(text)
    assert (span.is_interval, span.is_day) == (is_interval, is_day)


@pytest.mark.parametrize(
    "text",
    ["", " ", "today", "unknown", "23", "2023-3", "2023-3-6", "2023-00", "2023-13", "2023-02-30",
     "2023-02-29", "1900-02-29", "2023-04-31", "2023-03-00", "2023-03-32", "0000", "-0100",
     "10000", "2023 ", "2023\n", "２０２３", "y2023", "16 March 2023", "2023-03-16T12:00:00Z",
     "2023-25", "2023-32", "2023-33", "2023-41", "2023-20", "..", "[2022,2023]", "{2022,2023}",
     "2023-XX", "2023-03-XX", "2XXX", "XXXX", "156X-12-25", "2023S2", "Y17E7", "202X?", "2023-22~",
     "2023?-03-16", "2023-~03", "2023~~", "2023-03-16~?", "2023/2024/2025", "2023/today",
     "2023-02-30/2023-03", "2023/open"],
)  # fmt: skip
def test_what_is_no_date_or_cannot_be_told_is_a_fault_with_the_right_forms(text: str) -> None:
    with pytest.raises(DateFault) as caught:
        parse_date(text)
    assert "is not a date; write it as one of: 2023-03-16, 2023-03" in str(caught.value)


@pytest.mark.parametrize("text", ["/2023", "2023/", "2023-03-16/", "/"])
def test_half_an_interval_is_a_fault(text: str) -> None:
    with pytest.raises(DateFault, match=r"half an interval; write `\.\.` for an open end"):
        parse_date(text)


@pytest.mark.parametrize(
    "text", ["2023/2022", "2023-03-17/2023-03-16", "2023-12/2023-01", "2023-22/2023-21"]
)
def test_a_reversed_interval_is_a_fault(text: str) -> None:
    with pytest.raises(DateFault, match="runs backwards; put the earlier date first"):
        parse_date(text)


def test_an_interval_without_any_end_is_a_fault() -> None:
    with pytest.raises(DateFault, match="open at both ends; leave the date out"):
        parse_date("../..")


@pytest.mark.parametrize(
    "text", ["[" + "2022," * 3000 + "2023]", "[" * 5000, "2023/" * 5000, "2" * 100_000, "?" * 9999]
)
def test_no_text_keeps_the_parser_busy(text: str) -> None:
    begun = process_time()
    with pytest.raises(DateFault):
        parse_date(text)
    assert process_time() - begun < 0.5


_FORMS = (
    r"[0-9]{4}(-[01][0-9](-[0-3][0-9])?)?[~?%]?",
    r"[0-9]{4}-2[1-4]",
    r"[0-9]{3}X|[0-9]{2}XX",
)


@given(st.one_of([st.from_regex(form, fullmatch=True) for form in _FORMS]))
@settings(deadline=None)
def test_a_date_covers_the_days_that_the_edtf_library_says(text: str) -> None:
    try:
        expected = _days_by_library(text)
    except (edtf.EDTFParseException, ValueError):
        with pytest.raises(DateFault):
            parse_date(text)
    else:
        span = parse_date(text)
        assert (date.fromordinal(span.first), date.fromordinal(span.last)) == expected


def _days_by_library(text: str) -> tuple[date, date]:
    parsed = cast(EDTFObject, edtf.parse_edtf(text))
    if isinstance(parsed, edtf.UncertainOrApproximate):
        parsed = cast(EDTFObject, cast(Any, parsed).date)
    first, last = _day(parsed.lower_strict()), _day(parsed.upper_strict())
    if isinstance(parsed, edtf.Season) and first.month == 12:
        # The library's winter ends with its year; ours goes on to the end of February.
        last = date(first.year + 1, 3, 1) - timedelta(days=1)
    return first, last


def _day(moment: struct_time) -> date:
    return date(moment.tm_year, moment.tm_mon, moment.tm_mday)


WORDED = [
    ("2023-03-16", "16 March 2023", "2023년 3월 16일", "2023年3月16日"),
    ("2023-03", "March 2023", "2023년 3월", "2023年3月"),
    ("2023-21", "spring 2023", "2023년 봄", "2023年春"),
    ("2019-22", "summer 2019", "2019년 여름", "2019年夏"),
    ("2019-23", "autumn 2019", "2019년 가을", "2019年秋"),
    ("2019-24", "winter 2019", "2019년 겨울", "2019年冬"),
    ("2023", "2023", "2023년", "2023年"),
    ("202X", "the 2020s", "2020년대", "2020年代"),
    ("19XX", "20th century", "20세기", "20世紀"),
    ("18XX", "19th century", "19세기", "19世紀"),
    ("2023-03-16/2023-03-17", "16–17 March 2023", "2023년 3월 16일~17일", "2023年3月16日～17日"),
    ("1910/1945", "1910–1945", "1910년 ~ 1945년", "1910年～1945年"),
    (
        "2023-03-30/2023-04-02",
        "30 March 2023 to 2 April 2023",
        "2023년 3월 30일~2023년 4월 2일",
        "2023年3月30日～2023年4月2日",
    ),
    ("2023-03~", "about March 2023", "2023년 3월경", "2023年3月ごろ"),
    ("2023-03?", "March 2023 (uncertain)", "2023년 3월(불확실)", "2023年3月（不確か）"),
    ("2023%", "about 2023 (uncertain)", "2023년경(불확실)", "2023年ごろ（不確か）"),
    ("2018-03/2019", "March 2018 to 2019", "2018년 3월~2019년", "2018年3月～2019年"),
    ("2022~/2023", "about 2022–2023", "2022년 ~ 2023년경", "2022年～2023年ごろ"),
    ("2022/..", "from 2022", "2022년부터", "2022年以降"),
    ("../2022", "until 2022", "2022년까지", "2022年まで"),
]


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        (text, language, said)
        for text, *all_said in WORDED
        for language, said in zip(LANGUAGES, all_said, strict=True)
    ],
)
def test_a_date_is_worded_as_precisely_as_it_was_given(text: str, language: str, said: str) -> None:
    assert span_words(parse_date(text), words_in(language)) == said


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        ("2023-03-06", "en", "6 March"),
        ("2023-03-06", "ko", "3월 6일"),
        ("2023-03-06", "ja", "3月6日"),
        ("2023-11", "ko", "11월"),
        ("2023-03-16/2023-03-17", "en", "16–17 March"),
        ("2023-22", "en", "summer"),
        ("2023-22", "ja", "夏"),
        ("2023", "ko", ""),
        ("2022-12", "en", "December 2022"),
    ],
)
def test_a_date_under_its_year_does_not_repeat_it(text: str, language: str, said: str) -> None:
    when = When.model_validate({"edtf": text, "basis": "stated"})
    dated = Dated(when=when)
    assert dated_words(dated, words_in(language), year=2023) == said


def test_a_year_is_not_repeated_in_a_curators_own_words() -> None:
    own = "after the summit of 16 March 2023, and by a Monday in April"
    when = When.model_validate({"edtf": "2023", "basis": "stated", "words": {"en": own}})
    said = "after the summit of 16 March, and by a Monday in April"
    dated = Dated(when=when)
    assert dated_words(dated, words_in("en"), year=2023) == said


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "6 March 2023"), ("ko", "2023년 3월 6일"), ("ja", "2023年3月6日")],
)
def test_a_day_is_worded_in_the_readers_way(language: str, said: str) -> None:
    assert day_words(date(2023, 3, 6), words_in(language)) == said


def test_words_of_the_curator_come_before_the_date_and_only_in_their_language() -> None:
    said = {"en": "a Monday in April 2023"}
    when = When.model_validate({"edtf": "2023-04", "basis": "stated", "words": said})
    dated = Dated(when=when)
    assert dated_words(dated, words_in("en")) == "a Monday in April 2023"
    assert dated_words(dated, words_in("ko")) == "2023년 4월"


@pytest.mark.parametrize(
    ("language", "said"), [("en", "undated"), ("ko", "날짜 미상"), ("ja", "日付不明")]
)
def test_what_is_undated_is_called_so(language: str, said: str) -> None:
    when = When.model_validate({"basis": "undated"})
    assert dated_words(Dated(when=when), words_in(language)) == said


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2023", "2023"),
        ("2023-03", "2023-03"),
        ("2023-3", "2023-03"),
        ("2023/3", "2023-03"),
        ("2023.3", "2023-03"),
        ("2023-03-16", "2023-03-16"),
        ("2023-3-6", "2023-03-06"),
        ("2023.03.16", "2023-03-16"),
        ("March 2023", "2023-03"),
        ("march 2023", "2023-03"),
        ("MARCH  2023 ", "2023-03"),
        ("Mar 2023", "2023-03"),
        ("Mar. 2023", "2023-03"),
        ("March, 2023", "2023-03"),
        ("Sept 2023", "2023-09"),
        ("Sept. 2023", "2023-09"),
        ("May 2023", "2023-05"),
        ("16 March 2023", "2023-03-16"),
        ("16th March 2023", "2023-03-16"),
        ("1st April 2023", "2023-04-01"),
        ("March 16, 2023", "2023-03-16"),
        ("March 16 2023", "2023-03-16"),
        ("Mar. 16th, 2023", "2023-03-16"),
        ("2023년", "2023"),
        ("2023년 3월", "2023-03"),
        ("2023년3월", "2023-03"),
        ("2023년 3월 16일", "2023-03-16"),
        ("2023年", "2023"),
        ("2023年3月", "2023-03"),
        ("2023年03月", "2023-03"),
        ("2023年3月16日", "2023-03-16"),
        ("２０２３", "2023"),
        ("２０２３年３月１６日", "2023-03-16"),
        ("２０２３－０３", "2023-03"),
        ("２０２３년 ３월", "2023-03"),
        ("29 February 2024", "2024-02-29"),
        ("0001", "0001"),
        ("9999", "9999"),
    ],
)
def test_a_period_is_read_in_every_form_that_people_type(text: str, iso: str) -> None:
    period = parse_period(text)
    assert period is not None
    assert period.iso == iso


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024", "2024-01-01", "2024-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("9999", "9999-01-01", "9999-12-31"),
        ("16 March 2023", "2023-03-16", "2023-03-16"),
    ],
)
def test_a_period_runs_from_its_first_to_its_last_day(text: str, first: str, last: str) -> None:
    period = parse_period(text)
    assert period is not None
    assert (period.first.isoformat(), period.last.isoformat()) == (first, last)


@pytest.mark.parametrize(
    "text",
    ["", " ", "nonsense", "today", "yesterday", "last week", "now", "2023-13", "2023-00",
     "2023-02-30", "2023-02-29", "31 April", "31 April 2023", "April 31, 2023", "0 March 2023",
     "0000", "0000-01", "3월", "3月", "16일", "2023년 13월", "2023년 2월 30일", "March",
     "16 March", "March 16", "Marc 2023", "Foo 2023", "23", "20233", "202303", "20230316",
     "2023-03-16-1", "2023--03", "2023-2024", "2023-03 2023-04", "from 2023", "2023-03~", "2023?",
     "202X", "2023-21", "..", "2023/..", "-2023", "٢٠٢٣", "二〇二三年", "令和5年", "2023년 삼월",
     "1e3", "0x7e7", "'; DROP TABLE event; --", "2023" * 1000, "9" * 200, "🎉"],
)  # fmt: skip
def test_what_is_no_period_is_not_guessed(text: str) -> None:
    assert parse_period(text) is None
