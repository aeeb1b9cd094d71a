"""All statement formats: one explicit dictionary. To add one, write its folder and add a line here."""

import io
from datetime import date
from functools import cache
from importlib import import_module
from typing import BinaryIO, cast

from tokui.banking.refusals import FileRefused, Refused
from tokui.banking.statements import ReadOptions, StatementFile, StatementFormat

STATEMENT_FORMATS: dict[str, str] = {
    "zengin-01": "tokui.connectors.zengin.Zengin01",
    "zengin-03": "tokui.connectors.zengin.Zengin03",
    "csv-mufg": "tokui.connectors.bank_csv.mufg",
    "csv-smbc": "tokui.connectors.bank_csv.smbc",
    "csv-mizuho": "tokui.connectors.bank_csv.mizuho",
    "csv-rakuten": "tokui.connectors.bank_csv.rakuten",
    "csv-paypay": "tokui.connectors.bank_csv.paypay",
    "csv-gmo-aozora": "tokui.connectors.bank_csv.gmo_aozora",
    "csv-sbi-shinsei": "tokui.connectors.bank_csv.sbi_shinsei",
    "csv-sbi-sumishin": "tokui.connectors.bank_csv.sbi_sumishin",
    "csv-yucho": "tokui.connectors.bank_csv.yucho",
    "csv-ja": "tokui.connectors.bank_csv.ja",
    "csv-iwate": "tokui.connectors.bank_csv.iwate",
    "csv-anser": "tokui.connectors.bank_csv.anser",
    "csv": "tokui.connectors.bank_csv.MappedCsv",
    "camt052": "tokui.connectors.camt.Camt052",
    "camt053": "tokui.connectors.camt.Camt053",
    "camt054": "tokui.connectors.camt.Camt054",
    "mt940": "tokui.connectors.mt940.Mt940",
    "ofx": "tokui.connectors.ofx.Ofx",
}

HEAD_BYTES = 64 * 1024
SURE_ENOUGH = 0.15
_DEFAULT = ReadOptions()


@cache
def format_named(code: str) -> StatementFormat:
    """The format of a code. Raises UNKNOWN_FORMAT."""
    path = STATEMENT_FORMATS.get(code)
    if path is None:
        raise FileRefused(Refused.UNKNOWN_FORMAT, found=code, expected=", ".join(STATEMENT_FORMATS))
    module, _, name = path.rpartition(".")
    found = getattr(import_module(module), name)
    return cast(StatementFormat, found() if isinstance(found, type) else found)


def detect(head: bytes, name: str = "") -> str | None:
    """The code of the format that is surest of a file's first 64 KB, or None when none recognises it."""
    head = head[:HEAD_BYTES]
    chances = {code: format_named(code).sniff(head, name) for code in STATEMENT_FORMATS}
    best = max(chances, key=lambda code: chances[code])
    return best if chances[best] > SURE_ENOUGH else None


def read(
    content: bytes | BinaryIO,
    format: str = "auto",
    *,
    today: date,
    name: str = "",
    options: ReadOptions = _DEFAULT,
) -> StatementFile:
    """Read and prove one bank file, whole or not at all.

    `format` is a code of STATEMENT_FORMATS or "auto"; `today` the business date that completes short years; `name` the
    file's name, a weak hint. A given column mapping stands above recognition. Raises only `FileRefused`.
    """
    stream = io.BytesIO(content) if isinstance(content, bytes) else content
    if format == "auto":
        # One byte over the limit is enough for the format to refuse it as too large.
        whole = stream.read(options.max_bytes + 1)
        if not whole.strip(b" \r\n\t\x1a"):
            raise FileRefused(Refused.EMPTY)
        found = "csv" if options.mapping else detect(whole, name)
        if found is None:
            raise FileRefused(Refused.UNKNOWN_FORMAT, found=whole[:40].decode("cp932", "replace"))
        format, stream = found, io.BytesIO(whole)
    return format_named(format).read(stream, today=today, options=options)
