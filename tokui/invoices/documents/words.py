"""The printed words of documents. They follow the receiver's language, not the screen's, so they are not gettext."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tokui.invoices.documents.content import DocumentKind, Language

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@dataclass(frozen=True, slots=True)
class Words:
    titles: dict[DocumentKind, str]
    greetings: dict[DocumentKind, str]
    sums: dict[DocumentKind, str]
    qualified_credit_note: str = "適格返還請求書"
    number: str = "番号"
    issued_on: str = "発行日"
    registration: str = "登録番号"
    phone: str = "電話"
    person: str = "担当"
    attention: str = ""
    subject: str = "件名"
    period: str = "取引期間"
    due_on: str = "お支払期限"
    supplied_on: str = "取引日"
    description: str = "内容"
    quantity: str = "数量"
    unit_price: str = "単価"
    rate: str = "税率"
    amount: str = "金額"
    amount_excluded: str = "金額(税抜)"
    amount_included: str = "金額(税込)"
    included_mark: str = "(税込)"
    base: str = "対価の額"
    tax: str = "消費税額"
    total: str = "合計"
    subject_to: str = "{rate} 対象"
    subject_to_included: str = "{rate} 対象(税込)"
    exempt: str = "非課税"
    out_of_scope: str = "対象外"
    export: str = "輸出免税"
    reduced_note: str = "※ は軽減税率({rate})の対象です。"
    previous: str = "前回ご請求額"
    received: str = "ご入金額"
    adjusted: str = "調整額"
    carried: str = "繰越金額"
    current: str = "今回ご請求額"
    this_time: str = "今回お買上額(税込)"
    withheld: str = "源泉徴収税額"
    withheld_note: str = "源泉徴収税額は {base} に対する所得税及び復興特別所得税です。"
    credited: str = "返還額の充当"
    payable: str = "お支払額"
    returned: str = "差引返還額"
    bank: str = "お振込先"
    request: str = "お願い"
    pay_online: str = "お支払ページ"
    remarks: str = "備考"
    original: str = "元の請求書"
    original_on: str = "元の取引日"
    purpose: str = "但し {purpose}として"
    receipt_done: str = "上記の金額を正に領収いたしました。"
    received_on: str = "領収日"
    method: str = "お支払方法"
    reissued: str = "再発行"
    draft: str = "下書き"
    void: str = "取消"
    void_by: str = "取消 {number}"
    stamp: str = "収入印紙"
    stamp_duty: str = "{duty} 円"
    no_stamp: str = "電子発行のため\n印紙不要"
    debit: str = "ご請求"
    credit: str = "ご入金"
    balance: str = "残高"
    opening: str = "繰越残高"
    page: str = "{page} / {pages}"


JA = Words(
    titles={
        DocumentKind.INVOICE: "請求書",
        DocumentKind.CREDIT_NOTE: "返還請求書",
        DocumentKind.RECEIPT: "領収書",
        DocumentKind.DELIVERY_NOTE: "納品書",
        DocumentKind.STATEMENT: "残高明細書",
    },
    greetings={
        DocumentKind.INVOICE: "下記のとおりご請求申し上げます。",
        DocumentKind.CREDIT_NOTE: "下記のとおり売上げに係る対価を返還いたします。",
        DocumentKind.RECEIPT: "",
        DocumentKind.DELIVERY_NOTE: "下記のとおり納品いたしました。",
        DocumentKind.STATEMENT: "お取引の明細と残高をお知らせいたします。",
    },
    sums={
        DocumentKind.INVOICE: "ご請求金額",
        DocumentKind.CREDIT_NOTE: "返還金額",
        DocumentKind.RECEIPT: "領収金額",
        DocumentKind.DELIVERY_NOTE: "納品金額",
        DocumentKind.STATEMENT: "残高",
    },
)

EN = Words(
    titles={
        DocumentKind.INVOICE: "Invoice",
        DocumentKind.CREDIT_NOTE: "Credit note",
        DocumentKind.RECEIPT: "Receipt",
        DocumentKind.DELIVERY_NOTE: "Delivery note",
        DocumentKind.STATEMENT: "Statement of account",
    },
    greetings={
        DocumentKind.INVOICE: "",
        DocumentKind.CREDIT_NOTE: "We credit you with the following returns and reductions.",
        DocumentKind.RECEIPT: "",
        DocumentKind.DELIVERY_NOTE: "We have delivered the following.",
        DocumentKind.STATEMENT: "Your transactions and balance with us.",
    },
    sums={
        DocumentKind.INVOICE: "Amount due",
        DocumentKind.CREDIT_NOTE: "Amount credited",
        DocumentKind.RECEIPT: "Amount received",
        DocumentKind.DELIVERY_NOTE: "Value of delivery",
        DocumentKind.STATEMENT: "Balance",
    },
    qualified_credit_note="Qualified credit note",
    number="No.",
    issued_on="Date",
    registration="Registration no.",
    phone="Phone",
    person="Contact",
    attention="Attn. ",
    subject="Subject",
    period="Period",
    due_on="Due date",
    supplied_on="Date",
    description="Description",
    quantity="Quantity",
    unit_price="Unit price",
    rate="Tax",
    amount="Amount",
    amount_excluded="Amount (excl. tax)",
    amount_included="Amount (incl. tax)",
    included_mark=" (incl. tax)",
    base="Taxable amount",
    tax="Consumption tax",
    total="Total",
    subject_to="Taxed at {rate}",
    subject_to_included="Taxed at {rate} (incl. tax)",
    exempt="Tax exempt",
    out_of_scope="Not taxable",
    export="Export, zero rated",
    reduced_note="※ marks items taxed at the reduced rate ({rate}).",
    previous="Previous invoice",
    received="Received",
    adjusted="Adjustments",
    carried="Carried over",
    current="Amount due",
    this_time="This invoice (incl. tax)",
    withheld="Income tax withheld",
    withheld_note="Income tax is withheld on {base} (Japanese income tax and special income tax for reconstruction).",
    credited="Credit used",
    payable="Amount payable",
    returned="Amount returned",
    bank="Bank transfer",
    request="Please note",
    pay_online="Pay online",
    remarks="Remarks",
    original="Original invoice",
    original_on="Original supply",
    purpose="For {purpose}",
    receipt_done="Received with thanks.",
    received_on="Received on",
    method="Paid by",
    reissued="Reissued",
    draft="Draft",
    void="Void",
    void_by="Void, see {number}",
    stamp="Revenue stamp",
    stamp_duty="¥{duty}",
    no_stamp="Issued electronically:\nno revenue stamp",
    debit="Charges",
    credit="Payments",
    balance="Balance",
    opening="Balance brought forward",
    page="{page} / {pages}",
)


ACCOUNT_TYPES_EN = {"普通": "Ordinary", "当座": "Current", "貯蓄": "Savings"}


def words_in(lang: Language) -> Words:
    return JA if lang == "ja" else EN


def long_day(day: date, lang: Language) -> str:
    if lang == "ja":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def short_day(day: date, lang: Language) -> str:
    """The day of a line: with its year, since ② asks for the date of supply and a page may be read alone."""
    return (
        f"{day.year}/{day.month:02}/{day.day:02}"
        if lang == "ja"
        else f"{day.day} {MONTHS[day.month - 1][:3]} {day.year}"
    )


def figure(minor: int, decimals: int) -> str:
    """An amount in figures: 1,234 and −1,234; with the currency's decimals."""
    whole, part = divmod(abs(minor), 10**decimals)
    text = f"{whole:,}.{part:0{decimals}}" if decimals else f"{whole:,}"
    return f"−{text}" if minor < 0 else text


def money(minor: int, currency: str, decimals: int) -> str:
    """An amount with its currency: ¥1,234; USD 12.34."""
    sign = "−" if minor < 0 else ""
    text = figure(abs(minor), decimals)
    return f"{sign}¥{text}" if currency == "JPY" else f"{sign}{currency} {text}"


def percent(rate: int) -> str:
    """A rate in parts of 10,000 as people write it: 10%, 8%, 7.8%."""
    whole, part = divmod(rate, 100)
    return f"{whole}.{part:02}".rstrip("0") + "%" if part else f"{whole}%"


def quantity(milli: int, unit: str) -> str:
    whole, part = divmod(abs(milli), 1000)
    text = f"{whole:,}" + (f".{part:03}".rstrip("0") if part else "")
    return f"{'−' if milli < 0 else ''}{text}{f' {unit}' if unit else ''}"
