"""What journals call the accounts of customers: the ledger knows only their keys."""

from __future__ import annotations

from uuid import UUID

from tokui.customers.models import Customer
from tokui.ledger.exporting import naming


@naming
def customer_names(parts: set[str]) -> dict[str, str]:
    """A customer's code and name, cut to what every accounting program takes."""
    keys = [UUID(part) for part in parts if len(part) == 36 and part.count("-") == 4]
    found = Customer.objects.filter(pk__in=keys).values_list("pk", "name")
    return {str(key): _fitting(name) for key, name in found}


def _fitting(name: str, width: int = 24) -> str:
    """As much of a name as fits 24 half-width characters of CP932 (弥生会計), characters it lacks as 〓."""
    return (
        name.replace("\u301c", "\uff5e").encode("cp932", "replace")[:width].decode("cp932", "ignore").replace("?", "〓")
    )
