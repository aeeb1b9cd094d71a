"""Milliseconds per invoice PDF: alone, in bulk, printed together; beside the least that typst itself takes.

    python -m benchmarks.bench_documents [--count 200]

The limit is an empty one-page document through the same compiler settings (PDF/A-3a, bundled typefaces, data by
sys_inputs) in the same run, so the ratio can be compared between machines. Goal: at most 40 ms per one-page invoice
in bulk on two cores.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pylopdf_fonts_jp
import typst

from tokui.catalog.tax import TaxKind
from tokui.invoices.documents import (
    Addressee,
    BankDetails,
    DocumentContent,
    DocumentKind,
    DocumentLine,
    Issuer,
    RateRow,
    render_each,
    render_many,
    render_pdf,
)
from tokui.invoices.documents.render import STANDARD
from tokui.invoices.tax import TaxedAmount, tax_totals

GOAL_MS = 40.0
EMPTY_PAGE = '#set page(paper: "a4")\n#set document(title: "x")\n#set text(font: "Noto Sans JP")\n#sys.inputs.data'


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=200)
    count: int = options.parse_args().count
    started = time.perf_counter()
    render_pdf(make_invoice(0))
    first = (time.perf_counter() - started) * 1000
    empty = empty_page()
    limit = statistics.median(timed(lambda place=place: empty(place)) for place in range(50))
    alone = [timed(lambda place=place: render_pdf(make_invoice(place))) for place in range(50)]
    bulk = per_document(lambda: sum(len(each) for each in render_each(map(make_invoice, range(count)))), count)
    long = timed(lambda: render_pdf(make_invoice(1, lines=60)))
    together = per_document(lambda: len(render_many([make_invoice(place) for place in range(count)])), count)
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {count} invoices")
    print(f"{'':44}{'ms each':>9}{'x limit':>9}")
    rows = [
        ("limit: empty page by typst, median", limit),
        ("first invoice of a process (reads typefaces)", first),
        ("one page, alone, median", statistics.median(alone)),
        ("one page, alone, worst of 50", max(alone)),
        (f"one page, in bulk (goal {GOAL_MS:.0f})", bulk),
        ("two pages, 60 lines, alone", long),
        ("printed together in one file", together),
    ]
    for label, each in rows:
        print(f"{label:44}{each:9.1f}{each / limit:9.1f}")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")
    return 0 if bulk <= GOAL_MS else 1


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def per_document(work: Callable[[], object], count: int) -> float:
    return timed(work) / count


def empty_page() -> Callable[[int], bytes]:
    folder = Path(tempfile.mkdtemp())
    (folder / "empty.typ").write_text(EMPTY_PAGE)
    fonts = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(pylopdf_fonts_jp.sans_path().parent)],
    )
    compiler = typst.Compiler(str(folder / "empty.typ"), root=str(folder), font_paths=fonts)

    def render(place: int) -> bytes:
        written = compiler.compile(
            format="pdf", sys_inputs={"data": str(place)}, pdf_standards=[STANDARD], timestamp=place
        )
        assert isinstance(written, bytes)
        return written

    return render


def make_invoice(place: int, *, lines: int = 5) -> DocumentContent:
    """No two are alike, so nothing but the typefaces and the template can come from a cache."""
    sold = tuple(
        DocumentLine(
            f"飯碗 藍十草 {place}-{row}",
            1_000 * (place % 97 + row + 1),
            TaxKind.REDUCED if row % 3 == 2 else TaxKind.STANDARD,
            800 if row % 3 == 2 else 1_000,
            on=date(2026, 10, 1) + timedelta(days=row % 28),
            quantity_milli=1_000 * (place % 97 + row + 1),
            unit_price_minor=1_000,
        )
        for row in range(lines)
    )
    totals = tax_totals(TaxedAmount(each.kind, each.rate, each.amount_minor) for each in sold)
    content = DocumentContent(
        kind=DocumentKind.INVOICE,
        number=f"INV-2610-{place:05}",
        issued_on=date(2026, 10, 31),
        issuer=Issuer("株式会社あおば", "T7000012050002", "000-0000", ("青葉市みどり町 3-5-7",), "000-000-0000"),
        addressee=Addressee(f"北斗企画 {place} 号店", address=("北斗市中央 1-2-3",), postal_code="000-0000"),
        banks=(BankDetails("みどり銀行", "青葉支店", "1234567", "カ)アオバ", "0000", "000"),),
        lines=sold,
        rates=RateRow.rows_of(totals.per_rate),
        due_on=date(2026, 11, 30),
    )
    return replace(content, net_minor=totals.net_minor, tax_minor=totals.tax_minor, total_minor=totals.total_minor)


if __name__ == "__main__":
    sys.exit(main())
