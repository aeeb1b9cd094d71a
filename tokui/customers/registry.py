"""What higher rooms add to the list of customers: columns, filters, sort orders and search hits.

A column loads its values for a whole page in one query; a filter and a sort order name indexed columns only, so that
the list stays within its query count and time at a million customers. Fill it in `AppConfig.ready`:

    list_column(ListColumn("balance", _("Balance"), load=balances_of, cell=money_cell, is_number=True))
    list_sort(ListSort("balance", _("Balance"), prepare=with_standing, order=("-open_minor", "-standing_customer")))
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.functional import Promise

from tokui.customers.models import Customer

Text = str | Promise
Rows = QuerySet[Customer]


@dataclass(frozen=True)
class ListColumn:
    """A column of the list. `load` gets the ids of a page and returns one value each; `cell` draws it.

    `of` instead of `load` reads a value that the customer's row holds anyway.
    """

    key: str
    label: Text
    load: Callable[[Sequence[UUID]], Mapping[UUID, Any]] = lambda ids: {}
    of: Callable[[Customer], Any] | None = None
    cell: Callable[[Any], str] = str
    is_number: bool = False
    is_shown: bool = True
    sort: str = ""
    order: int = 100
    permission: str = ""


@dataclass(frozen=True)
class ListFilter:
    """A condition `?key=value`. `choices` makes it a menu; without them it is typed. `apply` refuses with Invalid."""

    key: str
    label: Text
    apply: Callable[[Rows, str], Rows]
    choices: Callable[[], Sequence[tuple[str, Text]]] | None = None
    is_indexed: bool = True
    order: int = 100
    permission: str = ""


@dataclass(frozen=True)
class ListSort:
    """An order of the list: columns that are never null, all in one direction, ending in a unique one.

    `prepare` may join and annotate; names in `order` are fields or annotations.
    """

    key: str
    label: Text
    order: tuple[str, ...]
    prepare: Callable[[Rows], Rows] = lambda rows: rows
    permission: str = ""


Search = Callable[[str], Iterable[UUID]]

COLUMNS: dict[str, ListColumn] = {}
FILTERS: dict[str, ListFilter] = {}
SORTS: dict[str, ListSort] = {}
SEARCHES: dict[str, Search] = {}


def list_column(column: ListColumn) -> ListColumn:
    COLUMNS[column.key] = column
    return column


def list_filter(condition: ListFilter) -> ListFilter:
    FILTERS[condition.key] = condition
    return condition


def list_sort(sort: ListSort) -> ListSort:
    SORTS[sort.key] = sort
    return sort


def search_hits(search: Search) -> Search:
    """Register a search by something else than the customer's own text: an invoice's number. It returns customers' ids."""
    SEARCHES[f"{search.__module__}.{search.__qualname__}"] = search
    return search
