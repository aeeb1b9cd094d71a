"""REST of what goes along with invoices: the same verbs as the pages, ids that are ours, unknown filters refused."""

from __future__ import annotations

import io
import zipfile
from base64 import b64decode
from datetime import date

import pytest

from tests.rest import Program, elsewhere, refused_alike
from tokui.access.actions import change_business
from tokui.access.models import Business
from tokui.access.permissions import INVOICES_VIEW
from tokui.core import clock
from tokui.core.actors import SYSTEM
from tokui.core.ids import public_id
from tokui.core.jobs import run_pending
from tokui.invoices.actions import close_sales, settle_invoices
from tokui.invoices.delivering import issue_delivery_note
from tokui.invoices.dispatching import dispatch_invoices
from tokui.invoices.links import make_link
from tokui.invoices.models import Invoice, Receipt, SaleLine
from tokui.invoices.receipts import issue_receipt
from tokui.invoices.tests.world import DAY, business, make_customer, sell


@pytest.fixture(autouse=True)
def _november():
    with clock.at(clock.at_day(date(2026, 11, 2))):
        yield


@pytest.fixture
def rest(owner) -> Program:
    return Program(owner)


def make_paid(name: str = "株式会社 北斗企画", amount: int = 100_000, **fields) -> Invoice:
    customer = make_customer(name, **fields)
    sell(customer, amount)
    close_sales(DAY, by=SYSTEM)
    invoice = Invoice.objects.get(customer=customer)
    settle_invoices([(invoice.pk, invoice.total_minor, DAY)], received={invoice.pk: invoice.total_minor}, by=SYSTEM)
    invoice.refresh_from_db()
    return invoice


@pytest.mark.parametrize("path", ["/invoices", "/events", "/receipts", "/ledger/balances", "/me"])
def test_a_parameter_that_is_not_known_is_refused_by_name_everywhere(rest, path):
    answer = rest.get(path, kouza="x")
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_parameter")
    assert [error["field"] for error in answer.json()["errors"]] == ["kouza"]


def test_the_list_of_customers_refuses_by_name_a_condition_that_is_none(rest):
    answer = rest.get("/customers", kouza="x")
    assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (422, ["kouza"])


def test_a_stranger_hears_nothing_of_parameters(client, organization):
    assert client.get("/api/v1/invoices?kouza=x").status_code == 401


def test_an_invoice_without_a_business_says_so_and_takes_one(rest, owner):
    change_business(Business(), code="b2", name="二号店", by=owner)
    customer = make_customer(business_id=None)
    told = {"customer": customer.public_id, "sold_on": "2026-10-08", "description": "皿", "unit_minor": 1_000}
    body = {"customer": customer.public_id, "sales": [told]}
    refused = rest.post("/invoices", body)
    assert (refused.status_code, refused.json()["code"]) == (422, "business_unknown")
    made = rest.post("/invoices", {**body, "business": business().public_id, "delivery": "paper"})
    assert made.json()["business"] == business().public_id
    assert made.json()["delivery"] == "paper"


def test_invoices_are_listed_by_every_filter_of_the_page(rest):
    first = make_paid()
    other = make_paid("南洋商事", 500, delivery="paper")

    def numbers(**conditions):
        return {one["number"] for one in rest.get("/invoices", **conditions).json()["data"]}

    assert numbers(counterparty="北斗") == {first.number}
    assert numbers(delivery="paper") == {other.number}
    assert numbers(closing_run=public_id("run", first.closing_run_id)) == {first.number}
    assert numbers(business=business().public_id, kind="invoice", sent=False) == {first.number, other.number}
    assert numbers(total_from=551, issued_from="2026-10-31") == {first.number}
    assert numbers(state="overdue") == set()
    assert rest.get("/invoices", business="x").status_code == 422


def test_a_draft_is_changed_in_part_and_its_recorded_sales_exchanged(rest):
    customer = make_customer()
    one, other = (public_id("sal", sell(customer, amount)) for amount in (1_000, 500))
    draft = rest.post("/invoices", {"sale_lines": [one], "subject": "10月分"}).json()
    changed = rest.patch(f"/invoices/{draft['id']}", {"sale_lines": [other], "remarks": "至急"})
    assert changed.status_code == 200
    told = changed.json()
    assert (told["net_minor"], told["subject"], told["remarks"]) == (500, "10月分", "至急")
    rest.post(f"/invoices/{draft['id']}/issue")
    assert rest.patch(f"/invoices/{draft['id']}", {"subject": "x"}).json()["code"] == "invoice_not_draft"


def test_a_sale_is_changed_and_keeps_what_is_not_named(rest):
    customer = make_customer()
    key = public_id("sal", sell(customer, 1_000, quantity_milli=2_000, channel="shop"))
    renamed = rest.patch(f"/sale_lines/{key}", {"description": "皿"}).json()
    assert (renamed["amount_minor"], renamed["channel"], renamed["late"]) == (2_000, "shop", None)
    assert rest.patch(f"/sale_lines/{key}", {"quantity_milli": 3_000}).json()["amount_minor"] == 3_000
    assert rest.patch(f"/sale_lines/{key}", {"product": "prd_" + "0" * 26}).status_code == 422
    close_sales(DAY, by=SYSTEM)
    assert rest.patch(f"/sale_lines/{key}", {"description": "x"}).json()["code"] == "sale_already_invoiced"


def test_a_changed_sale_says_when_its_period_is_invoiced(rest):
    invoice = make_paid()
    key = public_id("sal", sell(invoice.customer, on=date(2026, 11, 1)))
    told = rest.patch(f"/sale_lines/{key}", {"sold_on": "2026-10-09"}).json()
    assert told["late"]["next_closing_on"] == "2026-11-30"


def test_a_receipt_is_written_listed_and_given_away_once_unmarked(rest):
    invoice = make_paid()
    path = f"/invoices/{invoice.public_id}/receipts"
    made = rest.post(path, {"amount_minor": 60_000, "by_credit_card": True, "on_paper": True, "addressee": "別名"})
    assert made.status_code == 201
    receipt = made.json()
    assert (receipt["stamp_duty_minor"], receipt["addressee"]) == (0, "別名")
    assert rest.post(path, {"amount_minor": 60_000}).status_code == 409
    assert [one["id"] for one in rest.get("/receipts", counterparty="北斗").json()["data"]] == [receipt["id"]]
    copies = [rest.post(f"/receipts/{receipt['id']}/copies", key=key) for key in ("a", "a", "b")]
    assert [copy.json()["is_original"] for copy in copies] == [True, True, False]
    assert b64decode(copies[0].json()["pdf_base64"]).startswith(b"%PDF")
    assert Receipt.objects.get().reissued_count == 1


def test_a_delivery_note_is_written_and_read(rest):
    line = public_id("sal", sell(make_customer()))
    note = rest.post("/delivery_notes", {"sale_lines": [line]}).json()
    assert (note["number"], note["sale_lines"], note["total_minor"]) == (None, [line], 1_100)
    assert rest.get(f"/delivery_notes/{note['id']}/pdf").content.startswith(b"%PDF")
    assert len(rest.get("/delivery_notes").json()["data"]) == 1
    assert rest.post("/delivery_notes", {"sale_lines": ["sal_" + "0" * 26]}).status_code == 404


def test_a_statement_of_account_is_a_pdf_of_a_period(rest):
    invoice = make_paid()
    path = f"/customers/{invoice.customer.public_id}/statement"
    period = {"from_on": "2026-10-01", "to_on": "2026-11-02"}
    assert rest.get(path, **period).content.startswith(b"%PDF")
    assert rest.get(path).status_code == 422
    assert rest.get(path, **period, business="biz_" + "0" * 26).status_code == 404


def test_links_are_listed_and_closed(rest):
    invoice = make_paid()
    make_link(invoice)
    make_link(invoice)
    links = rest.get(f"/invoices/{invoice.public_id}/links").json()["data"]
    assert rest.post(f"/links/{links[0]['id']}/closure").json()["closed_at"]
    assert rest.post(f"/invoices/{invoice.public_id}/links/closure").json() == {"closed_count": 1}


def test_a_day_is_previewed_closed_for_some_and_read(rest):
    one, other = make_customer("甲"), make_customer("乙")
    sell(one)
    sell(other)
    preview = rest.get("/closing_runs/preview", on="2026-10-31").json()
    assert (preview["payers"], preview["net_minor"]) == (2, 2_000)
    run = rest.post("/closing_runs", {"on": "2026-10-31", "customers": [one.public_id]}).json()
    assert run["invoice_count"] == 1
    assert rest.get(f"/closing_runs/{run['id']}").json()["state"] == "done"
    sell(other, -5_000)
    rest.post("/closing_runs", {"on": "2026-10-31"})
    problems = rest.get("/closing_problems").json()["data"]
    assert [(one["customer"], one["code"]) for one in problems] == [(other.public_id, "below_zero")]
    assert rest.get("/closing_problems", resolved=True).json()["data"] == []
    assert len(rest.get("/closing_runs", limit=1).json()["data"]) == 1


def test_a_set_is_mailed_and_a_set_is_printed(rest, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    good, bad = make_paid("甲"), make_paid("乙", email="")
    mailed = rest.post("/dispatches", {"how": "mail", "delivery": "mail"}).json()
    printed = rest.post("/dispatches", {"how": "print", "invoices": [good.public_id]}).json()
    run_pending()
    told = rest.get(f"/dispatches/{mailed['id']}").json()
    assert (told["state"], told["done_count"], [one["id"] for one in told["refused"]]) == ("done", 1, [bad.public_id])
    files = rest.get(f"/dispatches/{printed['id']}").json()["files"]
    assert rest.get(f"/dispatches/{printed['id']}/files/{files[0]}").content.startswith(b"%PDF")
    assert rest.get(f"/dispatches/{printed['id']}/files/9").status_code == 404
    assert rest.post("/dispatches", {"how": "print", "kind": "opening"}).json()["code"] == "nothing_to_dispatch"


def test_openings_come_by_rest_all_or_none(rest):
    customer = make_customer()
    told = {"customer": customer.public_id, "issued_on": "2026-09-30", "due_on": "2026-10-31", "open_minor": 5_000}
    made = rest.post("/openings", {"openings": [{**told, "number": "OLD-1"}]})
    assert made.status_code == 201
    again = rest.post("/openings", {"openings": [{**told, "number": "OLD-2"}, {**told, "number": "OLD-1"}]})
    assert again.json()["code"] == "number_taken"
    assert Invoice.objects.get().public_id == made.json()["ids"][0]


def test_the_archive_of_the_tax_office_comes_by_rest(rest):
    invoice = make_paid()
    rest.post(f"/invoices/{invoice.public_id}/receipts")
    content = b"".join(rest.get("/tax_office_export", counterparty="北斗").streaming_content)
    assert len(zipfile.ZipFile(io.BytesIO(content)).namelist()) == 3


def test_voiding_by_rest_may_leave_the_sales(rest):
    line = public_id("sal", sell(make_customer()))
    made = rest.post("/invoices", {"sale_lines": [line], "issue": True}).json()
    rest.post(f"/invoices/{made['id']}/void", {"reason": "誤り", "reopens_sales": False})
    assert not SaleLine.objects.filter(invoice=None).exists()


def test_numbering_and_terms_are_settings_of_a_business(rest):
    key = business().public_id
    series = {"business": key, "kind": "delivery", "pattern": "DN-{number}", "digits": 3}
    answer = rest.client.put("/api/v1/number_series", series, content_type="application/json")
    assert answer.json()["pattern"] == "DN-{number}"
    assert "DN-{number}" in {one["pattern"] for one in rest.get("/number_series").json()["data"]}
    bank = {"bank_name": "みどり銀行", "branch_name": "青葉", "account_number": "1234567", "holder": "カ)アオバ"}
    changed = rest.patch(f"/business_terms/{key}", {"banks": [bank], "link_days": 30})
    assert (changed.json()["banks"][0]["account_type"], changed.json()["link_days"]) == ("普通", 30)
    refused = rest.patch(f"/business_terms/{key}", {"mail_text": "{nobody}"})
    assert refused.json()["errors"][0]["field"] == "mail_text"
    assert rest.get(f"/business_terms/{key}").json()["mail_text"] == ""


def test_accounts_are_named_and_forgotten(rest):
    told = {"pattern": "cash", "account": "小口現金"}
    rest.client.put("/api/v1/ledger/account-mappings", told, content_type="application/json")
    rows = {one["pattern"]: one for one in rest.get("/ledger/account-mappings").json()["data"]}
    assert (rows["cash"]["account"], rows["bank"]["id"]) == ("小口現金", None)
    assert rest.client.delete(f"/api/v1/ledger/account-mappings/{rows['cash']['id']}").status_code == 204
    rows = {one["pattern"]: one for one in rest.get("/ledger/account-mappings").json()["data"]}
    assert rows["cash"]["account"] == "現金"


@pytest.mark.parametrize(
    ("path", "prefix"),
    [
        ("/invoices/{}/links", "inv"),
        ("/receipts/{}", "rct"),
        ("/dispatches/{}", "dsp"),
        ("/delivery_notes/{}/pdf", "dln"),
    ],
)
def test_papers_of_another_organization_are_as_if_they_were_not(rest, path, prefix):
    with elsewhere():
        foreign = make_foreign(prefix)
    assert refused_alike(lambda key: rest.get(path.format(key)), foreign).status_code == 404


def make_foreign(prefix: str) -> str:
    invoice = make_paid()
    made = {
        "inv": lambda: invoice,
        "rct": lambda: issue_receipt(invoice, by=SYSTEM),
        "dsp": lambda: dispatch_invoices(Invoice.objects.all(), how="print", by=SYSTEM),
        "dln": lambda: issue_delivery_note([sell(invoice.customer)], by=SYSTEM),
    }
    return made[prefix]().public_id


def test_a_key_that_may_only_read_neither_writes_receipts_nor_closes_links_nor_mails(owner):
    reader, invoice = Program(owner, scopes={INVOICES_VIEW}), make_paid()
    assert reader.get("/receipts").status_code == 200
    for path in (f"/invoices/{invoice.public_id}/receipts", f"/invoices/{invoice.public_id}/links/closure"):
        assert reader.post(path).status_code == 403
    assert reader.post("/dispatches", {"how": "mail"}).status_code == 403
