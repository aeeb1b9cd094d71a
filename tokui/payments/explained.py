"""The facts behind a customer's standing on a day, invoice by invoice, with what was left to pay after each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from tokui.core import clock
from tokui.core.ids import public_id
from tokui.invoices.models import CreditApplication
from tokui.payments.models import Allocation
from tokui.payments.policy import policy_of_organization
from tokui.payments.queries import InvoiceLine, invoice_standings
from tokui.payments.standing import Evidence, EvidenceKind, explain, situation_from


@dataclass(frozen=True)
class Fact:
    """One thing that happened to an invoice, and what was open afterwards. Amounts in minor units.

    `source` is the public id of the row it is from, `kind` says more than the row's type: payment, fee, write_off …
    """

    kind: str
    source: str
    on: date
    amount_minor: int
    left_minor: int


@dataclass(frozen=True)
class Account:
    """An invoice as it stood, with its facts in the order in which they count."""

    line: InvoiceLine
    facts: tuple[Fact, ...]


def evidence_of(
    customer_id: UUID, *, as_of: date | None = None, known_at: datetime | None = None, with_settled: bool = False
) -> list[Account]:
    """A customer's open invoices (`with_settled`: all) as they stood, oldest due first. Four statements."""
    on, known = as_of or clock.today(), known_at or clock.now()
    lines = invoice_standings(customers=[customer_id], as_of=on, known_at=known)
    shown = [line for line in lines if with_settled or line.standing.open_minor > 0]
    facts = _facts(shown, on, known)
    grace = policy_of_organization().grace_days
    return [_account(line, facts[line.invoice_id], on, grace) for line in shown]


def _account(line: InvoiceLine, facts: Sequence[Evidence], on: date, grace_days: int) -> Account:
    situation = situation_from(facts, on, due_on=line.due_on, grace_days=grace_days)
    steps = explain(situation, facts, on).steps
    return Account(
        line,
        tuple(
            Fact(dict(fact.fields)["kind"], fact.source_id, fact.on, fact.amount_minor, left) for fact, left in steps
        ),
    )


def _facts(lines: Sequence[InvoiceLine], on: date, known: datetime) -> dict[UUID, list[Evidence]]:
    found: dict[UUID, list[Evidence]] = defaultdict(list)
    for line in lines:
        source = public_id("inv", line.invoice_id)
        found[line.invoice_id].append(_fact(EvidenceKind.INVOICE, "invoice", source, line.issued_on, line.total_minor))
    keys = list(found)
    allocations = Allocation.objects.filter(invoice__in=keys, on__lte=on, recorded_at__lte=known)
    for row in allocations.exclude(released_on__lte=on, released_at__lte=known).order_by("on", "pk"):
        kind = EvidenceKind.WRITE_OFF if row.kind in Allocation.GIVEN_UP else EvidenceKind.ALLOCATION
        if row.invoice_id:
            found[row.invoice_id].append(_fact(kind, row.kind, row.public_id, row.on, row.amount_minor))
    for used in CreditApplication.objects.filter(invoice__in=keys, on__lte=on, recorded_at__lte=known).order_by("pk"):
        source = public_id("inv", used.credit_note_id)
        found[used.invoice_id].append(
            _fact(EvidenceKind.CREDIT_NOTE, "credit_note", source, used.on, used.amount_minor)
        )
    return found


def _fact(kind: EvidenceKind, told: str, source: str, on: date, amount_minor: int) -> Evidence:
    return Evidence(kind, on, amount_minor, source, (("kind", told),))
