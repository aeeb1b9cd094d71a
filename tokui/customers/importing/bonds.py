"""What a row says beside the customer's own fields: further contacts, a person, payers' names, who stands above, a note.

A file adds to these and takes nothing away: a missing number does not say that nobody answers it any more. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from tokui.core.refused import Code, ValueRefused
from tokui.core.values import normalise_text, parse_text
from tokui.customers.drafts import PARSERS
from tokui.customers.names import name_key

_LIST_BREAK = re.compile(r"[、,;；/\n]+")
#: Names and codes may hold a comma or a slash.
_NAME_BREAK = re.compile(r"[、;；\n]+")
MOBILE, FAX, OF_PERSON = "携帯", "FAX", "担当者"
#: Field -> (kind of the contact point, its label).
POINTS = {"phone2": ("phone", ""), "mobile": ("phone", MOBILE), "fax": ("phone", FAX), "email2": ("mail", "")}
PERSON = {
    "contact_name": "name",
    "contact_kana": "kana",
    "contact_department": "department",
    "contact_title": "title",
    "contact_email": "email",
    "contact_phone": "phone",
}
RELATIONS = ("guardian", "parent_company")
BOND_FIELDS = frozenset({*POINTS, *PERSON, *RELATIONS, "payer_names", "note"})
LONGEST_PERSON = 80


class Point(NamedTuple):
    """A further way to reach a customer."""

    kind: str
    label: str
    value: str


class Relation(NamedTuple):
    """The customer with this code is the guardian or parent company."""

    kind: str
    code: str


class NotAPayerName(ValueError):
    """A name too short to recognise a payer by."""

    def __init__(self, raw: str) -> None:
        self.raw = raw
        super().__init__(raw)


@dataclass(slots=True)
class Bonds:
    """What hangs on the customer of a row."""

    note: str = ""
    points: list[Point] = field(default_factory=list)
    person: dict[str, str] = field(default_factory=dict)
    payer_names: list[str] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    #: A person that is known already, whose parts in `person` are new.
    person_id: UUID | None = None
    person_before: dict[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.note or self.points or self.person or self.payer_names or self.relations)

    def settle(self) -> None:
        """A person without a name is called by the reading, the department or the title; a bare number is a contact."""
        if not self.person or self.person.get("name"):
            return
        name = next((self.person[part] for part in ("kana", "department", "title") if self.person.get(part)), "")
        if name:
            self.person["name"] = name
            return
        for part, kind in (("email", "mail"), ("phone", "phone")):
            if part in self.person:
                self.points.append(Point(kind, OF_PERSON, self.person.pop(part)))


def take_bond(bonds: Bonds, name: str, cell: Any) -> None:
    """Read a cell of one of BOND_FIELDS. Raises ValueRefused, NotAPayerName."""
    if name in POINTS:
        kind, label = POINTS[name]
        parse = PARSERS["email" if kind == "mail" else "phone"]
        bonds.points += [Point(kind, label, value) for part in _parts(_LIST_BREAK, cell) if (value := parse(part))]
    elif name in PERSON:
        bonds.person[PERSON[name]] = _person_part(PERSON[name], cell)
    elif name in RELATIONS:
        codes = [PARSERS["code"](part) for part in _parts(_NAME_BREAK, cell)]
        bonds.relations += [Relation(name, code) for code in dict.fromkeys(codes) if code]
    elif name == "payer_names":
        bonds.payer_names += [_payer_name(str(part)) for part in _parts(_NAME_BREAK, cell) if str(part).strip()]
    else:
        bonds.note = parse_text(cell)


def _parts(mark: re.Pattern[str], cell: Any) -> list[Any]:
    """A workbook's number is one value: as text it would lose what says that its first zero is missing."""
    return mark.split(cell) if isinstance(cell, str) else [cell]


def _person_part(part: str, cell: Any) -> str:
    if part in ("kana", "email", "phone"):
        value = str(PARSERS[part](cell))
    else:
        value = normalise_text(parse_text(cell, longest=LONGEST_PERSON))
    if part == "kana" and len(value) > LONGEST_PERSON:
        raise ValueRefused(Code.TOO_LONG, value, str(LONGEST_PERSON))
    return value


def _payer_name(text: str) -> str:
    raw = parse_text(text, longest=120)
    if not name_key(raw).is_usable:
        raise NotAPayerName(raw)
    return raw
