"""What must never be false of customers."""

from __future__ import annotations

from tokui.core.invariants import invariant

invariant(
    "customers-are-searchable",
    "Every customer has its search entry, and every search entry its customer.",
    "SELECT coalesce(c.id, e.id) AS id FROM customers_customer c FULL JOIN customers_searchentry e "
    "ON e.id = c.id AND e.organization_id = c.organization_id WHERE c.id IS NULL OR e.id IS NULL",
)
invariant(
    "customers-pay-in-no-circle",
    "Following who pays for a customer never leads back to it.",
    "WITH RECURSIVE chain (start, at, depth) AS ("
    " SELECT id, bill_to_id, 1 FROM customers_customer WHERE bill_to_id IS NOT NULL UNION"
    " SELECT chain.start, n.bill_to_id, chain.depth + 1 FROM chain JOIN customers_customer n ON n.id = chain.at"
    " WHERE n.bill_to_id IS NOT NULL AND chain.at <> chain.start AND chain.depth < 60)"
    " SELECT start AS id FROM chain WHERE at = start OR depth >= 60",
)
invariant(
    "customers-have-keys-of-their-names",
    "Every key of a payer's name belongs to a customer of the same organization.",
    "SELECT k.id FROM customers_customerkey k LEFT JOIN customers_customer c ON c.id = k.customer_id "
    "AND c.organization_id = k.organization_id WHERE c.id IS NULL",
)
invariant(
    "custom-values-have-their-kind",
    "A value of an own field stands in the column of the field's kind.",
    "SELECT v.id, f.key FROM customers_customvalue v JOIN customers_customfield f ON f.id = v.field_id "
    "WHERE (f.kind IN ('text', 'choice')) <> (v.text IS NOT NULL) "
    "OR (f.kind IN ('number', 'money', 'boolean')) <> (v.number IS NOT NULL) OR (f.kind = 'date') <> (v.day IS NOT NULL)",
)
invariant(
    "imports-count-their-rows",
    "An applied import has given every row exactly one outcome.",
    "SELECT id, name FROM customers_import WHERE state = 'applied' "
    "AND cursor > new_count + changed_count + unchanged_count + refused_count + conflict_count",
)
invariant(
    "created-customers-have-an-event",
    "Every customer was announced once.",
    "SELECT c.id, c.code FROM customers_customer c WHERE NOT EXISTS (SELECT 1 FROM core_event e "
    "WHERE e.organization_id = c.organization_id AND e.about_id = c.id AND e.type = 'customers.CustomerCreated')",
)
