"""Taking numbers: a counter row is locked for the shortest time, a run takes its block per batch."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from tokui import access
from tokui.access.models import Business
from tokui.access.permissions import SETTINGS_MANAGE
from tokui.core.actors import Actor
from tokui.core.errors import NotFound
from tokui.core.events import emit
from tokui.core.ids import uuid7
from tokui.core.tenancy import require_organization
from tokui.invoices.events import SeriesChanged
from tokui.invoices.models import NumberSeries, SeriesCounter
from tokui.invoices.refused import PatternTaken, PatternUnusable

HEADS = {
    NumberSeries.Kind.INVOICE: "INV",
    NumberSeries.Kind.CREDIT_NOTE: "CN",
    NumberSeries.Kind.RECEIPT: "RC",
    NumberSeries.Kind.DELIVERY: "DN",
}
_PATTERN = re.compile(r"(?:[A-Z0-9-]|\{year\}|\{yy\}|\{month\})*\{number\}[A-Z0-9-]*", re.ASCII)


@dataclass(frozen=True)
class Block:
    """Consecutive numbers of a series: from `first` on, written as head + number + tail."""

    series_id: UUID
    period: int
    first: int
    head: str
    tail: str
    digits: int

    def number(self, place: int = 0) -> str:
        return f"{self.head}{self.first + place:0{self.digits}d}{self.tail}"


def take_numbers(kind: str, wanted: Mapping[UUID, int], on: date) -> dict[UUID, Block]:
    """Reserve consecutive numbers per business for documents of a day. Taken in series order, so runs never cross.

    They are given out for good only when the transaction commits, which keeps the series without gaps.
    """
    series = sorted((series_of(business, kind) for business in wanted), key=lambda one: one.pk)
    return {one.business_id: _take(one, wanted[one.business_id], on) for one in series}


def series_of(business_id: UUID, kind: str) -> NumberSeries:
    """The series of a business; the first use creates it with the usual pattern."""
    found = NumberSeries.objects.filter(business_id=business_id, kind=kind).first()
    if found:
        return found
    try:
        with transaction.atomic():
            return NumberSeries.objects.create(
                business_id=business_id, kind=kind, pattern=_usual(business_id, kind), digits=4
            )
    except IntegrityError:
        return NumberSeries.objects.get(business_id=business_id, kind=kind)


@transaction.atomic
def change_series(business_id: UUID, kind: str, *, pattern: str, digits: int, by: Actor) -> NumberSeries:
    """Number the coming documents by another pattern; a pattern of its own counts from one."""
    access.require(by, SETTINGS_MANAGE)
    if not is_usable(pattern, digits):
        raise PatternUnusable(field="pattern")
    if not Business.objects.filter(pk=business_id).exists():
        raise NotFound
    series = series_of(business_id, kind)
    if NumberSeries.objects.filter(pattern=pattern).exclude(pk=series.pk).exists():
        raise PatternTaken(field="pattern")
    series.pattern, series.digits = pattern, digits
    series.save(update_fields=["pattern", "digits"])
    emit(SeriesChanged(series.pk, pattern), about=series, by=by)
    return series


def is_usable(pattern: str, digits: int) -> bool:
    """Whether a pattern gives every document a number of its own: a month alone would come again next year."""
    if not _PATTERN.fullmatch(pattern) or not 1 <= digits <= 9 or len(pattern) > 30:
        return False
    return "{month}" not in pattern or "{year}" in pattern or "{yy}" in pattern


def next_number(business_id: UUID, kind: str, *, pattern: str, digits: int, on: date) -> str:
    """The number that the next document of a day would bear under a pattern; nothing is taken."""
    period = period_of(pattern, on)
    counters = SeriesCounter.objects.filter(series__business=business_id, series__kind=kind, period=period)
    last = counters.values_list("last_number", flat=True).first() or 0
    return _filled(pattern, on).replace("{number}", f"{last + 1:0{digits}d}")


def _usual(business_id: UUID, kind: str) -> str:
    """The first business numbers with INV-, every other one puts its code before that."""
    plain = f"{HEADS[NumberSeries.Kind(kind)]}-{{yy}}{{month}}-{{number}}"
    if not NumberSeries.objects.filter(pattern=plain).exists():
        return plain
    code = re.sub(r"[^A-Z0-9]", "", Business.objects.get(pk=business_id).code.upper())[:8]
    candidate = f"{code[: 30 - len(plain) - 1]}-{plain}"
    if code and not NumberSeries.objects.filter(pattern=candidate).exists():
        return candidate
    return f"{uuid7().hex[-6:].upper()}-{plain}"


def _take(series: NumberSeries, count: int, on: date) -> Block:
    period = period_of(series.pattern, on)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO invoices_seriescounter (id, organization_id, series_id, period, last_number)
            VALUES (%s, %s, %s, %s, %s)
            ON CONFLICT (organization_id, series_id, period)
            DO UPDATE SET last_number = invoices_seriescounter.last_number + excluded.last_number
            RETURNING last_number
            """,
            [uuid7(), require_organization(), series.pk, period, count],
        )
        last = int(cursor.fetchone()[0])
    head, _separator, tail = _filled(series.pattern, on).partition("{number}")
    return Block(series.pk, period, last - count + 1, head, tail, series.digits)


def period_of(pattern: str, on: date) -> int:
    """The part of a pattern that begins the count anew, as a number: 202610, 2026, or 0 for one endless count."""
    if "{month}" in pattern:
        return on.year * 100 + on.month
    return on.year if "{year}" in pattern or "{yy}" in pattern else 0


def _filled(pattern: str, on: date) -> str:
    return (
        pattern.replace("{year}", f"{on.year:04}")
        .replace("{yy}", f"{on.year % 100:02}")
        .replace("{month}", f"{on.month:02}")
    )
