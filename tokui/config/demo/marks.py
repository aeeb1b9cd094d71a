"""Logos and the company's seal, drawn here so that the demo's documents look as documents do. Pure."""

from __future__ import annotations

import io
from functools import cache

import pylopdf_fonts_jp
from PIL import Image, ImageDraw, ImageFont

INK, SHU, CLEAR = (29, 36, 51, 255), (183, 53, 29, 235), (255, 255, 255, 0)
#: The colour and the sign of each business.
SIGNS = {
    "juku": ((45, 106, 79, 255), "leaf"),
    "media": ((29, 63, 115, 255), "light"),
    "shop": ((168, 101, 38, 255), "bowl"),
}
HEIGHT = 160


@cache
def _font(size: int, *, serif: bool = False) -> ImageFont.FreeTypeFont:
    path = pylopdf_fonts_jp.serif_path() if serif else pylopdf_fonts_jp.sans_path()
    return ImageFont.truetype(str(path), size)


def logo(code: str, name: str) -> bytes:
    """A sign and the name beside it, on a clear ground."""
    colour, sign = SIGNS[code]
    font = _font(72)
    width = HEIGHT + 24 + round(font.getlength(name)) + 8
    picture = Image.new("RGBA", (width, HEIGHT), CLEAR)
    pen = ImageDraw.Draw(picture)
    {"leaf": _leaf, "light": _light, "bowl": _bowl}[sign](pen, colour)
    pen.text((HEIGHT + 20, HEIGHT / 2), name, font=font, fill=INK, anchor="lm")
    return _png(picture)


def _leaf(pen: ImageDraw.ImageDraw, colour: tuple[int, int, int, int]) -> None:
    pen.pieslice((-16, 24, 144, 184), 270, 360, fill=colour)
    pen.pieslice((64, -56, 224, 104), 90, 180, fill=colour)
    pen.line((24, 144, 118, 50), fill=(255, 255, 255, 255), width=7)


def _light(pen: ImageDraw.ImageDraw, colour: tuple[int, int, int, int]) -> None:
    pen.polygon([(62, 52), (98, 52), (112, 148), (48, 148)], fill=colour)
    pen.rectangle((58, 24, 102, 46), fill=colour)
    for left, right, top, bottom in ((8, 48, 14, 34), (112, 152, 34, 14)):
        pen.line((left, top, right, bottom), fill=colour, width=9)
    pen.line((8, 54, 48, 40), fill=colour, width=9)
    pen.line((112, 40, 152, 54), fill=colour, width=9)


def _bowl(pen: ImageDraw.ImageDraw, colour: tuple[int, int, int, int]) -> None:
    pen.pieslice((12, -18, 148, 130), 0, 180, fill=colour)
    pen.rectangle((56, 124, 104, 144), fill=colour)
    pen.arc((40, -6, 72, 40), 100, 250, fill=colour, width=8)
    pen.arc((80, -6, 112, 40), 100, 250, fill=colour, width=8)


def seal(name: str) -> bytes:
    """The company's square seal (角印): its name and 之印, set in columns from the right, in vermilion."""
    letters = f"{name}之印"
    rows = 3
    columns = [letters[start : start + rows] for start in range(0, len(letters), rows)]
    size, edge = 360, 26
    picture = Image.new("RGBA", (size, size), CLEAR)
    pen = ImageDraw.Draw(picture)
    pen.rounded_rectangle((6, 6, size - 7, size - 7), radius=20, outline=SHU, width=13)
    wide = (size - 2 * edge) / len(columns)
    for place, column in enumerate(columns):
        tall = (size - 2 * edge) / len(column)
        font = _font(round(min(wide, tall) * 0.94), serif=True)
        for row, letter in enumerate(column):
            at = (size - edge - wide * (place + 0.5), edge + tall * (row + 0.5))
            pen.text(at, letter, font=font, fill=SHU, anchor="mm", stroke_width=2, stroke_fill=SHU)
    return _png(picture)


def _png(picture: Image.Image) -> bytes:
    written = io.BytesIO()
    picture.save(written, "PNG", optimize=True)
    return written.getvalue()
