"""What hangs on customers as the columns of an export: further contacts, the first person, payers' names, relatives, the
latest note. A constant number of queries for a set of customers."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from tokui.customers.importing.bonds import FAX, MOBILE, PERSON, RELATIONS
from tokui.customers.index import national
from tokui.customers.models import ContactPerson, ContactPoint, Note, PayerName, Relationship

JOINT = "、"


def bonds_of(ids: Sequence[UUID]) -> dict[UUID, dict[str, str]]:
    """{customer: {column: text}}; several values stand in one cell. Columns without a value are absent."""
    lists: dict[UUID, dict[str, list[str]]] = {}

    def add(customer: UUID, column: str, value: str) -> None:
        values = lists.setdefault(customer, {}).setdefault(column, [])
        if value not in values:
            values.append(value)

    for point in ContactPoint.objects.filter(customer_id__in=ids, kind__in=["mail", "phone"]).order_by("pk"):
        is_mail = point.kind == ContactPoint.Kind.MAIL
        column = "email2" if is_mail else {MOBILE: "mobile", FAX: "fax"}.get(point.label, "phone2")
        add(point.customer_id, column, point.value if is_mail else dialled(point.value))
    for name in PayerName.objects.filter(customer_id__in=ids, revoked_at=None).order_by("pk"):
        add(name.customer_id, "payer_names", name.raw)
    above = Relationship.objects.filter(to_customer_id__in=ids, kind__in=RELATIONS).order_by("pk")
    for customer, kind, code in above.values_list("to_customer_id", "kind", "from_customer__code"):
        add(customer, kind, code)
    found = {key: {column: JOINT.join(values) for column, values in one.items()} for key, one in lists.items()}
    for person in ContactPerson.objects.filter(customer_id__in=ids).order_by("-created_at", "-pk"):
        found.setdefault(person.customer_id, {}).update(_person(person))
    latest = Note.objects.filter(customer_id__in=ids).order_by("customer_id", "-created_at", "-pk")
    for customer, text in latest.distinct("customer_id").values_list("customer_id", "text"):
        found.setdefault(customer, {})["note"] = text
    return found


def dialled(phone: str) -> str:
    """A number as people here dial it; one of another country keeps its + and so comes back."""
    return national(phone) if phone.startswith("+81") else phone


def _person(person: ContactPerson) -> dict[str, str]:
    """All the columns of a person, so that no part of an earlier one is left beside it."""
    columns = {column: getattr(person, part) for column, part in PERSON.items()}
    return columns | {"contact_phone": dialled(person.phone)}
