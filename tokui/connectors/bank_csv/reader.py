"""Rows to accounts: days, amounts in either style, total rows, order, and the balances that prove it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from tokui.banking.refusals import DeviationCode, FileRefused, Refused
from tokui.banking.statements import ColumnMapping, Kind, StatementAccount, StatementLine
from tokui.connectors import amounts
from tokui.connectors.bank_csv.columns import Columns, plain_header
from tokui.connectors.bank_csv.text import Row
from tokui.connectors.remarks import Remarks
from tokui.connectors.words import kind_in

TOTALS = ("合計", "小計", "総計", "計", "件数", "TOTAL")
Lines = Sequence[StatementLine]


@dataclass(frozen=True)
class RowReader:
    """One CSV's way of writing a row."""

    mapping: ColumnMapping
    columns: Columns
    today: date
    remarks: Remarks

    def line(self, number: int, cells: list[str]) -> StatementLine | None:
        """The line of a row, or None for a row that is none (empty, header again, total, without money)."""
        if not any(cell.strip() for cell in cells) or self._is_header(cells):
            return None
        booked_on = self._booked_on(number, cells)
        if booked_on is None:
            return None
        if len(cells) < self.columns.needed():
            raise FileRefused(
                Refused.WRONG_LENGTH, line=number, found=str(len(cells)), expected=str(self.columns.needed())
            )
        signed, correction = self._signed(number, cells)
        if signed == 0:
            self.remarks.add(DeviationCode.ZERO_ROW, f"line {number}", ",".join(cells))
            return None
        if self.columns.header and any(cell.strip() for cell in cells[len(self.columns.header) :]):
            self.remarks.add(DeviationCode.EXTRA_CELLS, f"line {number}", ",".join(cells[len(self.columns.header) :]))
        return self._made(number, cells, booked_on, signed, correction=correction)

    def _is_header(self, cells: list[str]) -> bool:
        header = self.columns.header
        return bool(header) and plain_header(cells[:1]) == header[:1] and plain_header(cells) == header

    def _made(self, number: int, cells: list[str], booked_on: date, signed: int, *, correction: bool) -> StatementLine:
        cell = self.columns.cell
        text = " ".join(filter(None, (cells[at].strip() for at in self.columns.texts if at < len(cells))))
        payer = cell(cells, "payer")
        kind = Kind.CORRECTION if correction else kind_in(text) or kind_in(payer) or Kind.OTHER
        return StatementLine(
            number=number,
            booked_on=booked_on,
            value_on=self._value_on(number, cells),
            amount_minor=abs(signed),
            direction="in" if signed > 0 else "out",
            kind=kind,
            payer_name=payer,
            payer_code=cell(cells, "payer_code"),
            bank_name=cell(cells, "bank_name"),
            branch_name=cell(cells, "branch_name"),
            text=text,
            edi=cell(cells, "edi"),
            native_id=cell(cells, "native_id") or None,
            reference=cell(cells, "reference"),
            virtual_account=cell(cells, "virtual_account"),
            balance_minor=self._amount(number, cells, "balance"),
            cancels=kind is Kind.CORRECTION,
            raw=",".join('"' + text.replace('"', '""') + '"' for text in cells),
        )

    def _booked_on(self, number: int, cells: list[str]) -> date | None:
        parts = [cells[at].strip() if at < len(cells) else "" for at in self.columns.date]
        written = "-".join(parts) if any(parts) else ""
        found = amounts.day(written, self.today, self.mapping.date_format) if all(parts) else None
        if found is not None:
            if found[1]:
                self.remarks.add(DeviationCode.ASSUMED_YEAR, f"line {number}", written, found[0].isoformat())
            return found[0]
        if self._is_total(cells, written):
            self.remarks.add(DeviationCode.TOTAL_ROW, f"line {number}", ",".join(cells))
            return None
        code = Refused.INVALID_DATE if written else Refused.MISSING_FIELD
        raise FileRefused(code, line=number, field="date", found=written)

    def _is_total(self, cells: list[str], written: str) -> bool:
        first = next((plain for cell in cells if (plain := "".join(plain_header([cell])))), "").upper()
        if any(first.startswith(word) or first.endswith(word) for word in TOTALS):
            return True
        # A stray row without a day and without any money cannot be a movement.
        roles = ("amount", "money_in", "money_out")
        return not written and not any(self.columns.cell(cells, role) for role in roles)

    def _value_on(self, number: int, cells: list[str]) -> date | None:
        written = self.columns.cell(cells, "value_date")
        if not written.strip("-"):
            return None
        found = amounts.day(written, self.today, self.mapping.date_format)
        if found is None:
            raise FileRefused(Refused.INVALID_DATE, line=number, field="value_date", found=written)
        return found[0]

    def _signed(self, number: int, cells: list[str]) -> tuple[int, bool]:
        """The amount with its sign (in is positive), and whether it is a correction."""
        if "amount" in self.columns.roles:
            amount = self._amount(number, cells, "amount") or 0
            if "direction" in self.columns.roles and amount:
                return self._directed(number, cells, amount)
            return amount, False
        incoming = self._amount(number, cells, "money_in") or 0
        outgoing = self._amount(number, cells, "money_out") or 0
        if incoming and outgoing:
            raise FileRefused(Refused.AMBIGUOUS_AMOUNT, line=number, field="amount", found=f"{incoming} {outgoing}")
        return self._checked(number, incoming - outgoing, negative=incoming < 0 or outgoing < 0)

    def _directed(self, number: int, cells: list[str], amount: int) -> tuple[int, bool]:
        word = self.columns.cell(cells, "direction")
        if word in self.mapping.in_words:
            return self._checked(number, amount, negative=amount < 0)
        if word in self.mapping.out_words:
            return self._checked(number, -amount, negative=amount < 0)
        raise FileRefused(Refused.UNKNOWN_CODE, line=number, field="direction", found=word)

    def _checked(self, number: int, signed: int, *, negative: bool) -> tuple[int, bool]:
        if negative:
            self.remarks.add(DeviationCode.NEGATIVE_AMOUNT, f"line {number}", str(signed))
        return signed, negative

    def _amount(self, number: int, cells: list[str], role: str) -> int | None:
        return amounts.minor_amount(self.columns.cell(cells, role), self.mapping.currency, line=number, field=role)


def read_accounts(rows: Iterable[Row], reader: RowReader, *, max_lines: int) -> tuple[StatementAccount, ...]:
    """All accounts of a CSV; most hold one, whose number the file does not say."""
    found: dict[str, list[StatementLine]] = {}
    for at, (number, cells) in enumerate(rows):
        if at >= max_lines:
            raise FileRefused(Refused.TOO_MANY_LINES, expected=str(max_lines))
        if line := reader.line(number, cells):
            found.setdefault(reader.columns.cell(cells, "account"), []).append(line)
    return tuple(_account(written, lines, reader) for written, lines in (found or {"": []}).items())


def _account(written: str, lines: Lines, reader: RowReader) -> StatementAccount:
    ordered = oldest_first(lines)
    if len(lines) > 1 and ordered[0] is not lines[0]:
        reader.remarks.add(DeviationCode.NEWEST_FIRST, f"line {lines[0].number}")
    account_type, account_number = _named_account(written)
    account = StatementAccount(
        account_type=account_type,
        account_number=account_number,
        currency=reader.mapping.currency,
        lines=tuple(ordered),
    )
    if not ordered:
        return account
    first, last = ordered[0], ordered[-1]
    return replace(
        account,
        from_on=first.booked_on,
        to_on=last.booked_on,
        opening_minor=None if first.balance_minor is None else first.balance_minor - first.signed_minor,
        closing_minor=last.balance_minor,
    )


def oldest_first(lines: Lines) -> list[StatementLine]:
    """Banks list either end first, some with the days turned round but not the rows within a day.

    Of these orders the one in which every balance follows from the one before is the true one; without balances, or
    if none fits (which the proof then refuses), the days decide.
    """
    orders = list(_orders(lines))
    return next((order for order in orders if _chains(order)), orders[0])


def _orders(lines: Lines) -> Iterator[list[StatementLine]]:
    forward, backward = list(lines), list(reversed(lines))
    falling = bool(lines) and lines[0].booked_on > lines[-1].booked_on
    for order in (backward, forward) if falling else (forward, backward):
        yield sorted(order, key=lambda line: line.booked_on)
    yield from (forward, backward)


def _chains(lines: Lines) -> bool:
    balance: int | None = None
    for line in lines:
        if balance is not None:
            balance += line.signed_minor
        if line.balance_minor is not None:
            if balance is not None and balance != line.balance_minor:
                return False
            balance = line.balance_minor
    return True


def _named_account(written: str) -> tuple[str | None, str | None]:
    """預金種目 and number in a cell like "普通 1234567" or "本店営業部 普通預金 1234567"."""
    types: dict[str, Literal["1", "2", "4"]] = {"普通": "1", "当座": "2", "貯蓄": "4"}
    kind = next((code for word, code in types.items() if word in written), None)
    runs = "".join(char if char.isascii() and char.isdigit() else " " for char in written).split()
    return kind, runs[-1] if runs and len(runs[-1]) == 7 else None
