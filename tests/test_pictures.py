"""Charts of time: what they show, that they can be read, and that no answer hangs on one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from io import BytesIO
from itertools import combinations
from types import SimpleNamespace
from typing import Any, cast

import discord
import pytest
from PIL import Image, ImageDraw

from bot.answers.pictures import Pictures
from bot.answers.service import AnswerService
from bot.cards.card import Picture, Question
from bot.pictures import drawing
from bot.pictures.chart import Chart, Mark, Oddity
from bot.pictures.drawing import SCALE, png
from bot.pictures.font import MissingLetters, drawn_letter, missing, sized, width, wrapped
from bot.pictures.layout import WIDTH
from bot.pictures.layout import drawing as laid_out
from bot.pictures.scale import scale
from bot.pictures.shapes import Bar, Dot, Drawing, Text
from bot.texts.catalogues import LANGUAGES, read_catalogue
from tests.conftest import ROOT, Server, buttons, parts, texts

MEDIA_GALLERY = 12
PHONE_PICTURE = 263
"""How many pixels wide the local page shows a picture in a window of 390."""

ASKED = (
    Question("timeline"),
    Question("timeline", {"from": "2023"}),
    Question("topic", {"name": "gsomia"}),
    Question("topic", {"name": "rapprochement"}),
)


def day(text: str) -> int:
    return date.fromisoformat(text).toordinal()


def chart(*marks: Mark, **changes: Any) -> Chart:
    """A chart of marks."""
    months = tuple(date(2000, month, 1).strftime("%b") for month in range(1, 13))
    legend: tuple[tuple[Oddity, str], ...] = (("open", "end unknown"), ("planned", "planned"))
    made = Chart("Timeline", marks, months, legend, uneven="Years are not to scale")
    return replace(made, **changes)


SUMMIT = Mark("Summit", "16 Mar", ("diplomat",), day("2023-03-16"), day("2023-03-16"))
TALKS = Mark("Talks", "Apr", ("daily", "diplomat"), day("2023-04-01"), day("2023-04-30"))
TESTS = Mark("Tests", "from 2022", (), day("2022-01-01"), None)
VISIT = Mark("Visit", "May", (), day("2023-05-01"), day("2023-05-31"), planned=True)


def shapes(drawn: Drawing) -> list[Dot | Bar]:
    """The marks of a drawing, without those of the legend."""
    return [shape for shape in drawn.shapes if isinstance(shape, Dot | Bar)]


async def picture(service: AnswerService, question: Question, language: str) -> Picture:
    """The picture of an answer's first page."""
    found = service.page(await service.answer(question, language)).picture
    assert found
    return found


# ---- What it shows -----------------------------------------------------------------------------


def test_a_day_is_a_point_and_a_month_a_bar_of_its_length() -> None:
    point, bar, *_ = shapes(laid_out(chart(SUMMIT, TALKS, VISIT)))
    assert isinstance(point, Dot)
    assert isinstance(bar, Bar)
    assert not bar.fades_left
    assert not bar.fades_right
    assert point.x < bar.left


def test_an_open_end_fades_out_at_the_edge() -> None:
    bar = shapes(laid_out(chart(TESTS, SUMMIT, TALKS)))[0]
    assert isinstance(bar, Bar)
    assert bar.fades_right
    assert not bar.fades_left


def test_what_was_planned_is_hollow_and_the_legend_says_so() -> None:
    drawn = laid_out(chart(SUMMIT, TALKS, VISIT))
    assert [shape.hollow for shape in shapes(drawn)][:3] == [False, False, True]
    said = [shape.text for shape in drawn.shapes if isinstance(shape, Text)]
    assert "planned" in said
    assert "end unknown" not in said


def test_undated_events_stand_apart_below_everything_that_has_a_date() -> None:
    drawn = laid_out(chart(SUMMIT, TALKS, VISIT, undated=2, undated_heading="2 undated"))
    *dated, one, other = shapes(drawn)[:5]
    assert isinstance(one, Dot)
    assert isinstance(other, Dot)
    assert one.y == other.y > max(shape.y for shape in dated)


def test_marks_carry_the_numbers_of_their_sources() -> None:
    drawn = laid_out(chart(SUMMIT, TALKS, VISIT, numbers=(("diplomat", 1), ("daily", 2))))
    said = [shape.text for shape in drawn.shapes if isinstance(shape, Text)]
    assert "16 Mar [1]" in said
    assert "Apr [1][2]" in said


def test_time_outside_the_period_is_not_shown() -> None:
    within = scale([TESTS, TALKS], 0, 100, (day("2023-01-01"), day("2023-12-31")))
    assert [year.number for year in within.years] == [2023]


def test_the_scale_keeps_the_order_of_days_and_leaves_out_empty_years() -> None:
    marks = [replace(SUMMIT, first=day(d), last=day(d)) for d in ("1910-05-01", "2023-03-16")]
    made = scale([*marks, TALKS], 0, 100, (None, None))
    assert [year.number for year in made.years] == [1910, 2023]
    days = [day(f"{year}-{month:02}-01") for year in (1910, 1950, 2023) for month in (3, 5)]
    places = [made.place(each) for each in days]
    assert places == sorted(places)


# ---- That it can be read -----------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("asked", ASKED, ids=str)
async def test_texts_neither_overlap_nor_leave_the_panel_and_are_large_enough_on_a_phone(
    service: AnswerService, asked: Question, language: str
) -> None:
    drawn = laid_out((await picture(service, asked, language)).chart)
    boxes = [_box(shape) for shape in drawn.shapes if isinstance(shape, Text | Dot | Bar)]
    for one, other in combinations(boxes, 2):
        if "Text" in (one[0], other[0]):
            assert not _overlap(one[1:], other[1:]), (one, other)
    for _, left, top, right, bottom in boxes:
        assert left >= 0
        assert right <= drawn.width + 0.5
        assert top >= 0
        assert bottom <= drawn.height
    sizes = [shape.size for shape in drawn.shapes if isinstance(shape, Text)]
    assert min(sizes) * PHONE_PICTURE / WIDTH >= 12


def _box(shape: Text | Dot | Bar) -> tuple[str, float, float, float, float]:
    """What a shape covers: its kind, left, top, right and bottom."""
    match shape:
        case Text(x, y, text, size):
            return "Text", x, y - size * 0.8, x + width(text, size), y + size * 0.2
        case Dot(x, y, radius):
            return "Dot", x - radius, y - radius, x + radius, y + radius
        case Bar(left, right, y, height):
            return "Bar", left, y - height / 2, right, y + height / 2


Box = tuple[float, float, float, float]


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def test_the_font_has_every_letter_of_the_interface_and_of_names(service: AnswerService) -> None:
    said = "".join(
        text
        for language in LANGUAGES
        for forms in read_catalogue(ROOT / "bot" / "texts" / f"{language}.po").values()
        for text in forms
    )
    names = "".join(
        thing.name(language) for thing in service.store.things.values() for language in LANGUAGES
    )
    assert missing(said + names) == ""


def test_a_letter_that_the_font_lacks_is_named() -> None:
    with pytest.raises(MissingLetters, match="ก"):
        png(chart(replace(SUMMIT, label="กขค"), TALKS, VISIT))


def test_a_long_label_is_wrapped_at_words_and_cut_at_the_last_line() -> None:
    text = "South Korea suspends its decision to end the pact"
    first, second = wrapped(text, 14, 120, 2)
    assert text.startswith(first + " ")
    assert second.endswith("...")
    assert max(width(first, 14), width(second, 14)) <= 120


def test_each_line_has_a_letter_even_if_there_is_no_room_for_it() -> None:
    assert [line[:1] for line in wrapped("기시다", 14, 1, 3)] == ["기", "시", "다"]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_it_is_a_small_png(service: AnswerService, language: str) -> None:
    for asked in ASKED:
        made = png((await picture(service, asked, language)).chart)
        assert len(made) <= 50_000
        assert Image.open(BytesIO(made)).width == WIDTH * drawing.SCALE


# ---- On cards ----------------------------------------------------------------------------------


async def test_the_title_names_the_scope_and_the_alt_text_says_what_is_shown(
    service: AnswerService,
) -> None:
    question = Question("timeline", {"from": "2023-03", "to": "2023-04", "actor": "yoon"})
    found = await picture(service, question, "en")
    assert found.chart.title == "Timeline · March–April 2023 · Yoon Suk Yeol"
    assert found.alt.startswith("Timeline, 6 dated events. ")
    korean = await picture(service, question, "ko")
    assert "윤석열" in korean.chart.title
    assert korean.alt != found.alt


async def test_only_the_first_page_has_it_and_fewer_than_three_dates_make_none(
    service: AnswerService,
) -> None:
    first, *others = service.pages(await service.answer(Question("timeline"), "en"))
    assert first.picture
    assert not any(page.picture for page in others)
    few = await service.answer(Question("timeline", {"from": "1965", "to": "1966"}), "en")
    assert few.found
    assert few.picture is None


async def test_the_legend_names_both_kinds_of_odd_marks(service: AnswerService) -> None:
    legend = (await picture(service, Question("timeline"), "en")).chart.legend
    assert legend == (("open", "an end unknown"), ("planned", "planned"))


async def test_the_sources_of_what_it_shows_are_below_it(service: AnswerService) -> None:
    page = service.page(await service.answer(Question("topic", {"name": "gsomia"}), "en"))
    assert page.picture
    numbers = {source.number for source in page.sources}
    for mark in page.picture.chart.dated:
        cited = page.picture.chart.citation(mark)
        assert cited
        assert {int(number) for number in cited[1:-1].split("][")} <= numbers


# ---- Making it ---------------------------------------------------------------------------------


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Chart]:
    """The charts that were drawn, and not taken from what is kept."""
    charts: list[Chart] = []

    def count(chart: Chart) -> bytes:
        charts.append(chart)
        return b"png"

    monkeypatch.setattr("bot.pictures.drawing.png", count)
    return charts


def test_marks_and_texts_have_the_colours_of_their_tones() -> None:
    made = Image.open(BytesIO(png(chart(SUMMIT, TALKS, VISIT)))).convert("RGB")
    colours = {colour for _, colour in made.getcolors(made.width * made.height) or ()}
    text, quiet, mark, grid = (240, 242, 245), (172, 181, 195), (112, 176, 245), (52, 60, 74)
    assert colours >= {text, quiet, mark, grid}


def test_letters_are_drawn_one_by_one_where_a_whole_text_has_them() -> None:
    panel, ramps = drawing._PANEL, drawing._RAMPS  # pyright: ignore[reportPrivateUsage]
    text, whole = "Tokyo summit [1] 3월 首脳", Image.new("L", (700, 60), panel)
    ours = whole.copy()
    place, ink = (25.0, 50.0), ramps["text"][-1]
    ImageDraw.Draw(whole).text(place, text, ink, sized(35.0), anchor="ls")
    shape = Text(place[0] / SCALE, place[1] / SCALE, text, 35.0 / SCALE)
    drawing._text(ImageDraw.Draw(ours), shape)  # pyright: ignore[reportPrivateUsage]
    assert ours.tobytes() == whole.tobytes()


def test_only_so_many_drawn_letters_are_kept() -> None:
    for letter in range(0xAC00, 0xAC00 + 2_100):
        drawn_letter(chr(letter), 8.0)
    assert drawn_letter.cache_info().currsize == 2_048


async def test_a_picture_is_drawn_once_for_what_it_shows(drawn: list[Chart]) -> None:
    pictures, one, other = Pictures(), chart(SUMMIT), chart(TALKS)
    for asked in (one, one, other, one):
        assert await pictures.png(asked) == b"png"
    assert drawn == [one, other]


async def test_no_more_pictures_are_kept_than_a_hundred(drawn: list[Chart]) -> None:
    pictures = Pictures()
    for number in (*range(101), 100, 0):
        await pictures.png(chart(SUMMIT, title=str(number)))
    assert [made.title for made in drawn[-2:]] == ["100", "0"]


async def test_the_charts_of_topics_are_drawn_before_they_are_asked_for(
    service: AnswerService, drawn: list[Chart]
) -> None:
    own = AnswerService(service.store)
    await own.draw_ahead()
    assert len(drawn) == len(set(drawn)) > 30
    ahead = len(drawn)
    for language in LANGUAGES:
        card = await own.answer(Question("topic", {"name": "gsomia"}), language)
        picture = own.page(card).picture
        assert picture
        assert await own.picture(picture.chart) == b"png"
    assert len(drawn) == ahead


async def test_no_more_is_drawn_ahead_than_is_kept(
    service: AnswerService, drawn: list[Chart], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.answers.service.KEPT", 2)
    await AnswerService(service.store).draw_ahead()
    assert len(drawn) == 2


async def test_another_base_has_pictures_of_its_own(
    service: AnswerService, drawn: list[Chart]
) -> None:
    own = AnswerService(service.store)
    asked = chart(SUMMIT)
    await own.picture(asked)
    own.swap(service.store)
    await own.picture(asked)
    assert len(drawn) == 2


# ---- On Discord --------------------------------------------------------------------------------


def _gallery(components: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    return (part for part in parts(components) if part["type"] == MEDIA_GALLERY)


async def test_a_timeline_comes_with_its_picture_which_a_turned_page_drops(server: Server) -> None:
    result = await server.asker.slash(server.channel, "timeline", private=True)
    assert result.response
    (gallery,) = _gallery(result.response.components)
    assert [file.filename for file in result.response.attachments] == ["chart.png"]
    assert "Timeline, " in str(gallery["items"])

    turn = next(b for b in buttons(result.response.components) if "timeline:" in b["custom_id"])
    turned = await server.asker.click(result.response, custom_id=turn["custom_id"])
    assert turned.response
    assert list(_gallery(turned.response.components)) == []
    assert list(turned.response.attachments) == []


def _cannot_be_drawn(*_: object) -> bytes:
    raise ValueError("no picture today")


def _is_refused(*_: object) -> discord.File:
    response = cast(Any, SimpleNamespace(status=413, reason="Payload Too Large"))
    raise discord.HTTPException(response, "too large")


@pytest.mark.parametrize(
    ("place", "failure"),
    [
        ("bot.pictures.drawing.png", _cannot_be_drawn),
        ("bot.ui.components.pictures.picture_file", _is_refused),
    ],
)
async def test_an_answer_comes_without_a_picture_that_fails(
    server: Server, monkeypatch: pytest.MonkeyPatch, place: str, failure: object
) -> None:
    monkeypatch.setattr(place, failure)
    result = await server.asker.slash(server.channel, "timeline")
    assert result.response
    assert list(_gallery(result.response.components)) == []
    assert "Timeline" in texts(result.response.components)[0]
