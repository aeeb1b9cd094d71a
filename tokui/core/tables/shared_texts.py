"""How much text the cells of an XLSX repeat. A text is stored once and each cell that refers to it gets a copy when the
workbook is read: 17 kilobytes have become 3 gigabytes that way, so the copies are counted beforehand."""

from __future__ import annotations

import re

from tokui.core.tables.shapes import Limits, TableCode, TableRefused

MEMBER = "sharedstrings.xml"
LONG = 1_000  # shorter ones cannot outgrow the limit on cells
_TABLE = re.compile(rb"<(?:[\w.-]+:)?sst[\s/>]")
_ITEM = re.compile(rb"<(?:[\w.-]+:)?si(?=[\s/>])")
_CELL = re.compile(rb"<(?:[\w.-]+:)?c(?=[\s/>])")
_SHARED = re.compile(rb"""^[^>]*\st\s*=\s*["']s["']""")
_INDEX = re.compile(rb"<(?:[\w.-]+:)?v(?:\s[^>]*)?>\s*([0-9]{1,9})\s*<")


class SharedTexts:
    """The long texts of one workbook and how often its cells repeat them, fed with pieces of XML in order."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.lengths: dict[int, int] = {}
        self.copied = 0
        self._item, self._length, self._tail = -1, 0, b""

    def feed(self, name: str, chunk: bytes) -> None:
        """Measure the texts themselves, or count the references to long ones. Raises TableRefused."""
        is_table = name.lower().endswith(MEMBER)
        if not is_table and _TABLE.search(chunk):
            raise TableRefused(TableCode.DAMAGED, sheet=name, expected="sharedStrings.xml")
        if is_table:
            self._measure(chunk)
        elif self.lengths:
            self._count(name, chunk)

    def end(self) -> None:
        """The member is at its end."""
        self._close()
        self._item, self._length, self._tail = -1, 0, b""

    def _measure(self, chunk: bytes) -> None:
        first, *items = _ITEM.split(self._tail + chunk[: -len(b"<x:si ")])
        self._tail = chunk[-len(b"<x:si ") :]
        self._length += len(first)
        for item in items:
            self._close()
            self._item, self._length = self._item + 1, len(item)

    def _close(self) -> None:
        if self._item >= 0 and self._length + len(self._tail) > LONG:
            self.lengths[self._item] = max(self._length, self.lengths.get(self._item, 0))

    def _count(self, name: str, chunk: bytes) -> None:
        *cells, self._tail = _CELL.split(self._tail + chunk)
        for cell in cells:
            if _SHARED.match(cell):
                indexes = _INDEX.findall(cell)
                # An index written in another way, as with entities, counts as the longest text.
                self.copied += sum(self.lengths.get(int(index), 0) for index in indexes)
                self.copied += 0 if indexes else max(self.lengths.values())
        if self.copied > self.limits.workbook_characters:
            raise TableRefused(
                TableCode.TOO_MANY_CELLS, sheet=name, found=self.copied, expected=self.limits.workbook_characters
            )
