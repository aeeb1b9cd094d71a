"""How fast a large CSV is read and written, beside plain csv.reader and csv.writer as the limit in the same run.

python benchmarks/bench_tables.py [rows]
"""

from __future__ import annotations

import csv
import io
import os
import platform
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tokui.core.tables import NewSheet, batches, open_table, write_csv, write_xlsx

COLUMNS = ["顧客番号", "氏名", "フリガナ", "電話番号", "メール", "郵便番号", "住所", "登録日", "金額", "備考"]


def rows(count: int) -> Iterator[list[str]]:
    yield COLUMNS
    for n in range(count):
        yield [
            f"C{n:07d}",
            f"山田 太郎{n}",
            "ヤマダ タロウ",
            f"03-{n % 10000:04d}-{n % 9999:04d}",
            f"taro{n}@example.jp",
            f"{n % 10_000_000:07d}",
            "東京都千代田区丸の内1-1-1",
            "2026/11/2",
            f"{n % 100_000:,}",
            "",
        ]


def plain_read(path: Path, encoding: str) -> int:
    with path.open(encoding=encoding, newline="") as file:
        return sum(1 for _ in csv.reader(file))


def plain_write(path: Path, encoding: str, count: int) -> int:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows(count))
    return count + 1


def ours_read(path: Path, encoding: str) -> int:
    return sum(len(batch) for batch in batches(open_table(path, encoding=encoding).sheets[0].rows()))


def ours_write(path: Path, encoding: str, count: int) -> int:
    with path.open("wb") as file:
        return write_csv(file, rows(count), encoding=encoding)


def timed(label: str, work: Callable[[], int]) -> float:
    start = time.perf_counter()
    count = work()
    seconds = time.perf_counter() - start
    print(f"| {label:<44} | {count:>9,} | {seconds:>7.2f} | {count / seconds:>9,.0f} |", flush=True)
    return count / seconds


def peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    print(f"{platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {count:,} rows of 10")
    print(f"| {'work':<44} | {'rows':>9} | seconds | rows/s    |")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "customers.csv"
        for encoding in ("utf-8-sig", "cp932"):
            limit = timed(f"csv.writer {encoding} (limit)", lambda e=encoding: plain_write(path, e, count))
            ours = timed(f"write_csv {encoding}", lambda e=encoding: ours_write(path, e, count))
            print(f"  ratio {ours / limit:.0%}")
            before = peak_megabytes()
            limit = timed(f"csv.reader {encoding} (limit)", lambda e=encoding: plain_read(path, e))
            ours = timed(f"open_table {encoding}, in batches", lambda e=encoding: ours_read(path, e))
            print(f"  ratio {ours / limit:.0%}, peak memory {peak_megabytes():.0f} MB, {before:.0f} MB before reading")
        few = min(count, 100_000)
        book = io.BytesIO()
        timed("write_xlsx", lambda: write_xlsx(book, [NewSheet("顧客", rows(few))]))
        timed("open_table xlsx", lambda: sum(1 for _ in open_table(book).sheets[0].rows()))
        print(f"  peak memory {peak_megabytes():.0f} MB")


if __name__ == "__main__":
    main()
