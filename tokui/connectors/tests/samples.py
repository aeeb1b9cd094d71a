"""One small valid file per format; the names and numbers in them are invented."""

from datetime import date

from tokui.banking.statements import ColumnMapping, Kind, ReadOptions, StatementAccount, StatementLine
from tokui.connectors.bank_csv import PROFILES, write_bank_csv
from tokui.connectors.tests.worlds import TODAY
from tokui.connectors.zengin import write_01, write_03

ACCOUNT = StatementAccount(
    bank_code="0001",
    branch_code="001",
    account_type="1",
    account_number="1234567",
    opening_minor=100_000,
    lines=tuple(
        StatementLine(
            number=at,
            booked_on=date(2026, 11, at),
            amount_minor=amount,
            direction="in",
            kind=Kind.TRANSFER,
            payer_name=name,
        )
        for at, amount, name in ((4, 11_000, "ﾔﾏﾀﾞ ﾀﾛｳ"), (5, 5_500, "ｶ)ﾀﾞﾐ-"), (5, 5_500, "ｶ)ﾀﾞﾐ-"))
    ),
)

MAPPING = ColumnMapping(date=("date",), amount="amount", payer="name", balance="balance")
MAPPED = b"date,amount,name,balance\n2026-11-04,11000,Yamada,11000\n2026-11-05,-500,Fee,10500\n"

ENTRY = """
<Ntry><NtryRef>1</NtryRef><Amt Ccy="EUR">1234.50</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>
<BookgDt><Dt>2026-11-04</Dt></BookgDt><ValDt><DtTm>2026-11-05T00:00:00+01:00</DtTm></ValDt>
<AcctSvcrRef>REF-1</AcctSvcrRef>
<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>
<NtryDtls><TxDtls><Refs><EndToEndId>E2E-1</EndToEndId></Refs>
<RltdPties><Dbtr><Nm>Erika Beispiel</Nm></Dbtr><Cdtr><Nm>Dummy Ltd</Nm></Cdtr></RltdPties>
<RltdAgts><DbtrAgt><FinInstnId><BIC>ABCDEFGH</BIC><Nm>Example Bank</Nm></FinInstnId></DbtrAgt></RltdAgts>
<RmtInf><Ustrd>Invoice</Ustrd><Ustrd>INV-42</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"""

REVERSAL = """
<Ntry><Amt Ccy="EUR">34.50</Amt><CdtDbtInd>DBIT</CdtDbtInd><RvslInd>true</RvslInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>2026-11-06</Dt></BookgDt><NtryDtls><TxDtls><RltdPties><Dbtr><Pty><Nm>Max Muster</Nm></Pty></Dbtr>
</RltdPties></TxDtls></NtryDtls></Ntry>"""

PENDING = """
<Ntry><Amt Ccy="EUR">9.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>PDNG</Sts>
<BookgDt><Dt>2026-11-07</Dt></BookgDt></Ntry>"""


def camt053(entries: str = ENTRY + REVERSAL, version: str = "02", closing: str = "1300.00") -> bytes:
    balance = "<Bal><Tp><CdOrPrtry><Cd>{}</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>{}</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}">'
        "<BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr><Stmt><Id>S</Id>"
        "<FrToDt><FrDtTm>2026-11-01T00:00:00Z</FrDtTm><ToDtTm>2026-11-30T23:59:59Z</ToDtTm></FrToDt>"
        "<Acct><Id><IBAN>DE02120300000000202051</IBAN></Id><Ccy>EUR</Ccy><Ownr><Nm>Dummy Ltd</Nm></Ownr></Acct>"
        f"{balance.format('OPBD', '100.00')}{balance.format('CLBD', closing)}{entries}"
        "</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def camt052() -> bytes:
    within = camt053().replace(b"camt.053.001.02", b"camt.052.001.08").replace(b"BkToCstmrStmt", b"BkToCstmrAcctRpt")
    return within.replace(b"<Stmt>", b"<Rpt>").replace(b"</Stmt>", b"</Rpt>")


def camt054(entries: str = ENTRY, summary: str = "") -> bytes:
    return (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"><BkToCstmrDbtCdtNtfctn><Ntfctn>'
        f"<Acct><Id><Othr><Id>1234567</Id></Othr></Id></Acct>{summary}{entries}</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>"
    ).encode()


MT940 = (
    b"{1:F01EXAMPLEXXXX0000000000}{2:I940EXAMPLEXXXXN}{4:\r\n:20:STMT1\r\n:25:EXAMPLEB/1234567\r\n:28C:1/1\r\n"
    b":60F:C261101EUR100,00\r\n"
    b":61:2611041104CR1234,50NTRFINV-42//BANKREF1\r\nmore words\r\n"
    b":86:166?00GUTSCHRIFT?20Invoice?21INV-42?32Erika ?33Beispiel\r\n"
    b":61:2611061106RC34,50NTRFNONREF\r\n:86:/NAME/Max Muster/REMI/taken back\r\n"
    b":62F:C261130EUR1300,00\r\n:64:C261130EUR1300,00\r\n-}\r\n"
)

OFX = (
    b"OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\nENCODING:USASCII\r\nCHARSET:1252\r\n\r\n"
    b"<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>USD<BANKACCTFROM><BANKID>0001<ACCTID>1234567<ACCTTYPE>CHECKING"
    b"</BANKACCTFROM><BANKTRANLIST><DTSTART>20261101<DTEND>20261130"
    b"<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20261104120000[+9:JST]<TRNAMT>1234.50<FITID>F1<NAME>Erika &amp; Co<MEMO>INV-42"
    b"</STMTTRN><STMTTRN><TRNTYPE>FEE<DTPOSTED>20261105<TRNAMT>-34.50<FITID>F2</STMTTRN></BANKTRANLIST>"
    b"<LEDGERBAL><BALAMT>1300.00<DTASOF>20261130</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\r\n"
)

SAMPLES: dict[str, bytes] = {
    "zengin-01": write_01([ACCOUNT], created_on=TODAY),
    "zengin-03": write_03([ACCOUNT], created_on=TODAY),
    **{f"csv-{code}": write_bank_csv(profile, ACCOUNT) for code, profile in PROFILES.items()},
    "csv": MAPPED,
    "camt052": camt052(),
    "camt053": camt053(),
    "camt054": camt054(),
    "mt940": MT940,
    "ofx": OFX,
}

OPTIONS = {code: ReadOptions(mapping=MAPPING if code == "csv" else None) for code in SAMPLES}
