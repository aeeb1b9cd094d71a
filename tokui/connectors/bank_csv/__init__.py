"""Bank CSVs: twelve banks known by their header, and any other through a saved column mapping."""

import csv
import io
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import BinaryIO

from tokui.banking.refusals import FileRefused, Refused
from tokui.banking.statements import ReadOptions, StatementFile, prove
from tokui.connectors.bank_csv import profiles
from tokui.connectors.bank_csv.columns import HEADER_WITHIN_ROWS, is_header_of, mapped_columns, profile_columns
from tokui.connectors.bank_csv.profiles import PROFILES, Profile
from tokui.connectors.bank_csv.reader import RowReader, read_accounts
from tokui.connectors.bank_csv.text import HEAD_BYTES, encoding_of, rows_of
from tokui.connectors.bank_csv.writer import write_bank_csv
from tokui.connectors.remarks import Remarks

__all__ = ["PROFILES", "BankCsv", "MappedCsv", "Profile", "encoding_of", "write_bank_csv"]


@dataclass(frozen=True)
class BankCsv:
    """The CSV of one bank, known by its header row."""

    profile: Profile

    @property
    def code(self) -> str:
        return f"csv-{self.profile.code}"

    @property
    def name(self) -> str:
        return f"CSV {self.profile.name}"

    def sniff(self, head: bytes, name: str) -> float:
        found = any(is_header_of(self.profile, row) for row in _first_rows(head[:HEAD_BYTES], ","))
        return 0.98 if found else 0.0

    def read(self, stream: BinaryIO, *, today: date, options: ReadOptions) -> StatementFile:
        """Read and prove; raises `FileRefused`. A bank's code is a habit, not a promise: it is guessed each time."""
        rows = rows_of(stream, options, encoding=None, delimiter=",")
        columns = profile_columns(self.profile, rows)
        remarks = Remarks()
        reader = RowReader(self.profile.mapping, columns, today, remarks)
        accounts = tuple(
            replace(account, bank_code=self.profile.bank_code)
            for account in read_accounts(rows, reader, max_lines=options.max_lines)
        )
        file = StatementFile(self.code, accounts, tuple(remarks.found))
        prove(file)
        return file


class MappedCsv:
    """Any other CSV, through `options.mapping`."""

    code = "csv"
    name = "CSV"

    def sniff(self, head: bytes, name: str) -> float:
        for delimiter in ",\t;":
            rows = [row for row in _first_rows(head[:HEAD_BYTES], delimiter) if len(row) >= 3]
            if len(rows) >= 2:
                return 0.3 if name.lower().endswith((".csv", ".tsv", ".txt")) else 0.2
        return 0.0

    def read(self, stream: BinaryIO, *, today: date, options: ReadOptions) -> StatementFile:
        """Read and prove; raises `FileRefused`, MAPPING_NEEDED when there is no mapping."""
        mapping = options.mapping
        if mapping is None:
            first = next(iter(rows_of(stream, options, encoding=None, delimiter=",")), (1, []))
            raise FileRefused(Refused.MAPPING_NEEDED, line=first[0], found=",".join(first[1]))
        if len(mapping.delimiter) != 1 or mapping.delimiter in '"\r\n':
            raise FileRefused(Refused.MAPPING_WRONG, field="delimiter", found=mapping.delimiter)
        rows = rows_of(stream, options, encoding=mapping.encoding, delimiter=mapping.delimiter)
        columns = mapped_columns(mapping, rows)
        remarks = Remarks()
        reader = RowReader(mapping, columns, today, remarks)
        accounts = read_accounts(rows, reader, max_lines=options.max_lines)
        file = StatementFile(self.code, accounts, tuple(remarks.found))
        prove(file)
        return file


@lru_cache(maxsize=8)
def _first_rows(head: bytes, delimiter: str) -> tuple[tuple[str, ...], ...]:
    """The first rows of a head, as far as they can be read; the last may be cut."""
    text = head.decode(encoding_of(head), "replace")
    rows: list[tuple[str, ...]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            rows.append(tuple(row[:300]))
            if len(rows) > HEADER_WITHIN_ROWS:
                break
    except csv.Error:
        pass
    return tuple(rows)


mufg = BankCsv(profiles.MUFG)
smbc = BankCsv(profiles.SMBC)
mizuho = BankCsv(profiles.MIZUHO)
rakuten = BankCsv(profiles.RAKUTEN)
paypay = BankCsv(profiles.PAYPAY)
gmo_aozora = BankCsv(profiles.GMO_AOZORA)
sbi_shinsei = BankCsv(profiles.SBI_SHINSEI)
sbi_sumishin = BankCsv(profiles.SBI_SUMISHIN)
yucho = BankCsv(profiles.YUCHO)
ja = BankCsv(profiles.JA)
iwate = BankCsv(profiles.IWATE)
anser = BankCsv(profiles.ANSER)
