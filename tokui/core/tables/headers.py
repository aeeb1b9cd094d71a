"""Finding the row of headings, and proposing which column holds which field."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz.fuzz import ratio

from tokui.core.tables.shapes import Row, Sheet, TableCode, TableRefused, column_letters

Vocabulary = Mapping[str, Sequence[str]]
LOOK_AT_ROWS = 50
LONGEST_HEADING = 60
_SIMILAR = 86.0
_BRACKETED = re.compile(r"\([^)]*\)|\[[^\]]*\]|【[^】]*】|〔[^〕]*〕")
_ORNAMENT = re.compile(r"[\s_\-・/:.,*※#●○■□◆★]+")


class Confidence(StrEnum):
    """How sure a proposed column is. Words, because no percentage here has been measured."""

    CERTAIN = "certain"
    """The heading is one of the field's known names."""
    LIKELY = "likely"
    """The heading holds a known name, or is spelled almost like one."""


@dataclass(frozen=True)
class Header:
    """The headings of a sheet: `names` by column from 0 (empty where there is none), data from row `first_row` on."""

    row: int
    first_row: int
    names: tuple[str, ...]


@dataclass(frozen=True)
class Proposal:
    """The column that seems to hold a field, the heading that says so and the known name it was compared with."""

    field: str
    index: int
    column: str
    heading: str
    matched: str
    confidence: Confidence


def find_header(sheet: Sheet, vocabulary: Vocabulary | None = None) -> Header:
    """The row of headings among the first fifty, below titles and notes; a two-line heading counts as one.

    A row with two or more known names wins. Otherwise it is the first row that names most columns in words.
    Raises TableRefused: EMPTY, NO_HEADER.
    """
    rows = [row for row in sheet.head(LOOK_AT_ROWS) if not row.is_blank]
    if not rows:
        raise TableRefused(TableCode.EMPTY, sheet=sheet.name)
    place = _known_row(rows, vocabulary or {})
    if place is None:
        place = _worded_row(rows)
    if place is None:
        raise TableRefused(TableCode.NO_HEADER, sheet=sheet.name, row=rows[0].number, found=_shown(rows[0]))
    top = rows[place]
    following = rows[place + 1] if place + 1 < len(rows) else None
    if following and following.number == top.number + 1 and _is_second_line(top, following):
        return Header(top.number, following.number + 1, _merged(top, following))
    if place and rows[place - 1].number == top.number - 1 and _is_second_line(rows[place - 1], top):
        return Header(rows[place - 1].number, top.number + 1, _merged(rows[place - 1], top))
    return Header(top.number, top.number + 1, tuple(top.text(index) for index in range(len(top.cells))))


def data_rows(sheet: Sheet, header: Header) -> Iterator[Row]:
    """The rows below the headings, without the blank ones; row numbers stay those of the file."""
    return (row for row in sheet.rows() if row.number >= header.first_row and not row.is_blank)


def propose(headings: Sequence[str], vocabulary: Vocabulary) -> dict[str, Proposal]:
    """For each field of `vocabulary` (field: its names in any language) the column that best seems to hold it.

    A column serves one field at most, a field takes one column at most, and the better match goes first; of equals the
    left one. Fields without a fitting column are absent.
    """
    scored = sorted(
        (-score, index, place, field, known)
        for index, heading in enumerate(headings)
        if heading.strip()
        for place, (field, names) in enumerate(vocabulary.items())
        for score, known in [_best(heading, names)]
        if score > 0
    )
    found: dict[str, Proposal] = {}
    used: set[int] = set()
    for negative, index, _, field, known in scored:
        if field in found or index in used:
            continue
        used.add(index)
        confidence = Confidence.CERTAIN if negative <= -100 else Confidence.LIKELY
        found[field] = Proposal(field, index, column_letters(index), headings[index], known, confidence)
    return found


def heading_key(heading: str) -> str:
    """A heading without width, case, spaces, ornaments and remarks in brackets: `＊電話番号（必須）` is 電話番号."""
    text = unicodedata.normalize("NFKC", heading).casefold()
    bare = _ORNAMENT.sub("", _BRACKETED.sub("", text))
    return bare or _ORNAMENT.sub("", text)


def _best(heading: str, names: Sequence[str]) -> tuple[float, str]:
    key = heading_key(heading)
    return max(((_score(key, heading_key(name)), name) for name in names), default=(0.0, ""))


def _score(key: str, known: str) -> float:
    if key == known:
        return 100.0
    if len(known) >= 2 and known in key:
        return 50.0 + 40.0 * len(known) / len(key)
    similar = ratio(key, known) if min(len(key), len(known)) >= 4 else 0.0
    return similar - 10.0 if similar >= _SIMILAR else 0.0


def _known_row(rows: Sequence[Row], vocabulary: Vocabulary) -> int | None:
    known = {heading_key(name) for names in vocabulary.values() for name in names}
    hits = [sum(heading_key(text) in known for text in _texts(row)) for row in rows]
    best = max(hits)
    return hits.index(best) if best >= 2 else None


def _worded_row(rows: Sequence[Row]) -> int | None:
    width = max(len(_texts(row)) for row in rows)
    for place, row in enumerate(rows):
        labels = _labels(row)
        if len(labels) * 10 >= width * 6 and len(labels) == len(_texts(row)) == len(set(labels)):
            return place
    return None


def _is_second_line(top: Row, below: Row) -> bool:
    """Merged headings leave gaps: the line below names columns that the upper leaves empty, and the other way round."""
    width = max(len(top.cells), len(below.cells))
    pairs = [(top.text(index), below.text(index)) for index in range(width)]
    added = any(lower and not upper for upper, lower in pairs)
    kept = any(upper and not lower for upper, lower in pairs)
    return added and kept and len(_labels(below)) == len(_texts(below)) and len(_texts(top)) > 1


def _merged(top: Row, below: Row) -> tuple[str, ...]:
    width = max(len(top.cells), len(below.cells))
    return tuple(below.text(index) or top.text(index) for index in range(width))


def _labels(row: Row) -> list[str]:
    return [text for text in _texts(row) if _is_label(text)]


def _is_label(text: str) -> bool:
    return len(text) <= LONGEST_HEADING and "@" not in text and not re.match(r"[\d¥￥△▲+-]", text)


def _texts(row: Row) -> list[str]:
    return [text for index in range(len(row.cells)) if (text := row.text(index))]


def _shown(row: Row) -> str:
    return " | ".join(_texts(row))
