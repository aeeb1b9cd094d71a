"""What higher rooms tell the books: how a customer is called, and where the record behind an entry is shown.

The ledger knows no customers (rooms of one floor do not import each other); `config` fills this when the rooms are
ready.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Party:
    """A customer as the books show it."""

    code: str
    name: str
    url: str


@dataclass(frozen=True)
class Source:
    """The record behind an entry: what people call it (a number, a payer), and its page."""

    name: str
    url: str


Load = Callable[[Iterable[UUID]], Mapping[UUID, Party]]
Find = Callable[[str], list[UUID]]
Tell = Callable[[Iterable[UUID]], Mapping[UUID, Source]]

_load: list[Load] = []
_find: list[Find] = []
_sources: dict[str, Tell] = {}
Shares = Callable[[Iterable[UUID]], Mapping[UUID, Sequence[tuple[str, int]]]]
_shares: dict[str, Shares] = {}
_banks: list[Callable[[], Mapping[str, str]]] = []


def name_customers(load: Load, find: Find) -> None:
    """Say how customers are called, a set in one query, and which ones a typed word means, best first."""
    _load[:], _find[:] = [load], [find]


def tell_sources(source_type: str, tell: Tell) -> None:
    """Say what the records behind entries of a source type are called and where they are shown, a set in one query."""
    _sources[source_type] = tell


def share_by_rate(source_type: str, load: Shares) -> None:
    """Say over which tax codes (`10`, `8`, `exempt` …) and by which weights the records of a source type are spread:
    what is given up of a document is given up of each of its rates."""
    _shares[source_type] = load


def shares_of(source_type: str, ids: Iterable[UUID]) -> Mapping[UUID, Sequence[tuple[str, int]]]:
    load = _shares.get(source_type)
    return load(ids) if load else {}


def name_banks(load: Callable[[], Mapping[str, str]]) -> None:
    """Say how the accounts `bank:…` of the books are called."""
    _banks[:] = [load]


def bank_names() -> Mapping[str, str]:
    return _banks[0]() if _banks else {}


def parties(ids: Iterable[UUID | None]) -> Mapping[UUID, Party]:
    wanted = {key for key in ids if key}
    return _load[0](wanted) if _load and wanted else {}


def find_customers(typed: str) -> list[UUID]:
    return _find[0](typed) if _find else []


def sources(wanted: Iterable[tuple[str, UUID]]) -> Mapping[UUID, Source]:
    """The records behind entries, one query for each type of them."""
    by_type: dict[str, set[UUID]] = defaultdict(set)
    for source_type, key in wanted:
        by_type[source_type].add(key)
    found: dict[UUID, Source] = {}
    for source_type, keys in by_type.items():
        if source_type in _sources:
            found.update(_sources[source_type](keys))
    return found
