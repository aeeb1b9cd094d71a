"""The cram school's month: families from a workbook, fees, invoices by mail, a part, a grandfather's name, a receipt."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from django.test import Client

from tests.stories.books import assert_books_balance
from tests.stories.telling import (
    at_the_office,
    become_a_qualified_issuer,
    best_answer,
    codes,
    confirm,
    drop_file,
    mail,
    standing_of,
    workbook,
)
from tokui.banking.models import BankAccount, Deposit
from tokui.banking.tests.world import make_account, paid
from tokui.core.actors import Actor
from tokui.core.models import Event
from tokui.customers.actions import import_file
from tokui.customers.models import Customer
from tokui.invoices.actions import close_sales
from tokui.invoices.importing import import_sales_file
from tokui.invoices.models import Invoice
from tokui.invoices.receipts import issue_receipt
from tokui.payments.models import Allocation
from tokui.payments.standings import roll_standings

GUARDIANS = (
    ("顧客コード", "氏名", "フリガナ", "メールアドレス", "支払条件"),
    ("G-001", "太田 由紀", "オオタ ユキ", "ota@example.jp", "10日締め当月27日払い"),
    ("G-002", "小川 恵", "オガワ メグミ", "ogawa@example.jp", "10日締め当月27日払い"),
)
PUPILS = (
    ("顧客コード", "氏名", "フリガナ", "請求先コード"),
    ("P-001", "太田 湊", "オオタ ミナト", "G-001"),
    ("P-002", "太田 澪", "オオタ ミオ", "G-001"),
    ("P-003", "小川 蒼", "オガワ アオイ", "G-002"),
)
SALE_HEADINGS = ("伝票番号", "売上日", "得意先コード", "品名", "数量", "単価", "金額")
OTA_MONTH, OGAWA_MONTH = 44_000, 24_200


def fees_of(month: date) -> tuple[tuple[object, ...], ...]:
    """The month's fees: the second child of a family is 2,000 cheaper."""
    lines = (
        ("P-001", "中学2年 週2回", 24_000),
        ("P-002", "小学5年 週1回", 18_000),
        ("P-002", "きょうだい割引", -2_000),
        ("P-003", "小学6年 週2回", 22_000),
    )
    rows = [(f"{month:%y%m}-{n}", month, who, what, 1, fee, fee) for n, (who, what, fee) in enumerate(lines, start=1)]
    return (SALE_HEADINGS, *rows)


def invoice_the_month(month: date, folder: Path, by: Actor) -> dict[str, Invoice]:
    """On the first the fees are recorded, on the tenth they are closed: one invoice for each family."""
    with at_the_office(month):
        brought = import_sales_file(workbook(folder / f"fees-{month:%Y-%m}.xlsx", 月謝=fees_of(month)), by=by)
        assert (brought.new_count, brought.refused_count) == (4, 0)
    closing = month.replace(day=10)
    with at_the_office(closing):
        assert close_sales(closing, by=by).invoice_count == 2
    return {row.customer.name: row for row in Invoice.objects.filter(closing_on=closing).select_related("customer")}


def open_the_register(folder: Path, by: Actor) -> BankAccount:
    """The office's workbook becomes the register: two guardians, three pupils, and who pays for whom."""
    with at_the_office(date(2026, 10, 30)):
        become_a_qualified_issuer("まなび舎あおば", by=by)
        brought = import_file(workbook(folder / "register.xlsx", 保護者=GUARDIANS, 生徒=PUPILS), by=by)
        assert (brought.new_count, brought.refused_count) == (5, 0)
        assert Customer.objects.get(name="太田 澪").bill_to.name == "太田 由紀"
        return make_account()


def open_the_mailed_link(family: Invoice, client: Client, by: Actor) -> None:
    """The mother opens the link in her mail, without signing in; the office sees that she did."""
    with at_the_office(date(2026, 11, 11)):
        link = mail(family, by=by)
        shown = client.get(link)
        assert shown.status_code == 200
        assert family.number in shown.content.decode()
        assert client.get(link + "/pdf").content.startswith(b"%PDF")
        assert Event.objects.filter(type="invoices.InvoiceOpened", customer_id=family.customer_id).count() == 1


def take_novembers_money(account: BankAccount, by: Actor) -> None:
    """The bank's file brings a part from the mother, and the other family's fee under a grandfather's name."""
    drop_file(
        account,
        paid("オオタ ユキ", 30_000, date(2026, 11, 25)),
        paid("ヤマモト タダシ", OGAWA_MONTH, date(2026, 11, 26)),
        by=by,
    )
    assert not Allocation.objects.exists(), "neither is certain, so nothing is posted by itself"
    assert "amount_partial" in codes(best_answer("ｵｵﾀ ﾕｷ"))
    assert codes(best_answer("ﾔﾏﾓﾄ ﾀﾀﾞｼ")) == ["same_amount_only"]
    confirm("ｵｵﾀ ﾕｷ", by=by)  # the bookkeeper knows both
    confirm("ﾔﾏﾓﾄ ﾀﾀﾞｼ", by=by)
    assert standing_of("太田 由紀") == ("partly_paid", 14_000)
    assert standing_of("小川 恵") == ("paid", 0)


def take_decembers_money(account: BankAccount, by: Actor) -> None:
    """The grandfather pays again, and the mother pays what was left together with the new invoice."""
    drop_file(
        account,
        paid("ヤマモト タダシ", OGAWA_MONTH, date(2026, 12, 24)),
        paid("オオタ ユキ", 14_000 + OTA_MONTH, date(2026, 12, 25)),
        by=by,
    )
    assert not Deposit.objects.filter(state=Deposit.State.OPEN).exists()
    known = Allocation.objects.get(invoice__customer__name="小川 恵", deposit__received_on=date(2026, 12, 24))
    assert known.is_automatic
    assert "learned_name" in [reason["code"] for reason in known.reasons]


def test_a_cram_school_knows_after_two_months_which_family_has_paid(owner, accountant, client, settings, tmp_path):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    account = open_the_register(tmp_path, owner)

    # The fees of brother and sister stand on one invoice, due on a Friday.
    november = invoice_the_month(date(2026, 11, 1), tmp_path, owner)
    family, other = november["太田 由紀"], november["小川 恵"]
    assert (family.total_minor, family.due_on) == (OTA_MONTH, date(2026, 11, 27))
    assert sorted(family.lines.values_list("customer__name", "amount_minor")) == [
        ("太田 湊", 24_000),
        ("太田 澪", -2_000),
        ("太田 澪", 18_000),
    ]
    assert other.total_minor == OGAWA_MONTH
    open_the_mailed_link(family, client, accountant)

    # Who has paid in full asks for a receipt; a day after the due day the other's rest is late.
    with at_the_office(date(2026, 11, 26)):
        take_novembers_money(account, accountant)
        other.refresh_from_db()
        receipt = issue_receipt(other, purpose="11月分 月謝", by=accountant)
        assert (receipt.amount_minor, receipt.tax_minor) == (OGAWA_MONTH, 2_200)
    with at_the_office(date(2026, 11, 28)):
        roll_standings(date(2026, 11, 28))
        assert standing_of("太田 由紀") == ("overdue", 14_000)

    # The next month knows the grandfather, and nothing waits for a person.
    december = invoice_the_month(date(2026, 12, 1), tmp_path, owner)
    assert december["太田 由紀"].due_on == date(2026, 12, 28), "the 27th is a Sunday"
    with at_the_office(date(2026, 12, 25)):
        take_decembers_money(account, accountant)
        assert standing_of("太田 由紀") == standing_of("小川 恵") == ("paid", 0)
    assert_books_balance()
