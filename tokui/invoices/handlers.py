"""What invoices hears: a customer is called otherwise, and its documents still bear the old name."""

from __future__ import annotations

from collections.abc import Sequence

from tokui.core.actors import Actor
from tokui.core.events import within
from tokui.core.tenancy import require_organization
from tokui.customers.events import CustomerChanged
from tokui.invoices.models import FormerName, Invoice
from tokui.invoices.queries import name_key_of


@within(CustomerChanged)
def remember_names(facts: Sequence[CustomerChanged], by: Actor) -> None:
    """Documents stay to be found by the name they were issued to (電子帳簿保存法: search by counterparty)."""
    renamed = [one.customer_id for one in facts if "name" in one.fields]
    if not renamed:
        return
    issued = Invoice.objects.filter(customer_id__in=renamed, snapshot__isnull=False)
    pairs = issued.exclude(state=Invoice.State.DRAFT).values_list("customer_id", "snapshot__name").distinct()
    home = require_organization()
    rows = [
        FormerName(organization_id=home, customer_id=customer, name=name, key=name_key_of(name))
        for customer, name in pairs
        if name
    ]
    FormerName.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1_000)
