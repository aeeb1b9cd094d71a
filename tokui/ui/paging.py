"""Long lists: keyset paging with a signed cursor, and counts that stop counting."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db.models import Model, QuerySet
from django.db.models.expressions import F
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan

Row = TypeVar("Row")
Entity = TypeVar("Entity", bound=Model)

PAGE_SIZE = 50
COUNT_CAP = 1000
_SIGNER_SALT = "tokui.ui.cursor"
_KINDS: dict[str, Any] = {
    "i": int,
    "s": str,
    "d": date.fromisoformat,
    "t": datetime.fromisoformat,
    "u": UUID,
}


class InvalidCursor(ValueError):
    """The cursor was not made by us, or belongs to another order of the list."""


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Rows of a list and the cursor after the last of them; "" when the list ends here."""

    rows: Sequence[Row]
    next_cursor: str = ""


@dataclass(frozen=True)
class CappedCount:
    """A count that stopped at a cap: "1,000+"."""

    number: int
    capped: bool

    def __str__(self) -> str:
        return f"{self.number:,}+" if self.capped else f"{self.number:,}"


def page_of(rows: QuerySet[Entity], *, order: Sequence[str], after: str = "", size: int = PAGE_SIZE) -> Page[Entity]:
    """One page in an order of columns that are never null and end in a unique one, all in one direction.

    `order` is like ("-due_on", "-id"). The comparison is one row comparison, which an index on the same columns
    answers and row level security allows. Raises InvalidCursor for a cursor that is not ours.
    """
    names = [name.lstrip("-") for name in order]
    if len({name.startswith("-") for name in order}) != 1:
        raise ValueError("a keyset order has one direction: (due_on, id) < (…) compares whole rows")
    chosen = (_after(rows, order, after) if after else rows).order_by(*order)
    found = list(chosen[: size + 1])
    if len(found) <= size:
        return Page(found)
    last = found[size - 1]
    return Page(found[:size], encode_cursor([_value(last, name) for name in names], order))


def encode_cursor(values: Sequence[Any], order: Sequence[str]) -> str:
    """A signed, URL-safe token for the place behind a row. It is bound to the order of the list."""
    packed = [[_kind(value), value.isoformat() if isinstance(value, date) else str(value)] for value in values]
    return Signer(salt=_SIGNER_SALT).sign_object({"o": list(order), "v": packed})


def decode_cursor(token: str, order: Sequence[str]) -> tuple[Any, ...]:
    """The values in a token. Raises InvalidCursor when it was tampered with or made for another order."""
    try:
        told = Signer(salt=_SIGNER_SALT).unsign_object(token)
        if told["o"] != list(order):
            raise InvalidCursor("made for another order")
        return tuple(_KINDS[kind](text) for kind, text in told["v"])
    except (BadSignature, KeyError, TypeError, ValueError, json.JSONDecodeError) as trouble:
        raise InvalidCursor(str(trouble)) from trouble


def capped_count(rows: QuerySet[Any], cap: int = COUNT_CAP) -> CappedCount:
    """Count at most `cap` rows, whatever the size of the table."""
    number = rows.order_by()[: cap + 1].count()
    return CappedCount(min(number, cap), number > cap)


def _after(rows: QuerySet[Entity], order: Sequence[str], token: str) -> QuerySet[Entity]:
    names = Tuple(*(F(name.lstrip("-")) for name in order))
    values = decode_cursor(token, order)
    return rows.filter(TupleLessThan(names, values) if order[0].startswith("-") else TupleGreaterThan(names, values))


def _kind(value: Any) -> str:
    for kind, accepted in (("i", int), ("s", str), ("t", datetime), ("d", date), ("u", UUID)):
        if isinstance(value, accepted) and not isinstance(value, bool):
            return kind
    raise TypeError(f"a cursor cannot hold {type(value).__name__}; order by columns that are never null")


def _value(row: Any, path: str) -> Any:
    for name in path.split("__"):
        row = getattr(row, name)
    return row
