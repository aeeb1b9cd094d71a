"""Zengin fixed-length files: 種別 01 (振込入金通知, forms A and B) and 03 (入出金取引明細), 200 bytes a record."""

from datetime import date
from typing import BinaryIO

from tokui.banking.statements import ReadOptions, StatementFile
from tokui.connectors.zengin.characters import to_zengin
from tokui.connectors.zengin.reader import ZENGIN_01, ZENGIN_03, Dialect, read_zengin
from tokui.connectors.zengin.writer import write_01, write_03

__all__ = ["Zengin01", "Zengin03", "to_zengin", "write_01", "write_03"]

_EBCDIC_DIGITS = {0xF0 + digit: str(digit) for digit in range(10)}
_OTHER_TYPES = ("11", "12", "21", "71", "72", "91", "04", "41")


class _Zengin:
    """A `StatementFormat` for one 種別; the other 種別 are recognised too, so that the refusal can name them."""

    code: str
    name: str
    _dialect: Dialect

    def sniff(self, head: bytes, name: str) -> float:
        head = _from_two_bytes(head)
        start = head[:3].removeprefix(b"\xef\xbb\xbf") or head[3:6]
        if len(start) == 3 and all(byte in _EBCDIC_DIGITS for byte in start):
            text = "".join(_EBCDIC_DIGITS[byte] for byte in start)
        else:
            text = start.decode("ascii", "replace")
        if not text.startswith("1") or not _is_record(head):
            return 0.0
        own = self._dialect.layout.type_code
        if text[1:] == own:
            return 0.95
        return 0.4 if own == "01" and text[1:] in _OTHER_TYPES else 0.0

    def read(self, stream: BinaryIO, *, today: date, options: ReadOptions) -> StatementFile:
        return read_zengin(self._dialect, stream, today=today, options=options)


def _from_two_bytes(head: bytes) -> bytes:
    """A head that was saved as UTF-16 in one byte a character, so that the refusal can say what is wrong with it."""
    order = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"1\0": "utf-16-le", b"\x001": "utf-16-be"}.get(head[:2])
    if order is None:
        return head
    return head[: len(head) // 2 * 2].decode(order, "replace").encode("cp932", "replace")


def _is_record(head: bytes) -> bool:
    """A header names bank, branch and account by its 60th byte, and has neither commas nor tabs."""
    first = head[:200].replace(b"\r", b"\n").split(b"\n")[0]
    return len(first) >= 60 and b"\t" not in first and first.count(b",") <= 5


class Zengin01(_Zengin):
    """振込入金通知: incoming transfers, proved by the counts and totals of its trailer."""

    code = "zengin-01"
    name = "Zengin 01 振込入金通知"
    _dialect = ZENGIN_01


class Zengin03(_Zengin):
    """入出金取引明細: all movements, proved by balances, counts and totals."""

    code = "zengin-03"
    name = "Zengin 03 入出金取引明細"
    _dialect = ZENGIN_03
