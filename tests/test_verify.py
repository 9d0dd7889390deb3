"""Verifying: a true base has no fault, and each planted one is found on its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.app import app
from bot.documents import Fault
from bot.facts.load import Folders
from bot.facts.model import Source
from bot.parsing.quantities import dates, quantities
from bot.verification.evidence import Paragraph, in_year_of
from bot.verification.mentions import key
from bot.verification.rules import verify
from tests.small_base import ARTICLE, STORY, record_of, write_small_base

AGREEMENT = "facts/events/ferry-agreement.yaml"
STORM = "facts/events/storm-2014.yaml"
TOPIC = "facts/topics/ferry-line.yaml"
ILSE = "facts/actors/ilse-brandt.yaml"
RECORD = "seeds/ferry-report.yaml"
LEAD = "lead: {says: It closed for 160 days., cites: [{source: ferry-report, paragraph: 5}]}"


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return write_small_base(tmp_path)


def plant(folders: Folders, path: str, old: str, new: str) -> int:
    """Replace a text that occurs once in a file; returns the line on which it began."""
    file = folders.facts.parent / path
    text = file.read_text("utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), "utf-8")
    return text[: text.index(old)].count("\n") + 1


def found(folders: Folders) -> list[Fault]:
    return verify(folders, folders.seeds)


def test_a_true_base_has_no_fault(folders: Folders) -> None:
    assert found(folders) == []


@pytest.mark.parametrize(
    ("path", "old", "new", "what"),
    [
        # figures
        (STORM, "150 days", "160 days", "the figure “160 days” is not in"),
        (STORM, "150 days", "150 weeks", "the figure “150 weeks” is not in"),
        (TOPIC, "forty lorries", "fourteen lorries", "the figure “fourteen”"),
        (TOPIC, "forty lorries", "fortieth lorries", "the figure “fortieth”"),
        (AGREEMENT, "It was the third such", "It was the fourth such", "the figure “fourth”"),
        (STORM, "the pier for", "the two-step pier for", "the figure “two-step”"),
        (TOPIC, "facts:", f"{LEAD}\nfacts:", "the figure “160 days”"),
        # dates
        (STORM, "November 2014 ruined", "November 2015 ruined", "the date “November 2015”"),
        (STORM, "November 2014 ruined", "December 2014 ruined", "the date “December 2014”"),
        (AGREEMENT, "on 4 May 2021", "on 5 May 2021", "the date “5 May 2021”"),
        (AGREEMENT, "on 4 May 2021", "in summer 2021", "the date “summer 2021”"),
        (AGREEMENT, "on 4 May 2021", "on a Sunday", "the date “Sunday”"),
        (AGREEMENT, "edtf: 2021-05-04", "edtf: 2021-05-03", "the date “2021-05-03”"),
        (STORM, "edtf: 2014-11, basis: stated", "edtf: 2014-23, basis: stated", "“autumn of 2014”"),
        # names
        (AGREEMENT, "Ilse Brandt and Tomas Lind signed", "Both signed for Oslo", "the name “Oslo”"),
        (TOPIC, "Greta Holm said", "According to Greta Lund, it is", "the name “Lund”"),
        (STORM, "says: A storm", "says: Tomas Lind's storm", "the name “Tomas Lind's”"),
        (AGREEMENT, "where: Norhaven", "where: Oslo", "the name “Oslo”"),
        (AGREEMENT, "as: mayor of Norhaven", "as: mayor of Oslo", "the name “Oslo”"),
        (AGREEMENT, "title: Ferry agreement of Norhaven", "title: Pact of Oslo", "the name “Oslo”"),
        (ILSE, "title: Mayor of Norhaven", "title: Mayor of Oslo", "the name “Oslo”"),
        (TOPIC, "says: The towns share", "says: The Norhaven towns share", "the name “Norhaven”"),
        (AGREEMENT, "nothing of the other", "nothing of Oslo and the other", "the name “Oslo”"),
        (STORM, "says: A storm", "says: Holm reported that a storm", "the name “Holm”"),
        # quotations
        (TOPIC, '"crossing of hope"', '"crossing of joy"', "the quotation “crossing of joy”"),
    ],
)
def test_what_no_cited_paragraph_has_is_found(
    folders: Folders, path: str, old: str, new: str, what: str
) -> None:
    line = plant(folders, path, old, new)

    (fault,) = found(folders)

    assert (fault.path, fault.line) == (path, line)
    assert what in fault.what


def test_a_story_says_in_its_own_words_no_more_than_its_facts_cite(folders: Folders) -> None:
    told = "{says: It closed for 160 days in Oslo., rests_on: [storm-2014/ruins]}"
    path = folders.facts / "stories/the-line.yaml"
    path.parent.mkdir()
    path.write_text(STORY.replace("storm-2014/ruins", told, 1), "utf-8")
    faults = found(folders)
    assert {fault.path for fault in faults} == {"facts/stories/the-line.yaml"}
    assert "160 days" in faults[0].what + faults[1].what
    assert "Oslo" in faults[0].what + faults[1].what


def test_each_line_of_a_story_says_that_a_date_which_no_paragraph_prints_is_inferred(
    folders: Folders,
) -> None:
    plant(folders, AGREEMENT, "says: Ilse", "inferred: The line closed in 2013.\n    says: Ilse")
    cites = "cites: [{source: ferry-report, paragraph: 4}]"
    line = f"{{says: In 2013{{}} it closed., rests_on: [ferry-agreement/signed], {cites}}}"
    story = STORY.replace("ferry-agreement/signed", line, 1)
    story = story.replace("After seven", "In 2013{} it closed. After seven")
    path = folders.facts / "stories/the-line.yaml"
    path.parent.mkdir()
    for first, second in ((" (year inferred)", ""), ("", " (year inferred)")):
        path.write_text(story.replace("{}", first, 1).replace("{}", second, 1), "utf-8")
        [fault] = found(folders)
        assert fault.what == "the date “2013” is not printed; add (inferred) after it"
    path.write_text(story.replace("{}", " (year inferred)"), "utf-8")
    assert not found(folders)


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (TOPIC, "some forty lorries", "some 40 lorries"),
        (AGREEMENT, "the third such", "the 3rd such"),
        (AGREEMENT, "on 4 May 2021", "on May 4, 2021"),
        (AGREEMENT, "Ilse Brandt and Tomas Lind signed", "Brandt and Lind signed"),
        (AGREEMENT, "Tomas Lind signed the agreement", "Tomas Lind signed the agreement for Sudby"),
        (TOPIC, "Greta Holm said", "Greta Holm was the first to say, according to one article,"),
        (TOPIC, "Greta Holm said", "According to The Coast Gazette, Greta Holm said"),
        (TOPIC, "Sudbian fishermen oppose", "Fishermen of Sudby oppose"),
        (STORM, "says: A storm", "says: All three agree that a storm"),
        (STORM, "says: A storm", "says: Five articles agree that a storm"),
    ],
)
def test_other_ways_to_say_the_same_pass(folders: Folders, path: str, old: str, new: str) -> None:
    plant(folders, path, old, new)

    assert found(folders) == []


@pytest.mark.parametrize(
    ("date", "year"), [("2021-05-09", 2021), ("2021-05-04", 2021), ("2022-03-01", None)]
)
def test_a_dated_article_gives_its_year_to_days_up_to_its_date(date: str, year: int | None) -> None:
    source = Source.model_validate(
        {
            "id": "report",
            "title": "A report",
            "date": date,
            "kind": "news",
            "quality": "A clean copy.",
            "sha256": "0" * 64,
            "paragraphs": 1,
        }
    )
    printed = Paragraph("", tuple(dates("They met on May 4.")), (), {})
    (day,) = in_year_of(source, printed).dates
    assert (day.year, day.month, day.day) == (year, 5, 4)


def test_a_fault_says_where_the_missing_thing_is(folders: Folders) -> None:
    plant(folders, TOPIC, "Greta Holm said", "Greta Holm said in May 2021")

    (fault,) = found(folders)

    assert "is not in ferry-report 6; cite where it is (ferry-report 4)" in fault.what


def test_what_is_inferred_must_be_named_in_its_explanation(folders: Folders) -> None:
    line = plant(folders, AGREEMENT, "a gap of seven years", "a gap of nine years")

    (fault,) = found(folders)

    assert (fault.line, "“nine years”" in fault.what) == (line, True)


def test_neither_a_name_nor_a_weekday_is_inferred(folders: Folders) -> None:
    plant(folders, AGREEMENT, "as the article counts", "as Oslo on a Sunday counts")
    plant(
        folders, AGREEMENT, "inferred: The line", "inferred: As Oslo on a Sunday has it, the line"
    )

    assert [fault.what[:18] for fault in found(folders)] == [
        "the date “Sunday” ",
        "the name “Oslo” is",
    ]


def test_an_account_is_held_to_its_own_paragraph(folders: Folders) -> None:
    line = plant(folders, TOPIC, "The towns share the cost.", "On a Tuesday, they shared it.")

    (fault,) = found(folders)

    assert (fault.line, "“Tuesday” is not in ferry-report 8" in fault.what) == (line, True)


def test_a_place_is_not_carried_by_another_name_of_its_country(folders: Folders) -> None:
    plant(folders, "facts/actors/norhaven.yaml", "Port Norhaven", "Midgard")
    plant(folders, AGREEMENT, "the agreement on", "the agreement in Midgard on")

    (fault,) = found(folders)

    assert "the name “Midgard”" in fault.what


def test_a_longer_name_of_the_same_kind_does_not_carry_a_shorter_one(folders: Folders) -> None:
    text = ARTICLE.replace("Some Sudbian fishermen", "Some fishermen of East Sudby")
    (folders.seeds / "ferry-report.txt").write_text(text, "utf-8")
    (folders.seeds / "ferry-report.yaml").write_text(record_of(text, 9), "utf-8")
    line = plant(folders, TOPIC, "Sudbian fishermen oppose", "Sudby's fishermen oppose")
    assert found(folders) == []

    other = "id: east-sudby\nname: East Sudby\nkind: state\n"
    (folders.facts / "actors/east-sudby.yaml").write_text(other, "utf-8")
    (fault,) = found(folders)

    assert (fault.line, "the name “Sudby's”" in fault.what) == (line, True)


def test_a_name_that_runs_into_another_is_read_from_that_on(folders: Folders) -> None:
    plant(folders, "facts/actors/harbour-council.yaml", "[council]", "[council, friends of Ilse]")
    plant(folders, AGREEMENT, "signed the agreement", "and other friends of Ilse Brandt signed it")

    assert found(folders) == []


def test_a_name_of_one_word_counts_only_with_its_capital(folders: Folders) -> None:
    plant(folders, "facts/actors/norhaven.yaml", "Port Norhaven", "Line")
    line = plant(folders, TOPIC, "fishermen oppose the line", "fishermen oppose the Line")

    (fault,) = found(folders)

    assert (fault.line, "the name “Line”" in fault.what) == (line, True)
    assert key("the US") == key("the U.S.") != key("the us")


def test_a_name_of_an_event_that_is_not_cited_is_read_word_by_word(folders: Folders) -> None:
    plant(folders, AGREEMENT, "[ferry deal]", "[Oslo deal, Norhaven deal, forty lorries]")
    line = plant(folders, TOPIC, "fishermen oppose the line", "fishermen oppose the Oslo deal")

    (fault,) = found(folders)

    assert (fault.line, "the name “Oslo”" in fault.what) == (line, True)

    # If another form of the event is there, its whole name is supported.
    plant(folders, TOPIC, "fishermen oppose the Oslo deal", "fishermen oppose the line")
    plant(folders, TOPIC, "forty lorries every day", "forty lorries of the Oslo deal every day")
    assert found(folders) == []


def test_the_author_of_a_cited_article_may_be_named(folders: Folders) -> None:
    author = "id: per-olsen\nname: Per Olsen\nkind: person\n"
    (folders.facts / "actors/per-olsen.yaml").write_text(author, "utf-8")
    plant(folders, TOPIC, "Greta Holm said", "Per Olsen wrote")
    plant(folders, TOPIC, "by: harbour-council", "by: per-olsen")

    assert found(folders) == []


def test_cited_paragraphs_name_participants_office_holders_and_claimants(folders: Folders) -> None:
    who = plant(folders, AGREEMENT, "{actor: tomas-lind}", "{actor: harbour-council}")
    by = plant(folders, TOPIC, "by: harbour-council", "by: tomas-lind")
    role = plant(folders, ILSE, "name: Ilse Brandt", "name: Ada Berg")
    plant(folders, ILSE, "also: [Brandt]", "also: [Berg]")

    faults = [(f.path, f.line) for f in found(folders) if f.what.startswith("no form of")]

    assert faults == [(ILSE, role + 4), (AGREEMENT, who), (AGREEMENT, who), (TOPIC, by)]


def test_a_paragraph_cited_by_nothing_is_found(folders: Folders) -> None:
    plant(
        folders,
        TOPIC,
        "{source: ferry-report, paragraph: 8}",
        "{source: ferry-report, paragraph: 7}",
    )
    plant(
        folders, TOPIC, "paragraph: 8\n        says: The towns", "paragraph: 7\n        says: They"
    )

    faults = [f for f in found(folders) if f.path == RECORD]

    assert [(f.line, f.what.partition(";")[0]) for f in faults] == [
        (9, "nothing cites paragraph 8")
    ]


def test_furniture_may_not_be_cited_nor_overlap_nor_leave_the_article(folders: Folders) -> None:
    cited = plant(folders, STORM, "paragraph: 5}]\nfacts", "paragraph: 9}]\nfacts")
    overlap = plant(folders, RECORD, "{first: 9, last: 9", "{first: 3, last: 12")

    faults = found(folders)

    assert any(f.path == STORM and f.line == cited and "furniture" in f.what for f in faults)
    assert (RECORD, overlap) in [
        (f.path, f.line) for f in faults if "not a range within 1 to 9" in f.what
    ]
    plant(folders, RECORD, "{first: 3, last: 12", "{first: 3, last: 9")
    assert any("paragraph 3 is listed as furniture twice" in f.what for f in found(folders))


def test_a_paragraph_that_the_article_does_not_have_is_found(folders: Folders) -> None:
    line = plant(folders, STORM, "cites: [{source: ferry-report, paragraph: 5}]\nfacts",
                 "cites: [{source: ferry-report, paragraph: 10}]\nfacts")  # fmt: skip

    assert [(f.line, f.what) for f in found(folders) if f.path == STORM] == [
        (line, "`ferry-report` has 9 paragraphs, so no 10")
    ]


def test_a_run_of_twelve_words_of_the_article_is_found(folders: Folders) -> None:
    twelve = "will share the cost of the new pier evenly, and the council"
    line = plant(folders, TOPIC, "The towns share the cost.", f"It {twelve}, it says.")

    (fault,) = found(folders)

    assert (fault.path, fault.line) == (TOPIC, line)
    assert fault.what.startswith("12 words of ferry-report 8 from “will share the cost”")


def test_eleven_words_and_a_long_office_pass(folders: Folders) -> None:
    plant(folders, TOPIC, "The towns share the cost.",
          "They will share the cost of the new pier evenly, and the rest.")  # fmt: skip
    plant(folders, ILSE, "also: [Brandt]", "also: [Brandt, Mayor Ilse Brandt of Norhaven]")
    said = "Mayor Ilse Brandt of Norhaven and her counterpart Tomas Lind of Sudby signed it"
    plant(folders, AGREEMENT, "Ilse Brandt and Tomas Lind signed the agreement", said)

    assert found(folders) == []


def test_a_missing_copy_is_found(folders: Folders, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    (fault,) = verify(folders, tmp_path / "empty")

    assert str(fault).startswith(f"{RECORD}:8: no copy has this fingerprint")


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        (ARTICLE.replace("evenly", "fairly"), "still 9 paragraphs"),
        (ARTICLE + "One more line\n", "10 paragraphs, not 9"),
    ],
)
def test_a_changed_copy_is_found(folders: Folders, text: str, counted: str) -> None:
    (folders.seeds / "ferry-report.txt").write_text(text, "utf-8")

    (fault,) = found(folders)

    assert (fault.path, fault.line) == (RECORD, 8)
    assert f"ferry-report.txt has changed ({counted})" in fault.what


def test_a_changed_copy_that_lost_paragraphs_lacks_what_is_cited(folders: Folders) -> None:
    text = ARTICLE[: ARTICLE.index("The towns will share")]
    (folders.seeds / "ferry-report.txt").write_text(text, "utf-8")

    assert "ferry-report.txt has 7 paragraphs, so no 8" in [fault.what for fault in found(folders)]


def test_a_wrong_number_of_paragraphs_is_found(folders: Folders) -> None:
    (folders.seeds / "ferry-report.yaml").write_text(record_of(ARTICLE, 10), "utf-8")

    assert (RECORD, 9, "ferry-report.txt has 9 paragraphs; write that number") in [
        (fault.path, fault.line, fault.what) for fault in found(folders)
    ]


def test_a_copy_without_a_record_and_one_that_is_no_text_are_found(folders: Folders) -> None:
    (folders.seeds / "new.txt").write_text("A line\n\u00a0\nAnother\n", "utf-8")
    (folders.seeds / "odd.txt").write_bytes(b"fine\n\xff\n")

    new, odd = found(folders)

    assert str(new).startswith("new.txt:1: no record has this copy's fingerprint")
    assert "paragraphs: 2" in new.what
    assert str(odd) == "odd.txt:2: not UTF-8 text; save the copy as UTF-8"


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("title: Port towns reopen", "title: Port towns close", "title"),
        ("author: Per Olsen", "author: Per Hansen", "author"),
        ("publisher: The Coast Gazette", "publisher: The Times", "publisher"),
        (
            "publisher: The Coast Gazette",
            "publisher: The Coast Gazette\ndate: 2021-05-06",
            "2021-05-06",
        ),
    ],
)
def test_a_record_says_what_the_copy_shows(
    folders: Folders, old: str, new: str, field: str
) -> None:
    line = plant(folders, RECORD, old, new)

    faults = [fault for fault in found(folders) if fault.path == RECORD]

    assert [f.line for f in faults] == [line + ("date:" in new)]
    assert field in faults[0].what


def test_a_withdrawn_fact_claims_nothing(folders: Folders) -> None:
    plant(folders, STORM, "150 days", "160 days")
    plant(folders, STORM, "    added:", "    withdrawn: {date: 2026-11-23, why: wrong}\n    added:")

    assert found(folders) == []


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("one of the 12,000 boats", [(12000, False, None)]),
        ("twenty-first, sixty-five", [(21, True, None), (65, False, None)]),
        ("a 30-minute delay of 2.5 million", [(30, False, "minute"), (2_500_000, False, None)]),
        ("World War II, G7 and the two-plus-two", [(2, False, None)]),
        ("on 16 March 2023 at five", [(5, False, None)]),
        ("the 60th anniversary", [(60, True, None), (60, False, "year")]),
    ],
)
def test_figures_are_read(text: str, values: list[tuple[float, bool, str | None]]) -> None:
    assert [(f.value, f.ordinal, f.measure) for f in quantities(text)] == values


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("on March 16–17", [(None, 3, 16), (None, 3, 17)]),
        ("on 16 and 17 March 2023", [(2023, 3, 16), (2023, 3, 17)]),
        ("Mar. 21, 2023", [(2023, 3, 21)]),
        ("1910-45", [(1910, None, None), (1945, None, None)]),
        ("in 2019, 2023-04 and May", [(2019, None, None), (2023, 4, None), (None, 5, None)]),
        ("they may march in 12,000 steps", []),
    ],
)
def test_dates_are_read(text: str, parts: list[tuple[int | None, ...]]) -> None:
    assert [(d.year, d.month, d.day) for d in dates(text)] == parts


def test_the_verb_lists_faults_and_ends_with_a_code(folders: Folders, tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("facts: facts\nseeds: seeds\n", "utf-8")
    (tmp_path / "empty").mkdir()
    run, verb = CliRunner(), ["verify", "--config", str(config)]

    fine = run.invoke(app, [*verb, str(folders.seeds)])
    nothing = run.invoke(app, [*verb, str(tmp_path / "empty")])
    plant(folders, STORM, "150 days", "160 days")
    faulty = run.invoke(app, [*verb, str(folders.seeds)])

    assert (fine.exit_code, nothing.exit_code, faulty.exit_code) == (0, 2, 1)
    assert fine.stdout == "No faults.\n"
    assert "No copies (*.txt)" in nothing.stderr
    assert faulty.stderr.endswith("1 fault.\n")
