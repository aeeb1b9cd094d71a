from datetime import date

import mt940 as other_reader
import pytest

from tokui.banking.refusals import DeviationCode, FileRefused, Refused
from tokui.banking.statements import Kind, ReadOptions, StatementFile
from tokui.connectors import formats
from tokui.connectors.tests.samples import ENTRY, MT940, OFX, PENDING, REVERSAL, camt052, camt053, camt054
from tokui.connectors.tests.worlds import TODAY, codes


def read(content: bytes, format: str = "auto") -> StatementFile:
    return formats.read(content, format, today=TODAY, options=ReadOptions())


def refused(content: bytes, format: str = "auto") -> FileRefused:
    with pytest.raises(FileRefused) as refusal:
        read(content, format)
    return refusal.value


@pytest.mark.parametrize("version", ["02", "04", "08", "12", "99"])
def test_every_version_of_camt_is_read_by_local_names(version: str) -> None:
    account = read(camt053(version=version)).accounts[0]
    first, second = account.lines
    assert (account.account_number, account.currency, account.holder) == ("DE02120300000000202051", "EUR", "Dummy Ltd")
    assert (account.from_on, account.to_on) == (date(2026, 11, 1), date(2026, 11, 30))
    assert (account.opening_minor, account.closing_minor) == (10_000, 130_000)
    assert (first.amount_minor, first.direction, first.kind) == (123_450, "in", Kind.TRANSFER)
    assert (first.booked_on, first.value_on) == (date(2026, 11, 4), date(2026, 11, 5))
    assert (first.payer_name, first.bank_name, first.text) == ("Erika Beispiel", "Example Bank", "Invoice INV-42")
    assert (first.native_id, first.reference) == ("REF-1", "E2E-1")
    assert (second.cancels, second.direction, second.kind, second.payer_name) == (
        True,
        "out",
        Kind.CORRECTION,
        "Max Muster",
    )


def test_a_camt_without_namespace_or_in_an_envelope_is_read() -> None:
    plain = camt053().replace(b' xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"', b"")
    assert len(read(plain).accounts[0].lines) == 2
    body = camt053().split(b"?>\n")[1]
    assert len(read(b'<Envelope xmlns="urn:x">' + body + b"</Envelope>").accounts[0].lines) == 2


def test_a_namespace_that_is_no_address_is_refused_as_malformed() -> None:
    assert refused(camt053().replace(b"tech:xsd", b"tech}:xsd")).code is Refused.MALFORMED


@pytest.mark.parametrize("tail", [b"<![CDATA[" * 200_000, b"]]>" + b"<![CDATA[" * 200_000, b"<" * 200_000])
def test_marks_that_never_close_cost_no_time(tail: bytes) -> None:
    with pytest.raises(FileRefused):
        read(OFX[:-8] + tail)


def test_rows_outside_a_bank_statement_do_not_vanish() -> None:
    content = OFX.replace(b"<STMTRS>", b"<INVSTMTRS>").replace(b"</STMTRS>", b"</INVSTMTRS>")
    assert refused(content).code is Refused.WRONG_ORDER


def test_text_in_a_character_section_is_text() -> None:
    content = OFX.replace(b"Erika &amp; Co", b"<![CDATA[Erika & <Co>]]>")
    assert read(content).accounts[0].lines[0].payer_name == "Erika & <Co>"


def test_announced_entries_are_no_lines() -> None:
    file = read(camt053(ENTRY + REVERSAL + PENDING))
    assert len(file.accounts[0].lines) == 2
    assert codes(file) == {DeviationCode.NOT_BOOKED}


DETAIL = "<TxDtls>{}<RltdPties><Dbtr><Nm>{}</Nm></Dbtr></RltdPties></TxDtls>"


def collective(*shares: str, template: str = "<Amt Ccy='EUR'>{}</Amt>") -> str:
    details = "".join(DETAIL.format(template.format(share), f"Payer {at}") for at, share in enumerate(shares))
    start, _, _ = ENTRY.partition("<NtryDtls>")
    return f"{start}<NtryDtls>{details}</NtryDtls></Ntry>"


@pytest.mark.parametrize(
    "template", ["<Amt Ccy='EUR'>{}</Amt>", "<AmtDtls><TxAmt><Amt Ccy='EUR'>{}</Amt></TxAmt></AmtDtls>"]
)
def test_a_collective_entry_that_adds_up_is_one_line_per_payer(template: str) -> None:
    lines = read(camt053(collective("1000.00", "234.50", template=template) + REVERSAL)).accounts[0].lines
    assert [(line.amount_minor, line.payer_name, line.native_id) for line in lines[:2]] == [
        (100_000, "Payer 0", "REF-1/1"),
        (23_450, "Payer 1", "REF-1/2"),
    ]


def test_a_collective_entry_that_does_not_add_up_stays_one_line() -> None:
    file = read(camt053(collective("1000.00", "234.49") + REVERSAL))
    assert [line.amount_minor for line in file.accounts[0].lines] == [123_450, 3_450]
    assert codes(file) == {DeviationCode.UNBALANCED_DETAILS}


def test_camt_054_is_proved_by_its_summary() -> None:
    summary = (
        "<TxsSummry><TtlNtries><NbOfNtries>{}</NbOfNtries></TtlNtries>"
        "<TtlCdtNtries><NbOfNtries>1</NbOfNtries><Sum>{}</Sum></TtlCdtNtries></TxsSummry>"
    )
    assert read(camt054(summary=summary.format(1, "1234.5"))).accounts[0].account_number == "1234567"
    assert refused(camt054(summary=summary.format(2, "1234.5"))).code is Refused.COUNT_DIFFERS
    assert refused(camt054(summary=summary.format(1, "1234.6"))).code is Refused.TOTAL_DIFFERS


BOMB = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
EXTERNAL = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("format", ["camt053", "camt054", "ofx"])
@pytest.mark.parametrize(
    ("prologue", "code"),
    [
        (BOMB, Refused.XML_ENTITIES),
        (EXTERNAL, Refused.XML_EXTERNAL),
        (b'<!DOCTYPE x SYSTEM "http://example.com/x.dtd">', Refused.XML_EXTERNAL),
        (b"<!DOCTYPE x>", Refused.XML_DOCTYPE),
    ],
)
def test_document_types_and_entities_are_refused_by_name(format: str, prologue: bytes, code: Refused) -> None:
    content = OFX if format == "ofx" else camt053().split(b"?>\n")[1]
    assert refused(prologue + content, format).code is code
    assert refused((prologue + content).decode("cp1252").encode("utf-16"), format).code is code


@pytest.mark.parametrize(
    ("before", "after", "code", "field"),
    [
        ("1234.50", "1234.505", Refused.TOO_PRECISE, "Amt"),
        ("1234.50", "-1234.50", Refused.NOT_POSITIVE, "Amt"),
        ("1234.50", "1,234.50", Refused.NOT_A_NUMBER, "Amt"),
        ("1234.50", "1234.51", Refused.BALANCE_DIFFERS, "closing_minor"),
        ("<Dt>2026-11-04", "<Dt>2027-02-30", Refused.INVALID_DATE, "BookgDt"),
        ("CRDT", "CREDIT", Refused.UNKNOWN_CODE, "CdtDbtInd"),
        ('Ccy="EUR"', "", Refused.MISSING_FIELD, "Amt/@Ccy"),
        ('Ccy="EUR"', 'Ccy="USD"', Refused.CURRENCY_MIXED, "Amt"),
        ("</Amt>", "", Refused.MALFORMED, None),
    ],
)
def test_whatever_is_wrong_in_an_entry_is_refused_by_element(
    before: str, after: str, code: Refused, field: str | None
) -> None:
    caught = refused(camt053(ENTRY.replace(before, after, 1) + REVERSAL))
    assert (caught.code, caught.field) == (code, field)


def test_a_notification_is_no_statement() -> None:
    assert refused(camt054(), "camt053").code is Refused.WRONG_TYPE


def test_mt940_is_read_with_names_texts_and_reversals() -> None:
    account = read(MT940).accounts[0]
    first, second = account.lines
    assert (account.bank_code, account.account_number, account.currency) == ("EXAMPLEB", "1234567", "EUR")
    assert (first.amount_minor, first.direction, first.payer_name, first.text) == (
        123_450,
        "in",
        "Erika Beispiel",
        "more words Invoice INV-42",
    )
    assert (first.edi, first.reference, first.kind) == ("INV-42", "BANKREF1", Kind.TRANSFER)
    assert (second.direction, second.cancels, second.payer_name, second.text) == (
        "out",
        True,
        "Max Muster",
        "taken back",
    )


def test_mt940_agrees_with_an_independent_reader() -> None:
    """The other reader counts a reversal of a credit (RC) as incoming, against the balances; so a plain debit here."""
    content = MT940.replace(b"1106RC", b"1106D")
    theirs = other_reader.parse(content.decode())
    assert [(row.data["date"], int(row.data["amount"].amount * 100)) for row in theirs] == [
        (line.value_on, line.signed_minor) for line in read(content).accounts[0].lines
    ]


def test_each_statement_of_an_mt940_file_is_an_account() -> None:
    assert [len(account.lines) for account in read(MT940 + MT940.replace(b"1234567", b"7654321")).accounts] == [2, 2]


def test_the_entry_day_of_mt940_takes_the_nearest_year() -> None:
    line = read(MT940.replace(b":61:2611041104", b":61:2612310102")).accounts[0].lines[-1]
    assert (line.value_on, line.booked_on) == (date(2026, 12, 31), date(2027, 1, 2))


@pytest.mark.parametrize(
    ("before", "after", "code", "line"),
    [
        (b"1234,50", b"1234,51", Refused.BALANCE_DIFFERS, None),
        (b"1234,50", b"1234,505", Refused.TOO_PRECISE, 6),
        (b":61:261104", b":61:270230", Refused.INVALID_DATE, 6),
        (b":61:261104", b":61:2611", Refused.MALFORMED, 6),
        (b":62F:C261130EUR1300,00\r\n", b"", Refused.TRUNCATED, 12),
        (b":60F:C261101EUR100,00\r\n", b"", Refused.WRONG_ORDER, 5),
        (b":62F:C261130EUR", b":62F:C261130USD", Refused.CURRENCY_MIXED, 11),
        (b":28C:", b":99Z:", Refused.UNKNOWN_CODE, 4),
    ],
)
def test_whatever_is_wrong_in_mt940_is_refused_by_line(
    before: bytes, after: bytes, code: Refused, line: int | None
) -> None:
    caught = refused(MT940.replace(before, after, 1), "mt940")
    assert (caught.code, caught.line) == (code, line)


def test_ofx_is_read_with_its_own_ids() -> None:
    account = read(OFX).accounts[0]
    first, second = account.lines
    assert (account.account_number, account.currency, account.closing_minor) == ("1234567", "USD", 130_000)
    assert (first.booked_on, first.signed_minor, first.payer_name, first.text) == (
        date(2026, 11, 4),
        123_450,
        "Erika & Co",
        "INV-42",
    )
    assert (first.native_id, second.native_id, second.kind, second.signed_minor) == ("F1", "F2", Kind.FEE, -3_450)


def test_ofx_2_in_xml_is_the_same_file() -> None:
    xml = b'<?xml version="1.0" encoding="UTF-8"?><?OFX OFXHEADER="200" VERSION="211"?>' + OFX.partition(b"\r\n\r\n")[2]
    for leaf in (b"CURDEF", b"TRNTYPE", b"DTPOSTED", b"TRNAMT", b"FITID", b"NAME", b"MEMO"):
        head, *rest = xml.split(b"<" + leaf + b">")
        xml = head + b"".join(
            b"<" + leaf + b">" + value + b"</" + leaf + b"><" + more
            for value, _, more in (piece.partition(b"<") for piece in rest)
        )
    assert read(xml).accounts == read(OFX).accounts


@pytest.mark.parametrize(
    ("before", "after", "code", "field"),
    [
        (b"<TRNAMT>1234.50", b"<TRNAMT>1.234,50", Refused.NOT_A_NUMBER, "TRNAMT"),
        (b"<TRNAMT>1234.50", b"", Refused.NOT_A_NUMBER, "TRNAMT"),
        (b"<FITID>F1", b"", Refused.MISSING_FIELD, "FITID"),
        (b"<DTPOSTED>20261104", b"<DTPOSTED>20270230", Refused.INVALID_DATE, "DTPOSTED"),
        (b"</STMTTRN><STMTTRN>", b"", Refused.MALFORMED, "TRNTYPE"),
        (b"</OFX>", b"", Refused.TRUNCATED, None),
        (b"</STMTRS>", b"", Refused.TRUNCATED, None),
    ],
)
def test_whatever_is_wrong_in_ofx_is_refused(before: bytes, after: bytes, code: Refused, field: str | None) -> None:
    caught = refused(OFX.replace(before, after, 1))
    assert (caught.code, caught.field) == (code, field)


def test_a_camt_report_within_the_day_is_read() -> None:
    file = read(camt052())
    assert (file.format, len(file.accounts[0].lines)) == ("camt052", 2)
    assert refused(camt053(), "camt052").code is Refused.WRONG_TYPE


def test_a_virtual_account_beside_a_payment_is_read_and_the_account_s_own_is_not_one() -> None:
    own, virtual = "DE02120300000000202051", "DE75512108001245126199"
    paid_into = "<CdtrAcct><Id><IBAN>{}</IBAN></Id></CdtrAcct></RltdPties>"
    for number, expected in ((virtual, virtual), (own, "")):
        entry = ENTRY.replace("</RltdPties>", paid_into.format(number))
        assert read(camt053(entry + REVERSAL)).accounts[0].lines[0].virtual_account == expected


def test_statements_of_one_account_in_a_camt_file_go_on_from_each_other() -> None:
    whole = camt053().decode()
    first = whole[whole.index("<Stmt>") : whole.index("</BkToCstmrStmt>")]
    empty = first.replace(ENTRY, "").replace(REVERSAL, "").replace("2026-11", "2026-12")
    later = empty.replace("100.00", "999.00").replace("1300.00", "999.00")
    wrong = refused(whole.replace(first, first + later).encode())
    assert (wrong.code, wrong.found, wrong.expected) == (Refused.ACCOUNT_BROKEN, "99900", "130000")
    right = empty.replace("100.00", "1300.00")
    assert len(read(whole.replace(first, first + right).encode()).accounts) == 2
