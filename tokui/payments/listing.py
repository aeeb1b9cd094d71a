"""What payments adds to the list of customers: standing, balance, overdue, as columns, filters and orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, Q, Sum
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tokui.access.permissions import PAYMENTS_VIEW
from tokui.core import clock
from tokui.core.errors import Invalid
from tokui.core.models import Organization
from tokui.core.tenancy import require_organization
from tokui.customers.registry import (
    ListColumn,
    ListFilter,
    ListSort,
    ListView,
    Mark,
    Marks,
    Rows,
    list_column,
    list_filter,
    list_sort,
    list_view,
    mark_customers,
)
from tokui.payments.models import CustomerStanding
from tokui.payments.templatetags.payments import standing
from tokui.payments.words import DISCS, STATES
from tokui.ui.templatetags.tokui import day, money

#: Filters that stand for several states.
GROUPS = {
    "attention": ("overdue", "grace", "due", "partly_paid"),
    "owing": ("overdue", "grace", "due", "partly_paid", "not_due"),
    "late": ("overdue", "grace"),
}


@dataclass(frozen=True)
class _Shown:
    """A standing with the organization's currency, in which its amounts are."""

    row: CustomerStanding
    currency: str


def _standings(ids: Sequence[UUID]) -> Mapping[UUID, _Shown]:
    currency = Organization.objects.values_list("currency", flat=True).get(pk=require_organization())
    rows = CustomerStanding.objects.filter(customer__in=list(ids))
    return {row.customer_id: _Shown(row, currency) for row in rows}


def _marks(ids: Sequence[UUID]) -> Mapping[UUID, Mark]:
    return {
        key: Mark(DISCS[shown.row.state], shown.row.open_minor, shown.currency)
        for key, shown in _standings(ids).items()
    }


mark_customers(Marks(_marks, PAYMENTS_VIEW))


def _state_cell(shown: _Shown) -> str:
    row = shown.row
    late = (clock.today() - row.oldest_due_on).days if row.oldest_due_on else 0
    return standing(row.state, max(0, late))


def _money_cell(name: str) -> Any:
    return lambda shown: money(getattr(shown.row, name), shown.currency)


def _latest(shown: _Shown) -> str:
    """The oldest day that is still owed; where nothing is, the day of the last payment."""
    row = shown.row
    if row.oldest_due_on:
        return format_html(_("due %(day)s") % {"day": "{}"}, day(row.oldest_due_on, "short"))
    return format_html(_("paid %(day)s") % {"day": "{}"}, day(row.last_paid_on, "short")) if row.last_paid_on else ""


def _day_cell(name: str) -> Any:
    return lambda shown: day(getattr(shown.row, name), "short")


def _open_total(rows: Rows) -> str:
    currency = Organization.objects.values_list("currency", flat=True).get(pk=require_organization())
    found = CustomerStanding.objects.filter(customer__in=rows.values("pk")).aggregate(minor=Sum("open_minor"))
    return money(int(found["minor"] or 0), currency)


def _standing_is(value: str) -> Q:
    states = GROUPS.get(value, (value,))
    if any(state not in STATES for state in states):
        raise Invalid(field="standing", reason=_("There is no such standing."))
    return Q(standings__state__in=states) if len(states) > 1 else Q(standings__state=states[0])


def _choices() -> list[tuple[str, Any]]:
    shown = ("overdue", "grace", "due", "partly_paid", "not_due", "in_credit", "paid", "written_off")
    return [
        ("attention", gettext_lazy("Needs a look")),
        ("late", gettext_lazy("Past due")),
        ("owing", gettext_lazy("Owing")),
        *((key, STATES[key]) for key in shown),
    ]


def _by(name: str) -> Any:
    """Join each customer's one standing. Asking for the annotation keeps it one inner join, which the index orders;
    `standings__isnull` would join a second time and sort a million rows."""
    return lambda rows: rows.annotate(
        **{f"standing_{name}": F(f"standings__{name}"), "standing_customer": F("standings__customer")}
    ).filter(standing_customer__isnull=False)


list_column(
    ListColumn(
        "standing",
        gettext_lazy("Standing"),
        load=_standings,
        cell=_state_cell,
        order=20,
        permission=PAYMENTS_VIEW,
        fold="f3",
    )
)
list_column(
    ListColumn(
        "balance",
        gettext_lazy("Balance"),
        load=_standings,
        cell=_money_cell("open_minor"),
        is_number=True,
        sort="balance",
        order=30,
        permission=PAYMENTS_VIEW,
        fold="f2",
        has_rule=True,
        total=_open_total,
    )
)
list_column(
    ListColumn(
        "latest",
        gettext_lazy("Due or last paid"),
        load=_standings,
        cell=_latest,
        order=31,
        permission=PAYMENTS_VIEW,
        fold="f4",
    )
)
for _place, (_key, _name) in enumerate(
    {"oldest_due_on": gettext_lazy("Oldest due"), "last_paid_on": gettext_lazy("Last paid")}.items()
):
    list_column(
        ListColumn(
            _key,
            _name,
            load=_standings,
            cell=_day_cell(_key),
            order=32 + _place,
            is_shown=False,
            permission=PAYMENTS_VIEW,
        )
    )
list_column(
    ListColumn(
        "overdue",
        gettext_lazy("Overdue"),
        load=_standings,
        cell=_money_cell("overdue_minor"),
        is_number=True,
        sort="overdue",
        is_shown=False,
        order=34,
        permission=PAYMENTS_VIEW,
    )
)
list_filter(ListFilter("standing", gettext_lazy("Standing"), _standing_is, _choices, order=5, permission=PAYMENTS_VIEW))
list_sort(
    ListSort(
        "balance",
        gettext_lazy("Balance"),
        ("-standing_open_minor", "-standing_customer"),
        _by("open_minor"),
        PAYMENTS_VIEW,
    )
)
list_sort(
    ListSort(
        "overdue",
        gettext_lazy("Overdue"),
        ("-standing_overdue_minor", "-standing_customer"),
        _by("overdue_minor"),
        PAYMENTS_VIEW,
    )
)
for _place, (_key, _label, _query) in enumerate(
    (
        ("attention", gettext_lazy("Needs a look"), "standing=attention&sort=balance"),
        ("overdue", STATES["overdue"], "standing=overdue&sort=overdue"),
        ("partly_paid", STATES["partly_paid"], "standing=partly_paid&sort=balance"),
        ("not_due", STATES["not_due"], "standing=not_due&sort=balance"),
    )
):
    list_view(ListView(_key, _label, _query, order=_place, permission=PAYMENTS_VIEW))
