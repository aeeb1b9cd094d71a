"""Files of sales and receivables through the pages and through REST."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.rest import Program, elsewhere, refused_alike
from tokui.access.permissions import INVOICES_VIEW
from tokui.core import clock, inbox
from tokui.core.actors import SYSTEM
from tokui.core.jobs import run_pending
from tokui.invoices.models import Invoice, SaleImport, SaleLine
from tokui.invoices.tests.world import make_customer


@pytest.fixture(autouse=True)
def _november():
    with clock.at(clock.at_day(date(2026, 11, 2))):
        yield


@pytest.fixture
def program(owner) -> Program:
    return Program(owner)


def table(code: str, rows: int = 2) -> str:
    return "顧客コード,売上日,品名,金額\n" + "".join(f"{code},2026-10-01,品{n},{n + 1}\n" for n in range(rows))


def file(text: str, name: str = "uriage.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode())


def test_a_program_brings_checks_applies_and_undoes_a_file_of_sales(program):
    code = make_customer().code
    brought = program.send("/sale_imports", file(table(code) + "X-9,2026-10-01,皿,1\n")).json()
    assert (brought["state"], brought["columns"]["sold_on"]) == ("uploaded", "売上日")
    path = f"/sale_imports/{brought['id']}"
    chosen = program.client.put(f"/api/v1{path}/columns", {"columns": brought["columns"]}, "application/json")
    assert chosen.json()["state"] == "checking"
    run_pending()
    ready = program.get(path).json()
    assert (ready["state"], ready["rows"], ready["new"], ready["refused"]) == ("ready", 3, 2, 1)
    refused = program.get(f"{path}/rows", outcome="refused").json()["data"]
    assert [(row["row"], row["column"], row["code"]) for row in refused] == [(4, "A 顧客コード", "unknown_customer")]
    first = program.post(f"{path}/application", key="once")
    again = program.post(f"{path}/application", key="once")
    assert (first.status_code, again.status_code, again.headers["Idempotent-Replayed"]) == (202, 202, "true")
    run_pending()
    assert (program.get(path).json()["state"], SaleLine.objects.count()) == ("applied", 2)
    assert program.post(f"{path}/undo").status_code == 202
    run_pending()
    assert (program.get(path).json()["reverted"], SaleLine.objects.count()) == (2, 0)
    assert [one["id"] for one in program.get("/sale_imports").json()["data"]] == [brought["id"]]


def test_a_program_brings_receivables_which_cannot_be_undone_as_a_file(program):
    code = make_customer().code
    text = f"得意先コード,請求書番号,請求日,残高\n{code},OLD-1,2026-09-30,500\n"
    brought = program.send("/opening_imports", file(text)).json()
    path = f"/opening_imports/{brought['id']}"
    program.client.put(f"/api/v1{path}/columns", {"columns": brought["columns"]}, "application/json")
    run_pending()
    program.post(f"{path}/application")
    run_pending()
    assert Invoice.objects.get().number == "OLD-1"
    assert program.post(f"{path}/undo").status_code == 404
    assert program.get(f"/sale_imports/{brought['id']}").status_code == 404


def test_what_a_program_may_not_or_cannot_do_is_a_problem(program, owner):
    brought = program.send("/sale_imports", file(table(make_customer().code))).json()
    path = f"/sale_imports/{brought['id']}"
    early = program.post(f"{path}/application")
    assert (early.status_code, early.json()["code"]) == (409, "state_changed")
    wrong = program.client.put(f"/api/v1{path}/columns", {"columns": {"sold_on": "無い"}}, "application/json")
    assert (wrong.status_code, wrong["Content-Type"]) == (422, "application/problem+json")
    unreadable = program.send("/sale_imports", file("%PDF-1.7 x")).json()
    assert unreadable["state"] == "refused"
    assert unreadable["refusal"]
    reader = Program(owner, scopes=[INVOICES_VIEW])
    assert reader.get(path).status_code == 403
    assert reader.send("/sale_imports", file(table("X"))).status_code == 403


def test_another_organizations_import_is_not_there(program):
    with elsewhere():
        theirs = SaleImport(name="a.csv", created_at=clock.now(), created_by="x")
        theirs.parcel = inbox.receive(b"x", source="sales", name="a.csv", by=SYSTEM)
        theirs.save()
    refused_alike(lambda key: program.get(f"/sale_imports/{key}"), theirs.public_id)


def test_the_page_of_an_import_runs_by_itself_shows_every_refused_row_and_takes_the_file_back(page):
    code = make_customer().code
    text = table(code, 3) + "".join(f"X-{n},2026-10-01,皿,1\n" for n in range(120))
    url = str(page.post("/sales/import", {"file": file(text)}).headers["Location"])
    assert 'hx-trigger="every 1s"' in page.get(url).content.decode()
    run_pending()
    shown = page.get(url).content.decode()
    assert 'hx-trigger="every 1s"' not in shown
    assert shown.count('data-row="refused"') == 100
    assert "X-0" in shown
    further = shown.split('class="load-more"')[1].split('href="')[1].split('"')[0].replace("&amp;", "&")
    assert page.get(further).content.decode().count('data-row="refused"') == 20
    page.post(f"{url}/application")
    run_pending()
    assert SaleLine.objects.count() == 3
    batch = SaleImport.objects.get()
    listed = page.get(f"/sales?import={batch.public_id}").content.decode()
    assert listed.count("品") >= 3
    page.post(f"{url}/undo")
    run_pending()
    assert not SaleLine.objects.exists()
    assert page.get("/sales/import/nonsense").status_code == 404


def test_a_known_row_is_shown_as_recorded_already(page):
    code = make_customer().code
    for rows in (2, 3):
        url = str(page.post("/sales/import", {"file": file(table(code, rows))}).headers["Location"])
        run_pending()
        shown = page.get(url).content.decode()
        page.post(f"{url}/application")
        run_pending()
    assert shown.count('data-row="changed"') == 2
    assert SaleLine.objects.count() == 3


def test_a_worker_which_serves_no_pages_knows_every_road_of_files():
    told = (
        "import django; django.setup(); from procrastinate.contrib.django import app; "
        "from tokui.core.importing.roads import ROADS; "
        "print(*sorted(ROADS), *sorted(name for name in app.tasks if name.startswith('tokui.core.importing')))"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tokui.config.settings"}
    shown = subprocess.run([sys.executable, "-c", told], env=environment, capture_output=True, text=True, check=True)
    steps = ("apply_table", "check_table", "take_back_table")
    assert shown.stdout.split() == [
        "openings",
        "products",
        "sales",
        *(f"tokui.core.importing.actions.{name}" for name in steps),
    ]
