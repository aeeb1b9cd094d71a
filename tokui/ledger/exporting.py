"""Journal files for accounting programs: what was not handed over yet, marked as handed over.

An entry is exported once per program. After a correction the next export holds only the reversing and the new entries,
so the program's books follow without anything being entered twice. Revenue is written with its tax, as the programs
expect it; an entry's tax is shared among its revenue lines of the same rate in proportion, to the yen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from tokui import access
from tokui.access.permissions import LEDGER_EXPORT, SETTINGS_MANAGE
from tokui.core import clock, files
from tokui.core.actors import Actor
from tokui.core.errors import Invalid, Refusal
from tokui.core.events import emit
from tokui.core.ids import uuid7_many
from tokui.core.locks import advisory_lock
from tokui.core.tenancy import require_organization
from tokui.ledger.events import JournalExported
from tokui.ledger.journals import Books, JournalLine, JournalRefused, Layout, TaxClass, export_journal
from tokui.ledger.mapping import RETURNS, Mapped, Names, sub_account
from tokui.ledger.models import AccountMapping, JournalExport, Posting

#: Rooms above say what they call the second part of an account: a customer's key -> its name.
NAMERS: list[Callable[[set[str]], dict[str, str]]] = []


class NothingToExport(Refusal):
    """Everything in this period has already been exported for this program."""


class JournalNotWritable(Refusal):
    """The journal cannot be written: {code} {text}"""

    status = 422


@dataclass(frozen=True)
class Line:
    """A posting on its way out."""

    entry_id: UUID
    on: date
    debit: str
    credit: str
    amount_minor: int
    memo: str


def naming(function: Callable[[set[str]], dict[str, str]]) -> Callable[[set[str]], dict[str, str]]:
    NAMERS.append(function)
    return function


@transaction.atomic
def export_entries(
    layout: str, *, from_on: date, to_on: date, by: Actor, books: Books = Books.TAX_INCLUDED
) -> JournalExport:
    """Write the entries of a period that this program does not have yet, and mark them. Yen only.

    Refuses with NothingToExport, or JournalNotWritable when a name does not fit the program.
    """
    access.require(by, LEDGER_EXPORT)
    if to_on < from_on:
        raise Invalid(field="to", reason=_("The last day lies before the first."))
    chosen = Layout(layout)
    advisory_lock("ledger.export", [require_organization(), chosen.value])
    entries = _waiting(chosen, from_on, to_on)
    if not entries:
        raise NothingToExport
    numbers = {entry: place for place, entry in enumerate(entries, _next_number(chosen))}
    try:
        written = export_journal(list(_journal_lines(entries, numbers, books)), chosen, books=books)
    except JournalRefused as refused:
        raise JournalNotWritable(code=refused.code, text=refused.text) from refused
    name = f"{chosen.value}_{from_on:%Y%m%d}-{to_on:%Y%m%d}_{clock.now():%Y%m%d%H%M%S}.{written.extension}"
    export = JournalExport.objects.create(
        layout=chosen.value,
        from_on=from_on,
        to_on=to_on,
        entry_count=len(entries),
        file=files.store(written.content, name=name, content_type=written.media_type),
        replaced=[character[:8] for character in written.replaced],
        exported_at=clock.now(),
        exported_by=by.name,
    )
    _mark(export, numbers)
    emit(JournalExported(export.pk, chosen.value, len(entries)), about=export, by=by)
    return export


@transaction.atomic
def map_account(pattern: str, *, account: str, sub: str = "", tax_class: str = "", by: Actor) -> AccountMapping:
    """Say what the accounting program calls the accounts that fit a pattern."""
    access.require(by, SETTINGS_MANAGE)
    if not pattern.strip() or not account.strip():
        raise Invalid(field="pattern", reason=_("A pattern and an account are needed."))
    row, _created = AccountMapping.objects.update_or_create(
        pattern=pattern.strip(), defaults={"account": account.strip(), "sub_account": sub, "tax_class": tax_class}
    )
    return row


@transaction.atomic
def unmap_account(row: AccountMapping, *, by: Actor) -> None:
    """Go back to the usual name of these accounts."""
    access.require(by, SETTINGS_MANAGE)
    row.delete()


def names() -> Names:
    """The organization's names over the usual ones."""
    own = [Mapped(row.pattern, row.account, row.sub_account, row.tax_class) for row in AccountMapping.objects.all()]
    return Names(own)


def waiting_count(layout: str, from_on: date, to_on: date) -> int:
    """How many entries of a period the program does not have yet."""
    return len(_waiting(Layout(layout), from_on, to_on))


def _waiting(layout: Layout, from_on: date, to_on: date) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT entry.id FROM ledger_entry entry
             WHERE entry."on" BETWEEN %s AND %s AND NOT EXISTS (
                   SELECT 1 FROM ledger_exportmark mark WHERE mark.layout = %s AND mark.entry_id = entry.id)
             ORDER BY entry."on", entry.id
            """,
            [from_on, to_on, layout.value],
        )
        return [row[0] for row in cursor.fetchall()]


def _next_number(layout: Layout) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(number), 0) + 1 FROM ledger_exportmark WHERE layout = %s", [layout.value])
        return int(cursor.fetchone()[0])


def _journal_lines(entries: list[UUID], numbers: dict[UUID, int], books: Books) -> Iterable[JournalLine]:
    postings: dict[UUID, list[Line]] = defaultdict(list)
    rows = Posting.objects.filter(entry__in=entries, currency="JPY").select_related("entry").order_by("place")
    for row in rows.iterator(chunk_size=5_000):
        line = Line(row.entry_id, row.on, row.debit, row.credit, row.amount_minor, row.entry.memo or row.entry.kind)
        postings[row.entry_id].append(line)
    book = names()
    seconds = {part for lines in postings.values() for line in lines for part in _second_parts(line)}
    called: dict[str, str] = {}
    for namer in NAMERS:
        called |= namer(seconds)
    for entry in entries:
        yield from _lines_of(numbers[entry], postings[entry], book, called)


def _second_parts(line: Line) -> list[str]:
    return [code.split(":")[1] for code in (line.debit, line.credit) if code.count(":")]


def _lines_of(number: int, lines: Sequence[Line], book: Names, called: dict[str, str]) -> Iterable[JournalLine]:
    """One entry's rows: revenue with its share of the tax of the same rate, everything else as posted."""
    taxes: dict[tuple[str, bool], int] = defaultdict(int)
    for line in lines:
        for code, is_credit in ((line.credit, True), (line.debit, False)):
            if code.startswith("tax:"):
                taxes[code.split(":")[1], is_credit] += line.amount_minor
    shares = _tax_shares(lines, taxes)
    absorbed = {rate for rate, _share in shares.values()}
    for line in lines:
        rate = _tax_of(line)
        if rate in absorbed:
            continue
        yield _line(number, line, shares.get(id(line), (None, 0))[1], book, called)


def _tax_shares(lines: Sequence[Line], taxes: dict[tuple[str, bool], int]) -> dict[int, tuple[tuple[str, bool], int]]:
    """Revenue line -> the rate and the part of its tax that the line carries; the parts sum to the tax."""
    groups: dict[tuple[str, bool], list[Line]] = defaultdict(list)
    for line in lines:
        key = _revenue_rate(line)
        if key in taxes:
            groups[key].append(line)
    shares = {}
    for key, group in groups.items():
        whole, upto, given = sum(line.amount_minor for line in group), 0, 0
        for line in group:
            upto += line.amount_minor
            part = taxes[key] * upto // whole - given
            given += part
            shares[id(line)] = (key, part)
    return shares


def _revenue_rate(line: Line) -> tuple[str, bool]:
    if line.credit.startswith("revenue:"):
        return line.credit.split(":")[-1], True
    return (line.debit.split(":")[-1], False) if line.debit.startswith("revenue:") else ("", True)


def _tax_of(line: Line) -> tuple[str, bool] | None:
    if line.credit.startswith("tax:"):
        return line.credit.split(":")[1], True
    return (line.debit.split(":")[1], False) if line.debit.startswith("tax:") else None


def _line(number: int, line: Line, tax: int, book: Names, called: dict[str, str]) -> JournalLine:
    debit, credit = book.of(line.debit), book.of(line.credit)
    amount = line.amount_minor + tax
    debit_class = (
        RETURNS.get(debit.tax_class, debit.tax_class) if line.debit.startswith("revenue:") else debit.tax_class
    )
    return JournalLine(
        entry_no=number,
        on=line.on,
        debit_account=debit.account,
        debit_minor=amount,
        credit_account=credit.account,
        credit_minor=amount,
        debit_sub=sub_account(debit, line.debit, called),
        credit_sub=sub_account(credit, line.credit, called),
        debit_tax_class=_tax_class(debit_class),
        credit_tax_class=_tax_class(credit.tax_class),
        debit_tax_minor=tax if line.debit.startswith("revenue:") else 0,
        credit_tax_minor=tax if line.credit.startswith("revenue:") else 0,
        memo=line.memo,
    )


def _tax_class(text: str) -> TaxClass | str:
    if not text:
        return TaxClass.OUT_OF_SCOPE
    return TaxClass(text) if text in set(TaxClass) else text


def _mark(export: JournalExport, numbers: dict[UUID, int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO ledger_exportmark (id, organization_id, layout, entry_id, export_id, number)
            SELECT id, %s, %s, entry, %s, number FROM unnest(%s::uuid[], %s::uuid[], %s::int[]) AS given (id, entry, number)
            """,
            [
                *(require_organization(), export.layout, export.pk),
                *(uuid7_many(len(numbers)), list(numbers), list(numbers.values())),
            ],
        )
