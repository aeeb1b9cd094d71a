"""The organization's own fields in the list: conditions, orders, columns, and how their values are written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import (
    BigIntegerField,
    CharField,
    DateField,
    Exists,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Coalesce
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tokui.core.errors import Invalid
from tokui.core.models import Organization
from tokui.core.refused import ValueRefused
from tokui.core.tenancy import require_organization
from tokui.core.values import normalise_text
from tokui.customers.custom import CustomKind, Typed, parse_custom, value_of
from tokui.customers.models import Customer, CustomField, CustomValue
from tokui.customers.registry import ListColumn, ListFilter, ListSort, Text
from tokui.customers.words import refusal_words
from tokui.ui.templatetags.tokui import day, money

PREFIX = "custom."
#: What may follow the key of a field in a condition, by the field's kind; "" is the value itself.
_SPANS = ("", "from", "to")
_OPERATORS = {
    CustomKind.TEXT: ("", "contains", "starts"),
    CustomKind.CHOICE: ("",),
    CustomKind.BOOLEAN: ("",),
    CustomKind.NUMBER: _SPANS,
    CustomKind.MONEY: _SPANS,
    CustomKind.DATE: _SPANS,
}
_OPERATOR_WORDS: dict[str, Text] = {
    "": "%(label)s",
    "from": gettext_lazy("%(label)s from"),
    "to": gettext_lazy("%(label)s to"),
    "contains": gettext_lazy("%(label)s contains"),
    "starts": gettext_lazy("%(label)s begins with"),
}
_INPUT_WORDS: dict[str, Text] = {
    "from": gettext_lazy("from"),
    "to": gettext_lazy("to"),
    "contains": gettext_lazy("contains"),
    "starts": gettext_lazy("begins with"),
}
_LOOKUPS = {"": "", "from": "__gte", "to": "__lte", "contains": "__icontains", "starts": "__startswith"}
#: The column that holds a kind's values, its type, and what stands behind every value and before every value.
_ORDERS: dict[CustomKind, tuple[str, Any, Any, Any]] = {
    CustomKind.TEXT: ("text", CharField(), "\U0010ffff", ""),
    CustomKind.CHOICE: ("text", CharField(), "\U0010ffff", ""),
    CustomKind.NUMBER: ("number", BigIntegerField(), 2**63 - 1, -(2**63)),
    CustomKind.MONEY: ("number", BigIntegerField(), 2**63 - 1, -(2**63)),
    CustomKind.BOOLEAN: ("number", BigIntegerField(), 2**63 - 1, -(2**63)),
    CustomKind.DATE: ("day", DateField(), date.max, date.min),
}


def own_fields() -> QuerySet[CustomField]:
    return CustomField.objects.filter(is_active=True)


def own_condition(key: str) -> ListFilter | None:
    """`custom.<key>`, and behind it `.from` and `.to` of numbers, amounts and days, `.contains` and `.starts` of text."""
    name, _dot, operator = key.removeprefix(PREFIX).partition(".")
    field = own_fields().filter(key=name).first() if key.startswith(PREFIX) else None
    if field is None or operator not in _OPERATORS[CustomKind(field.kind)] or key.endswith("."):
        return None
    return ListFilter(key, own_label(key, {name: field.label}), lambda value: _means(field, operator, key, value))


def own_label(key: str, labels: Mapping[str, str]) -> str:
    """How a condition on an own field is called; `labels` are those of the fields by key."""
    name, _dot, operator = key.removeprefix(PREFIX).partition(".")
    return str(_OPERATOR_WORDS[operator]) % {"label": labels.get(name, name)}


def _means(field: CustomField, operator: str, key: str, value: str) -> Q:
    if operator in ("contains", "starts"):
        column, wanted = "text", normalise_text(value)
    else:
        column, wanted = _typed(field, key, value)
    values = CustomValue.objects.filter(field=field, customer_id=OuterRef("pk"))
    return Q(Exists(values.filter(**{f"{column}{_LOOKUPS[operator]}": wanted})))


def _typed(field: CustomField, key: str, value: str) -> tuple[str, Any]:
    try:
        typed = parse_custom(CustomKind(field.kind), value, choices=tuple(field.choices), currency=currency())
    except ValueRefused as refused:
        raise Invalid(field=key, reason=refusal_words(refused)) from refused
    column = _ORDERS[CustomKind(field.kind)][0]
    return column, getattr(typed, column)


def own_sort(key: str) -> ListSort | None:
    """`custom.<key>`, or `-custom.<key>` for the largest first. Customers without a value come last either way."""
    is_down = key.startswith("-")
    name = key.removeprefix("-")
    field = own_fields().filter(key=name.removeprefix(PREFIX)).first() if name.startswith(PREFIX) else None
    return _sort_of(field, is_down=is_down) if field else None


def _sort_of(field: CustomField, *, is_down: bool) -> ListSort:
    column, output, last, first = _ORDERS[CustomKind(field.kind)]

    def prepare(rows: QuerySet[Customer]) -> QuerySet[Customer]:
        own = FilteredRelation("custom_values", condition=Q(custom_values__field=field.pk))
        missing = Value(first if is_down else last, output_field=output)
        return rows.annotate(own=own).annotate(own_value=Coalesce(F(f"own__{column}"), missing))

    sign = "-" if is_down else ""
    words = gettext_lazy("%(label)s, largest first") if is_down else "%(label)s"
    return ListSort(
        f"{sign}{PREFIX}{field.key}",
        words % {"label": field.label},
        (f"{sign}own_value", f"{sign}id"),
        prepare,
        is_indexed=False,
    )


def own_sorts(fields: Iterable[CustomField]) -> list[ListSort]:
    """Both orders of every own field."""
    return [_sort_of(field, is_down=is_down) for field in fields for is_down in (False, True)]


@dataclass(frozen=True)
class OwnInput:
    """One input of a field's conditions: its name in the address, what it asks for, and the values it has now."""

    name: str
    label: str
    word: Text
    values: tuple[str, ...]


@dataclass(frozen=True)
class OwnInputs:
    """A field in the dialog of conditions: choices to tick, or inputs to type into."""

    field: CustomField
    choices: Sequence[tuple[str, str]]
    inputs: Sequence[OwnInput]


def own_inputs(field: CustomField, conditions: Mapping[str, tuple[str, ...]]) -> OwnInputs:
    """How a field is asked for, with what is asked already. An exact text has no input: it comes by address only."""
    kind = CustomKind(field.kind)
    operators = [one for one in _OPERATORS[kind] if one or len(_OPERATORS[kind]) == 1]
    inputs = []
    for one in operators:
        name = f"{PREFIX}{field.key}.{one}".rstrip(".")
        label = own_label(name, {field.key: field.label})
        inputs.append(OwnInput(name, label, _INPUT_WORDS.get(one, ""), conditions.get(name, ())))
    return OwnInputs(field, list(_choices_of(field).items()), inputs)


def own_words(fields: Iterable[CustomField]) -> dict[str, dict[str, str]]:
    """What the values of conditions are called, where people do not type them as they are."""
    return {f"{PREFIX}{field.key}": _choices_of(field) for field in fields}


def _choices_of(field: CustomField) -> dict[str, str]:
    if field.kind == CustomKind.BOOLEAN:
        return {"1": _("yes"), "0": _("no")}
    return {choice: choice for choice in field.choices}


def own_columns() -> list[ListColumn]:
    """Every own field as a column; those that belong in the list are shown at first."""
    return [_column_of(field) for field in own_fields()]


def _column_of(field: CustomField) -> ListColumn:
    kind = CustomKind(field.kind)
    return ListColumn(
        f"{PREFIX}{field.key}",
        field.label,
        _values_of(field),
        cell=lambda shown: shown,
        is_number=kind in (CustomKind.NUMBER, CustomKind.MONEY),
        is_shown=field.in_list,
        sort=f"{PREFIX}{field.key}",
        order=200,
    )


def _values_of(field: CustomField) -> Callable[[Sequence[UUID]], Mapping[UUID, str]]:
    def load(ids: Sequence[UUID]) -> Mapping[UUID, str]:
        rows = list(CustomValue.objects.filter(field=field, customer_id__in=ids))
        in_currency = currency() if field.kind == CustomKind.MONEY else ""
        return {row.customer_id: shown_value(field, row, in_currency) for row in rows}

    return load


def shown_value(field: CustomField, row: CustomValue, in_currency: str) -> str:
    """A value as people read it: yes and no, amounts in their currency, numbers in groups, days as days."""
    kind, typed = CustomKind(field.kind), Typed(row.text, row.number, row.day)
    if kind is CustomKind.MONEY:
        return money(typed.number, in_currency)
    if kind is CustomKind.DATE:
        return day(typed.day, "full")
    if kind is CustomKind.BOOLEAN:
        return _("yes") if typed.number else _("no")
    if kind is CustomKind.NUMBER:
        return number_format(str(value_of(kind, typed)), use_l10n=True, force_grouping=True)
    return typed.text or ""


def currency() -> str:
    """The currency in which the organization keeps its books."""
    return Organization.objects.values_list("currency", flat=True).get(pk=require_organization())
