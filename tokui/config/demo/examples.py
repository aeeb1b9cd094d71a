"""The files in `examples/`: a month of the demo's trade as a visitor's own workbook and bank files would hold it.

    python -m tokui.config.demo.examples [FOLDER]

The same files, byte for byte, every time. They need no database: invoices are reckoned here as the closing run would.
"""

from __future__ import annotations

import io
import re
import sys
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from tokui.catalog.tax import TaxKind, rate_on
from tokui.config.demo.bankfiles import Book, books
from tokui.config.demo.cast import JUKU, LIBRARY, SHOP, TODAY, Cast, Person, make_cast
from tokui.config.demo.habits import Bill, Payers, Transfer, waiting
from tokui.config.demo.trade import Sold, sold_between
from tokui.core.days import ClosingRule, DueRule, PaymentTerm, Shift, format_term, format_wareki
from tokui.core.tables import Cell, NewSheet, write_xlsx

FOLDER = Path(__file__).parents[3] / "examples"
SCALE = 0.08
#: The closing days whose invoices the bank files pay: goods on account, then school, library, mail order.
CLOSED_ON = (date(2026, 10, 31), date(2026, 11, 5), date(2026, 11, 10), date(2026, 11, 15))
FIRST_BANK_DAY = date(2026, 11, 1)
#: Their stories need months before this one.
LEFT_OUT = ("ハナマルエンゲイテン", "ナカムラ オサム")
COLUMNS = ("顧客コード", "名前", "フリガナ", "種別", "請求先コード", "メールアドレス", "電話番号", "郵便番号", "住所", "支払条件",
           "登録番号", "タグ", "備考")  # fmt: skip
SALE_COLUMNS = ("伝票番号", "売上日", "得意先コード", "得意先名", "品名", "数量", "単価", "金額", "税率")
KINDS = {"person": "個人", "company": "法人", "school": "学校", "government": "官公庁", "nonprofit": "非営利"}
WIDE = str.maketrans("0123456789-", "０１２３４５６７８９－")


def write_examples(folder: Path = FOLDER) -> list[Path]:
    """Write every example file, and return their paths."""
    cast = example_cast()
    files = {"customers.xlsx": customers_workbook(cast), "sales-2026-11.xlsx": sales_workbook(cast)} | bank_files(cast)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in files]


def example_cast() -> Cast:
    """A small cast whose payments need no invoice numbers, no card company and no twentieth as closing day."""
    cast = make_cast(SCALE)
    return Cast([_simplified(person) for person in cast.people], cast.codes)


def _simplified(person: Person) -> Person:
    habit = "prompt" if person.habit in ("card", "reference", "together", "two_months") else person.habit
    terms = replace(person.terms, closing_day=31) if person.terms.closing_day == 20 else person.terms
    return replace(person, habit=habit, terms=terms, joined_on=min(person.joined_on, date(2026, 11, 1)))


def example_sales(cast: Cast) -> list[Sold]:
    """October's goods on account, November's fees, and what was ordered by mail up to the fifteenth."""
    people = cast.by_code
    lines = sold_between(cast, date(2026, 10, 1), date(2026, 10, 31)) + sold_between(cast, date(2026, 11, 1), TODAY)
    return [line for line in lines if _closing_of(people[line.customer], line) in CLOSED_ON]


def example_bills(cast: Cast) -> list[Bill]:
    """The invoices that the closing runs will make of the sales, numbered by their payer."""
    return bills_of(cast, example_sales(cast))


def bills_of(cast: Cast, sales: Iterable[Sold]) -> list[Bill]:
    """The invoices of sales as the closing runs make them: one for each payer and closing day."""
    people = cast.by_code
    sums: dict[tuple[str, date], dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for line in sales:
        payer = people[line.customer].bill_to or line.customer
        closing = _closing_of(people[line.customer], line)
        rate = rate_on(TaxKind(line.goods.tax_kind), line.on)
        sums[payer, closing][rate] += line.quantity * line.unit_minor
    bills = []
    for (payer, closing), by_rate in sums.items():
        total = sum(net + net * rate // 10_000 for rate, net in by_rate.items())  # once per rate, cut: 端数切り捨て
        terms = people[payer].terms
        due = DueRule(terms.due_months, terms.due_day, Shift(terms.shift)).due_on(closing)
        bills.append(Bill(payer, payer, total, closing, due))
    return sorted(bills, key=lambda bill: (bill.issued_on, bill.number))


def example_transfers(cast: Cast) -> list[Transfer]:
    """What the bank will write up to today: the payments of the invoices, and the deposits that a person must decide."""
    paid = Payers(cast).pay(example_bills(cast)).transfers
    asked = [one for one in waiting() if one.payer not in LEFT_OUT]
    return [one for one in (*paid, *asked) if FIRST_BANK_DAY <= one.on <= TODAY]


def bank_files(cast: Cast) -> dict[str, bytes]:
    """One file for each of the three accounts: Zengin 01, Zengin 03 and a bank's CSV."""
    transfers = example_transfers(cast)
    files = {_bank_name(book): book.write(transfers, FIRST_BANK_DAY, TODAY) for book in books()}
    return {name: written[1] for name, written in files.items() if written}


def _bank_name(book: Book) -> str:
    ending = {"zengin-01": "zengin01.txt", "zengin-03": "zengin03.txt"}.get(book.format, "csv")
    return f"bank-{book.code}-2026-11.{ending}"


def customers_workbook(cast: Cast) -> bytes:
    """The register as a small office keeps it: one sheet per trade, titles above the headings, a sheet of notes."""
    parts = (
        ("塾 保護者", [one for one in cast.people if one.role == "guardian"]),
        ("塾 生徒", [one for one in cast.people if one.role == "pupil"]),
        ("灯台文庫", [one for one in cast.people if one.business == LIBRARY]),
        ("道具店", [one for one in cast.people if one.business == SHOP]),
    )
    sheets = [NewSheet(name, _register(name, people)) for name, people in parts]
    note = NewSheet("はじめに", [("この台帳は毎月1日に佐藤が更新します。黄色の行は確認中。",)])
    return _settled([*sheets, note])


def _register(name: str, people: list[Person]) -> Iterator[tuple[Cell | None, ...]]:
    yield (f"■ 株式会社あおば 得意先台帳（{name}）　{format_wareki(TODAY)}現在",)
    yield ()
    yield COLUMNS
    for place, person in enumerate(people):
        yield _register_row(person, place)
    if name == "道具店":
        yield from REFUSABLE


#: Rows that no importer should take, each for another reason. The names are made up like all others.
REFUSABLE: tuple[tuple[Cell | None, ...], ...] = (
    ("C-09001", "株式会社野分商事", "ノワキショウジ", "法人", "", "keiri(at)nowaki.example.jp", "", "", "", "月末締め翌月末払い", "", "掛売", ""),
    ("C-09002", "合同会社松籟設計", "ショウライセッケイ", "法人", "", "", "", "", "", "月末締め翌月末払い", "T1234567890123", "掛売", ""),
    ("C-09003", "深山造園", "ミヤマゾウエン", "法人", "", "", "", "", "", "42日締め翌月末払い", "", "掛売", ""),
    ("C-09004", "紅葉 太郎", "モミジ タロウ", "個人", "C-77777", "", "", "", "", "", "", "", "請求先の番号が古い"),
)  # fmt: skip


def _register_row(person: Person, place: int) -> tuple[Cell | None, ...]:
    """The mess of real registers: full-width digits, a space too many, 〒, numbers that Excel took for numbers."""
    post, phone, kana = person.postal_code, person.phone, person.kana
    if place % 4 == 1:
        post, phone = f"〒{post}" if post else "", phone.translate(WIDE)
    elif place % 4 == 2:
        kana = kana.replace(" ", "　")
    elif place % 4 == 3:
        phone = phone.replace("-", " ")
    note = f"{format_wareki(person.joined_on)}から" if person.role != "pupil" else ""
    return (
        person.code, person.name, kana, KINDS[person.kind], person.bill_to, person.email, phone, post, person.address,
        _terms(person), person.registration_number, "、".join(person.tags), note,
    )  # fmt: skip


def _terms(person: Person) -> str:
    terms = person.terms
    closing = ClosingRule(terms.closing_day) if terms.closing_day else None
    return format_term(PaymentTerm(DueRule(terms.due_months, terms.due_day, Shift(terms.shift)), closing))


def sales_workbook(cast: Cast) -> bytes:
    """This month's sales in three sheets, with era dates, wide digits, a reduced rate, a discount and a line of totals."""
    people = cast.by_code
    lines = example_sales(cast)
    parts = ((JUKU, "まなび舎あおば"), (LIBRARY, "灯台文庫"), (SHOP, "ひより道具店"))
    sheets = [
        NewSheet(name, _slips(name, [line for line in lines if people[line.customer].business == business], people))
        for business, name in parts
    ]
    return _settled(sheets)


def _slips(name: str, lines: list[Sold], people: dict[str, Person]) -> Iterator[tuple[Cell | None, ...]]:
    yield (f"{name}　売上明細　令和8年11月請求分",)
    yield ("金額は税抜。▲は値引。",)
    yield SALE_COLUMNS
    for place, line in enumerate(lines):
        amount = line.quantity * line.unit_minor
        rate = "8%" if line.goods.tax_kind == "reduced" else "10%"
        shown: tuple[Cell, Cell] = (line.unit_minor, amount)
        if place % 5 == 2:
            shown = (f"{line.unit_minor:,}".translate(WIDE), f"¥{amount:,}")
        yield (line.own_id, _day(line.on, place), line.customer, people[line.customer].name, line.text, line.quantity,
               *shown, rate)  # fmt: skip
    if name == "ひより道具店":
        yield ("", "", "", "合計", "", "", "", sum(line.quantity * line.unit_minor for line in lines), "")


def _day(day: date, place: int) -> Cell:
    """A date cell, 令和8年11月1日, R8.11.1 or 2026/11/1, as different hands write it."""
    year = day.year - 2018
    written = (day, f"令和{year}年{day.month}月{day.day}日", f"R{year}.{day.month}.{day.day}", f"{day:%Y/%m/%d}")
    return written[place % 4]


def _closing_of(person: Person, line: Sold) -> date:
    return ClosingRule(person.terms.closing_day or 31).closing_on(line.on)


def _settled(sheets: list[NewSheet]) -> bytes:
    """The workbook without the moment at which it was written, so that the same content is the same bytes."""
    raw, settled = io.BytesIO(), io.BytesIO()
    write_xlsx(raw, sheets)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(settled, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in sorted(source.namelist()):
            content = source.read(entry)
            if entry == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2026-11-20T00:00:00Z", content)
            target.writestr(zipfile.ZipInfo(entry, (2026, 11, 20, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return settled.getvalue()


if __name__ == "__main__":
    for written in write_examples(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER):
        print(f"{written}  {written.stat().st_size:,}")
