"""Schemathesis over operations of money and of customers whose ids are real: answers behind the look-up keep to the specification too."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.test_rest_contract import CHECKS, OPERATIONS, key
from tokui.access.models import Business
from tokui.banking.models import BankAccount, Deposit, Statement, StatementLine
from tokui.customers.models import (
    Attachment,
    ContactPerson,
    ContactPoint,
    Customer,
    CustomField,
    Note,
    PayerName,
    SavedView,
    Tag,
)
from tokui.invoices.actions import NewOpening, NewSale, bring_openings, close_sales, record_sales, settle_invoices
from tokui.invoices.delivering import issue_delivery_note
from tokui.invoices.dispatching import dispatch_invoices
from tokui.invoices.links import make_link
from tokui.invoices.models import ClosingRun, DeliveryNote, Dispatch, Invoice, PublicLink, Receipt
from tokui.invoices.receipts import issue_receipt
from tokui.ledger.mapping import map_account
from tokui.ledger.models import AccountMapping, Entry, JournalExport
from tokui.payments.models import Allocation, Approval, ReturnToDo, Suggestion
from tokui.payments.tests.world import DAY

assert key
TAGS = {
    *("banking", "ledger", "payments", "standing", "customers"),
    *("invoices", "sale lines", "receipts", "delivery notes", "statements of account", "links", "closing runs"),
    *("dispatches", "documents"),
}
LABELS = [label for label, one in OPERATIONS.items() if TAGS & set(one.definition.raw.get("tags", ()))]
ROWS = {
    "account": BankAccount,
    "statement": Statement,
    "line": StatementLine,
    "deposit": Deposit,
    "customer": Customer,
    "advance_customer": Customer,
    "invoice": Invoice,
    "entry": Entry,
    "export": JournalExport,
    "suggestion": Suggestion,
    "allocation": Allocation,
    "approval": Approval,
    "return": ReturnToDo,
    "point": ContactPoint,
    "person": ContactPerson,
    "name": PayerName,
    "note": Note,
    "file": Attachment,
    "tag": Tag,
    "field": CustomField,
    "view": SavedView,
    "receipt": Receipt,
    "delivery_note": DeliveryNote,
    "link": PublicLink,
    "dispatch": Dispatch,
    "run": ClosingRun,
    "closing_run": ClosingRun,
    "business": Business,
    "mapping": AccountMapping,
}


#: What is a word where it does not end in `_id`.
WORDS = {"name", "note", "file", "tag", "view", "field", "point", "person"}


@pytest.fixture
def rows(owner: Any) -> Iterator[dict[str, list[str]]]:
    """Public ids of a small world by the name under which a request may give them."""
    from tokui.banking.tests.world import make_account, notice, paid, take
    from tokui.ledger.exporting import make_export
    from tokui.ledger.journals import Books, Layout
    from tokui.payments.actions import ask_approval, ask_return, keep_as_advance, match_all
    from tokui.payments.tests.world import make_customer, make_deposit, make_invoice

    take(notice(paid("オオタ ユキ", 24_200)), make_account())
    customer = make_customer()
    invoices = [make_invoice(customer, amount) for amount in (24_200, 300, 5_000)]
    for amount in (24_200, 10_000, 99):
        make_deposit(amount)
    match_all()
    keep_as_advance(make_deposit(900), customer, by=owner)
    ask_return(make_deposit(700, "シラナイ"), why="mistake", by=owner)
    ask_approval(invoices[2], "write_off", 5_000, "倒産", by=owner)
    make_papers(make_customer("株式会社 北斗企画"), owner)
    make_export(Layout.FREEE, from_on=DAY, to_on=DAY, books=Books.TAX_INCLUDED, by=owner)
    hang_things_on(customer, owner)
    found = {name: [row.public_id for row in model.objects.all()] for name, model in ROWS.items()}
    assert all(found.values())
    yield found


def hang_things_on(customer: Customer, owner: Any) -> None:
    from tokui.customers.actions import (
        add_contact_person,
        add_contact_point,
        add_note,
        attach_file,
        define_field,
        learn_payer_name,
        save_view,
        tag_customers,
    )

    add_contact_point(customer, "phone", "03-1234-5678", by=owner)
    add_contact_person(customer, "佐々木 健", by=owner)
    add_note(customer, "電話した", by=owner)
    attach_file(customer, b"%PDF", name="契約書.pdf", content_type="application/pdf", by=owner)
    learn_payer_name(customer, "ササキ ケン", by=owner)
    tag_customers([customer.pk], ["卸"], by=owner)
    define_field("rank", label="ランク", kind="choice", choices=["A"], by=owner)
    save_view("卸", "tag=卸", by=owner)


def make_papers(customer: Customer, owner: Any) -> None:
    """A receipt, a delivery note, a link, a run, a dispatch and an account's name."""
    invoice = Invoice.objects.get(pk=bring_openings([NewOpening(customer.pk, "OLD-1", DAY, DAY, 800)], by=owner)[0])
    settle_invoices([(invoice.pk, 800, DAY)], received={invoice.pk: 800}, by=owner)
    issue_receipt(invoice, by=owner)
    make_link(invoice)
    sale = NewSale(customer.pk, DAY, "皿", unit_minor=100)
    issue_delivery_note(record_sales([sale, sale], by=owner).ids, by=owner)
    close_sales(DAY, by=owner)
    dispatch_invoices(Invoice.objects.filter(pk=invoice.pk), how="print", by=owner)
    map_account("cash", account="小口現金", by=owner)


@pytest.mark.parametrize("label", LABELS)
def test_operations_keep_to_the_specification_with_ids_that_exist(
    label: str, key: str, rows: dict[str, list[str]]
) -> None:
    operation = OPERATIONS[label]
    chosen = random.Random(label)

    @settings(max_examples=10, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def keeps(case: Any) -> None:
        case.path_parameters = real(case.path_parameters, rows, chosen)
        case.query = real(case.query, rows, chosen)
        case.body = real(case.body, rows, chosen)
        case.call_and_validate(headers={"Authorization": f"Bearer {key}"}, checks=CHECKS)

    keeps()


def real(value: Any, rows: dict[str, list[str]], chosen: random.Random) -> Any:
    """The value with every id in it replaced by one that exists, and amounts by such as the world has."""
    if isinstance(value, list):
        return [real(one, rows, chosen) for one in value]
    if not isinstance(value, dict):
        return value
    return {name: _one(name, inner, rows, chosen) for name, inner in value.items()}


def _one(name: str, value: Any, rows: dict[str, list[str]], chosen: random.Random) -> Any:
    singular = name.removesuffix("_id")
    if singular in rows and isinstance(value, str) and (name.endswith("_id") or singular not in WORDS):
        return chosen.choice(rows[singular])
    if name in ("invoices", "deposits") and isinstance(value, list):
        return [chosen.choice(rows[name.removesuffix("s")]) for _ in value]
    if name.endswith("_minor") and isinstance(value, int):
        return chosen.choice([1, 99, 700, 24_200])
    return real(value, rows, chosen)
