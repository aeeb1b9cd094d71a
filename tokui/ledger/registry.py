"""What higher rooms tell the books: how a customer is called, and where the record behind an entry is shown.

The ledger knows no customers (rooms of one floor do not import each other); `config` fills this when the rooms are
ready.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Party:
    """A customer as the books show it."""

    code: str
    name: str
    url: str


Load = Callable[[Iterable[UUID]], Mapping[UUID, Party]]
Find = Callable[[str], list[UUID]]

_load: list[Load] = []
_find: list[Find] = []
Shares = Callable[[Iterable[UUID]], Mapping[UUID, Sequence[tuple[str, int]]]]
_shares: dict[str, Shares] = {}
_banks: list[Callable[[], Mapping[str, str]]] = []
_sources: dict[str, Callable[[UUID], str]] = {}


def name_customers(load: Load, find: Find) -> None:
    """Say how customers are called, a set in one query, and which ones a typed word means, best first."""
    _load[:], _find[:] = [load], [find]


def show_source(source_type: str, url_of: Callable[[UUID], str]) -> None:
    """Say where the record behind entries of a source type is shown."""
    _sources[source_type] = url_of


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


def source_url(source_type: str, source_id: UUID) -> str:
    url_of = _sources.get(source_type)
    return url_of(source_id) if url_of else ""
