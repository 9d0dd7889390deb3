"""Which facts a draft proposes first: each weight, and each rule on repetition, by one order."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.compose.briefing_material import Subject, gather
from bot.compose.briefing_selection import ranked
from bot.facts.build import build
from bot.facts.model import CLAIMS
from bot.facts.store import Store
from tests.small_base import ARTICLE, record_of, write_small_base

CITES = "cites: [{source: ferry-report, paragraph: 4}]"
NEXT = "cites: [{source: ferry-report, paragraph: 5}]"
ELSEWHERE = "cites: [{source: other-report, paragraph: 4}]"
BOTH = "cites: [{source: ferry-report, paragraph: 4}, {source: other-report, paragraph: 4}]"


def fact(
    name: str,
    kind: str = "background",
    more: str = "",
    cites: str = CITES,
    about: str = "pair",
    says: str = "",
) -> str:
    """A fact whose words, unless given, are like those of no other."""
    says = says or " ".join(name + letter * 4 for letter in "klmn")
    by = ", by: norhaven" if kind in CLAIMS else ""
    extra = f", {more}" if more else ""
    return (
        f"  - {{id: {name}, kind: {kind}, {cites}, about: [{about}], says: {says}{by}{extra},"
        " added: 2026-11-22}\n"
    )


def event(
    name: str, *facts: str, when: str = "edtf: 2015, basis: stated", more: str = ""
) -> dict[str, str]:
    """An event of the topic `pair` with its facts, as a file."""
    text = (
        f"id: day-{name}\ntitle: Day {name.upper()}\nkind: incident\nwhen: {{{when}}}\n{more}"
        f"topics: [pair]\n{CITES}\nfacts:\n{''.join(facts)}"
    )
    return {f"events/day-{name}.yaml": text}


def topic(
    facts: str = "", stands: str = "", unknown: str = "", name: str = "pair"
) -> dict[str, str]:
    """A topic with its lists of facts, as a file."""
    lists = {"facts": facts, "stands": stands, "open": unknown}
    text = "".join(f"{key}:\n{held}" for key, held in lists.items() if held)
    return {f"topics/{name}.yaml": f"id: {name}\ntitle: {name.title()}\n{text}"}


async def order(folder: Path, *files: dict[str, str]) -> str:
    """The ids of the ranked facts, the most telling first."""
    folders = write_small_base(folder)
    record = record_of(ARTICLE, 9).replace("ferry-report", "other-report")
    record = record.replace("title: Port", "title: Other port")
    (folders.seeds / "other-report.yaml").write_text(record, "utf-8")
    for name, text in {**topic(), **{k: v for held in files for k, v in held.items()}}.items():
        (folders.facts / name).write_text(text, "utf-8")
    store = await Store.open(build(folders, folder / "var").path)
    try:
        return "".join(record.fact.id for record in ranked(await gather(store, Subject("pair"))))
    finally:
        await store.close()


ACCOUNTS = (
    "accounts: [{source: ferry-report, paragraph: 4, says: So.},"
    " {source: other-report, paragraph: 4, says: No.}]"
)
UNDATED = "basis: undated"
LONG = "hhhhh " * 40

PAIRS = {
    "what happened before background": (event("a", fact("a")), event("b", fact("b", "event"))),
    "a claim that calls for care before another": (
        event("a", fact("a", "position")),
        event("b", fact("b", "position", "caution: So."))),
    "two articles before one": (event("a", fact("a")), event("b", fact("b", cites=BOTH))),
    "the short before the long": (event("a", fact("a", says=LONG)), event("b", fact("b"))),
    "dated before undated": (
        event("a", fact("a", "figure"), when=UNDATED), event("b", fact("b"))),
    "the subject before other things": (
        event("a", fact("a", about="norhaven")), event("b", fact("b"))),
    "differing accounts before one wording": (
        event("a", fact("a", cites=BOTH)), event("b", fact("b", more=ACCOUNTS, cites=BOTH))),
    "a plan before a figure": (
        event("a", fact("a", "figure")), event("b", fact("b", "event"), more="status: planned\n")),
}  # fmt: skip
"""Two events with one fact each; for each reason, the second is the more telling."""


@pytest.mark.parametrize("files", PAIRS.values(), ids=PAIRS)
async def test_the_more_telling_of_two_facts_comes_first(
    tmp_path: Path, files: tuple[dict[str, str], dict[str, str]]
) -> None:
    assert await order(tmp_path, *files) == "ba"


async def test_an_event_that_many_facts_are_about_comes_first(tmp_path: Path) -> None:
    of_b = fact("c", about="day-b")
    assert (await order(tmp_path, event("a", fact("a")), event("b", fact("b")), event("c", of_b)))[
        0
    ] == "b"


async def test_where_a_topic_stands_comes_before_what_it_is(tmp_path: Path) -> None:
    assert await order(tmp_path, topic(fact("a", "figure"), fact("b"))) == "ba"


async def test_an_opinion_about_another_topic_comes_last(tmp_path: Path) -> None:
    aside = topic(fact("a", "opinion"), name="aside")
    told = event("b", fact("b", "opinion", says="bbbbb " * 20))
    assert await order(tmp_path, aside, told) == "ba"


async def test_another_event_comes_before_more_of_the_same(tmp_path: Path) -> None:
    same = event("a", fact("a", "event"), fact("b", "event"))
    assert await order(tmp_path, same, event("c", fact("c", "role"))) == "acb"


async def test_a_part_that_is_still_empty_comes_before_more_of_another(tmp_path: Path) -> None:
    story = event("a", fact("a", "event")), event("b", fact("b", "event"))
    assert await order(tmp_path, *story, topic(fact("c"), name="aside")) == "acb"


async def test_another_article_comes_before_the_same_one(tmp_path: Path) -> None:
    first = event("a", fact("a", "event"))
    same, other = event("b", fact("b", cites=NEXT)), event("c", fact("c", cites=ELSEWHERE))
    assert await order(tmp_path, first, same, other) == "acb"


async def test_what_says_nearly_the_same_is_proposed_once(tmp_path: Path) -> None:
    words = "ppppp qqqqq rrrrr sssss"
    first = event("a", fact("a", "event", says=f"{words} aaaaa."))
    again = event("b", fact("b", "event", says=f"{words} bbbbb."))
    assert await order(tmp_path, first, again, event("c", fact("c"))) == "ac"


async def test_forms_of_a_word_count_as_the_same(tmp_path: Path) -> None:
    first = event("a", fact("a", "event", says="Ferries crossed twice."))
    again = event("b", fact("b", "event", says="Crossings twicely ferriesome."))
    assert await order(tmp_path, first, again) == "a"


async def test_names_of_actors_do_not_make_facts_alike(tmp_path: Path) -> None:
    first = event("a", fact("a", "event", says="Ilse Brandt Norhaven Council aaaaa."))
    again = event("b", fact("b", "event", says="Ilse Brandt Norhaven Council bbbbb."))
    assert await order(tmp_path, first, again) == "ab"


async def test_what_is_partly_alike_comes_after_what_is_not(tmp_path: Path) -> None:
    first = event("a", fact("a", "event", says="ppppp aaaaa aaaab aaaac"))
    alike = event("b", fact("b", "event", says="ppppp bbbbb bbbba bbbbc"))
    assert await order(tmp_path, first, alike, event("c", fact("c", "event"))) == "acb"


async def test_what_is_not_established_is_no_repetition(tmp_path: Path) -> None:
    same = "ppppp qqqqq rrrrr."
    assert await order(tmp_path, topic(fact("a", says=same), unknown=fact("b", says=same))) == "ab"


async def test_the_first_fact_of_a_list_comes_before_the_second_of_another(tmp_path: Path) -> None:
    longer = topic(fact("a") + fact("b"), name="aside")
    assert await order(tmp_path, longer, topic(fact("c"), name="beside")) == "acb"


async def test_what_defines_a_topic_comes_before_what_happened_to_it(tmp_path: Path) -> None:
    assert await order(tmp_path, topic(fact("a", "role") + fact("b", "event"))) == "ab"


async def test_more_of_a_part_loses_to_the_story(tmp_path: Path) -> None:
    short = topic(fact("a", "figure"), name="aside"), topic(fact("c", "figure"), name="beside")
    story = event("b", fact("b", "role")), event("d", fact("d", "role"))
    assert await order(tmp_path, *short, *story) == "abdc"


async def test_what_is_not_established_gains_nothing_by_its_articles(tmp_path: Path) -> None:
    unknown = topic(unknown=fact("a"), name="aside")
    assert (
        await order(tmp_path, unknown, topic(unknown=fact("b", cites=BOTH), name="beside")) == "ab"
    )


async def test_what_tells_too_little_is_not_proposed(tmp_path: Path) -> None:
    notes = f"inferred: {'hhhhh ' * 90}, caution: {'hhhhh ' * 90}"
    long = topic(fact("a", "opinion", notes, says="hhhhh " * 60), name="aside")
    assert await order(tmp_path, long, event("b", fact("b"))) == "b"
