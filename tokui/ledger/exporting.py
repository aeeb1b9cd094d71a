"""Handing the books to an accounting program: what it does not have yet, as a file, each entry once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet
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
from tokui.ledger.folding import GIVEN_UP, Called, Moved, journal_lines, share_out
from tokui.ledger.journals import Books, JournalLine, JournalRefused, Layout, export_journal, fitting_name
from tokui.ledger.mapping import BANK, CUSTOMER, Mapped, resolve, rules, tax_class_of
from tokui.ledger.models import Entry, ExportMark, JournalExport, Posting
from tokui.ledger.registry import Party, bank_names, parties, shares_of

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


def in_other_currencies(from_on: date, to_on: date) -> QuerySet[Entry]:
    """Entries that these files leave out, because the programs keep their books in yen."""
    foreign = Posting.objects.filter(entry=OuterRef("pk")).exclude(currency="JPY")
    return Entry.objects.filter(on__gte=from_on, on__lte=to_on).filter(Exists(foreign))


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
        written = export_journal(_lines(entries, numbers, layout, (from_on, to_on)), layout, books=books)
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


def _lines(
    entries: Sequence[Entry], numbers: Mapping[UUID, int], layout: Layout, days: tuple[date, date]
) -> list[JournalLine]:
    wanted = {entry.pk: entry for entry in entries}
    postings = Posting.objects.filter(entry__on__range=days)
    rows = postings.order_by("entry__on", "entry_id", "place").values_list(
        "entry_id", "debit", "credit", "amount_minor"
    )
    known = rules()
    named = parties(entry.customer_id for entry in entries)
    banks = bank_names()
    shares = _shares(postings)
    called: dict[str, Called] = {}

    def call(code: str) -> Called:
        if code not in called:
            called[code] = _called(code, resolve(code, known), _filled_in(code, named, banks), layout)
        return called[code]

    lines: list[JournalLine] = []
    with override("ja"):
        for key, group in groupby(rows.iterator(), key=lambda row: row[0]):
            if key not in wanted:
                continue
            entry = wanted[key]
            moved = share_out((Moved(*row[1:]) for row in group), shares.get(entry.source_id, ()))
            lines += journal_lines(
                moved, number=numbers[key], on=entry.on, kind=entry.kind, memo=_memo(entry, named), call=call
            )
    return lines


def _shares(postings: QuerySet[Posting]) -> Mapping[UUID, Sequence[tuple[str, int]]]:
    """The tax codes of what was given up, by the record behind its entry."""
    given = Q(debit__startswith=GIVEN_UP) | Q(credit__startswith=GIVEN_UP)
    by_type: dict[str, set[UUID]] = defaultdict(set)
    for source_type, key in postings.filter(given).values_list("entry__source_type", "entry__source_id"):
        by_type[source_type].add(key)
    return {key: codes for name, keys in by_type.items() for key, codes in shares_of(name, keys).items()}


def _filled_in(code: str, named: Mapping[UUID, Party], banks: Mapping[str, str]) -> dict[str, str]:
    """What stands for {customer} and {bank} in the sub-account of this account."""
    key = customer_of(code)
    return {CUSTOMER: named[key].name if key and key in named else "", BANK: banks.get(code, "")}


def _called(code: str, rule: Mapped | None, names: Mapping[str, str], layout: Layout) -> Called:
    """A name that is filled in is cut to what the program takes; one that a person wrote must fit as it is."""
    if rule is None:
        return Called(code, "", tax_class_of("out_of_scope"))
    sub = rule.sub_account
    for mark, name in names.items():
        sub = sub.replace(mark, name)
    if sub != rule.sub_account:
        sub = fitting_name(sub, layout)
    return Called(rule.account, sub.strip(), tax_class_of(rule.tax_class))


def _memo(entry: Entry, named: Mapping[UUID, Party]) -> str:
    name = named[entry.customer_id].name if entry.customer_id and entry.customer_id in named else ""
    return " ".join(part for part in (kind_word(entry.kind), name, entry.memo) if part)
