"""Columns of files and what rows refer to: proposed by headings, corrected by a person, remembered for the next file."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from tokui.access.models import Business
from tokui.core import clock, files
from tokui.core.errors import Invalid
from tokui.core.tables import Vocabulary, find_header, open_table, propose
from tokui.customers.models import Customer
from tokui.invoices.models import SaleImport, SaleImportMapping


@dataclass(frozen=True)
class Directory:
    """Codes and names of this organization, for looking up what rows refer to. A name that two bear is None."""

    customers: Mapping[str, UUID]
    names: Mapping[str, UUID | None]
    businesses: Mapping[str, UUID]

    def customer(self, code: str | None, name: str | None) -> UUID:
        """By code, or where the file has none by name. Refuses what nobody, or more than one, is called."""
        found = self.customers.get(code) if code else self.names.get("".join((name or "").split()))
        if found is None:
            field = "customer_code" if code else "customer_name"
            raise Invalid(field=field, reason=_("No customer has this code or name."))
        return found


def directory() -> Directory:
    customers: dict[str, UUID] = {}
    names: dict[str, UUID | None] = {}
    for key, code, name in Customer.objects.values_list("pk", "code", "name").iterator(chunk_size=10_000):
        customers[code] = key
        squeezed = "".join(name.split())
        names[squeezed] = None if squeezed in names else key
    return Directory(customers, names, dict(Business.objects.values_list("code", "pk")))


def columns_of(batch: SaleImport, vocabulary: Vocabulary) -> tuple[list[str], dict[str, str]]:
    """The headings of a file's first sheet, and field -> heading as proposed. Raises TableRefused without headings."""
    table = open_table(io.BytesIO(files.read(batch.parcel.file)), name=batch.name)
    header = find_header(table.sheets[0], vocabulary)
    proposed = {name: one.heading for name, one in propose(header.names, vocabulary).items()}
    return [name for name in header.names if name], proposed


def require_columns(mapping: Mapping[str, str], wanted: Sequence[Sequence[str]]) -> None:
    """Each group needs one of its fields. Refuses by the group's first field."""
    for choices in wanted:
        if not any(name in mapping for name in choices):
            raise Invalid(field=choices[0], reason=_("Choose the column that holds this."))


def remember(batch: SaleImport, mapping: Mapping[str, str]) -> None:
    """Keep a person's choice for the next file with the same headings."""
    SaleImportMapping.objects.update_or_create(
        kind=batch.kind,
        signature=_signature(batch.headings),
        defaults={"columns": dict(mapping), "saved_at": clock.now()},
    )


def remembered(batch: SaleImport) -> dict[str, str] | None:
    found = SaleImportMapping.objects.filter(kind=batch.kind, signature=_signature(batch.headings)).first()
    return dict(found.columns) if found else None


def _signature(headings: Sequence[str]) -> str:
    return hashlib.sha256(json.dumps(list(headings), ensure_ascii=False).encode()).hexdigest()
