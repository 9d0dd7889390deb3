"""Writes valid bases of any size from public names, to measure with.

    python -m benchmarks.bases FOLDER [--facts 10000]

States, cities, currencies and languages are those of Unicode's CLDR, in three languages; people
have common names. A few actors and topics have many facts and most have few: from 10,000 facts on,
the busiest actor is in at most 2 % of them. Each fact and each event has one ask.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate, product
from pathlib import Path

from anyascii import anyascii
from babel import Locale

from bot.facts.load import Folders
from bot.matching.normalize import normalize
from bot.parsing.cities import cities_of_zones
from bot.texts.catalogues import LANGUAGES

Names = tuple[str, ...]
"""What one thing is called in each of LANGUAGES."""

Record = dict[str, object]

_PARAGRAPHS = 40
_ADDED = "2026-11-01"
_SKEW = 40  # the smaller, the busier are the busiest

_FAMILIES = """
Kim 김 金|Lee 이 李|Park 박 朴|Choi 최 崔|Jung 정 鄭|Kang 강 姜|Cho 조 趙|Yoon 윤 尹|Jang 장 張|
Sato 사토 佐藤|Suzuki 스즈키 鈴木|Takahashi 다카하시 高橋|Tanaka 다나카 田中|Ito 이토 伊藤|
Watanabe 와타나베 渡辺|Yamamoto 야마모토 山本|Nakamura 나카무라 中村|Kobayashi 고바야시 小林|
Smith 스미스 スミス|Johnson 존슨 ジョンソン|Brown 브라운 ブラウン|Garcia 가르시아 ガルシア|
Miller 밀러 ミラー|Davis 데이비스 デイビス|Martin 마틴 マーティン|Wilson 윌슨 ウィルソン
"""
_GIVEN = """
Min-jun 민준 敏俊|Seo-yeon 서연 瑞妍|Ji-hoon 지훈 志勲|Su-bin 수빈 秀彬|Hyun-woo 현우 賢宇|
Ji-won 지원 智媛|Hiroshi 히로시 博|Yuki 유키 由紀|Kenji 겐지 健二|Akiko 아키코 明子|
Takeshi 다케시 武|
Yoko 요코 洋子|John 존 ジョン|Mary 메리 メアリー|David 데이비드 デイビッド|Anna 안나 アンナ|
Peter 피터 ピーター|Laura 로라 ローラ|Daniel 대니얼 ダニエル|Sarah 세라 サラ
"""
_BODIES = """
Foreign Ministry|외교부|外務省||Defence Ministry|국방부|国防省||Trade Ministry|통상부|通商省||
Supreme Court|대법원|最高裁判所||Coast Guard|해안경비대|沿岸警備隊||Central Bank|중앙은행|中央銀行||
Parliament|의회|議会||Fisheries Agency|수산청|水産庁||Space Agency|우주청|宇宙庁||
Environment Ministry|환경부|環境省||Statistics Office|통계청|統計局||
Energy Council|에너지위원회|エネルギー評議会
"""
_KINDS = {
    "summit": ("summit", "정상회담", "首脳会談"),
    "talks": ("talks", "회담", "会談"),
    "agreement": ("agreement", "협정", "協定"),
    "measure": ("measure", "조치", "措置"),
    "visit": ("visit", "방문", "訪問"),
    "exercise": ("exercise", "훈련", "訓練"),
}
_WORDS = """
port ferry harbour levy quota tariff pipeline reactor satellite cable vaccine wheat steel chip
lithium fisheries border visa pension hospital school museum stadium bridge tunnel railway airport
runway treaty protocol schedule timetable budget audit inspection licence patent survey census
ballot verdict appeal hearing inquiry embargo sanction subsidy loan bond reserve currency deposit
insurance drought flood harvest reservoir forest reef glacier volcano earthquake shelter
evacuation
"""


@dataclass(frozen=True)
class _Thing:
    """An actor or a topic: its id and its names."""

    id: str
    names: Names


class _Skewed:
    """Draws things, the first ones most often."""

    def __init__(self, things: list[_Thing], chance: random.Random) -> None:
        self._things = things
        self._sums = list(accumulate(1 / (rank + _SKEW) for rank in range(len(things))))
        self._chance = chance

    def draw(self, number: int) -> list[_Thing]:
        """Up to so many things, each once."""
        drawn = self._chance.choices(self._things, cum_weights=self._sums, k=number)
        return list({thing.id: thing for thing in drawn}.values())


class _Writer:
    """Makes the records of a base of about so many facts."""

    def __init__(self, folders: Folders, facts: int, seed: int) -> None:
        self._folders = folders
        self._chance = random.Random(seed)  # noqa: S311
        self._actors = _things("a", _actor_names(), max(20, facts // 12), self._chance)
        self._topics = _things("t", _topic_names(), max(10, facts // 200), self._chance)
        self._by_actor = _Skewed(self._actors, self._chance)
        self._by_topic = _Skewed(self._topics, self._chance)
        self._places = [names[0] for names in _cities()]
        self._states = _states()
        self._sources = [f"article-{number}" for number in range(max(3, facts // 50))]
        self._facts = facts

    def write(self) -> None:
        """Write every file."""
        info = {"title": "A base to measure", "about": "Made up.", "language": "en"}
        self._put(self._folders.info, info)
        for source in self._sources:
            self._put(self._folders.seeds / f"{source}.yaml", _source(source))
        in_events = self._facts * 3 // 4
        titles: set[str] = set()
        for number in range(self._facts // 8):
            own = in_events // (self._facts // 8) + self._chance.choice((-3, -1, 0, 1, 3))
            event = self._event(f"e{number}", max(1, own), titles)
            self._put(self._folders.facts / "events" / f"e{number}.yaml", event)
        self._write_all("actors", self._actors, self._facts * 3 // 20)
        self._write_all("topics", self._topics, self._facts // 10)

    def _write_all(self, folder: str, things: list[_Thing], facts: int) -> None:
        rest = facts
        for place, thing in enumerate(things):
            own = round(rest / (len(things) - place) * self._chance.uniform(0.5, 1.5))
            rest -= own
            record = self._actor(thing, own) if folder == "actors" else self._topic(thing, own)
            self._put(self._folders.facts / folder / f"{thing.id}.yaml", record)

    def _actor(self, actor: _Thing, facts: int) -> Record:
        kind = "person" if self._is_person(actor) else "body"
        return {**_named("name", actor), "kind": kind, "facts": self._own_facts(actor, facts)}

    def _topic(self, topic: _Thing, facts: int) -> Record:
        return {**_named("title", topic), "facts": self._own_facts(topic, max(1, facts))}

    def _event(self, event_id: str, facts: int, titles: set[str]) -> Record:
        kind = self._chance.choice(list(_KINDS))
        while True:
            day = date(2000, 1, 1) + timedelta(self._chance.randrange(9_000))
            one, other = self._chance.sample(self._states, 2)
            names = _event_names(one, other, _KINDS[kind], day)
            if _is_new(names, titles):
                break
        event = _Thing(event_id, names)
        who = self._by_actor.draw(2)
        return {
            **_named("title", event),
            "kind": kind,
            "when": self._when(event_id, day),
            "where": self._chance.choice(self._places),
            "who": [{"actor": actor.id} for actor in who],
            "topics": [topic.id for topic in self._by_topic.draw(2)],
            "cites": [self._cite()],
            "asks": {"en": [f"when and where was the {names[0]}"]},
            "facts": self._own_facts(event, facts),
        }

    def _when(self, event_id: str, day: date) -> Record:
        if self._chance.random() < 0.05 and event_id != "e0":
            return {"basis": "undated"}
        written = self._chance.choice(
            (day.isoformat(), day.isoformat(), f"{day:%Y-%m}", f"{day:%Y}")
        )
        return {"edtf": written, "basis": "stated"}

    def _own_facts(self, owner: _Thing, number: int) -> list[Record]:
        return [self._fact(owner, f"f{place}") for place in range(number)]

    def _fact(self, owner: _Thing, fact_id: str) -> Record:
        first, *others = self._by_actor.draw(2)
        said = " ".join(self._chance.choices(_WORDS.split(), k=6))
        number = self._chance.randrange(10, 10_000)
        kind = self._chance.choice(("event", "event", "figure", "background", "position"))
        about = [thing.id for thing in (*others, *self._by_topic.draw(1)) if thing.id != owner.id]
        record: Record = {
            "id": fact_id,
            "says": f"{first.names[0]} put the {said} at {number} for {owner.names[0]}.",
            "kind": kind,
            "about": about,
            "cites": [self._cite()],
            "added": _ADDED,
            "asks": {"en": [f"what of {number} {said} in {owner.id} {fact_id}"]},
        }
        return {**record, "by": first.id} if kind == "position" else record

    def _cite(self) -> Record:
        paragraph = self._chance.randrange(1, _PARAGRAPHS + 1)
        return {"source": self._chance.choice(self._sources), "paragraph": paragraph}

    def _is_person(self, actor: _Thing) -> bool:
        return actor.names[0].count(" ") == 1

    def _put(self, path: Path, record: Mapping[str, object]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        written = json.dumps(record, ensure_ascii=False, indent=1)  # JSON is YAML
        path.write_text(written, "utf-8")


def write_base(folder: Path, facts: int, seed: int = 1) -> Folders:
    """Write a base of about so many facts; the same every time."""
    folders = Folders(folder / "facts", folder / "seeds")
    _Writer(folders, facts, seed).write()
    return folders


# ---- Names -----------------------------------------------------------------------------------


def _things(
    letter: str, names: Iterable[Names], number: int, chance: random.Random
) -> list[_Thing]:
    """So many things that share no name."""
    seen: set[str] = set()
    known = [each for each in names if _is_new(each, seen)]
    chance.shuffle(known)
    things = [_Thing(f"{letter}{place}-{_slug(each[0])}", each) for place, each in enumerate(known)]
    return things[:number]


def _is_new(names: Names, seen: set[str]) -> bool:
    """Whether none of the names was seen before; they then count as seen."""
    forms = set(map(normalize, names))
    if forms & seen:
        return False
    seen |= forms
    return True


def _slug(name: str) -> str:
    return re.sub("[^a-z0-9]+", "-", anyascii(name).lower())[:20].strip("-")


def _named(field: str, thing: _Thing) -> Record:
    en, *others = thing.names
    names = {language: [name] for language, name in zip(LANGUAGES[1:], others, strict=True)}
    return {"id": thing.id, field: en, "names": names}


def _listed(listed: str, between: str, within: str | None) -> list[Names]:
    return [tuple(each.strip().split(within)) for each in listed.strip().split(between)]


def _people() -> Iterator[Names]:
    for (family, *families), (given, *givens) in product(
        _listed(_FAMILIES, "|", None), _listed(_GIVEN, "|", None)
    ):
        yield (f"{given} {family}", *(f"{f}{g}" for f, g in zip(families, givens, strict=True)))


def _actor_names() -> Iterator[Names]:
    yield from _people()
    for state, body in product(_states(), _listed(_BODIES, "||", "|")):
        yield (f"{body[0]} of {state[0]}", f"{state[1]} {body[1]}", f"{state[2]}{body[2]}")
    for city, body in product(_cities(), _listed(_BODIES, "||", "|")):
        yield (f"{city[0]} {body[0]}", f"{city[1]} {body[1]}", f"{city[2]}{body[2]}")


def _topic_names() -> Iterator[Names]:
    yield from _in_each_language("currencies")
    yield from _in_each_language("languages")


def _states() -> list[Names]:
    return [names for names in _in_each_language("territories") if not names[0][0].isdigit()]


def _cities() -> list[Names]:
    zones = [cities_of_zones(language) for language in LANGUAGES]
    usable = (zone for zone in zones[0] if zone != "America/Swift_Current")  # "current" is a fault
    return [tuple(cities[zone] for cities in zones) for zone in usable]


def _in_each_language(what: str) -> Iterator[Names]:
    """What CLDR names in each language, shorter than a label may be."""
    known: list[Mapping[str, str]] = [getattr(Locale(code), what) for code in LANGUAGES]
    for key in sorted(set(known[0]).intersection(*known[1:])):
        names = tuple(each[key] for each in known)
        if len(names[0]) <= 30:
            yield names


def _event_names(one: Names, other: Names, kind: Names, day: date) -> Names:
    return (
        f"{one[0]}-{other[0]} {kind[0]} of {day:%B %Y}"[:80],
        f"{day.year}년 {day.month}월 {one[1]}·{other[1]} {kind[1]}",
        f"{day.year}年{day.month}月の{one[2]}・{other[2]}{kind[2]}",
    )


def _source(source: str) -> Record:
    return {
        "id": source,
        "title": f"Despatch {source.partition('-')[2]}",
        "publisher": "The Coast Gazette",
        "date": "2025-03-02",
        "kind": "news",
        "quality": "Whole.",
        "sha256": "0" * 64,
        "paragraphs": _PARAGRAPHS,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write a base to measure with.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--facts", type=int, default=10_000)
    given = parser.parse_args()
    write_base(given.folder, given.facts)
