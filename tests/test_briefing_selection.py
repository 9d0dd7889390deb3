"""Which facts a draft proposes, and in which section each is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from bot.cards.card import Question
from bot.compose.briefing_card import BriefingLayout
from bot.compose.briefing_material import Material, Subject, gather
from bot.compose.briefing_selection import select
from bot.facts.build import build
from bot.facts.model import CLAIMS
from bot.facts.records import FactRecord
from bot.facts.store import Store
from bot.texts.catalogues import words_in
from tests.small_base import write_small_base

UI = words_in("en")
CITES = "cites: [{source: ferry-report, paragraph: 4}]"


def fact(name: str, kind: str = "event", more: str = "", says: str = "") -> str:
    """A fact whose words, unless given, are like those of no other."""
    says = says or " ".join(name + letter * 4 for letter in "klmn")
    by = ", by: norhaven" if kind in CLAIMS and "by:" not in more else ""
    extra = f", {more}" if more else ""
    return (
        f"  - {{id: {name}, kind: {kind}, {CITES}, about: [pair], says: {says}{by}{extra},"
        " added: 2026-11-22}\n"
    )


def event(name: str, *facts: str, when: str = "edtf: 2015, basis: stated", more: str = "") -> str:
    """An event with its facts, as a file."""
    return (
        f"id: day-{name}\ntitle: Day {name.upper()}\nkind: incident\nwhen: {{{when}}}\n"
        f"{more or 'topics: [pair]'}\n{CITES}\nfacts:\n{''.join(facts)}"
    )


PLANNED = "status: planned\ntopics: [pair]"
EARLIER = event("z", fact("z", "background"), when="edtf: 2010, basis: stated")


def topic(more: str = "", **lists: str) -> str:
    """A topic with its lists of facts, as a file."""
    text = "".join(f"{key}:\n{held}" for key, held in lists.items())
    return f"id: pair\ntitle: Pair\n{more}{text}"


async def material_of(folder: Path, *files: str, subject: str | Subject = "pair") -> Material:
    """What a briefing on a subject of the small base with these files can show."""
    if isinstance(subject, str):
        subject = Subject(subject)
    folders = write_small_base(folder)
    for text in files if any(text.startswith("id: pair") for text in files) else (topic(), *files):
        name = text.partition("\n")[0].removeprefix("id: ")
        kind = "events" if name.startswith("day-") else "topics"
        (folders.facts / kind / f"{name}.yaml").write_text(text, "utf-8")
    store = await Store.open(build(folders, folder / "var").path)
    try:
        return await gather(store, subject)
    finally:
        await store.close()


def chosen(material: Material, most: int = 99) -> str:
    """The ids of the proposed facts, the most telling first."""

    def fits(facts: Sequence[FactRecord]) -> bool:
        return len(facts) <= most

    return "".join(record.fact.id for record in select(material, fits))


# ---- What is chosen ----------------------------------------------------------------------------


async def test_the_sections_take_turns(
    tmp_path: Path,
) -> None:
    material = await material_of(
        tmp_path,
        topic(facts=fact("a"), stands=fact("b"), open=fact("c")),
        event("d", fact("d")),
        event("e", fact("e")),
    )
    assert chosen(material) == "acdbe"


async def test_what_curators_put_first_comes_before_all_sections(tmp_path: Path) -> None:
    first = "order: [day-d/d, pair/c]\n"
    material = await material_of(
        tmp_path, topic(first, facts=fact("a"), open=fact("c")), event("d", fact("d"))
    )
    assert chosen(material) == "adc"


async def test_what_is_not_established_comes_after_two_that_curators_put_first(
    tmp_path: Path,
) -> None:
    lists = topic("order: [day-d/d, day-e/e, day-f/f]\n", facts=fact("a"), open=fact("c"))
    events = (event(each, fact(each)) for each in "def")
    assert chosen(await material_of(tmp_path, lists, *events)) == "adecf"


async def test_one_thing_that_is_not_known_of_an_event_brings_no_other(tmp_path: Path) -> None:
    unknown = "".join(fact(each).replace("[pair]", "[pair, day-b]") for each in "op")
    lists = topic(facts=fact("a"), open=unknown)
    material = await material_of(tmp_path, lists, event("b", fact("b")))
    begun = [record for record in material.facts if record.fact.id == "o"]

    def fits(facts: Sequence[FactRecord]) -> bool:
        return all(record.fact.id != "b" for record in facts)

    assert {record.fact.id for record in select(material, fits, begun)} == {"o", "a"}


async def test_a_draft_has_what_curators_chose_in_their_order_and_nothing_else(
    tmp_path: Path,
) -> None:
    listed = topic("briefing: [day-d/d, pair/c]\n", facts=fact("a"), open=fact("c"))
    assert chosen(await material_of(tmp_path, listed, event("d", fact("d"), fact("e")))) == "dc"


@pytest.mark.parametrize(("more", "order"), [("", "cb"), (", before: day-c", "bc")])
async def test_a_loose_date_comes_after_the_firm_ones_in_it_unless_it_is_proven_to_be_earlier(
    tmp_path: Path, more: str, order: str
) -> None:
    loose = f"edtf: 2015-03/2015-12, basis: stated{more}"
    firm = "edtf: 2015-04-02, basis: stated"
    material = await material_of(
        tmp_path,
        topic(facts=fact("a")),
        event("b", fact("b"), when=loose),
        event("c", fact("c"), when=firm),
    )
    told = [each.fact.id for each in material.facts if each.owner.startswith("day-")]
    assert "".join(told) == order


async def test_an_event_of_which_only_the_end_is_known_comes_where_it_ended(tmp_path: Path) -> None:
    material = await material_of(
        tmp_path,
        topic(facts=fact("w")),
        event("a", fact("a"), when="edtf: 2013, basis: stated"),
        event("b", fact("b"), when="edtf: ../2014, basis: stated"),
        event("c", fact("c")),
    )
    assert "".join(each.fact.id for each in material.in_order(material.facts)) == "wabc"


async def test_what_an_event_out_of_reach_says_of_a_topic_is_not_told(tmp_path: Path) -> None:
    elsewhere = event("f", fact("f"), more="topics: [ferry-line]")
    material = await material_of(tmp_path, topic(facts=fact("a")), elsewhere)
    assert [each.key for each in material.facts] == ["pair/a"]


async def test_what_people_often_say_without_an_article_has_a_section_of_its_own(
    tmp_path: Path,
) -> None:
    unknown = fact("c") + fact("m", more="hearsay: true")
    material = await material_of(tmp_path, topic(facts=fact("a"), open=unknown))
    assert {key: material.sections[f"pair/{key}"] for key in "acm"} == {
        "a": "what",
        "c": "open",
        "m": "hearsay",
    }
    assert chosen(material) == "acm"


async def test_curators_may_choose_what_no_link_leads_to(tmp_path: Path) -> None:
    listed = topic("briefing: [pair/a, day-f/f, day-l/l]\n", facts=fact("a"))
    elsewhere = "topics: [ferry-line]"
    far = fact("f").replace("about: [pair]", "about: [ferry-line]")
    late = fact("l").replace("about: [pair]", "about: [ferry-line]")
    material = await material_of(
        tmp_path,
        listed,
        event("f", far, when="edtf: 1999, basis: stated", more=elsewhere),
        event("b", fact("b")),
        event("l", late, when="edtf: 2019, basis: stated", more=elsewhere),
    )
    assert chosen(material) == "afl"
    assert material.sections["day-f/f"] == "led"
    assert material.sections["day-l/l"] == "happened"


@pytest.mark.parametrize("curated", [True, False])
async def test_what_is_not_known_of_an_event_is_told_only_beside_that_event(
    tmp_path: Path, curated: bool
) -> None:
    lists = "briefing: [pair/a, pair/o, day-b/b]\n" if curated else ""
    unknown = fact("o").replace("about: [pair]", "about: [day-b]")
    material = await material_of(
        tmp_path, topic(lists, facts=fact("a"), open=unknown), event("b", fact("b"))
    )
    assert chosen(material, 1) == "a"
    told = [record for record in material.facts if record.fact.id == "b"]
    assert "o" not in chosen(material, 2)
    assert [record.fact.id for record in select(material, lambda _: True, told)][:1] == ["b"]
    assert "o" in {record.fact.id for record in select(material, lambda _: True, told)}


async def test_what_no_date_puts_before_or_after_an_event_is_its_background(tmp_path: Path) -> None:
    elsewhere = "topics: [ferry-line]\n"
    own = event("b", fact("b"), more=f"briefing: [day-b/b, day-c/c]\n{elsewhere}")
    about = fact("c").replace("about: [pair]", "about: [ferry-line]")
    beside = event("c", about, when="edtf: 2014/2016, basis: stated", more=elsewhere)
    material = await material_of(tmp_path, own, beside, subject="day-b")
    assert material.sections["day-c/c"] == "background"


async def test_the_most_telling_of_what_was_said_is_read_first(tmp_path: Path) -> None:
    said = event("a", fact("x"), fact("a", "position"), fact("b", "position"))
    material = await material_of(tmp_path, topic("briefing: [day-a/b, day-a/a]\n"), said, EARLIER)
    assert [record.fact.id for record in material.facts if record.fact.id in "ab"] == ["b", "a"]


async def test_after_a_few_that_do_not_fit_a_curated_draft_is_done(tmp_path: Path) -> None:
    names = "abcdefg"
    keys = ", ".join(f"pair/{name}" for name in names)
    facts = "".join(fact(name, "background") for name in names)
    material = await material_of(tmp_path, topic(f"briefing: [{keys}]\n", facts=facts))

    def told(unfit: str) -> str:
        found = select(material, lambda facts: not any(each.fact.id in unfit for each in facts))
        return "".join(record.fact.id for record in found)

    assert told("bcd") == "aefg"
    assert told("bcde") == "a"


async def test_a_longer_draft_goes_on_from_what_was_begun(tmp_path: Path) -> None:
    material = await material_of(tmp_path, topic(facts=fact("a")), event("c", fact("c"), fact("d")))
    begun = [record for record in material.facts if record.fact.id == "d"]
    facts = select(material, lambda facts: len(facts) <= 2, begun)
    assert facts[0].fact.id == "d"
    assert len(facts) == 2


async def test_the_facts_of_an_event_are_read_in_the_order_of_its_file(tmp_path: Path) -> None:
    held, more = fact("a"), fact("b")
    first = event("c", held, more, more="topics: [pair]\norder: [day-c/b, day-c/a]")
    material = await material_of(tmp_path, EARLIER, first)
    assert [record.fact.id for record in material.facts][-2:] == ["a", "b"]


async def test_a_whole_is_read_before_its_parts(tmp_path: Path) -> None:
    days = "edtf: 2016-03-16/2016-03-17, basis: stated"
    visit = event("v", fact("v"), when=days)
    summit = event(
        "s",
        fact("s"),
        when="edtf: 2016-03-16, basis: stated",
        more="topics: [pair]\npart_of: day-v",
    )
    material = await material_of(tmp_path, EARLIER, summit, visit)
    assert [record.fact.id for record in material.facts][-2:] == ["v", "s"]


async def test_where_a_topic_stood_before_a_later_event_is_no_longer_where_it_stands(
    tmp_path: Path,
) -> None:
    stands = fact("s", "background").replace("about: [pair]", "about: [day-b]")
    earlier = event("b", fact("b"))
    later = event("l", fact("l"), when="edtf: 2019, basis: stated")
    files = topic(facts=fact("a"), stands=stands), earlier
    assert (await material_of(tmp_path / "one", *files)).sections["pair/s"] == "stands"
    assert (await material_of(tmp_path / "two", *files, later)).sections["pair/s"] == "background"


async def test_only_the_first_fact_of_a_topic_that_is_no_claim_says_what_it_is(
    tmp_path: Path,
) -> None:
    material = await material_of(
        tmp_path, topic(facts=fact("c", "opinion") + fact("a", "background") + fact("b", "figure"))
    )
    assert material.sections == {"pair/c": "said", "pair/a": "what", "pair/b": "background"}


async def test_another_event_comes_before_more_of_the_same(tmp_path: Path) -> None:
    material = await material_of(tmp_path, event("a", fact("a"), fact("b")), event("c", fact("c")))
    assert chosen(material) == "acb"


async def test_what_says_nearly_the_same_is_proposed_once(tmp_path: Path) -> None:
    words = "ppppp qqqqq rrrrr sssss"
    material = await material_of(
        tmp_path,
        event("a", fact("a", says=f"{words} aaaaa.")),
        event("b", fact("b", says=f"{words} bbbbb.")),
        event("c", fact("c")),
    )
    assert chosen(material) == "ac"


async def test_what_shares_a_word_and_a_paragraph_with_another_is_proposed_too(
    tmp_path: Path,
) -> None:
    material = await material_of(
        tmp_path,
        event("a", fact("a", says="ppppp qqqqq rrrrr sssss.")),
        event("b", fact("b", says="ppppp ttttt uuuuu vvvvv.")),
    )
    assert chosen(material) == "ab"


async def test_where_a_topic_stands_also_tells_the_event_behind_it(tmp_path: Path) -> None:
    stands = fact("a").replace("about: [pair]", "about: [day-b]")
    material = await material_of(
        tmp_path, topic("order: [pair/a]\n", stands=stands), EARLIER, event("b", fact("b"))
    )
    assert chosen(material) == "za"


async def test_an_event_is_not_told_again_by_where_its_topic_stands(tmp_path: Path) -> None:
    stands = fact("a").replace("about: [pair]", "about: [day-b]")
    further = fact("c").replace("about: [pair]", "about: [day-b, day-e]")
    files = topic(stands=stands + further), event("b", fact("b")), event("e", fact("e"))
    assert chosen(await material_of(tmp_path, *files, subject="day-b")) == "bc"


async def test_a_whole_of_which_a_part_is_told_is_not_told(tmp_path: Path) -> None:
    part = event("s", fact("s"), more="topics: [pair]\npart_of: day-v")
    material = await material_of(
        tmp_path, topic("order: [day-s/s]\n"), EARLIER, event("v", fact("v")), part
    )
    assert chosen(material) == "zs"


async def test_a_full_draft_has_what_was_put_first_and_had_no_room(tmp_path: Path) -> None:
    first = topic("order: [day-d/d, day-c/c]\n", facts=fact("a"))
    material = await material_of(
        tmp_path, first, event("c", fact("c"), fact("x")), event("d", fact("d"))
    )
    begun = [record for record in material.facts if record.fact.id in "ad"]
    added = select(material, lambda facts: len(facts) <= 3, begun)[len(begun) :]
    assert [record.fact.id for record in added] == ["c"]


async def test_what_is_not_established_is_no_repetition(tmp_path: Path) -> None:
    same = "ppppp qqqqq rrrrr."
    material = await material_of(
        tmp_path, topic(facts=fact("a", says=same), open=fact("b", says=same))
    )
    assert chosen(material) == "ab"


async def test_what_does_not_fit_is_passed_over(tmp_path: Path) -> None:
    material = await material_of(
        tmp_path, topic(facts=fact("a"), open=fact("b")), EARLIER, event("c", fact("c"))
    )
    assert chosen(material, most=2) == "ab"


# ---- The card ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "of_event", "date"),
    [("plan", "announcement", "2015"), ("proposal", "announcement", None), ("plan", "talks", None)],
)
async def test_what_was_announced_has_the_date_of_its_announcement(
    tmp_path: Path, kind: str, of_event: str, date: str | None
) -> None:
    own = event("a", fact("x"), fact("p", kind)).replace("incident", of_event)
    material = await material_of(tmp_path, own, EARLIER)
    card = BriefingLayout(material, UI).card("", material.facts)
    (line,) = (
        line
        for section in card.sections
        for line in section.lines
        if line.fact and line.fact.key == "day-a/p"
    )
    assert line.opening == date


async def test_a_year_that_is_worked_out_is_marked_where_it_comes_first(tmp_path: Path) -> None:
    says = fact("a", more="inferred: It was 2015.", says="In 2015 it came and in 2015 it went.")
    material = await material_of(tmp_path, event("a", says), EARLIER)
    card = BriefingLayout(material, UI).card("", material.facts)
    texts = [line.text for section in card.sections for line in section.lines]
    assert f"In 2015 ({UI('mark.inferred-year')}) it came and in 2015 it went." in texts


@pytest.mark.parametrize(
    ("subject", "kind"), [("pair", "thing"), ("day-a", "event"), ("ilse-brandt", "person")]
)
async def test_the_first_heading_says_what_a_briefing_is_about(
    tmp_path: Path, subject: str, kind: str
) -> None:
    files = topic(facts=fact("w")), event("a", fact("a"))
    material = await material_of(tmp_path, *files, subject=subject)
    card = BriefingLayout(material, UI).card("", material.facts)
    assert card.sections[0].heading == UI(f"briefing.what.{kind}")


async def test_what_was_planned_has_its_date_even_if_it_says_it(tmp_path: Path) -> None:
    says = fact("a", says="It was to be in 2015.")
    material = await material_of(tmp_path, event("a", says, more=PLANNED), EARLIER)
    card = BriefingLayout(material, UI).card("", material.facts)
    (line,) = [line for each in card.sections for line in each.lines if "to be" in line.text]
    planned = UI("briefing.planned", date="2015")
    assert line.opening == planned[0].upper() + planned[1:]


@pytest.mark.parametrize(("subject", "is_called_one"), [("pair", False), ("day-a", True)])
async def test_a_plan_is_called_one_unless_the_heading_says_so(
    tmp_path: Path, subject: str, is_called_one: bool
) -> None:
    own = event("a", fact("x"), fact("p", "plan"))
    material = await material_of(tmp_path, own, EARLIER, subject=subject)
    card = BriefingLayout(material, UI).card("", material.facts)
    lines = [line for section in card.sections for line in section.lines if line.fact]
    (label,) = [line.label for line in lines if line.fact and line.fact.key == "day-a/p"]
    assert bool(label) == is_called_one


@pytest.mark.parametrize(
    ("subject", "question"),
    [
        (Subject("pair"), Question("topic", {"name": "pair"})),
        (Subject(first=date(2015, 1, 1)), Question("timeline", {"from": "2015-01-01"})),
        (Subject("gone"), Question("about")),
    ],
)
async def test_a_briefing_leads_to_everything_about_its_subject(
    tmp_path: Path, subject: Subject, question: Question
) -> None:
    material = await material_of(tmp_path, EARLIER, subject=subject)
    card = BriefingLayout(material, UI).card("", ())
    assert card.question == question
    assert [action.question for action in card.actions] == [question] * (subject.thing != "gone")


# ---- The section of a fact ---------------------------------------------------------------------

ACCOUNT = "{source: ferry-report, paragraph: 4, says: So.}"
ACCOUNTS = f"accounts: [{ACCOUNT}, {ACCOUNT}]"

SECTIONS = {
    "what is said of an event": (event("a", fact("x"), fact("a", "position")), "said"),
    "a claim with a caution": (event("a", fact("a", "position", "caution: So.")), "care"),
    "what was planned": (event("a", fact("a"), more=PLANNED), "planned"),
    "more of what was planned": (event("a", fact("x"), fact("a"), more=PLANNED), "planned"),
    "what people decided to do": (event("a", fact("a", "plan")), "happened"),
    "what an article saw ahead": (event("a", fact("a", "plan", "by: ferry-report")), "planned"),
    "what people announced besides": (event("a", fact("x"), fact("a", "plan")), "planned"),
    "an explanation": (event("a", fact("x"), fact("a", "background")), "background"),
    "a difference": (event("a", fact("x"), fact("a", "figure", ACCOUNTS)), "differ"),
    "other wordings": (event("a", fact("x"), fact("a", "event", ACCOUNTS)), "happened"),
    "an anniversary": (event("a", fact("a")).replace("incident", "anniversary"), "background"),
    "the beginning": (event("a", fact("a")), "what"),
}  # fmt: skip


@pytest.mark.parametrize(("file", "section"), SECTIONS.values(), ids=SECTIONS)
async def test_a_fact_is_in_its_section(tmp_path: Path, file: str, section: str) -> None:
    material = await material_of(tmp_path, *([file] if section == "what" else [file, EARLIER]))
    assert material.sections["day-a/a"] == section


async def test_the_beginning_of_a_topic_says_what_it_is_only_in_a_fact_about_it(
    tmp_path: Path,
) -> None:
    first = fact("a").replace("[pair]", "[ferry-line]") + fact("b", "position")
    material = await material_of(tmp_path, event("a", first))
    assert material.sections["day-a/a"] == "happened"
    assert BriefingLayout(material, UI).card("", material.facts).sections, "nothing comes before"


async def test_what_another_topic_says_of_a_topic_does_not_say_what_it_is(tmp_path: Path) -> None:
    other = f"id: other\ntitle: Other\nfacts:\n{fact('b', 'background')}"
    lists = topic("order: [other/b]\n", facts=fact("a"))
    material = await material_of(tmp_path, lists, other)
    assert material.sections == {"other/b": "background", "pair/a": "what"}


async def test_what_an_article_says_of_an_event_may_lie_outside_a_period(tmp_path: Path) -> None:
    told = event("a", fact("x"), fact("a", "position", "by: ferry-report"))
    year = Subject(first=date(2015, 1, 1), last=date(2015, 12, 31))
    material = await material_of(tmp_path, told, subject=year)
    assert material.sections["day-a/a"] == "may"
    assert material.sections["day-a/x"] != "may"


async def test_an_article_that_saw_an_event_ahead_comes_before_it(tmp_path: Path) -> None:
    foreseen = fact("a", "plan", "by: ferry-report")
    material = await material_of(tmp_path, event("a", fact("x"), foreseen), subject="day-a")
    assert material.sections["day-a/a"] == "led"
    assert material.sections["day-a/x"] == "what"


async def test_a_claim_that_curators_put_first_is_told_as_what_was_said(tmp_path: Path) -> None:
    claim = event("a", fact("a", "position", "caution: So."))
    material = await material_of(tmp_path, topic("order: [day-a/a]\n"), claim, EARLIER)
    assert material.sections["day-a/a"] == "said"


async def test_what_curators_put_first_of_a_topic_says_what_it_is(tmp_path: Path) -> None:
    facts = fact("a", "background") + fact("b", "figure") + fact("c", "figure")
    material = await material_of(tmp_path, topic("order: [pair/c]\n", facts=facts))
    assert material.sections == {"pair/a": "background", "pair/b": "background", "pair/c": "what"}
    assert chosen(material) == "cab"


async def test_a_topic_that_says_what_it_is_needs_no_event_for_that(tmp_path: Path) -> None:
    material = await material_of(tmp_path, topic(facts=fact("w")), event("a", fact("a")))
    assert material.sections == {"pair/w": "what", "day-a/a": "happened"}


async def test_what_an_actor_did_does_not_say_who_it_is_but_that_it_took_office_does(
    tmp_path: Path,
) -> None:
    who = "topics: [pair]\nwho: [{actor: ilse-brandt}]"
    about = (fact(each).replace("[pair]", "[ilse-brandt]") for each in "ab")
    took, did = (event(name, told, more=who) for name, told in zip("ab", about, strict=True))
    files = topic(facts=fact("w")), took.replace("incident", "appointment"), did
    material = await material_of(tmp_path, *files, subject="ilse-brandt")
    assert material.sections["day-a/a"] == "what"
    assert material.sections["day-b/b"] == "happened"


async def test_a_period_is_told_by_what_curators_tell_of_its_subjects(tmp_path: Path) -> None:
    listed = topic("briefing: [day-c/c, day-b/b]\n", facts=fact("w"))
    more = "topics: [pair]\nbriefing: [day-c/c]"
    events = (event("a", fact("a")), event("b", fact("b")), event("c", fact("c"), more=more))
    material = await material_of(
        tmp_path, listed, *events, subject=Subject(None, date(2015, 1, 1), date(2015, 12, 31))
    )
    assert chosen(material) == "cb"
    assert "a" in {record.fact.id for record in material.facts}


@pytest.mark.parametrize(("days", "told"), [("2015/2016", "a"), ("2015/2018", "")])
async def test_what_may_miss_a_period_is_told_if_a_third_of_its_days_are_in_it(
    tmp_path: Path, days: str, told: str
) -> None:
    material = await material_of(
        tmp_path,
        event("a", fact("a"), when=f"edtf: {days}, basis: inferred, why: It says so."),
        subject=Subject(None, date(2015, 1, 1), date(2015, 12, 31)),
    )
    assert chosen(material) == told


async def test_a_fact_that_curators_put_first_has_no_substitute(tmp_path: Path) -> None:
    material = await material_of(
        tmp_path,
        topic("order: [day-b/b]\n", facts=fact("a"), open=fact("o")),
        EARLIER,
        event("b", fact("b", says="long " * 40), fact("c")),
    )

    def fits(facts: Sequence[FactRecord]) -> bool:
        return len(facts) <= 2 and all(record.fact.id != "b" for record in facts)

    assert [record.fact.id for record in select(material, fits)] == ["a", "o"]


async def test_the_wordings_of_one_article_are_not_called_a_difference_of_sources(
    tmp_path: Path,
) -> None:
    told = event("a", fact("x"), fact("a", "figure", ACCOUNTS))
    material = await material_of(tmp_path, told, EARLIER)
    card = BriefingLayout(material, UI).card("One article", material.facts)
    headings = [section.heading for section in card.sections]
    assert UI("briefing.section.worded") in headings
    assert UI("part.differ") not in headings


async def test_an_events_briefing_knows_where_its_topics_stand(tmp_path: Path) -> None:
    elsewhere = fact("c").replace("about: [pair]", "about: [day-b]")
    stands, unknown = (fact(each).replace("[pair]", "[day-a]") for each in "so")
    lists = topic(facts=fact("w"), stands=stands, open=unknown + fact("n") + elsewhere)
    material = await material_of(
        tmp_path, lists, event("a", fact("a")), event("b", fact("b")), subject="day-a"
    )
    assert {record.key for record in material.facts} == {"day-a/a", "pair/s", "pair/o"}
