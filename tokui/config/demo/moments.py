"""Single things that happen once: a return, a debtor's bankruptcy, a promise on the phone. Real verbs only."""

from __future__ import annotations

from datetime import date

from tokui.config.demo.cast import SHOP, Cast
from tokui.config.demo.opening import Company
from tokui.customers.actions import add_note
from tokui.customers.models import Customer
from tokui.invoices.actions import CreditLine, credit_invoice
from tokui.invoices.models import Invoice
from tokui.invoices.receipts import issue_receipt
from tokui.payments.actions import write_off

HAPPENED_ON = date(2026, 11, 10)
NOTES = (
    ("n-ota", "sales", "お電話にて。今月は出費が重なるため、月謝は20日と27日に半分ずつ振り込むとのこと。了承済み。"),
    ("n-hanamaru", "accountant", "8月・9月分を11月中旬にまとめて振り込むとの連絡あり。10月分は期日どおりの予定。"),
    ("n-fujii", "support", "カードの有効期限切れ。新しいカードの登録をお願いした（メール）。"),
)


def live_moments(company: Company, cast: Cast) -> None:
    """What happened on `HAPPENED_ON`, to those of the cast whose invoices exist in this world."""
    for who, role, text in NOTES:
        customer = Customer.objects.get(pk=company.customers[cast.codes[who]])
        add_note(customer, text, by=company.people[role])
    _take_back_a_box(company, cast)
    _ask_to_write_off(company, cast)
    _write_a_receipt(company)


def _write_a_receipt(company: Company) -> None:
    """A company paid in full and asked for a receipt by mail."""
    paid = Invoice.objects.filter(
        business_id=company.businesses[SHOP], kind=Invoice.Kind.INVOICE, paid_on__isnull=False, received_minor__gt=0
    )
    invoice = paid.filter(customer__kind="company").order_by("-paid_on", "-total_minor", "number").first()
    if invoice is not None:
        issue_receipt(invoice, purpose="商品代", method="銀行振込", by=company.accountant)


def _take_back_a_box(company: Company, cast: Cast) -> None:
    """One of eight boxes came back, after all eight were paid: the credit waits for the next invoice."""
    invoice = _invoice(company, cast, "n-sakuradai", date(2026, 9, 30))
    if invoice is not None:
        line = invoice.lines.get()
        back = [CreditLine(line.pk, quantity_milli=1_000)]
        credit_invoice(invoice, back, reason="1箱 破損のため返品", by=company.accountant)


def _ask_to_write_off(company: Company, cast: Cast) -> None:
    """Above the accountant's limit: it waits for the owner."""
    invoice = _invoice(company, cast, "n-yunagi", date(2026, 1, 31))
    if invoice is not None:
        reason = "破産手続開始の通知（2026年11月6日付）。回収見込みなし"
        write_off(invoice, amount_minor=invoice.open_minor, reason=reason, by=company.accountant)


def _invoice(company: Company, cast: Cast, who: str, closing_on: date) -> Invoice | None:
    customer = company.customers[cast.codes[who]]
    return Invoice.objects.filter(customer_id=customer, closing_on=closing_on, state=Invoice.State.ISSUED).first()
