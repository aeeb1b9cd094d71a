"""What banking shows on a customer's page: the virtual accounts into which they pay."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string

from tokui.access.permissions import BANK_MANAGE, BANK_VIEW
from tokui.banking.models import VirtualAccount
from tokui.customers.models import Customer
from tokui.ui.panels import panel
from tokui.ui.visits import may


@panel("customer_rail", order=60, permission=BANK_VIEW)
def virtual_accounts(request: HttpRequest | None, customer: Customer) -> str | None:
    """Nothing at all where the organization has no such numbers."""
    rows = list(VirtualAccount.objects.filter(customer=customer).select_related("account").order_by("code"))
    may_manage = may(request, BANK_MANAGE)
    free = VirtualAccount.objects.filter(state=VirtualAccount.State.FREE, former_customer=None).order_by("code").first()
    if not rows and not (free and may_manage):
        return None
    context = {"customer": customer, "rows": rows, "free": free, "may_manage": may_manage}
    return render_to_string("banking/_customer_virtual.html", context, request)
