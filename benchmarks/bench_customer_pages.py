"""The list of customers, its search and the page of one customer, at a million customers.

    python -m benchmarks.bench_customer_pages [ROWS]      (default 100,000)

Goals at the server on two cores: list and two-kana search p95 <= 60 ms at 1,000,000 customers, the page of a customer
with 5,000 events p95 <= 80 ms. Requests go through the whole of Django (middleware, templates) by its test client.
"""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
FAMILY = [("佐藤", "サトウ"), ("鈴木", "スズキ"), ("高橋", "タカハシ"), ("田中", "タナカ"), ("伊藤", "イトウ"), ("渡辺", "ワタナベ"), ("小林", "コバヤシ"),
          ("山口", "ヤマグチ"), ("松本", "マツモト"), ("井上", "イノウエ"), ("木村", "キムラ"), ("清水", "シミズ")]  # fmt: skip
GIVEN = [
    ("翔太", "ショウタ"),
    ("陽菜", "ヒナ"),
    ("大輔", "ダイスケ"),
    ("美咲", "ミサキ"),
    ("健一", "ケンイチ"),
    ("由紀", "ユキ"),
    ("直人", "ナオト"),
]
#: One in ten customers is late, four owe something that is not due, five have paid.
STATES = ("overdue", "not_due", "paid", "paid", "partly_paid", "paid", "due", "paid", "not_due", "paid")
RUNS = 60


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(TOKUI_DATA_DIR=folder, DJANGO_SETTINGS_MODULE="tokui.config.settings")
        os.environ.pop("TOKUI_DATABASE_URL", None)
        from tokui.core import postgres

        cluster = postgres.Cluster(postgres.home_for(Path(folder) / "postgres"))
        postgres.start(cluster, durable=False)
        try:
            postgres.prepare_database(cluster, "tokui")
            migrate = [sys.executable, "-m", "django", "migrate", "-v", "0"]
            subprocess.run(migrate, check=True, cwd=ROOT, env={**os.environ, "TOKUI_ROLE": "owner"})
            _measure(cluster, count)
        finally:
            postgres.stop(cluster, mode="immediate")


def _measure(cluster: object, count: int) -> None:
    import django

    django.setup()
    from django.test import Client

    from tokui.access.actions import found_organization
    from tokui.access.models import Business, User
    from tokui.access.tests.world import make_member
    from tokui.core.actors import SYSTEM
    from tokui.core.tenancy import organization_scope
    from tokui.customers.actions import add_note, create_customer
    from tokui.customers.actions.derived import ensure_tags
    from tokui.customers.drafts import CustomerDraft

    organization = found_organization("計測", slug="bench").pk
    with organization_scope(organization):
        user: User = make_member("owner").user
        business = Business.objects.get()
        tag = ensure_tags(["重要"])["重要"]
        row = create_customer(CustomerDraft("太田 由紀", kana="オオタ ユキ"), by=SYSTEM)
        for n in range(5000):
            add_note(row, f"メモ {n}", by=SYSTEM)
    started = time.perf_counter()
    _fill(cluster, organization, business.pk, user.pk, tag, count)
    print(f"{count:,} customers filled in {time.perf_counter() - started:.0f} s")
    client = Client()
    client.force_login(user)
    addresses = {
        "list by name": "/customers",
        "list of a business": f"/customers?business={business.public_id}",
        "list of an owner": f"/customers?owner={user.public_id}",
        "list of a tag": "/customers?tag=重要",
        "list of companies": "/customers?kind=company",
        "list by code": "/customers?sort=code",
        "newest first": "/customers?sort=newest",
        "sorted by balance": "/customers?sort=balance",
        "overdue, by balance": "/customers?standing=overdue&sort=balance",
        "owing (five states), by balance": "/customers?standing=owing&sort=balance",
        "business and overdue, by balance": f"/customers?business={business.public_id}&standing=overdue&sort=balance",
        "owner and overdue, by balance": f"/customers?owner={user.public_id}&standing=overdue&sort=balance",
        "tag and overdue, by balance": "/customers?tag=重要&standing=overdue&sort=balance",
        "standing, by name": "/customers?standing=overdue",
        "search, two kana (common)": "/customers?q=タナ",
        "search, two kana (rare)": "/customers?q=オオ",
        "search, name": "/customers?q=田中 健一",
        "search beside a condition": "/customers?q=タナ&kind=company",
        "two tags, either": "/customers?tag=重要&tag=無い",
        "name contains": "/customers?name=田中",
        "REST: search, whole": "/api/v1/customers?q=タナ",
        "search, phone": "/customers?q=090-1000-0042",
        "customer page, 5,000 events": f"/customers/{row.public_id}",
    }
    print(f"{'page':<32}{'median':>10}{'p95':>10}")
    for name, address in addresses.items():
        median, p95 = _times(client, address)
        print(f"{name:<32}{median:>7.1f} ms{p95:>7.1f} ms")


def _times(client: object, address: str) -> tuple[float, float]:
    taken = []
    for _n in range(RUNS + 3):
        started = time.perf_counter()
        response = client.get(address)  # type: ignore[attr-defined]
        taken.append((time.perf_counter() - started) * 1000)
        assert response.status_code == 200, (address, response.status_code)
    taken = sorted(taken[3:])
    return statistics.median(taken), taken[int(len(taken) * 0.95)]


def _fill(cluster: object, organization: object, business: object, user: object, tag: object, count: int) -> None:
    """Rows as the verbs write them, but by COPY: a million through the import would take the benchmark's time."""
    from tokui.core.ids import uuid7_many
    from tokui.customers.index import search_text

    chance = random.Random(20261122)
    columns = (
        "id, organization_id, code, kind, name, kana, sort_kana, legal_form, corporate_number, registration_number, email, phone, "
        "postal_code, address, business_id, owner_id, due_months, due_day, due_shift, delivery, tax_display, tax_rounding, "
        "is_active, version, created_at, changed_at, honorific, document_language, withholds"
    )
    standing_columns = "id, organization_id, customer_id, state, open_minor, overdue_minor, advance_minor, oldest_due_on, next_change_on"
    with cluster.connect("postgres", "tokui") as connection:  # type: ignore[attr-defined]
        for start in range(0, count, 50_000):
            some = range(start, min(start + 50_000, count))
            keys = uuid7_many(len(some))
            entries, rows, tags, standings = [], [], [], []
            for key, n in zip(keys, some, strict=True):
                (family, family_kana), (given, given_kana) = chance.choice(FAMILY), chance.choice(GIVEN)
                name, kana, code, email = (
                    f"{family} {given}",
                    f"{family_kana} {given_kana}",
                    f"T{n:07d}",
                    f"c{n}@example.jp",
                )
                phone = f"+8190{1000 + n // 10000}{n % 10000:04d}"
                kind = "company" if n % 10 == 0 else "person"
                owner = user if n % 50 == 0 else None
                rows.append((key, organization, code, kind, name, kana, kana, "", "", "", email, phone, "1000001", "青葉市", business,
                             owner, 1, 31, "after", "mail", "excluded", "down", True, 1, "2026-11-01", "2026-11-01", "usual", "ja", False))  # fmt: skip
                found = search_text((name, kana, code, email), (phone,))
                entries.append((key, organization, found.text, found.grams.split("\n")))
                if n % 100 == 0:
                    tags.append((key, organization, tag, key))
                state = STATES[n % len(STATES)]
                owed = 0 if state == "paid" else chance.randrange(1, 300) * 1100
                late = state == "overdue"
                standings.append((key, organization, key, state, owed, owed if late else 0, 0,
                                  "2026-10-31" if owed else None, None if late else "2026-12-31"))  # fmt: skip
            for target, data in (
                (f"customers_customer ({columns})", rows),
                ("customers_searchentry (id, organization_id, text, grams)", entries),
                ("customers_tagging (id, organization_id, tag_id, customer_id)", tags),
                (f"payments_customerstanding ({standing_columns})", standings),
            ):
                with connection.cursor().copy(f"COPY {target} FROM STDIN") as copy:
                    for one in data:
                        copy.write_row(one)
        connection.execute("VACUUM ANALYZE")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
