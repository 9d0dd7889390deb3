"""Where everything on a chart of time goes.

Everything hangs on the width of a phone: a message's picture is about 265 pixels wide there, and
its smallest text must still be 12 pixels high.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.pictures.axis import axis
from bot.pictures.chart import Chart, Mark
from bot.pictures.font import width, wrapped
from bot.pictures.scale import Scale, scale
from bot.pictures.shapes import Bar, Dot, Drawing, Rule, Text, Tone

WIDTH, EDGE = 300.0, 12.0
LEFT, RIGHT = EDGE, WIDTH - EDGE
TITLE, TEXT = 15.5, 14.0
LINE = 17.5  # from one baseline to the next

_SMALLEST = 7.0  # how wide a bar is at least: a point is no longer one
_LANE = 7.0


def drawing(chart: Chart) -> Drawing:
    """The chart with everything in its place."""
    return _Sheet(chart).drawing()


class _Sheet:
    """A chart that is being set from top to bottom; `y` is how far it has come."""

    def __init__(self, chart: Chart) -> None:
        self._chart = chart
        self._scale = scale(chart.dated, LEFT + 4, RIGHT - 4, (chart.first, chart.last))
        self._axis = axis(self._scale, chart.months)
        self._shapes: list[Text | Dot | Bar | Rule] = []
        self._y = EDGE - 4

    def drawing(self) -> Drawing:
        """Everything from the title to the legend."""
        chart = self._chart
        self._texts(chart.title, TITLE, "text", lines=2)
        self._names_of_time()
        for mark in chart.labelled:
            self._row(mark)
        if chart.others:
            self._strip(chart.others)
        if chart.undated:
            self._apart(chart.undated)
        self._legend()
        return Drawing(WIDTH, self._y + EDGE - 2, tuple(self._shapes))

    def _texts(self, text: str, size: float, tone: Tone, lines: int) -> None:
        for line in wrapped(text, size, RIGHT - LEFT, lines):
            self._y += LINE * size / TEXT
            self._shapes.append(Text(LEFT, self._y - 4, line, size, tone))

    def _names_of_time(self) -> None:
        """The years, and the months if there is room for them."""
        self._y += 3
        for names in filter(None, (self._axis.years, self._axis.months)):
            self._y += LINE
            self._shapes += (Text(x, self._y - 4, name, TEXT, "quiet") for x, name in names)

    def _row(self, mark: Mark) -> None:
        """A label above its mark, and beside the mark when it was and who says so.

        A mark that leaves no room has them before its label.
        """
        self._y += 5
        cited = self._chart.citation(mark)
        note = " ".join(filter(None, (mark.date, cited)))
        shape = _placed(mark, self._scale, 0, height=8)
        beside = _beside(shape, width(note, TEXT))
        label = mark.label if beside else f"{mark.date} {mark.label} {cited}"
        self._texts(label, TEXT, "text", lines=2)
        self._y += LINE
        covered = (beside - 3, beside + width(note, TEXT) + 3) if beside else (0.0, 0.0)
        self._ticks(self._y - 9, 5, covered)
        self._shapes.append(replace(shape, y=self._y - 9))
        if beside:
            self._shapes.append(Text(beside, self._y - 4, note, TEXT, "quiet"))

    def _ticks(self, y: float, reach: float, covered: tuple[float, float] = (0.0, 0.0)) -> None:
        """The beginnings of years and months beside a mark, but not behind a text."""
        lines = (x for x in self._axis.lines if not covered[0] < x < covered[1])
        self._shapes += (Rule(x, y - reach, x, y + reach) for x in lines)

    def _strip(self, marks: Sequence[Mark]) -> None:
        """Small marks without labels, in as few lanes as keep them apart."""
        self._y += 6
        self._texts(self._chart.others_heading, TEXT, "text", lines=1)
        shapes = [_placed(mark, self._scale, 0, height=4, tone="faint") for mark in marks]
        lanes = _lanes([_extent(shape) for shape in shapes])
        top, height = self._y + 6, max(lanes) * _LANE
        self._ticks(top + height / 2, height / 2 + 5)
        self._shapes += (
            replace(shape, y=top + lane * _LANE) for shape, lane in zip(shapes, lanes, strict=True)
        )
        self._y = top + height + 4

    def _apart(self, number: int) -> None:
        """What has no date: a number below a dashed line, where time does not count."""
        self._y += 8
        self._shapes.append(Rule(LEFT, self._y, RIGHT, self._y, dashed=True))
        self._y += 2
        self._texts(self._chart.undated_heading, TEXT, "text", lines=1)
        end = LEFT + width(self._chart.undated_heading, TEXT) + 12
        most = int((RIGHT - end) / 11)
        dots = (end + 11 * step for step in range(min(number, most)))
        self._shapes += (Dot(x, self._y - 9, 3.5, tone="faint") for x in dots)

    def _legend(self) -> None:
        """What looks odd, in words, as much in a line as fits."""
        used = {oddity for mark in self._chart.dated for oddity in mark.oddities}
        entries = [(oddity, text) for oddity, text in self._chart.legend if oddity in used]
        notes = [] if self._scale.is_even else [(None, self._chart.uneven)]
        x, self._y = RIGHT, self._y + (5 if entries or notes else 0)
        for oddity, text in (*entries, *notes):
            indent = 22 if oddity else 0
            if x + indent + width(text, TEXT) > RIGHT:
                x, self._y = LEFT, self._y + LINE
            if oddity:
                bar = Bar(x, x + 16, self._y - 9, 8)
                hollow, fades = oddity == "planned", oddity == "open"
                self._shapes.append(replace(bar, hollow=hollow, fades_right=fades))
            self._shapes.append(Text(x + indent, self._y - 4, text, TEXT, "quiet"))
            x += indent + width(text, TEXT) + 14


def _beside(shape: Dot | Bar, needed: float) -> float | None:
    """Where a note right or left of a shape begins; None if there is no room."""
    left, right = _extent(shape)
    if right + 6 + needed <= RIGHT:
        return right + 6
    return left - 6 - needed if left - 6 - needed >= LEFT else None


def _lanes(extents: Sequence[tuple[float, float]]) -> list[int]:
    """For each extent the first lane in which it touches no earlier one."""
    ends: list[float] = []
    lanes: list[int] = []
    for left, right in extents:
        lane = next((n for n, end in enumerate(ends) if left > end + 1), len(ends))
        ends[lane : lane + 1] = [right]
        lanes.append(lane)
    return lanes


def _placed(mark: Mark, scale: Scale, y: float, height: float, tone: Tone = "mark") -> Dot | Bar:
    """A mark where it belongs: a day as a point, more than a day as a bar."""
    begin = scale.place(mark.first) if mark.first else scale.years[0].left
    end = scale.place(mark.last + 1) if mark.last else scale.years[-1].right
    if mark.first == mark.last:
        return Dot((begin + end) / 2, y, height * 0.62, mark.planned, tone)
    lacking = max(0.0, _SMALLEST - (end - begin)) / 2
    return Bar(
        begin - lacking,
        end + lacking,
        y,
        height,
        mark.planned,
        fades_left=mark.vague or mark.first is None or mark.first < scale.years[0].first,
        fades_right=mark.vague or mark.last is None or mark.last >= scale.years[-1].end,
        tone=tone,
    )


def _extent(shape: Dot | Bar) -> tuple[float, float]:
    if isinstance(shape, Dot):
        return shape.x - shape.radius, shape.x + shape.radius
    return shape.left, shape.right
