"""The rows that were refused as a file of their own: as they came, with the reason beside each, to be mended and
brought again."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any, BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from tokui.core.files import open_file
from tokui.core.tables import (
    Cell,
    NewSheet,
    TableFile,
    TableRefused,
    data_rows,
    find_header,
    open_table,
    write_csv,
    write_xlsx,
)
from tokui.customers.importing.columns import REASON_HEADINGS
from tokui.customers.importing.showing import column_words
from tokui.customers.models import Import, ImportRow
from tokui.customers.words import reason_words


@transaction.atomic
def write_refused(batch: Import, target: BinaryIO) -> str:
    """Write the refused rows, a workbook as a workbook and a text table as CSV; returns the format.

    The file and the refusals are read side by side, so that memory does not grow with either.
    """
    with open_file(batch.parcel.file) as stream:
        source: Any = getattr(stream, "file", stream)  # Django's file wraps the real one
        table = open_table(source, name=batch.name, encoding=batch.encoding or None)
        sheets = list(_sheets(batch, table))
        if table.kind == "text":
            write_csv(target, (row for sheet in sheets for row in ([*sheet.heading], *sheet.rows)))
            return "csv"
        write_xlsx(target, sheets)
        return "xlsx"


def _sheets(batch: Import, table: TableFile) -> Iterator[NewSheet]:
    from tokui.customers.actions.imports import known_fields

    known = known_fields()
    for sheet in table.sheets:
        refused = ImportRow.objects.filter(batch=batch, outcome=ImportRow.Outcome.REFUSED, sheet=sheet.name[:60])
        try:
            header = find_header(sheet, known) if refused.exists() else None
        except TableRefused:
            continue
        if header is not None:
            kept = [index for index, name in enumerate(header.names) if name not in REASON_HEADINGS]
            heading = [*(header.names[index] for index in kept), _("Why it was not taken over")]
            told = refused.order_by("row", "id").values_list("row", "column", "reason").iterator(chunk_size=2_000)
            yield NewSheet(sheet.name, _rows(data_rows(sheet, header), kept, told), heading)


def _rows(rows: Any, kept: list[int], told: Iterator[tuple[int, str, Any]]) -> Iterator[list[Cell]]:
    """Both sides ascend by row number."""
    for number, reasons in groupby(told, key=lambda one: one[0]):
        why = _("; ").join(_reason(column, reason) for _number, column, reason in reasons)
        row = next((one for one in rows if one.number >= number), None)
        if row is not None and row.number == number:
            yield [*(row.cells[index] if index < len(row.cells) else "" for index in kept), why]


def _reason(column: str, reason: Any) -> str:
    label = column_words(column)
    return f"{label}: {reason_words(reason)}" if label else reason_words(reason)
