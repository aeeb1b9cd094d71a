"""Customer CSV import against the speed at which COPY fills the same tables with the same indexes, in the same run.

    python -m benchmarks.bench_customer_import [ROWS]      (default 100,000; goal: at least 40 % of COPY)

Starts a throw-away PostgreSQL of its own. COPY runs as the superuser (nobody else may COPY into tables under row
security), into tables emptied before; the import runs as the application's role, through the verbs, events included.
"""

from __future__ import annotations

import csv
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
TABLES = ("customers_customer", "customers_searchentry", "customers_customerkey", "customers_tagging", "core_event")
FAMILY = [
    ("佐藤", "サトウ"),
    ("鈴木", "スズキ"),
    ("高橋", "タカハシ"),
    ("田中", "タナカ"),
    ("伊藤", "イトウ"),
    ("渡辺", "ワタナベ"),
]
GIVEN = [
    ("翔太", "ショウタ"),
    ("陽菜", "ヒナ"),
    ("大輔", "ダイスケ"),
    ("美咲", "ミサキ"),
    ("健一", "ケンイチ"),
    ("由紀", "ユキ"),
]


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(
            TOKUI_DATA_DIR=folder, DJANGO_SETTINGS_MODULE="tokui.config.settings", TOKUI_UPLOAD_LIMIT_MB="2048"
        )
        os.environ.pop("TOKUI_DATABASE_URL", None)
        from tokui.core import postgres

        cluster = postgres.Cluster(postgres.home_for(Path(folder) / "postgres"))
        postgres.start(cluster)
        try:
            postgres.prepare_database(cluster, "tokui")
            migrate = [sys.executable, "-m", "django", "migrate", "-v", "0"]
            subprocess.run(migrate, check=True, cwd=ROOT, env={**os.environ, "TOKUI_ROLE": "owner"})
            _measure(Path(folder), cluster, count)
        finally:
            postgres.stop(cluster, mode="immediate")


def _measure(folder: Path, cluster: object, count: int) -> None:
    import django

    django.setup()
    from tokui.access.actions import found_organization
    from tokui.core.actors import SYSTEM
    from tokui.core.tenancy import organization_scope
    from tokui.customers.actions import apply_import, choose_columns, receive_import
    from tokui.customers.importing.runs import apply_batches, check_batch

    path = folder / "customers.csv"
    write_rows(path, count)
    organization = found_organization("計測", slug="bench").pk
    with organization_scope(organization):
        batch = receive_import(path.read_bytes(), name=path.name, by=SYSTEM)
        choose_columns(batch, batch.mapping, by=SYSTEM)
    started = time.perf_counter()
    check_batch(organization, batch.pk)
    checked = time.perf_counter() - started
    with organization_scope(organization):
        batch.refresh_from_db()
        apply_import(batch, by=SYSTEM)
    started = time.perf_counter()
    apply_batches(organization, batch.pk, SYSTEM)
    applied = time.perf_counter() - started
    with organization_scope(organization):
        batch.refresh_from_db()
    assert batch.new_count == count, (batch.state, batch.new_count, batch.refused_count, batch.refusal)
    copied = copy_seconds(cluster, folder)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"rows                      {count:>12,}")
    print(f"check                     {count / checked:>12,.0f} rows/s")
    print(f"import (apply)            {count / applied:>12,.0f} rows/s   {applied:.1f} s")
    print(f"COPY, same tables         {count / copied:>12,.0f} rows/s   {copied:.1f} s")
    print(f"import / COPY             {copied / applied:>12.0%}          goal: 40 %")
    print(f"peak memory of the worker {peak:>12,.0f} MB         goal: < 400 MB")


def write_rows(path: Path, count: int) -> None:
    """Plausible customers; invented, with addresses of example domains. Seeded."""
    chance = random.Random(20261122)
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        out = csv.writer(stream)
        out.writerow(
            ["得意先コード", "会社名", "フリガナ", "TEL", "メールアドレス", "郵便番号", "住所", "締め日", "タグ"]
        )
        for n in range(count):
            (family, family_kana), (given, given_kana) = chance.choice(FAMILY), chance.choice(GIVEN)
            company = n % 4 == 0
            name = f"株式会社{family}商店{n}" if company else f"{family} {given}"
            kana = f"{family_kana}ショウテン{n}" if company else f"{family_kana} {given_kana}"
            phone = f"090-{1000 + n // 10000 % 9000}-{n % 10000:04d}"
            row = [
                f"T{n:07d}",
                name,
                kana,
                phone,
                f"c{n}@example.jp",
                "100-0001",
                f"青葉市みどり町{n % 99 + 1}-{n % 20 + 1}",
            ]
            out.writerow([*row, chance.choice(["末", "20", ""]), "見込" if n % 10 == 0 else ""])


def copy_seconds(cluster: object, folder: Path) -> float:
    """Fill the same tables with the same rows by COPY alone: out to files, truncate, in again."""
    with cluster.connect("postgres", "tokui") as connection:  # type: ignore[attr-defined]
        for table in TABLES:
            with (
                (folder / table).open("wb") as target,
                connection.cursor().copy(f"COPY {_source(table)} TO STDOUT") as copy,
            ):
                for block in copy:
                    target.write(block)
        connection.execute("SET session_replication_role = replica")  # append-only triggers would refuse to truncate
        connection.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")
    with cluster.connect("postgres", "tokui") as connection:  # type: ignore[attr-defined]
        connection.autocommit = False
        seconds = 0.0
        for table in TABLES:
            started = time.perf_counter()
            with (folder / table).open("rb") as source, connection.cursor().copy(f"COPY {table} FROM STDIN") as copy:
                while block := source.read(1 << 20):
                    copy.write(block)
            seconds += time.perf_counter() - started
        started = time.perf_counter()
        connection.commit()
        return seconds + time.perf_counter() - started


def _source(table: str) -> str:
    return f"(SELECT * FROM {table} WHERE type = 'customers.CustomerCreated')" if table == "core_event" else table


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
