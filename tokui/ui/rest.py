"""What the REST doors of all rooms share: who calls, ids, pages, and input that the database can hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, ConfigDict, Field, field_validator

from tokui.core.actors import Actor
from tokui.core.errors import Invalid, NotFound
from tokui.core.ids import parse_public_id, public_id
from tokui.core.money import EXPONENTS
from tokui.core.refused import ValueRefused
from tokui.ui.paging import InvalidCursor, decode_cursor, encode_cursor, page_of

Row = TypeVar("Row", bound=Model)
Shown = TypeVar("Shown")
View = TypeVar("View", bound=Callable[..., Any])

#: What no column of PostgreSQL takes: NUL, and halves of a surrogate pair that JSON can spell.
_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
YEARS = range(1900, 2200)
#: No sum of such amounts leaves a bigint, and every program's JSON reader holds the number exactly (2^53 is 9.0e15).
LARGEST_MINOR = 10**15


def own_conditions(view: View) -> View:
    """Mark an operation that reads conditions which no schema lists (own fields), and refuses unknown ones itself."""
    view.has_own_conditions = True  # type: ignore[attr-defined]
    return view


class Given(Schema):
    """Input of any kind: a body, a form, the parameters of a list.

    Text that cannot be written is refused by field, and so is a field that nothing here is called by: a program that
    misspells one must not believe that it was heard.
    """

    model_config = ConfigDict(extra="forbid")

    @field_validator("*", mode="before")
    @classmethod
    def _writable(cls, value: Any) -> Any:
        refuse_unwritable(value)
        return value


class Paging(Given):
    """Where in a list, and how much of it."""

    limit: int = Field(50, ge=1, le=200, description="Rows in one answer")
    cursor: str = Field("", max_length=600, description="`next_cursor` of the answer before; empty for the first")


class Paged(Schema, Generic[Shown]):
    """Rows of a list. `next_cursor` is null at its end."""

    data: list[Shown]
    next_cursor: str | None


def refuse_unwritable(value: Any) -> None:
    """Raise ValueError when a text, however deep in lists and objects, holds what the database cannot."""
    if not is_writable(value):
        raise ValueError("Text with a NUL character or half a surrogate pair cannot be stored.")


def is_writable(value: Any) -> bool:
    """Whether the database can hold every text in a value, however deep in lists and objects."""
    if isinstance(value, str):
        return not _UNWRITABLE.search(value)
    if isinstance(value, dict):
        return is_writable([*value.keys(), *value.values()])
    return all(is_writable(one) for one in value) if isinstance(value, list | tuple) else True


def _only_iso(value: Any) -> Any:
    """Pydantic would take seconds since 1970 for a day as well; two spellings of one day are one too many."""
    if isinstance(value, str) and not _ISO_DAY.fullmatch(value):
        raise ValueError("Write the day as 2026-11-20.")
    return _only_text(value)


def _only_text(value: Any) -> Any:
    if not isinstance(value, str | date):
        raise ValueError("Write the time as text in ISO 8601.")
    return value


def _in_range(value: Any) -> Any:
    if value.year not in YEARS:
        raise ValueError("The year must lie between 1900 and 2199.")
    return value


def _known_currency(value: str) -> str:
    if value not in EXPONENTS:
        raise ValueError("Use a currency code such as JPY.")
    return value


def _calendar_month(value: str) -> str:
    """`2026-11`, a month that exists."""
    _in_range(date.fromisoformat(f"{value}-01"))
    return value


Day = Annotated[date, BeforeValidator(_only_iso), AfterValidator(_in_range)]
Month = Annotated[str, Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$", max_length=7), AfterValidator(_calendar_month)]
Instant = Annotated[AwareDatetime, BeforeValidator(_only_text), AfterValidator(_in_range)]
Minor = Annotated[int, Field(strict=True, gt=0, le=LARGEST_MINOR, description="Minor units (JPY: whole yen)")]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$"), AfterValidator(_known_currency)]
Id = Annotated[str, Field(max_length=40)]


def caller(request: HttpRequest) -> Actor:
    """Who asks: the API key, or the person signed in."""
    actor: Actor = request.visit.actor  # type: ignore[attr-defined]
    return actor


def key_of(text: str, prefix: str, field: str) -> UUID:
    """The key in a public id that narrows a list. Raises Invalid(field) for anything else; the row may not exist."""
    try:
        return parse_public_id(text, prefix)
    except ValueRefused as trouble:
        raise Invalid(field=field, reason=_("This is not an id of that kind.")) from trouble


def find(rows: QuerySet[Row], text: str, *, field: str | None = None) -> Row:
    """The row with a public id. Unknown, of another kind, another organization's: one and the same NotFound.

    `field` names where in the request the id stood, when it was not the path.
    """
    try:
        key = parse_public_id(text, rows.model.PREFIX)  # type: ignore[attr-defined]
    except ValueRefused as trouble:
        raise NotFound(field=field) from trouble
    row = rows.filter(pk=key).first()
    if row is None:
        raise NotFound(field=field)
    return row


def find_all(rows: QuerySet[Row], texts: Sequence[str], *, field: str) -> list[Row]:
    """The rows with these public ids, in their order, with one statement. Raises NotFound when one is missing."""
    try:
        keys = [parse_public_id(text, rows.model.PREFIX) for text in texts]  # type: ignore[attr-defined]
    except ValueRefused as trouble:
        raise NotFound(field=field) from trouble
    found = rows.in_bulk(keys)
    if any(key not in found for key in keys):
        raise NotFound(field=field)
    return [found[key] for key in keys]


def shown_id(prefix: str, key: UUID | None) -> str | None:
    """The public id of a row that may not be there."""
    return public_id(prefix, key) if key else None


def page(rows: QuerySet[Row], given: Paging, *, order: Sequence[str]) -> dict[str, Any]:
    """One page as `Paged` shows it. Raises Invalid(cursor)."""
    try:
        found = page_of(rows, order=order, after=given.cursor, size=given.limit)
    except InvalidCursor as trouble:
        raise strange_cursor() from trouble
    return {"data": found.rows, "next_cursor": found.next_cursor or None}


def place_after(given: Paging, order: Sequence[str]) -> tuple[Any, ...] | None:
    """The values in the cursor of a list that is not a table's; None at its beginning. Raises Invalid(cursor)."""
    if not given.cursor:
        return None
    try:
        return decode_cursor(given.cursor, order)
    except InvalidCursor as trouble:
        raise strange_cursor() from trouble


def page_until(found: Sequence[Shown], given: Paging, *, order: Sequence[str], place: Any) -> dict[str, Any]:
    """A page of a list that is not a table's. `found` may be a row longer than asked; `place` tells a row's values."""
    kept = found[: given.limit]
    more = encode_cursor(place(kept[-1]), order) if len(found) > given.limit else None
    return {"data": kept, "next_cursor": more}


def strange_cursor() -> Invalid:
    return Invalid(field="cursor", reason=_("This cursor is not one of ours."))
