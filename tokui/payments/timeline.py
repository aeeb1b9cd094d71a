"""What customers' histories say of money that was used, held, given up or sent back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from tokui.banking.models import Deposit
from tokui.core.ids import public_id
from tokui.core.models import Event
from tokui.customers.timeline import Line, Money, tells
from tokui.invoices.models import Invoice
from tokui.payments.models import Allocation
from tokui.payments.words import KINDS, STATES, payer_name, sentence

#: What the same payment says of itself in other rooms' and this room's events.
ECHOES = frozenset({"invoices.InvoicePaid", "payments.StandingChanged", "banking.DepositRecorded"})


@tells("payments.DepositAllocated", group="money")
def _payments(events: Sequence[Event]) -> Mapping[UUID, Line]:
    """One payment is one entry: the amount, where it came in, who paid, the invoices, and why they were thought of."""
    deposits = Deposit.objects.select_related("account").in_bulk([event.payload["deposit_id"] for event in events])
    wanted = {key for event in events for key in event.payload["invoices"]}
    numbers = dict(Invoice.objects.filter(pk__in=wanted).values_list("pk", "number"))
    made = Allocation.objects.filter(decision__in=[event.payload["decision_id"] for event in events])
    reasons = dict(made.values_list("decision", "reasons"))
    return {
        event.pk: _payment(
            event.payload,
            deposits.get(UUID(event.payload["deposit_id"])),
            [(numbers.get(UUID(key)) or "", _invoice_url(key)) for key in event.payload["invoices"]],
            [sentence(one) for one in reasons.get(UUID(event.payload["decision_id"]), [])],
        )
        for event in events
    }


def _payment(
    payload: dict[str, Any], deposit: Deposit | None, invoices: list[tuple[str, str]], reasons: list[str]
) -> Line:
    title = _("A payment was reconciled by itself") if payload.get("automatic") else _("A payment was reconciled")
    where = deposit.account.name if deposit and deposit.account else ""
    source = " ".join(part for part in (where, payer_name(deposit.payer_raw) if deposit else "") if part)
    entry = Money(payload["amount_minor"], payload.get("currency", "JPY"), source, invoices)
    return Line("match", title, tone="in", entry=entry, reasons=reasons, absorbs=ECHOES)


def _invoice_url(key: str) -> str:
    return reverse("invoices:page", args=[public_id(Invoice.PREFIX, UUID(key))])


def _tell(name: str, icon: str, tone: str, words: Callable[[dict[str, Any]], str]) -> None:
    @tells(f"payments.{name}", group="money")
    def told(events: Sequence[Event]) -> Mapping[UUID, Line]:
        return {event.pk: Line(icon, words(event.payload), tone=tone) for event in events}


def _amount(payload: dict[str, Any]) -> dict[str, str]:
    return {"amount": f"{payload['amount_minor']:,}", "kind": str(KINDS.get(payload.get("kind", ""), ""))}


def _decided(payload: dict[str, Any]) -> str:
    if not payload["approved"]:
        return _("Turned down")
    return _("Approved by the only person who may") if payload.get("is_own") else _("Approved")


_tell("AllocationReleased", "undo", "bad", lambda p: _("A reconciliation was undone (%(amount)s)") % _amount(p))
_tell("AdvanceKept", "wallet", "in", lambda p: _("%(amount)s kept as an advance") % _amount(p))
_tell("AdvanceApplied", "wallet", "", lambda p: _("%(amount)s of the advance used") % _amount(p))
_tell("DifferenceGivenUp", "minus", "", lambda p: _("%(kind)s %(amount)s") % _amount(p))
_tell("ApprovalAsked", "hand", "", lambda p: _("Approval asked: %(kind)s %(amount)s") % _amount(p))
_tell("ApprovalDecided", "hand", "", _decided)
_tell("ReturnAsked", "undo", "", lambda p: _("%(amount)s to send back or keep") % _amount(p))
_tell("RemitterCodeLearned", "hand", "", lambda p: _("A remitter code was remembered"))
_tell("RemitterCodeRevoked", "undo", "", lambda p: _("A remitter code was forgotten"))
_tell("ReturnDropped", "undo", "", lambda p: _("%(amount)s need not be sent back") % _amount(p))
_tell("AdvanceRefunded", "undo", "", lambda p: _("%(amount)s of the advance sent back") % _amount(p))
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
