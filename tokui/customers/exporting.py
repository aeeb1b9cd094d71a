"""Customers as files: streamed, in the columns that an import reads back, with id and version to merge by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tokui import access
from tokui.access.models import Business, User
from tokui.access.permissions import CUSTOMERS_EXPORT
from tokui.core.actors import SYSTEM, Actor
from tokui.core.errors import Invalid
from tokui.core.events import emit
from tokui.core.ids import public_id
from tokui.core.models import Organization
from tokui.core.tables import NewSheet, write_csv, write_xlsx
from tokui.core.tenancy import require_organization
from tokui.core.values import format_postal_code
from tokui.customers.actions.derived import custom_values_of
from tokui.customers.custom import CustomKind, Typed, value_of
from tokui.customers.drafts import (
    DELIVERY_WORDS,
    HONORIFIC_WORDS,
    KIND_WORDS,
    LANGUAGE_WORDS,
    ROUNDING_WORDS,
    SHIFT_WORDS,
    TAX_WORDS,
)
from tokui.customers.events import CustomersExported
from tokui.customers.hanging import bonds_of, dialled
from tokui.customers.importing.bonds import BOND_FIELDS
from tokui.customers.importing.columns import VOCABULARY
from tokui.customers.models import Customer, CustomField, Tagging

BATCH = 2_000
FORMATS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
#: Fields in the order of the columns.
FIELDS = (
    *("id", "version", "code", "name", "kana", "kind", "corporate_number", "registration_number", "email", "phone"),
    *("postal_code", "address", "business", "owner", "bill_to", "closing_day", "due_months", "due_day", "due_shift"),
    *("delivery", "tax_display", "tax_rounding", "honorific", "document_language", "withholds", "is_active", "tags"),
    *("phone2", "mobile", "fax", "email2", "contact_name", "contact_kana", "contact_department", "contact_title"),
    *("contact_email", "contact_phone", "payer_names", "guardian", "parent_company", "note"),
)
_WORDS = {
    "kind": KIND_WORDS,
    "due_shift": SHIFT_WORDS,
    "delivery": DELIVERY_WORDS,
    "tax_display": TAX_WORDS,
    "tax_rounding": ROUNDING_WORDS,
    "honorific": HONORIFIC_WORDS,
    "document_language": LANGUAGE_WORDS,
}


def export_customers(
    target: BinaryIO, *, by: Actor, customers: QuerySet[Customer] | None = None, file_format: str = "xlsx"
) -> int:
    """Write customers (all, or a selection) to a stream; returns how many. Rows are read and written in batches.

    The file comes back through the import: rows merge by id, and one that changed here in the meantime is a conflict.
    """
    access.require(by, CUSTOMERS_EXPORT)
    if file_format not in FORMATS:
        raise Invalid(field="format", reason=_("Choose XLSX or CSV."))
    with transaction.atomic():
        writer = _Writer()
        rows = writer.rows(Customer.objects.all() if customers is None else customers)
        if file_format == "csv":
            write_csv(target, _with_heading(writer.heading(), rows))
        else:
            write_xlsx(target, [NewSheet(_("Customers"), rows, writer.heading())])
        organization = Organization.objects.get(pk=require_organization())
        emit(CustomersExported(writer.count, file_format), about=organization, by=by)
        return writer.count


def export_file(path: Path | str, *, by: Actor = SYSTEM, customers: QuerySet[Customer] | None = None) -> int:
    """Write customers to a file whose name ends in .xlsx or .csv (the `tokui customers export` command)."""
    path = Path(path)
    with path.open("wb") as target:
        return export_customers(target, by=by, customers=customers, file_format=path.suffix.lower().lstrip("."))


_NO_BONDS = dict.fromkeys(BOND_FIELDS, "")


class _Writer:
    """Rows of the file with what they refer to, looked up once a batch."""

    def __init__(self) -> None:
        self.japanese = (get_language() or "ja").startswith("ja")
        self.fields = list(CustomField.objects.filter(is_active=True))
        self.currency = Organization.objects.values_list("currency", flat=True).get(pk=require_organization())
        self.businesses = dict(Business.objects.values_list("pk", "name"))
        self.words = {name: _reversed(words, japanese=self.japanese) for name, words in _WORDS.items()}
        self.count = 0

    def heading(self) -> list[str]:
        return [
            *(_heading(field, japanese=self.japanese) for field in FIELDS),
            *(field.label if self._is_plain(field.label) else field.key for field in self.fields),
        ]

    def _is_plain(self, label: str) -> bool:
        """A label that is also the heading of a field of ours would be read back as that one."""
        return label not in {_heading(field, japanese=self.japanese) for field in FIELDS}

    def rows(self, customers: QuerySet[Customer]) -> Iterator[list[Any]]:
        last: UUID | None = None
        while True:
            batch = list((customers.filter(pk__gt=last) if last else customers).order_by("pk")[:BATCH])
            if not batch:
                return
            last = batch[-1].pk
            self.count += len(batch)
            yield from self._batch(batch)

    def _batch(self, batch: Sequence[Customer]) -> Iterator[list[Any]]:
        keys = [row.pk for row in batch]
        owners = dict(User.objects.filter(pk__in={row.owner_id for row in batch}).values_list("pk", "email"))
        payers = dict(Customer.objects.filter(pk__in={row.bill_to_id for row in batch}).values_list("pk", "code"))
        tags: dict[UUID, list[str]] = {}
        for key, name in Tagging.objects.filter(customer_id__in=keys).values_list("customer_id", "tag__name"):
            tags.setdefault(key, []).append(name)
        custom = custom_values_of(keys) if self.fields else {}
        bonds = bonds_of(keys)
        for row in batch:
            told: dict[str, Any] = {
                "id": public_id(Customer.PREFIX, row.pk),
                "phone": dialled(row.phone),
                "postal_code": format_postal_code(row.postal_code) if row.postal_code else "",
                "business": self.businesses.get(row.business_id) if row.business_id else "",
                "owner": owners.get(row.owner_id, "") if row.owner_id else "",
                "bill_to": payers.get(row.bill_to_id, "") if row.bill_to_id else "",
                "tags": "、".join(sorted(tags.get(row.pk, []))),
                **_NO_BONDS,
                **bonds.get(row.pk, {}),
            }
            told |= {name: words[getattr(row, name)] for name, words in self.words.items()}
            values = [told[field] if field in told else getattr(row, field) for field in FIELDS]
            yield [*values, *self._custom(custom.get(row.pk, {}))]

    def _custom(self, found: dict[UUID, Any]) -> list[Any]:
        values = []
        for field in self.fields:
            one = found.get(field.pk)
            typed = Typed(one.text, one.number, one.day) if one else Typed()
            value = value_of(CustomKind(field.kind), typed, self.currency)
            values.append(_whole(value))
        return values


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, Decimal) and value == value.to_integral_value() else value


def _heading(field: str, *, japanese: bool) -> str:
    """The first known heading of a field in the reader's language: the file is understood when it comes back."""
    names = VOCABULARY[field]
    wanted = [name for name in names if name.isascii() != japanese]
    return (wanted or list(names))[0]


def _reversed(words: dict[str, str], *, japanese: bool) -> dict[str, str]:
    found: dict[str, str] = {}
    for word, value in words.items():
        if word.isascii() != japanese:
            found.setdefault(value, word)
    return {value: found.get(value, value) for value in words.values()}


def _with_heading(heading: list[str], rows: Iterator[list[Any]]) -> Iterator[list[Any]]:
    yield heading
    yield from rows
