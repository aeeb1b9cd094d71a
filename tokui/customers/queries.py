"""Finding customers: search as people type, and the list with its conditions, order and columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from tokui.core.actors import Actor
from tokui.core.errors import Invalid
from tokui.customers import registry
from tokui.customers.index import wanted
from tokui.customers.models import Customer, Relationship
from tokui.ui.paging import CappedCount, InvalidCursor, Page, capped_count, page_of

#: A search beyond so many hits is cut; the page says so and asks for another word.
SEARCH_CAP = 1_000
DEFAULT_SORT = "name"
RESERVED = frozenset({"q", "sort", "after", "columns", "view", "limit", "cursor"})


@dataclass(frozen=True)
class ListQuery:
    """What a list shows: a search, conditions, an order, and where it goes on."""

    search: str = ""
    conditions: Mapping[str, str] = None  # type: ignore[assignment]  # set to {} below
    sort: str = DEFAULT_SORT
    after: str = ""
    columns: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.conditions is None:
            object.__setattr__(self, "conditions", {})


@dataclass(frozen=True)
class Found:
    """The ids that a search found; `is_cut` when there are more than are shown."""

    ids: tuple[UUID, ...]
    is_cut: bool


def parse_query(values: Mapping[str, str]) -> ListQuery:
    """A list's query from the address. Raises Invalid for a condition or order that does not exist."""
    conditions = {key: value for key, value in values.items() if key not in RESERVED and value != ""}
    for key in conditions:
        if _condition(key) is None:
            raise Invalid(field=key, reason=_("There is no such condition."))
    sort = values.get("sort", "") or DEFAULT_SORT
    if sort not in registry.SORTS:
        raise Invalid(field="sort", reason=_("There is no such order."))
    columns = tuple(key for key in values.get("columns", "")[:500].split(",") if key)
    return ListQuery(values.get("q", "").replace("\0", "").strip(), conditions, sort, values.get("after", ""), columns)


def _condition(key: str) -> registry.ListFilter | None:
    from tokui.customers.conditions import custom_condition

    return registry.FILTERS.get(key) or custom_condition(key)


def matching(query: ListQuery, *, by: Actor) -> tuple[QuerySet[Customer], bool]:
    """The customers that a query means, unordered, and whether its search was cut."""
    rows, is_cut = Customer.objects.all(), False
    if query.search:
        found = search(query.search)
        rows, is_cut = rows.filter(pk__in=found.ids), found.is_cut
    if "active" not in query.conditions:
        rows = rows.filter(is_active=True)
    for key, value in query.conditions.items():
        condition = _condition(key)
        if condition is None or (condition.permission and not by.can(condition.permission)):
            raise Invalid(field=key, reason=_("There is no such condition."))
        rows = condition.apply(rows, value)
    return rows, is_cut


def list_page(query: ListQuery, *, by: Actor, size: int = 50) -> tuple[Page[Customer], bool]:
    """One page of the list, and whether its search was cut."""
    rows, is_cut = matching(query, by=by)
    sort = registry.SORTS[query.sort]
    if sort.permission and not by.can(sort.permission):
        raise Invalid(field="sort", reason=_("There is no such order."))
    try:
        return page_of(sort.prepare(rows), order=sort.order, after=query.after, size=size), is_cut
    except InvalidCursor as trouble:
        raise Invalid(field="after", reason=_("This page's address is no longer valid. Start again.")) from trouble


def list_count(query: ListQuery, *, by: Actor) -> CappedCount:
    """How many customers a query means, counted to a thousand at most."""
    rows, _is_cut = matching(query, by=by)
    return capped_count(rows)


def search(typed: str, *, most: int = SEARCH_CAP) -> Found:
    """Customers by what was typed: kanji, kana in any width, mail addresses, phone digits, numbers of documents."""
    ids = dict.fromkeys(_own_hits(typed, most + 1))
    for provider in registry.SEARCHES.values():
        ids |= dict.fromkeys(provider(typed))
    return Found(tuple(ids)[:most], len(ids) > most)


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
    rows = Customer.objects.filter(sort_kana__gte=word, sort_kana__lt=word[:1] + "\U0010ffff")
    return list(rows.order_by("sort_kana", "pk").values_list("pk", flat=True)[:most])


def known_columns(*, by: Actor) -> list[registry.ListColumn]:
    """Every column that the visitor may see, the organization's own fields included."""
    from tokui.customers.conditions import custom_columns

    known = sorted([*registry.COLUMNS.values(), *custom_columns()], key=lambda one: (one.order, one.key))
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
