"""Which column means what: header rows found, columns resolved to positions, cells read by role."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from tokui.banking.refusals import FileRefused, Refused
from tokui.banking.statements import Column, ColumnMapping
from tokui.connectors.bank_csv.profiles import Profile
from tokui.connectors.bank_csv.text import Row

HEADER_WITHIN_ROWS = 40

ROLES = (
    "value_date",
    "amount",
    "money_in",
    "money_out",
    "direction",
    "payer",
    "payer_code",
    "balance",
    "native_id",
    "bank_name",
    "branch_name",
    "edi",
    "reference",
    "virtual_account",
    "account",
)


@dataclass(frozen=True)
class Columns:
    """Positions of all mapped columns, and the header they were found under (empty without one)."""

    header: tuple[str, ...]
    date: tuple[int, ...]
    texts: tuple[int, ...]
    roles: dict[str, int]

    def cell(self, cells: Sequence[str], role: str) -> str:
        at = self.roles.get(role)
        return cells[at].strip() if at is not None and at < len(cells) else ""

    def needed(self) -> int:
        """Cells that a row must have at least to be a whole one."""
        money = [self.roles[role] for role in ("amount", "money_in", "money_out", "balance") if role in self.roles]
        return max([*self.date, *money]) + 1


def plain_header(cells: Iterable[str]) -> tuple[str, ...]:
    """Header texts for comparing: one width, no spaces, no phantom columns from trailing commas."""
    texts = ["".join(unicodedata.normalize("NFKC", cell).split()) for cell in cells]
    while texts and not texts[-1]:
        texts.pop()
    return tuple(texts)


def is_header_of(profile: Profile, cells: Iterable[str]) -> bool:
    """Whether a row is the bank's header, with all columns that every export of it has."""
    found, wanted = plain_header(cells), plain_header(profile.header)
    optional = set(plain_header(profile.optional)) if profile.optional else set()
    return found == tuple(text for text in wanted if text in found or text not in optional)


def profile_columns(profile: Profile, rows: Iterator[Row]) -> Columns:
    """Read up to the bank's header. Raises UNKNOWN_HEADER."""
    for _, cells in islice(rows, HEADER_WITHIN_ROWS):
        if is_header_of(profile, cells):
            return _resolve(profile.mapping, plain_header(cells), may_lack=profile.optional)
    raise FileRefused(Refused.UNKNOWN_HEADER, expected=",".join(profile.header))


def mapped_columns(mapping: ColumnMapping, rows: Iterator[Row]) -> Columns:
    """Read up to the first row that names all mapped columns. Raises MAPPING_WRONG with the column that is missing."""
    for _ in islice(rows, mapping.skip_rows):
        pass
    if not mapping.has_header:
        return _resolve(mapping, ())
    problem: FileRefused | None = None
    for number, cells in islice(rows, HEADER_WITHIN_ROWS):
        try:
            return _resolve(mapping, plain_header(cells), line=number)
        except FileRefused as refusal:
            problem = problem or refusal
    raise problem or FileRefused(Refused.MAPPING_WRONG)


def _resolve(
    mapping: ColumnMapping,
    header: tuple[str, ...],
    *,
    may_lack: frozenset[str] = frozenset(),
    line: int | None = None,
) -> Columns:
    named = {role: column for role in ROLES if (column := getattr(mapping, role)) is not None}
    if "amount" not in named and not {"money_in", "money_out"} & named.keys():
        raise FileRefused(Refused.MAPPING_WRONG, field="amount")
    if len(mapping.date) not in (1, 3):
        raise FileRefused(Refused.MAPPING_WRONG, field="date")
    roles: dict[str, int] = {}
    for role, column in named.items():
        at = _position(column, header)
        if at is None and column not in may_lack:
            raise _missing(column, header, line)
        if at is not None:
            roles[role] = at
    return Columns(
        header=header,
        date=tuple(_required(column, header, line) for column in mapping.date),
        texts=tuple(_required(column, header, line) for column in mapping.texts),
        roles=roles,
    )


def _required(column: Column, header: tuple[str, ...], line: int | None) -> int:
    at = _position(column, header)
    if at is None:
        raise _missing(column, header, line)
    return at


def _position(column: Column, header: tuple[str, ...]) -> int | None:
    if isinstance(column, int):
        return column if column >= 0 else None
    plain = plain_header([column])
    return header.index(plain[0]) if plain and plain[0] in header else None


def _missing(column: Column, header: tuple[str, ...], line: int | None) -> FileRefused:
    return FileRefused(Refused.MAPPING_WRONG, line=line, field=str(column), found=",".join(header))
