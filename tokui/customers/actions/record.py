"""Creating and changing customers: sets in a constant number of statements, one customer as a set of one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from tokui import access
from tokui.access.models import Business, Membership
from tokui.access.permissions import CUSTOMERS_EDIT
from tokui.core import clock
from tokui.core.actors import Actor
from tokui.core.errors import Invalid, NotFound, Refusal, StateChanged
from tokui.core.events import LATER, WITHIN, emit_many, event_name, tell
from tokui.core.ids import uuid7_many
from tokui.core.locks import advisory_lock
from tokui.core.staging import drop_stage, stage
from tokui.core.tenancy import require_organization
from tokui.core.vault import encrypt_personal_many
from tokui.customers.actions.codes import next_codes
from tokui.customers.actions.derived import (
    SEARCH_COLUMNS,
    bump_versions,
    refresh_keys,
    refresh_search,
    search_of,
    set_custom_values,
    set_tags,
)
from tokui.customers.drafts import (
    STORED,
    CustomerChange,
    CustomerDraft,
    FieldRefused,
    checked,
    checked_tags,
    checked_values,
    require_due_after_closing,
    sort_key_of,
)
from tokui.customers.events import CustomerChanged, CustomerCreated
from tokui.customers.models import Customer
from tokui.customers.words import refusal_words

ABOUT = "customers.customer"
DUE_FIELDS = {"closing_day", "due_months", "due_day"}
COLUMNS = {
    "id": "uuid",
    **dict.fromkeys(STORED, "text"),
    "business_id": "uuid",
    "owner_id": "uuid",
    "bill_to_id": "uuid",
    "closing_day": "smallint",
    "due_months": "smallint",
    "due_day": "smallint",
    "withholds": "boolean",
    "is_active": "boolean",
    "sort_kana": "text",
}


class CodeTaken(Refusal):
    """There is already a customer with the code {code}."""


class BillToCycle(Refusal):
    """{name} would end up paying for itself. Choose another customer as the one who pays."""


def create_customers(drafts: Sequence[CustomerDraft], *, by: Actor) -> list[UUID]:
    """Enter customers; codes that are missing are numbered. Ids come back in the order of the drafts.

    Raises Invalid (field and reason), CodeTaken, NotFound for a business, owner or payer that does not exist here.
    """
    access.require(by, CUSTOMERS_EDIT)
    cleaned = [_checked(draft) for draft in drafts]
    _require_references([{name: getattr(draft, name) for name in STORED} for draft in cleaned])
    return insert_customers(cleaned, by=by)


def create_customer(draft: CustomerDraft, *, by: Actor) -> Customer:
    """Enter one customer."""
    return Customer.objects.get(pk=create_customers([draft], by=by)[0])


@transaction.atomic
def insert_customers(drafts: Sequence[CustomerDraft], *, by: Actor, created_in: UUID | None = None) -> list[UUID]:
    """Enter drafts that are checked already; the importer's way in. Constant statements however many there are."""
    if not drafts:
        return []
    ids = uuid7_many(len(drafts))
    codes = next_codes(drafts)
    rows = [
        (*_row(key, code, draft), event)
        for key, code, draft, event in zip(ids, codes, drafts, uuid7_many(len(drafts)), strict=True)
    ]
    stage("customers_in", COLUMNS | SEARCH_COLUMNS | {"event_id": "uuid"}, rows)
    _insert_staged(created_in, len(rows), codes)
    refresh_search("customers_in", fresh=True)
    refresh_keys({key: (draft.name, draft.kana) for key, draft in zip(ids, drafts, strict=True)}, fresh=True)
    set_tags({key: draft.tags for key, draft in zip(ids, drafts, strict=True) if draft.tags}, fresh=True)
    set_custom_values({key: draft.custom for key, draft in zip(ids, drafts, strict=True) if draft.custom})
    _announce_created(ids, created_in, by)
    drop_stage("customers_in")
    return ids


def _announce_created(ids: Sequence[UUID], created_in: UUID | None, by: Actor) -> None:
    """One event each, written from the stage: a million dataclasses on their way to JSON would cost as much as the rows."""
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_event (id, organization_id, type, about_type, about_id, customer_id, occurred_at, recorded_at, "
            "by_kind, by_id, by_name, payload, transaction_id) "
            "SELECT event_id, %s, %s, %s, id, id, %s, %s, %s, %s, %s, "
            "jsonb_build_object('customer_id', id::text, 'import_id', %s::uuid::text), pg_current_xact_id()::text::bigint "
            "FROM customers_in RETURNING id, customer_id",
            [require_organization(), event_name(CustomerCreated), ABOUT, now, now, by.kind, by.id, by.name, created_in],
        )
        events = dict(cursor.fetchall()) if WITHIN[CustomerCreated] or LATER[CustomerCreated] else {}
    tell(CustomerCreated, [CustomerCreated(key, created_in) for key in events.values()], list(events), by)


def _row(key: UUID, code: str, draft: CustomerDraft) -> tuple[Any, ...]:
    values = [code if name == "code" else getattr(draft, name) for name in STORED]
    found = search_of(draft.name, draft.kana, code, draft.email, draft.phone)
    return (key, *values, sort_key_of(draft.name, draft.kana), found.text, found.grams)


def _insert_staged(created_in: UUID | None, count: int, codes: Sequence[str]) -> None:
    names = ", ".join(["id", *STORED, "sort_kana"])
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO customers_customer (organization_id, {names}, version, created_in_id, "
            f"created_at, changed_at) "
            f"SELECT %s, {names}, 1, %s, %s, %s FROM customers_in ON CONFLICT (organization_id, code) DO NOTHING",
            [require_organization(), created_in, now, now],
        )
        if cursor.rowcount != count:
            raise CodeTaken(field="code", code=_taken(codes))


def _taken(codes: Sequence[str]) -> str:
    """Which code was refused: one that stood here before, or one given twice."""
    twice = [code for code in codes if codes.count(code) > 1]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT code FROM customers_customer "
            "WHERE code = ANY(%s) AND id NOT IN (SELECT id FROM customers_in) LIMIT 1",
            [list(codes)],
        )
        row = cursor.fetchone()
    return str(row[0]) if row else twice[0]


def change_customer(customer: Customer, *, by: Actor, version: int | None = None, **values: Any) -> Customer:
    """Change fields of one customer; with `version`, only if nobody changed it since."""
    change_customers([CustomerChange(customer.pk, values, version)], by=by)
    customer.refresh_from_db()
    return customer


@transaction.atomic
def change_customers(changes: Sequence[CustomerChange], *, by: Actor) -> list[UUID]:
    """Change customers; ids of those that really changed come back. Values that are already so change nothing.

    Raises Invalid, CodeTaken, NotFound, StateChanged (a given version is old), BillToCycle.
    """
    access.require(by, CUSTOMERS_EDIT)
    cleaned = [CustomerChange(one.customer_id, _checked_values(one.values), one.version) for one in changes]
    _require_references([one.values for one in cleaned])
    return [one.pk for one in apply_changes(cleaned, by=by)]


def apply_changes(changes: Sequence[CustomerChange], *, by: Actor, import_id: UUID | None = None) -> list[Customer]:
    """Apply values that are checked already; rows are locked in key order. Returns the changed rows as they are now."""
    by_key = {one.customer_id: one for one in changes}
    rows = list(Customer.objects.filter(pk__in=by_key).order_by("pk").select_for_update())
    if len(rows) != len(by_key):
        raise NotFound
    before = {row.pk: _merge(row, by_key[row.pk]) for row in rows}
    changed = [row for row in rows if before[row.pk]]
    if import_id is None:  # an import refuses its rows one by one, before it is applied
        _require_terms([row for row in changed if DUE_FIELDS & before[row.pk].keys()])
    _update_rows(changed, before)
    touched = {row.pk: by_key[row.pk].values for row in rows}
    tagged = set_tags({key: values["tags"] for key, values in touched.items() if "tags" in values})
    custom = set_custom_values({key: values["custom"] for key, values in touched.items() if "custom" in values})
    _bump([row for row in rows if not before[row.pk] and (row.pk in tagged or row.pk in custom)])
    _announce(rows, before, tagged, custom, by, import_id)
    return [row for row in rows if before[row.pk] or row.pk in tagged or row.pk in custom]


def _require_terms(rows: Sequence[Customer]) -> None:
    """Terms whose parts were changed must still fit together."""
    try:
        for row in rows:
            require_due_after_closing(row.closing_day, row.due_months, row.due_day)
    except FieldRefused as refused:
        raise invalid(refused) from refused


def _merge(row: Customer, change: CustomerChange) -> dict[str, tuple[Any, Any]]:
    """Set the new values on the row; returns {field: (before, after)} of those that differ."""
    if change.version is not None and change.version != row.version:
        raise StateChanged
    if change.values.get("bill_to_id") == row.pk:
        raise BillToCycle(field="bill_to_id", name=row.name)
    differs: dict[str, tuple[Any, Any]] = {}
    for name in STORED:
        if name in change.values and getattr(row, name) != change.values[name]:
            differs[name] = (getattr(row, name), change.values[name])
            setattr(row, name, change.values[name])
    if differs:
        row.sort_kana = sort_key_of(row.name, row.kana)
        row.version += 1
    return differs


def _update_rows(rows: Sequence[Customer], differs: Mapping[UUID, Mapping[str, Any]]) -> None:
    if not rows:
        return
    found = {row.pk: search_of(row.name, row.kana, row.code, row.email, row.phone) for row in rows}
    stage(
        "customers_changed",
        COLUMNS | SEARCH_COLUMNS,
        (
            (row.pk, *(getattr(row, name) for name in STORED), row.sort_kana, found[row.pk].text, found[row.pk].grams)
            for row in rows
        ),
    )
    _require_free_codes([row for row in rows if "code" in differs[row.pk]])
    settings = ", ".join(f"{name} = staged.{name}" for name in (*STORED, "sort_kana"))
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE customers_customer row SET {settings}, version = row.version + 1, changed_at = %s "
            "FROM customers_changed staged WHERE row.id = staged.id AND row.organization_id = %s",
            [clock.now(), require_organization()],
        )
    refresh_search("customers_changed")
    renamed = {row.pk: (row.name, row.kana) for row in rows if {"name", "kana"} & set(differs[row.pk])}
    refresh_keys(renamed)
    if any("bill_to_id" in differs[row.pk] for row in rows):
        refuse_cycles([row.pk for row in rows if row.bill_to_id])
    drop_stage("customers_changed")


def _bump(rows: Sequence[Customer]) -> None:
    """A new tag or own value alone is a change too: an older export must be told from it."""
    for row in rows:
        row.version += 1
    bump_versions([row.pk for row in rows])


def _require_free_codes(rows: Sequence[Customer]) -> None:
    if not rows:
        return
    advisory_lock("customer codes", [require_organization()])
    codes = [row.code for row in rows]
    taken = (
        Customer.objects.filter(code__in=codes).exclude(pk__in=[row.pk for row in rows]).values_list("code", flat=True)
    )
    clash = next(iter(taken), None) or next((code for code in codes if codes.count(code) > 1), None)
    if clash:
        raise CodeTaken(field="code", code=clash)


def refuse_cycles(ids: Sequence[UUID]) -> None:
    """Follow who pays for whom from each changed customer; a path that returns is refused."""
    advisory_lock("customer hierarchy", [require_organization()])
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE chain (start, at, depth) AS (
                SELECT id, bill_to_id, 1 FROM customers_customer WHERE id = ANY(%s) AND bill_to_id IS NOT NULL
                UNION
                SELECT chain.start, next.bill_to_id, chain.depth + 1
                  FROM chain JOIN customers_customer next ON next.id = chain.at
                 WHERE next.bill_to_id IS NOT NULL AND chain.at <> chain.start AND chain.depth < 50
            )
            SELECT row.name FROM chain JOIN customers_customer row ON row.id = chain.start
             WHERE chain.at = chain.start OR chain.depth >= 50 LIMIT 1
            """,
            [list(ids)],
        )
        row = cursor.fetchone()
    if row:
        raise BillToCycle(field="bill_to_id", name=row[0])


def _announce(
    rows: Sequence[Customer],
    before: Mapping[UUID, Mapping[str, tuple[Any, Any]]],
    tagged: frozenset[UUID],
    custom: frozenset[UUID],
    by: Actor,
    import_id: UUID | None,
) -> None:
    texts = {
        row.pk: json.dumps(
            {name: [_plain(old), _plain(new)] for name, (old, new) in before[row.pk].items()}, ensure_ascii=False
        )
        for row in rows
        if before[row.pk]
    }
    sealed = encrypt_personal_many(texts)
    facts = []
    for row in rows:
        fields = [*before[row.pk], *(["tags"] if row.pk in tagged else []), *(["custom"] if row.pk in custom else [])]
        if fields:
            facts.append(CustomerChanged(row.pk, tuple(fields), sealed.get(row.pk, ""), import_id))
    emit_many(facts, about=[one.customer_id for one in facts], about_type=ABOUT, by=by)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value


def _checked(draft: CustomerDraft) -> CustomerDraft:
    try:
        return checked(draft)
    except FieldRefused as refused:
        raise invalid(refused) from refused


def _checked_values(values: Mapping[str, Any]) -> dict[str, Any]:
    unknown = [name for name in values if name not in (*STORED, "tags", "custom")]
    if unknown:
        raise Invalid(field=unknown[0], reason=_("There is no such field."))
    try:
        cleaned = checked_values(values)
        if "tags" in cleaned:
            cleaned["tags"] = checked_tags(tuple(cleaned["tags"]))
    except FieldRefused as refused:
        raise invalid(refused) from refused
    if "code" in cleaned and not cleaned["code"]:
        raise Invalid(field="code", reason=_("A customer needs a code."))
    if "kind" in cleaned and not cleaned["kind"]:
        raise Invalid(field="kind", reason=_("Choose what the customer is."))
    return cleaned


def invalid(refused: FieldRefused) -> Invalid:
    """The refusal that doors show, in the reader's language."""
    return Invalid(field=refused.field, reason=refusal_words(refused.refused))


def _require_references(values: Sequence[Mapping[str, Any]]) -> None:
    """Businesses, owners and payers exist in this organization: a clear answer before the database's own."""
    wanted = {
        name: {one[name] for one in values if one.get(name)} for name in ("business_id", "owner_id", "bill_to_id")
    }
    _require_all("business_id", wanted["business_id"], Business.objects.filter(pk__in=wanted["business_id"]).count)
    members = Membership.objects.filter(organization_id=require_organization(), user_id__in=wanted["owner_id"])
    _require_all("owner_id", wanted["owner_id"], members.count)
    _require_all("bill_to_id", wanted["bill_to_id"], Customer.objects.filter(pk__in=wanted["bill_to_id"]).count)


def _require_all(field: str, wanted: set[UUID], count: Any) -> None:
    if wanted and count() != len(wanted):
        raise Invalid(field=field, reason=_("There is no such record here."))
