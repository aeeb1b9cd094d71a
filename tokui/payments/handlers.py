"""What payments hears: the bank's news and the invoices', within their transaction where a number depends on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db import connection

from tokui.banking.events import DepositCancelled, DepositRecorded, DepositRestored, StatementRead
from tokui.banking.models import Deposit, Statement
from tokui.core.actors import SYSTEM, Actor
from tokui.core.events import Announced, on, within
from tokui.core.ids import uuid7_many
from tokui.core.jobs import daily
from tokui.core.tenancy import require_organization
from tokui.customers.events import ContactAdded, CustomerChanged, PayerNameLearned, RelationshipAdded
from tokui.invoices.events import (
    CreditApplied,
    CreditNoteIssued,
    CreditRefunded,
    CreditTakenBack,
    InvoiceIssued,
    InvoiceVoided,
)
from tokui.payments.actions.matching import match_deposits
from tokui.payments.actions.releasing import release_of_deposits, release_of_invoices
from tokui.payments.candidates import invoice_key
from tokui.payments.events import DepositAllocated, RemitterCodeLearned
from tokui.payments.payers import waiting_deposits_of
from tokui.payments.standings import refresh_standings, roll_standings

#: What of a customer's record a deposit is recognised by.
RECOGNISED_BY = frozenset({"name", "kana", "bill_to_id"})


@within(InvoiceIssued)
def know_invoices(facts: Sequence[InvoiceIssued], by: Actor) -> None:
    """Issued: standing changes at once, and the number can be quoted in a transfer."""
    _write_keys([(one.invoice_id, invoice_key(one.number)) for one in facts])
    refresh_standings({one.customer_id for one in facts}, by=by, announce=False)


@within(CreditNoteIssued)
def know_credit(facts: Sequence[CreditNoteIssued], by: Actor) -> None:
    refresh_standings({one.customer_id for one in facts}, by=by)


@within(CreditApplied)
def know_use_of_credit(facts: Sequence[CreditApplied], by: Actor) -> None:
    refresh_standings({one.customer_id for one in facts}, by=by)


@within(CreditTakenBack)
def know_credit_back(facts: Sequence[CreditTakenBack], by: Actor) -> None:
    refresh_standings({one.customer_id for one in facts}, by=by)


@within(CreditRefunded)
def know_credit_refunded(facts: Sequence[CreditRefunded], by: Actor) -> None:
    refresh_standings({one.customer_id for one in facts}, by=by)


@within(InvoiceVoided)
def release_voided(facts: Sequence[InvoiceVoided], by: Actor) -> None:
    release_of_invoices([one.invoice_id for one in facts], by=by)
    refresh_standings({one.customer_id for one in facts}, by=by)


@within(DepositCancelled)
def release_cancelled(facts: Sequence[DepositCancelled], by: Actor) -> None:
    release_of_deposits([(one.deposit_id, one.on) for one in facts], by=by)


@on(StatementRead)
def match_statement(announced: Sequence[Announced]) -> None:
    """One pass over the open deposits of the files read, so that what belongs together is seen together; and over those
    of which a file of another format has told more."""
    statements = [one.facts.statement_id for one in announced]
    match_deposits(
        Deposit.objects.filter(line__statement__in=statements).values_list("pk", flat=True).iterator(), by=SYSTEM
    )
    for one in Statement.objects.filter(pk__in=statements, enriched_count__gt=0, from_on__isnull=False):
        known_better = Deposit.objects.filter(
            account=one.account_id, line__booked_on__range=(one.from_on, one.to_on), state=Deposit.State.OPEN
        )
        match_deposits(list(known_better.values_list("pk", flat=True)), by=SYSTEM)


@on(DepositRecorded)
def match_recorded(announced: Sequence[Announced]) -> None:
    """Deposits by hand and from result lists; those of a file wait for their file."""
    ids = [one.facts.deposit_id for one in announced]
    by_hand = list(Deposit.objects.filter(pk__in=ids, line=None).values_list("pk", flat=True))
    if by_hand:
        match_deposits(by_hand, by=SYSTEM)


@on(DepositRestored)
def match_restored(announced: Sequence[Announced]) -> None:
    match_deposits([one.facts.deposit_id for one in announced], by=SYSTEM)


@on(InvoiceIssued)
def match_waiting_for_invoices(announced: Sequence[Announced]) -> None:
    _match_waiting([one.facts.customer_id for one in announced])


@on(PayerNameLearned)
def match_waiting_for_names(announced: Sequence[Announced]) -> None:
    _match_waiting([one.facts.customer_id for one in announced])


@on(RemitterCodeLearned)
def match_waiting_for_codes(announced: Sequence[Announced]) -> None:
    _match_waiting([one.facts.customer_id for one in announced])


@on(DepositAllocated)
def match_waiting_for_what_is_left(announced: Sequence[Announced]) -> None:
    """A person has used an invoice that other deposits were proposed for. A run of the matcher has seen to that itself."""
    _match_waiting([one.facts.customer_id for one in announced if not one.facts.automatic])


@on(RelationshipAdded)
def match_waiting_for_relatives(announced: Sequence[Announced]) -> None:
    _match_waiting([key for one in announced for key in (one.facts.customer_id, one.facts.other_id)])


@on(ContactAdded)
def match_waiting_for_persons(announced: Sequence[Announced]) -> None:
    _match_waiting([one.facts.customer_id for one in announced if one.facts.kind == "person"])


@on(CustomerChanged)
def match_waiting_for_changed(announced: Sequence[Announced]) -> None:
    _match_waiting([one.facts.customer_id for one in announced if RECOGNISED_BY.intersection(one.facts.fields)])


@daily
def roll(day: date) -> None:
    roll_standings(day)


def _match_waiting(customer_ids: Sequence[UUID]) -> None:
    """Something new is known of customers: deposits that may be theirs are matched anew."""
    waiting = waiting_deposits_of(customer_ids)
    if waiting:
        match_deposits(waiting, by=SYSTEM)


def _write_keys(rows: Sequence[tuple[UUID, str]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO payments_invoicekey (id, organization_id, invoice_id, key) SELECT id, %s, invoice_id, key "
            "FROM unnest(%s::uuid[], %s::uuid[], %s::text[]) AS row (id, invoice_id, key) WHERE key <> '' ON CONFLICT DO NOTHING",
            [require_organization(), uuid7_many(len(rows)), [key for key, _ in rows], [text for _, text in rows]],
        )
