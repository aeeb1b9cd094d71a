"""What the reconciliation workbench shows: the list, the deposit at hand, its candidates, and what a choice would do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q

from tokui.banking.models import BankAccount, Deposit
from tokui.core import clock
from tokui.customers.models import Customer
from tokui.invoices.models import Invoice
from tokui.payments.matching import shares
from tokui.payments.models import Allocation, Decision, Suggestion
from tokui.payments.policy import policy_of_organization
from tokui.payments.queries import deposits_to_reconcile, fetched
from tokui.payments.words import DOUBTS, GRADES, headline, sentence
from tokui.ui.paging import COUNT_CAP, CappedCount

LIST_SIZE = 30


@dataclass(frozen=True)
class Row:
    """A deposit in the list."""

    deposit: Deposit
    note: str
    grade: str
    grade_word: Any
    current: bool


@dataclass(frozen=True)
class Candidate:
    """A suggestion, ready to be shown: its invoices with what each would get, reasons as sentences."""

    suggestion: Suggestion
    customer: Customer | None
    invoices: list[tuple[Invoice, int, int]]  # invoice, from the deposit, still missing afterwards
    reasons: list[tuple[str, bool, int]]  # sentence, is a doubt, weight
    closes: str = "open"  # the difference that the choice starts with

    @property
    def grade_word(self) -> Any:
        return GRADES.get(self.suggestion.grade, self.suggestion.grade)

    @property
    def paid_minor(self) -> int:
        return sum(paid for _invoice, paid, _missing in self.invoices)

    @property
    def open_minor(self) -> int:
        return int(sum(invoice.open_minor for invoice, _paid, _missing in self.invoices))

    @property
    def received_minor(self) -> int:
        """Both sides of the tally: the deposit with the fee that was taken off it."""
        return int(self.suggestion.deposit.left_minor + self.suggestion.fee_minor)

    @property
    def missing_minor(self) -> int:
        return sum(missing for _invoice, _paid, missing in self.invoices)


@dataclass(frozen=True)
class Bench:
    rows: list[Row]
    open_count: CappedCount
    certain_count: int
    done_count: int
    shows_done: bool
    deposit: Deposit | None = None
    account: BankAccount | None = None
    candidates: list[Candidate] = field(default_factory=list)
    chosen: Candidate | None = None
    made: list[Allocation] = field(default_factory=list)
    previous: Deposit | None = None
    following: Deposit | None = None

    @property
    def share_done(self) -> float:
        total = self.open_count.number + self.done_count
        return self.done_count / total if total else 1.0


def bench(deposit_id: UUID | None, *, shows_done: bool = False, pick: int = 0) -> Bench:
    """The whole workbench around one deposit (the first of the list when none is named)."""
    opened = deposits_to_reconcile()
    day = clock.at_day(clock.today(), 0)
    decided = Decision.objects.filter(at__gte=day, undone_at=None).exclude(outcome=Decision.Outcome.DECLINED)
    deposits = _listed(opened, decided, shows_done)
    deposit = next((one for one in deposits if one.pk == deposit_id), None)
    if deposit is None and deposit_id is not None:
        deposit = Deposit.objects.filter(pk=deposit_id).first()
    if deposit is None and deposits:
        deposit = deposits[0]
    (counts,) = fetched(_COUNTS, since=day, most=COUNT_CAP + 1)
    best = {one.deposit_id: one for one in Suggestion.objects.filter(deposit__in=deposits, rank=0)}
    rows = [_row(one, best.get(one.pk), one == deposit) for one in deposits]
    place = deposits.index(deposit) if deposit in deposits else -1
    candidates = _candidates(deposit) if deposit and deposit.is_open else []
    return Bench(
        rows=rows,
        open_count=CappedCount(min(counts["open"], COUNT_CAP), counts["open"] > COUNT_CAP),
        certain_count=counts["certain"],
        done_count=counts["done"],
        shows_done=shows_done,
        deposit=deposit,
        account=BankAccount.objects.filter(pk=deposit.account_id).first() if deposit and deposit.account_id else None,
        candidates=candidates,
        chosen=candidates[min(pick, len(candidates) - 1)] if candidates else None,
        made=_made(deposit) if deposit and deposit.applied_minor else [],
        previous=deposits[place - 1] if place > 0 else None,
        following=deposits[place + 1] if 0 <= place < len(deposits) - 1 else None,
    )


def next_after(deposit: Deposit) -> UUID | None:
    """The open deposit that the list shows after this one; the first when it was the last."""
    return (
        deposits_to_reconcile()
        .filter(Q(received_on__lt=deposit.received_on) | Q(received_on=deposit.received_on, pk__lt=deposit.pk))
        .order_by("-received_on", "-pk")
        .values_list("pk", flat=True)
        .first()
    )


def open_invoices(customer: Customer, *, also: Sequence[UUID] = ()) -> list[Invoice]:
    """What a customer owes, oldest due first; for splitting."""
    rows = Invoice.objects.filter(customer=customer, state=Invoice.State.ISSUED).exclude(kind=Invoice.Kind.CREDIT_NOTE)
    return [one for one in rows.order_by("due_on", "number") if one.open_minor > 0 or one.pk in also]


def oldest_first(invoices: Sequence[Invoice], amount_minor: int) -> dict[UUID, int]:
    """An amount spread over invoices, the oldest due first."""
    spread = {}
    for invoice in invoices:
        part = min(amount_minor, invoice.open_minor)
        if part > 0:
            spread[invoice.pk] = part
            amount_minor -= part
    return spread


def days_late(invoice: Invoice) -> int:
    return max(0, (clock.today() - invoice.due_on) // timedelta(days=1))


_COUNTS = """
SELECT (SELECT count(*) FROM (SELECT 1 FROM banking_deposit deposit WHERE organization_id = %(organization)s AND state = 'open'
           AND NOT EXISTS (SELECT 1 FROM payments_returntodo todo WHERE todo.organization_id = %(organization)s
               AND todo.deposit_id = deposit.id AND todo.state = 'open'
               AND todo.amount_minor >= deposit.amount_minor - deposit.applied_minor) LIMIT %(most)s) waiting) AS open,
       (SELECT count(*) FROM payments_suggestion suggestion JOIN banking_deposit deposit ON deposit.id = suggestion.deposit_id
         WHERE suggestion.organization_id = %(organization)s AND rank = 0 AND grade = 'certain' AND deposit.state = 'open') AS certain,
       (SELECT count(*) FROM payments_decision WHERE organization_id = %(organization)s AND at >= %(since)s
           AND undone_at IS NULL AND outcome <> 'declined') AS done
"""


def _listed(opened: Any, decided: Any, shows_done: bool) -> list[Deposit]:
    if not shows_done:
        return list(opened.order_by("-received_on", "-pk")[:LIST_SIZE])
    keys = list(decided.order_by("-at").values_list("deposit_id", flat=True)[:LIST_SIZE])
    found = Deposit.objects.in_bulk(keys)
    return [found[key] for key in dict.fromkeys(keys) if key in found]


def _row(deposit: Deposit, best: Suggestion | None, current: bool) -> Row:
    grade = best.grade if best and best.allocations else ""
    return Row(deposit, headline(best) if deposit.is_open else "", grade, GRADES.get(grade, ""), current)


def _candidates(deposit: Deposit) -> list[Candidate]:
    suggestions = list(Suggestion.objects.filter(deposit=deposit).select_related("deposit").order_by("rank"))
    customers = Customer.objects.in_bulk([one.customer_id for one in suggestions if one.customer_id])
    wanted = {UUID(key) for one in suggestions for key, _amount in one.allocations}
    invoices = Invoice.objects.in_bulk(list(wanted))
    closes = difference_of(suggestions)
    return [_candidate(one, deposit, customers, invoices, closes[one.rank]) for one in suggestions]


def _candidate(
    suggestion: Suggestion,
    deposit: Deposit,
    customers: dict[Any, Customer],
    invoices: dict[Any, Invoice],
    closes: str,
) -> Candidate:
    shown = []
    for share in shares(suggestion.allocations, dict(suggestion.withheld), deposit.left_minor):
        invoice = invoices.get(UUID(share.invoice))
        if invoice is not None:
            paid = min(share.paid_minor, invoice.open_minor)
            shown.append((invoice, paid, invoice.open_minor - paid))
    reasons = [(sentence(one), one["code"] in DOUBTS, one["weight"]) for one in suggestion.reasons]
    return Candidate(suggestion, customers.get(suggestion.customer_id), shown, reasons, closes)


def difference_of(suggestions: Sequence[Suggestion]) -> dict[int, str]:
    """By rank, what becomes of what is missing unless a person says otherwise: a fee by policy, the tax kept back."""
    has_fee = any(one.fee_minor for one in suggestions)
    fee = "open" if has_fee and policy_of_organization().claims_fees else "fee"
    return {one.rank: fee if one.fee_minor else "withholding" if one.withheld else "open" for one in suggestions}


def _made(deposit: Deposit) -> list[Allocation]:
    rows = Allocation.objects.filter(deposit=deposit, released_at=None).order_by("pk")
    return list(rows.select_related("invoice", "customer"))
