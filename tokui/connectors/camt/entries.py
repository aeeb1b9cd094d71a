"""One entry of a camt report to its lines: a collective entry whose details add up becomes one line per detail."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from lxml import etree

from tokui.banking.refusals import DeviationCode, FileRefused, Refused
from tokui.banking.statements import Direction, Kind, StatementLine
from tokui.connectors.amounts import to_minor
from tokui.connectors.remarks import Remarks
from tokui.connectors.words import kind_in

# What banks write for "there is none".
NO_REFERENCE = frozenset({"", "NONREF", "NOTPROVIDED", "NOTAVAILABLE"})

# ISO 20022 bank transaction codes: sub-families first, then families.
KINDS = {
    "CHRG": Kind.FEE,
    "COMM": Kind.FEE,
    "FEES": Kind.FEE,
    "INTR": Kind.INTEREST,
    "RCDT": Kind.TRANSFER,
    "ICDT": Kind.TRANSFER,
    "RRCT": Kind.TRANSFER,
    "IRCT": Kind.TRANSFER,
    "RDDT": Kind.DIRECT_DEBIT,
    "IDDT": Kind.DIRECT_DEBIT,
    "CNTR": Kind.CASH,
    "RCHQ": Kind.CHEQUE,
    "ICHQ": Kind.CHEQUE,
}


def child(element: etree._Element | None, *path: str) -> etree._Element | None:
    """The first descendant along local names, whatever the version's namespace."""
    for name in path:
        if element is None:
            return None
        element = next(element.iterchildren(f"{{*}}{name}"), None)
    return element


def text_at(element: etree._Element | None, *path: str) -> str:
    found = child(element, *path)
    return (found.text or "").strip() if found is not None else ""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is said of the whole entry."""

    number: int
    element: etree._Element
    booked_on: date
    value_on: date | None
    amount_minor: int
    currency: str
    direction: Direction
    reverses: bool
    native_id: str | None
    raw: bytes

    @classmethod
    def of(cls, element: etree._Element, number: int) -> "Entry":
        amount = child(element, "Amt")
        currency = amount.get("Ccy", "") if amount is not None else ""
        if len(currency) != 3:
            raise FileRefused(Refused.MISSING_FIELD, line=number, field="Amt/@Ccy", found=currency)
        indicator = text_at(element, "CdtDbtInd")
        if indicator not in ("CRDT", "DBIT"):
            raise FileRefused(
                Refused.UNKNOWN_CODE, line=number, field="CdtDbtInd", found=indicator, expected="CRDT/DBIT"
            )
        value_on = _day(element, "ValDt", number)
        booked_on = _day(element, "BookgDt", number) or value_on
        if booked_on is None:
            raise FileRefused(Refused.MISSING_FIELD, line=number, field="BookgDt")
        return cls(
            number=number,
            element=element,
            booked_on=booked_on,
            value_on=value_on,
            amount_minor=_positive(element, currency, number, "Amt"),
            currency=currency,
            direction="in" if indicator == "CRDT" else "out",
            reverses=text_at(element, "RvslInd") in ("true", "1"),
            native_id=_reference(text_at(element, "AcctSvcrRef")),
            raw=etree.tostring(element, with_tail=False),
        )


def lines_of(entry: Entry, remarks: Remarks) -> Iterator[StatementLine]:
    """One line, or one per detail when there are several and they add up to the entry in its own currency."""
    details = [
        detail for group in entry.element.iterchildren("{*}NtryDtls") for detail in group.iterchildren("{*}TxDtls")
    ]
    if len(details) < 2:
        yield _line(entry, details[0] if details else None, entry.amount_minor, entry.native_id)
        return
    shares = [_detail_amount(entry, detail) for detail in details]
    signed = [share for share in shares if share]
    if len(signed) < len(details) or sum(signed) != entry.amount_minor or min(signed) <= 0:
        remarks.add(DeviationCode.UNBALANCED_DETAILS, f"entry {entry.number}", str(len(details)))
        yield _line(entry, None, entry.amount_minor, entry.native_id)
        return
    for at, (detail, share) in enumerate(zip(details, signed, strict=True), start=1):
        own = _reference(text_at(detail, "Refs", "AcctSvcrRef"))
        own = own if own != entry.native_id else None
        yield _line(entry, detail, share, own or (entry.native_id and f"{entry.native_id}/{at}"))


def _line(entry: Entry, detail: etree._Element | None, amount_minor: int, native_id: str | None) -> StatementLine:
    # A reversal keeps the parties of the payment that it takes back.
    side = "Dbtr" if (entry.direction == "in") != entry.reverses else "Cdtr"
    party, agent = child(detail, "RltdPties", side), child(detail, "RltdAgts", f"{side}Agt")
    text = " ".join(_unstructured(detail)) or text_at(detail, "AddtlTxInf") or text_at(entry.element, "AddtlNtryInf")
    return StatementLine(
        number=entry.number,
        booked_on=entry.booked_on,
        value_on=entry.value_on,
        amount_minor=amount_minor,
        direction=entry.direction,
        kind=Kind.CORRECTION if entry.reverses else _kind(entry, detail) or kind_in(text) or Kind.OTHER,
        payer_name=text_at(party, "Nm") or text_at(party, "Pty", "Nm"),
        bank_name=text_at(agent, "FinInstnId", "Nm") or text_at(agent, "FinInstnId", "BICFI"),
        branch_name=text_at(agent, "BrnchId", "Nm"),
        text=text,
        edi=text_at(detail, "RmtInf", "Strd", "CdtrRefInf", "Ref"),
        native_id=native_id,
        reference=_reference(text_at(detail, "Refs", "EndToEndId")) or "",
        virtual_account=_paid_into(detail) if entry.direction == "in" else "",
        cancels=entry.reverses,
        raw=entry.raw,
    )


def _paid_into(detail: etree._Element | None) -> str:
    """The creditor's account of one payment: a virtual IBAN, where the bank names it beside the account's own."""
    account = child(detail, "RltdPties", "CdtrAcct", "Id")
    return text_at(account, "IBAN") or text_at(account, "Othr", "Id")


def _unstructured(detail: etree._Element | None) -> Iterator[str]:
    remittance = child(detail, "RmtInf")
    if remittance is not None:
        yield from ((element.text or "").strip() for element in remittance.iterchildren("{*}Ustrd"))


def _detail_amount(entry: Entry, detail: etree._Element) -> int | None:
    for path in (("Amt",), ("AmtDtls", "TxAmt", "Amt")):
        amount = child(detail, *path)
        if amount is not None and amount.get("Ccy") == entry.currency:
            minor = to_minor((amount.text or "").strip(), entry.currency, line=entry.number, field="TxDtls/Amt")
            # A detail against the direction of its entry (a returned item in a batch) takes away.
            against = text_at(detail, "CdtDbtInd") not in ("", "CRDT" if entry.direction == "in" else "DBIT")
            return -minor if against else minor
    return None


def _kind(entry: Entry, detail: etree._Element | None) -> Kind | None:
    for element in (detail, entry.element):
        family = child(element, "BkTxCd", "Domn", "Fmly")
        for code in (text_at(family, "SubFmlyCd"), text_at(family, "Cd")):
            if code in KINDS:
                return KINDS[code]
    return None


def _positive(element: etree._Element, currency: str, number: int, field: str) -> int:
    minor = to_minor(text_at(element, "Amt"), currency, line=number, field=field)
    if minor < 0:
        raise FileRefused(Refused.NOT_POSITIVE, line=number, field=field, found=str(minor))
    return minor


def _day(element: etree._Element, name: str, number: int) -> date | None:
    written = text_at(element, name, "Dt") or text_at(element, name, "DtTm")
    try:
        return date.fromisoformat(written[:10]) if written else None
    except ValueError as error:
        raise FileRefused(Refused.INVALID_DATE, line=number, field=name, found=written) from error


def _reference(written: str) -> str | None:
    return None if written.upper().replace(" ", "") in NO_REFERENCE else written
