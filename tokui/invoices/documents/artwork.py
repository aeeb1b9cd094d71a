"""Logo and seal: any picture a browser would show becomes a small plain PNG, or is refused."""

from __future__ import annotations

import io
from functools import lru_cache

from PIL import Image

ACCEPTED = ("PNG", "JPEG", "WEBP")
LARGEST_BYTES = 8 * 1024 * 1024
LARGEST_PIXELS = 40_000_000
PRINTED_PIXELS = 480
"""Longest side kept: 40 mm at 300 dots per inch."""


class PictureRefused(ValueError):
    """The picture is not a PNG, JPEG or WebP that can be read, or it is too large."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The picture is refused: {reason}.")
        self.reason = reason


@lru_cache(maxsize=64)
def printable_picture(picture: bytes) -> bytes:
    """The picture as a PNG without metadata, at most 480 dots on its longest side.

    Re-encoding is what keeps scripts, profiles and malformed chunks of an uploaded file out of every document.
    """
    if len(picture) > LARGEST_BYTES:
        raise PictureRefused("more than 8 MB")
    try:
        with Image.open(io.BytesIO(picture), formats=ACCEPTED) as opened:
            if opened.width * opened.height > LARGEST_PIXELS:
                raise PictureRefused("more than 40 million pixels")
            plain = opened.convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise error if isinstance(error, PictureRefused) else PictureRefused("not a readable image") from error
    plain.thumbnail((PRINTED_PIXELS, PRINTED_PIXELS), Image.Resampling.LANCZOS)
    written = io.BytesIO()
    plain.save(written, "PNG")
    return written.getvalue()
