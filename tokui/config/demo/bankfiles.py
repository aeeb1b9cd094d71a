"""What the banks write: Zengin 01 and 03 and a bank's CSV, byte by byte by the connectors' own writers. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from tokui.banking.statements import Kind, StatementAccount, StatementLine
from tokui.config.demo.habits import CARD, Transfer
from tokui.connectors.bank_csv.profiles import ANSER
from tokui.connectors.bank_csv.writer import write_bank_csv
from tokui.connectors.zengin import to_zengin, write_01, write_03
from tokui.core.days import business_day_on_or_after

LONGEST_NAME, LONGEST_EDI = 48, 20
CARD_COLUMNS = ("会員番号", "請求書番号", "決済日", "決済金額", "決済結果", "決済番号")


@dataclass
class Book:
    """One of our accounts at a bank that does not exist. `balance_minor` moves on with each file that is written."""

    code: str
    name: str
    format: str
    bank_code: str
    branch_code: str
    number: str
    holder: str
    bank_kana: str
    branch_kana: str
    balance_minor: int
    #: (day of the month, text, amount): what leaves the account every month.
    bills: tuple[tuple[int, str, int], ...] = ()
    files: int = field(default=0)

    def write(self, transfers: Sequence[Transfer], first: date, last: date) -> tuple[str, bytes] | None:
        """The file (name, content) of the days from `first` to `last`, both included; None when nothing moved."""
        mine = [one for one in transfers if one.bank == self.code and first <= one.on <= last]
        lines = [_line(one) for one in sorted(mine, key=_in_order)]
        if self.format != "zengin-01":
            lines = sorted([*lines, *self._outgoing(first, last)], key=lambda line: line.booked_on)
        if not lines:
            return None
        lines = [replace(line, number=at, reference=str(at)) for at, line in enumerate(lines, start=1)]
        account = self._account(lines, first, last)
        self.balance_minor += sum(line.signed_minor for line in lines)
        self.files += 1
        stem = f"{self.code}-{first:%Y%m%d}-{last:%Y%m%d}"
        if self.format == "zengin-01":
            return f"{stem}.zengin01.txt", write_01([account], created_on=last)
        if self.format == "zengin-03":
            return f"{stem}.zengin03.txt", write_03([account], created_on=last)
        return f"{stem}.csv", write_bank_csv(ANSER, account)

    def _account(self, lines: list[StatementLine], first: date, last: date) -> StatementAccount:
        return StatementAccount(
            bank_code=self.bank_code, branch_code=self.branch_code, account_type="1", account_number=self.number,
            holder=to_zengin(self.holder), from_on=first, to_on=last, lines=tuple(lines), bank_name=to_zengin(self.bank_kana),
            branch_name=to_zengin(self.branch_kana), opening_minor=None if self.format == "zengin-01" else self.balance_minor,
        )  # fmt: skip

    def _outgoing(self, first: date, last: date) -> list[StatementLine]:
        found = []
        for day, text, amount in self.bills:
            on = business_day_on_or_after(last.replace(day=day))
            if first <= on <= last:
                found.append(
                    StatementLine(
                        number=0, booked_on=on, value_on=on, amount_minor=amount, direction="out", kind=Kind.OTHER,
                        payer_name=to_zengin(text), text=to_zengin("ﾌﾘｺﾐ"),
                    )
                )  # fmt: skip
        return found


def books() -> list[Book]:
    """The three accounts: one notified by Zengin 01, one with full Zengin 03 statements, one with a bank's CSV."""
    holder = "カ)アオバ"
    return [
        Book("midori", "みどり銀行 青葉支店 普通", "zengin-01", "0999", "101", "1234021", holder, "ミドリ", "アオバ", 4_820_000),
        Book("tsukimi", "月見ネット銀行 本店 普通", "zengin-03", "0998", "001", "7654321", holder, "ツキミ", "ホンテン", 2_140_300,
             ((27, "サーバーリヨウリヨウ", 48_400),)),
        Book("akebono", "あけぼの信用金庫 東支店 普通", "csv-anser", "0997", "012", "2468013", holder, "アケボノシンキン", "ヒガシ", 3_006_450,
             ((25, "キユウヨ フリコミ", 1_180_000), (10, "ヤチン アオバビル", 176_000))),
    ]  # fmt: skip


def card_list(transfers: Sequence[Transfer], first: date, last: date, failed: Sequence[Transfer] = ()) -> bytes:
    """The result list of the card company that is not connected: a CSV in CP932, failed charges included."""
    rows = [(one, "成功") for one in transfers if one.bank == CARD and first <= one.on <= last]
    rows += [(one, "失敗（有効期限切れ）") for one in failed if first <= one.on <= last]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(CARD_COLUMNS)
    for at, (one, result) in enumerate(sorted(rows, key=lambda row: (row[0].on, row[0].customer)), start=1):
        number = one.settles[0][0]
        writer.writerow(
            [one.customer, number, f"{one.on:%Y/%m/%d}", one.amount_minor, result, f"K{one.on:%Y%m}{at:05d}"]
        )
    return text.getvalue().encode("cp932")


def _line(one: Transfer) -> StatementLine:
    return StatementLine(
        number=0,
        booked_on=one.on,
        value_on=one.on,
        amount_minor=one.amount_minor,
        direction="out" if one.takes_back else "in",
        kind=Kind.TRANSFER,
        payer_name=to_zengin(one.payer)[:LONGEST_NAME].rstrip(),
        bank_name=one.origin[0],
        branch_name=one.origin[1],
        edi=to_zengin(one.edi)[:LONGEST_EDI],
        text=to_zengin("ﾌﾘｺﾐ"),
        cancels=one.takes_back,
    )


def _in_order(one: Transfer) -> tuple[object, ...]:
    return (one.on, one.takes_back, one.payer, one.amount_minor)
