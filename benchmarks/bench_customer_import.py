"""Customer CSV import against the speed at which COPY fills the same tables with the same indexes, in the same run.

    python -m benchmarks.bench_customer_import [ROWS]      (default 100,000; goal: at least 40 % of COPY)

Starts a throw-away PostgreSQL of its own. COPY runs as the superuser (nobody else may COPY into tables under row
security), into tables emptied before; the import runs as the application's role, through the verbs, events included.
"""

from __future__ import annotations

import csv
import random
import resource
import sys
import time
from pathlib import Path

from benchmarks.copying import copy_seconds, in_throwaway_installation

TABLES = ("customers_customer", "customers_searchentry", "customers_customerkey", "customers_tagging")
SOURCES = {
    **{table: table for table in TABLES},
    "core_event": "(SELECT * FROM core_event WHERE type = 'customers.CustomerCreated')",
}
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
    in_throwaway_installation(lambda folder, cluster: _measure(folder, cluster, count))


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
    copied = copy_seconds(cluster, folder, SOURCES)
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


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
