"""Finding customers: search as people type, and the list with its conditions, order and columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Q, QuerySet, UUIDField
from django.db.models.expressions import RawSQL
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan
from django.utils.translation import gettext as _

from tokui.core.actors import Actor
from tokui.core.errors import Invalid
from tokui.customers import registry
from tokui.customers.index import wanted
from tokui.customers.models import Customer, Relationship
from tokui.ui.paging import CappedCount, InvalidCursor, Page, capped_count, page_of

#: On the page, a search beyond so many hits is cut; the page says so and asks for another word.
SEARCH_CAP = 1_000
DEFAULT_SORT = "name"
RESERVED = frozenset({"q", "sort", "after", "columns", "column", "view", "limit", "cursor", "format"})


@dataclass(frozen=True)
class ListQuery:
    """What a list shows: a search, conditions, an order, and where it goes on."""

    search: str = ""
    conditions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = DEFAULT_SORT
    after: str = ""
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """The ids that a search found; `is_cut` when there are more than are shown."""

    ids: tuple[UUID, ...]
    is_cut: bool


def parse_query(given: Mapping[str, Sequence[str]]) -> ListQuery:
    """A list's query from the values of an address. Raises Invalid for a condition or order that does not exist.

    A value of spaces alone is no condition; of what may stand only once, the last counts.
    """
    last = {key: values[-1] for key, values in given.items() if values}
    conditions = {
        key: tuple(dict.fromkeys(value for value in values if value.strip()))
        for key, values in given.items()
        if key not in RESERVED
    }
    conditions = {key: values for key, values in conditions.items() if values}
    for key in conditions:
        _condition(key)
    sort = last.get("sort", "") or DEFAULT_SORT
    _sort(sort)
    columns = tuple(key for key in last.get("columns", "")[:500].split(",") if key)
    columns = tuple(dict.fromkeys((*columns, *given.get("column", ()))))
    return ListQuery(last.get("q", "").strip(), conditions, sort, last.get("after", ""), columns)


def _condition(key: str, *, by: Actor | None = None) -> registry.ListFilter:
    from tokui.customers.own_fields import own_condition

    found = registry.FILTERS.get(key) or own_condition(key)
    if found is None or (by is not None and found.permission and not by.can(found.permission)):
        raise Invalid(field=key, reason=_("There is no such condition."))
    return found


def _sort(key: str, *, by: Actor | None = None) -> registry.ListSort:
    from tokui.customers.own_fields import own_sort

    found = registry.SORTS.get(key) or own_sort(key)
    if found is None or (by is not None and found.permission and not by.can(found.permission)):
        raise Invalid(field="sort", reason=_("There is no such order."))
    return found


def matching(query: ListQuery, *, by: Actor) -> QuerySet[Customer]:
    """Every customer that a query means, unordered: for files, programs and actions on all of them."""
    rows = Customer.objects.filter(found_by(query.search, by=by)) if query.search else Customer.objects.all()
    return _narrowed(rows, query, by)


def _narrowed(rows: QuerySet[Customer], query: ListQuery, by: Actor) -> QuerySet[Customer]:
    if "active" not in query.conditions:
        rows = rows.filter(is_active=True)
    for key, values in query.conditions.items():
        condition = _condition(key, by=by)
        rows = rows.filter(reduce(or_, (condition.means(value) for value in values)))
    return rows


def _shown(query: ListQuery, by: Actor) -> tuple[QuerySet[Customer], bool]:
    """What the page shows of a query: a search alone is cut, so that it stays as quick as people type."""
    if not query.search or query.conditions:
        return matching(query, by=by), False
    found = search(query.search, by=by)
    return _narrowed(Customer.objects.filter(pk__in=found.ids), query, by), found.is_cut


def list_page(query: ListQuery, *, by: Actor, size: int = 50) -> tuple[Page[Customer], bool]:
    """One page of the list on screen, and whether its search was cut."""
    rows, is_cut = _shown(query, by)
    return _page(rows, query, by, size), is_cut


def whole_page(query: ListQuery, *, by: Actor, size: int) -> Page[Customer]:
    """One page of everything that a query means, for programs that read to the end."""
    return _page(matching(query, by=by), query, by, size)


def _page(rows: QuerySet[Customer], query: ListQuery, by: Actor, size: int) -> Page[Customer]:
    sort = _sort(query.sort, by=by)
    try:
        return page_of(sort.prepare(rows), order=sort.order, after=query.after, size=size)
    except InvalidCursor as trouble:
        raise Invalid(field="after", reason=_("This page's address is no longer valid. Start again.")) from trouble


def list_count(query: ListQuery, *, by: Actor) -> CappedCount:
    """How many customers a query means, counted to a thousand at most."""
    return capped_count(matching(query, by=by))


def search(typed: str, *, by: Actor | None = None, most: int = SEARCH_CAP) -> Found:
    """Customers by what was typed: kanji, kana in any width, mail addresses, phone digits, numbers of documents.

    Numbers of documents only for an actor who may see these.
    """
    ids = dict.fromkeys(_own_hits(typed, most + 1))
    for rows in _other_hits(typed, by):
        ids |= dict.fromkeys(rows[: most + 1])
    return Found(tuple(ids)[:most], len(ids) > most)


def found_by(typed: str, *, by: Actor | None = None) -> Q:
    """The same as a condition without an end, joined as one set: in pieces of ids it would neither fit nor be quick."""
    target = wanted(typed)
    others = [rows.query.sql_with_params() for rows in _other_hits(typed, by)]
    if not target.is_searchable and not others:
        return Q(**_first_letter(target.words[0])) if target.words else Q(pk__in=[])
    own = ("SELECT customer_id FROM customers_search(%s, %s, NULL)", (list(target.grams), list(target.words)))
    parts = [own, *others] if target.is_searchable else others
    sql = " UNION ".join(f"({part})" for part, _some in parts)
    values = [one for _part, some in parts for one in some]
    return Q(pk__in=RawSQL(sql, values, output_field=UUIDField()))  # noqa: S611  fragments of ours, values apart


def _other_hits(typed: str, by: Actor | None) -> list[QuerySet[Any, UUID]]:
    allowed = [hits for hits in registry.SEARCHES.values() if by is not None and by.can(hits.permission)]
    return [rows for hits in allowed if (rows := hits.find(typed)) is not None]


def _own_hits(typed: str, most: int) -> list[UUID]:
    target = wanted(typed)
    if not target.is_searchable:
        return _by_first_letter(target.words[0], most) if target.words else []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT customer_id FROM customers_search(%s, %s, %s)", [list(target.grams), list(target.words), most]
        )
        return [row[0] for row in cursor.fetchall()]


def _by_first_letter(word: str, most: int) -> list[UUID]:
    """One character: the beginning of the reading, by the index that the list is sorted with."""
    rows = Customer.objects.filter(**_first_letter(word))
    return list(rows.order_by("sort_kana", "pk").values_list("pk", flat=True)[:most])


def _first_letter(word: str) -> dict[str, str]:
    return {"sort_kana__gte": word, "sort_kana__lt": word[:1] + "\U0010ffff"}


def known_columns(*, by: Actor) -> list[registry.ListColumn]:
    """Every column that the visitor may see, the organization's own fields included."""
    from tokui.customers.own_fields import own_columns

    known = sorted([*registry.COLUMNS.values(), *own_columns()], key=lambda one: (one.order, one.key))
    return [one for one in known if not one.permission or by.can(one.permission)]


def chosen_columns(query: ListQuery, known: Sequence[registry.ListColumn]) -> list[registry.ListColumn]:
    """The columns to show: those asked for, else those that are shown at first."""
    if query.columns:
        return [one for one in known if one.key in query.columns]
    return [one for one in known if one.is_shown]


def cells_of(
    rows: Sequence[Customer], columns: Sequence[registry.ListColumn]
) -> list[tuple[Customer, list[tuple[registry.ListColumn, str]]]]:
    """Each row with its drawn cells; one query a column at most."""
    keys = [row.pk for row in rows]
    loads = {column.load: column.load(keys) for column in columns if keys and not column.of}  # shared ones run once
    loaded = [
        {row.pk: column.of(row) for row in rows} if column.of else loads.get(column.load, {}) for column in columns
    ]
    return [
        (
            row,
            [
                (column, column.cell(values[row.pk]) if values.get(row.pk) not in (None, "") else "")
                for column, values in zip(columns, loaded, strict=True)
            ],
        )
        for row in rows
    ]


def neighbours(customer: Customer) -> tuple[Customer | None, Customer | None]:
    """The active customers right before and right behind one in the order of the list. Two looks into one index."""
    place = Tuple(F("sort_kana"), F("id"))
    here, active = (customer.sort_kana, customer.pk), Customer.objects.filter(is_active=True)
    before = active.filter(TupleLessThan(place, here)).order_by("-sort_kana", "-id").first()
    return before, active.filter(TupleGreaterThan(place, here)).order_by("sort_kana", "id").first()


@dataclass(frozen=True)
class Bond:
    """A relationship seen from one customer: the other, what the other is, and the row."""

    row: Relationship
    other: Customer
    kind: str
    is_from_other: bool


def bonds_of(customer: Customer) -> list[Bond]:
    """A customer's relationships in both directions."""
    rows = (
        Relationship.objects.filter(Q(from_customer=customer) | Q(to_customer=customer))
        .select_related("from_customer", "to_customer")
        .order_by("kind", "created_at")[:100]
    )
    return [
        Bond(row, row.from_customer, row.kind, is_from_other=True)
        if row.to_customer_id == customer.pk
        else Bond(row, row.to_customer, row.kind, is_from_other=False)
        for row in rows
    ]


def kin_of(customer: Customer) -> tuple[list[Customer], list[Customer]]:
    """The companies right above and right below a customer."""
    kind = Relationship.Kind.PARENT_COMPANY
    above = Customer.objects.filter(relationships_from__to_customer=customer, relationships_from__kind=kind)
    below = Customer.objects.filter(relationships_to__from_customer=customer, relationships_to__kind=kind)
    return list(above.order_by("sort_kana")[:200]), list(below.order_by("sort_kana")[:200])


@dataclass(frozen=True)
class Branch:
    """A place in a group of companies: depth 0 is the top."""

    id: UUID
    name: str
    depth: int

    @property
    def public_id(self) -> str:
        return Customer(id=self.id).public_id


def hierarchy_of(customer: Customer) -> list[Branch]:
    """The whole group of companies that a customer belongs to, from the top down; empty when it stands alone."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE up (id, depth) AS (
                SELECT %s::uuid, 0
                UNION
                SELECT r.from_customer_id, up.depth + 1 FROM up JOIN customers_relationship r
                    ON r.to_customer_id = up.id AND r.kind = 'parent_company' WHERE up.depth < 20
            ), top AS (SELECT id FROM up ORDER BY depth DESC, id LIMIT 1),
            down (id, depth, path) AS (
                SELECT id, 0, ARRAY[id] FROM top
                UNION ALL
                SELECT r.to_customer_id, down.depth + 1, down.path || r.to_customer_id FROM down
                  JOIN customers_relationship r ON r.from_customer_id = down.id AND r.kind = 'parent_company'
                 WHERE down.depth < 20 AND r.to_customer_id <> ALL (down.path)
            )
            SELECT c.id, c.name, down.depth FROM down JOIN customers_customer c ON c.id = down.id
             ORDER BY down.path LIMIT 200
            """,
            [customer.pk],
        )
        found = [Branch(*row) for row in cursor.fetchall()]
    return found if len(found) > 1 else []
