"""Which formulas of an XLSX have no stored result. A program that writes workbooks without calculating leaves it out, and
the workbook reader gives such a cell as empty, so it is found in the XML beforehand."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from html import unescape

from tokui.core.tables.areas import column_number

#: Sheet name -> row (from 1) -> columns (from 0).
Uncalculated = Mapping[str, Mapping[int, set[int]]]
MOST = 1_000_000
_FORMULA = re.compile(
    rb"""<(?:[\w.-]+:)?c(?=\s)[^<>]*?\sr\s*=\s*["']([A-Z]{1,3})([0-9]{1,7})["'][^<>]*>\s*"""
    rb"""<(?:[\w.-]+:)?f(?=[\s/>])(?:[^<>]*/>|[^<>]*>[^<]*</(?:[\w.-]+:)?f>)\s*</(?:[\w.-]+:)?c>"""
)
_SHEET = re.compile(rb"<(?:[\w.-]+:)?sheet(?=\s)([^<>]*)>")
_LINK = re.compile(rb"<(?:[\w.-]+:)?Relationship(?=\s)([^<>]*)>")
_LONGEST_CELL = 1 << 15  # Excel's formulas have at most 8,192 characters


class Formulas:
    """Fed with pieces of the workbook's members in order. Pieces overlap by a cell, because a cut may fall within one."""

    def __init__(self) -> None:
        self.count = 0
        self._found: dict[str, dict[int, set[int]]] = {}
        self._book = self._links = b""
        self._name, self._tail = "", b""

    def feed(self, name: str, chunk: bytes) -> None:
        """Note the formulas of a sheet, or what the sheets are called."""
        if name == "xl/workbook.xml":
            self._book += chunk
        elif name == "xl/_rels/workbook.xml.rels":
            self._links += chunk
        elif self.count < MOST:
            self._scan(name, chunk)

    def by_sheet(self) -> Uncalculated:
        """The places by the sheets' names."""
        targets = {_attribute(b"Id", one): _attribute(b"Target", one) for one in _LINK.findall(self._links)}
        named = {}
        for one in _SHEET.findall(self._book):
            target = targets.get(_attribute(rb"[\w.-]+:id", one), "")
            member = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
            if member in self._found:
                named[_attribute(b"name", one)] = self._found[member]
        return named

    def _scan(self, name: str, chunk: bytes) -> None:
        piece = (self._tail if name == self._name else b"") + chunk
        self._name, self._tail = name, piece[-_LONGEST_CELL:]
        if b"<f" not in piece and b":f" not in piece:
            return
        for letters, row in _FORMULA.findall(piece):
            self._found.setdefault(name, {}).setdefault(int(row), set()).add(column_number(letters) - 1)
            self.count += 1


def _attribute(name: bytes, attributes: bytes) -> str:
    found = re.search(rb"(?:^|\s)" + name + rb"""\s*=\s*(?:"([^"]*)"|'([^']*)')""", attributes)
    return unescape((found[1] or found[2] or b"").decode("utf-8", "replace")) if found else ""
