"""A drawing as a PNG. It takes some milliseconds of the processor: never on an event loop.

It is drawn in the numbers of its palette. The edges of letters are blended with the panel by
number, so the palette runs from the panel to the colour of each tone.
"""

from __future__ import annotations

from functools import cache
from math import ceil

from PIL import Image, ImageDraw

from bot.pictures.chart import Chart
from bot.pictures.encoding import COLOURS, Colour, encoded
from bot.pictures.font import MissingLetters, drawn_letter, missing
from bot.pictures.layout import drawing
from bot.pictures.shapes import Bar, Dot, Drawing, Rule, Text, Tone

SCALE = 2.0
"""Pixels of the picture for each logical pixel: sharp on a phone and on a wide screen."""

# One panel for dark and light surroundings, as a transparent picture is unreadable on either.
_PANEL_COLOUR: Colour = (28, 33, 42)
_COLOURS: dict[Tone, Colour] = {
    "text": (240, 242, 245),
    "quiet": (172, 181, 195),
    "mark": (112, 176, 245),
    "faint": (98, 132, 176),
    "grid": (52, 60, 74),
}
_PANEL = 2
_RAMPS: dict[Tone, range] = {
    "text": range(3, 6),
    "quiet": range(1, -1, -1),
    "mark": range(6, 12),
    "faint": range(12, 15),
    "grid": range(15, 16),
}
"""The numbers of each tone, from pale to full. Those of letters begin next to the panel's."""


def png(chart: Chart) -> bytes:
    """The chart as a PNG. Raises MissingLetters if the font lacks letters of its texts."""
    drawn = drawing(chart)
    texts = "".join(shape.text for shape in drawn.shapes if isinstance(shape, Text))
    if lacking := missing(texts):
        raise MissingLetters(lacking)
    image = _image(drawn)
    image.putpalette(_palette())
    return encoded(image)


@cache
def _palette() -> list[int]:
    """The colours of the numbers, as red, green and blue."""
    colours = [_PANEL_COLOUR] * COLOURS
    for tone, ramp in _RAMPS.items():
        for step, number in enumerate(ramp, 1):
            pairs = zip(_PANEL_COLOUR, _COLOURS[tone], strict=True)
            red, green, blue = (round(a + (b - a) * step / len(ramp)) for a, b in pairs)
            colours[number] = red, green, blue
    return [value for colour in colours for value in colour]


def _ink(tone: Tone) -> int:
    return _RAMPS[tone][-1]


def _image(drawn: Drawing) -> Image.Image:
    size = round(drawn.width * SCALE), round(drawn.height * SCALE)
    image = Image.new("L", size, _PANEL)
    draw = ImageDraw.Draw(image)
    for shape in drawn.shapes:
        match shape:
            case Text():
                _text(draw, shape)
            case Dot():
                _dot(draw, shape)
            case Bar():
                _bar(image, draw, shape)
            case Rule():
                _rule(draw, shape)
    return image


def _text(draw: ImageDraw.ImageDraw, text: Text) -> None:
    x, baseline = round(text.x * SCALE), round(text.y * SCALE)
    size, ink = text.size * SCALE, _ink(text.tone)
    for letter in text.text:
        drawn = drawn_letter(letter, size)
        draw.bitmap((x + drawn.left, baseline + drawn.top), drawn.mask, ink)
        x += drawn.advance


def _dot(draw: ImageDraw.ImageDraw, dot: Dot) -> None:
    x, y, radius = dot.x * SCALE, dot.y * SCALE, dot.radius * SCALE
    ink = _ink(dot.tone)
    box = (x - radius, y - radius, x + radius, y + radius)
    draw.ellipse(box, _PANEL if dot.hollow else ink, ink, round(1.6 * SCALE))


def _bar(image: Image.Image, draw: ImageDraw.ImageDraw, bar: Bar) -> None:
    """A rounded bar; one whose end is not known fades there."""
    if bar.fades_left or bar.fades_right:
        _fading_bar(image, bar)
        return
    width, height = _extent(bar)
    left, top = round(bar.left * SCALE), round(bar.y * SCALE - height / 2)
    box = (left, top, left + width - 1, top + height - 1)
    _outline(draw, box, bar, _ink(bar.tone))


def _fading_bar(image: Image.Image, bar: Bar) -> None:
    """A bar whose mask is drawn apart, so that its ends can fade."""
    width, height = _extent(bar)
    mask = Image.new("L", (width, height))
    _outline(ImageDraw.Draw(mask), (0, 0, width - 1, height - 1), bar, 255)
    mask = _faded(mask, bar)
    corner = round(bar.left * SCALE), round(bar.y * SCALE - height / 2)
    shades = mask.point(_shades(bar.tone))
    image.paste(shades, corner, mask.point([0, *[255] * 255]))


@cache
def _shades(tone: Tone) -> list[int]:
    """The number of each share of a tone, in 255ths; the smallest share can be seen."""
    numbers = [_PANEL, *_RAMPS[tone]]
    return [numbers[ceil(share * len(_RAMPS[tone]) / 255)] for share in range(256)]


def _extent(bar: Bar) -> tuple[int, int]:
    """The width and the height of a bar, in pixels of the picture."""
    return round((bar.right - bar.left) * SCALE), round(bar.height * SCALE)


def _outline(draw: ImageDraw.ImageDraw, box: tuple[int, int, int, int], bar: Bar, ink: int) -> None:
    fill = None if bar.hollow else ink
    draw.rounded_rectangle(box, _extent(bar)[1] / 2, fill, ink, round(1.6 * SCALE))


def _faded(mask: Image.Image, bar: Bar) -> Image.Image:
    """The mask of a bar, running out to nothing at its open ends."""
    ramp = _ramp().resize(mask.size)
    nothing = Image.new("L", mask.size)
    if bar.fades_left:
        mask = Image.composite(mask, nothing, ramp)
    if bar.fades_right:
        mask = Image.composite(mask, nothing, ramp.rotate(180))
    return mask


@cache
def _ramp() -> Image.Image:
    """A line from nothing to all, from left to right."""
    return Image.linear_gradient("L").rotate(90).crop((0, 0, 256, 1))


def _rule(draw: ImageDraw.ImageDraw, rule: Rule) -> None:
    thick = round(0.8 * SCALE)
    start, end = (rule.x * SCALE, rule.y * SCALE), (rule.to_x * SCALE, rule.to_y * SCALE)
    if not rule.dashed:
        draw.line((*start, *end), _ink("grid"), thick)
        return
    dash = 6 * SCALE
    for number in range(int((end[0] - start[0]) / dash / 2) + 1):
        x = start[0] + 2 * number * dash
        draw.line((x, start[1], min(x + dash, end[0]), end[1]), _ink("quiet"), thick)
