"""What customers' histories say of deposits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from tokui.banking.models import Deposit
from tokui.banking.words import METHODS
from tokui.core.ids import public_id
from tokui.core.models import Event
from tokui.customers.timeline import Line, tells
from tokui.ui.amounts import grouped


@tells("banking.DepositRecorded", group="money")
def _recorded(events: Sequence[Event]) -> Mapping[UUID, Line]:
    return {event.pk: Line("bank", _title(event), tone="in", url=_url(event)) for event in events}


@tells("banking.DepositCancelled", group="money")
def _cancelled(events: Sequence[Event]) -> Mapping[UUID, Line]:
    return {event.pk: Line("bank", _("A deposit was cancelled"), tone="bad", url=_url(event)) for event in events}


@tells("banking.DepositRestored", group="money")
def _restored(events: Sequence[Event]) -> Mapping[UUID, Line]:
    return {event.pk: Line("bank", _("A deposit counts again"), tone="in", url=_url(event)) for event in events}


@tells("banking.VirtualAccountAssigned", group="money")
def _assigned(events: Sequence[Event]) -> Mapping[UUID, Line]:
    return {
        event.pk: Line("bank", _("Pays to virtual account %(code)s") % {"code": event.payload["code"]})
        for event in events
    }


@tells("banking.VirtualAccountReleased", group="money")
def _released(events: Sequence[Event]) -> Mapping[UUID, Line]:
    return {
        event.pk: Line("bank", _("Virtual account %(code)s was given back") % {"code": event.payload["code"]})
        for event in events
    }


def _title(event: Event) -> str:
    amount = grouped(event.payload["amount_minor"], event.payload.get("currency", "JPY"))
    method = METHODS.get(event.payload["method"], "")
    return _("%(amount)s received (%(method)s)") % {"amount": amount, "method": method}


def _url(event: Event) -> str:
    return reverse("banking:deposit", args=[public_id(Deposit.PREFIX, event.about_id)])
