"""Tables that people bring and take away: any workbook or text table in, CSV and XLSX out. Pure, streaming, bounded."""

from tokui.core.tables.headers import Confidence, Header, Proposal, Vocabulary, data_rows, find_header, propose
from tokui.core.tables.reading import open_table
from tokui.core.tables.shapes import (
    UNCALCULATED,
    Cell,
    Limits,
    Row,
    Sheet,
    TableCode,
    TableFile,
    TableRefused,
    batches,
    cell_text,
    column_letters,
)
from tokui.core.tables.writing import NewSheet, write_csv, write_xlsx

__all__ = [
    "UNCALCULATED",
    "Cell",
    "Confidence",
    "Header",
    "Limits",
    "NewSheet",
    "Proposal",
    "Row",
    "Sheet",
    "TableCode",
    "TableFile",
    "TableRefused",
    "Vocabulary",
    "batches",
    "cell_text",
    "column_letters",
    "data_rows",
    "find_header",
    "open_table",
    "propose",
    "write_csv",
    "write_xlsx",
]
