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
from tokui.core.tables import (
    UNCALCULATED,
    Problem,
    Row,
    TableFile,
    Vocabulary,
    column_letters,
    facts,
    placed_rows,
    reason,
)
from tokui.core.values import normalise_text, parse_text, parse_whole
from tokui.customers.drafts import KIND_WORDS, PARSERS, FieldRefused, checked_tags
from tokui.customers.importing.bonds import BOND_FIELDS, PERSON, Bonds, NotAPayerName, take_bond
from tokui.customers.importing.columns import IDENTIFYING
from tokui.customers.names import name_key

_TAG_BREAK = re.compile(r"[、,;；/\n]+")
_NAME_PARTS = (("family_name", "given_name"), ("family_kana", "given_kana"))
_ADDRESS_PARTS = ("prefecture", "city", "street", "building")
_PARTS = frozenset({*_NAME_PARTS[0], *_NAME_PARTS[1], *_ADDRESS_PARTS, "legal_form"})
_FORM_EXAMPLES = "株式会社 / 有限会社 / 合同会社"
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
    bonds: Bonds | None = None
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
            if cell is UNCALCULATED:
                found.problems.append(_problem(row, index, headings, reason("formula_without_value")))
            continue
        try:
            _take(found, name, cell)
        except FieldRefused as refused:
            found.problems.append(_problem(row, index, headings, facts(refused.refused)))
        except ValueRefused as refused:
            found.problems.append(_problem(row, index, headings, facts(refused)))
        except NotAPayerName as refused:
            found.problems.append(_problem(row, index, headings, reason("not_a_payer_name", refused.raw)))
    found.cleared = tuple(cleared)
    _join_parts(found)
    if found.bonds is not None:
        found.bonds.settle()
    return found


def _take(found: CustomerRow, name: str, cell: Any) -> None:
    if name in _PARTS:
        found.values[name] = normalise_text(parse_text(cell, longest=120))
    elif name in PARSERS:
        try:
            found.values[name] = PARSERS[name](cell)
        except ValueRefused as refused:
            raise FieldRefused(name, refused) from None
    elif name in _REFERENCES:
        found.references[name] = normalise_text(parse_text(cell, longest=120))
    elif name == "tags":
        found.tags = checked_tags(tuple(_TAG_BREAK.split(parse_text(cell, longest=1000))))
    elif name == "terms":
        found.values.update(_terms(parse_text(cell, longest=100)))
    elif name in BOND_FIELDS:
        found.bonds = Bonds() if found.bonds is None else found.bonds
        take_bond(found.bonds, name, cell)
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
    """姓 and 名 in two columns are one name, 都道府県 to 建物 one address, 法人格 and 商号 one company's name."""
    if _PARTS.isdisjoint(found.values):
        return
    form = found.values.pop("legal_form", "")
    name, kana = (" ".join(found.values.pop(part) for part in parts if part in found.values) for parts in _NAME_PARTS)
    if name and "name" in found.values and _bare(name) not in _bare(found.values["name"]):
        _take_person(found, {"contact_name": name, "contact_kana": kana})  # 姓 and 名 beside a company's name
    else:
        for whole, joined in (("name", name), ("kana", kana)):
            if joined and whole not in found.values:
                _set(found, whole, joined)
    pieces = {part: found.values.pop(part, "") for part in _ADDRESS_PARTS}
    if any(pieces.values()):
        _set(found, "address", whole_address(found.values.get("address", ""), **pieces))
    if form:
        _join_form(found, form)


def whole_address(address: str, *, prefecture: str = "", city: str = "", street: str = "", building: str = "") -> str:
    """An address of which parts stand in columns of their own: what it lacks is put before or after it."""
    if prefecture and address.startswith(prefecture):
        address = address if city in address else prefecture + city + address.removeprefix(prefecture)
    elif city and address.startswith(city):
        address = prefecture + address
    else:
        address = prefecture + city + address
    if street and street not in address:
        address += street
    return address if building in address else f"{address} {building}".strip()


def _take_person(found: CustomerRow, parts: Mapping[str, str]) -> None:
    """The person at a customer, unless columns of their own name one."""
    found.bonds = Bonds() if found.bonds is None else found.bonds
    for name, text in parts.items():
        if not text or found.bonds.person.get(PERSON[name]):
            continue
        try:
            take_bond(found.bonds, name, text)
        except ValueRefused as refused:
            found.problems.append(Problem("", refused.found, facts(refused)))


def _join_form(found: CustomerRow, text: str) -> None:
    """A legal form of its own column stands before the name that lacks it, unless it says 後株."""
    kind = KIND_WORDS.get(text)
    if kind:
        found.values.setdefault("kind", kind)
        return
    behind = text.startswith("後")
    form = "株式会社" if text in ("前株", "後株", "前", "後", "株") else text
    if not name_key(f"{form}アアアア").legal_form:
        found.problems.append(Problem("", text[:200], facts(ValueRefused(Code.OUT_OF_RANGE, text, _FORM_EXAMPLES))))
    elif (name := found.values.get("name")) and not name_key(name).legal_form:
        _set(found, "name", f"{name} {form}" if behind else f"{form} {name}")


def _set(found: CustomerRow, name: str, text: str) -> None:
    try:
        found.values[name] = PARSERS[name](text)
    except ValueRefused as refused:
        found.problems.append(Problem("", refused.found, facts(refused)))


def _bare(text: str) -> str:
    return "".join(text.split())


def _problem(row: Row, index: int, headings: tuple[str, ...], why: dict[str, str]) -> Problem:
    heading = headings[index] if index < len(headings) else ""
    return Problem(f"{column_letters(index)} {heading}".strip()[:80], row.text(index)[:200], why)
