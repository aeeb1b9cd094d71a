"""The list's own conditions, orders and columns. Every operator is leakproof, so that row security keeps the indexes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from tokui.access.models import Business, Membership, User
from tokui.core.clock import TOKYO
from tokui.core.errors import Invalid
from tokui.core.ids import parse_public_id
from tokui.core.models import Organization
from tokui.core.refused import ValueRefused
from tokui.core.tenancy import require_organization
from tokui.core.values import format_postal_code, parse_day, parse_phone
from tokui.customers.custom import CustomKind, Typed, parse_custom, value_of
from tokui.customers.index import national
from tokui.customers.models import Customer, CustomField, CustomValue, Import, Tag, Tagging
from tokui.customers.registry import ListColumn, ListFilter, ListSort, list_column, list_filter, list_sort
from tokui.customers.words import CHOICE_WORDS, FIELD_WORDS, refusal_words

Rows = QuerySet[Customer]


def _invalid(field: str) -> Invalid:
    return Invalid(field=field, reason=_("This condition cannot be read."))


def _equal(field: str) -> Callable[[Rows, str], Rows]:
    return lambda rows, value: rows.filter(**{field: value})


def _begins(field: str) -> Callable[[Rows, str], Rows]:
    """Begins with: as a range, because LIKE uses no index under row security."""
    return lambda rows, value: rows.filter(**{f"{field}__gte": value, f"{field}__lt": f"{value}\U0010ffff"})


def _number(field: str) -> Callable[[Rows, str], Rows]:
    def apply(rows: Rows, value: str) -> Rows:
        if value == "none":
            return rows.filter(**{f"{field}__isnull": True})
        if not value.isascii() or not value.isdigit() or len(value) > 4:
            raise _invalid(field)
        return rows.filter(**{field: int(value)})

    return apply


def _chosen(field: str) -> Callable[[Rows, str], Rows]:
    def apply(rows: Rows, value: str) -> Rows:
        if value not in CHOICE_WORDS[field]:
            raise _invalid(field)
        return rows.filter(**{field: value})

    return apply


def _public(field: str, prefix: str) -> Callable[[Rows, str], Rows]:
    def apply(rows: Rows, value: str) -> Rows:
        if value == "none":
            return rows.filter(**{f"{field}__isnull": True})
        try:
            return rows.filter(**{field: parse_public_id(value, prefix)})
        except ValueRefused as refused:
            raise _invalid(field) from refused

    return apply


def _tagged(rows: Rows, value: str) -> Rows:
    """The tag's id first: the existence of a tagging is then a look into one index."""
    tag = Tag.objects.filter(name=value).values_list("pk", flat=True).first()
    if tag is None:
        return rows.none()
    return rows.filter(Exists(Tagging.objects.filter(tag_id=tag, customer_id=OuterRef("pk"))))


def _active(rows: Rows, value: str) -> Rows:
    if value not in ("yes", "no", "all"):
        raise _invalid("active")
    return rows if value == "all" else rows.filter(is_active=value == "yes")


def _phone(rows: Rows, value: str) -> Rows:
    try:
        return rows.filter(phone=parse_phone(value))
    except ValueRefused as refused:
        raise Invalid(field="phone", reason=refusal_words(refused)) from refused


def _created(*, is_from: bool) -> Callable[[Rows, str], Rows]:
    def apply(rows: Rows, value: str) -> Rows:
        try:
            day = parse_day(value)
        except ValueRefused as refused:
            raise Invalid(field="created", reason=refusal_words(refused)) from refused
        at = datetime(day.year, day.month, day.day, tzinfo=TOKYO)
        return rows.filter(created_at__gte=at) if is_from else rows.filter(created_at__lt=at + timedelta(days=1))

    return apply


def custom_condition(key: str) -> ListFilter | None:
    """`custom.<key>`, `custom.<key>.from`, `custom.<key>.to` for the organization's own fields."""
    parts = key.split(".")
    if parts[0] != "custom" or len(parts) not in (2, 3) or (len(parts) == 3 and parts[2] not in ("from", "to")):
        return None
    field = CustomField.objects.filter(key=parts[1], is_active=True).first()
    if field is None:
        return None
    operator = {"": "", "from": "__gte", "to": "__lte"}[parts[2] if len(parts) == 3 else ""]
    return ListFilter(key, field.label, lambda rows, value: _custom(rows, field, operator, key, value))


def _custom(rows: Rows, field: CustomField, operator: str, key: str, value: str) -> Rows:
    currency = Organization.objects.values_list("currency", flat=True).get(pk=require_organization())
    try:
        typed = parse_custom(CustomKind(field.kind), value, choices=tuple(field.choices), currency=currency)
    except ValueRefused as refused:
        raise Invalid(field=key, reason=refusal_words(refused)) from refused
    found = {"text": typed.text, "number": typed.number, "day": typed.day}
    column, wanted = next((name, one) for name, one in found.items() if one is not None)
    values = CustomValue.objects.filter(field=field, customer_id=OuterRef("pk"), **{f"{column}{operator}": wanted})
    return rows.filter(Exists(values))


def _businesses() -> Sequence[tuple[str, str]]:
    return [(row.public_id, row.name) for row in Business.objects.order_by("code")]


def _owners() -> Sequence[tuple[str, str]]:
    members = Membership.objects.filter(organization_id=require_organization(), is_active=True).select_related("user")
    return [(one.user.public_id, one.user.name) for one in members.order_by("user__name")]


def _tags() -> Sequence[tuple[str, str]]:
    return [(name, name) for name in Tag.objects.order_by("name").values_list("name", flat=True)[:200]]


def _choices(field: str) -> Callable[[], Sequence[tuple[str, Any]]]:
    return lambda: list(CHOICE_WORDS[field].items())


def _column(key: str, cell: Callable[[Any], str] = str, **options: Any) -> None:
    """A column that is a field of the customer itself."""

    list_column(ListColumn(key, FIELD_WORDS[key], of=lambda row: getattr(row, key), cell=cell, **options))


def _business_names(ids: Sequence[UUID]) -> Mapping[UUID, str]:
    return dict(Customer.objects.filter(pk__in=ids, business__isnull=False).values_list("pk", "business__name"))


def _owner_names(ids: Sequence[UUID]) -> Mapping[UUID, str]:
    owners = dict(Customer.objects.filter(pk__in=ids, owner__isnull=False).values_list("pk", "owner_id"))
    names = dict(User.objects.filter(pk__in=set(owners.values())).values_list("pk", "name"))
    return {key: names[owner] for key, owner in owners.items() if owner in names}


def _tag_names(ids: Sequence[UUID]) -> Mapping[UUID, list[str]]:
    found: dict[UUID, list[str]] = {}
    rows = Tagging.objects.filter(customer_id__in=ids).order_by("tag__name").values_list("customer_id", "tag__name")
    for key, name in rows:
        found.setdefault(key, []).append(name)
    return found


def _tag_cell(names: Sequence[str]) -> str:
    return format_html_join(" ", '<span class="tag">{}</span>', ((name,) for name in names))


def _biz_cell(name: str) -> str:
    return format_html('<span class="tag">{}</span>', name)


def _custom_values(field: CustomField) -> Callable[[Sequence[UUID]], Mapping[UUID, Any]]:
    def load(ids: Sequence[UUID]) -> Mapping[UUID, Any]:
        rows = CustomValue.objects.filter(field=field, customer_id__in=ids)
        kind = CustomKind(field.kind)
        return {row.customer_id: value_of(kind, Typed(row.text, row.number, row.day)) for row in rows}

    return load


def custom_columns() -> list[ListColumn]:
    """The organization's own fields that belong in the list."""
    fields = CustomField.objects.filter(is_active=True, in_list=True)
    numbers = (CustomField.Kind.NUMBER, CustomField.Kind.MONEY)
    return [
        ListColumn(f"custom.{one.key}", one.label, _custom_values(one), is_number=one.kind in numbers, order=200)
        for one in fields
    ]


def _due_words(closing_day: int) -> str:
    return str(_("Month end")) if closing_day == 31 else str(_("Day %(day)d") % {"day": closing_day})


list_filter(ListFilter("business", lazy("Business"), _public("business_id", "biz"), _businesses, order=10))
list_filter(ListFilter("owner", lazy("Person in charge"), _public("owner_id", "usr"), _owners, order=20))
list_filter(ListFilter("tag", lazy("Tag"), _tagged, _tags, order=30))
list_filter(ListFilter("kind", lazy("Kind"), _chosen("kind"), _choices("kind"), order=40))
list_filter(
    ListFilter(
        "active",
        lazy("Active"),
        _active,
        lambda: [("yes", lazy("Active")), ("no", lazy("No longer active")), ("all", lazy("All"))],
        order=50,
    )
)
list_filter(ListFilter("code", lazy("Customer code"), _begins("code"), order=60))
list_filter(ListFilter("kana", lazy("Kana"), _begins("sort_kana"), order=61))
list_filter(ListFilter("email", lazy("Mail address"), lambda rows, value: rows.filter(email=value.lower()), order=62))
list_filter(ListFilter("phone", lazy("Phone"), _phone, order=63))
list_filter(ListFilter("bill_to", lazy("Billed to"), _public("bill_to_id", "cus"), order=64))
list_filter(ListFilter("import", lazy("Import"), _public("created_in_id", Import.PREFIX), order=65))
list_filter(ListFilter("closing_day", lazy("Closing day"), _number("closing_day"), is_indexed=False, order=70))
list_filter(
    ListFilter(
        "delivery", lazy("Delivery of invoices"), _chosen("delivery"), _choices("delivery"), is_indexed=False, order=71
    )
)
list_filter(
    ListFilter(
        "tax_display", lazy("Tax display"), _chosen("tax_display"), _choices("tax_display"), is_indexed=False, order=72
    )
)
for _key in ("corporate_number", "registration_number"):
    list_filter(ListFilter(_key, FIELD_WORDS[_key], _equal(_key), is_indexed=False, order=80))
list_filter(ListFilter("postal_code", lazy("Postal code"), _begins("postal_code"), is_indexed=False, order=81))
list_filter(ListFilter("created.from", lazy("Entered from"), _created(is_from=True), is_indexed=False, order=90))
list_filter(ListFilter("created.to", lazy("Entered until"), _created(is_from=False), is_indexed=False, order=91))

list_sort(ListSort("name", lazy("Name"), ("sort_kana", "id")))
list_sort(ListSort("code", lazy("Customer code"), ("code", "id")))
list_sort(ListSort("newest", lazy("Newest first"), ("-id",)))

_column("code", order=5, sort="code")
list_column(ListColumn("business", lazy("Business"), _business_names, cell=_biz_cell, order=10))
list_column(ListColumn("tags", lazy("Tags"), _tag_names, cell=_tag_cell, order=60))
list_column(ListColumn("owner", lazy("Person in charge"), _owner_names, order=70))
_column("email", order=80)
_column("phone", national, order=81, is_shown=False)
_column("postal_code", format_postal_code, order=82, is_shown=False)
_column("address", order=83, is_shown=False)
_column("kind", lambda kind: str(CHOICE_WORDS["kind"][kind]), order=84, is_shown=False)
_column("closing_day", _due_words, order=85, is_shown=False)
_column("corporate_number", order=86, is_shown=False)
_column("registration_number", order=87, is_shown=False)
