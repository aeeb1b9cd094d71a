"""What a table is made of, where a refusal points, and how much a file may hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import islice
from typing import NamedTuple

from tokui.core.refused import shortened

# No float: a whole number of a workbook comes as int, another one as the Decimal of the 15 digits Excel keeps.
# A workbook's instant at midnight comes as a date, because it holds one number for both.
Cell = str | int | Decimal | bool | date | datetime | time | timedelta


class _Uncalculated(str):
    """Empty text that knows why it is empty."""

    __slots__ = ()


#: A formula whose result the workbook does not hold: written by a program that does not calculate. Compare with `is`.
UNCALCULATED = _Uncalculated()


class TableCode(StrEnum):
    """Why a file was refused."""

    EMPTY = "empty"
    """The file or sheet holds nothing."""
    UNKNOWN_FORMAT = "unknown_format"
    """Neither a workbook nor a text table: a PDF, a web page saved as .xls, an archive."""
    UNKNOWN_ENCODING = "unknown_encoding"
    """The text is in none of the encodings that we read."""
    UNDECODABLE = "undecodable"
    """Bytes at this place are no character of the file's encoding; mixed encodings look like this."""
    NUL = "nul"
    """A NUL character; the file is damaged or not a table."""
    BROKEN_QUOTES = "broken_quotes"
    """A quoted cell is not closed, or text follows its closing quote."""
    CELL_TOO_LONG = "cell_too_long"
    """A cell holds more characters than the limit."""
    ROW_TOO_LONG = "row_too_long"
    """A line holds more characters than the limit."""
    TOO_MANY_COLUMNS = "too_many_columns"
    """A row has more columns than the limit."""
    TOO_MANY_CELLS = "too_many_cells"
    """A workbook spans or repeats more cells than can be held; a text table has no such limit."""
    ZIP_BOMB = "zip_bomb"
    """The workbook unpacks to more than its packed size can honestly hold, or than the limit."""
    XML_ENTITIES = "xml_entities"
    """The workbook declares XML entities or a document type, which no office program writes."""
    DAMAGED = "damaged"
    """The workbook is incomplete or contradicts itself."""
    PASSWORD = "password"  # noqa: S105
    """The workbook is protected by a password."""
    NO_SUCH_SHEET = "no_such_sheet"
    """No sheet of that name."""
    NO_HEADER = "no_header"
    """No row looks like column headings."""
    NO_ROWS = "no_rows"
    """Headings, and nothing below them."""


class TableRefused(ValueError):
    """A file cannot be read exactly. Rows count from 1, columns are letters as in a spreadsheet."""

    def __init__(
        self,
        code: TableCode,
        *,
        sheet: str = "",
        row: int | None = None,
        column: str = "",
        found: object = "",
        expected: object = "",
    ) -> None:
        self.code, self.sheet, self.row, self.column = code, shortened(sheet), row, column
        self.found, self.expected = shortened(str(found)), shortened(str(expected))
        super().__init__(code.value, sheet, row, column, self.found, self.expected)

    def __str__(self) -> str:
        place = f"{self.sheet}!{self.column}{'' if self.row is None else self.row}"
        return f"{self.code.value} at {place}: {self.found!r}, expected {self.expected!r}"


@dataclass(frozen=True)
class Limits:
    """How much one file may hold. Rows of a text table are not limited."""

    cell_characters: int = 100_000
    row_characters: int = 2_000_000
    columns: int = 2_000
    workbook_cells: int = 20_000_000
    workbook_characters: int = 500_000_000
    unpacked_bytes: int = 1_000_000_000
    packing_ratio: int = 250
    archive_members: int = 5_000


class Row(NamedTuple):
    """A row as it stands in the file. `number` counts from 1; of a text table it counts records, not lines.

    A named tuple because a frozen dataclass takes four times as long to make, and there are millions.
    """

    sheet: str
    number: int
    cells: tuple[Cell, ...]

    def text(self, index: int) -> str:
        """The cell of a column (from 0) as text without outer spaces, empty where the row is shorter."""
        return cell_text(self.cells[index]).strip() if index < len(self.cells) else ""

    @property
    def is_blank(self) -> bool:
        """Whether no cell shows anything."""
        return not any(
            not isinstance(cell, str) or (cell and not cell.isspace()) or cell is UNCALCULATED for cell in self.cells
        )


@dataclass(frozen=True)
class Sheet:
    """One sheet; a text table is a single sheet named after its file. `rows()` begins anew at each call."""

    name: str
    read: Callable[[], Iterator[Row]]

    def rows(self) -> Iterator[Row]:
        """Every row in order, blank ones too. Raises TableRefused where the file cannot be read on.

        A refusal can come after thousands of good rows: stage what you read, and apply it after the last row.
        """
        return self.read()

    def head(self, count: int = 50) -> list[Row]:
        """The first rows, for finding the headings and for a preview."""
        return list(islice(self.rows(), count))


@dataclass(frozen=True)
class TableFile:
    """An opened file. `kind` is xlsx, xls, xlsb, ods or text; encoding and delimiter only of text."""

    kind: str
    sheets: tuple[Sheet, ...]
    encoding: str = ""
    delimiter: str = ""

    def sheet(self, name: str) -> Sheet:
        """The sheet of that name. Raises TableRefused(NO_SUCH_SHEET)."""
        for sheet in self.sheets:
            if sheet.name == name:
                return sheet
        raise TableRefused(TableCode.NO_SUCH_SHEET, sheet=name, expected=", ".join(s.name for s in self.sheets))


def column_letters(index: int) -> str:
    """0 is A, 25 is Z, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def cell_text(cell: Cell) -> str:
    """A cell as a person would type it: dates in ISO form, whole numbers without a point, TRUE and FALSE."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, Decimal):
        return format(cell, "f")
    return str(cell)


def batches(rows: Iterable[Row], size: int = 5_000) -> Iterator[list[Row]]:
    """Rows in lists of at most `size`, so that work comes in sets and memory stays bounded."""
    rows = iter(rows)
    while batch := list(islice(rows, size)):
        yield batch
