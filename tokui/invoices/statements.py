"""The statement of account (取引明細・残高のご案内): what one business and a customer owe each other, in one currency.

It is reckoned from documents and what settled them, not from the books, whose accounts know no business.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from tokui.access.models import Business
from tokui.core.money import EXPONENTS
from tokui.customers.models import Customer
from tokui.invoices.documents import DocumentContent, DocumentKind, Language, StatementEntry
from tokui.invoices.issuers import issuer_of
from tokui.invoices.models import Invoice
from tokui.invoices.papers import addressee, addressee_now, issuer_content, language
from tokui.invoices.registry import sql_settlements


@dataclass(frozen=True)
class Account:
    """Whose statement: a customer's with one business in one currency."""

    customer: Customer
    business: Business
    currency: str = "JPY"

    @property
    def name(self) -> str:
        """How an address names it: shop/JPY."""
        return f"{self.business.code}/{self.currency}"


def accounts_of(customer: Customer) -> list[Account]:
    """The accounts a customer has by their documents, the one with the latest document first."""
    rows = Invoice.objects.filter(customer=customer).exclude(state=Invoice.State.DRAFT)
    pairs = rows.order_by("-issued_on", "-id").values_list("business_id", "currency")
    businesses = Business.objects.in_bulk()
    return [Account(customer, businesses[key], currency) for key, currency in dict.fromkeys(pairs)]


def statement_content(account: Account, from_on: date, to_on: date) -> DocumentContent:
    """The balance before, each movement in its order, and the balance after."""
    snapshot = addressee_now(account.customer)
    lang = language(snapshot)
    opening = _sum(account, from_on - timedelta(days=1))
    balance, entries = opening, []
    for on, kind, number, amount in _movements(account, from_on, to_on):
        balance += amount
        entries.append(
            StatementEntry(on, movement_word(kind, lang), balance, number or "", max(amount, 0), max(-amount, 0))
        )
    return DocumentContent(
        kind=DocumentKind.STATEMENT,
        number="",
        issued_on=to_on,
        issuer=issuer_content(issuer_of(account.business).content, {}),
        addressee=addressee(snapshot),
        lang=lang,
        currency=account.currency,
        currency_decimals=EXPONENTS[account.currency],
        period=(from_on, to_on),
        opening_minor=opening,
        entries=tuple(entries),
    )


#: Documents raise what is owed, credit notes lower it; what settles lowers it; what was taken back raises it again.
_MOVES = """
    SELECT issued_on AS "on", kind, number, total_minor AS amount, issued_at AS at, id FROM document
     UNION ALL
    SELECT settlement."on", settlement.kind, document.number, -amount_minor, recorded_at, document.id
      FROM document JOIN {settlements} ON settlement.invoice_id = document.id
     UNION ALL
    SELECT released_on, 'released', document.number, amount_minor, released_at, document.id
      FROM document JOIN {settlements} ON settlement.invoice_id = document.id WHERE released_at IS NOT NULL
"""
_DOCUMENTS = """
    WITH document AS (
        SELECT id, issued_on, issued_at, kind, number, total_minor FROM invoices_invoice
         WHERE customer_id = %(customer)s AND business_id = %(business)s AND currency = %(currency)s
           AND state <> 'draft')
"""


def _sum(account: Account, to_on: date) -> int:
    sql = f'{_DOCUMENTS} SELECT coalesce(sum(amount), 0)::bigint FROM ({_moves()}) AS move WHERE "on" <= %(to_on)s'
    return int(_rows(sql, account, to_on=to_on)[0][0])


def _movements(account: Account, from_on: date, to_on: date) -> list[tuple[date, str, str, int]]:
    """What moved, in order. A credit note used within the account settles both sides at once and moves nothing."""
    sql = f"""{_DOCUMENTS}
        SELECT "on", kind, number, amount::bigint, at FROM ({_moves()}) AS move
         WHERE "on" BETWEEN %(from_on)s AND %(to_on)s AND amount <> 0 ORDER BY "on", at, id, amount DESC"""
    rows = _rows(sql, account, from_on=from_on, to_on=to_on)
    used: dict[object, int] = defaultdict(int)
    for _on, kind, _number, amount, at in rows:
        if kind == "credit":
            used[at] += amount
    return [row[:4] for row in rows if row[1] != "credit" or used[row[4]]]


def _moves() -> str:
    return _MOVES.format(settlements=sql_settlements("settlement"))


def _rows(sql: str, account: Account, **values: Any) -> list[tuple[Any, ...]]:
    whose: dict[str, Any] = {
        "customer": account.customer.pk,
        "business": account.business.pk,
        "currency": account.currency,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, {**whose, **values})
        return list(cursor.fetchall())


#: How a statement calls what moved the balance, in the language of the customer's documents.
MOVEMENTS: dict[str, tuple[str, str]] = {
    "invoice": ("ご請求", "Invoice"),
    "credit_note": ("返還・取消", "Credit note"),
    "opening": ("繰越", "Brought forward"),
    "payment": ("ご入金", "Payment"),
    "fee": ("振込手数料", "Bank charge"),
    "withholding": ("源泉徴収", "Tax withheld"),
    "discount": ("値引", "Discount"),
    "write_off": ("貸倒処理", "Written off"),
    "credit": ("返還額の充当", "Credit used"),
    "refund": ("ご返金", "Refund"),
    "released": ("ご入金の取消", "Payment taken back"),
}


def movement_word(kind: str, lang: Language = "ja") -> str:
    """What a customer reads. Higher rooms may settle in ways not listed here."""
    japanese, english = MOVEMENTS.get(kind, ("調整", "Adjustment"))
    return english if lang == "en" else japanese
