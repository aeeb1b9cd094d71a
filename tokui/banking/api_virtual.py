"""REST for virtual accounts (振込専用口座): the pool, whose each number is, and giving it out and back."""

from __future__ import annotations

from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from tokui import access
from tokui.access.permissions import BANK_VIEW
from tokui.banking.actions import (
    NewNumber,
    assign_virtual_account,
    close_virtual_account,
    free_virtual_account,
    register_virtual_accounts,
    release_virtual_account,
)
from tokui.banking.models import BankAccount, VirtualAccount
from tokui.customers.models import Customer
from tokui.ui.rest import Day, Given, Id, Paged, Paging, caller, find, key_of, page, shown_id

router = Router(tags=["banking"])


class VirtualOut(Schema):
    """A number of the bank's before one of our accounts. Money on it is its customer's while it is `assigned`."""

    id: str = Field(description="`vac_…`")
    account: str = Field(description="Where the money lands, `acc_…`")
    code: str = Field(description="As deposits name it: bank, branch and number, or an IBAN")
    bank_code: str
    branch_code: str
    number: str
    state: Literal["free", "assigned", "resting", "closed"]
    customer: str | None = Field(description="`cus_…`")
    invoice_number: str
    valid_from: Day | None
    valid_to: Day | None
    former_customer: str | None = Field(description="Whoever had it before: money on it then waits for a person")

    @staticmethod
    def resolve_id(row: VirtualAccount) -> str:
        return row.public_id

    @staticmethod
    def resolve_account(row: VirtualAccount) -> str | None:
        return shown_id("acc", row.account_id)

    @staticmethod
    def resolve_customer(row: VirtualAccount) -> str | None:
        return shown_id("cus", row.customer_id)

    @staticmethod
    def resolve_former_customer(row: VirtualAccount) -> str | None:
        return shown_id("cus", row.former_customer_id)


class NumberIn(Given):
    number: str = Field(max_length=34, description="7 digits, or an IBAN")
    branch_code: str = Field("", max_length=3, description="Empty: the account's")
    bank_code: str = Field("", max_length=4, description="Empty: the account's")


class NumbersIn(Given):
    numbers: list[NumberIn] = Field(min_length=1, max_length=1000)


class AssignmentIn(Given):
    customer: Id = Field(description="`cus_…`")
    valid_from: Day | None = Field(None, description="First day on which money on it is theirs; today if left out")
    invoice_number: str = Field("", max_length=40, description="Where it stands for one invoice")


class VirtualFilter(Paging):
    account: Id = Field("", description="Only before this account, `acc_…`")
    customer: Id = Field("", description="Only this customer's, `cus_…`")
    state: Literal["", "free", "assigned", "resting", "closed"] = ""


@router.get("/virtual-accounts", response=Paged[VirtualOut], summary="List virtual accounts by number")
def list_virtual_accounts(request: HttpRequest, given: Query[VirtualFilter]) -> dict[str, Any]:
    access.require(caller(request), BANK_VIEW)
    rows = VirtualAccount.objects.all()
    if given.account:
        rows = rows.filter(account=key_of(given.account, "acc", "account"))
    if given.customer:
        rows = rows.filter(customer=key_of(given.customer, "cus", "customer"))
    if given.state:
        rows = rows.filter(state=given.state)
    return page(rows, given, order=("code", "id"))


@router.post(
    "/bank-accounts/{account_id}/virtual-accounts", response={201: list[VirtualOut]}, summary="Register numbers"
)
def register(request: HttpRequest, account_id: str, given: NumbersIn) -> list[VirtualAccount]:
    """All of them or none."""
    account = find(BankAccount.objects.all(), account_id)
    return register_virtual_accounts(account, [NewNumber(**one.dict()) for one in given.numbers], by=caller(request))


@router.get("/virtual-accounts/{virtual_id}", response=VirtualOut, summary="Read a virtual account")
def read_virtual_account(request: HttpRequest, virtual_id: str) -> VirtualAccount:
    access.require(caller(request), BANK_VIEW)
    return find(VirtualAccount.objects.all(), virtual_id)


@router.post("/virtual-accounts/{virtual_id}/assignment", response={201: VirtualOut}, summary="Give a free number out")
def assign(request: HttpRequest, virtual_id: str, given: AssignmentIn) -> VirtualAccount:
    virtual = find(VirtualAccount.objects.all(), virtual_id)
    customer = find(Customer.objects.all(), given.customer, field="customer")
    return assign_virtual_account(
        virtual, customer, by=caller(request), valid_from=given.valid_from, invoice_number=given.invoice_number
    )


@router.delete("/virtual-accounts/{virtual_id}/assignment", response=VirtualOut, summary="Take a number back to rest")
def release(request: HttpRequest, virtual_id: str) -> VirtualAccount:
    """What still comes in on it waits for a person."""
    return release_virtual_account(find(VirtualAccount.objects.all(), virtual_id), by=caller(request))


@router.post("/virtual-accounts/{virtual_id}/free", response=VirtualOut, summary="End the rest of a number")
def free(request: HttpRequest, virtual_id: str) -> VirtualAccount:
    return free_virtual_account(find(VirtualAccount.objects.all(), virtual_id), by=caller(request))


@router.post("/virtual-accounts/{virtual_id}/close", response=VirtualOut, summary="Close a number for good")
def close(request: HttpRequest, virtual_id: str) -> VirtualAccount:
    return close_virtual_account(find(VirtualAccount.objects.all(), virtual_id), by=caller(request))
