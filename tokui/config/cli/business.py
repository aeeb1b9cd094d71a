"""The commands of the main job: customers, sales, invoices, bank files, standing."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

customers_app = typer.Typer(help="Customers: import and export.", no_args_is_help=True)
sales_app = typer.Typer(help="Sale lines.", no_args_is_help=True)
invoices_app = typer.Typer(help="Invoices.", no_args_is_help=True)
bank_app = typer.Typer(help="Bank accounts and files.", no_args_is_help=True)


class Form(StrEnum):
    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def standing(
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="On which business day; today if left out.")
    ] = None,
    state: Annotated[str, typer.Option(help="Only this state: overdue, due, partly_paid, …")] = "",
    customer: Annotated[str, typer.Option(help="Only this customer, by code.")] = "",
    form: Annotated[Form, typer.Option("--format", help="table, csv or json.")] = Form.TABLE,
    output: Annotated[Path | None, typer.Option(help="Write to this file instead of the terminal.")] = None,
) -> None:
    """Who has paid, and who has not, as of a day."""
