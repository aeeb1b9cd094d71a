"""SWIFT MT940 customer statements."""

import re
from datetime import date
from typing import BinaryIO

from tokui.banking.statements import ReadOptions, StatementFile
from tokui.connectors.mt940.reader import read_mt940

__all__ = ["Mt940"]

_OPENING = re.compile(rb"[\r\n]:60[FM]:[CD]\d{6}[A-Z]{3}")


class Mt940:
    """Proved by the opening and closing balance of each statement (:60F: and :62F:)."""

    code = "mt940"
    name = "SWIFT MT940"

    def sniff(self, head: bytes, name: str) -> float:
        return 0.95 if b":20:" in head and _OPENING.search(head) else 0.0

    def read(self, stream: BinaryIO, *, today: date, options: ReadOptions) -> StatementFile:
        return read_mt940(stream, options=options)
