"""Running the matcher over deposits: fetch by keys, post what is certain, keep suggestions for the rest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from tokui import access
from tokui.access.permissions import PAYMENTS_ALLOCATE
from tokui.banking.models import Deposit
from tokui.core import clock
from tokui.core.actors import SYSTEM, Actor
from tokui.core.errors import NotFound, Refusal
from tokui.core.events import emit_many
from tokui.core.ids import uuid7, uuid7_many
from tokui.core.locks import advisory_lock, lock_all
from tokui.core.tenancy import require_organization
from tokui.invoices.models import Invoice
from tokui.payments.actions.allocating import Allocated, Use, allocate, counting_day
from tokui.payments.actions.returning import ask_returns_of_twins
from tokui.payments.candidates import Facts, gather, same_amounts
from tokui.payments.events import DepositAllocated
from tokui.payments.matching import Grade, Proposal, match, shares
from tokui.payments.models import Allocation, Decision, PaymentPolicy, Suggestion
from tokui.payments.policy import matcher_policy, policy_of_organization
from tokui.payments.posting import NewAllocation, accounts_of, make_allocations
from tokui.payments.queries import deposits_to_reconcile
from tokui.payments.reasons import stored_reasons
from tokui.payments.standings import refresh_standings

BATCH = 5_000


@dataclass(frozen=True)
class Matched:
    """What a run did."""

    looked_at: int = 0
    posted: int = 0
    suggested: int = 0
    unknown: int = 0

    def __add__(self, other: Matched) -> Matched:
        return Matched(
            self.looked_at + other.looked_at,
            self.posted + other.posted,
            self.suggested + other.suggested,
            self.unknown + other.unknown,
        )


def match_all(*, by: Actor = SYSTEM) -> Matched:
    """Match every open deposit anew, in batches."""
    return match_deposits(None, by=by)


def match_deposits(deposit_ids: Iterable[UUID] | None, *, by: Actor = SYSTEM) -> Matched:
    """Match open deposits (None: all). Certain answers are posted when the policy says so, others become suggestions.

    What waits to be sent back is left out, and what looks paid twice is put there.
    A constant number of statements per batch of 5,000; only one run at a time in an organization.
    """
    access.require(by, PAYMENTS_ALLOCATE)
    open_ids = deposits_to_reconcile().order_by("received_on", "pk").values_list("pk", flat=True)
    wanted = list(open_ids if deposit_ids is None else open_ids.filter(pk__in=list(deposit_ids)))
    done = Matched()
    for start in range(0, len(wanted), BATCH):
        with transaction.atomic():
            done += _match_batch(wanted[start : start + BATCH], by)
    return done


def confirm_suggestion(
    suggestion: Suggestion, *, by: Actor, difference: str = "", memo: str = "", keep_rest: bool = False
) -> Allocated:
    """Post a suggestion as it stands. `difference` says what becomes of what is missing: "" leaves it open; fee,
    discount, write_off or withholding closes it. `keep_rest` holds what is over as the customer's advance."""
    uses = uses_of(suggestion, difference)
    over = suggestion.over_minor if keep_rest else 0
    return allocate(
        suggestion.deposit, uses, by=by, memo=memo, advance_minor=over, advance_customer=suggestion.customer
    )


@transaction.atomic
def confirm_certain(*, by: Actor) -> Matched:
    """Post all suggestions that are certain but were left to a person (posting by itself is off, or a rule held it)."""
    access.require(by, PAYMENTS_ALLOCATE)
    rows = Suggestion.objects.filter(rank=0, grade=Grade.CERTAIN, deposit__state=Deposit.State.OPEN)
    waiting = {row.deposit_id: row for row in rows.select_related("deposit")}
    posted = 0
    for key in sorted(waiting):
        try:
            with transaction.atomic():
                confirm_suggestion(waiting[key], by=by)
                posted += 1
        except Refusal:
            continue  # someone was faster, or the invoice changed: it stays in the list
    return Matched(len(waiting), posted)


def uses_of(suggestion: Suggestion, difference: str = "") -> list[Use]:
    """A suggestion as uses: the last invoices carry what is missing, because the oldest are paid first.

    Tax that the payer kept back is withholding. A fee that the matcher found is a fee or, by policy, stays owed, unless
    another `difference` is given; "open" leaves owed what is missing beside the tax, or all if there is no fee.
    """
    kind = difference or (
        Allocation.Kind.FEE if suggestion.fee_minor and not policy_of_organization().claims_fees else ""
    )
    found = Invoice.objects.filter(pk__in=[key for key, _amount in suggestion.allocations])
    open_minor = {
        str(key): total - settled for key, total, settled in found.values_list("pk", "total_minor", "settled_minor")
    }
    if any(key not in open_minor for key, _amount in suggestion.allocations):
        raise NotFound
    is_all_open = difference == "open" and not suggestion.fee_minor
    withheld = {} if is_all_open else dict(suggestion.withheld)
    uses = []
    for share in shares(suggestion.allocations, withheld, suggestion.deposit.left_minor):
        missing = open_minor[share.invoice] - share.paid_minor - share.withheld_minor
        parts = (
            (Allocation.Kind.PAYMENT, share.paid_minor),
            (Allocation.Kind.WITHHOLDING, share.withheld_minor),
            (kind, missing if kind and kind != "open" else 0),
        )
        uses += [Use(UUID(share.invoice), amount, part) for part, amount in parts if amount > 0]
    return uses


def _match_batch(ids: Sequence[UUID], by: Actor) -> Matched:
    advisory_lock("payments.match", [require_organization()])
    policy = policy_of_organization()
    deposits = {row.pk: row for row in lock_all(deposits_to_reconcile().filter(pk__in=ids))}
    facts = gather(list(deposits.values()), matcher_policy(policy))
    best = _answers(facts, policy)
    certain = {key: found[0] for key, found in best.items() if _is_postable(found[0], facts, policy)}
    posted = _post(certain, deposits, facts, policy, by)
    rest = {key: found for key, found in best.items() if key not in posted and key in deposits}
    suggested = _suggest(rest, facts)
    ask_returns_of_twins({key: found[0] for key, found in rest.items() if key not in facts.returned}, deposits, by=by)
    return Matched(len(deposits), len(posted), suggested, len(deposits) - len(posted) - suggested)


def _answers(facts: Facts, policy: PaymentPolicy) -> dict[UUID, list[Proposal]]:
    """Proposals by deposit. Where nobody was found, open invoices of just this amount are looked up in a second step."""
    rules = matcher_policy(policy)
    found: dict[UUID, list[Proposal]] = {}
    for proposal in match(facts.deposits, facts.payers, facts.invoices, rules, facts.declined, facts.earlier):
        found.setdefault(proposal.deposit_id, []).append(proposal)  # type: ignore[arg-type]
    lost = [one for one in facts.deposits if not found[one.id][0].allocations and found[one.id][0].customer_id is None]  # type: ignore[index]
    same = same_amounts(lost)
    if same:
        again: dict[UUID, list[Proposal]] = {}
        for proposal in match(lost, [], same, rules, facts.declined):
            again.setdefault(proposal.deposit_id, []).append(proposal)  # type: ignore[arg-type]
        found |= again
    return found


def _is_postable(best: Proposal, facts: Facts, policy: PaymentPolicy) -> bool:
    return (
        policy.posts_certain
        and best.grade is Grade.CERTAIN
        and bool(best.allocations)
        and best.deposit_id not in facts.touched
    )


def _post(
    certain: dict[UUID, Proposal], deposits: dict[UUID, Deposit], facts: Facts, policy: PaymentPolicy, by: Actor
) -> set[UUID]:
    """Allocate the certain ones as a set; if one is refused (someone was faster), each alone."""
    if not certain:
        return set()
    try:
        with transaction.atomic():
            _post_set(certain, deposits, facts, policy, by)
        return set(certain)
    except Refusal:
        posted = set()
        for key, proposal in certain.items():
            try:
                with transaction.atomic():
                    _post_set({key: proposal}, deposits, facts, policy, by)
                posted.add(key)
            except Refusal:
                continue
        return posted


def _post_set(
    certain: dict[UUID, Proposal], deposits: dict[UUID, Deposit], facts: Facts, policy: PaymentPolicy, by: Actor
) -> None:
    decisions = dict(zip(sorted(certain), uuid7_many(len(certain)), strict=True))
    wanted: set[Any] = {key for proposal in certain.values() for key, _amount in proposal.allocations}
    invoices = {row.pk: row for row in lock_all(Invoice.objects.filter(pk__in=wanted))}
    rows: list[NewAllocation] = []
    closed: dict[date, bool] = {}
    for key, proposal in certain.items():
        rows += _rows(proposal, deposits[key], invoices, policy, decisions[key], closed)
    make_allocations(rows, by=by)
    now = clock.now()
    Decision.objects.bulk_create(
        [
            Decision(
                id=decisions[key],
                organization_id=deposits[key].organization_id,
                deposit_id=key,
                outcome=Decision.Outcome.AUTOMATIC,
                grade=proposal.grade.value,
                score=proposal.score,
                reason=proposal.reasons[0].code.value,
                by=by.name,
                at=now,
            )
            for key, proposal in certain.items()
        ],
        batch_size=5000,
    )
    Suggestion.objects.filter(deposit_id__in=list(certain)).delete()
    refresh_standings({row.customer_id for row in rows if row.customer_id}, by=by)
    _announce(rows, by)


def _rows(
    proposal: Proposal,
    deposit: Deposit,
    invoices: dict[UUID, Invoice],
    policy: PaymentPolicy,
    decision: UUID,
    closed: dict[date, bool],
) -> list[NewAllocation]:
    """Payments oldest first; the fee on the invoice where the money ran out, unless the policy leaves it owed."""
    rows = []
    reasons = stored_reasons(proposal.reasons)
    for share in shares(proposal.allocations, dict(proposal.withheld), deposit.left_minor):
        invoice = invoices[share.invoice]
        parts = (
            (Allocation.Kind.PAYMENT, share.paid_minor),
            (Allocation.Kind.WITHHOLDING, share.withheld_minor),
            (Allocation.Kind.FEE, 0 if policy.claims_fees else share.missing_minor),
        )
        for kind, part in parts:
            if part <= 0:
                continue
            debit, credit = accounts_of(kind, invoice.customer_id)
            rows.append(
                NewAllocation(
                    decision=decision,
                    customer_id=invoice.customer_id,
                    amount_minor=part,
                    on=counting_day(deposit.received_on, [invoice], closed),
                    currency=deposit.currency,
                    kind=kind,
                    deposit_id=deposit.pk,
                    invoice_id=invoice.pk,
                    is_automatic=True,
                    grade=proposal.grade.value,
                    reasons=reasons,
                    debit=debit,
                    credit=credit,
                )
            )
    return rows


def _announce(rows: Sequence[NewAllocation], by: Actor) -> None:
    groups: dict[tuple[UUID, UUID, UUID], list[NewAllocation]] = {}
    for row in rows:
        if row.deposit_id and row.customer_id:
            groups.setdefault((row.decision, row.deposit_id, row.customer_id), []).append(row)
    facts = [
        DepositAllocated(
            decision,
            deposit,
            customer,
            sum(row.amount_minor for row in mine if row.kind == Allocation.Kind.PAYMENT),
            mine[0].currency,
            mine[0].on,
            tuple(sorted({row.invoice_id for row in mine if row.invoice_id})),
            automatic=True,
        )
        for (decision, deposit, customer), mine in groups.items()
    ]
    emit_many(facts, about=[one.deposit_id for one in facts], about_type="banking.deposit", by=by)


def _held(hold: str) -> list[dict[str, Any]]:
    """Why a deposit is held, as one more reason beside the matcher's."""
    return [{"code": hold, "weight": 0, "fields": {}}] if hold else []


def _suggest(rest: dict[UUID, list[Proposal]], facts: Facts) -> int:
    """Write suggestions in place of earlier ones; returns how many deposits got one that names invoices."""
    organization, now = require_organization(), clock.now()
    Suggestion.objects.filter(deposit_id__in=list(rest)).delete()
    rows = [
        Suggestion(
            id=uuid7(),
            organization_id=organization,
            deposit_id=key,
            rank=rank,
            customer_id=proposal.customer_id,  # type: ignore[misc]  # the matcher's ids are any hashable
            grade=Grade.LIKELY if proposal.grade is Grade.CERTAIN and key in facts.touched else proposal.grade.value,
            score=proposal.score,
            reasons=[*stored_reasons(proposal.reasons), *_held(facts.holds.get(key, ""))],
            allocations=[[str(invoice), amount] for invoice, amount in proposal.allocations],
            withheld=[[str(invoice), amount] for invoice, amount in proposal.withheld],
            fee_minor=proposal.fee_minor,
            over_minor=proposal.over_minor,
            short_minor=proposal.short_minor,
            rivals=proposal.rivals,
            suggested_at=now,
        )
        for key, found in rest.items()
        for rank, proposal in enumerate(found)
        if proposal.customer_id is not None
    ]
    Suggestion.objects.bulk_create(rows, batch_size=5000)
    return len({row.deposit_id for row in rows})
