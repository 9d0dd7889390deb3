"""Finding by name: every form of a name finds its thing, and nonsense finds nothing."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.facts.dates import parse_date
from bot.facts.keywords import keywords, places
from bot.facts.load import Folders, load
from bot.matching import candidates
from bot.matching.entries import Entry
from bot.matching.name_index import NameIndex
from bot.matching.normalize import (
    content_words,
    normalize,
    phonetic_key,
    phonetic_keys,
    romanised,
)

ROOT = Path(__file__).parent.parent

YOON = Entry("actor", "yoon-suk-yeol", ("Yoon Suk Yeol", "Yoon", "윤석열", "尹錫悦", "尹"))
KISHIDA = Entry("actor", "fumio-kishida", ("Fumio Kishida", "기시다 후미오", "岸田文雄"))
BIDEN = Entry("actor", "joe-biden", ("Joe Biden", "Biden", "US president", "바이든"))
KIM_DJ = Entry("actor", "kim-dae-jung", ("Kim Dae-jung", "김대중"))
KIM_JU = Entry("actor", "kim-jong-un", ("Kim Jong Un", "김정은"))
TALKS = Entry("event", "economic-2plus2", ("Economic 2+2 talks in Tokyo", "2+2"))
SUMMIT = Entry("event", "tokyo-summit", ("Yoon-Kishida summit in Tokyo", "March 2023 summit"))
GSOMIA = Entry("topic", "gsomia", ("General Security of Military Information Agreement", "GSOMIA"))
ENTRIES = (YOON, KISHIDA, BIDEN, KIM_DJ, KIM_JU, TALKS, SUMMIT, GSOMIA)


@pytest.fixture(scope="module")
def index() -> NameIndex:
    return NameIndex(ENTRIES)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Yoon Suk Yeol", YOON),
        ("yoon suk-yeol", YOON),
        ("YOON SUKYEOL", YOON),
        ("Suk Yeol Yoon", YOON),
        ("yun seok yeol", YOON),
        ("Yoon Seok-youl", YOON),
        ("Yoon Suk Yoel", YOON),
        ("윤석열", YOON),
        ("윤 석열", YOON),
        ("윤석렬", YOON),
        ("尹錫悦", YOON),
        ("ㅇㅅㅇ", YOON),
        ("Kishida Fumio", KISHIDA),
        ("Fumio Kisida", KISHIDA),
        ("Fumio Kishda", KISHIDA),
        ("岸田 文雄", KISHIDA),
        ("きしだ ふみお", KISHIDA),
        ("キシダ・フミオ", KISHIDA),
        ("fumio-kishida", KISHIDA),
        ("biden", BIDEN),
        ("President of the US", BIDEN),
        ("Kim Daejung", KIM_DJ),
        ("gim dae jung", KIM_DJ),
        ("economic 2plus2", TALKS),
        ("２＋２", TALKS),
        ("march 2023 summit", SUMMIT),
        ("summit, March 2023", SUMMIT),
        ("tokyo summit", SUMMIT),
        ("G.S.O.M.I.A.", GSOMIA),
        ("gsomai", GSOMIA),
    ],
)
def test_one_thing_is_found(index: NameIndex, text: str, meant: Entry) -> None:
    finding = index.find(text)
    assert (finding.verdict, finding.entries) == ("sure", (meant,))


def test_a_shared_name_offers_each_of_its_owners(index: NameIndex) -> None:
    finding = index.find("kim")
    assert finding.verdict == "several"
    assert set(finding.entries) == {KIM_DJ, KIM_JU}


def test_one_name_of_two_things_is_never_sure() -> None:
    finding = NameIndex([YOON, Entry("topic", "yoon", ("Yoon",))]).find("yoon")
    assert finding.verdict == "several"
    assert len(finding.entries) == 2


@pytest.mark.parametrize(
    "text",
    ["Shinzo Abe", "Emmanuel Macron", "zzzz", "hello, how are you?", "x", "2024", "삼성전자",
     "安倍", "drop table actors", "NEAR(a b)", '"*', "🎉🎉", "", " ", "\u200b", "%", "the",
     "\ud800"],
)  # fmt: skip
def test_what_is_not_there_is_not_guessed(index: NameIndex, text: str) -> None:
    assert index.find(text).verdict == "none"


def test_a_near_name_is_shown_but_not_taken(index: NameIndex) -> None:
    finding = index.find("Fumio Tanaka")
    assert (finding.verdict, finding.entries) == ("none", (KISHIDA,))


PACT_ENDS = Entry("event", "pact-ends", ("Seoul ends the pact", "지소미아 종료", "November 2019"))
PACT_SET_UP = Entry("event", "pact-set-up", ("Seoul sets up the pact", "지소미아 체결", "2016"))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("seoul ends pact november 2019", {PACT_ENDS}),
        ("what was the november pact in seoul", {PACT_ENDS}),
        ("seuol pact novmber 2019", {PACT_ENDS}),
        ("pact 종료", {PACT_ENDS}),
        ("seoul pact", {PACT_ENDS, PACT_SET_UP}),
        ("지소미아", {PACT_ENDS, PACT_SET_UP}),
        ("seoul ends pact november 2018", set[Entry]()),
        ("when did that", set[Entry]()),
    ],
)
def test_words_of_several_names_describe_a_thing(text: str, meant: set[Entry]) -> None:
    index = NameIndex([KIM_DJ, PACT_ENDS, PACT_SET_UP])
    finding = index.find(text, {"event"})
    assert (set(finding.entries) if finding.verdict != "none" else set()) == meant


def _met(number: str, place: str, month: str, who: str, kind: str) -> Entry:
    """An event of which little but its number is a name."""
    keywords = (kind, "2023", "2023년", "2023年", month, who)
    return Entry(
        "event", f"round-{number}", (f"Round {number}", f"{number}회차"), (place,), keywords
    )


IN_OSLO = _met("seven", "Town Hall, Oslo", "April", "Yoon", "talks")
IN_ROME = _met("eight", "Rome", "April", "Yoon", "talks")
ROME_AGAIN = _met("nine", "Rome", "May", "尹錫悦", "会談")
SEOUL_TALKS = _met("ten", "Seoul", "4월", "윤석열", "회담")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("talks in Rome", {IN_ROME}),
        ("Yoon in Rome, April 2023", {IN_ROME}),
        ("talks april 2023", {IN_OSLO, IN_ROME}),
        ("rome", {IN_ROME, ROME_AGAIN}),
        ("what happened in Rome", {IN_ROME, ROME_AGAIN}),
        ("2023年の尹錫悦との会談", {ROME_AGAIN}),
        ("2023년 4월에 열린 윤석열의 회담", {SEOUL_TALKS}),
        ("서울에서 회담", {SEOUL_TALKS}),
        ("oslo", set[Entry]()),
        ("talks in Rome, 2019", set[Entry]()),
        ("talks in Rome with Biden", set[Entry]()),
        ("talks in Oslo in May", set[Entry]()),
    ],
)
def test_what_is_known_of_an_event_describes_it(text: str, meant: set[Entry]) -> None:
    index = NameIndex([BIDEN, YOON, IN_OSLO, IN_ROME, ROME_AGAIN, SEOUL_TALKS])
    finding = index.find(text, {"event"})
    assert (set(finding.entries) if finding.verdict != "none" else set()) == meant


@pytest.mark.parametrize(
    "text", ["yoon kishida summit hamburg", "yoon kishida 정상회담 메르켈", "March 2019 summit"]
)
def test_a_word_that_is_none_of_its_own_speaks_against_a_thing(text: str) -> None:
    summit = Entry("event", "summit", ("Yoon-Kishida summit", "March summit", "한일 정상회담"))
    assert NameIndex([summit]).find("yoon kishida sumit").verdict == "sure"
    assert NameIndex([summit]).find(text).verdict == "none"


def test_another_han_character_is_another_name() -> None:
    index = NameIndex([Entry("event", "summit", ("日韓首脳会談",))])
    assert index.find("日韓首脳会").verdict == "sure"
    assert index.find("日中首脳会談").verdict == "none"


def test_a_name_and_a_description_are_told_apart() -> None:
    index = NameIndex([PACT_ENDS, PACT_SET_UP])
    assert index.find("Seoul ends the pact").by_name
    assert not index.find("pact 종료").by_name


def test_another_actor_in_the_text_speaks_against_a_thing() -> None:
    court = Entry("actor", "rok-supreme-court", ("South Korean Supreme Court", "Supreme Court"))
    index = NameIndex([court, Entry("actor", "united-states", ("United States", "US"))])
    assert index.find("korea supreme court").verdict == "sure"
    assert index.find("US supreme court").verdict == "none"


def test_another_number_is_rather_another_thing(index: NameIndex) -> None:
    ((_, typo), *_), ((_, other), *_) = (
        index.rank("Marhc 2023 summit"),
        index.rank("March 2029 summit"),
    )
    assert other < typo


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("yoon s", YOON),
        ("suk y", YOON),
        ("윤ㅅ", YOON),
        ("윤서", YOON),
        ("ㅇㅅ", YOON),
        ("ㅇㅅㅇ", YOON),
        ("기싣", KISHIDA),
        ("kisi", KISHIDA),
        ("きし", KISHIDA),
        ("岸", KISHIDA),
        ("march 2", SUMMIT),
        ("gsmo", GSOMIA),
    ],
)
def test_choices_while_typing(index: NameIndex, typed: str, first: Entry) -> None:
    assert index.complete(typed)[0] == first


def test_only_the_wanted_kinds_are_given(index: NameIndex) -> None:
    assert index.find("yoon", {"event"}).entries != (YOON,)
    assert index.complete("yoon", {"event"}) == (SUMMIT,)
    assert {entry.kind for entry, _ in index.rank("yoon kishida tokyo", {"event"})} == {"event"}


def test_an_empty_text_gives_the_first_entries(index: NameIndex) -> None:
    assert index.complete("", limit=3) == ENTRIES[:3]
    assert index.complete("", {"event"}) == (TALKS, SUMMIT)


def test_chances_of_all_entries_and_of_none_are_one(index: NameIndex) -> None:
    assert 0.99 < sum(chance for _, chance in index.rank("Yoon Suk Yeol")) <= 1.0
    assert sum(chance for _, chance in index.rank("Kim Young-sam")) < 0.9


def test_no_more_choices_than_asked_for() -> None:
    entries = [Entry("actor", f"kim-{n}", (f"Kim {n}",)) for n in range(60)]
    assert len(NameIndex(entries).complete("kim")) == 25
    assert len(set(NameIndex(entries).complete("kim", limit=40))) == 40


def test_many_rows_are_gathered_like_few() -> None:
    pytest.importorskip("numpy")
    rows = [form for entry in ENTRIES for form in map(normalize, entry.names)]
    rows += [f"somebody else {number}" for number in range(candidates.MANY)]
    many, few = candidates.gatherer(rows), candidates.gatherer(rows[:100])
    for typed in ("yoon suk yeol", "kishda", "kim", "岸田", "gsomi", "윤석열"):
        assert many.like(typed, 1) == few.like(typed, 1)
        assert many.like(typed, 1, half_typed=True) == few.like(typed, 1, half_typed=True)


def test_an_entry_without_names_is_found_by_its_id() -> None:
    bare = Entry("topic", "grand-bargain", ())
    index = NameIndex([bare])
    assert index.find("grand bargain").entries == index.complete("gra") == (bare,)


def test_what_is_kept_of_a_typed_name_goes_with_the_next_names() -> None:
    index = NameIndex(ENTRIES)
    for number in range(20):
        index.find(f"harbour{number} quarrel{number}")
    descriptions: object = vars(index)["_descriptions"]
    rows: object = vars(index)["_rows"]
    assert vars(descriptions)["_groups_with"].cache_info().currsize == 16
    assert vars(rows)["_compared"][0] == "harbour19 quarrel19"


def test_an_empty_index_finds_nothing() -> None:
    index = NameIndex([])
    assert index.find("yoon").verdict == "none"
    assert index.complete("") == index.complete("yoon") == ()


@settings(max_examples=500, deadline=None)
@given(st.text(st.characters(), max_size=200))
@example("a" * 4000)
@example("ㅇ" * 4000)
@example("ﷺ" * 4000)
@example("e" + "\u0301" * 4000)
@example("yoon " * 1000)
@example("\ud800\udfff")
@example("(" * 4000)
def test_no_text_is_too_odd(text: str) -> None:
    index = NameIndex(ENTRIES)
    finding = index.find(text)
    assert (
        len(finding.entries)
        in {"sure": (1,), "several": range(2, 6), "none": range(4)}[finding.verdict]
    )
    assert len(index.complete(text)) <= 25


@pytest.mark.parametrize(
    ("text", "normalized"),
    [
        ("  Jun'ichirō   KOIZUMI ", "junichiro koizumi"),
        ("U.S.-Japan", "us japan"),
        ("Ｇ７・サミット", "g7 サミット"),
        ("ﾊﾟｸ", "パク"),
        ("ㅇㅅㅇ", "ㅇㅅㅇ"),
        ("\u202eA\u200bB\u2066", "ab"),
        ("\ud800 🎉", ""),
    ],
)
def test_normalizing_keeps_what_distinguishes_names(text: str, normalized: str) -> None:
    assert normalize(text) == normalized


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("what happened in seoul", ("seoul",)),
        ("東京で開かれた首脳会談", ("東京", "首脳会談")),
        ("尹と岸田の会談", ("尹", "岸田", "会談")),
        ("2023年3月の訪日", ("2023年", "3月", "訪日")),
        ("きしだ", ("きしだ",)),
        ("서울에서 열린 회담", ("서울에서", "회담")),
        ("who is a", ()),
    ],
)
def test_a_text_describes_by_its_telling_words(text: str, words: tuple[str, ...]) -> None:
    assert content_words(text) == words


def test_an_event_is_described_by_where_when_and_who() -> None:
    base, _ = load(Folders(ROOT / "facts", ROOT / "seeds"))
    assert base
    talks, dialogue = base.events["two-plus-two-april"], base.events["strategic-dialogue-2005"]
    assert set(places(talks)) == {
        "Foreign Ministry, Jongno District, Seoul",
        "Seoul",
        "서울",
        "ソウル",
    }
    assert {"talks", "2023年", "April", "4월", "Funakoshi", "서민정"} <= set(
        keywords(talks, parse_date("2023-04"), base.actors)
    )
    curbs = keywords(talks, parse_date("2019-22"), base.actors)
    assert {"2019", "summer", "여름"} <= set(curbs)
    assert "July" not in curbs
    # A state took part; nothing says that its capital saw the talks.
    assert {"Seoul", "Tokyo"}.isdisjoint(keywords(dialogue, None, base.actors))
    assert places(dialogue) == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("yoon suk yeol", "yun seok yeol"),
        ("park geun hye", "bak geun hye"),
        ("kouno tarou", "kono taro"),
    ],
)
def test_romanisations_sound_alike(one: str, other: str) -> None:
    assert phonetic_key(one) == phonetic_key(other)


@pytest.mark.parametrize(
    ("name", "latin"),
    [("윤석열", "yunseogyeol"), ("しょうわ", "shouwa"), ("ファクトチェック", "fakutochekku"),
     ("がっこう", "gakkou"), ("キャンプ", "kyanpu"), ("岸田", "")],
)  # fmt: skip
def test_romanised(name: str, latin: str) -> None:
    assert romanised(name) == latin


def _curated() -> list[Entry]:
    """What can be asked for in the shipped base."""
    base, _ = load(Folders(ROOT / "facts", ROOT / "seeds"))
    assert base
    return [
        Entry(
            kind, thing.id, (thing.label, *thing.also, *chain.from_iterable(thing.names.values()))
        )
        for kind, thing in base.things()
    ]


def test_every_name_of_the_shipped_base_finds_its_thing() -> None:
    entries = _curated()
    index = NameIndex(entries)
    missed = [
        (entry.id, form)
        for entry in entries
        for form in (*entry.names, entry.id)
        if entry not in index.find(form, {entry.kind}).entries
        or entry not in index.complete(form, {entry.kind})
    ]
    assert not missed


@given(st.lists(st.text("aghkostuyoeNm- 윤z0", max_size=12).map(normalize)))
def test_names_sound_the_same_alone_and_together(names: list[str]) -> None:
    assert phonetic_keys(names) == [phonetic_key(name) for name in names]
