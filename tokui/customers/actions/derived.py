"""What follows from a customer's values: search entry, keys of the name, tags, values of custom fields. All in sets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F
from django.utils.translation import gettext as _

from tokui.core import clock
from tokui.core.errors import Invalid
from tokui.core.ids import uuid7_many
from tokui.core.models import Organization
from tokui.core.refused import ValueRefused
from tokui.core.staging import drop_stage, stage
from tokui.core.tenancy import require_organization
from tokui.customers.custom import CustomKind, Typed, parse_custom
from tokui.customers.index import SEPARATOR, SearchText, name_keys, search_text
from tokui.customers.models import ContactPerson, ContactPoint, Customer, CustomField, CustomValue, SearchEntry, Tag
from tokui.customers.words import refusal_words

SEARCH_COLUMNS = {"search_text": "text", "search_grams": "text"}


def search_of(name: str, kana: str, code: str, email: str, phone: str) -> SearchText:
    """The search entry from the customer's own fields; further contacts are added by `reindex`."""
    return search_text((name, kana, code, email), (phone,))


def refresh_search(staged: str, *, fresh: bool = False) -> None:
    """Write the search entries of the staged customers. Those with contacts of their own are indexed anew."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO customers_searchentry AS entry (id, organization_id, text, grams) "
            f"SELECT id, %s, search_text, string_to_array(search_grams, E'\\n') FROM {staged} "
            "ON CONFLICT (id) DO UPDATE SET text = excluded.text, grams = excluded.grams "
            "WHERE entry.text <> excluded.text",
            [require_organization()],
        )
        if fresh:
            return
        cursor.execute(
            f"SELECT id FROM {staged} s WHERE EXISTS "
            "(SELECT 1 FROM customers_contactperson p WHERE p.customer_id = s.id) "
            "OR EXISTS (SELECT 1 FROM customers_contactpoint p WHERE p.customer_id = s.id)"
        )
        with_contacts = [row[0] for row in cursor.fetchall()]
    reindex(with_contacts)


def reindex(ids: Sequence[UUID]) -> None:
    """Make the search entries of customers anew, from everything they are found by."""
    if not ids:
        return
    words: dict[UUID, list[str]] = {key: [] for key in ids}
    phones: dict[UUID, list[str]] = {key: [] for key in ids}
    for row in Customer.objects.filter(pk__in=ids).values_list("pk", "name", "kana", "code", "email", "phone"):
        words[row[0]] += row[1:5]
        phones[row[0]].append(row[5])
    for person in ContactPerson.objects.filter(customer_id__in=ids):
        words[person.customer_id] += [person.name, person.kana, person.email]
        phones[person.customer_id].append(person.phone)
    for point in ContactPoint.objects.filter(customer_id__in=ids):
        (phones if point.kind == ContactPoint.Kind.PHONE else words)[point.customer_id].append(point.value)
    entries = []
    for key in ids:
        found = search_text(words[key], phones[key])
        entries.append(
            SearchEntry(
                id=key, organization_id=require_organization(), text=found.text, grams=found.grams.split(SEPARATOR)
            )
        )
    SearchEntry.objects.bulk_create(
        entries, update_conflicts=True, unique_fields=["id"], update_fields=["text", "grams"]
    )


def refresh_keys(names: Mapping[UUID, tuple[str, str]], *, fresh: bool = False) -> None:
    """Write the keys under which payers' names find these customers."""
    if not names:
        return
    found = [
        (key, *one)
        for key, (name, kana) in names.items()
        for one in dict.fromkeys((*name_keys(name, "name"), *name_keys(kana, "kana")))
    ]
    with connection.cursor() as cursor:
        if not fresh:
            cursor.execute(
                "DELETE FROM customers_customerkey WHERE customer_id = ANY(%s) AND source <> 'person'", [list(names)]
            )
    insert_keys(found)


def insert_keys(found: Sequence[tuple[UUID, str, str, str]]) -> None:
    """Rows (customer, kind, source, key)."""
    if not found:
        return
    columns = {"id": "uuid", "customer_id": "uuid", "kind": "text", "source": "text", "key": "text"}
    ids = uuid7_many(len(found))
    stage("customer_keys_in", columns, ((key, *row) for key, row in zip(ids, found, strict=True)))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO customers_customerkey (id, organization_id, customer_id, kind, source, key) "
            "SELECT id, %s, customer_id, kind, source, key FROM customer_keys_in",
            [require_organization()],
        )
    drop_stage("customer_keys_in")


def set_tags(wanted: Mapping[UUID, Iterable[str]], *, fresh: bool = False) -> frozenset[UUID]:
    """Give customers exactly these tags, making tags that are new. Returns whose tags changed."""
    if not wanted:
        return frozenset()
    pairs = [(key, tag) for key, tags in wanted.items() for tag in tags]
    known = ensure_tags({tag for _key, tag in pairs})
    keys, tags = [key for key, _tag in pairs], [known[tag] for _key, tag in pairs]
    organization = require_organization()
    changed: set[UUID] = set()
    with connection.cursor() as cursor:
        if not fresh:
            cursor.execute(
                "DELETE FROM customers_tagging t WHERE t.customer_id = ANY(%s) AND NOT EXISTS (SELECT 1 FROM "
                "unnest(%s::uuid[], %s::uuid[]) AS w (customer_id, tag_id) WHERE w.customer_id = t.customer_id "
                "AND w.tag_id = t.tag_id) RETURNING customer_id",
                [list(wanted), keys, tags],
            )
            changed |= {row[0] for row in cursor.fetchall()}
        cursor.execute(
            "INSERT INTO customers_tagging (id, organization_id, customer_id, tag_id) "
            "SELECT id, %s, customer_id, tag_id "
            "FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[]) AS w (id, customer_id, tag_id) "
            "ON CONFLICT DO NOTHING RETURNING customer_id",
            [organization, uuid7_many(len(pairs)), keys, tags],
        )
        changed |= {row[0] for row in cursor.fetchall()}
    return frozenset(changed)


def ensure_tags(names: Iterable[str]) -> dict[str, UUID]:
    """The ids of tags by name; unknown ones are made."""
    wanted = sorted(set(names))
    if not wanted:
        return {}
    organization = require_organization()
    Tag.objects.bulk_create([Tag(organization_id=organization, name=name) for name in wanted], ignore_conflicts=True)
    return dict(Tag.objects.filter(name__in=wanted).values_list("name", "pk"))


def set_custom_values(wanted: Mapping[UUID, Mapping[str, Any]]) -> frozenset[UUID]:
    """Set values of custom fields by key; an empty value removes it. Returns whose values changed.

    Raises Invalid with field `custom.<key>`.
    """
    if not any(wanted.values()):
        return frozenset()
    fields = {field.key: field for field in CustomField.objects.filter(is_active=True)}
    currency = Organization.objects.values_list("currency", flat=True).get(pk=require_organization())
    rows = [
        (key, fields[name].pk, typed)
        for key, values in wanted.items()
        for name, value in values.items()
        for typed in [_typed(fields, name, value, currency)]
    ]
    columns = {
        "id": "uuid",
        "customer_id": "uuid",
        "field_id": "uuid",
        "text": "text",
        "number": "bigint",
        "day": "date",
    }
    ids = uuid7_many(len(rows))
    stage(
        "custom_in",
        columns,
        ((new, key, field, t.text, t.number, t.day) for new, (key, field, t) in zip(ids, rows, strict=True)),
    )
    changed = _merge_custom()
    drop_stage("custom_in")
    return frozenset(changed)


def _merge_custom() -> set[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM customers_customvalue v USING custom_in s WHERE v.customer_id = s.customer_id "
            "AND v.field_id = s.field_id AND num_nonnulls(s.text, s.number, s.day) = 0 RETURNING v.customer_id"
        )
        changed = {row[0] for row in cursor.fetchall()}
        cursor.execute(
            "INSERT INTO customers_customvalue AS v (id, organization_id, customer_id, field_id, text, number, day) "
            "SELECT id, %s, customer_id, field_id, text, number, day FROM custom_in "
            "WHERE num_nonnulls(text, number, day) = 1 "
            "ON CONFLICT (organization_id, customer_id, field_id) DO UPDATE SET text = excluded.text, "
            "number = excluded.number, day = excluded.day WHERE (v.text, v.number, v.day) IS DISTINCT FROM "
            "(excluded.text, excluded.number, excluded.day) RETURNING v.customer_id",
            [require_organization()],
        )
        return changed | {row[0] for row in cursor.fetchall()}


def _typed(fields: Mapping[str, CustomField], name: str, value: Any, currency: str) -> Typed:
    if name not in fields:
        raise Invalid(field=f"custom.{name}", reason=_("There is no such field."))
    field = fields[name]
    try:
        return parse_custom(CustomKind(field.kind), value, choices=tuple(field.choices), currency=currency)
    except ValueRefused as refused:
        raise Invalid(field=f"custom.{name}", reason=refusal_words(refused)) from refused


def bump_versions(ids: Sequence[UUID]) -> None:
    """Count a change of what hangs on customers."""
    if ids:
        Customer.objects.filter(pk__in=ids).update(version=F("version") + 1, changed_at=clock.now())


def custom_values_of(ids: Sequence[UUID]) -> dict[UUID, dict[UUID, CustomValue]]:
    """Values of custom fields of these customers, by field."""
    found: dict[UUID, dict[UUID, CustomValue]] = {key: {} for key in ids}
    for value in CustomValue.objects.filter(customer_id__in=ids):
        found[value.customer_id][value.field_id] = value
    return found
