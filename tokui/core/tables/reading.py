"""One door for every table a person may bring."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import BinaryIO

from tokui.core.tables.shapes import Limits, Sheet, TableCode, TableFile, TableRefused
from tokui.core.tables.texts import read_text, text_layout
from tokui.core.tables.workbooks import is_workbook, open_workbook

DEFAULT_LIMITS = Limits()
_NO_TABLE = re.compile(
    rb"\s*(?:<!doctype|<html|<\?xml|<table|%PDF|\{\\rtf|GIF8|\x89PNG|\xff\xd8\xff|\x1f\x8b|7z\xbc)", re.IGNORECASE
)


def open_table(
    source: BinaryIO | Path,
    *,
    name: str = "",
    encoding: str | None = None,
    delimiter: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> TableFile:
    """Open XLSX, XLS, XLSB, ODS, CSV or TSV, recognised by content and never by name.

    `source` is a path or a seekable binary file that stays open while rows are read. Text may be UTF-8 with or without
    mark, CP932, UTF-16, EUC-JP or ISO-2022-JP; `encoding` and `delimiter` override the guess.
    Raises TableRefused for everything that cannot be read exactly.
    """
    if isinstance(source, Path):
        return open_table(
            source.open("rb"), name=name or source.name, encoding=encoding, delimiter=delimiter, limits=limits
        )
    source.seek(0)
    head = source.read(4096)
    if not head:
        raise TableRefused(TableCode.EMPTY, sheet=name)
    if is_workbook(head):
        kind, sheets = open_workbook(source, limits)
        return TableFile(kind, sheets)
    if _NO_TABLE.match(head):
        raise TableRefused(TableCode.UNKNOWN_FORMAT, sheet=name, found=head[:40].decode("ascii", "replace"))
    encoding, delimiter = text_layout(source, name, encoding, delimiter)
    read = partial(read_text, source, name, encoding, delimiter, limits)
    return TableFile("text", (Sheet(name, read),), encoding, delimiter)
