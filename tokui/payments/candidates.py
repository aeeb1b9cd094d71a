"""What the matcher must know of a batch of deposits, fetched by their keys in a constant number of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection

from tokui.banking.models import Deposit, VirtualAccount
from tokui.core.tenancy import require_organization
from tokui.customers.names import NameKey, name_key
from tokui.payments.matching import (
    CandidateKeys,
    DepositFacts,
    InvoiceFacts,
    LearnedName,
    PayerFacts,
    PayerName,
    Policy,
    candidate_keys,
    reference_keys,
)
from tokui.payments.models import Decision, Declined

#: How much a name counts that is not the customer's own.
RELATIVE_WEIGHT = 90
NAMES_PER_STEM = 60
NAMES_PER_CUT = 200
#: A customer with more open invoices than this is shown its oldest ones.
INVOICES_PER_PAYER = 400
SAME_AMOUNT = 6


@dataclass(frozen=True)
class Facts:
    deposits: list[DepositFacts]
    payers: list[PayerFacts]
    invoices: list[InvoiceFacts]
    declined: set[tuple[UUID, UUID]]
    #: Deposits that a person has decided about before, or that are held: nothing is posted for them automatically.
    touched: set[UUID]
    #: Why a deposit is held: its virtual account was nobody's that day, or another customer's before.
    holds: dict[UUID, str]


def gather(deposits: Sequence[Deposit], policy: Policy) -> Facts:
    """The facts of a batch: deposits, everybody they could be from, and what those owe."""
    quoted = _invoices_behind(deposits)
    facts = [deposit_facts(row, quoted.get(row.virtual_account, "")) for row in deposits]
    keys = [candidate_keys(one, policy) for one in facts]
    referenced = _referenced(keys)
    payers = _Payers()
    payers.add_all(_hits(keys, deposits))
    payers.add_all(invoice.customer_id for invoice in referenced)  # type: ignore[misc]
    owners = payers.complete()
    invoices = {invoice.id: invoice for invoice in (*_open_of(owners), *referenced)}
    ids = [row.pk for row in deposits]
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
        | set(holds),
        holds=holds,
    )


def deposit_facts(row: Deposit, quoted: str = "") -> DepositFacts:
    """A known payer (counter, result list) speaks like a virtual account of that customer's own; a virtual account of
    one invoice, like that invoice's number (`quoted`) in the text."""
    return DepositFacts(
        id=row.pk,
        amount_minor=row.left_minor,
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
        """
        SELECT invoice.* FROM (SELECT DISTINCT unnest(%(amounts)s::bigint[]) AS amount_minor) wanted CROSS JOIN LATERAL (
            SELECT id, number, customer_id, total_minor - settled_minor, currency, due_on, issued_on FROM invoices_invoice invoice
             WHERE organization_id = %(organization)s AND total_minor = wanted.amount_minor AND state = 'issued'
               AND settled_minor = 0 AND kind <> 'credit_note' ORDER BY due_on, id LIMIT %(limit)s) invoice
        """,
        amounts=[one.amount_minor for one in lost],
        limit=SAME_AMOUNT,
    )


def invoice_key(number: str) -> str:
    """The one key under which an invoice number is looked up: its digits, or all of it when it has few digits."""
    return reference_keys(number)[-1][:40]


def _referenced(keys: Sequence[CandidateKeys]) -> list[InvoiceFacts]:
    tokens = {invoice_key(token) for one in keys for token in one.references}
    return _invoices(
        """
        SELECT invoice.id, number, customer_id, total_minor - settled_minor, currency, due_on, issued_on
          FROM unnest(%(tokens)s::text[]) AS token
          JOIN payments_invoicekey quoted ON quoted.organization_id = %(organization)s AND quoted.key = token
          JOIN invoices_invoice invoice ON invoice.organization_id = %(organization)s AND invoice.id = quoted.invoice_id
         WHERE state = 'issued' AND settled_minor < total_minor AND kind <> 'credit_note'
        """,
        tokens=sorted(tokens),
    )


def _open_of(customers: Iterable[UUID]) -> list[InvoiceFacts]:
    return _invoices(
        """
        SELECT invoice.* FROM unnest(%(customers)s::uuid[]) AS wanted (customer_id) CROSS JOIN LATERAL (
            SELECT id, number, customer_id, total_minor - settled_minor, currency, due_on, issued_on FROM invoices_invoice invoice
             WHERE organization_id = %(organization)s AND customer_id = wanted.customer_id AND state = 'issued'
               AND settled_minor <> total_minor AND kind <> 'credit_note' ORDER BY due_on LIMIT %(limit)s) invoice
        """,
        customers=sorted(customers),
        limit=INVOICES_PER_PAYER,
    )


def _invoices(sql: str, **values: Any) -> list[InvoiceFacts]:
    return [
        InvoiceFacts(key, number, customer, None, open_minor, currency, due_on=due, issued_on=issued)
        for key, number, customer, open_minor, currency, due, issued in _rows(sql, **values)
    ]


def _hits(keys: Sequence[CandidateKeys], deposits: Sequence[Deposit]) -> set[UUID]:
    """Customers to whom a name, a learned name, a code or an account of any deposit of the batch points."""
    found = {row.customer_id for row in deposits if row.customer_id}
    rows = _rows(
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


@dataclass
class _Payers:
    """Candidates and the names by which each may pay."""

    ids: set[UUID] = field(default_factory=set)
    names: dict[UUID, dict[tuple[str, str], PayerName]] = field(default_factory=lambda: defaultdict(dict))

    def add_all(self, ids: Iterable[UUID]) -> None:
        self.ids |= set(ids)

    def complete(self) -> set[UUID]:
        """Add those for whom a candidate pays (guardian, parent company, pays for) and those who pay for it (bill-to)."""
        rows = _rows(
            """
            SELECT to_customer_id FROM customers_relationship WHERE organization_id = %(organization)s
               AND from_customer_id = ANY(%(ids)s) AND kind IN ('guardian', 'parent_company', 'pays_for', 'partner', 'employee')
             UNION
            SELECT bill_to_id FROM customers_customer WHERE organization_id = %(organization)s AND id = ANY(%(ids)s)
               AND bill_to_id IS NOT NULL
            """,
            ids=list(self.ids),
        )
        self.ids |= {row[0] for row in rows}
        return self.ids

    def facts(self, keys: Sequence[CandidateKeys], deposits: Sequence[Deposit]) -> list[PayerFacts]:
        for customer, kind, text, bearer in _rows(_NAMES, ids=list(self.ids)):
            self._name(customer, kind, text, bearer)
        learned: dict[UUID, list[LearnedName]] = defaultdict(list)
        strict = sorted({one.learned[1] for one in keys if one.learned[1]})
        for customer, name, account in _rows(_LEARNED, strict=strict):
            learned[customer].append(LearnedName(name, account))
        signs: dict[tuple[UUID, str], list[str]] = defaultdict(list)
        for customer, kind, value in _rows(_SIGNS, ids=list(self.ids)):
            signs[customer, kind].append(value)
        known = {row.customer_id for row in deposits if row.customer_id}
        for customer in known:
            signs[customer, "virtual_account"].append(f"customer:{customer}")
        return [
            PayerFacts(
                customer_id=customer,
                names=tuple(self.names[customer].values()),
                learned=tuple(learned[customer]),
                remitter_codes=tuple(signs[customer, "remitter_code"]),
                virtual_accounts=tuple(signs[customer, "virtual_account"]),
            )
            for customer in sorted(self.ids)
        ]

    def _name(self, customer: UUID, kind: str, text: str, bearer: UUID | None) -> None:
        """`bearer` is the customer whose own name it is, when it is a relative's."""
        key = name_key(text)
        name = PayerName(key, kind, 100 if kind == "name" else RELATIVE_WEIGHT, bearer)
        held = self.names[customer].get((key.strict, key.loose))
        if key.is_usable and (held is None or held.weight < name.weight):
            self.names[customer][key.strict, key.loose] = name


_NAMES = """
WITH own AS (SELECT id, name, kana, bill_to_id FROM customers_customer
              WHERE organization_id = %(organization)s AND id = ANY(%(ids)s))
SELECT own.id, 'name', text, NULL::uuid FROM own, LATERAL (VALUES (own.name), (own.kana)) AS spelled (text) WHERE text <> ''
 UNION ALL
SELECT customer_id, 'contact', text, NULL FROM customers_contactperson person,
       LATERAL (VALUES (person.name), (person.kana)) AS spelled (text)
 WHERE organization_id = %(organization)s AND customer_id = ANY(%(ids)s) AND text <> ''
 UNION ALL
SELECT bond.to_customer_id, bond.kind, text, payer.id FROM customers_relationship bond
  JOIN customers_customer payer ON payer.organization_id = %(organization)s AND payer.id = bond.from_customer_id,
       LATERAL (VALUES (payer.name), (payer.kana)) AS spelled (text)
 WHERE bond.organization_id = %(organization)s AND bond.to_customer_id = ANY(%(ids)s) AND text <> ''
   AND bond.kind IN ('guardian', 'parent_company', 'pays_for', 'partner', 'employee')
 UNION ALL
SELECT billed.bill_to_id, 'billed', text, billed.id FROM customers_customer billed,
       LATERAL (VALUES (billed.name), (billed.kana)) AS spelled (text)
 WHERE billed.organization_id = %(organization)s AND billed.bill_to_id = ANY(%(ids)s) AND text <> ''
"""

_LEARNED = """
SELECT customer_id, strict_key, bank_account_id FROM customers_payername
 WHERE organization_id = %(organization)s AND strict_key = ANY(%(strict)s) AND revoked_at IS NULL
"""

_SIGNS = """
SELECT customer_id, kind, value FROM payments_payersign
 WHERE organization_id = %(organization)s AND customer_id = ANY(%(ids)s) AND revoked_at IS NULL
 UNION
SELECT coalesce(customer_id, former_customer_id), 'virtual_account', code FROM banking_virtualaccount
 WHERE organization_id = %(organization)s AND coalesce(customer_id, former_customer_id) = ANY(%(ids)s)
"""


def _rows(sql: str, **values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {**values, "organization": require_organization()})
        return list(cursor.fetchall())
