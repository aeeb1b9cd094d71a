"""Closing and due rules (締め日・支払日), and the names under which people know them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta

from tokui.core.days.business import Shift, shifted
from tokui.core.days.periods import Period, add_months, fiscal_month, on_day_of_month
from tokui.core.numerals import narrow
from tokui.core.refused import Code, ValueRefused

MONTH_END = 31
MOST_MONTHS = 12
MOST_DAYS = 400


@dataclass(frozen=True)
class ClosingRule:
    """締め日: sales up to and including this day of the month go on one invoice. 31 is the month end."""

    day: int

    def __post_init__(self) -> None:
        _refuse_outside(self.day, 1, 31)

    def closing_on(self, sale_on: date) -> date:
        """The closing day that collects a sale of that day: the same day or later, within a month."""
        return self.period_of(sale_on).ends_on

    def next_closing(self, after: date) -> date:
        """The first closing day later than `after`."""
        return self.closing_on(after + timedelta(days=1))

    def previous_closing(self, before: date) -> date:
        """The last closing day earlier than `before`."""
        return self.period_of(before).starts_on - timedelta(days=1)

    def period_of(self, sale_on: date) -> Period:
        """The days that are collected together with that day."""
        return fiscal_month(sale_on, closing_day=self.day)


@dataclass(frozen=True)
class DueRule:
    """翌月末払い and its like: a day of a month counted from the closing day's month. 31 is the month end."""

    months_ahead: int
    day: int
    shift: Shift = Shift.NONE

    def __post_init__(self) -> None:
        _refuse_outside(self.months_ahead, 0, MOST_MONTHS)
        _refuse_outside(self.day, 1, 31)

    def due_on(self, closing_on: date) -> date:
        """The day by which the invoice closed on `closing_on` is to be paid."""
        month = add_months(closing_on.replace(day=1), self.months_ahead)
        return shifted(on_day_of_month(month.year, month.month, self.day), self.shift)


@dataclass(frozen=True)
class DueAfter:
    """請求日からn日: a number of calendar days after the invoice; 0 is 即日."""

    days: int
    shift: Shift = Shift.NONE

    def __post_init__(self) -> None:
        _refuse_outside(self.days, 0, MOST_DAYS)

    def due_on(self, closing_on: date) -> date:
        """The day by which an invoice of that day is to be paid."""
        return shifted(closing_on + timedelta(days=self.days), self.shift)


@dataclass(frozen=True)
class PaymentTerm:
    """When sales are invoiced and the invoice is due. Without a closing rule each sale is invoiced by itself (都度)."""

    due: DueRule | DueAfter
    closing: ClosingRule | None = field(default=None)

    def __post_init__(self) -> None:
        """Refuses a due day earlier than the closing (20日締め当月10日払い)."""
        if not isinstance(self.due, DueRule) or self.due.months_ahead:
            return
        if self.due.day < (self.closing.day if self.closing else MONTH_END):
            raise ValueRefused(Code.NOT_A_PAYMENT_TERM, self.due.day, "月末締め翌月末払い")

    def closing_on(self, sale_on: date) -> date:
        """The day of the invoice that a sale goes on."""
        return self.closing.closing_on(sale_on) if self.closing else sale_on

    def due_on(self, sale_on: date) -> date:
        """The day by which a sale of that day is to be paid."""
        return self.due.due_on(self.closing_on(sale_on))


_DAY = r"(?:月末|末日|末|[0-9]{1,2}日)"
_MONTHS_AHEAD = {"当月": 0, "同月": 0, "翌月": 1, "翌々月": 2, "翌翌月": 2}
_CLOSED_TERM = re.compile(
    rf"(?:(?P<closing>{_DAY})(?:締め?切?り?|〆)|都度(?:請求)?)?の?"
    rf"(?P<month>当月|同月|翌々月|翌翌月|翌月|[0-9]{{1,2}}[ヶか箇カケ]月後)の?(?P<day>{_DAY})(?:支?払い?|振込|入金)?"
)
_DAYS_TERM = re.compile(
    rf"(?:(?P<closing>{_DAY})(?:締め?切?り?|〆)|都度(?:請求)?)?"
    r"(?:(?P<now>即日|DUEONRECEIPT)|(?:請求日?|発行日?|締め?日?)(?:から|より|後)(?P<days>[0-9]{1,3})日(?:以内|後)?|NET(?P<net>[0-9]{1,3}))"
    r"(?:支?払い?|振込)?"
)
_SHIFT = re.compile(
    r"[(、,]?(?:(?:銀行|金融機関)?(?:休業日|休日|土日祝日?)(?:の場合)?は?)?(?P<side>前|翌)営業日(?:払い?)?\)?$"
)


def parse_term(text: str) -> PaymentTerm:
    """月末締め翌月末払い, 20日〆翌月10日払(銀行休業日は前営業日), 即日, 請求日から30日, Net 30.

    Raises ValueRefused(NOT_A_PAYMENT_TERM), also for a due day earlier than the closing.
    """
    squeezed = re.sub(r"[\s・/]", "", narrow(text)).upper()
    shift = Shift.NONE
    if found := _SHIFT.search(squeezed):
        shift = Shift.BEFORE if found["side"] == "前" else Shift.AFTER
        squeezed = squeezed[: found.start()]
    try:
        return _term(squeezed, shift)
    except ValueRefused:
        raise ValueRefused(Code.NOT_A_PAYMENT_TERM, text, "月末締め翌月末払い") from None


def format_term(term: PaymentTerm) -> str:
    """The term's usual Japanese name; `parse_term` reads it back to the same term."""
    closing = f"{_day_name(term.closing.day, alone='月末')}締め" if term.closing else ""
    if isinstance(term.due, DueAfter):
        due = f"請求日から{term.due.days}日" if term.due.days else "即日"
    else:
        ahead = {0: "当月", 1: "翌月", 2: "翌々月"}.get(term.due.months_ahead, f"{term.due.months_ahead}ヶ月後")
        due = f"{'' if closing else '都度請求'}{ahead}{_day_name(term.due.day, alone='末')}払い"
    shift = {Shift.BEFORE: "（銀行休業日は前営業日）", Shift.AFTER: "（銀行休業日は翌営業日）"}.get(term.due.shift, "")
    return closing + due + shift


def _term(squeezed: str, shift: Shift) -> PaymentTerm:
    if match := _CLOSED_TERM.fullmatch(squeezed):
        due = DueRule(_months(match["month"]), _day_number(match["day"]), shift)
        return PaymentTerm(due, _closing(match["closing"]))
    if match := _DAYS_TERM.fullmatch(squeezed):
        days = 0 if match["now"] else int(match["days"] or match["net"])
        return PaymentTerm(DueAfter(days, shift), _closing(match["closing"]))
    raise ValueRefused(Code.NOT_A_PAYMENT_TERM, squeezed, "月末締め翌月末払い")


def _closing(text: str | None) -> ClosingRule | None:
    return ClosingRule(_day_number(text)) if text else None


def _months(text: str) -> int:
    digits = re.match("[0-9]+", text)
    return int(digits[0]) if digits else _MONTHS_AHEAD[text]


def _day_number(text: str) -> int:
    return MONTH_END if "末" in text else int(text.removesuffix("日"))


def _day_name(day: int, *, alone: str) -> str:
    return alone if day == MONTH_END else f"{day}日"


def _refuse_outside(number: int, least: int, most: int) -> None:
    if not least <= number <= most:
        raise ValueRefused(Code.OUT_OF_RANGE, number, f"{least}-{most}")
