"""The list's own conditions and orders. What names an index uses leakproof operators, so row security keeps it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tokui.access.models import Business, Membership
from tokui.core.clock import TOKYO
from tokui.core.errors import Invalid
from tokui.core.ids import parse_public_id
from tokui.core.refused import ValueRefused
from tokui.core.tenancy import require_organization
from tokui.core.values import normalise_text, parse_day, parse_phone
from tokui.customers.index import wanted
from tokui.customers.models import (
    Attachment,
    ContactPerson,
    ContactPoint,
    Import,
    Note,
    PayerName,
    Relationship,
    Tag,
    Tagging,
)
from tokui.customers.queries import found_by
from tokui.customers.registry import ListFilter, ListSort, list_filter, list_sort
from tokui.customers.words import CHOICE_WORDS, FIELD_WORDS, HAS_WORDS, LEGAL_FORM_WORDS, refusal_words

MONTH_END = 31


def _invalid(field: str) -> Invalid:
    return Invalid(field=field, reason=_("This condition cannot be read."))


def _equal(field: str) -> Callable[[str], Q]:
    return lambda value: Q(**{field: value.strip()})


def _begins(field: str) -> Callable[[str], Q]:
    """Begins with: as a range, because LIKE uses no index under row security."""
    return lambda value: Q(**{f"{field}__gte": value, f"{field}__lt": f"{value}\U0010ffff"})


def _contains(field: str) -> Callable[[str], Q]:
    return lambda value: Q(**{f"{field}__icontains": normalise_text(value)})


def _name_contains(value: str) -> Q:
    """The search's index finds who could be meant; of these the name itself is looked at."""
    inside = Q(name__icontains=normalise_text(value))
    return inside & found_by(value) if wanted(value).is_searchable else inside


def _number(field: str) -> Callable[[str], Q]:
    def means(value: str) -> Q:
        if value == "none":
            return Q(**{f"{field}__isnull": True})
        if not value.isascii() or not value.isdigit() or len(value) > 4:
            raise _invalid(field)
        return Q(**{field: int(value)})

    return means


def _chosen(field: str) -> Callable[[str], Q]:
    def means(value: str) -> Q:
        if value not in CHOICE_WORDS[field]:
            raise _invalid(field)
        return Q(**{field: value})

    return means


def _public(field: str, prefix: str) -> Callable[[str], Q]:
    def means(value: str) -> Q:
        if value == "none":
            return Q(**{f"{field}__isnull": True})
        try:
            return Q(**{field: parse_public_id(value, prefix)})
        except ValueRefused as refused:
            raise _invalid(field) from refused

    return means


def _tagged(value: str) -> Q:
    """The tag's id first: the existence of a tagging is then a look into one index."""
    tag = Tag.objects.filter(name=value).values_list("pk", flat=True).first()
    return Q(Exists(Tagging.objects.filter(tag_id=tag, customer_id=OuterRef("pk")))) if tag else Q(pk__in=[])


def _active(value: str) -> Q:
    known = {"yes": [True], "no": [False], "all": [True, False]}
    if value not in known:
        raise _invalid("active")
    return Q(is_active__in=known[value]) if len(known[value]) > 1 else Q(is_active=known[value][0])


def _phone(value: str) -> Q:
    try:
        return Q(phone=parse_phone(value))
    except ValueRefused as refused:
        raise Invalid(field="phone", reason=refusal_words(refused)) from refused


def _day(key: str, field: str, *, is_from: bool) -> Callable[[str], Q]:
    """From the beginning of a day in Japan, or to its end."""

    def means(value: str) -> Q:
        try:
            day = parse_day(value)
        except ValueRefused as refused:
            raise Invalid(field=key, reason=refusal_words(refused)) from refused
        at = datetime(day.year, day.month, day.day, tzinfo=TOKYO)
        return Q(**{f"{field}__gte": at}) if is_from else Q(**{f"{field}__lt": at + timedelta(days=1)})

    return means


def _contact(value: str) -> Q:
    """A further contact: a mail address, a number, an address, a handle, from its beginning."""
    try:
        found = Q(value=parse_phone(value))
    except ValueRefused:
        found = Q(value__istartswith=normalise_text(value))
    return Q(Exists(ContactPoint.objects.filter(found, customer_id=OuterRef("pk"))))


def _has(value: str) -> Q:
    models: dict[str, tuple[Any, tuple[str, ...]]] = {
        "note": (Note, ("customer_id",)),
        "file": (Attachment, ("customer_id",)),
        "contact_point": (ContactPoint, ("customer_id",)),
        "contact_person": (ContactPerson, ("customer_id",)),
        "relationship": (Relationship, ("from_customer_id", "to_customer_id")),
        "payer_name": (PayerName, ("customer_id",)),
    }
    if value not in models:
        raise _invalid("has")
    model, columns = models[value]
    rows = model.objects.filter(revoked_at=None) if model is PayerName else model.objects.all()
    found = Q()
    for column in columns:
        found |= Q(Exists(rows.filter(**{column: OuterRef("pk")})))
    return found


def _businesses() -> Sequence[tuple[str, str]]:
    return [(row.public_id, row.name) for row in Business.objects.order_by("code")]


def owner_choices() -> Sequence[tuple[str, str]]:
    members = Membership.objects.filter(organization_id=require_organization(), is_active=True).select_related("user")
    return [(one.user.public_id, one.user.name) for one in members.order_by("user__name")]


def _tags() -> Sequence[tuple[str, str]]:
    return [(name, name) for name in Tag.objects.order_by("name").values_list("name", flat=True)[:200]]


def _choices(field: str) -> Callable[[], Sequence[tuple[str, Any]]]:
    return lambda: list(CHOICE_WORDS[field].items())


def _days_of_month() -> list[tuple[str, Any]]:
    days = [(str(day), _("Day %(day)d") % {"day": day}) for day in range(1, MONTH_END)]
    return [(str(MONTH_END), gettext_lazy("Month end")), *days]


def _closing_days() -> Sequence[tuple[str, Any]]:
    return [("none", gettext_lazy("Each sale by itself")), *_days_of_month()]


def _months() -> Sequence[tuple[str, Any]]:
    words = [gettext_lazy("Same month"), gettext_lazy("Next month"), gettext_lazy("Month after next")]
    return [(str(number), word) for number, word in enumerate([*words, gettext_lazy("Third month")])]


def _actives() -> Sequence[tuple[str, Any]]:
    words = [gettext_lazy("Active"), gettext_lazy("No longer active"), gettext_lazy("All")]
    return list(zip(("yes", "no", "all"), words, strict=True))


def _digits(postal_code: str) -> str:
    return normalise_text(postal_code).replace("-", "").removeprefix("〒")


def _slow(key: str, label: Any, means: Callable[[str], Q], order: int, choices: Any = None) -> None:
    """A condition that no index answers alone: quick beside one that has one, slow by itself in a long list."""
    list_filter(ListFilter(key, label, means, choices, is_indexed=False, order=order))


list_filter(ListFilter("business", gettext_lazy("Business"), _public("business_id", "biz"), _businesses, order=10))
list_filter(ListFilter("owner", gettext_lazy("Person in charge"), _public("owner_id", "usr"), owner_choices, order=20))
list_filter(ListFilter("tag", gettext_lazy("Tag"), _tagged, _tags, order=30))
list_filter(ListFilter("kind", gettext_lazy("Kind"), _chosen("kind"), _choices("kind"), order=40))
list_filter(ListFilter("active", gettext_lazy("Active"), _active, _actives, order=50))
list_filter(ListFilter("name", gettext_lazy("Name contains"), _name_contains, order=59))
list_filter(ListFilter("code", gettext_lazy("Customer code"), _begins("code"), order=60))
list_filter(ListFilter("kana", gettext_lazy("Kana"), _begins("sort_kana"), order=61))
list_filter(ListFilter("email", gettext_lazy("Mail address"), lambda value: Q(email=value.strip().lower()), order=62))
list_filter(ListFilter("phone", gettext_lazy("Phone"), _phone, order=63))
list_filter(ListFilter("bill_to", gettext_lazy("Billed to"), _public("bill_to_id", "cus"), order=64))
list_filter(ListFilter("import", gettext_lazy("Import"), _public("created_in_id", Import.PREFIX), order=65))
_slow("closing_day", FIELD_WORDS["closing_day"], _number("closing_day"), 70, _closing_days)
_slow("due_months", FIELD_WORDS["due_months"], _number("due_months"), 71, _months)
_slow("due_day", FIELD_WORDS["due_day"], _number("due_day"), 72, _days_of_month)
for _at, _key in enumerate(("due_shift", "delivery", "tax_display", "tax_rounding")):
    _slow(_key, FIELD_WORDS[_key], _chosen(_key), 73 + _at, _choices(_key))
_slow("legal_form", FIELD_WORDS["legal_form"], _equal("legal_form"), 80, lambda: list(LEGAL_FORM_WORDS.items()))
for _key in ("corporate_number", "registration_number"):
    _slow(_key, FIELD_WORDS[_key], _equal(_key), 81)
_slow("postal_code", FIELD_WORDS["postal_code"], lambda value: _begins("postal_code")(_digits(value)), 82)
_slow("address", gettext_lazy("Address contains"), _contains("address"), 83)
_slow("contact", gettext_lazy("Further contact begins with"), _contact, 84)
_slow("has", gettext_lazy("Has"), _has, 85, lambda: list(HAS_WORDS.items()))
for _at, (_key, _from, _to) in enumerate(
    (
        ("created", gettext_lazy("Entered from"), gettext_lazy("Entered until")),
        ("changed", gettext_lazy("Changed from"), gettext_lazy("Changed until")),
    )
):
    _slow(f"{_key}.from", _from, _day(f"{_key}.from", f"{_key}_at", is_from=True), 90 + 2 * _at)
    _slow(f"{_key}.to", _to, _day(f"{_key}.to", f"{_key}_at", is_from=False), 91 + 2 * _at)

list_sort(ListSort("name", gettext_lazy("Name"), ("sort_kana", "id")))
list_sort(ListSort("code", gettext_lazy("Customer code"), ("code", "id")))
list_sort(ListSort("newest", gettext_lazy("Newest first"), ("-id",)))
list_sort(ListSort("changed", gettext_lazy("Changed last"), ("-changed_at", "-id"), is_indexed=False))
