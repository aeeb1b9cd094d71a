"""From what a document says to the strings and columns that the page template sets. Pure; no text is markup."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from tokui.catalog.tax import TAXED_KINDS, TaxKind
from tokui.invoices.documents import words as say
from tokui.invoices.documents.artwork import printable_picture
from tokui.invoices.documents.content import (
    Addressee,
    BankDetails,
    DocumentContent,
    DocumentKind,
    DocumentLine,
    Honorific,
    Issuer,
    Language,
    RateRow,
    Withholding,
)
from tokui.invoices.documents.glyphs import printable
from tokui.invoices.documents.words import Words, words_in

Facts = list[tuple[str, str]]


def page_data(content: DocumentContent) -> dict[str, Any]:
    """One document for `document.typ`: strings, lists and pictures as lists of bytes, ready for JSON."""
    if content.kind is DocumentKind.CREDIT_NOTE:
        content = _turned(content)
    words = words_in(content.lang)
    statement = content.kind is DocumentKind.STATEMENT
    said: dict[str, Any] = _printable(
        {
            "lang": content.lang,
            "kind": content.kind.value,
            "title": _title(content, words),
            "running": _running(content, words),
            "page": words.page,
            "head": _head(content, words),
            "addressee": _addressee(content.addressee, content.lang, words),
            "issuer": _issuer(content.issuer, content.lang, words),
            "mark": content.mark or (words.reissued if content.receipt and content.receipt.reissued else ""),
            "greeting": words.greetings[content.kind],
            "sum": _sum(content, words),
            "facts": _facts(content, words),
            "carried": _carried(content, words),
            "receipt": _receipt(content, words),
            "table": _entries(content, words) if statement else _lines(content, words),
            "rates": _rates(content, words),
            "totals": _totals(content, words),
            "notes": _notes(content, words),
            "foot": _foot(content, words),
            "folds": content.fold_marks,
        }
    )
    return said | {"logo": _picture(content.issuer.logo), "seal": _picture(content.issuer.seal)}


def _turned(content: DocumentContent) -> DocumentContent:
    """A credit note is booked with a minus and printed without one: its heading already says that money goes back."""
    lines = tuple(
        replace(
            line,
            amount_minor=-line.amount_minor,
            quantity_milli=None if line.quantity_milli is None else -line.quantity_milli,
        )
        for line in content.lines
    )
    rates = tuple(replace(row, base_minor=-row.base_minor, tax_minor=-row.tax_minor) for row in content.rates)
    net, tax, total = -content.net_minor, -content.tax_minor, -content.total_minor
    held = content.withholding
    withheld = Withholding(-held.base_minor, -held.tax_minor) if held else None
    return replace(
        content,
        lines=lines,
        rates=rates,
        net_minor=net,
        tax_minor=tax,
        total_minor=total,
        withholding=withheld,
    )


def _title(content: DocumentContent, words: Words) -> str:
    if content.kind is DocumentKind.CREDIT_NOTE and content.issuer.registration_number:
        return words.qualified_credit_note
    return words.titles[content.kind]


def _head(content: DocumentContent, words: Words) -> Facts:
    facts = [
        (words.issued_on, say.long_day(content.issued_on, content.lang)),
        (words.number, content.number),
    ]
    if content.original_number:
        facts.append((words.original, content.original_number))
    if content.original_period:
        facts.append((words.original_on, _supplied(content.original_period, content.lang)))
    return [fact for fact in facts if fact[1]]


def _running(content: DocumentContent, words: Words) -> str:
    """The line above every page but the first, short enough to stay one line."""
    addressee = content.addressee
    honorific = "" if addressee.person or content.lang != "ja" else addressee.honorific.value
    parts = (_title(content, words), _cut(content.number, 30), f"{_cut(addressee.name, 30)} {honorific}")
    return "　".join(part.strip() for part in parts)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def _addressee(addressee: Addressee, lang: str, words: Words) -> dict[str, Any]:
    if lang == "ja":
        person = f"{addressee.person} {Honorific.SAMA.value}" if addressee.person else ""
        below = " ".join(part for part in (addressee.department, person) if part)
    else:
        below = ", ".join(part for part in (addressee.person, addressee.department) if part)
        below = words.attention + below if below else ""
    return {
        "address": _address(addressee.postal_code, addressee.address, lang),
        "name": addressee.name,
        "honorific": "" if addressee.person or lang != "ja" else addressee.honorific.value,
        "below": below,
    }


def _issuer(issuer: Issuer, lang: str, words: Words) -> dict[str, Any]:
    lines = [
        issuer.trade_name,
        f"{words.registration} {issuer.registration_number}" if issuer.registration_number else "",
        *_address(issuer.postal_code, issuer.address, lang),
        f"{words.phone} {issuer.phone}" if issuer.phone else "",
        issuer.email,
        f"{words.person} {issuer.person}" if issuer.person else "",
    ]
    return {"name": issuer.name, "lines": [line for line in lines if line]}


def _address(postal_code: str, address: tuple[str, ...], lang: str) -> list[str]:
    """The postal code leads in Japan and closes an address written for abroad."""
    if not postal_code:
        return list(address)
    if len(postal_code) == 7 and postal_code.isdecimal():
        postal_code = f"{postal_code[:3]}-{postal_code[3:]}"
    return [f"〒{postal_code}", *address] if lang == "ja" else [*address, postal_code]


def _sum(content: DocumentContent, words: Words) -> tuple[str, str]:
    amount = {
        DocumentKind.STATEMENT: content.closing_minor,
        DocumentKind.RECEIPT: content.total_minor,
        DocumentKind.DELIVERY_NOTE: content.total_minor,
    }.get(content.kind, content.payable_minor)
    suffix = "-" if content.kind is DocumentKind.RECEIPT and content.lang == "ja" else ""
    return words.sums[content.kind], _money(content, amount) + suffix


def _facts(content: DocumentContent, words: Words) -> Facts:
    facts: Facts = []
    if content.subject:
        facts.append((words.subject, content.subject))
    if content.period:
        first, last = (say.long_day(day, content.lang) for day in content.period)
        facts.append((words.period, f"{first} – {last}"))
    if content.due_on:
        facts.append((words.due_on, say.long_day(content.due_on, content.lang)))
    return facts


def _supplied(days: tuple[date, date], lang: Language) -> str:
    """One day in full; a span short, so that it stays one line beside the window of the envelope."""
    first, last = days
    if first == last:
        return say.long_day(first, lang)
    return f"{say.short_day(first, lang)} – {say.short_day(last, lang)}"


def _carried(content: DocumentContent, words: Words) -> Facts:
    if content.carried is None:
        return []
    adjusted = content.carried.adjusted_minor
    return [
        (words.previous, _money(content, content.carried.previous_minor)),
        (words.received, _money(content, content.carried.received_minor)),
        *([(words.adjusted, _money(content, adjusted))] if adjusted else []),
        (words.carried, _money(content, content.carried.carried_minor)),
        (words.this_time, _money(content, content.total_minor)),
        (words.current, _money(content, content.payable_minor)),
    ]


def _receipt(content: DocumentContent, words: Words) -> dict[str, Any] | None:
    terms = content.receipt
    if terms is None:
        return None
    facts = [(words.received_on, say.long_day(terms.received_on, content.lang))]
    if terms.method:
        facts.append((words.method, terms.method))
    duty = words.stamp_duty.format(duty=f"{terms.stamp_duty_minor:,}")
    return {
        "purpose": words.purpose.format(purpose=terms.purpose) if terms.purpose else "",
        "done": words.receipt_done,
        "facts": facts,
        "stamp": f"{words.stamp}\n{duty}" if terms.on_paper and terms.stamp_duty_minor else "",
        "no_stamp": "" if terms.on_paper else words.no_stamp,
    }


#: What each column of a document's lines holds; the screen folds by them where it is narrow.
LINE_ROLES = ("on", "description", "quantity", "unit_price", "rate", "amount")
ENTRY_ROLES = ("on", "number", "description", "charged", "received", "amount")


def _lines(content: DocumentContent, words: Words) -> dict[str, Any]:
    """Columns that no line uses are left out, so a plain invoice stays plain."""
    lines = content.lines
    included = {line.tax_included for line in lines}
    amount = words.amount_included if included == {True} else words.amount_excluded
    columns = [
        (any(line.on for line in lines), words.supplied_on, "left", "auto"),
        (True, words.description, "left", "1fr"),
        (any(line.quantity_milli is not None for line in lines), words.quantity, "right", "auto"),
        (any(line.unit_price_minor is not None for line in lines), words.unit_price, "right", "auto"),
        (True, words.rate, "right", "auto"),
        (True, words.amount if len(included) > 1 else amount, "right", "auto"),
    ]
    kept = [place for place, column in enumerate(columns) if column[0]]
    rows = [_line(line, content, words, mark_included=len(included) > 1) for line in lines]
    return {
        "roles": [LINE_ROLES[place] for place in kept],
        "columns": [columns[place][1:] for place in kept],
        "rows": [[row[place] for place in kept] for row in rows],
    }


def _line(line: DocumentLine, content: DocumentContent, words: Words, *, mark_included: bool) -> list[str]:
    return [
        say.short_day(line.on, content.lang) if line.on else "",
        line.description + (" ※" if line.kind is TaxKind.REDUCED else ""),
        say.quantity(line.quantity_milli, line.unit) if line.quantity_milli is not None else "",
        say.figure(line.unit_price_minor, content.currency_decimals) if line.unit_price_minor is not None else "",
        _rate_name(line.kind, line.rate, words),
        say.figure(line.amount_minor, content.currency_decimals)
        + (words.included_mark if mark_included and line.tax_included else ""),
    ]


def _entries(content: DocumentContent, words: Words) -> dict[str, Any]:
    decimals = content.currency_decimals
    opening = ["", "", words.opening, "", "", say.figure(content.opening_minor, decimals)]
    rows = [
        [
            say.short_day(entry.on, content.lang),
            entry.number,
            entry.description,
            say.figure(entry.charged_minor, decimals) if entry.charged_minor else "",
            say.figure(entry.received_minor, decimals) if entry.received_minor else "",
            say.figure(entry.balance_minor, decimals),
        ]
        for entry in content.entries
    ]
    columns = [
        (words.supplied_on, "left", "auto"),
        (words.number, "left", "auto"),
        (words.description, "left", "1fr"),
        (words.debit, "right", "auto"),
        (words.credit, "right", "auto"),
        (words.balance, "right", "auto"),
    ]
    return {"roles": list(ENTRY_ROLES), "columns": columns, "rows": [opening, *rows]}


def _rate_name(kind: TaxKind, rate: int, words: Words) -> str:
    names = {TaxKind.EXEMPT: words.exempt, TaxKind.OUT_OF_SCOPE: words.out_of_scope, TaxKind.EXPORT: words.export}
    return names.get(kind, say.percent(rate))


def _rates(content: DocumentContent, words: Words) -> dict[str, Any] | None:
    if not content.rates:
        return None
    decimals = content.currency_decimals
    rows = [
        [_rate_label(row, words), say.figure(row.base_minor, decimals), say.figure(row.tax_minor, decimals)]
        for row in content.rates
    ]
    if not any(row.tax_included for row in content.rates):
        rows.append([words.total, say.figure(content.net_minor, decimals), say.figure(content.tax_minor, decimals)])
    return {"columns": [words.rate, words.base, words.tax], "rows": rows}


def _rate_label(row: RateRow, words: Words) -> str:
    name = _rate_name(row.kind, row.rate, words)
    if row.kind not in TAXED_KINDS:
        return name
    label = words.subject_to_included if row.tax_included else words.subject_to
    return label.format(rate=name) + (" ※" if row.kind is TaxKind.REDUCED else "")


def _totals(content: DocumentContent, words: Words) -> Facts:
    """The sum rows below the rates; the last one carries the double rule."""
    if content.kind is DocumentKind.STATEMENT:
        return [(words.balance, _money(content, content.closing_minor))]
    held, credited = content.withholding, content.credited_minor
    if held is None and not credited:
        name = words.sums[content.kind] if content.carried is None else words.total
        return [(name, _money(content, content.total_minor))]
    withheld = held.tax_minor if held else 0
    rest = words.returned if content.kind is DocumentKind.CREDIT_NOTE else words.payable
    return [
        (words.total, _money(content, content.total_minor)),
        *([(words.withheld, _money(content, -withheld))] if held else []),
        *([(words.credited, _money(content, -credited))] if credited else []),
        (rest, _money(content, content.total_minor - withheld - credited)),
    ]


def _notes(content: DocumentContent, words: Words) -> list[str]:
    reduced = sorted({line.rate for line in content.lines if line.kind is TaxKind.REDUCED})
    notes = [words.reduced_note.format(rate="・".join(map(say.percent, reduced)))] if reduced else []
    if content.rounding_note:
        notes.append(content.rounding_note)
    if content.withholding:
        notes.append(words.withheld_note.format(base=_money(content, content.withholding.base_minor)))
    return notes


def _foot(content: DocumentContent, words: Words) -> Facts:
    foot: Facts = [(words.bank, _bank(bank, content.lang)) for bank in content.banks]
    if content.payment_note:
        foot.append((words.request, content.payment_note))
    if content.payment_url:
        foot.append((words.pay_online, content.payment_url))
    if content.remarks:
        foot.append((words.remarks, content.remarks))
    return foot


def _bank(bank: BankDetails, lang: str) -> str:
    bank_code = f"({bank.bank_code})" if bank.bank_code else ""
    branch_code = f"({bank.branch_code})" if bank.branch_code else ""
    gap = "" if lang == "ja" else " "
    place = f"{bank.bank_name}{gap}{bank_code} {bank.branch_name}{gap}{branch_code}"
    account_type = say.ACCOUNT_TYPES_EN.get(bank.account_type, bank.account_type) if lang == "en" else bank.account_type
    return f"{place} {account_type} {bank.account_number}\n{bank.holder}"


def _money(content: DocumentContent, minor: int) -> str:
    return say.money(minor, content.currency, content.currency_decimals)


def _picture(picture: bytes | None) -> list[int] | None:
    return list(printable_picture(picture)) if picture else None


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {key: _printable(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(each) for each in value]
    return value
