"""Which column of a file holds which field: proposed from the headings, known again by them, found in every sheet."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, NamedTuple

from tokui.core.refused import ValueRefused
from tokui.core.tables.headers import Vocabulary, data_rows, find_header, heading_key, propose
from tokui.core.tables.shapes import UNCALCULATED, Cell, Row, TableCode, TableFile, TableRefused, column_letters

_NO_TABLE = (TableCode.EMPTY, TableCode.NO_HEADER)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a cell was refused: its column, what it holds, and {code, found, expected}."""

    column: str
    value: str
    reason: dict[str, str]


class Layout(NamedTuple):
    """Where in a sheet the fields stand (from 0), and the headings of its columns."""

    places: Mapping[str, int]
    headings: tuple[str, ...]


@dataclass(slots=True)
class ReadRow:
    """A row's cells as values by field; those that could not be read are `problems`. Empty cells are absent."""

    row: Row
    layout: Layout
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def take(self, name: str, parse: Callable[[Cell], Any]) -> None:
        """Read the cell of a field; one that is refused with ValueRefused becomes a problem."""
        index = self.layout.places.get(name)
        cell = self.row.cells[index] if index is not None and index < len(self.row.cells) else ""
        if cell is UNCALCULATED:
            self.object_to(name, "formula_without_value")
        if isinstance(cell, str) and (not cell or cell.isspace()):
            return
        try:
            self.values[name] = parse(cell)
        except ValueRefused as refused:
            self.problems.append(problem_at(self.row, self.layout, name, facts(refused)))

    def is_refused(self, name: str) -> bool:
        """Whether the field's cell holds something that could not be read."""
        index = self.layout.places.get(name)
        return index is not None and bool(self.row.text(index)) and name not in self.values

    def object_to(self, name: str, code: str, found: object = "", expected: object = "") -> None:
        """Refuse the row for what stands in a field's column, or for its absence."""
        self.problems.append(problem_at(self.row, self.layout, name, reason(code, found, expected)))


def propose_columns(headings: Sequence[str], known: Vocabulary) -> dict[str, str]:
    """For each field the heading that seems to hold it."""
    return {name: proposal.heading for name, proposal in propose(headings, known).items()}


def signature(headings: Sequence[str]) -> str:
    """Files of one sender have the same headings: a digest of them, blind to width, case and ornament."""
    keys = "\n".join(heading_key(heading) for heading in headings if heading.strip())
    return hashlib.sha256(keys.encode()).hexdigest()


def numbered(headings: Sequence[str]) -> tuple[str, ...]:
    """Equal headings told apart: 電話, 電話 2, 電話 3. Empty ones stay empty."""
    taken, seen = set(headings), set()
    found = []
    for heading in headings:
        name = heading
        if heading and heading in seen:
            name = next(one for n in count(2) if (one := f"{heading} {n}") not in taken)
        seen.add(heading)
        taken.add(name)
        found.append(name)
    return tuple(found)


def place_columns(headings: Sequence[str], mapping: Mapping[str, str]) -> dict[str, int]:
    """Where a mapping's headings stand in a sheet: written the same, else alike; of those the left one that is free.

    電話（自宅） and 電話（携帯） are alike, so the exact ones go first.
    """
    exact = {heading: index for index, heading in reversed(list(enumerate(headings)))}
    found = {name: exact[heading] for name, heading in mapping.items() if heading in exact}
    alike: dict[str, int] = {}
    for index, heading in enumerate(headings):
        if index not in found.values():
            alike.setdefault(heading_key(heading), index)
    for name, heading in mapping.items():
        if heading and name not in found and heading_key(heading) in alike:
            found[name] = alike[heading_key(heading)]
    return found


def headings_of(table: TableFile, known: Vocabulary) -> list[str]:
    """The headings of all sheets together, in order, each once. Raises TableRefused when no sheet has any."""
    names: dict[str, None] = {}
    refusal: TableRefused | None = None
    for sheet in table.sheets:
        try:
            names |= dict.fromkeys(name for name in numbered(find_header(sheet, known).names) if name)
        except TableRefused as refused:
            if refused.code not in _NO_TABLE:
                raise
            refusal = refusal or refused
    if not names:
        raise refusal or TableRefused(TableCode.EMPTY)
    return list(names)


def placed_rows(
    table: TableFile, mapping: Mapping[str, str], known: Vocabulary, wanted: Sequence[Sequence[str]]
) -> Generator[tuple[Layout, Row], None, None]:
    """Every row of every sheet that has a column of each wanted group. Raises TableRefused when none has."""
    usable = 0
    for sheet in table.sheets:
        try:
            header = find_header(sheet, known)
        except TableRefused as refused:
            if refused.code in _NO_TABLE and len(table.sheets) > 1:
                continue
            raise
        names = numbered(header.names)
        layout = Layout(place_columns(names, mapping), names)
        if any(not any(name in layout.places for name in group) for group in wanted):
            continue
        usable += 1
        for row in data_rows(sheet, header):
            yield layout, row
    if not usable:
        raise TableRefused(TableCode.NO_HEADER)


def problem_at(row: Row, layout: Layout, name: str, why: dict[str, str]) -> Problem:
    """A problem at the cell of a field: column letters with the heading, and what stands there."""
    index = layout.places.get(name)
    if index is None:
        return Problem("", "", why)
    heading = layout.headings[index] if index < len(layout.headings) else ""
    return Problem(f"{column_letters(index)} {heading}".strip()[:80], row.text(index)[:200], why)


def facts(refused: ValueRefused) -> dict[str, str]:
    return {"code": refused.code.value, "found": refused.found, "expected": refused.expected}


def reason(code: str, found: object = "", expected: object = "") -> dict[str, str]:
    """A reason of a room's own in the shape of a parser's."""
    return {"code": code, "found": str(found)[:80], "expected": str(expected)[:80]}


def table_facts(refused: TableRefused) -> dict[str, Any]:
    """A refused file as plain values, kept with the import."""
    return {
        "code": refused.code.value,
        "sheet": refused.sheet,
        "row": refused.row,
        "column": refused.column,
        "found": refused.found,
        "expected": refused.expected,
    }
