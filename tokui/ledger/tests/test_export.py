"""Journals for accounting programs: each entry once per program, tax with its revenue, names as mapped."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest

from tokui.core import files
from tokui.core.actors import SYSTEM
from tokui.core.errors import NotPermitted
from tokui.core.ids import uuid7
from tokui.ledger.actions import Entry, Posting, post_entries, reverse_entries
from tokui.ledger.exporting import NothingToExport, export_entries, map_account, unmap_account
from tokui.ledger.mapping import Names, fits
from tokui.ledger.models import ClosedMonth

DAY = date(2026, 10, 31)
PERIOD = {"from_on": date(2026, 10, 1), "to_on": DAY}


def post(*postings: Posting) -> list:
    return post_entries([Entry(DAY, "invoice", "x", uuid7(), postings, memo="INV-1")], by=SYSTEM)


def sale() -> list:
    return post(
        Posting("customers:x:claims", "revenue:a:10", 1_000),
        Posting("customers:x:claims", "revenue:b:10", 333),
        Posting("customers:x:claims", "revenue:a:8", 500),
        Posting("customers:x:claims", "tax:10", 133),
        Posting("customers:x:claims", "tax:8", 40),
    )


def rows_of(export) -> list[list[str]]:
    return list(csv.reader(io.StringIO(files.read(export.file).decode("cp932"))))


def test_revenue_is_written_with_its_tax_to_the_yen(organization):
    sale()
    rows = rows_of(export_entries("yayoi", **PERIOD, by=SYSTEM))
    assert [(row[10], row[13], row[8]) for row in rows] == [
        ("売上高", "課税売上込10%", "1099"),
        ("売上高", "課税売上込10%", "367"),
        ("売上高", "課税売上込軽減8%", "540"),
    ]


def test_an_entry_is_exported_once_per_program_and_a_correction_as_the_difference(organization):
    ids = sale()
    first = export_entries("yayoi", **PERIOD, by=SYSTEM)
    with pytest.raises(NothingToExport):
        export_entries("yayoi", **PERIOD, by=SYSTEM)
    assert export_entries("freee", **PERIOD, by=SYSTEM).entry_count == 1
    reverse_entries(ids, on=DAY, reason="訂正", by=SYSTEM)
    second = export_entries("yayoi", **PERIOD, by=SYSTEM)
    assert (first.entry_count, second.entry_count) == (1, 1)
    assert "課税売返込10%" in [cell for row in rows_of(second) for cell in row]


def test_an_organizations_own_names_come_before_the_usual_ones(organization):
    row = map_account("revenue:a:*", account="月謝収入", by=SYSTEM)
    sale()
    assert "月謝収入" in [cell for line in rows_of(export_entries("yayoi", **PERIOD, by=SYSTEM)) for cell in line]
    unmap_account(row, by=SYSTEM)
    assert Names().of("revenue:a:10").account == "売上高"


@pytest.mark.parametrize(
    ("pattern", "account", "expected"),
    [
        ("bank:*", "bank:main", True),
        ("bank:*", "bank", False),
        ("*:*:10", "revenue:a:10", True),
        ("tax:8", "tax:10", False),
    ],
)
def test_a_pattern_stands_for_whole_parts(pattern, account, expected):
    assert fits(pattern, account) is expected


def test_only_those_who_may_export(organization, viewer):
    sale()
    with pytest.raises(NotPermitted):
        export_entries("yayoi", **PERIOD, by=viewer)


@pytest.mark.parametrize("path", ["/ledger", "/ledger/journal", "/ledger/months", "/ledger/export", "/ledger/mapping"])
def test_the_pages_of_the_books_open_empty_and_full(page, path):
    assert page.get(path).status_code == 200
    sale()
    assert page.get(path).status_code == 200
    assert page.get("/ledger/account?code=tax:10").status_code == 200


def test_a_month_is_closed_and_opened_on_its_page(page):
    page.post("/ledger/months", {"month": "2026-10-01"})
    assert ClosedMonth.objects.get().reopened_at is None
    page.post("/ledger/months", {"month": "2026-10-01", "action": "reopen", "reason": "訂正"})
    assert "訂正" in page.get("/ledger/months").content.decode()
