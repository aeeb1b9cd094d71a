"""Rows of an import as people read them: what was refused and why, what changes from what to what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from tokui.core.ids import public_id
from tokui.core.models import Organization
from tokui.core.tenancy import require_organization
from tokui.customers.custom import CustomKind, Typed, value_of
from tokui.customers.importing.records import opened
from tokui.customers.models import Customer, CustomField, Import, ImportRow
from tokui.customers.shown import names_behind, shown
from tokui.customers.words import (
    FIELD_WORDS,
    IMPORT_FIELD_WORDS,
    POINT_WORDS,
    RELATIONSHIP_WORDS,
    reason_words,
)

Pair = tuple[dict[str, Any], dict[str, Any]]


@dataclass(frozen=True)
class Line:
    """One field of a row: its label, the value here and the value in the file."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class ToldRow:
    """A row with its place in words, its reason and its differing fields."""

    row: ImportRow
    column: str
    reason: str
    customer: str
    lines: Sequence[Line]


def told_rows(batch: Import, rows: Sequence[ImportRow]) -> list[ToldRow]:
    """Rows in words, in a constant number of queries for a page of them."""
    pairs = {row.pk: (opened(batch, row.before), opened(batch, row.after)) for row in rows}
    words = _Words(list(pairs.values()))
    return [
        ToldRow(
            row,
            column_words(row.column),
            reason_words(row.reason) if row.reason else "",
            public_id(Customer.PREFIX, row.customer_id) if row.customer_id else "",
            list(words.lines(*pairs[row.pk])),
        )
        for row in rows
    ]


def column_words(column: str) -> str:
    """A column of the file as it is called there; a field of ours in words."""
    return str(IMPORT_FIELD_WORDS.get(column) or FIELD_WORDS.get(column) or column)


class _Words:
    """What the values of a page of rows mean, looked up once."""

    def __init__(self, pairs: Sequence[Pair]) -> None:
        ids = ("bill_to_id", "owner_id", "business_id")
        self.names = names_behind(
            {name: [one.get(name) for one in pair] for name in ids} for pair in pairs if any(pair)
        )
        self.fields: dict[str, CustomField] = {}
        self.currency = ""
        if any("custom" in after for _before, after in pairs):
            self.fields = {one.key: one for one in CustomField.objects.all()}
            self.currency = Organization.objects.values_list("currency", flat=True).get(pk=require_organization())

    def lines(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Line]:
        for name, value in after.items():
            if name in _TELLERS:
                yield from _TELLERS[name](value, before.get(name) or {})
            elif name == "custom":
                yield from self._custom(before.get("custom", {}), value)
            else:
                label = str(FIELD_WORDS.get(name, name))
                yield Line(label, shown(name, before.get(name), self.names), shown(name, value, self.names))

    def _custom(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Line]:
        for key, value in after.items():
            field = self.fields.get(key)
            if field is None:
                continue
            text, number, day = before.get(key, (None, None, None))
            old = day or value_of(CustomKind(field.kind), Typed(text, number), self.currency)
            yield Line(field.label, shown(key, old, {}), shown(key, value, {}))


def _points(points: Sequence[Sequence[str]], _before: Any) -> Iterator[Line]:
    for kind, label, value in points:
        name = str(POINT_WORDS[kind])
        yield Line(f"{name} ({label})" if label else name, "–", shown(kind, value, {}))


def _person(parts: Mapping[str, str], before: Mapping[str, str]) -> Iterator[Line]:
    """A new person in one line; of one who is known, each part that differs."""
    if not before:
        yield Line(column_words("contact_name"), "–", " ".join(shown(part, one, {}) for part, one in parts.items()))
        return
    for part, value in parts.items():
        yield Line(column_words(f"contact_{part}"), shown(part, before.get(part), {}), shown(part, value, {}))


def _relations(relations: Sequence[Sequence[str]], _before: Any) -> Iterator[Line]:
    for kind, code in relations:
        yield Line(str(RELATIONSHIP_WORDS[kind][0]), "–", code)


def _payer_names(names: Sequence[str], _before: Any) -> Iterator[Line]:
    yield Line(column_words("payer_names"), "–", _(", ").join(names))


_TELLERS: dict[str, Any] = {
    "points": _points,
    "person": _person,
    "relations": _relations,
    "payer_names": _payer_names,
}
