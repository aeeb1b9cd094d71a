"""Bank import and matching end to end in the database, against the frozen world; and the latency of one confirmation.

    python benchmarks/bench_reconcile.py [deposits=2000] [invoices=20000]

Customers, invoices and learned names are entered by the real verbs (not measured). Measured: reading the bank's CSV
into posted deposits with their events, then one matching run over all of them with allocations, postings and standing;
then confirming single suggestions over HTTP. The answers are judged per case against the truth.

The frozen world also has numbers of virtual accounts, which no file format of ours carries; they are written onto the
deposits between import and matching.
"""

from __future__ import annotations

import csv
import io
import os
import platform
import statistics
import sys
import time
from collections import defaultdict
from datetime import timedelta
from pathlib import Path
from uuid import UUID

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tokui.config.settings")
os.environ["TOKUI_DATA_DIR"] = str(ROOT / ".benchdb")
os.environ["TOKUI_TEST_CLOCK"] = "1"

DEPOSITS = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
INVOICES = int(sys.argv[2]) if len(sys.argv) > 2 else 20_000
CONFIRMATIONS = 60
NAME = f"tokui_bench_{os.getpid()}"
BATCH = 5_000


def main() -> None:
    cluster = start()
    try:
        measure()
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


def measure() -> None:
    from benchmarks.matching_world import scenes
    from tokui.access.actions import found_organization
    from tokui.core import clock
    from tokui.core.actors import SYSTEM
    from tokui.core.tenancy import organization_scope
    from tokui.payments.actions import match_all

    world = list(scenes(DEPOSITS, INVOICES))
    last = max(one.booked_on for scene in world for one in scene.deposits)
    organization = found_organization("Bench", slug="bench")
    with clock.at(clock.at_day(last + timedelta(1), 9)):
        seconds = {}
        begun = time.perf_counter()
        enter(world, organization.pk)
        seconds["world entered (not measured)"] = time.perf_counter() - begun
        analyze()
        begun = time.perf_counter()
        with organization_scope(organization.pk):
            places = import_deposits(world)
        seconds["bank import"] = time.perf_counter() - begun
        with organization_scope(organization.pk):
            write_virtual_accounts(places)
        analyze()
        begun = time.perf_counter()
        with organization_scope(organization.pk):
            done = match_all(by=SYSTEM)
        seconds["matching and posting"] = time.perf_counter() - begun
        with organization_scope(organization.pk):
            judge(world, places)
            offences()
        latencies = confirm_some(organization.pk)
    print(f"\n{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} CPUs")
    print(f"{DEPOSITS:,} deposits, {INVOICES:,} open invoices; {done}")
    for what, value in seconds.items():
        print(f"{what:<32}{value:>9.1f} s")
    total = seconds["bank import"] + seconds["matching and posting"]
    print(f"{'in all':<32}{total:>9.1f} s   {DEPOSITS / total:,.0f} deposits/s")
    if latencies:
        p95 = statistics.quantiles(latencies, n=20)[-1]
        print(f"confirm one over HTTP: p50 {statistics.median(latencies):.1f} ms, p95 {p95:.1f} ms (goal 40)")


def enter(world, organization: UUID) -> None:
    from tokui.core.tenancy import organization_scope

    flat = [payer for scene in world for payer in scene.payers]
    keys: dict[int, UUID] = {}
    for start in range(0, len(flat), BATCH):
        with organization_scope(organization):
            keys |= enter_payers(flat[start : start + BATCH])
    invoices = [invoice for scene in world for invoice in scene.invoices]
    for start in range(0, len(invoices), BATCH):
        with organization_scope(organization):
            enter_invoices(invoices[start : start + BATCH], keys)


def enter_payers(payers) -> dict[int, UUID]:
    from tokui.core import clock
    from tokui.core.actors import SYSTEM
    from tokui.customers.actions import add_contact_person, create_customers, learn_payer_name
    from tokui.customers.drafts import CustomerDraft
    from tokui.customers.models import Customer
    from tokui.payments.models import PayerSign

    drafts = [CustomerDraft(name=one.kana, code=f"B-{one.customer_id:07d}") for one in payers]
    ids = create_customers(drafts, by=SYSTEM)
    organization = Customer.objects.get(pk=ids[0]).organization_id
    signs = []
    for key, one in zip(ids, payers, strict=True):
        for kind, values in (("remitter_code", one.remitter_codes), ("virtual_account", one.virtual_accounts)):
            signs += [
                PayerSign(
                    organization_id=organization,
                    kind=kind,
                    value=value,
                    customer_id=key,
                    confirmed_by="-",
                    confirmed_at=clock.now(),
                )
                for value in values
            ]
        if not one.relatives and not one.aliases:
            continue
        customer = Customer.objects.get(pk=key)
        for _kind, kana in one.relatives:
            add_contact_person(customer, name=kana, by=SYSTEM)
        for account, kana in one.aliases:
            learn_payer_name(customer, kana, bank_account_id=account_named(account).pk, by=SYSTEM)
    PayerSign.objects.bulk_create(signs)
    return {one.customer_id: key for key, one in zip(ids, payers, strict=True)}


def account_named(code: str):
    from tokui.banking.actions import NewAccount, add_account
    from tokui.banking.models import BankAccount
    from tokui.core.actors import SYSTEM

    slug = "".join(letter if letter.isalnum() else "-" for letter in code.lower())[:20].strip("-") or "main"
    return BankAccount.objects.filter(code=slug).first() or add_account(NewAccount(code=slug, name=code), by=SYSTEM)


def enter_invoices(invoices, keys: dict[int, UUID]) -> None:
    from tokui.core.actors import SYSTEM
    from tokui.invoices.actions import NewOpening, bring_openings

    bring_openings(
        [NewOpening(keys[one.customer_id], one.number, one.issued_on, one.due_on, one.open_minor) for one in invoices],
        by=SYSTEM,
    )


MAPPING = {"date": ["date"], "payer": "payer", "payer_code": "code", "texts": ["text"], "edi": "edi", "money_in": "in"}


def import_deposits(world) -> dict[UUID, object]:
    """One CSV per bank account through the real import; returns the raw deposit behind each row."""
    from tokui.banking.actions import change_account, import_statement
    from tokui.banking.models import Deposit
    from tokui.core.actors import SYSTEM

    files: dict[str, list] = defaultdict(list)
    for scene in world:
        for one in scene.deposits:
            files[one.bank_account].append(one)
    places: dict[UUID, object] = {}
    for name, rows in files.items():
        account = change_account(account_named(name), {"mapping": MAPPING}, by=SYSTEM)
        rows.sort(key=lambda one: (one.booked_on, one.id))
        text = io.StringIO()
        table = csv.writer(text)
        table.writerow(["date", "payer", "code", "text", "edi", "in"])
        for one in rows:
            table.writerow(
                [one.booked_on.isoformat(), one.payer_raw, one.remitter_code, one.text, one.edi, one.amount_minor]
            )
        read = import_statement(text.getvalue().encode(), account=account, name=f"{name}.csv", by=SYSTEM, at_once=True)
        assert read.state == "read", read.refusal
        found = Deposit.objects.filter(account=account).order_by("line__number").values_list("pk", flat=True)
        assert len(found) == len(rows), (len(found), len(rows))
        places |= dict(zip(found, rows, strict=True))
    return places


def write_virtual_accounts(places) -> None:
    from django.db import connection

    rows = [(key, one.virtual_account) for key, one in places.items() if one.virtual_account]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE banking_deposit SET virtual_account = value FROM unnest(%s::uuid[], %s::text[]) AS row (key, value) WHERE id = key",
            [[key for key, _ in rows], [value for _, value in rows]],
        )


def judge(world, places) -> None:
    from benchmarks.bench_matching import Tally, table
    from benchmarks.matching_facts import Verdict
    from tokui.payments.models import Allocation

    numbers = {invoice.number: invoice.id for scene in world for invoice in scene.invoices}
    made: dict[UUID, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    fees: dict[UUID, int] = defaultdict(int)
    rows = Allocation.objects.filter(is_automatic=True).values_list(
        "deposit_id", "invoice__number", "kind", "amount_minor"
    )
    for deposit, number, kind, amount in rows.iterator():
        made[deposit][numbers[number]] += amount
        fees[deposit] += amount if kind == "fee" else 0
    truths = {truth.deposit_id: truth for scene in world for truth in scene.truths}
    tallies: dict[str, Tally] = defaultdict(Tally)
    for key, raw in places.items():
        truth, tally = truths[raw.id], tallies[truths[raw.id].case]
        is_right = set(made[key].items()) == set(truth.allocations) and fees[key] == truth.fee_minor
        tally.deposits += 1
        tally.identifiable += truth.verdict is Verdict.IDENTIFIABLE
        tally.posted += bool(made[key])
        tally.forbidden += bool(made[key]) and truth.verdict is Verdict.AMBIGUOUS
        tally.right += bool(made[key]) and is_right
        if made[key] and not is_right and os.environ.get("WRONG"):
            print(truth.case, raw, dict(made[key]), truth.allocations)
    print(table(dict(sorted(tallies.items()))))


def offences() -> None:
    from tokui.core.invariants import find_offences

    found = {one.invariant.name: one.rows[:3] for one in find_offences()}
    print(f"\ninvariants broken: {found or 'none'}")


def confirm_some(organization: UUID) -> list[float]:
    """Confirm suggestions one after another through the page's own door."""
    from django.test import Client

    from tokui.access.tests.world import make_member
    from tokui.core.ids import public_id
    from tokui.core.tenancy import organization_scope
    from tokui.payments.models import Suggestion

    with organization_scope(organization):
        user = make_member("owner").user
        rows = Suggestion.objects.filter(rank=0, deposit__state="open").exclude(allocations=[])
        waiting = list(rows.values_list("deposit_id", flat=True)[:CONFIRMATIONS])
    client = Client()
    client.force_login(user)
    client.get("/reconciliation")
    taken = []
    for deposit in waiting:
        path = f"/reconciliation/{public_id('dep', deposit)}/allocation"
        begun = time.perf_counter()
        answer = client.post(path, {"pick": "0"}, headers={"HX-Request": "true"})
        taken.append((time.perf_counter() - begun) * 1000)
        assert answer.status_code == 200, answer.content[:300]
    return taken


def analyze() -> None:
    from django.db import connection

    from tokui.core import postgres

    cluster = postgres.Cluster(postgres.home_for(ROOT / ".benchdb" / "postgres"))
    with cluster.connect(database=NAME) as superuser:
        superuser.execute("ANALYZE")
    connection.close()


if __name__ == "__main__":
    main()
