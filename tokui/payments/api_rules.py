"""REST for what matching goes by: the policy, and the remitter codes of customers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from tokui import access
from tokui.access.permissions import PAYMENTS_VIEW, SETTINGS_VIEW
from tokui.customers.models import Customer
from tokui.payments import actions
from tokui.payments.models import PayerSign, PaymentPolicy
from tokui.payments.policy import change_policy, policy_of_organization
from tokui.ui.rest import LARGEST_MINOR, Given, Id, Paged, Paging, caller, find, key_of, page, shown_id

router = Router(tags=["payments"])
RECENT = ("-confirmed_at", "-id")


class PolicyOut(Schema):
    """What the organization chose about matching and standing. Amounts in minor units."""

    fee_tolerances: list[int]
    fee_bearer: PaymentPolicy.FeeBearer = Field(description="us: our expense. payer: it stays open on the invoice")
    certain_threshold: int
    likely_threshold: int
    posts_certain: bool
    oldest_first_settles_ties: bool
    learns_names: bool
    grace_days: int
    write_off_limit_minor: int


class PolicyChange(Given):
    """Only what is given changes."""

    fee_tolerances: list[Annotated[int, Field(strict=True, ge=1, le=10_000)]] | None = Field(None, max_length=50)
    fee_bearer: PaymentPolicy.FeeBearer | None = None
    certain_threshold: int | None = Field(None, ge=50, le=99)
    likely_threshold: int | None = Field(None, ge=20, le=98)
    posts_certain: bool | None = None
    oldest_first_settles_ties: bool | None = None
    learns_names: bool | None = None
    grace_days: int | None = Field(None, ge=0, le=60)
    write_off_limit_minor: int | None = Field(None, ge=0, le=LARGEST_MINOR)


class RemitterCodeOut(Schema):
    """A code (振込依頼人コード) by which transfers are known as a customer's. A revoked one stays in history."""

    id: str = Field(description="`sgn_…`")
    customer: str | None
    value: str
    confirmed_by: str
    confirmed_at: datetime
    revoked_by: str
    revoked_at: datetime | None

    @staticmethod
    def resolve_id(row: PayerSign) -> str:
        return row.public_id

    @staticmethod
    def resolve_customer(row: PayerSign) -> str | None:
        return shown_id("cus", row.customer_id)


class RemitterCodeFilter(Paging):
    customer: Id = Field("", description="Only this customer's, `cus_…`")
    revoked: bool | None = Field(None, description="Only those taken away, or only those in use")


class RemitterCodeIn(Given):
    customer: Id = Field(description="`cus_…`")
    value: str = Field(max_length=20, description="Up to 10 digits")


@router.get("/payment-policy", response=PolicyOut, summary="Read the rules of matching and standing")
def read_policy(request: HttpRequest) -> PaymentPolicy:
    access.require(caller(request), SETTINGS_VIEW)
    return policy_of_organization()


@router.patch("/payment-policy", response=PolicyOut, summary="Change the rules of matching and standing")
def patch_policy(request: HttpRequest, given: PolicyChange) -> PaymentPolicy:
    """Standings follow at once when the days of grace change."""
    changes = {name: value for name, value in given.dict(exclude_unset=True).items() if value is not None}
    return change_policy(changes, by=caller(request))


@router.get("/remitter-codes", response=Paged[RemitterCodeOut], summary="List remitter codes, newest first")
def list_remitter_codes(request: HttpRequest, given: Query[RemitterCodeFilter]) -> dict[str, Any]:
    access.require(caller(request), PAYMENTS_VIEW)
    rows = PayerSign.objects.filter(kind=PayerSign.Kind.REMITTER_CODE)
    if given.customer:
        rows = rows.filter(customer=key_of(given.customer, "cus", "customer"))
    if given.revoked is not None:
        rows = rows.filter(revoked_at__isnull=not given.revoked)
    return page(rows, given, order=RECENT)


@router.post("/remitter-codes", response={201: RemitterCodeOut}, summary="Remember a customer's remitter code")
def add_remitter_code(request: HttpRequest, given: RemitterCodeIn) -> PayerSign:
    """A code that is known already is answered as it is."""
    customer = find(Customer.objects.all(), given.customer, field="customer")
    return actions.learn_remitter_code(customer, given.value, by=caller(request))


@router.post("/remitter-codes/{code_id}/revoke", response=RemitterCodeOut, summary="Forget a remitter code")
def revoke_remitter_code(request: HttpRequest, code_id: str) -> PayerSign:
    rows = PayerSign.objects.filter(kind=PayerSign.Kind.REMITTER_CODE)
    return actions.revoke_remitter_code(find(rows, code_id), by=caller(request))
