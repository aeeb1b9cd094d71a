"""What the matcher must know of a batch of deposits, fetched by their keys in a constant number of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tokui.banking.models import Deposit, VirtualAccount
from tokui.customers.names import NameKey, name_key
from tokui.payments.matching import (
    CandidateKeys,
    DepositFacts,
    EarlierPayment,
    InvoiceFacts,
    PayerFacts,
    Policy,
    candidate_keys,
    reference_keys,
)
from tokui.payments.models import Decision, Declined, ReturnToDo
from tokui.payments.payers import Payers
from tokui.payments.queries import fetched_tuples

NAMES_PER_STEM = 60
NAMES_PER_CUT = 200
#: A customer with more open invoices than this is shown its oldest ones.
INVOICES_PER_PAYER = 400
SAME_AMOUNT = 6
#: How far back the same payment is looked for: a month, and the days by which people are late.
TWICE_WITHIN_DAYS = 45


@dataclass(frozen=True)
class Facts:
    deposits: list[DepositFacts]
    payers: list[PayerFacts]
    invoices: list[InvoiceFacts]
    declined: set[tuple[UUID, UUID]]
    #: Deposits that a person has decided about, that were to be sent back or are held: nothing is posted automatically.
    touched: set[UUID]
    #: Of these, those that are or were on the list of returns.
    returned: set[UUID]
    #: The same payment that came before, by deposit.
    earlier: Mapping[Any, Sequence[EarlierPayment]]
    #: Why a deposit is held: its virtual account was nobody's that day, or another customer's before.
    holds: dict[UUID, str]


def gather(deposits: Sequence[Deposit], policy: Policy) -> Facts:
    """The facts of a batch: deposits, everybody they could be from, and what those owe."""
    ids = [row.pk for row in deposits]
    returns = list(ReturnToDo.objects.filter(deposit_id__in=ids).values_list("deposit_id", "state", "amount_minor"))
    held = {deposit: minor for deposit, state, minor in returns if state == ReturnToDo.State.OPEN}
    quoted = _invoices_behind(deposits)
    facts = [deposit_facts(row, held.get(row.pk, 0), quoted.get(row.virtual_account, "")) for row in deposits]
    keys = [candidate_keys(one, policy) for one in facts]
    referenced = _referenced(keys)
    payers = Payers()
    payers.add_all(_hits(keys, deposits))
    payers.add_all(invoice.customer_id for invoice in referenced)  # type: ignore[misc]
    owners = payers.complete()
    invoices = {invoice.id: invoice for invoice in (*_open_of(owners), *referenced)}
    returned = {deposit for deposit, _state, _minor in returns}
    holds = {row.pk: row.hold for row in deposits if row.hold}
    return Facts(
        deposits=facts,
        payers=payers.facts(keys, deposits),
        invoices=list(invoices.values()),
        declined=set(Declined.objects.filter(deposit_id__in=ids).values_list("deposit_id", "invoice_id")),
        touched=set(
            Decision.objects.filter(deposit_id__in=ids)
            .exclude(outcome=Decision.Outcome.AUTOMATIC, undone_at=None)
            .values_list("deposit_id", flat=True)
        )
        | returned
        | set(holds),
        returned=returned,
        holds=holds,
        earlier=_earlier(ids),
    )


def deposit_facts(row: Deposit, held_minor: int = 0, quoted: str = "") -> DepositFacts:
    """A known payer (counter, result list) speaks like a virtual account of that customer's own.

    `held_minor` of it is to be sent back and so not there to be matched; `quoted` is the number of the one invoice that
    its virtual account stands for, and counts like one in the text.
    """
    return DepositFacts(
        id=row.pk,
        amount_minor=row.left_minor - held_minor,
        currency=row.currency,
        booked_on=row.received_on,
        name=name_key(row.payer_raw) if row.payer_raw else NameKey("", ""),
        payer_raw=row.payer_raw,
        bank_account_id=row.account_id or row.pk,
        text=f"{row.text if row.text != row.payer_raw else ''} {quoted}".strip(),
        edi=row.edi,
        remitter_code=row.remitter_code.strip("0 ") and row.remitter_code,
        virtual_account=f"customer:{row.customer_id}" if row.customer_id else row.virtual_account,
    )


def _invoices_behind(deposits: Sequence[Deposit]) -> dict[str, str]:
    """Virtual accounts that stand for one invoice, with its number. Held deposits do not speak for one."""
    codes = {row.virtual_account for row in deposits if row.virtual_account and not row.hold}
    if not codes:
        return {}
    rows = VirtualAccount.objects.filter(code__in=codes, state=VirtualAccount.State.ASSIGNED).exclude(invoice_number="")
    return dict(rows.values_list("code", "invoice_number"))


def same_amounts(lost: Sequence[DepositFacts]) -> list[InvoiceFacts]:
    """Untouched open invoices of just the amounts of deposits that nobody claims: a few of each."""
    if not lost:
        return []
    return _invoices(
        f"""
        SELECT invoice.* FROM (SELECT DISTINCT unnest(%(amounts)s::bigint[]) AS amount_minor) wanted CROSS JOIN LATERAL (
            SELECT {_ASKED} FROM invoices_invoice invoice
             WHERE organization_id = %(organization)s AND total_minor = wanted.amount_minor AND state = 'issued'
               AND settled_minor = 0 AND kind <> 'credit_note' ORDER BY due_on, id LIMIT %(limit)s) invoice
        """,
        amounts=[one.amount_minor for one in lost],
        limit=SAME_AMOUNT,
    )


def invoice_key(number: str) -> str:
    """The one key under which an invoice number is looked up: its digits, or all of it when it has few digits."""
    return reference_keys(number)[-1][:40]


#: The columns of an invoice as the matcher sees it; the tax still to be withheld is reckoned only where there is any.
_ASKED = """invoice.id, number, customer_id, total_minor - settled_minor, currency, due_on, issued_on,
            CASE WHEN withholding_minor > 0 THEN greatest(0, withholding_minor - coalesce((
                SELECT sum(kept.amount_minor) FROM payments_allocation kept WHERE kept.organization_id = %(organization)s
                   AND kept.invoice_id = invoice.id AND kept.kind = 'withholding' AND kept.released_at IS NULL), 0))
                 ELSE 0 END::bigint"""


def _referenced(keys: Sequence[CandidateKeys]) -> list[InvoiceFacts]:
    tokens = {invoice_key(token) for one in keys for token in one.references}
    return _invoices(
        f"""
        SELECT {_ASKED}
          FROM unnest(%(tokens)s::text[]) AS token
          JOIN payments_invoicekey quoted ON quoted.organization_id = %(organization)s AND quoted.key = token
          JOIN invoices_invoice invoice ON invoice.organization_id = %(organization)s AND invoice.id = quoted.invoice_id
         WHERE state = 'issued' AND settled_minor < total_minor AND kind <> 'credit_note'
        """,
        tokens=sorted(tokens),
    )


def _open_of(customers: Iterable[UUID]) -> list[InvoiceFacts]:
    return _invoices(
        f"""
        SELECT invoice.* FROM unnest(%(customers)s::uuid[]) AS wanted (customer_id) CROSS JOIN LATERAL (
            SELECT {_ASKED} FROM invoices_invoice invoice
             WHERE organization_id = %(organization)s AND customer_id = wanted.customer_id AND state = 'issued'
               AND settled_minor <> total_minor AND kind <> 'credit_note' ORDER BY due_on LIMIT %(limit)s) invoice
        """,
        customers=sorted(customers),
        limit=INVOICES_PER_PAYER,
    )


def _invoices(sql: str, **values: Any) -> list[InvoiceFacts]:
    return [
        InvoiceFacts(key, number, customer, None, open_minor, currency, due, issued, withholding_minor=withheld)
        for key, number, customer, open_minor, currency, due, issued, withheld in fetched_tuples(sql, **values)
    ]


def _earlier(deposit_ids: Sequence[UUID]) -> dict[UUID, list[EarlierPayment]]:
    """By deposit: what came from the same payer, with the same amount, to the same account, and has settled invoices."""
    found: dict[UUID, list[EarlierPayment]] = defaultdict(list)
    for deposit, before, on, customer in fetched_tuples(_EARLIER, deposits=list(deposit_ids), days=TWICE_WITHIN_DAYS):
        found[deposit].append(EarlierPayment(before, on, customer))
    return found


_EARLIER = """
SELECT deposit.id, before.id, before.received_on, paid.customer_id
  FROM banking_deposit deposit
  JOIN banking_deposit before ON before.organization_id = %(organization)s AND before.loose_key = deposit.loose_key
   AND before.amount_minor = deposit.amount_minor AND before.currency = deposit.currency
   AND before.account_id IS NOT DISTINCT FROM deposit.account_id AND before.state = 'settled' AND before.id <> deposit.id
   AND before.received_on BETWEEN deposit.received_on - %(days)s AND deposit.received_on
 CROSS JOIN LATERAL (SELECT customer_id FROM payments_allocation WHERE organization_id = %(organization)s
        AND deposit_id = before.id AND kind = 'payment' AND released_at IS NULL LIMIT 1) paid
 WHERE deposit.organization_id = %(organization)s AND deposit.id = ANY(%(deposits)s) AND deposit.loose_key <> ''
"""


def _hits(keys: Sequence[CandidateKeys], deposits: Sequence[Deposit]) -> set[UUID]:
    """Customers to whom a name, a learned name, a code or an account of any deposit of the batch points."""
    found = {row.customer_id for row in deposits if row.customer_id}
    rows = fetched_tuples(
        _HITS,
        loose=sorted({one.loose for one in keys if one.loose}),
        cuts=sorted({one.cut for one in keys if one.cut}),
        stems=sorted({one.stem for one in keys if one.stem}),
        strict=sorted({one.learned[1] for one in keys if one.learned[1]}),
        codes=sorted({one.remitter_code for one in keys if one.remitter_code}),
        accounts=sorted({one.virtual_account for one in keys if one.virtual_account}),
        per_cut=NAMES_PER_CUT,
        per_stem=NAMES_PER_STEM,
    )
    return found | {row[0] for row in rows}


_HITS = """
SELECT customer_id FROM customers_customerkey
 WHERE organization_id = %(organization)s AND kind = 'loose' AND key = ANY(%(loose)s)
 UNION
SELECT hit.customer_id FROM unnest(%(cuts)s::text[]) AS cut CROSS JOIN LATERAL (
    SELECT customer_id FROM customers_customerkey
     WHERE organization_id = %(organization)s AND key ^@ cut AND kind = 'loose' LIMIT %(per_cut)s) hit
 UNION
SELECT hit.customer_id FROM unnest(%(stems)s::text[]) AS stem CROSS JOIN LATERAL (
    SELECT customer_id FROM customers_customerkey
     WHERE organization_id = %(organization)s AND key ^@ stem AND kind = 'loose' LIMIT %(per_stem)s) hit
 UNION
SELECT customer_id FROM customers_payername
 WHERE organization_id = %(organization)s AND strict_key = ANY(%(strict)s) AND revoked_at IS NULL
 UNION
SELECT customer_id FROM payments_payersign
 WHERE organization_id = %(organization)s AND revoked_at IS NULL
   AND ((kind = 'remitter_code' AND value = ANY(%(codes)s)) OR (kind = 'virtual_account' AND value = ANY(%(accounts)s)))
 UNION
SELECT coalesce(customer_id, former_customer_id) FROM banking_virtualaccount
 WHERE organization_id = %(organization)s AND code = ANY(%(accounts)s)
   AND coalesce(customer_id, former_customer_id) IS NOT NULL
"""
