"""Time zones as people type and read them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.parsing.cities import city_in
from bot.parsing.timezones import COMMON, complete_zone, find_zone, zone_label
from bot.texts.catalogues import LANGUAGES

WINTER = datetime(2026, 1, 15, 7, 30, tzinfo=UTC)
SUMMER = datetime(2026, 7, 15, 7, 30, tzinfo=UTC)


def offered(typed: str, language: str = "en", limit: int = 25) -> list[str]:
    return [choice.zone for choice in complete_zone(typed, language, WINTER, limit)]


MEANT = {
    "Asia/Seoul": [
        "Asia/Seoul", "asia/seoul", "ASIA/SEOUL", " Asia / Seoul ", "Ａｓｉａ／Ｓｅｏｕｌ", "Seoul",
        "seoul", "서울", " 서울 ", "ソウル", "ｿｳﾙ", "そうる", "KST", "kst", "ＫＳＴ", "ROK",
        "Korea", "South Korea", "한국", "대한민국", "韓国", "한국 시간", "한국시간",
        "Korean Standard Time", "대한민국 표준시", "韓国標準時", "부산",
    ],
    "Asia/Tokyo": [
        "asia/tokyo", "Tokyo", "도쿄", "東京", "とうきょう", "동경", "JST", "Japan", "日本", "일본",
        "日本標準時", "일본 표준시", "大阪",
    ],
    "America/New_York": [
        "New York", "new_york", "newyork", "NEW  YORK", "뉴욕", "뉴 욕", "ニューヨーク",
        "にゅーよーく", "ET", "EST", "EDT", "Eastern Time", "US/Eastern", "EST5EDT",
    ],
    "America/Chicago": ["CT", "CDT", "시카고", "US/Central"],
    "America/Denver": ["MT", "MDT", "デンバー"],
    "America/Los_Angeles": ["PT", "PST", "pdt", "Los Angeles", "로스앤젤레스", "US/Pacific"],
    "Pacific/Honolulu": ["HST"],
    "Europe/London": ["London", "런던", "BST", "UK", "GB", "United Kingdom", "British Summer Time"],
    "Europe/Paris": ["CET", "CEST", "パリ", "France"],
    "Europe/Berlin": ["Germany", "독일", "ドイツ"],
    "UTC": ["UTC", "utc", "GMT", "Zulu", "Etc/UTC", "Etc/GMT", "Greenwich", "GMT+0"],
    "Australia/Sydney": ["Sydney", "AEST", "AEDT"],
    "Asia/Shanghai": ["Asia/Chongqing", "PRC", "北京", "베이징", "上海"],
    "Asia/Kolkata": ["Asia/Calcutta", "Calcutta", "India", "콜카타", "コルカタ"],
    "Asia/Ho_Chi_Minh": ["Asia/Saigon", "Ho Chi Minh City", "Vietnam", "베트남"],
    "Europe/Kyiv": ["Europe/Kiev", "Kiev"],
    "America/Sao_Paulo": ["São Paulo", "sao paulo"],
    "America/Port-au-Prince": ["Port au Prince", "port-au-prince"],
    "Atlantic/Reykjavik": ["Iceland"],
    "America/Toronto": ["Toronto", "Montreal"],
    "Asia/Nicosia": ["Cyprus"],
    "Etc/GMT+9": ["Etc/GMT+9", "etc/gmt+9"],
    "Etc/GMT-9": ["Etc/GMT-9"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "zone"), [(typed, zone) for zone, names in MEANT.items() for typed in names]
)
def test_a_name_in_full_is_understood(typed: str, zone: str) -> None:
    assert find_zone(typed) == zone


@pytest.mark.parametrize(
    ("typed", "zones"),
    [
        ("IST", {"Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"}),
        ("CST", {"America/Chicago", "Asia/Shanghai", "Asia/Taipei"}),
        ("EET", {"Africa/Cairo", "Europe/Athens"}),
        ("China", {"Asia/Shanghai", "Asia/Urumqi"}),
        ("미국", {"America/New_York", "America/Chicago", "America/Los_Angeles"}),
        ("オーストラリア", {"Australia/Sydney", "Australia/Perth"}),
        ("UTC+9", {"Asia/Seoul", "Asia/Tokyo"}),
        ("GMT+9", {"Asia/Seoul", "Asia/Tokyo"}),
        ("+09:00", {"Asia/Seoul", "Asia/Tokyo"}),
        ("utc−5", {"America/New_York"}),
        ("+5:30", {"Asia/Kolkata", "Asia/Colombo"}),
    ],
)
def test_what_could_be_several_is_not_guessed_but_offered(typed: str, zones: set[str]) -> None:
    assert find_zone(typed) is None
    assert zones <= set(offered(typed))


def test_who_shares_an_abbreviation_is_offered_behind_the_one_that_is_meant() -> None:
    assert offered("BST")[0] == "Europe/London"
    assert offered("PST")[0] == "America/Los_Angeles"
    assert "Asia/Manila" in offered("PST")
    assert offered("MST")[0] == "America/Denver"
    assert "America/Phoenix" in offered("MST")


def test_an_offset_is_that_of_the_day() -> None:
    assert complete_zone("UTC+1", "en", WINTER)[0].zone == "Europe/Paris"
    assert complete_zone("UTC+1", "en", SUMMER)[0].zone == "Europe/London"


@pytest.mark.parametrize(
    "typed", ["", " ", "Seou", "xyzzy", "posixrules", "localtime", "Factory", "../etc/passwd", "東"]
)
def test_what_is_no_name_in_full_means_no_zone(typed: str) -> None:
    assert find_zone(typed) is None


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("s", "Asia/Seoul"), ("seo", "Asia/Seoul"), ("asia/se", "Asia/Seoul"), ("서", "Asia/Seoul"),
        ("ㅅ", "Asia/Seoul"), ("서우", "Asia/Seoul"), ("ソ", "Asia/Seoul"), ("そ", "Asia/Seoul"),
        ("seol", "Asia/Seoul"), ("Soeul", "Asia/Seoul"), ("tok", "Asia/Tokyo"),
        ("tokio", "Asia/Tokyo"), ("도", "Asia/Tokyo"), ("東", "Asia/Tokyo"),
        ("york", "America/New_York"), ("뉴요", "America/New_York"), ("뉴욬", "America/New_York"),
        ("los angles", "America/Los_Angeles"), ("chongq", "Asia/Shanghai"),
        ("eastern", "America/New_York"), ("reyk", "Atlantic/Reykjavik"),
        ("Guinea", "Africa/Conakry"),
    ],
)  # fmt: skip
def test_a_name_half_typed_or_misspelt_offers_its_zone_first(typed: str, zone: str) -> None:
    assert offered(typed)[0] == zone


@pytest.mark.parametrize("typed", ["zzzzqq", "?!", "+99", "+14:59", "\0", "x" * 5000, "😀" * 200])
def test_what_resembles_nothing_offers_nothing(typed: str) -> None:
    assert offered(typed) == []


def test_before_anything_is_typed_the_readers_own_zone_comes_first() -> None:
    assert offered("", "ko")[:3] == ["Asia/Seoul", "Asia/Tokyo", "UTC"]
    assert offered("", "ja")[:3] == ["Asia/Tokyo", "Asia/Seoul", "UTC"]
    assert offered("  ", "en") == list(COMMON)


def test_old_names_and_inverted_ones_are_never_offered() -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    typed = [*letters, "etc", "us/", "gmt", "gmt+", "etc/gmt+9", "asia/c", "brazil", "posix"]
    zones = {zone for text in typed for zone in offered(text, limit=1000)}
    assert len(zones) > 400
    assert not {zone for zone in zones if zone.startswith(("US/", "Etc/", "Brazil/", "Canada/"))}
    assert not zones & {"Asia/Chongqing", "Asia/Calcutta", "Europe/Kiev", "Japan", "EST", "GMT"}
    assert {"Asia/Kolkata", "Europe/Kyiv", "UTC"} <= zones


@pytest.mark.parametrize(
    ("zone", "language", "label"),
    [
        ("Asia/Seoul", "en", "Seoul (Asia/Seoul) · UTC+9 · 16:30"),
        ("Asia/Seoul", "ko", "서울(Asia/Seoul) · UTC+9 · 16:30"),
        ("Asia/Seoul", "ja", "ソウル（Asia/Seoul） · UTC+9 · 16:30"),
        ("America/St_Johns", "en", "St. John’s (America/St_Johns) · UTC-3:30 · 04:00"),
        ("Asia/Kolkata", "ja", "コルカタ（Asia/Kolkata） · UTC+5:30 · 13:00"),
        ("Europe/London", "ko", "런던(Europe/London) · UTC · 07:30"),
        ("UTC", "ko", "UTC · 07:30"),
    ],
)
def test_a_choice_says_city_zone_offset_and_time(zone: str, language: str, label: str) -> None:
    assert complete_zone(zone, language, WINTER)[0].label == label


def test_a_label_follows_the_season() -> None:
    assert "· UTC+1 · 08:30" in complete_zone("Europe/London", "en", SUMMER)[0].label


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_fit_differ_and_are_stable(language: str) -> None:
    for typed in ["a", "america/", "e", "", "+1"]:
        choices = complete_zone(typed, language, WINTER, 1000)
        assert len({choice.label for choice in choices}) == len(choices)
        assert len({choice.zone for choice in choices}) == len(choices)
        assert all(len(choice.label) <= 100 and len(choice.zone) <= 100 for choice in choices)
        assert choices[:25] == complete_zone(typed, language, WINTER)
        assert len(complete_zone(typed, language, WINTER, 3)) == 3


@pytest.mark.parametrize(
    ("zone", "language", "label"),
    [
        ("Asia/Seoul", "en", "Seoul (Asia/Seoul)"),
        ("Asia/Tokyo", "ja", "東京（Asia/Tokyo）"),
        ("Asia/Calcutta", "en", "Kolkata (Asia/Calcutta)"),
        ("America/Argentina/Buenos_Aires", "en", "Buenos Aires (America/Argentina/Buenos_Aires)"),
        ("America/Toronto", "en", "Toronto (America/Toronto)"),
        ("Etc/GMT+9", "ko", "UTC-9 (Etc/GMT+9)"),
        ("Etc/GMT-14", "ko", "UTC+14 (Etc/GMT-14)"),
        ("UTC", "ja", "UTC"),
        ("nowhere", "en", "nowhere"),
    ],
)
def test_a_zone_is_named_for_replies(zone: str, language: str, label: str) -> None:
    assert zone_label(zone, language) == label


def test_every_name_in_the_database_finds_a_zone_with_its_clock() -> None:
    # These are clocks to people, and elsewhere to the database, or shared by several places.
    clocks = {"EST", "MST", "CET", "EET", "WET", "MET"}
    for name in available_timezones() - {"localtime", "Factory"} - clocks:
        found = find_zone(name.lower().replace("_", " "))
        assert found is not None, name
        for now in (WINTER, SUMMER):
            there, here = (now.astimezone(ZoneInfo(zone)).utcoffset() for zone in (found, name))
            assert there == here, name


def test_every_choice_is_found_by_its_value() -> None:
    for letter in "abcdefghijklmnopqrstuvwxyz":
        for zone in offered(letter, limit=1000):
            assert find_zone(zone) == zone


@settings(max_examples=2_000, deadline=None)
@given(st.text(st.characters(exclude_categories=[]), max_size=60), st.sampled_from(LANGUAGES))
def test_no_text_raises(typed: str, language: str) -> None:
    found = find_zone(typed)
    assert found is None or ZoneInfo(found)
    choices = complete_zone(typed, language, SUMMER)
    assert len(choices) <= 25


@pytest.mark.parametrize(
    ("language", "name", "shown"),
    [
        ("ko", "Tokyo", "도쿄"),
        ("ja", "Seoul", "ソウル"),
        ("ko", "New York", "뉴욕"),
        ("en", "Tokyo", "Tokyo"),
        ("ja", "Camp David", "Camp David"),
        ("ja", "Tokyo Bay", "Tokyo Bay"),
    ],
)
def test_a_city_is_named_in_the_readers_script_if_a_zone_is_named_after_it(
    language: str, name: str, shown: str
) -> None:
    assert city_in(language, name) == shown
