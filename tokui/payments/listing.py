"""What payments adds to the list of customers: standing, balance, overdue, as columns, filters and orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tokui.access.permissions import PAYMENTS_VIEW
from tokui.core import clock
from tokui.core.errors import Invalid
from tokui.customers.models import Customer
from tokui.customers.registry import ListColumn, ListFilter, ListSort, list_column, list_filter, list_sort
from tokui.payments.models import CustomerStanding
from tokui.payments.templatetags.payments import standing
from tokui.payments.words import STATES
from tokui.ui.templatetags.tokui import money

Rows = QuerySet[Customer]
#: Filters that stand for several states.
GROUPS = {"owing": ("overdue", "grace", "due", "partly_paid", "not_due"), "late": ("overdue", "grace")}


def _standings(ids: Sequence[UUID]) -> Mapping[UUID, CustomerStanding]:
    return {row.customer_id: row for row in CustomerStanding.objects.filter(customer__in=list(ids))}


def _state_cell(row: CustomerStanding | None) -> str:
    if row is None:
        return ""
    late = (clock.today() - row.oldest_due_on).days if row.oldest_due_on else 0
    return standing(row.state, max(0, late))


def _money_cell(name: str) -> Any:
    return lambda row: money(getattr(row, name)) if row is not None else ""


def _apply(rows: Rows, value: str) -> Rows:
    states = GROUPS.get(value, (value,))
    if any(state not in STATES for state in states):
        raise Invalid(field="standing", reason=_("There is no such standing."))
    return rows.filter(standings__state__in=states) if len(states) > 1 else rows.filter(standings__state=states[0])


def _choices() -> list[tuple[str, Any]]:
    shown = ("overdue", "grace", "due", "partly_paid", "not_due", "in_credit", "paid", "written_off")
    return [
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
        "standing", gettext_lazy("Standing"), load=_standings, cell=_state_cell, order=20, permission=PAYMENTS_VIEW
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
        order=90,
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
        order=91,
        permission=PAYMENTS_VIEW,
    )
)
list_filter(ListFilter("standing", gettext_lazy("Standing"), _apply, _choices, order=5, permission=PAYMENTS_VIEW))
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
