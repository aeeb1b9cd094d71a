"""The columns of the list that are the customers' own: every field can be chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tokui.access.models import User, business_numbers
from tokui.core.values import format_phone, format_postal_code
from tokui.customers.models import Customer, Tagging
from tokui.customers.registry import ListColumn, list_column
from tokui.customers.terms import terms_of
from tokui.customers.words import CHOICE_WORDS, FIELD_WORDS, LEGAL_FORM_WORDS
from tokui.ui.templatetags.tokui import day, tag

MONTH_END = 31


def _column(key: str, cell: Callable[[Any], str] = str, **options: Any) -> None:
    """A column that is a field of the customer itself."""

    list_column(ListColumn(key, FIELD_WORDS[key], of=lambda row: getattr(row, key), cell=cell, **options))


def _businesses(ids: Sequence[UUID]) -> Mapping[UUID, tuple[str, int]]:
    """The business's name with its number, which gives it the colour of its dot."""
    numbers = business_numbers()
    rows = Customer.objects.filter(pk__in=ids, business__isnull=False).values_list(
        "pk", "business_id", "business__name"
    )
    return {key: (name, numbers[business]) for key, business, name in rows}


def _payer_names(ids: Sequence[UUID]) -> Mapping[UUID, str]:
    return dict(Customer.objects.filter(pk__in=ids, bill_to__isnull=False).values_list("pk", "bill_to__name"))


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


def _biz_cell(business: tuple[str, int]) -> str:
    return tag(business[0], biz=business[1])


def _day_words(day_of_month: int) -> str:
    return str(_("Month end")) if day_of_month == MONTH_END else str(_("Day %(day)d") % {"day": day_of_month})


def _months_words(months: int) -> str:
    return str(_("Same month")) if months == 0 else str(_("%(months)d months later") % {"months": months})


def _at(instant: datetime) -> str:
    return day(instant, "full")


def _choice(key: str) -> Callable[[Any], str]:
    return lambda value: str(CHOICE_WORDS[key][value])


_column("code", order=5, sort="code", leaves="p3")
list_column(ListColumn("business", gettext_lazy("Business"), _businesses, cell=_biz_cell, order=10))
list_column(ListColumn("tags", gettext_lazy("Tags"), _tag_names, cell=_tag_cell, order=60))
list_column(ListColumn("owner", gettext_lazy("Person in charge"), _owner_names, order=70))
_column("email", order=80, is_shown=False)
_column("phone", format_phone, order=81, is_shown=False)
_column("postal_code", format_postal_code, order=82, is_shown=False)
_column("address", order=83, is_shown=False)
_column("kana", order=84, is_shown=False)
_column("kind", _choice("kind"), order=85, is_shown=False)
_column("legal_form", lambda form: str(LEGAL_FORM_WORDS.get(form, form)), order=86, is_shown=False)
_column("corporate_number", order=87, is_shown=False)
_column("registration_number", order=88, is_shown=False)
list_column(ListColumn("bill_to", FIELD_WORDS["bill_to_id"], _payer_names, order=100, is_shown=False))
list_column(ListColumn("terms", FIELD_WORDS["terms"], of=terms_of, order=101, is_shown=False))
_column("closing_day", _day_words, order=102, is_shown=False)
_column("due_months", _months_words, order=103, is_shown=False)
_column("due_day", _day_words, order=104, is_shown=False)
for _place, _key in enumerate(("due_shift", "delivery", "tax_display", "tax_rounding")):
    _column(_key, _choice(_key), order=105 + _place, is_shown=False)
_column("is_active", lambda is_active: _("yes") if is_active else _("no"), order=110, is_shown=False)
list_column(
    ListColumn("created", gettext_lazy("Entered"), of=lambda row: row.created_at, cell=_at, order=111, is_shown=False)
)
list_column(
    ListColumn(
        "changed",
        gettext_lazy("Changed"),
        of=lambda row: row.changed_at,
        cell=_at,
        sort="changed",
        order=112,
        is_shown=False,
    )
)
