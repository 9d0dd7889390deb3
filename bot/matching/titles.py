"""Titles, honorifics and particles around a name, which are no part of it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.matching.normalize import without_particle

_BEFORE = """
mr mrs ms miss dr prof professor pres president pm prime_minister premier fm foreign_minister
vice_minister vice_foreign_minister minister chairman chairperson secretary ambassador amb
director director_general spokesperson first_lady senator sen
"""
_AFTER = """
san sama ssi nim shi
씨 님 대통령 총리 총리대신 수상 장관 외교장관 차관 외교차관 1차관 제1차관 실장 안보실장
국가안보실장 국장 부국장 차장 대변인 위원장 국무위원장 총비서 총서기 여사 의원 교수 기자
대사 외상 외무상 방위상 관방장관 보좌관
氏 さん 様 君 大統領 首相 総理 総理大臣 外相 外務大臣 防衛相 官房長官 次官 外務次官
局長 国家安全保障局長 室長 国家安保室長 審議官 次長 総書記 委員長 国務委員長 書記長
主席 報道官 大使 教授 記者 夫人 女史 議員 補佐官
"""
_OF_A_STATE = ("government", "govt", "administration", "정부", "행정부", "당국", "政府", "当局")


def _any_of(titles: Iterable[str]) -> str:
    longest_first = sorted(titles, key=len, reverse=True)
    return "|".join(re.escape(title.replace("_", " ")) for title in longest_first)


# In Korean and Japanese, a title may follow the name without a space; `전` and `前` are "former".
_LATIN = re.compile(f"(?:(?P<before>{_any_of(_BEFORE.split())}) )(?P<name>(?!of ).+)")
_FOLLOWED = re.compile(
    "(?P<name>.+?)(?:(?:(?<=[가-힣]{2})| )전| ?[前元])?"
    f"(?P<title> ?(?:{_any_of((*_AFTER.split(), *_OF_A_STATE))}))"
)
_PARTICLES = re.compile(
    "(?:(?<=[^ぁ-ゖ\\s])|(?<=さん))(?:から|まで|とは|って|[はがをにのもとへで])$"
)


def split_title(name: str) -> tuple[str, str]:
    """A normalized text as a name and its title; either may be missing, and is empty then.

    A particle after either is dropped: 尹氏は gives 尹 and 氏, 한국은 gives 한국.
    """
    bare = _PARTICLES.sub("", without_particle(name))
    if found := _LATIN.fullmatch(bare):
        return found["name"], found["before"]
    if (found := _FOLLOWED.fullmatch(bare)) and (found["title"][0] == " " or not bare.isascii()):
        return found["name"], found["title"].strip()
    return bare, ""


def is_of_a_state(title: str) -> bool:
    """Whether a title follows the name of a state instead of a person: 정부, government."""
    return title in _OF_A_STATE
