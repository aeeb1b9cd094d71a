"""Sales from a CSV file against the speed at which COPY fills the same table with the same indexes, in the same run.

    python -m benchmarks.bench_sales_import [ROWS]      (default 100,000)

Starts a throw-away PostgreSQL of its own. COPY runs as the superuser, into the table emptied before; the import runs as
the application's role, through the verbs: rows read, customers and products looked up, prices, tax, known lines, events.
Beside it stand the statements of one batch, which do not grow with the file, and the same file brought again.
"""

from __future__ import annotations

import csv
import random
import resource
import sys
import time
from datetime import date, timedelta
from pathlib import Path

from benchmarks.copying import copy_seconds, in_throwaway_installation

CUSTOMERS = 5_000
PRODUCTS = 50


def main(count: int) -> None:
    in_throwaway_installation(lambda folder, cluster: _measure(folder, cluster, count))


def _measure(folder: Path, cluster: object, count: int) -> None:
    import django

    django.setup()
    from tokui.access.actions import found_organization
    from tokui.core import importing
    from tokui.core.actors import SYSTEM
    from tokui.core.tenancy import organization_scope
    from tokui.invoices.importing import SALES, apply_sales, check_sales, receive_sales

    organization = found_organization("計測", slug="bench").pk
    path = folder / "sales.csv"
    with organization_scope(organization):
        write_rows(path, count, make_customers(), make_products())
    seconds, statements = {}, 0
    for turn in ("first", "again"):
        with organization_scope(organization):
            batch = check_sales(receive_sales(path.read_bytes(), name=path.name, by=SYSTEM), by=SYSTEM)
        started = time.perf_counter()
        importing.run_check(SALES, organization, batch.pk)
        seconds[f"{turn} check"] = time.perf_counter() - started
        with organization_scope(organization):
            batch.refresh_from_db()
            apply_sales(batch, by=SYSTEM)
        started = time.perf_counter()
        with counted() as statements_of:
            importing.run_apply(SALES, organization, batch.pk, SYSTEM)
        seconds[f"{turn} apply"] = time.perf_counter() - started
        statements = statements or statements_of[0]
        with organization_scope(organization):
            batch.refresh_from_db()
        new, known = (count, 0) if turn == "first" else (0, count)
        assert (batch.state, batch.new_count, batch.known_count) == ("applied", new, known), batch.refusal
    _tell(count, seconds, statements, copy_seconds(cluster, folder, {"invoices_saleline": "invoices_saleline"}))


def _tell(count: int, seconds: dict[str, float], statements: int, copied: float) -> None:
    from tokui.core.importing.roads import BATCH

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    applied = seconds["first apply"]
    print(f"rows                      {count:>12,}")
    print(f"check                     {count / seconds['first check']:>12,.0f} rows/s")
    print(f"import (apply)            {count / applied:>12,.0f} rows/s   {applied:.1f} s")
    print(f"the same file again       {count / seconds['again apply']:>12,.0f} rows/s, nothing added")
    print(f"COPY, same table          {count / copied:>12,.0f} rows/s   {copied:.1f} s")
    print(f"import / COPY             {copied / applied:>12.0%}")
    print(f"statements per batch      {statements / max(-(-count // BATCH), 1):>12.1f}          of {BATCH:,} rows")
    print(f"peak memory of the worker {peak:>12,.0f} MB         goal: < 400 MB")


class counted:
    """How many statements ran inside."""

    def __enter__(self) -> list[int]:
        from django.db import connection

        self.number = [0]
        self.wrapped = connection.execute_wrapper(self._count)
        self.wrapped.__enter__()
        return self.number

    def __exit__(self, *trouble: object) -> None:
        self.wrapped.__exit__(*trouble)

    def _count(self, execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        self.number[0] += 1
        return execute(sql, params, many, context)


def make_customers() -> list[str]:
    from tokui.core.actors import SYSTEM
    from tokui.customers.actions import create_customers
    from tokui.customers.drafts import CustomerDraft
    from tokui.customers.models import Customer

    create_customers([CustomerDraft(name=f"株式会社 計測{n:05}", closing_day=31) for n in range(CUSTOMERS)], by=SYSTEM)
    return list(Customer.objects.order_by("code").values_list("code", flat=True))


def make_products() -> list[str]:
    from tokui.catalog.actions import ProductFields, create_product, set_price
    from tokui.core.actors import SYSTEM

    codes = [f"P{n:03}" for n in range(PRODUCTS)]
    for n, code in enumerate(codes):
        fields = ProductFields(code, f"品目 {n}", tax_kind="reduced" if n % 4 == 0 else "standard")
        set_price(create_product(fields, by=SYSTEM), unit_minor=500 + 10 * n, from_on=date(2020, 1, 1), by=SYSTEM)
    return codes


def write_rows(path: Path, count: int, customers: list[str], products: list[str]) -> None:
    """Sales of a year as a shop's system writes them; half with slip numbers of three lines, half without. Seeded."""
    chance = random.Random(20261128)
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        out = csv.writer(stream)
        out.writerow(
            ["伝票番号", "売上日", "得意先コード", "商品コード", "品名", "数量", "単価", "税率", "販路", "地域"]
        )
        for n in range(count):
            day = date(2026, 1, 1) + timedelta(days=n * 300 // max(count, 1))
            slip = f"S{n // 3:07}" if n < count // 2 else ""
            known = n % 2 == 0
            what = [chance.choice(products), ""] if known else ["", f"特注品 {chance.randint(1, 999)}"]
            price = "" if known else f"{chance.randint(100, 90_000):,}"
            row = [slip, day.isoformat(), customers[(n // 3) % len(customers)], *what, chance.randint(1, 12), price]
            out.writerow(
                [*row, "" if known else "10%", chance.choice(["店舗", "通販", "外商"]), chance.choice("東西南北")]
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
