"""Who may pay for whom, and under which names: what the matcher must know of the customers that a batch points at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from tokui.banking.models import Deposit
from tokui.customers.names import name_key
from tokui.payments.matching import CandidateKeys, LearnedName, PayerFacts, PayerName
from tokui.payments.queries import fetched_tuples

#: How many open deposits are looked through when something new is known of a customer; older ones wait for the next run.
MOST_WAITING = 5_000


@dataclass
class Payers:
    """Candidates and the names by which each may pay."""

    ids: set[UUID] = field(default_factory=set)
    names: dict[UUID, dict[tuple[str, str], PayerName]] = field(default_factory=lambda: defaultdict(dict))

    def add_all(self, ids: Iterable[UUID]) -> None:
        self.ids |= set(ids)

    def complete(self) -> set[UUID]:
        """Add those for whom a candidate pays (guardian, parent company, pays for), and who is billed for any of these."""
        self.ids |= {row[0] for row in fetched_tuples(_REACHED, ids=list(self.ids))}
        return self.ids

    def facts(self, keys: Sequence[CandidateKeys], deposits: Sequence[Deposit]) -> list[PayerFacts]:
        for customer, kind, text, bearer, weight in fetched_tuples(_NAMES, ids=list(self.ids)):
            self._name(customer, kind, text, bearer, weight)
        learned: dict[UUID, list[LearnedName]] = defaultdict(list)
        strict = sorted({one.learned[1] for one in keys if one.learned[1]})
        for customer, name, account in fetched_tuples(_LEARNED, strict=strict):
            learned[customer].append(LearnedName(name, account))
        signs: dict[tuple[UUID, str], list[str]] = defaultdict(list)
        for customer, kind, value in fetched_tuples(_SIGNS, ids=list(self.ids)):
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

    def _name(self, customer: UUID, kind: str, text: str, bearer: UUID | None, weight: int) -> None:
        """`bearer` is the customer whose own name it is, when it is a relative's."""
        key = name_key(text)
        held = self.names[customer].get((key.strict, key.loose))
        if key.is_usable and (held is None or held.weight < weight):
            self.names[customer][key.strict, key.loose] = PayerName(key, kind, weight, bearer)


def waiting_deposits_of(customer_ids: Sequence[UUID]) -> list[UUID]:
    """Open deposits that may be of these customers or of those who pay for them, the newest first; at most a batch.

    By a name, a learned name, or because the matcher has thought of them before. One statement, driven by what is open.
    """
    if not customer_ids:
        return []
    rows = fetched_tuples(_WAITING, customers=sorted(set(customer_ids)), most=MOST_WAITING)
    return [row[0] for row in rows]


_WAITING = """
WITH whom AS (
    SELECT unnest(%(customers)s::uuid[]) AS id
     UNION SELECT id FROM customers_customer WHERE organization_id = %(organization)s AND bill_to_id = ANY(%(customers)s)
     UNION SELECT from_customer_id FROM customers_relationship
            WHERE organization_id = %(organization)s AND to_customer_id = ANY(%(customers)s)
     UNION SELECT from_customer_id FROM customers_customer billed
             JOIN customers_relationship bond ON bond.organization_id = %(organization)s AND bond.to_customer_id = billed.id
            WHERE billed.organization_id = %(organization)s AND billed.bill_to_id = ANY(%(customers)s)
), open AS MATERIALIZED (
    SELECT id, received_on, loose_key, strict_key, remitter_code, customer_id FROM banking_deposit
     WHERE organization_id = %(organization)s AND state = 'open' ORDER BY received_on DESC, id DESC LIMIT %(most)s
)
SELECT id FROM open
 WHERE customer_id IN (SELECT id FROM whom)
    OR id IN (SELECT deposit_id FROM payments_suggestion
               WHERE organization_id = %(organization)s AND customer_id IN (SELECT id FROM whom))
    OR loose_key IN (SELECT key FROM customers_customerkey
                      WHERE organization_id = %(organization)s AND kind = 'loose' AND customer_id IN (SELECT id FROM whom))
    OR strict_key IN (SELECT strict_key FROM customers_payername
                       WHERE organization_id = %(organization)s AND customer_id IN (SELECT id FROM whom) AND revoked_at IS NULL)
    OR remitter_code IN (SELECT value FROM payments_payersign WHERE organization_id = %(organization)s
                          AND kind = 'remitter_code' AND customer_id IN (SELECT id FROM whom) AND revoked_at IS NULL)
 ORDER BY received_on DESC, id DESC
"""

_REACHED = """
WITH near AS (
    SELECT unnest(%(ids)s::uuid[]) AS id
     UNION
    SELECT to_customer_id FROM customers_relationship WHERE organization_id = %(organization)s
       AND from_customer_id = ANY(%(ids)s) AND kind IN ('guardian', 'parent_company', 'pays_for', 'partner', 'employee')
)
SELECT id FROM near
 UNION
SELECT bill_to_id FROM near JOIN customers_customer customer
    ON customer.organization_id = %(organization)s AND customer.id = near.id WHERE bill_to_id IS NOT NULL
"""

#: How much a name counts: the customer's own 100, a relative's or a contact person's 90. Those of a child that is billed
#: to the customer count 75: with the exact amount that is a proposal for a person, not yet certain.
_NAMES = """
SELECT id, 'name', text, NULL::uuid, 100 FROM customers_customer own,
       LATERAL (VALUES (own.name), (own.kana)) AS spelled (text)
 WHERE organization_id = %(organization)s AND id = ANY(%(ids)s) AND text <> ''
 UNION ALL
SELECT customer_id, 'contact', text, NULL, 90 FROM customers_contactperson person,
       LATERAL (VALUES (person.name), (person.kana)) AS spelled (text)
 WHERE organization_id = %(organization)s AND customer_id = ANY(%(ids)s) AND text <> ''
 UNION ALL
SELECT bond.to_customer_id, bond.kind, text, payer.id, 90 FROM customers_relationship bond
  JOIN customers_customer payer ON payer.organization_id = %(organization)s AND payer.id = bond.from_customer_id,
       LATERAL (VALUES (payer.name), (payer.kana)) AS spelled (text)
 WHERE bond.organization_id = %(organization)s AND bond.to_customer_id = ANY(%(ids)s) AND text <> ''
   AND bond.kind IN ('guardian', 'parent_company', 'pays_for', 'partner', 'employee')
 UNION ALL
SELECT billed.bill_to_id, 'billed', text, billed.id, 90 FROM customers_customer billed,
       LATERAL (VALUES (billed.name), (billed.kana)) AS spelled (text)
 WHERE billed.organization_id = %(organization)s AND billed.bill_to_id = ANY(%(ids)s) AND text <> ''
 UNION ALL
SELECT billed.bill_to_id, bond.kind, text, payer.id, 75 FROM customers_customer billed
  JOIN customers_relationship bond ON bond.organization_id = %(organization)s AND bond.to_customer_id = billed.id
  JOIN customers_customer payer ON payer.organization_id = %(organization)s AND payer.id = bond.from_customer_id,
       LATERAL (VALUES (payer.name), (payer.kana)) AS spelled (text)
 WHERE billed.organization_id = %(organization)s AND billed.bill_to_id = ANY(%(ids)s) AND text <> ''
   AND bond.kind IN ('guardian', 'parent_company', 'pays_for', 'partner', 'employee') AND payer.id <> billed.bill_to_id
 UNION ALL
SELECT billed.bill_to_id, 'contact', text, NULL, 75 FROM customers_customer billed
  JOIN customers_contactperson person ON person.organization_id = %(organization)s AND person.customer_id = billed.id,
       LATERAL (VALUES (person.name), (person.kana)) AS spelled (text)
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
