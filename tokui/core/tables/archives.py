"""What must hold of a zipped workbook before anything unpacks it: honest sizes, no entities, a bounded area."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from tokui.core.tables.areas import Area, OdsArea, XlsxArea
from tokui.core.tables.formulas import Formulas, Uncalculated
from tokui.core.tables.shapes import Limits, TableCode, TableRefused
from tokui.core.tables.shared_texts import MEMBER, SharedTexts

_MAIN_PARTS = {"xl/workbook.xml": "xlsx", "xl/workbook.bin": "xlsb", "content.xml": "ods"}
_CHUNK = 1 << 20
_OVERLAP = 64
_DECLARATIONS = tuple(
    mark.encode(encoding) for mark in ("<!DOCTYPE", "<!ENTITY") for encoding in ("ascii", "utf-16-le", "utf-16-be")
)


def check_archive(source: BinaryIO, limits: Limits) -> tuple[str, Uncalculated]:
    """Look through a zipped workbook and say what it is (xlsx, xlsb or ods) and which formulas of an xlsx have no result.

    Raises TableRefused: DAMAGED, UNKNOWN_FORMAT, ZIP_BOMB, XML_ENTITIES, TOO_MANY_CELLS.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, OverflowError) as error:
        raise TableRefused(TableCode.DAMAGED, found=error) from None
    _check_sizes(members, limits)
    kind = _kind({member.filename for member in members})
    texts, formulas = SharedTexts(limits), Formulas()
    for member in sorted(members, key=lambda one: not one.filename.lower().endswith(MEMBER)):
        _check_member(source, member, kind, limits, texts, formulas)
    return kind, formulas.by_sheet()


def _check_sizes(members: list[zipfile.ZipInfo], limits: Limits) -> None:
    """The central directory alone refuses the usual bombs, before a byte is unpacked."""
    if len(members) > limits.archive_members:
        raise TableRefused(TableCode.ZIP_BOMB, found=len(members), expected=limits.archive_members)
    unpacked = sum(member.file_size for member in members)
    if unpacked > limits.unpacked_bytes:
        raise TableRefused(TableCode.ZIP_BOMB, found=unpacked, expected=limits.unpacked_bytes)
    for member in members:
        if member.header_offset < 0:
            raise TableRefused(TableCode.DAMAGED, sheet=member.filename)
        if member.file_size > max(_CHUNK, member.compress_size * limits.packing_ratio):
            raise TableRefused(TableCode.ZIP_BOMB, sheet=member.filename, found=member.file_size)
    end = -1
    for member in sorted(members, key=lambda one: one.header_offset):
        if member.header_offset < end:  # overlapping members: the same bytes unpacked many times
            raise TableRefused(TableCode.ZIP_BOMB, sheet=member.filename)
        end = member.header_offset + 30 + member.compress_size


def _kind(names: set[str]) -> str:
    kinds = [kind for name, kind in _MAIN_PARTS.items() if name in names]
    if not kinds and any(name.lower().startswith("xl") for name in names):
        return "xlsx"
    if not kinds:
        raise TableRefused(TableCode.UNKNOWN_FORMAT, found="zip", expected="xlsx")
    if len(kinds) > 1:  # checked as one kind and read as the other
        raise TableRefused(TableCode.DAMAGED, found=", ".join(kinds))
    return kinds[0]


def _check_member(
    source: BinaryIO, member: zipfile.ZipInfo, kind: str, limits: Limits, texts: SharedTexts, formulas: Formulas
) -> None:
    name, tail = member.filename, b""
    area: Area | None = None
    if kind == "xlsx":  # every member, because a workbook may call its sheets what it likes
        area = XlsxArea(limits, name)
    elif name == "content.xml":
        area = OdsArea(limits, name)
    for chunk in _unpacked(source, member):
        if any(mark in tail + chunk for mark in _DECLARATIONS):
            raise TableRefused(TableCode.XML_ENTITIES, sheet=name, found="<!DOCTYPE")
        if area:
            area.feed(chunk)
        if kind == "xlsx":
            texts.feed(name, chunk)
            formulas.feed(name, chunk)
        tail = chunk[-_OVERLAP:]
    if area:
        area.finish()
    texts.end()


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
