"""Every reason for which a bank file is refused, and every deviation that is tolerated, as codes with facts.

Words are made at the door; the docstrings say what each code means and what its facts hold.
"""

from enum import StrEnum

from tokui.core.refused import shortened


class Refused(StrEnum):
    """The complete list of reasons to refuse a bank file (or to refuse writing one)."""

    EMPTY = "empty"
    """The file has no content."""
    TOO_LARGE = "too_large"
    """More bytes than allowed. expected: the limit in bytes."""
    TOO_MANY_LINES = "too_many_lines"
    """More rows than allowed. expected: the limit."""
    TOO_MANY_COLUMNS = "too_many_columns"
    """A row has more cells than any bank writes. found: their number, expected: the limit."""
    CELL_TOO_LONG = "cell_too_long"
    """One cell is longer than any bank writes. expected: the limit in characters."""
    UNKNOWN_FORMAT = "unknown_format"
    """No format recognised the file, or the named format does not exist. found: the name asked for, or the head."""
    UNKNOWN_HEADER = "unknown_header"
    """No header row of the expected bank was found. expected: the header."""
    NUL_BYTE = "nul_byte"
    """The text holds a NUL byte: damaged, or not a text file. found: its offset."""
    UNDECODABLE = "undecodable"
    """Bytes that no one encoding explains (mixed or damaged). found: the bytes in hex, expected: the encoding tried."""
    REENCODED = "reencoded"
    """A file of fixed lengths was saved as UTF-16, which moves every field. found: the first bytes in hex."""
    EBCDIC = "ebcdic"
    """The file is in EBCDIC (コード区分 1): ask the bank for JIS. Read as JIS it would yield plausible nonsense."""
    WRONG_TYPE = "wrong_type"
    """A Zengin file of another kind (種別コード). found: its code, expected: the one that this format reads."""
    WRONG_LENGTH = "wrong_length"
    """A record has another length than its format. found and expected: bytes, or characters if re-encoded."""
    WRONG_ORDER = "wrong_order"
    """Records in an impossible order (data before a header). found: this record type, expected: what may stand here."""
    TRUNCATED = "truncated"
    """The file ends before its trailer or end: it was cut. expected: what is missing."""
    AFTER_END = "after_end"
    """Content follows the end record. found: its beginning."""
    NOT_A_NUMBER = "not_a_number"
    """A field of digits or an amount holds something else."""
    NOT_POSITIVE = "not_positive"
    """An amount is zero or negative where only a positive one can stand."""
    NUMBER_TOO_LARGE = "number_too_large"
    """A number does not fit its field or a bank's amounts. expected: the number of digits."""
    TOO_PRECISE = "too_precise"
    """An amount has more decimals than its currency. expected: the decimals of the currency."""
    UNKNOWN_CODE = "unknown_code"
    """A coded field holds a value that its format does not define. expected: the values."""
    INVALID_DATE = "invalid_date"
    """A date that does not exist (2027-02-30) or cannot be read. found: the text."""
    MISSING_FIELD = "missing_field"
    """A field without which the row means nothing is empty or absent."""
    AMBIGUOUS_AMOUNT = "ambiguous_amount"
    """A row has money both in and out."""
    COUNT_DIFFERS = "count_differs"
    """The trailer counts other rows than the file has. expected: as declared, found: as counted."""
    TOTAL_DIFFERS = "total_differs"
    """The trailer sums up to another amount than the rows. expected: as declared, found: as summed, in minor units."""
    BALANCE_DIFFERS = "balance_differs"
    """Opening balance and rows do not make the closing balance. expected: as declared, found: as computed."""
    BALANCE_BROKEN = "balance_broken"
    """The balance after a row does not follow from the one before: a row is missing, or was changed."""
    ACCOUNT_BROKEN = "account_broken"
    """One account stands in the file in several parts that do not go on from each other. found: the opening balance
    of the later part, expected: the closing balance of the one before."""
    CURRENCY_MIXED = "currency_mixed"
    """A row is in another currency than its account. found and expected: currency codes."""
    DISALLOWED_CHARACTER = "disallowed_character"
    """Writing: a character that the field's class does not allow. found: it, expected: the class, column: where."""
    TOO_LONG = "too_long"
    """Writing: a text is longer than its field. found: its length, expected: the length of the field."""
    MALFORMED = "malformed"
    """The text breaks the grammar of its format (XML that is not well formed, a broken tag). found: what and where."""
    XML_DOCTYPE = "xml_doctype"
    """The XML carries a document type; bank files have none, and it is the door of known attacks."""
    XML_ENTITIES = "xml_entities"
    """The XML declares its own entities ("billion laughs")."""
    XML_EXTERNAL = "xml_external"
    """The XML asks to fetch something from elsewhere (external entity or document type)."""
    MAPPING_NEEDED = "mapping_needed"
    """A CSV of an unknown layout: a column mapping must be given. found: the first row."""
    MAPPING_WRONG = "mapping_wrong"
    """The saved mapping names a column that the file does not have. field: the column."""


class DeviationCode(StrEnum):
    """The complete list of tolerated deviations."""

    LINE_END = "line_end"
    """Other line ends than CRLF or none. found: which."""
    END_OF_FILE_MARK = "end_of_file_mark"
    """0x1A (Ctrl-Z) after the last record."""
    TRIMMED = "trimmed"
    """Trailing filler was cut from a record. found: its length."""
    PADDED = "padded"
    """Spaces beyond the end of a record. found: its length."""
    REENCODED = "reencoded"
    """The file was saved again in another encoding. found: which."""
    BYTE_ORDER_MARK = "byte_order_mark"
    """A byte order mark before the first record."""
    UNUSUAL_CHARACTER = "unusual_character"
    """A character outside the field's class."""
    BLANK_NUMBER = "blank_number"
    """Spaces where digits should stand, read as none."""
    BLANK_LINE = "blank_line"
    """Empty lines between records."""
    MISSING_END = "missing_end"
    """The end record is absent although every batch is closed."""
    END_COUNT = "end_count"
    """The end record counts other records or accounts than the file has."""
    WESTERN_YEAR = "western_year"
    """A two-digit year that only makes sense as a western one. meaning: the date understood."""
    ASSUMED_YEAR = "assumed_year"
    """A date without a year. meaning: the date understood."""
    OUTSIDE_PERIOD = "outside_period"
    """A line lies outside the days that the header names."""
    TOTAL_ROW = "total_row"
    """A row without a date that sums up; not a line."""
    ZERO_ROW = "zero_row"
    """A row without any money; not a line."""
    NEGATIVE_AMOUNT = "negative_amount"
    """A negative amount in a one-way column, read as a correction in the other direction."""
    NOT_BOOKED = "not_booked"
    """An entry that is only announced or pending; not a line."""
    EXTRA_CELLS = "extra_cells"
    """Cells beyond the header, left alone."""
    NEWEST_FIRST = "newest_first"
    """The rows stood from the newest to the oldest and were turned round."""
    CLOSED_MONTH = "closed_month"
    """A row of a month whose books are closed. meaning: the day on which it counts instead."""
    OTHER_TYPE = "other_type"
    """The file names another kind of account (普通, 当座) than we do. found: its digit, meaning: ours."""
    UNBALANCED_DETAILS = "unbalanced_details"
    """The details of a collective entry do not add up to it; it stays one line."""


class FileRefused(Exception):
    """A bank file cannot be read, proved or written, and nothing of it counts.

    `line` is the record or text line (from 1), `column` the character within the field (from 1).
    """

    def __init__(
        self,
        code: Refused,
        *,
        line: int | None = None,
        field: str | None = None,
        found: str | None = None,
        expected: str | None = None,
        column: int | None = None,
    ) -> None:
        super().__init__(code, line, field, found, expected, column)
        self.code = code
        self.line = line
        self.field = field
        self.found = None if found is None else shortened(found, limit=200)
        self.expected = expected
        self.column = column

    def __str__(self) -> str:
        facts = {"line": self.line, "field": self.field, "column": self.column}
        facts |= {"found": self.found, "expected": self.expected}
        return " ".join([self.code.value, *(f"{key}={value!r}" for key, value in facts.items() if value is not None)])
