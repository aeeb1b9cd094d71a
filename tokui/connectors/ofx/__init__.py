"""OFX 1 (SGML) and 2 (XML) bank statements."""

from datetime import date
from typing import BinaryIO

from tokui.banking.statements import ReadOptions, StatementFile
from tokui.connectors.ofx.reader import read_ofx

__all__ = ["Ofx"]


class Ofx:
    """Every row has the bank's own id (FITID). The format has a closing balance only, so nothing to prove it by."""

    code = "ofx"
    name = "OFX"

    def sniff(self, head: bytes, name: str) -> float:
        text = head.replace(b"\0", b"").upper()
        return 0.95 if b"OFXHEADER" in text[:4000] or b"<OFX>" in text[:4000] else 0.0

    def read(self, stream: BinaryIO, *, today: date, options: ReadOptions) -> StatementFile:
        return read_ofx(stream, options=options)
