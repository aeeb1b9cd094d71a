"""A row of a file as values of a customer, or as the reasons why it cannot be one. Pure."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tokui.core.days import ClosingRule, DueRule, Shift, parse_term
from tokui.core.ids import parse_public_id
from tokui.core.refused import Code, ValueRefused
from tokui.core.tables import Problem, Row, TableFile, Vocabulary, column_letters, facts, placed_rows
from tokui.core.values import normalise_text, parse_text, parse_whole
from tokui.customers.drafts import PARSERS, FieldRefused, checked_tags
from tokui.customers.importing.columns import IDENTIFYING

_TAG_BREAK = re.compile(r"[、,;；/\n]+")
_JOINED = {
    "name": (("family_name", "given_name"), " "),
    "kana": (("family_kana", "given_kana"), " "),
    "address": (("prefecture", "city", "street", "building"), ""),
}
_PARTS = frozenset(part for parts, _joint in _JOINED.values() for part in parts)
_REFERENCES = ("business", "owner", "bill_to")


@dataclass(slots=True)
class CustomerRow:
    """What a row says. Fields that the file lacks are absent from `values`; those it leaves empty are `cleared`."""

    sheet: str
    number: int
    values: dict[str, Any] = field(default_factory=dict)
    cleared: tuple[str, ...] = ()
    references: dict[str, str] = field(default_factory=dict)
    custom: dict[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] | None = None
    note: str = ""
    id: UUID | None = None
    version: int | None = None
    problems: list[Problem] = field(default_factory=list)


def customer_rows(
    table: TableFile, mapping: Mapping[str, str], known: Vocabulary
) -> Generator[CustomerRow, None, None]:
    """Every row of every sheet that has the mapped headings. Raises TableRefused, also when no sheet has them."""
    for layout, row in placed_rows(table, mapping, known, (IDENTIFYING,)):
        yield read_row(row, layout.places, layout.headings)


def read_row(row: Row, places: Mapping[str, int], headings: tuple[str, ...]) -> CustomerRow:
    """One row. A value that cannot be read becomes a problem and the rest is read on, so that all are told at once."""
    found = CustomerRow(row.sheet, row.number)
    cleared: list[str] = []
    width = len(row.cells)
    for name, index in places.items():
        cell = row.cells[index] if index < width else ""
        if isinstance(cell, str) and (not cell or cell.isspace()):
            cleared.append(name)
            continue
        try:
            _take(found, name, cell)
        except FieldRefused as refused:
            found.problems.append(_problem(row, index, headings, refused.refused))
        except ValueRefused as refused:
            found.problems.append(_problem(row, index, headings, refused))
    found.cleared = tuple(cleared)
    _join_parts(found)
    return found


def _take(found: CustomerRow, name: str, cell: Any) -> None:
    if name in PARSERS:
        try:
            found.values[name] = PARSERS[name](cell)
        except ValueRefused as refused:
            raise FieldRefused(name, refused) from None
    elif name in _PARTS:
        found.values[name] = normalise_text(parse_text(cell, longest=120))
    elif name in _REFERENCES:
        found.references[name] = normalise_text(parse_text(cell, longest=120))
    elif name == "tags":
        found.tags = checked_tags(tuple(_TAG_BREAK.split(parse_text(cell, longest=1000))))
    elif name == "terms":
        found.values.update(_terms(parse_text(cell, longest=100)))
    elif name == "note":
        found.note = parse_text(cell)
    elif name == "id":
        found.id = parse_public_id(parse_text(cell, longest=60), "cus")
    elif name == "version":
        found.version = parse_whole(cell)
    elif name.startswith("custom."):
        found.custom[name.removeprefix("custom.")] = cell


def _terms(text: str) -> dict[str, Any]:
    """月末締め翌月末払い as closing and due day; days counted from the invoice cannot be kept."""
    term = parse_term(text)
    if not isinstance(term.due, DueRule):
        raise ValueRefused(Code.NOT_A_PAYMENT_TERM, text, "月末締め翌月末払い")
    closing = term.closing.day if isinstance(term.closing, ClosingRule) else None
    shift = {Shift.BEFORE: "before", Shift.AFTER: "after"}.get(term.due.shift)
    told: dict[str, Any] = {"closing_day": closing, "due_months": term.due.months_ahead, "due_day": term.due.day}
    return told | ({"due_shift": shift} if shift else {})


def _join_parts(found: CustomerRow) -> None:
    """姓 and 名 in two columns are one name, 都道府県 to 建物 one address."""
    for whole, (parts, joint) in _JOINED.items():
        pieces = [found.values.pop(part) for part in parts if part in found.values]
        if not pieces or whole in found.values:
            continue
        try:
            found.values[whole] = PARSERS[whole](joint.join(pieces))
        except ValueRefused as refused:
            found.problems.append(Problem("", refused.found, facts(refused)))


def _problem(row: Row, index: int, headings: tuple[str, ...], refused: ValueRefused) -> Problem:
    heading = headings[index] if index < len(headings) else ""
    return Problem(f"{column_letters(index)} {heading}".strip()[:80], row.text(index)[:200], facts(refused))
