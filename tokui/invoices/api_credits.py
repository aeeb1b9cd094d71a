"""REST: credit notes in use. Used on an invoice, taken back, paid out."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status

from tokui import access
from tokui.access.permissions import INVOICES_VIEW
from tokui.core import clock
from tokui.core.ids import public_id
from tokui.invoices import actions
from tokui.invoices.api_shapes import LARGEST
from tokui.invoices.doors import actor_of, invoice_of
from tokui.invoices.models import CreditApplication, Invoice

router = Router(tags=["invoices"])
Key = Annotated[str, Field(max_length=40)]


class ApplicationIn(Schema):
    model_config = {"extra": "forbid"}

    credit_note: Key
    amount_minor: Annotated[int, Field(ge=1, le=LARGEST)] | None = Field(
        None, description="Without it, as much as both allow"
    )


class ApplicationOut(Schema):
    """`amount_minor` is below zero where a use was taken back."""

    invoice: str
    credit_note: str
    amount_minor: int
    on: date


class ApplicationList(Schema):
    data: list[ApplicationOut]


class RefundIn(Schema):
    model_config = {"extra": "forbid"}

    account: str = Field(max_length=80, description="Where it is paid from in the books: cash, bank:…")
    amount_minor: Annotated[int, Field(ge=1, le=LARGEST)] | None = Field(None, description="Without it, all of it")
    on: date | None = None


class RefundOut(Schema):
    credit_note: str
    amount_minor: int
    on: date
    account: str


@router.get("/{key}/applications", response=ApplicationList, summary="Credit notes used on an invoice, or uses of one")
def list_applications(request: HttpRequest, key: str) -> dict[str, Any]:
    access.require(actor_of(request), INVOICES_VIEW)
    one = invoice_of(key)
    side = "credit_note" if one.kind == Invoice.Kind.CREDIT_NOTE else "invoice"
    rows = CreditApplication.objects.filter(**{side: one}).order_by("recorded_at", "id")
    return {"data": [_application(row) for row in rows]}


@router.post("/{key}/applications", response={201: ApplicationOut}, summary="Settle an invoice by a credit note")
def apply(request: HttpRequest, key: str, given: ApplicationIn) -> Status[Any]:
    invoice, note = invoice_of(key), invoice_of(given.credit_note)
    amount = given.amount_minor or min(invoice.open_minor, -note.open_minor)
    row = actions.apply_credit(note, invoice, amount, on=clock.today(), by=actor_of(request))
    return Status(201, _application(row))


@router.delete("/{key}/applications/{note}", response={204: None}, summary="Take back the use of a credit note")
def take_back(request: HttpRequest, key: str, note: str) -> Status[Any]:
    actions.take_back_credit(invoice_of(note), invoice_of(key), by=actor_of(request))
    return Status(204, None)


@router.post("/{key}/refunds", response={201: RefundOut}, summary="Write down that a credit note was paid out")
def refund(request: HttpRequest, key: str, given: RefundIn) -> Status[Any]:
    row = actions.refund_credit(
        invoice_of(key), account=given.account, amount_minor=given.amount_minor, on=given.on, by=actor_of(request)
    )
    told = {name: getattr(row, name) for name in ("amount_minor", "on", "account")}
    return Status(201, {**told, "credit_note": public_id("inv", row.credit_note_id)})


def _application(row: CreditApplication) -> dict[str, Any]:
    told = {"amount_minor": row.amount_minor, "on": row.on}
    keys = {"invoice": row.invoice_id, "credit_note": row.credit_note_id}
    return {**told, **{name: public_id("inv", key) for name, key in keys.items()}}
