"""The closing run against the rate at which COPY fills the same tables in the same run.

    python benchmarks/bench_closing.py [invoices=10000] [lines=3]

The limit: COPY as the tables' owner-like role without row security, with all indexes, keys and triggers, of as many
rows as the run writes: the invoices, their lines (the run updates 3 rows each, which PostgreSQL writes anew), tax rows,
entries, postings and events. The rows are the run's own, taken out and put into fresh organizations' ids.
"""

from __future__ import annotations

import io
import os
import platform
import sys
import time
from contextlib import contextmanager
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tokui.config.settings")
os.environ["TOKUI_DATA_DIR"] = str(ROOT / ".benchdb")

INVOICES = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
LINES = int(sys.argv[2]) if len(sys.argv) > 2 else 3
DAY = date(2026, 10, 31)
NAME = f"tokui_bench_{os.getpid()}"
TABLES = (
    "invoices_invoice",
    "invoices_saleline",
    "invoices_invoicetax",
    "ledger_entry",
    "ledger_posting",
    "core_event",
)


def main() -> None:
    cluster = start()
    try:
        measure(cluster)
    finally:
        from django.db import connections

        connections.close_all()
        with cluster.connect() as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")


def start():
    import subprocess

    from tokui.core import postgres

    cluster = postgres.Cluster(postgres.home_for(ROOT / ".benchdb" / "postgres"))
    (ROOT / ".benchdb").mkdir(exist_ok=True)
    postgres.start(cluster, durable=True)
    postgres.prepare_database(cluster, NAME)
    environment = {**os.environ, "TOKUI_ROLE": "owner", "TOKUI_DATABASE_NAME": NAME}
    subprocess.run([sys.executable, "-m", "django", "migrate", "-v", "0"], check=True, cwd=ROOT, env=environment)
    from django.conf import settings

    settings.DATABASES["default"].update(
        NAME=NAME, USER="tokui_app", PASSWORD=cluster.password("tokui_app"), HOST=str(cluster.socket)
    )
    import django

    django.setup()
    return cluster


def measure(cluster) -> None:
    from tokui.access.actions import found_organization
    from tokui.core import clock
    from tokui.core.actors import SYSTEM
    from tokui.core.tenancy import organization_scope
    from tokui.invoices.closing import close_sales

    organization = found_organization("計測", slug="bench").pk
    with clock.at(clock.at_day(date(2026, 11, 2))):
        world(organization)
        with organization_scope(organization):
            before = counts()
        with profile():
            began = time.perf_counter()
            closed = close_sales(DAY, by=SYSTEM, organization=organization)
            seconds = time.perf_counter() - began
        print(f"{closed.invoice_count} invoices in {seconds:.1f} s", flush=True)
    with organization_scope(organization):
        after = counts()
    written = {table: after[table] - before[table] for table in TABLES}
    written["invoices_saleline"] = closed.line_count
    copy_seconds = copy_limit(cluster, organization)
    report(closed, seconds, sum(written.values()), copy_seconds)


@contextmanager
def profile():
    """With PROFILE=1: the ten statements that took longest, summed."""
    from django.db import connection

    spent: dict[str, float] = {}

    def timed(execute, sql, params, many, context):
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            head = " ".join(str(sql).split())[:90]
            spent[head] = spent.get(head, 0) + time.perf_counter() - began

    if not os.environ.get("PROFILE"):
        yield
        return
    with connection.execute_wrapper(timed):
        yield
    for head, seconds in sorted(spent.items(), key=lambda item: -item[1])[:14]:
        print(f"{seconds:8.2f} s  {head}")


def world(organization) -> None:
    from tokui.core.actors import SYSTEM
    from tokui.core.tenancy import organization_scope
    from tokui.customers.actions import create_customers
    from tokui.customers.drafts import CustomerDraft
    from tokui.invoices.recording import NewSale, record_sales

    for start_at in range(0, INVOICES, 10_000):
        many = range(start_at, min(start_at + 10_000, INVOICES))
        with organization_scope(organization):
            drafts = [CustomerDraft(name=f"株式会社 計測{n:06}", kana=f"ケイソク{n:06}", closing_day=31) for n in many]
            ids = create_customers(drafts, by=SYSTEM)
            sales = [
                NewSale(key, date(2026, 10, 1 + n % 28), f"品目 {n}", unit_minor=1_000 + 37 * n, tax_kind=kind)
                for key in ids
                for n, kind in zip(range(LINES), ("standard", "standard", "reduced") * LINES, strict=False)
            ]
            record_sales(sales, by=SYSTEM)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def counts() -> dict[str, int]:
    from django.db import connection

    found = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT count(*) FROM {table}")
            found[table] = cursor.fetchone()[0]
    return found


def copy_limit(cluster, organization) -> float:
    """Fill the same tables by COPY with the same rows under another organization and new keys."""
    copies = {}
    with cluster.connect(database=NAME) as connection:
        connection.execute("SET session_replication_role = 'origin'")
        connection.execute("SET tokui.issuing = 'yes'")
        for table in TABLES:
            copies[table] = taken_out(connection, table)
        began = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            for table, (columns, content) in copies.items():
                with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                    copy.write(content)
            cursor.execute("COMMIT")
        return time.perf_counter() - began


def taken_out(connection, table: str) -> tuple[str, bytes]:
    """The run's rows as COPY text, with every key and reference of the run shifted to fresh values of the same order.

    Customers, businesses, series and issuers stay, so that every foreign key is checked as in the run.
    """
    columns = [
        row[0]
        for row in connection.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND column_name <> 'place' "
            "AND is_generated = 'NEVER' ORDER BY ordinal_position",
            [table],
        ).fetchall()
    ]
    fresh = {"id", "invoice_id", "entry_id", "source_id", "about_id"}
    shown = []
    for column in columns:
        quoted = f'"{column}"'
        if column in fresh:
            shown.append(f"overlay({quoted}::text PLACING '8' FROM 15 FOR 1)::uuid")  # version 8 instead of 7
        elif column in ("number", "memo"):
            shown.append(f"{quoted} || 'x'")
        elif column == "closing_on":
            shown.append(f"{quoted} + 1")
        else:
            shown.append(quoted)
    where = "WHERE type = 'invoices.InvoiceIssued'" if table == "core_event" else ""
    names = ", ".join(f'"{column}"' for column in columns)
    out = io.BytesIO()
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY (SELECT {', '.join(shown)} FROM {table} {where}) TO STDOUT") as copy,
    ):
        for block in copy:
            out.write(block)
    return names, out.getvalue()


def report(closed, seconds: float, rows: int, copy_seconds: float) -> None:
    rate, limit = rows / seconds, rows / copy_seconds
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"closing run   {closed.invoice_count:>9,} invoices of {LINES} lines  {rows:>9,} rows  {seconds:7.1f} s")
    print(f"              {closed.invoice_count / seconds:>9,.0f} invoices/s           {rate:>9,.0f} rows/s")
    print(f"COPY limit    same tables, keys, indexes          {copy_seconds:7.1f} s  {limit:>9,.0f} rows/s")
    print(f"ratio         {rate / limit:.0%} of the limit (goal: 40 %)")


if __name__ == "__main__":
    main()
