"""The commands of the main job: customers, sales, invoices, bank files, standing."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from tokui.config.cli.installation import REFUSED, complain, installation, organization, say, show

customers_app = typer.Typer(help="Customers: import and export.", no_args_is_help=True)
sales_app = typer.Typer(help="Sale lines: import.", no_args_is_help=True)
invoices_app = typer.Typer(help="Invoices: the closing run.", no_args_is_help=True)
bank_app = typer.Typer(help="Bank accounts, bank files, matching.", no_args_is_help=True)
accounts_app = typer.Typer(help="The accounts on which money arrives.", no_args_is_help=True)
bank_app.add_typer(accounts_app, name="accounts")

Source = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The file.")]
ROWS_SHOWN = 20


class Form(StrEnum):
    TABLE = "table"
    CSV = "csv"
    JSON = "json"


@customers_app.command("import")
def customers_import(file: Source) -> None:
    """Import an XLSX, CSV or TSV file of customers; the columns are found by their headings."""
    with installation(), organization():
        from tokui.customers.actions import import_file, is_applied
        from tokui.customers.words import reason_words

        seen = is_applied(file.read_bytes())
        batch = import_file(file)
        refused = [
            (row.sheet, row.row, row.column, row.value, reason_words(row.reason))
            for row in batch.rows.filter(outcome__in=("refused", "conflict")).order_by("pk")[:ROWS_SHOWN]
        ]
        counts = {
            name: getattr(batch, f"{name}_count") for name in ("new", "changed", "unchanged", "refused", "conflict")
        }
        identifier = batch.public_id
    if seen:
        say(f"{file.name} was imported before; nothing was added.", id=identifier, seen_before=True)
        return
    _tell_import(identifier, counts, refused)


@customers_app.command("export")
def customers_export(file: Annotated[Path, typer.Argument(help="Where to write; .xlsx or .csv.")]) -> None:
    """Export all customers in the columns that an import reads back."""
    with installation(), organization():
        from tokui.customers.exporting import export_file

        count = export_file(file)
    say(f"{count:,} customers are in {file}.", file=str(file), customers=count)


@sales_app.command("import")
def sales_import(file: Source) -> None:
    """Import an XLSX, CSV or TSV file of sale lines; what is recorded already adds nothing. Waits until it is done."""
    with installation(), organization():
        from tokui.invoices.importing import import_sales_file
        from tokui.invoices.words import reason_words

        batch = import_sales_file(file)
        rows = batch.rows.filter(outcome="refused").order_by("pk")[:ROWS_SHOWN]
        refused = [(row.sheet, row.row, row.column, row.value, reason_words(row.reason)) for row in rows]
        counts = {name: getattr(batch, f"{name}_count") for name in ("new", "known", "refused", "late")}
        identifier = batch.public_id
    _tell_import(identifier, counts, refused)


def _tell_import(identifier: str, counts: dict[str, int], refused: list[tuple[Any, ...]]) -> None:
    told = ", ".join(f"{number:,} {name}" for name, number in counts.items())
    columns = ("sheet", "row", "column", "value", "reason")
    say(told, id=identifier, **counts, refused_rows=[dict(zip(columns, row, strict=True)) for row in refused])
    if refused:
        from tokui.config.cli.installation import wants_json

        if not wants_json():
            show(columns, refused)
        raise typer.Exit(REFUSED)


@invoices_app.command("close")
def invoices_close(
    on: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The closing day, e.g. 2026-11-30.")],
) -> None:
    """Issue the invoices of a closing day. Running it again issues nothing twice."""
    with installation():
        from tokui.config.cli.installation import chosen_organization
        from tokui.core.actors import SYSTEM
        from tokui.core.shared_clock import load
        from tokui.invoices.closing import close_sales

        load()
        done = close_sales(on.date(), by=SYSTEM, organization=chosen_organization().pk)
    say(
        f"{done.invoice_count:,} invoices of {done.line_count:,} lines, {done.total_minor:,} in all; "
        f"{done.late_count:,} late lines, {done.problem_count:,} payers set aside.",
        invoices=done.invoice_count,
        lines=done.line_count,
        total_minor=done.total_minor,
        late_lines=done.late_count,
        problems=done.problem_count,
    )
    if done.problem_count:
        raise typer.Exit(REFUSED)


@accounts_app.command("add")
def accounts_add(
    code: Annotated[str, typer.Argument(help="Your short name for it, e.g. main.")],
    bank: Annotated[str, typer.Option(help="Bank code, 4 digits.")] = "",
    branch: Annotated[str, typer.Option(help="Branch code, 3 digits.")] = "",
    number: Annotated[str, typer.Option(help="Account number.")] = "",
    kind: Annotated[str, typer.Option("--type", help="1 ordinary, 2 current, 4 savings.")] = "1",
    holder: Annotated[str, typer.Option(help="Account holder in kana.")] = "",
    name: Annotated[str, typer.Option(help="Name on screens; the code if left out.")] = "",
    currency: str = "JPY",
) -> None:
    """Add a bank account."""
    with installation(), organization():
        from tokui.banking.actions import NewAccount, add_account
        from tokui.core.actors import SYSTEM

        new = NewAccount(
            code=code,
            name=name or code,
            bank_code=bank,
            branch_code=branch,
            account_type=kind,
            number=number,
            holder=holder,
            currency=currency,
        )
        account = add_account(new, by=SYSTEM)
        bank_name, identifier = f"{account.bank_name} {account.branch_name}".strip(), account.public_id
    say(" ".join(["Account", code, *bank_name.split(), "is ready."]), id=identifier, code=code)


@bank_app.command("import")
def bank_import(
    file: Source,
    account: Annotated[str, typer.Option(help="Code of the bank account.")],
    form: Annotated[str, typer.Option("--format", help="auto, zengin-01, zengin-03, mufg, camt.053, …")] = "auto",
) -> None:
    """Import a bank's file: read whole or refused whole. The same lines again add nothing."""
    with installation():
        from tokui.core.jobs import run_pending

        with organization() as mine:
            facts, refusal = _import_statement(file, account, form)
        if not refusal:
            run_pending(organization=mine.pk, goes_on=True)
    if refusal:
        complain(f"{file.name} was refused, and nothing of it was taken: {refusal}", "file_refused")
        raise typer.Exit(REFUSED)
    if facts["seen_before"]:
        say(f"{file.name} was imported before; nothing was added.", **facts)
        return
    say(
        f"{facts['format']}: {facts['lines']:,} lines, {facts['added']:,} new, {facts['known']:,} known before; "
        f"{facts['deposits']:,} deposits, {facts['cancelled']:,} cancelled.",
        **facts,
    )


def _import_statement(file: Path, code: str, form: str) -> tuple[dict[str, Any], str]:
    """What became of the file, and the sentence that refused it. A file read before adds nothing, and says so."""
    from tokui.banking.actions import import_statement, is_read
    from tokui.banking.models import BankAccount, Statement
    from tokui.banking.reading import format_codes
    from tokui.banking.words import refusal_sentence
    from tokui.core.actors import SYSTEM

    account = BankAccount.objects.filter(code=code).first()
    if account is None:
        codes = ", ".join(BankAccount.objects.order_by("code").values_list("code", flat=True))
        complain(f"There is no bank account called {code}. There are: {codes or 'none yet'}", "unknown_account")
        raise typer.Exit(2)
    if form not in ("auto", *format_codes()):
        complain(f"There is no format called {form}. There are: auto, {', '.join(format_codes())}", "unknown_format")
        raise typer.Exit(2)
    content = file.read_bytes()
    seen = is_read(content, account=account)
    statement = import_statement(content, account=account, name=file.name, format=form, by=SYSTEM, at_once=True)
    facts = {
        "seen_before": seen,
        "id": statement.public_id,
        "format": statement.format,
        "lines": statement.line_count,
        "added": 0 if seen else statement.added_count,
        "known": statement.line_count if seen else statement.known_count,
        "deposits": 0 if seen else statement.deposit_count,
        "cancelled": 0 if seen else statement.cancelled_count,
        "deviations": len(statement.deviations),
    }
    return facts, refusal_sentence(statement.refusal) if statement.state == Statement.State.REFUSED else ""


@bank_app.command("match")
def bank_match() -> None:
    """Match all open deposits; what is certain is posted, the rest waits with its suggestions."""
    with installation(), organization():
        from tokui.core.actors import SYSTEM
        from tokui.payments.actions import match_all

        done = match_all(by=SYSTEM)
    say(
        f"{done.looked_at:,} deposits: {done.posted:,} posted, {done.suggested:,} with suggestions, {done.unknown:,} unknown.",
        looked_at=done.looked_at,
        posted=done.posted,
        suggested=done.suggested,
        unknown=done.unknown,
    )


STANDING_COLUMNS = (
    *("code", "name", "state", "open_minor", "overdue_minor", "days_overdue"),
    *("advance_minor", "oldest_due_on", "last_paid_on"),
)


def standing(
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="On which business day; today if left out.")
    ] = None,
    state: Annotated[str, typer.Option(help="Only this state: overdue, due, partly_paid, paid, …")] = "",
    customer: Annotated[str, typer.Option(help="Only this customer, by code.")] = "",
    form: Annotated[Form, typer.Option("--format", help="How to show it.")] = Form.TABLE,
) -> None:
    """Who has paid, and who has not, as of a day. Amounts in minor units (yen)."""
    with installation(), organization():
        from tokui.customers.models import Customer
        from tokui.payments.queries import standing_rows
        from tokui.payments.standing import State

        if state and state not in set(State):
            complain(f"There is no state called {state}. There are: {', '.join(State)}", "unknown_state")
            raise typer.Exit(2)
        if customer and not Customer.objects.filter(code=customer).exists():
            complain(f"There is no customer with the code {customer}.", "unknown_customer")
            raise typer.Exit(2)
        day: date | None = as_of.date() if as_of else None
        rows = [
            tuple(row[column] for column in STANDING_COLUMNS)
            for row in standing_rows(day, state or None, customer or None)
        ]
    show(STANDING_COLUMNS, rows, form.value)
