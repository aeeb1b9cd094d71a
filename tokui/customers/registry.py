"""What higher rooms add to customers: columns, filters, views, sort orders and search hits of the list, accounts of ours.

A column loads its values for a whole page in one query; a filter and a sort order name indexed columns only, so that
the list stays within its query count and time at a million customers. Fill it in `AppConfig.ready`:

    list_column(ListColumn("balance", _("Balance"), load=balances_of, cell=money_cell, is_number=True))
    list_sort(ListSort("balance", _("Balance"), prepare=with_standing, order=("-open_minor", "-standing_customer")))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.functional import Promise

from tokui.core.actors import Actor
from tokui.core.errors import NotFound
from tokui.customers.models import Customer

Text = str | Promise
Rows = QuerySet[Customer]


@dataclass(frozen=True)
class ListColumn:
    """A column of the list. `load` gets the ids of a page and returns one value each; `cell` draws it.

    `of` instead of `load` reads a value that the customer's row holds anyway. `fold` is its place in the two lines that
    a row becomes on a phone (f2, f3, f4; without one it is left out there), `leaves` when it goes on a narrow screen
    (p2 late, p3 first). `has_rule` draws the red rule before it; `total` adds it up for everybody the list means.
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
    fold: str = ""
    leaves: str = "p2"
    has_rule: bool = False
    total: Callable[[Rows], str] | None = None

    @property
    def look(self) -> str:
        """The classes of its cells."""
        kind = ("num acct" if self.has_rule else "num") if self.is_number else "soft"
        return f"{kind} {self.fold or self.leaves}"


@dataclass(frozen=True)
class ListView:
    """A view that the list has of itself: a query under a name, with its count after the rows."""

    key: str
    label: Text
    query: str
    order: int = 100
    permission: str = ""


@dataclass(frozen=True)
class ListFilter:
    """A condition `?key=value`; given more than once, any of the values will do.

    `means` is what a value says of a customer; it refuses with Invalid. `choices` makes the condition a menu; without
    them it is typed.
    """

    key: str
    label: Text
    means: Callable[[str], Q]
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
    is_indexed: bool = True


Search = Callable[[str], "QuerySet[Any, UUID] | None"]


@dataclass(frozen=True)
class SearchHits:
    """A search by something else than the customer's own text, for those who may see what it looks into."""

    find: Search
    permission: str


@dataclass(frozen=True)
class OwnAccount:
    """An account of ours on which a payer's name may be known."""

    id: UUID
    public_id: str
    name: str


Accounts = Callable[[], Sequence[OwnAccount]]


@dataclass(frozen=True)
class Mark:
    """What stands at the right of a customer where one is found: the disc of a state and an amount."""

    state: str
    minor: int
    currency: str


@dataclass(frozen=True)
class Marks:
    """Where marks come from, a set of customers in one query, and who may see them."""

    load: Callable[[Sequence[UUID]], Mapping[UUID, Mark]]
    permission: str


COLUMNS: dict[str, ListColumn] = {}
FILTERS: dict[str, ListFilter] = {}
SORTS: dict[str, ListSort] = {}
VIEWS: dict[str, ListView] = {}
SEARCHES: dict[str, SearchHits] = {}
ACCOUNTS: dict[str, Accounts] = {}
MARKS: list[Marks] = []


def list_column(column: ListColumn) -> ListColumn:
    COLUMNS[column.key] = column
    return column


def list_filter(condition: ListFilter) -> ListFilter:
    FILTERS[condition.key] = condition
    return condition


def list_sort(sort: ListSort) -> ListSort:
    SORTS[sort.key] = sort
    return sort


def list_view(view: ListView) -> ListView:
    VIEWS[view.key] = view
    return view


def search_hits(*, permission: str) -> Callable[[Search], Search]:
    """Register a search by something else than the customer's own text (an invoice's number).

    It returns their ids as a query by an index, or None for what cannot mean anything of its kind.
    """

    def register(search: Search) -> Search:
        SEARCHES[f"{search.__module__}.{search.__qualname__}"] = SearchHits(search, permission)
        return search

    return register


def mark_customers(marks: Marks) -> None:
    """Say how customers stand where they are found."""
    MARKS[:] = [marks]


def marks_of(ids: Sequence[UUID], *, by: Actor) -> Mapping[UUID, Mark]:
    return MARKS[0].load(ids) if MARKS and by.can(MARKS[0].permission) else {}


def accounts() -> dict[UUID, OwnAccount]:
    """Every account of ours that a room tells of."""
    return {one.id: one for ask in ACCOUNTS.values() for one in ask()}


def account_of(public_id: str) -> OwnAccount:
    """The account of an id. Raises NotFound."""
    found = next((one for one in accounts().values() if one.public_id == public_id), None)
    if found is None:
        raise NotFound(field="account")
    return found


def own_accounts(accounts: Accounts) -> Accounts:
    """Register where our accounts are asked for: a payer's name is known on one of them, or on all."""
    ACCOUNTS[f"{accounts.__module__}.{accounts.__qualname__}"] = accounts
    return accounts
