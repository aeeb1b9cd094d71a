"""What the REST doors of payments take and show."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Field, Schema

from tokui.core.ids import public_id
from tokui.payments.actions import Allocated
from tokui.payments.models import Allocation, Approval, ReturnToDo, Suggestion
from tokui.payments.words import sentence
from tokui.ui.rest import Day, Given, Id, Minor, Paging, shown_id

Kind = Literal["payment", "fee", "discount", "write_off", "withholding", "advance", "refund"]
GivenUp = Literal["fee", "discount", "write_off", "withholding"]


class ReasonOut(Schema):
    """Why the matcher thinks so: a stable code with its facts, and a sentence in the reader's language."""

    code: str
    weight: int = Field(description="Points of the score; below zero holds the answer back")
    fields: dict[str, Any]
    text: str

    @staticmethod
    def resolve_text(reason: dict[str, Any]) -> str:
        return sentence(reason)


class Share(Schema):
    """An amount for an invoice."""

    invoice: str = Field(description="`inv_…`")
    amount_minor: int


class SuggestionOut(Schema):
    """A way to use a deposit that the matcher would not post by itself."""

    id: str = Field(description="`sug_…`")
    deposit: str
    rank: int = Field(description="0 is the best")
    customer: str | None
    grade: str = Field(description="certain, likely or unknown")
    score: int
    reasons: list[ReasonOut]
    allocations: list[Share]
    withheld: list[Share] = Field(description="Of these amounts, the tax that the payer kept back")
    fee_minor: int = Field(description="What the payer's bank seems to have taken off")
    over_minor: int
    short_minor: int
    rivals: int = Field(description="How many other answers fit as well")
    suggested_at: datetime

    @staticmethod
    def resolve_id(row: Suggestion) -> str:
        return row.public_id

    @staticmethod
    def resolve_deposit(row: Suggestion) -> str | None:
        return shown_id("dep", row.deposit_id)

    @staticmethod
    def resolve_customer(row: Suggestion) -> str | None:
        return shown_id("cus", row.customer_id)

    @staticmethod
    def resolve_allocations(row: Suggestion) -> list[dict[str, Any]]:
        return _shares(row.allocations)

    @staticmethod
    def resolve_withheld(row: Suggestion) -> list[dict[str, Any]]:
        return _shares(row.withheld)


def _shares(pairs: list[list[Any]]) -> list[dict[str, Any]]:
    return [{"invoice": public_id("inv", UUID(key)), "amount_minor": minor} for key, minor in pairs]


class Confirmation(Given):
    difference: Literal["", "open", "fee", "discount", "write_off", "withholding"] = Field(
        "", description="What becomes of what is missing; empty does as the matcher found and the policy says"
    )
    keep_rest: bool = Field(default=False, description="Hold what is over as the customer's advance")
    memo: str = Field("", max_length=200)


class Declining(Given):
    invoices: list[Id] = Field(min_length=1, max_length=200, description="`inv_…`, never proposed again")


class MatchingRun(Given):
    deposits: list[Id] | None = Field(None, max_length=500, description="`dep_…`; all open ones when left out")


class MatchedOut(Schema):
    """What a run did."""

    looked_at: int
    posted: int = Field(description="Certain, and allocated at once")
    suggested: int
    unknown: int


class AllocationOut(Schema):
    """An amount that settles an invoice, or is held for a customer. A release marks the row and never deletes it."""

    id: str = Field(description="`alc_…`")
    decision: str = Field(description="Rows of one decision were made together and are released together")
    deposit: str | None
    invoice: str | None
    customer: str | None
    from_advance: str | None = Field(description="The advance that this payment uses up, `alc_…`")
    kind: Kind
    amount_minor: int
    used_minor: int = Field(description="Of an advance: what paid invoices since")
    currency: str
    on: date = Field(description="The day it counts")
    recorded_at: datetime
    by: str
    is_automatic: bool
    grade: str
    reasons: list[ReasonOut]
    memo: str
    debit_account: str
    credit_account: str
    entry: str | None = Field(description="In the books, `ent_…`")
    released_on: date | None
    released_at: datetime | None
    released_by: str

    @staticmethod
    def resolve_id(row: Allocation) -> str:
        return row.public_id

    @staticmethod
    def resolve_decision(row: Allocation) -> str:
        return public_id("dec", row.decision)

    @staticmethod
    def resolve_deposit(row: Allocation) -> str | None:
        return shown_id("dep", row.deposit_id)

    @staticmethod
    def resolve_invoice(row: Allocation) -> str | None:
        return shown_id("inv", row.invoice_id)

    @staticmethod
    def resolve_customer(row: Allocation) -> str | None:
        return shown_id("cus", row.customer_id)

    @staticmethod
    def resolve_from_advance(row: Allocation) -> str | None:
        return shown_id("alc", row.from_advance_id)

    @staticmethod
    def resolve_entry(row: Allocation) -> str | None:
        return shown_id("ent", row.entry_id)


class AllocationFilter(Paging):
    deposit: Id = Field("", description="Only of this deposit, `dep_…`")
    invoice: Id = Field("", description="Only for this invoice, `inv_…`")
    customer: Id = Field("", description="Only this customer's, `cus_…`")
    released: bool | None = Field(None, description="Only those taken back, or only those that stand")


class AdvanceFilter(Paging):
    customer: Id = Field("", description="Only this customer's, `cus_…`")


class UseIn(Given):
    """An amount for an invoice. Only `payment` takes from the deposit; the others close what is missing."""

    invoice: Id = Field(description="`inv_…`")
    amount_minor: Minor
    kind: Literal["payment", "fee", "discount", "write_off", "withholding"] = "payment"


class AllocationIn(Given):
    deposit: Id = Field(description="`dep_…`")
    uses: list[UseIn] = Field(default_factory=list, max_length=200)
    advance_minor: Minor | None = Field(None, description="Of the deposit, held as an advance")
    advance_customer: Id | None = Field(None, description="Whose advance; the invoices' customer when left out")
    memo: str = Field("", max_length=200)


class Release(Given):
    decline: bool | None = Field(
        None, description="The pair was wrong: never propose it again. By default so for what the matcher posted itself"
    )


class AdvanceIn(Given):
    deposit: Id = Field(description="`dep_…`")
    customer: Id = Field(description="Whose money it is, `cus_…`")
    amount_minor: Minor | None = Field(None, description="All that is left of the deposit when left out")


class AdvanceUse(Given):
    invoice: Id = Field(description="`inv_…`")
    amount_minor: Minor


class AdvanceUses(Given):
    customer: Id = Field(description="`cus_…`")
    uses: list[AdvanceUse] = Field(min_length=1, max_length=200)


class ApprovalOut(Schema):
    """Something given up above the limit, and what someone else decided about it."""

    id: str = Field(description="`apr_…`")
    state: Literal["waiting", "approved", "refused"]
    invoice: str | None
    kind: Kind
    amount_minor: int
    reason: str
    asked_by: str
    asked_at: datetime
    decided_by: str
    decided_at: datetime | None
    is_own: bool = Field(description="Decided by who asked, the only person who may approve")

    @staticmethod
    def resolve_id(row: Approval) -> str:
        return row.public_id

    @staticmethod
    def resolve_invoice(row: Approval) -> str | None:
        return shown_id("inv", row.invoice_id)


class AllocatedOut(Schema):
    """What a decision made. `approval` is there when a part waits for one, and stays open until then."""

    decision: str
    left_minor: int = Field(description="Not used of the deposit")
    allocations: list[AllocationOut]
    approval: ApprovalOut | None

    @staticmethod
    def resolve_decision(made: Allocated) -> str:
        return public_id("dec", made.decision_id)

    @staticmethod
    def resolve_allocations(made: Allocated) -> list[Allocation]:
        return list(Allocation.objects.filter(pk__in=made.allocations).order_by("pk"))


class AdvanceApplied(Schema):
    decision: str
    allocations: list[AllocationOut]


class WriteOffIn(Given):
    invoice: Id = Field(description="`inv_…`")
    amount_minor: Minor
    kind: GivenUp = "write_off"
    reason: str = Field(max_length=200)


class WriteOffOut(Schema):
    """Done when `approval` is null; otherwise it waits for someone else."""

    open_minor: int = Field(description="Still open of the invoice")
    approval: ApprovalOut | None


class ApprovalFilter(Paging):
    state: Literal["", "waiting", "approved", "refused"] = ""


class Verdict(Given):
    approve: bool = Field(strict=True, description="true writes off at once, false refuses")


class ReturnOut(Schema):
    """Money that came twice or by mistake: to be sent back, or kept as an advance."""

    id: str = Field(description="`ret_…`")
    state: Literal["open", "refunded", "kept", "dropped"]
    why: Literal["paid_twice", "mistake"]
    deposit: str | None
    customer: str | None
    amount_minor: int
    note: str
    asked_by: str
    asked_at: datetime
    done_by: str
    done_at: datetime | None

    @staticmethod
    def resolve_id(row: ReturnToDo) -> str:
        return row.public_id

    @staticmethod
    def resolve_deposit(row: ReturnToDo) -> str | None:
        return shown_id("dep", row.deposit_id)

    @staticmethod
    def resolve_customer(row: ReturnToDo) -> str | None:
        return shown_id("cus", row.customer_id)


class ReturnFilter(Paging):
    state: Literal["", "open", "refunded", "kept", "dropped"] = ""


class ReturnIn(Given):
    deposit: Id = Field(description="`dep_…`")
    why: Literal["paid_twice", "mistake"]
    customer: Id | None = None
    amount_minor: Minor | None = Field(None, description="All that is left of the deposit when left out")
    note: str = Field("", max_length=200)


class Refund(Given):
    account: Id = Field(description="From which account it was sent back, `acc_…`")
    customer: Id | None = Field(None, description="`cus_…`; left out for somebody who is no customer")
    on: Day = Field(description="When it was sent; not in the future")
    amount_minor: Minor | None = Field(None, description="A part of it; all when left out")
    note: str = Field("", max_length=200)


class AdvanceRefund(Given):
    account: Id = Field(description="From which account it was sent back, `acc_…`")
    on: Day = Field(description="When it was sent; not in the future")
    amount_minor: Minor | None = Field(None, description="A part of it; all that is unused when left out")
    note: str = Field("", max_length=200)


class Keeping(Given):
    customer: Id = Field(description="Whose advance it becomes, `cus_…`")
