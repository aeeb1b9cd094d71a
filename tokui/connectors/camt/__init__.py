"""ISO 20022 camt.052 (reports within the day), camt.053 (statements) and camt.054 (notifications), every version:
elements count by their local name."""

from datetime import date
from typing import BinaryIO

from tokui.banking.statements import ReadOptions, StatementFile
from tokui.connectors.camt.reader import read_camt

__all__ = ["Camt052", "Camt053", "Camt054"]


class _Camt:
    code: str
    name: str
    _message: bytes
    _report: str

    def sniff(self, head: bytes, name: str) -> float:
        text = head.replace(b"\0", b"")
        return 0.97 if b"<" in text[:200] and self._message in text else 0.0

    def read(self, stream: BinaryIO, *, today: date, options: ReadOptions) -> StatementFile:
        return read_camt(self.code, self._report, stream, options=options)


class Camt052(_Camt):
    """Reports within the day: proved by balances and summary as far as the bank gives them."""

    code = "camt052"
    name = "ISO 20022 camt.052"
    _message = b"BkToCstmrAcctRpt"
    _report = "Rpt"


class Camt053(_Camt):
    """Statements: proved by opening and closing booked balances, and by the summary where there is one."""

    code = "camt053"
    name = "ISO 20022 camt.053"
    _message = b"BkToCstmrStmt"
    _report = "Stmt"


class Camt054(_Camt):
    """Notifications: no balances; proved by the summary where there is one."""

    code = "camt054"
    name = "ISO 20022 camt.054"
    _message = b"BkToCstmrDbtCdtNtfctn"
    _report = "Ntfctn"
