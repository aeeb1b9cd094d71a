from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from tokui.access.permissions import CUSTOMERS_VIEW, INVOICES_ISSUE, PAYMENTS_VIEW
from tokui.customers.models import Customer
from tokui.customers.queries import search
from tokui.ui.navigation import Entry, register
from tokui.ui.palette import Hit, provider

register(Entry("", _("Today"), "today", "home", order=0, go="h", phone=_("Today")))


@provider(_("With this customer"), order=20, permission=CUSTOMERS_VIEW)
def acts_on_the_one(request: HttpRequest, typed: str) -> Iterable[Hit]:
    """What can be done with the one customer that was meant, across the rooms."""
    actor = request.visit.actor  # type: ignore[attr-defined]
    found = search(typed, by=actor, most=2).ids if len(typed) > 1 else ()
    if len(found) != 1:
        return
    row = Customer.objects.get(pk=found[0])
    if actor.can(PAYMENTS_VIEW):
        yield Hit(_("Customer ledger"), reverse("payments:ledger", args=[row.public_id]), "ledger", row.name)
    if actor.can(INVOICES_ISSUE):
        url = f"{reverse('invoices:new')}?{urlencode({'customer': row.code})}"
        yield Hit(_("New invoice"), url, "plus", row.name)
