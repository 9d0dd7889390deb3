"""The stories: which faults the lint finds in them, and in which order they come."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from bot.compose.digest_turn import in_turn
from bot.facts.build import check
from bot.facts.model import Citation, Lead
from bot.facts.stories import Story, StoryKind
from tests.small_base import STORY, write_small_base

FILE = "facts/stories/the-line.yaml"
FIRST = date(2027, 1, 1)
OTHER = "{source: ferry-report, paragraph: 4}"
NOWHERE = "{source: x, paragraph: 1}"
BOTH = "storm-2014/ruins, ferry-agreement/signed"


def faults(folder: Path, old: str = "", new: str = "") -> list[str]:
    """The faults of the small base with a story in which one text is another."""
    folders = write_small_base(folder)
    path = folders.facts / "stories/the-line.yaml"
    path.parent.mkdir(exist_ok=True)
    assert old in STORY
    path.write_text(STORY.replace(old, new, 1), "utf-8")
    return [str(fault) for fault in check(folders, folder / "var")[1]]


def test_a_sound_story_has_no_fault(tmp_path: Path) -> None:
    assert faults(tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("[ferry-line]", "[ferries]", "6: no topic has the id `ferries`"),
        ("- ferry-line/start", "- ferry-line/end", "no event or fact is `ferry-line/end`"),
        ("[ferry-agreement/gap]", "[ferry-line/start]", "`ferry-line/start` is listed twice"),
        ("answer: ferry-line/opposed", "answer: ferry-line/nope", "no fact is `ferry-line/nope`"),
        ("{en: Who", "{ko: Who", "no question in the base's own language"),
        ("A ferry line came", "A line recently came", "“recently” depends on when it is read"),
        (
            "paragraph: 5}]",
            "paragraph: 9}]",
            "paragraph 9 of `ferry-report` is listed",
        ),
        ("  - storm-2014/ruins\n", "", "opening and `tells` have 58 words; a day's story has 60"),
        ("when: 2014/2021", "when: May 2021", "`May 2021` is not a date"),
        ("kind: topic", "kind: rumour", "kind"),
        ("kind: topic", "kind: topic\nafter: [the-pier]", "no story has the id `the-pier`"),
        ("kind: topic", "kind: topic\nafter: [the-line]", "comes after `the-line`"),
        (
            "- ferry-line/start",
            "- {says: It runs., rests_on: [ferry-line/begin]}",
            "no event or fact is `ferry-line/begin`",
        ),
        (
            "- ferry-line/lorries\n  - ferry-line/start",
            "- {says: Lorries it is., rests_on: [ferry-line/lorries, ferry-line/start]}",
            "one line retells open and position alike",
        ),
        (
            "- ferry-line/start",
            "- {says: It runs., rest_on: [ferry-line/start]}",
            "`rest_on` is not a field here; did you mean `rests_on`?",
        ),
        ("- ferry-line/start", "- {says: It runs now., rests_on: [ferry-line/start]}", "“now”"),
        (
            "- storm-2014/ruins",
            f"- {{says: It was a storm., rests_on: [storm-2014/ruins], cites: [{OTHER}]}}",
            "no fact of this line cites ferry-report 4; drop it",
        ),
        (
            "- storm-2014/ruins\n  - ferry-agreement/signed",
            f"- {{says: They signed., rests_on: [{BOTH}], cites: [{OTHER}]}}",
            "the line cites nothing of `storm-2014/ruins`; add one of its citations, or drop it",
        ),
        (
            "- storm-2014/ruins",
            f"- {{says: It was a storm., rests_on: [storm-2014/ruins], cites: [{NOWHERE}]}}",
            "no source has the id `x`",
        ),
    ],
)
def test_a_fault_is_found(tmp_path: Path, old: str, new: str, fault: str) -> None:
    found = faults(tmp_path, old, new)
    assert any(fault in each and each.startswith(FILE) for each in found), found


def test_a_story_tells_of_each_topic_that_it_names(tmp_path: Path) -> None:
    topics = write_small_base(tmp_path).facts / "topics"
    other = (topics / "ferry-line.yaml").read_text("utf-8").replace("id: ferry-line", "id: lorries")
    (topics / "lorries.yaml").write_text(other, "utf-8")
    fault = "no line of a day is about `lorries`; add one, or drop the topic"
    assert any(fault in each for each in faults(tmp_path, "[ferry-line]", "[ferry-line, lorries]"))
    assert not any("is about `ferry-line`" in each for each in faults(tmp_path))


@pytest.mark.parametrize(
    ("after", "answer", "fault"),
    [
        ("", "ferry-line/opposed", "`the-line` asks for `ferry-line/opposed`"),
        ("", "ferry-line/lorries", "the story tells `ferry-line/lorries` already"),
        ("", "storm-2014/ruins", "`the-line` tells `storm-2014/ruins` already"),
        ("", "ferry-line/start", "`ferry-line/start` says what no article tells"),
        ("", "ferry-agreement/gap", None),
        ("after: [the-line]\n", "ferry-agreement/gap", "`the-line` tells `ferry-agreement/gap`"),
    ],
)
def test_a_question_leads_to_what_no_story_asks_and_no_earlier_one_tells(
    tmp_path: Path, after: str, answer: str, fault: str | None
) -> None:
    folders = write_small_base(tmp_path)
    line = (
        "{says: Sudbian fishermen oppose the line., rests_on: [ferry-line/opposed], weekly: true}"
    )
    asked = STORY.replace(f"  - {line}\n", "")
    told = f"  - {{says: {'One more word. ' * 20}, rests_on: [ferry-line/lorries]}}"
    other = asked[: asked.index("tells:")].replace("the-line", "the-pier")
    question = f"question: {{en: What else?}}\nanswer: {answer}"
    path = folders.facts / "stories/the-line.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(asked, "utf-8")
    pier = f"{other}{after}tells:\n{told}\n  - {line}\n{question}\n"
    path.with_name("the-pier.yaml").write_text(pier, "utf-8")
    found = [str(each) for each in check(folders, tmp_path / "var")[1]]
    assert any(fault in each for each in found) if fault else not found, found


def test_a_story_is_no_longer_than_readers_get_through(tmp_path: Path) -> None:
    found = faults(tmp_path, "ferry line again.", f"ferry line again{' x' * 60}.")
    assert any("a day's story has 60 to 120" in each for each in found), found


def test_a_weeks_story_has_room_for_more(tmp_path: Path) -> None:
    assert not faults(tmp_path / "more", "years ended.", f"years ended{' x' * 100}.")
    old = STORY[STORY.index("gap of") : STORY.index(" oppose")]
    found = faults(tmp_path / "most", old, old.replace(" of", " x" * 90).replace("Sud", "x " * 90))
    assert any("a week's story has at most 220" in each for each in found), found


def test_once_a_base_has_stories_each_fact_is_in_one(tmp_path: Path) -> None:
    gap = "So a gap of seven years ended., rests_on: [ferry-agreement/gap], weekly: true"
    [fault] = faults(tmp_path, f"  - {{says: {gap}}}\n", "")
    assert fault == (
        "facts/events/ferry-agreement.yaml:20: no story tells `ferry-agreement/gap`;"
        " add it to `tells` of one"
    )


# Whose turn it is


def story(number: int, kind: StoryKind, topic: str) -> Story:
    """A story of which only the kind and the topic matter."""
    return Story(
        id=f"{kind}-{number}",
        title="-",
        basis="stated",
        central=False,
        kind=kind,
        when=None,
        topics=(topic,),
        opening=Lead(says="-", cites=(Citation(source="report", paragraph=1),)),
        tells=("a/a",),
        after=(),
        question={"en": "-"},
        answer="a/a",
    )


def read(
    stories: list[Story], days: int, first: date = FIRST, chosen: frozenset[str] = frozenset()
) -> list[Story]:
    """What a server reads on consecutive days."""
    told, came = dict[str, date](), list[Story]()
    for day in (first + timedelta(days=n) for n in range(days)):
        came.append(in_turn(stories, told, day, chosen)[0])
        told[came[-1].id] = day
    return came


def test_neighbours_differ_as_long_as_they_can() -> None:
    kinds: list[tuple[StoryKind, int]] = [("topic", 6), ("person", 3), ("open", 2)]
    stories = [story(n, kind, f"t{n}") for kind, number in kinds for n in range(number)]
    came = read(stories, len(stories))
    assert {each.id for each in came} == {each.id for each in stories}
    assert all(one.kind != other.kind for one, other in pairwise(came))


def test_each_topic_has_its_first_story_before_any_has_its_second() -> None:
    kinds: list[StoryKind] = ["person", "open", "disagreement"]
    stories = [story(n, kinds[n % 3], f"t{n % 4}") for n in range(12)]
    came = read(stories, 12)
    assert max(Counter(each.topics[0] for each in came[:4]).values()) <= 2
    assert len({each.topics[0] for each in came[:6]}) == 4


def test_a_story_waits_for_those_that_it_comes_after() -> None:
    kinds: list[StoryKind] = ["topic", "open", "person"]
    stories = [story(n, kinds[n % 3], f"t{n}") for n in range(6)]
    earlier = {"open-1": "topic-3", "topic-3": "person-5", "person-2": "gone"}
    stories = [
        each.model_copy(update={"after": (earlier[each.id],) if each.id in earlier else ()})
        for each in stories
    ]
    for first in range(9):
        came = [each.id for each in read(stories, 6, FIRST + timedelta(days=first))]
        assert came.index("person-5") < came.index("topic-3") < came.index("open-1"), came


def test_what_most_stories_wait_for_comes_first() -> None:
    stories = [story(n, "topic", f"t{n}") for n in range(5)]
    last = stories.pop().model_copy(update={"after": ("topic-2",)})
    assert read([*stories, last], 1)[0].id == "topic-2"


def test_central_stories_come_before_others_of_a_kind_that_may_come() -> None:
    kinds: list[StoryKind] = ["topic", "person"]
    stories = [story(n, kinds[n % 2], f"t{n % 3}") for n in range(12)]
    central = {f"topic-{n}" for n in (4, 8, 10)}
    stories = [each.model_copy(update={"central": each.id in central}) for each in stories]
    for first in range(9):
        came = [each.id for each in read(stories, 12, FIRST + timedelta(days=first))]
        assert central <= {*came[:6]}, came


def test_a_central_story_that_only_touches_a_chosen_topic_comes_after_those_of_it() -> None:
    own = story(0, "open", "pact")
    wider = story(1, "open", "trade").model_copy(
        update={"topics": ("trade", "pact"), "central": True}
    )
    assert in_turn([wider, own], {}, FIRST, frozenset({"pact"})) == [own, wider]


def test_what_belongs_to_a_chosen_topic_comes_before_what_only_touches_it() -> None:
    kinds: list[StoryKind] = ["topic", "open", "person"]
    belong = [story(n, kind, "pact") for n, kind in enumerate(kinds)]
    touch = [
        story(n, kind, "trade").model_copy(update={"topics": ("trade", *("else",) * n, "pact")})
        for n, kind in enumerate(kinds)
    ]
    turn = in_turn([*touch[::-1], *belong], {}, FIRST, frozenset({"pact"}))
    assert {each.id for each in turn[:3]} == {each.id for each in belong}
    assert turn[3:] == touch, "the less it is about the topic, the later"


def test_what_only_touches_a_chosen_topic_parts_two_stories_of_one_kind() -> None:
    belong = [story(n, "open", "pact") for n in range(2)]
    touch = story(0, "person", "trade").model_copy(update={"topics": ("trade", "pact")})
    came = read([touch, *belong], 3, chosen=frozenset({"pact"}))
    assert [each.kind for each in came] == ["open", "person", "open"]


def test_a_topic_does_not_come_again_within_three_stories_if_there_are_others() -> None:
    kinds: list[StoryKind] = ["topic", "open", "person", "disagreement"]
    stories = [story(n, kinds[n // 4], f"t{n % 4}") for n in range(16)]
    waits = {"topic-0": "person-8"}  # what others wait for would come first
    stories = [
        each.model_copy(update={"after": (waits[each.id],) if each.id in waits else ()})
        for each in stories
    ]
    for first in range(5):
        came = [each.topics[0] for each in read(stories, 8, FIRST + timedelta(days=first))]
        assert all(len({*came[at : at + 4]}) == 4 for at in range(4)), came


def test_a_second_round_has_the_order_of_the_first() -> None:
    stories = [story(n, "topic", f"t{n}") for n in range(5)]
    came = read(stories, 10)
    assert came[:5] == came[5:]


def test_the_same_day_and_past_give_the_same_story() -> None:
    stories = [story(n, "topic", f"t{n}") for n in range(9)]
    assert in_turn(stories, {}, FIRST) == in_turn(stories[::-1], {}, FIRST)
    other = FIRST + timedelta(days=1)
    assert in_turn(stories, {}, FIRST) != in_turn(stories, {}, other)
