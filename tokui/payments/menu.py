"""What payments puts into the menu, the palette, the start page and customers' histories."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Count, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tokui.access.permissions import PAYMENTS_ALLOCATE, PAYMENTS_APPROVE, PAYMENTS_VIEW, SETTINGS_VIEW
from tokui.banking.models import Deposit
from tokui.core.models import Event
from tokui.customers.timeline import Line, tells
from tokui.payments.models import Approval, CustomerStanding, ReturnToDo
from tokui.payments.standings import keep_current
from tokui.payments.words import KINDS, STATES
from tokui.ui.navigation import Count as Badge
from tokui.ui.navigation import Entry, register
from tokui.ui.paging import capped_count
from tokui.ui.palette import Command, command
from tokui.ui.settings_pages import SettingsPage, settings_page
from tokui.ui.today import Card, card


def _waiting(request: HttpRequest) -> Badge | None:
    found = capped_count(Deposit.objects.filter(state=Deposit.State.OPEN))
    return Badge(found.number, hot=True, capped=found.capped)


register(
    Entry(
        *("money", gettext_lazy("Reconciliation"), "payments:reconciliation", "match", 10, PAYMENTS_VIEW),
        count=_waiting,
        go="m",
        phone=gettext_lazy("Reconcile"),
    )
)
register(Entry("money", gettext_lazy("Payments checked"), "payments:standing", "check", 20, PAYMENTS_VIEW, go="p"))
register(Entry("money", gettext_lazy("Expected receipts"), "payments:expected", "clock", 40, PAYMENTS_VIEW))
settings_page(
    SettingsPage(
        *("receipts", gettext_lazy("Matching and fees"), "payments:policy", 70, SETTINGS_VIEW),
        words="消込 手数料 てすう 差額 許容 自動 猶予 貸倒 承認 fee tolerance automatic grace",
    )
)
command(
    Command(gettext_lazy("Aged receivables"), "payments:aged", "ledger", PAYMENTS_VIEW, words="売掛金 年齢表 滞留 aged")
)
command(
    Command(gettext_lazy("Approvals"), "payments:approvals", "hand", PAYMENTS_VIEW, words="承認 貸倒 値引 write-off")
)
command(Command(gettext_lazy("Returns"), "payments:returns", "undo", PAYMENTS_VIEW, words="返金 二重 refund twice"))


@card(order=10, permission=PAYMENTS_ALLOCATE)
def _to_reconcile(request: HttpRequest) -> Card | None:
    found = capped_count(Deposit.objects.filter(state=Deposit.State.OPEN))
    if not found.number:
        return None
    return Card(
        _("Deposits to reconcile"),
        reverse("payments:reconciliation"),
        "match",
        _("They wait for a person."),
        count=found.number,
        tone="shu",
        action=_("Reconcile"),
    )


@card(order=20, permission=PAYMENTS_VIEW)
def _overdue(request: HttpRequest) -> Card | None:
    keep_current()
    late = CustomerStanding.objects.filter(state="overdue").aggregate(n=Count("pk"), minor=Sum("overdue_minor"))
    if not late["n"]:
        return None
    url = reverse("payments:standing") + "?state=overdue"
    return Card(
        _("Overdue"), url, "alert", _("Customers who are late."), count=late["n"], minor=late["minor"], tone="shu"
    )


@card(order=30, permission=PAYMENTS_APPROVE)
def _approvals(request: HttpRequest) -> Card | None:
    number = Approval.objects.filter(state=Approval.State.WAITING).count()
    url = reverse("payments:approvals")
    return (
        Card(_("Approvals"), url, "hand", _("Write-offs above the limit."), count=number, tone="yama")
        if number
        else None
    )


@card(order=35, permission=PAYMENTS_ALLOCATE)
def _returns(request: HttpRequest) -> Card | None:
    number = ReturnToDo.objects.filter(state=ReturnToDo.State.OPEN).count()
    url = reverse("payments:returns")
    return Card(_("Returns"), url, "undo", _("Send back or keep."), count=number, tone="shu") if number else None


def _tell(name: str, icon: str, tone: str, words: Callable[[dict[str, Any]], str]) -> None:
    @tells(f"payments.{name}", group="money")
    def told(events: Sequence[Event]) -> Mapping[UUID, Line]:
        return {event.pk: Line(icon, words(event.payload), tone=tone) for event in events}


def _amount(payload: dict[str, Any]) -> dict[str, str]:
    return {"amount": f"{payload['amount_minor']:,}", "kind": str(KINDS.get(payload.get("kind", ""), ""))}


def _allocated(payload: dict[str, Any]) -> str:
    if payload.get("automatic"):
        return _("%(amount)s reconciled by itself") % _amount(payload)
    return _("%(amount)s reconciled") % _amount(payload)


_tell("DepositAllocated", "match", "in", _allocated)
_tell("AllocationReleased", "undo", "bad", lambda p: _("A reconciliation was undone (%(amount)s)") % _amount(p))
_tell("AdvanceKept", "wallet", "in", lambda p: _("%(amount)s kept as an advance") % _amount(p))
_tell("AdvanceApplied", "wallet", "", lambda p: _("%(amount)s of the advance used") % _amount(p))
_tell("DifferenceGivenUp", "minus", "", lambda p: _("%(kind)s %(amount)s") % _amount(p))
_tell("ApprovalAsked", "hand", "", lambda p: _("Approval asked: %(kind)s %(amount)s") % _amount(p))
_tell("ApprovalDecided", "hand", "", lambda p: _("Approved") if p["approved"] else _("Turned down"))
_tell("ReturnAsked", "undo", "", lambda p: _("%(amount)s to send back or keep") % _amount(p))
_tell("DepositRefunded", "undo", "", lambda p: _("%(amount)s sent back") % _amount(p))
_tell(
    "StandingChanged",
    "check",
    "auto",
    lambda p: (
        _("%(before)s → %(after)s")
        % {"before": STATES.get(p["before"], p["before"]), "after": STATES.get(p["state"], p["state"])}
    ),
)
