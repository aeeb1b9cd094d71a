"""What must hold of a zipped workbook before anything unpacks it: honest sizes, no entities, a bounded area."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from tokui.core.tables.shapes import Limits, TableCode, TableRefused

_CHUNK = 1 << 20
_OVERLAP = 256
_DECLARATIONS = tuple(
    mark.encode(encoding) for mark in ("<!DOCTYPE", "<!ENTITY") for encoding in ("ascii", "utf-16-le", "utf-16-be")
)
_CELL = re.compile(rb"""[\s]r\s*=\s*["']([A-Z]{1,3})([0-9]{1,7})["']""")
_REPEATED = re.compile(rb"""number-(rows|columns)-repeated\s*=\s*["']([0-9]{1,12})["']""")


def check_archive(source: BinaryIO, limits: Limits) -> str:
    """Look through a zipped workbook and say what it is: xlsx, xlsb or ods.

    Raises TableRefused: DAMAGED, UNKNOWN_FORMAT, ZIP_BOMB, XML_ENTITIES, TOO_MANY_CELLS.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, OverflowError) as error:
        raise TableRefused(TableCode.DAMAGED, found=error) from None
    _check_sizes(members, limits)
    kind = _kind({member.filename for member in members})
    for member in members:
        _check_member(source, member, limits)
    return kind


def _check_sizes(members: list[zipfile.ZipInfo], limits: Limits) -> None:
    """The central directory alone refuses the usual bombs, before a byte is unpacked."""
    if len(members) > limits.archive_members:
        raise TableRefused(TableCode.ZIP_BOMB, found=len(members), expected=limits.archive_members)
    unpacked = sum(member.file_size for member in members)
    if unpacked > limits.unpacked_bytes:
        raise TableRefused(TableCode.ZIP_BOMB, found=unpacked, expected=limits.unpacked_bytes)
    for member in members:
        if member.file_size > max(_CHUNK, member.compress_size * limits.packing_ratio):
            raise TableRefused(TableCode.ZIP_BOMB, sheet=member.filename, found=member.file_size)
    end = -1
    for member in sorted(members, key=lambda one: one.header_offset):
        if member.header_offset < end:  # overlapping members: the same bytes unpacked many times
            raise TableRefused(TableCode.ZIP_BOMB, sheet=member.filename)
        end = member.header_offset + 30 + member.compress_size


def _kind(names: set[str]) -> str:
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        return "xlsb"
    if "content.xml" in names:
        return "ods"
    if any(name.startswith("xl/") for name in names):
        return "xlsx"
    raise TableRefused(TableCode.UNKNOWN_FORMAT, found="zip", expected="xlsx")


def _check_member(source: BinaryIO, member: zipfile.ZipInfo, limits: Limits) -> None:
    is_sheet = member.filename.startswith("xl/worksheets/")
    is_content = member.filename == "content.xml"
    area = _Area(limits, member.filename)
    tail = b""
    for chunk in _unpacked(source, member):
        piece = tail + chunk
        if member.filename.endswith((".xml", ".rels", ".vml")) and any(mark in piece for mark in _DECLARATIONS):
            raise TableRefused(TableCode.XML_ENTITIES, sheet=member.filename, found="<!DOCTYPE")
        if is_sheet:
            area.add_references(piece)
        if is_content:
            area.add_repeats(piece)
        tail = piece[-_OVERLAP:]


class _Area:
    """The box around all cells, which the reader holds as a whole however few cells are in it."""

    def __init__(self, limits: Limits, name: str) -> None:
        self.limits, self.name = limits, name
        self.rows, self.columns = 0, 0

    def add_references(self, piece: bytes) -> None:
        found = set(_CELL.findall(piece))
        if not found:
            return
        self.rows = max(self.rows, max(int(row) for _, row in found))
        self.columns = max(self.columns, max(_column_number(letters) for letters in {letters for letters, _ in found}))
        if self.columns > self.limits.columns:
            raise TableRefused(
                TableCode.TOO_MANY_COLUMNS, sheet=self.name, found=self.columns, expected=self.limits.columns
            )
        self._refuse_above(self.rows * self.columns)

    def add_repeats(self, piece: bytes) -> None:
        """OpenDocument repeats a row or cell by a count. Up to a sheet's size that is how empty space is written."""
        for kind, count in _REPEATED.findall(piece):
            if int(count) > (1_048_576 if kind == b"rows" else 16_384):
                self._refuse_above(int(count) * self.limits.workbook_cells)

    def _refuse_above(self, cells: int) -> None:
        if cells > self.limits.workbook_cells:
            raise TableRefused(
                TableCode.TOO_MANY_CELLS, sheet=self.name, found=cells, expected=self.limits.workbook_cells
            )


def _unpacked(source: BinaryIO, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The member's bytes, refusing one that unpacks to another size than it declares.

    Not ZipFile.open: that stops at the declared size, while the workbook reader would go on unpacking.
    """
    source.seek(member.header_offset)
    header = source.read(30)
    if len(header) < 30 or header[:4] != b"PK\x03\x04" or member.flag_bits & 0x1:
        raise TableRefused(TableCode.DAMAGED, sheet=member.filename)
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise TableRefused(TableCode.DAMAGED, sheet=member.filename, found=member.compress_type)
    source.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1)
    unpacker = zlib.decompressobj(-15) if member.compress_type == zipfile.ZIP_DEFLATED else None
    left, size = member.compress_size, 0
    while left > 0 and (packed := source.read(min(left, _CHUNK))):
        left -= len(packed)
        for chunk in _pieces(unpacker, packed, member.filename):
            size += len(chunk)
            if size > member.file_size:
                raise TableRefused(TableCode.ZIP_BOMB, sheet=member.filename, expected=member.file_size)
            yield chunk
    if size != member.file_size:
        raise TableRefused(TableCode.DAMAGED, sheet=member.filename, found=size, expected=member.file_size)


def _pieces(unpacker: zlib._Decompress | None, packed: bytes, name: str) -> Iterator[bytes]:
    if unpacker is None:
        yield packed
        return
    try:
        while packed and not unpacker.eof:
            yield unpacker.decompress(packed, _CHUNK)
            packed = unpacker.unconsumed_tail
    except zlib.error as error:
        raise TableRefused(TableCode.DAMAGED, sheet=name, found=error) from None


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
