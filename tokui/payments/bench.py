"""What the reconciliation workbench shows: the list, the deposit at hand, its candidates, and what a choice would do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from tokui.banking.models import BankAccount, Deposit, Statement
from tokui.banking.words import METHODS
from tokui.core import clock
from tokui.customers.models import Customer
from tokui.customers.names import name_key
from tokui.invoices.models import Invoice
from tokui.payments.matching import shares
from tokui.payments.models import Allocation, Decision, Declined, Suggestion
from tokui.payments.policy import policy_of_organization
from tokui.payments.queries import deposits_to_reconcile, fetched
from tokui.payments.words import DOUBTS, headline, sentence
from tokui.ui.paging import COUNT_CAP, CappedCount

LIST_SIZE = 30


@dataclass(frozen=True)
class Row:
    """A deposit in the list; `decided` says who answered it and when."""

    deposit: Deposit
    method: Any
    note: str
    best: Suggestion | None
    current: bool
    decided: Decision | None = None


@dataclass(frozen=True)
class Candidate:
    """A suggestion, ready to be shown: its invoices with what each would get, reasons as sentences."""

    suggestion: Suggestion
    customer: Customer | None
    invoices: list[tuple[Invoice, int, int]]  # invoice, from the deposit, still missing afterwards
    reasons: list[tuple[str, bool, int]]  # sentence, is a doubt, weight
    closes: str = "open"  # the difference that the choice starts with

    @property
    def paid_minor(self) -> int:
        return sum(paid for _invoice, paid, _missing in self.invoices)

    @property
    def last_reason(self) -> str:
        """Why there is nothing to settle, for a name that fits all the same."""
        return self.reasons[-1][0] if self.reasons else ""

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
    #: Of the deposits since the first day of today's files: how many there are with all that wait, and are answered.
    round_count: int = 0
    round_done: int = 0
    statement: Statement | None = None
    typed: str = ""
    is_new: bool = False
    deposit: Deposit | None = None
    account: BankAccount | None = None
    candidates: list[Candidate] = field(default_factory=list)
    chosen: Candidate | None = None
    set_aside: int = 0
    made: list[Allocation] = field(default_factory=list)
    previous: Deposit | None = None
    following: Deposit | None = None

    @property
    def share_done(self) -> float:
        return self.round_done / self.round_count if self.round_count else 1.0

    @property
    def today(self) -> date:
        return clock.today()

    @property
    def owing(self) -> list[Candidate]:
        return [one for one in self.candidates if one.invoices]

    @property
    def others(self) -> list[Candidate]:
        """Names that fit, of whom nothing is open (or what was open is set aside)."""
        return [one for one in self.candidates if not one.invoices]

    @property
    def tied(self) -> int:
        """How many customers an equally strong candidate names; 0 unless there are several."""
        return tied([(one.suggestion, bool(one.invoices)) for one in self.candidates])


def bench(deposit_id: UUID | None, *, shows_done: bool = False, typed: str = "", pick: int | None = None) -> Bench:
    """The whole workbench around one deposit (the first of the list when none is named)."""
    day = clock.at_day(clock.today(), 0)
    decisions = _decided(day, typed) if shows_done else {}
    deposits = _listed(decisions, shows_done)
    deposit = next((one for one in deposits if one.pk == deposit_id), None)
    if deposit is None and deposit_id is not None:
        deposit = Deposit.objects.filter(pk=deposit_id).first()
    if deposit is None and deposits:
        deposit = deposits[0]
    statement = Statement.objects.filter(state=Statement.State.READ).select_related("account")
    counts = _counted(day)
    best = {one.deposit_id: one for one in Suggestion.objects.filter(deposit__in=deposits, rank=0)}
    rows = [_row(one, best.get(one.pk), one == deposit, decisions.get(one.pk)) for one in deposits]
    place = deposits.index(deposit) if deposit in deposits else -1
    candidates = _candidates(deposit) if deposit and deposit.is_open else []
    return Bench(
        rows=rows,
        open_count=CappedCount(min(counts["open"], COUNT_CAP), counts["open"] > COUNT_CAP),
        certain_count=counts["certain"],
        done_count=counts["done"],
        shows_done=shows_done,
        round_count=counts["arrived"] + counts["open"] - counts["arrived_open"],
        round_done=counts["arrived"] - counts["arrived_open"],
        statement=statement.order_by("-received_at").first(),
        typed=typed,
        is_new=deposit is None and not Deposit.objects.exists(),
        deposit=deposit,
        account=BankAccount.objects.filter(pk=deposit.account_id).first() if deposit and deposit.account_id else None,
        candidates=candidates,
        chosen=_chosen(candidates, pick),
        set_aside=Declined.objects.filter(deposit=deposit).count() if deposit and deposit.is_open else 0,
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


def tied(candidates: Sequence[tuple[Suggestion, bool]]) -> int:
    """How many customers the strongest candidates name, when there are several as strong; then nothing is chosen
    beforehand. `candidates` are suggestions with whether they hold open invoices."""
    strong = [one for one, owes in candidates if owes]
    owners = {
        one.customer_id for one in strong if one.score == strong[0].score and one.fee_minor == strong[0].fee_minor
    }
    return len(owners) if len(owners) > 1 else 0


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


def reasons_for(deposit: Deposit, customer: Customer) -> list[tuple[str, bool, int]]:
    """Why this customer is thought to have paid, where the matcher thinks so: sentence, is a doubt, weight."""
    best = Suggestion.objects.filter(deposit=deposit, customer=customer).order_by("rank").first()
    return _reasons(best) if best else []


def fee_span() -> tuple[int, int] | None:
    """The smallest and largest transfer fee that the policy lets go missing, in yen."""
    fees = policy_of_organization().fee_tolerances
    return (min(fees), max(fees)) if fees else None


def _reasons(suggestion: Suggestion) -> list[tuple[str, bool, int]]:
    return [(sentence(one), one["code"] in DOUBTS, one["weight"]) for one in suggestion.reasons]


_COUNTS = """
SELECT (SELECT count(*) FROM (SELECT 1 FROM banking_deposit deposit WHERE organization_id = %(organization)s AND state = 'open'
           AND NOT EXISTS (SELECT 1 FROM payments_returntodo todo WHERE todo.organization_id = %(organization)s
               AND todo.deposit_id = deposit.id AND todo.state = 'open'
               AND todo.amount_minor >= deposit.amount_minor - deposit.applied_minor) LIMIT %(most)s) waiting) AS open,
       (SELECT count(*) FROM payments_suggestion suggestion JOIN banking_deposit deposit ON deposit.id = suggestion.deposit_id
         WHERE suggestion.organization_id = %(organization)s AND rank = 0 AND grade = 'certain' AND deposit.state = 'open') AS certain,
       (SELECT count(*) FROM payments_decision WHERE organization_id = %(organization)s AND at >= %(since)s
           AND undone_at IS NULL AND outcome <> 'declined') AS done,
       count(*) AS arrived, count(*) FILTER (WHERE state = 'open') AS arrived_open
  FROM (SELECT state FROM banking_deposit WHERE organization_id = %(organization)s AND state <> 'cancelled'
           AND received_on >= coalesce((SELECT min(from_on) FROM banking_statement
                WHERE organization_id = %(organization)s AND state = 'read' AND received_at >= %(since)s), %(today)s)
         LIMIT %(most)s) round
"""


def _counted(day: datetime) -> dict[str, int]:
    (counts,) = fetched(_COUNTS, since=day, today=clock.today(), most=COUNT_CAP + 1)
    return counts


def _decided(day: datetime, typed: str) -> dict[UUID, Decision]:
    """The newest decisions of today by deposit; with a payer typed, of any day."""
    rows = Decision.objects.filter(undone_at=None).exclude(outcome=Decision.Outcome.DECLINED)
    key = name_key(typed).loose if typed else ""
    if key:
        named = Deposit.objects.filter(loose_key__gte=key, loose_key__lt=f"{key}\U0010ffff")
        rows = rows.filter(deposit_id__in=list(named.order_by("-received_on").values_list("pk", flat=True)[:200]))
    else:
        rows = rows.filter(at__gte=day)
    found: dict[UUID, Decision] = {}
    for row in rows.order_by("-at")[:LIST_SIZE]:
        found.setdefault(row.deposit_id, row)
    return found


def _listed(decisions: dict[UUID, Decision], shows_done: bool) -> list[Deposit]:
    if not shows_done:
        return list(deposits_to_reconcile().order_by("-received_on", "-pk")[:LIST_SIZE])
    found = Deposit.objects.in_bulk(list(decisions))
    return [found[key] for key in decisions if key in found]


def _row(deposit: Deposit, best: Suggestion | None, current: bool, decided: Decision | None) -> Row:
    method = METHODS.get(Deposit.Method(deposit.method), "")
    shown = best if best and best.allocations else None
    return Row(deposit, method, headline(best) if deposit.is_open else "", shown, current, decided)


def _chosen(candidates: list[Candidate], pick: int | None) -> Candidate | None:
    """What was asked for; else the best with open invoices, unless several customers fit equally well."""
    if pick is not None and candidates:
        return candidates[min(pick, len(candidates) - 1)]
    if tied([(one.suggestion, bool(one.invoices)) for one in candidates]):
        return None
    return next((one for one in candidates if one.invoices), candidates[0] if candidates else None)


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
    return Candidate(suggestion, customers.get(suggestion.customer_id), shown, _reasons(suggestion), closes)


def difference_of(suggestions: Sequence[Suggestion]) -> dict[int, str]:
    """By rank, what becomes of what is missing unless a person says otherwise: a fee by policy, the tax kept back."""
    has_fee = any(one.fee_minor for one in suggestions)
    fee = "open" if has_fee and policy_of_organization().claims_fees else "fee"
    return {one.rank: fee if one.fee_minor else "withholding" if one.withheld else "open" for one in suggestions}


def _made(deposit: Deposit) -> list[Allocation]:
    rows = Allocation.objects.filter(deposit=deposit, released_at=None).order_by("pk")
    return list(rows.select_related("invoice", "customer"))
