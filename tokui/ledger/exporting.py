"""Handing the books to an accounting program: what it does not have yet, as a file, each entry once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from tokui import access
from tokui.access.permissions import LEDGER_EXPORT
from tokui.core import clock
from tokui.core.actors import Actor
from tokui.core.errors import Invalid, Refusal
from tokui.core.events import emit
from tokui.core.files import store
from tokui.core.locks import advisory_lock
from tokui.core.tenancy import require_organization
from tokui.ledger.accounts import customer_of, kind_word
from tokui.ledger.events import JournalExported
from tokui.ledger.folding import Called, Moved, journal_lines
from tokui.ledger.journals import Books, JournalLine, JournalRefused, Layout, export_journal
from tokui.ledger.mapping import CUSTOMER, Mapped, resolve, rules, tax_class_of
from tokui.ledger.models import Entry, ExportMark, JournalExport, Posting
from tokui.ledger.registry import Party, parties

#: What is taken into one file; more is a matter of a shorter period.
MOST_ENTRIES = 200_000


class NothingToExport(Refusal):
    """The program already has every entry of this period."""


class TooManyEntries(Refusal):
    """This period has more than {most} entries; choose a shorter one."""

    status = 422


class NameDoesNotFit(Refusal):
    """The program cannot take the name “{name}”. Change it in the account mapping."""

    status = 422


def waiting(layout: Layout, from_on: date, to_on: date) -> QuerySet[Entry]:
    """Entries in yen that this program does not have yet. Other currencies are not part of these files."""
    has = ExportMark.objects.filter(layout=layout, entry=OuterRef("pk"))
    return in_yen(from_on, to_on).filter(~Exists(has))


def in_yen(from_on: date, to_on: date) -> QuerySet[Entry]:
    foreign = Posting.objects.filter(entry=OuterRef("pk")).exclude(currency="JPY")
    return Entry.objects.filter(on__gte=from_on, on__lte=to_on).filter(~Exists(foreign))


@transaction.atomic
def make_export(
    layout: Layout, *, from_on: date, to_on: date, books: Books, by: Actor, everything: bool = False
) -> JournalExport:
    """Write what the program does not have yet (差分出力); `everything` repeats what it has, under the same numbers.

    Refuses with NothingToExport, TooManyEntries, or NameDoesNotFit for a name the program would cut or cannot hold.
    """
    access.require(by, LEDGER_EXPORT)
    if to_on < from_on:
        raise Invalid(field="to_on", reason=_("The period ends before it begins."))
    advisory_lock("ledger.export", [require_organization(), layout])
    chosen = in_yen(from_on, to_on) if everything else waiting(layout, from_on, to_on)
    entries = list(chosen.order_by("on", "id")[: MOST_ENTRIES + 1])
    if not entries:
        raise NothingToExport
    if len(entries) > MOST_ENTRIES:
        raise TooManyEntries(most=f"{MOST_ENTRIES:,}")
    numbers, fresh = _numbers(layout, entries)
    try:
        written = export_journal(_lines(entries, numbers, from_on, to_on), layout, books=books)
    except JournalRefused as refused:
        raise NameDoesNotFit(name=refused.text or str(refused.entry_no)) from refused
    name = f"journal-{layout}-{from_on:%Y%m%d}-{to_on:%Y%m%d}.{written.extension}"
    export = JournalExport.objects.create(
        layout=layout,
        from_on=from_on,
        to_on=to_on,
        entry_count=len(entries),
        file=store(written.content, name=name, content_type=written.media_type),
        replaced=list(written.replaced)[:50],
        exported_at=clock.now(),
        exported_by=by.name,
    )
    home = export.organization_id
    ExportMark.objects.bulk_create(
        [
            ExportMark(organization_id=home, layout=layout, entry_id=key, export=export, number=numbers[key])
            for key in fresh
        ],
        batch_size=2000,
    )
    emit(JournalExported(export.pk, layout, len(entries)), about=export, by=by)
    return export


def _numbers(layout: Layout, entries: Sequence[Entry]) -> tuple[dict[UUID, int], list[UUID]]:
    """Every entry's number in this program: the one it has, else the next; and the entries that are new to it."""
    keys = [entry.pk for entry in entries]
    marks = ExportMark.objects.filter(layout=layout)
    numbers = dict(marks.filter(entry_id__in=keys).values_list("entry_id", "number"))
    last = marks.aggregate(last=Max("number"))["last"] or 0
    fresh = [key for key in keys if key not in numbers]
    return numbers | {key: last + place for place, key in enumerate(fresh, start=1)}, fresh


def _lines(entries: Sequence[Entry], numbers: Mapping[UUID, int], from_on: date, to_on: date) -> list[JournalLine]:
    wanted = {entry.pk: entry for entry in entries}
    postings = Posting.objects.filter(entry__on__gte=from_on, entry__on__lte=to_on)
    rows = postings.order_by("entry__on", "entry_id", "place").values_list(
        "entry_id", "debit", "credit", "amount_minor"
    )
    known = rules()
    named = parties(entry.customer_id for entry in entries)
    called: dict[str, Called] = {}

    def call(code: str) -> Called:
        if code not in called:
            called[code] = _called(code, resolve(code, known), named)
        return called[code]

    lines: list[JournalLine] = []
    with override("ja"):
        for key, group in groupby(rows.iterator(), key=lambda row: row[0]):
            if key not in wanted:
                continue
            entry = wanted[key]
            moved = [Moved(*row[1:]) for row in group]
            lines += journal_lines(
                moved, number=numbers[key], on=entry.on, kind=entry.kind, memo=_memo(entry, named), call=call
            )
    return lines


def _called(code: str, rule: Mapped | None, named: Mapping[UUID, Party]) -> Called:
    if rule is None:
        return Called(code, "", tax_class_of("out_of_scope"))
    key = customer_of(code)
    name = named[key].name if key and key in named else ""
    return Called(rule.account, rule.sub_account.replace(CUSTOMER, name).strip(), tax_class_of(rule.tax_class))


def _memo(entry: Entry, named: Mapping[UUID, Party]) -> str:
    name = named[entry.customer_id].name if entry.customer_id and entry.customer_id in named else ""
    return " ".join(part for part in (kind_word(entry.kind), name, entry.memo) if part)
