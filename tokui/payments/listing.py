"""What payments adds to the list of customers: standing, balance, overdue, as columns, filters and orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tokui.access.permissions import PAYMENTS_VIEW
from tokui.core import clock
from tokui.core.errors import Invalid
from tokui.core.models import Organization
from tokui.core.tenancy import require_organization
from tokui.customers.registry import ListColumn, ListFilter, ListSort, list_column, list_filter, list_sort
from tokui.payments.models import CustomerStanding
from tokui.payments.templatetags.payments import standing
from tokui.payments.words import STATES
from tokui.ui.templatetags.tokui import money

#: Filters that stand for several states.
GROUPS = {"owing": ("overdue", "grace", "due", "partly_paid", "not_due"), "late": ("overdue", "grace")}


@dataclass(frozen=True)
class _Shown:
    """A standing with the organization's currency, in which its amounts are."""

    row: CustomerStanding
    currency: str


def _standings(ids: Sequence[UUID]) -> Mapping[UUID, _Shown]:
    currency = Organization.objects.values_list("currency", flat=True).get(pk=require_organization())
    rows = CustomerStanding.objects.filter(customer__in=list(ids))
    return {row.customer_id: _Shown(row, currency) for row in rows}


def _state_cell(shown: _Shown) -> str:
    row = shown.row
    late = (clock.today() - row.oldest_due_on).days if row.oldest_due_on else 0
    return standing(row.state, max(0, late))


def _money_cell(name: str) -> Any:
    return lambda shown: money(getattr(shown.row, name), shown.currency)


def _standing_is(value: str) -> Q:
    states = GROUPS.get(value, (value,))
    if any(state not in STATES for state in states):
        raise Invalid(field="standing", reason=_("There is no such standing."))
    return Q(standings__state__in=states) if len(states) > 1 else Q(standings__state=states[0])


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
