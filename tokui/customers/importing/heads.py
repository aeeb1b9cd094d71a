"""The headings of a file with the first values under each, so that a person sees what a column holds. Pure."""

from __future__ import annotations

from itertools import islice

from tokui.core.tables import (
    Row,
    Sheet,
    TableCode,
    TableFile,
    TableRefused,
    Vocabulary,
    data_rows,
    find_header,
    numbered,
)
from tokui.customers.importing.columns import REASON_HEADINGS

LOOK_AT_ROWS = 80
SAMPLES = 3
LONGEST_SAMPLE = 40


def read_headings(table: TableFile, known: Vocabulary) -> dict[str, list[str]]:
    """The headings of all sheets together, in order, each once, with a few values. Raises TableRefused."""
    found: dict[str, list[str]] = {}
    refusal: TableRefused | None = None
    for sheet in table.sheets:
        head = sheet.head(LOOK_AT_ROWS)
        try:
            _read(sheet.name, head, known, found)
        except TableRefused as refused:
            if refused.code not in (TableCode.EMPTY, TableCode.NO_HEADER):
                raise
            refusal = refusal or refused
    if not found:
        raise refusal or TableRefused(TableCode.EMPTY)
    return found


def _read(name: str, head: list[Row], known: Vocabulary, found: dict[str, list[str]]) -> None:
    sheet = Sheet(name, lambda: iter(head))
    header = find_header(sheet, known)
    names = numbered(header.names)
    for heading in names:
        if heading and heading not in REASON_HEADINGS:
            found.setdefault(heading, [])
    for row in islice(data_rows(sheet, header), SAMPLES * 10):
        for index, heading in enumerate(names):
            text = row.text(index)[:LONGEST_SAMPLE]
            if text and heading in found and len(found[heading]) < SAMPLES and text not in found[heading]:
                found[heading].append(text)
