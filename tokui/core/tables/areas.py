"""How large the box around the cells of a sheet is. The workbook reader holds that box as a whole, and two far cells or
one repeated cell make it as large as the machine's memory, so it is measured in the XML before the reader starts."""

from __future__ import annotations

import re

from tokui.core.tables.shapes import Limits, TableCode, TableRefused

_ATTRIBUTES = rb"""((?:[^>"']|"[^"]*"|'[^']*')*)>"""
_XLSX_TAG = re.compile(rb"<(?:[\w.-]+:)?(row|c)(?=[\s/>])" + _ATTRIBUTES)
_ODS_TAG = re.compile(rb"<(?:[\w.-]+:)?(table|table-row|table-cell|covered-table-cell)(?=[\s/>])" + _ATTRIBUTES)
_REFERENCE = re.compile(rb"""\sr\s*=\s*["']([A-Z]{1,3})([0-9]{1,7})["']""")
_WITHOUT_REFERENCE = re.compile(rb"""<(?:[\w.-]+:)?c(?=[\s/>])(?![^>]*\sr\s*=)""")
_ROW_NUMBER = re.compile(rb"""\sr\s*=\s*["']([0-9]{1,9})["']""")
_ROWS_REPEATED = re.compile(rb"""number-rows-repeated\s*=\s*["']\s*([0-9]{1,12})""")
_COLUMNS_REPEATED = re.compile(rb"""number-columns-repeated\s*=\s*["']\s*([0-9]{1,12})""")
_LONGEST_TAG = 1 << 20


class Area:
    """The box of one sheet, fed with pieces of XML in order. Raises TableRefused: TOO_MANY_COLUMNS, TOO_MANY_CELLS."""

    def __init__(self, limits: Limits, name: str) -> None:
        self.limits, self.name = limits, name
        self.rows, self.columns = 0, 0
        self.tail = b""

    def feed(self, chunk: bytes) -> None:
        """Measure the complete tags so far; an incomplete one waits for the next chunk."""
        piece = self.tail + chunk
        cut = piece.rfind(b"<")
        if cut < 0 or len(piece) - cut > _LONGEST_TAG:
            cut = len(piece)
        self.tail = piece[cut:]
        self.measure(piece[:cut])
        if self.columns > self.limits.columns:
            self._refuse(TableCode.TOO_MANY_COLUMNS, self.columns, self.limits.columns)
        if self.rows * self.columns > self.limits.workbook_cells:
            self._refuse(TableCode.TOO_MANY_CELLS, self.rows * self.columns, self.limits.workbook_cells)

    def finish(self) -> None:
        """Measure what is left after the last chunk."""
        self.feed(b"<")

    def measure(self, xml: bytes) -> None:
        """Enlarge the box by the cells in these tags."""
        raise NotImplementedError

    def _refuse(self, code: TableCode, found: int, expected: int) -> None:
        raise TableRefused(code, sheet=self.name, found=found, expected=expected)


class XlsxArea(Area):
    """Cells of XLSX name their place, or follow the one before where a writer leaves that out."""

    counting, row, column = False, 0, 0

    def measure(self, xml: bytes) -> None:
        if self.counting or _WITHOUT_REFERENCE.search(xml):
            self.counting = True
            self._count(xml)
        found = set(_REFERENCE.findall(xml))
        if found:
            self.rows = max(self.rows, max(int(row) for _, row in found))
            self.columns = max(self.columns, max(map(column_number, {letters for letters, _ in found})))

    def _count(self, xml: bytes) -> None:
        for tag, attributes in _XLSX_TAG.findall(xml):
            if tag == b"row":
                number = _ROW_NUMBER.search(b" " + attributes)
                self.row, self.column = int(number[1]) if number else self.row + 1, 0
                continue
            self.column += 1
            if reference := _REFERENCE.search(b" " + attributes):
                self.column = column_number(reference[1])
            self.rows, self.columns = max(self.rows, self.row), max(self.columns, self.column)


class OdsArea(Area):
    """Rows and cells of ODS repeat by a count; empty ones at an end take no room, those between others do."""

    row, height, column = 0, 1, 0

    def measure(self, xml: bytes) -> None:
        for tag, attributes in _ODS_TAG.findall(xml):
            if tag == b"table":
                self.rows, self.columns, self.row, self.height, self.column = 0, 0, 0, 0, 0
            elif tag == b"table-row":
                self.row += self.height
                self.height, self.column = _repeated(_ROWS_REPEATED, attributes), 0
            else:
                self.column += _repeated(_COLUMNS_REPEATED, attributes)
                if b"value" in attributes or b"formula" in attributes or not attributes.endswith(b"/"):
                    self.rows = max(self.rows, self.row + self.height)
                    self.columns = max(self.columns, self.column)
                    self._refuse_wide()

    def _refuse_wide(self) -> None:
        # At once, because the next table of the file begins a new box.
        if self.rows * self.columns > self.limits.workbook_cells:
            self._refuse(TableCode.TOO_MANY_CELLS, self.rows * self.columns, self.limits.workbook_cells)


def _repeated(pattern: re.Pattern[bytes], attributes: bytes) -> int:
    found = pattern.search(attributes)
    return int(found[1]) if found else 1


def column_number(letters: bytes) -> int:
    """A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
