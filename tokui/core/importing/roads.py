"""A road: what a kind of file holds, where it is kept, and who judges and writes its rows. Rooms register theirs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Protocol

from tokui.core.actors import Actor
from tokui.core.importing.models import TableImport, TableMapping
from tokui.core.tables import Layout, Problem, Row, Vocabulary

#: Data rows that are judged and written together, in one transaction.
BATCH = 2_000
#: Of rows that are known already only so many are listed; all are counted.
MOST_KNOWN_LISTED = 1_000


@dataclass
class Judged:
    """What a batch of rows means: counts by column of the import, rows to be told, and what there is to write."""

    counts: Counter[str] = field(default_factory=Counter)
    refused: list[tuple[Row, Problem]] = field(default_factory=list)
    known: list[tuple[Row, Problem]] = field(default_factory=list)
    work: list[Any] = field(default_factory=list)

    def refuse(self, row: Row, problems: Sequence[Problem]) -> None:
        self.refused += [(row, problem) for problem in problems]
        self.counts["refused_count"] += 1


class Planner(Protocol):
    """Judges the rows of one file in their order, and writes what was judged good."""

    #: Groups that are refused as a whole, known before the first row or found on the way.
    held: set[str]

    def skip(self, rows: Sequence[tuple[Layout, Row]]) -> None:
        """Rows that an earlier run has taken over: they only count for what comes after them."""

    def judge(self, rows: Sequence[tuple[Layout, Row]]) -> Judged: ...

    def write(self, judged: Judged, batch: Any, *, by: Actor) -> Counter[str]:
        """Take over what was judged; returns the counts as they came out."""


@dataclass(frozen=True)
class Road:
    """How files of one kind come in.

    `wanted` are groups of fields of which a sheet needs one each. `take_back` takes a step of an undo and tells
    whether there may be more; a road without it cannot be taken back. `applied` and `undone` make the events.
    """

    name: str
    source: str
    imports: type[TableImport]
    rows: Any  # a TableImportRow with a reference `batch` to its import
    mappings: type[TableMapping]
    vocabulary: Vocabulary
    wanted: tuple[tuple[str, ...], ...]
    planner: Callable[[frozenset[str]], Planner]
    applied: Callable[[Any], Any]
    fixed: Mapping[str, str] = field(default_factory=dict)
    take_back: Callable[[Any, Actor], bool] | None = None
    undone: Callable[[Any], Any] | None = None


ROADS: dict[str, Road] = {}


def register(road: Road) -> Road:
    ROADS[road.name] = road
    return road


def road_of(name: str) -> Road:
    return ROADS[name]


def chunks(rows: Iterator[tuple[Layout, Row]]) -> Iterator[list[tuple[Layout, Row]]]:
    while some := list(islice(rows, BATCH)):
        yield some
